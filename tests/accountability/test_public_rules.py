"""Rules told to everybody: each condition in words, what must not show who spoke left out, changes in sentences."""

import pytest
from django.utils import translation

from rempart.accountability.public import conditions, rules_told
from rempart.rulebook import load, parse


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def told(condition):
    return [str(line) for line in conditions.lines(conditions.read(condition))]


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("severity >= 2", ["How serious what is described is, from 0 to 4: at least 2 (serious)"]),
        ("0.5 > coordination", ["How likely it is that a campaign is behind it: less than 50%"]),
        ("refuted_evidence < 1", ["Pieces of evidence that were checked and are false: none"]),
        ("'harassment' in conduct", ["What is described: harassment"]),
        (
            "('sextortion' in conduct || 'image_abuse' in conduct)",
            ["What is described: threats to publish intimate images or intimate images shared without consent"],
        ),
        ("account_age_band != '18_plus'", ["Age of the person whose account it is: anything but 18 or over"]),
        (
            "account_age_band in ['13_15', '16_17']",
            ["Age of the person whose account it is: 13 to 15 or 16 or 17"],
        ),
        ("!account_monetised", ["Whether the account earns money here: no"]),
        ("hours_since_first >= 48", ["Time since the first testimony: at least 48 hours"]),
        (
            "testimonies >= 2 && (relays >= 1 || disputes == 0)",
            [
                "Testimonies of people to whom it happened: at least 2",
                "At least one of these: Testimonies about what happened to somebody else: at least 1; or "
                "Messages that dispute it: none",
            ],
        ),
    ],
)
def test_a_condition_in_words(condition, said):
    assert told(condition) == said


@pytest.mark.parametrize(
    "condition", ["conduct.exists(c, c == 'harassment')", "testimonies + relays >= 3", "severity >= 2 ? true : false"]
)
def test_what_has_no_words_is_told_as_it_is_written(condition):
    assert told(condition) == [condition]


@pytest.mark.parametrize(
    "hidden",
    [
        "by_channel.sealed >= 1",
        "(relays >= 1 || by_channel.trusted_flagger >= 1)",
        "!(by_channel.form < 2.0)",
        "by_channel.form + by_channel.sealed >= 2",
    ],
)
def test_no_line_shows_through_which_door_a_testimony_came(hidden):
    lines = told(f"severity >= 2 && {hidden}" if "+" not in hidden else hidden)
    assert not any(word in " ".join(lines) for word in ("channel", "seal", "flagger", "form"))
    assert lines[-1] == "Something more that we do not publish, because it would show who spoke"


def test_our_own_rules_are_told_in_words_alone():
    for article in load("rempart").articles:
        for line in conditions.lines(conditions.read(article.when)):
            assert line.subject or line.asked.startswith("Something more")


@pytest.fixture
def pair():
    """Two versions of a rulebook of one article."""
    source = load("rempart").source
    live = source[source.index("name: rempart") : source.index("  - id: contact-began-here")]
    return live, parse(live)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "lasts: 14d",
            "lasts: 10d",
            "How long: 10 days, then up to 2 times as long again if a second person says why.",
        ),
        (
            "approval: one_reviewer",
            "approval: two_reviewers",
            "Who decides: two people on the team. Before: one person",
        ),
        (
            "severity >= 2",
            "severity >= 3",
            "from 0 to 4: at least 3 (very serious), where it was: at least 2 (serious)",
        ),
        ("review_within: 7d", "review_within: 5d", "Looked at again: by a person, within 5 days."),
        ("measure: watch", "measure: no_live", "What is done: The account cannot go live."),
        (
            "when: severity >= 2 &&",
            "when: severity >= 2 && relays >= 1 &&",
            "Now also required: Testimonies about what",
        ),
        ("en: A person pays attention", "en: Somebody looks", "It was called “A person pays attention”."),
    ],
)
def test_a_change_is_a_sentence(pair, before, after, said):
    source, old = pair
    [change] = rules_told.changed(old, parse(source.replace(before, after)))
    assert change.kind == "changed"
    assert any(said in sentence for sentence in change.sentences), change.sentences


def test_a_changed_text_is_shown_word_by_word(pair):
    source, old = pair
    [change] = rules_told.changed(old, parse(source.replace("follows what comes.", "reads what comes.")))
    assert [(one.kind, one.text) for one in change.text[1:]] == [
        ("before", " follows"),
        ("after", " reads"),
        ("same", " what comes."),
    ]


def test_an_article_that_comes_and_one_that_goes():
    book = load("rempart")
    source = book.source
    without = parse(
        source[: source.index("  - id: contact-began-here")] + source[source.index("  - id: contact-several-sources") :]
    )
    [gone] = rules_told.changed(book, without)
    [come] = rules_told.changed(without, book)
    assert (gone.kind, gone.sentences) == ("removed", ["This article no longer exists."])
    assert come.kind == "added"
    assert come.sentences[0].startswith("Several things suggest that people were first approached here")


def test_versions_that_differ_in_layout_alone_have_no_change(pair):
    source, old = pair
    assert rules_told.changed(old, parse(source.replace("  - id: watch", "  # the same\n  - id: watch"))) == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_article_is_told_in_the_readers_language(language):
    with translation.override(language):
        article = rules_told.told(load("rempart").articles[0], 1)
    assert article.title == {"fr": "Une personne y fait attention", "en": "A person pays attention"}[language]
    assert article.preventive
