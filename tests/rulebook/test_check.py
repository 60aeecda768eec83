"""What is wrong with a rulebook is told by file, line and column; what a live one may not say is refused."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rempart.rulebook import RulebookErrors, load, parse
from rempart.rulebook.source import LARGEST, Source, text_of


def problems(text):
    with pytest.raises(RulebookErrors) as raised:
        parse(text, "tried.yaml")
    return [str(problem) for problem in raised.value.problems]


def place(text, found, after=0):
    """`tried.yaml:LINE:COLUMN` of the first `found` in the text."""
    at = text.index(found) + after
    line = text.count("\n", 0, at) + 1
    return f"tried.yaml:{line}:{at - (text.rfind(chr(10), 0, at) + 1) + 1}"


@pytest.mark.parametrize(
    ("change", "at", "message"),
    [
        (("when: severity >= 2", "when: severty >= 2"), "severty", "unknown name `severty` (did you mean `severity`?)"),
        (("when: severity >= 2", "when: severity >= 'a'"), ">= 'a'", "wrong type: `>=` does not go with"),
        (("when: severity >= 2", 'when: "severity >= 1 && nope"'), "nope", "unknown name `nope`"),
        (("when: severity >= 2", "when: 'severity >= 1 && nope'"), "nope", "unknown name `nope`"),
        (("when: severity >= 2", "when: 'account_country == ''FR'' && nope'"), "nope", "unknown name `nope`"),
        (("when: severity >= 2", 'when: "account_country == \\"FR\\" && nope"'), "nope", "unknown name `nope`"),
        (("when: severity >= 2", "when: severity >= 2 &&\n      nope"), "nope", "unknown name `nope`"),
        (("when: severity >= 2", "when: |\n      severity >= 2\n        && nope"), "nope", "unknown name `nope`"),
        (("when: severity >= 2", "when: |2-\n\n      severity >= 2\n\n      && nope"), "nope", "unknown name `nope`"),
        (
            ("when: severity >= 2", "when: > # folded\n      severity >= 2\n      && nope"),
            "nope",
            "unknown name `nope`",
        ),
        (("when: severity >= 2", "when: [severity]"), "[severity]", "`when` must be an expression"),
        (
            ("measure: no_contact", "measure: no_luck_contact"),
            "no_luck",
            "unknown measure `no_luck_contact_with_minors`",
        ),
        (("answers: contact", "answers: boredom"), "boredom", "unknown risk `boredom`"),
        (("conduct_on: any", "conduct_on: [tiktok, friendster]"), "friendster", "unknown service `friendster`"),
        (("met_on: any", "met_on: friendster"), "friendster", "unknown service `friendster`"),
        (("mode: preventive", "mode: perhaps"), "perhaps", "unknown mode `perhaps`"),
        (("approval: one_reviewer", "approval: nobody"), "nobody", "unknown approval `nobody`"),
        (("lasts: 14d", "lasts: 2 weeks"), "2 weeks", "`lasts` must be a duration such as 72h or 14d, not `2 weeks`"),
        (("lasts: 14d", "lasts: 0d"), "0d", "`lasts` must be a duration"),
        (("review_within: 7d", "review_within: [7d]"), "[7d]", "`review_within` must be one value"),
        (("renewable: 2", "renewable: often"), "often", "`renewable` is true, false, or how many times"),
        (("right_of_reply: true", "right_of_reply: yes"), "yes", "unknown right_of_reply `yes`"),
        (("text: {fr: Un texte, en: A text}", "text: {fr: Un texte}"), "{fr: Un texte}", "missing language: `text`"),
        (("text: {fr: Un texte", "text: {fr: ''"), "fr: ''", "`text` is empty in fr"),
        (("title: {fr: Un titre, en: A title}", "title: Un titre"), "Un titre", "must give a text for each language"),
        (("languages: [fr, en]", "languages: [fr]"), "[fr]", "missing language: every rulebook speaks en"),
        (("version: 2026-11-22", "version: 22/11/2026"), "22/11/2026", "`version` must be a date"),
        (("use: live", "use: sometimes"), "sometimes", "unknown use `sometimes`"),
        (("mode: preventive", "mood: preventive"), "mood", "unknown key `mood` in an article"),
        (("measure: no_contact_with_minors", ""), "id: a1", "an article needs `measure`"),
        (("measure: no_contact_with_minors", "measure:"), "measure:", "`measure` has no value"),
        (("lasts: 14d", "lasts: 14d\n    lasts: 7d"), "lasts: 7d", "`lasts` is given twice"),
        (("name: tried", "name: Tried it"), "Tried it", "`name` must be lower-case"),
        (
            ("category: STATEMENT_CATEGORY_PROTECTION", "category: PROTECTION"),
            "PROTECTION",
            "is no category of the DSA",
        ),
        (("ground: DECISION", "ground: INDECISION"), "INDECISION", "is no ground of the DSA"),
        (("use: live", "use: &anchor live"), "&anchor", "anchors and aliases are not allowed"),
        (("use: live", "use: !!python/name:os.system live"), "!!python", "tags are not allowed"),
        (("  - id: a1", "\t- id: a1"), "\t- id", "a tab; indent with spaces"),
        (("use: live", "use: {live"), "", "not YAML"),
        (("use: live", "use: l\x07ive"), "\x07", "control character U+0007"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_column(book, change, at, message):
    text = book()
    assert change[0] in text
    text = text.replace(*change, 1)
    found = problems(text)
    assert any(message in problem for problem in found), found
    if at:
        assert any(problem.startswith(place(text, at) + ": ") and message in problem for problem in found), found


def test_every_mistake_is_told_at_once(book):
    text = book({"measure": "nope", "lasts": "soon"}, {"when": "nope"})
    assert len(problems(text)) == 3


def test_an_article_id_is_given_once(book):
    text = book({"id": "same"}, {"id": "same"})
    assert problems(text) == ["tried.yaml:24:9: the id `same` is already that of the article on line 6"]


@pytest.mark.parametrize(
    ("article", "message"),
    [
        (
            {"approval": "automatic", "lasts": "72h", "review_within": "24h"},
            "never automatic on minors and unknown ages",
        ),
        (
            {"approval": "automatic", "when": "account_age_band == '13_15'"},
            "never automatic on minors and unknown ages",
        ),
        ({"approval": "automatic", "measure": "suspend"}, "`suspend` is never automatic"),
        ({"approval": "automatic", "measure": "read_only"}, "`read_only` is never automatic"),
        ({"approval": "automatic", "measure": "no_monetisation"}, "`no_monetisation` is never automatic"),
        ({"approval": "automatic", "lasts": "73h"}, "an automatic measure lasts at most 72h"),
        ({"approval": "automatic", "mode": "final"}, "a final measure is never automatic"),
        ({"right_of_reply": "false"}, "needs `right_of_reply: true`"),
        ({"right_of_reply": "false", "mode": "final"}, "needs `right_of_reply: true`"),
        ({"mode": "final"}, "a final measure is not renewed"),
        ({"lasts": "91d", "renewable": "0"}, "at most 90 days"),
        ({"lasts": "31d"}, "at most 90 days, all renewals included"),
        ({"review_within": "14d"}, "the review must come before the end"),
        ({"review_within": "14d", "mode": "final"}, "the review must come before the end"),
    ],
)
def test_a_live_rulebook_keeps_the_limits(book, article, message):
    assert any(message in problem for problem in problems(book(article)))


@pytest.mark.parametrize(
    ("without", "message"),
    [
        ("lasts", "a preventive article needs an end"),
        ("review_within", "a preventive article needs a review"),
        ("right_of_reply", "a preventive article needs `right_of_reply: true`"),
    ],
)
def test_a_preventive_article_without_end_review_or_reply_is_refused_where_it_begins(book, without, message):
    text = book(without=(without,))
    assert [problem for problem in problems(text) if message in problem and problem.startswith(place(text, "id: a1"))]


def test_a_rulebook_for_comparison_may_break_the_limits(book):
    worst = {"approval": "automatic", "measure": "suspend", "lasts": "999d", "right_of_reply": "false"}
    assert parse(book(worst, use="replay_only")).use == "replay_only"


def test_an_automatic_measure_on_adults_for_three_days_is_accepted(book):
    article = {
        "approval": "automatic",
        "when": "account_age_band == '18_plus' && severity >= 2",
        "lasts": "72h",
        "review_within": "24h",
    }
    assert parse(book(article)).articles[0].approval == "automatic"


@pytest.mark.parametrize(("renewable", "renewals"), [("true", 5), ("false", 0), ("3", 3)])
def test_renewals_are_a_number_or_as_many_as_90_days_hold(book, renewable, renewals):
    assert parse(book({"renewable": renewable})).articles[0].renewals == renewals


@pytest.mark.parametrize(
    "word", ["coupable", "Prédateurs", "guilty", "offender", "l’auteur des faits", "victime", "prоven"]
)
def test_a_preventive_text_that_speaks_of_guilt_is_refused(book, word):
    text = book().replace("Un texte", f"Cette personne est {word}")
    assert any("is no finding" in problem for problem in problems(text))


@pytest.mark.parametrize("words", ["Article 227-23-1 du code pénal", "Article 227-27", "Ce texte parle de grooming"])
def test_an_offence_of_adults_only_is_cited_for_adults_only(book, words):
    text = book().replace("Un texte", words)
    assert any("offence of adults only" in problem for problem in problems(text))
    parse(text.replace("severity >= 2", "severity >= 2 && account_age_band == '18_plus'"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "1:1: the file is empty"),
        (b"  \n ", "1:1: the file is empty"),
        (b"# nothing\n", "1:1: the file is empty"),
        (b"name: a\nversion: \xff", "2:10: not valid UTF-8"),
        (b"name: a\n\0\0\0", "2:1: a binary file"),
        (b"\x89PNG\r\n\x1a\n\0\0", "a binary file"),
        (b"a" * (LARGEST + 1), "1:1: larger than 256 KiB"),
        (b"[" * 3000, "nested more than 16 deep"),
        (b"- " * 3000, "nested more than 16 deep"),
        (b"a: &a [x]\nb: *a", "1:4: anchors and aliases"),
        (b"a\n---\nb", "2:1: a second document"),
        (b"just words", "1:1: a rulebook must be a mapping"),
        (b"- 1\n- 2", "1:1: a rulebook must be a mapping"),
        (b"name: a", "1:1: a rulebook needs `version`"),
        (b"? [a]\n: b", "1:3: unknown key"),
        (b"articles: []\nname: a", "1:11: `articles` is empty"),
        (b"articles: 3", "1:11: `articles` must be a list"),
        (b"articles: [3]", "1:12: an article must be a mapping"),
    ],
)
def test_what_is_no_rulebook_is_told_so(data, message):
    with pytest.raises(RulebookErrors) as raised:
        parse(text_of(data, "tried.yaml"), "tried.yaml")
    assert message in str(raised.value)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_rulebook_or_have_their_problems_told(data):
    with pytest.raises(RulebookErrors) as raised:
        parse(text_of(data, "tried.yaml"), "tried.yaml")
    assert all(problem.line >= 1 and problem.column >= 1 for problem in raised.value.problems)


@given(st.data())
def test_a_shipped_rulebook_with_a_piece_cut_out_is_good_or_has_its_problems_told(data):
    text = load("rempart").source
    start = data.draw(st.integers(0, len(text)))
    cut = text[:start] + text[start + data.draw(st.integers(1, 60)) :]
    found = []
    try:
        parse(cut, "tried.yaml")
    except RulebookErrors as error:
        found = error.problems
    assert all(1 <= problem.line <= cut.count("\n") + 2 for problem in found)


@given(
    st.lists(st.text("ab é'\"\\#:", min_size=1, max_size=6).map(str.strip).filter(bool), min_size=1, max_size=4),
    st.sampled_from(["|", ">", "'", '"']),
)
def test_a_place_inside_a_scalar_is_found_however_it_is_written(words, style):
    written = yaml.dump({"when": "\n".join(words) + "\nZ"}, default_style=style, allow_unicode=True, width=10)
    source = Source(written, "tried.yaml")
    node = source.root.value[0][1]
    source.note_inside(node, node.value.rindex("Z"), "here")
    problem = source.problems[0]
    assert written.splitlines()[problem.line - 1][problem.column - 1] == "Z"


def test_a_file_that_is_not_there_is_no_rulebook(tmp_path):
    with pytest.raises(FileNotFoundError):
        load(str(tmp_path / "nowhere.yaml"))


def test_a_rulebook_is_loaded_from_a_file(tmp_path, book):
    file = Path(tmp_path / "mine.yaml")
    file.write_text("\ufeff" + book(), encoding="utf-8")
    assert load(str(file)).name == "tried"
