"""Statements of reasons: every element of Art. 17(3), in both languages, and never a finding of guilt."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from string import Formatter

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.casework.statements import fields, sentences, wording, writing
from rempart.casework.statements.dates import LANGUAGES, day, moment, month
from rempart.pages.labels import SERVICE
from rempart.records.vocabulary import CHANNELS, CONDUCTS
from rempart.rulebook import load, saying, shipped

TEXTS = ("sentences.yaml", "page.yaml", "appeals.yaml")
BOOKS = {name: load(name) for name in shipped()}
ARTICLES = [(name, article) for name, book in BOOKS.items() for article in book.articles]
DSA = {
    "required": {
        *("category", "decision_ground", "content_type", "content_date", "application_date", "source_type"),
        *("automated_detection", "automated_decision", "puid"),
    },
    "one_of": {"decision_visibility", "decision_monetary", "decision_provision", "decision_account"},
}
DATES = st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))
PLAIN_WORDS = st.sampled_from(["We checked two exports.", "Nous avons vérifié deux exports."])


@st.composite
def grounds(draw, mode=None, adult=None):
    """A decision as a generator of statements is given it: any shipped article, measure, age, end, source."""
    name, article = draw(st.sampled_from([one for one in ARTICLES if mode in (None, one[1].mode)]))
    measures = draw(
        st.lists(st.sampled_from(sorted(fields.KINDS)), min_size=1, max_size=3, unique=True).map(
            lambda chosen: {one: [article.id] for one in chosen}
        )
    )
    if draw(st.booleans()):
        measures["watch"] = [article.id]
    begins = draw(DATES)
    preventive = article.mode == "preventive"
    length = draw(st.timedeltas(timedelta(hours=1), timedelta(days=90)))
    ends = begins + length if preventive or draw(st.booleans()) else None
    told = fields.Told(
        conduct=tuple(draw(st.lists(st.sampled_from(CONDUCTS), max_size=3, unique=True))),
        months=tuple(draw(st.lists(st.sampled_from(["2020-06", "2021-12"]), min_size=1, max_size=2, unique=True))),
        services=tuple(draw(st.lists(st.sampled_from(sorted(set(SERVICE) - {"unknown"})), max_size=2, unique=True))),
        agreed=tuple(
            draw(st.lists(st.just({"fr": "Des messages insistants.", "en": "Pressing messages."}), max_size=1))
        ),
    )
    held = fields.Held(amount=Decimal("1234.5"), currency="EUR", as_of=begins)
    return fields.Grounds(
        number=f"rempart-{draw(st.integers(1, 10**9))}",
        mode=article.mode,
        measures=measures,
        articles=[article],
        rulebook=name,
        version=BOOKS[name].version,
        digest="0" * 64,
        begins_at=begins,
        ends_at=ends,
        review_due=begins + length / 2 if preventive else None,
        told=told,
        channels=frozenset(draw(st.lists(st.sampled_from(CHANNELS), min_size=1, unique=True))),
        approval=draw(st.sampled_from(["automatic", "one_reviewer", "two_reviewers"])),
        adult=draw(st.booleans()) if adult is None else adult,
        redress=fields.Redress(
            reply_until=begins + timedelta(days=14),
            complaint_until=begins + timedelta(days=184),
            body_name=draw(st.sampled_from(["", "Médiateur des services numériques"])),
            body_url="https://example.org/disputes",
            country=draw(st.sampled_from([None, "FR", "BE", "JP"])),
        ),
        explanation=None if preventive else {"fr": "Nous avons vérifié deux exports.", "en": "We checked two exports."},
        held=draw(st.sampled_from([None, held])),
    )


def squeezed(text):
    """A text without the differences that typography makes."""
    return " ".join(re.sub("[\u00a0\u202f]", " ", text).replace("'", "’").split())


def said_in(texts, key):
    """The whole text of one version, and the version's language."""
    return squeezed(writing.plain(texts[key])), key[:2]


@settings(max_examples=220, suppress_health_check=[HealthCheck.too_slow])
@given(grounds())
def test_every_element_of_article_17_is_there_as_data_and_in_each_text(given_grounds):
    built = fields.build(given_grounds)
    texts = writing.write(built)
    assert json.loads(json.dumps(built)) == built
    assert set(texts) == ({"fr", "en"} if built["adult"] else {"fr", "en", "fr_child", "en_child"})
    for key in texts:
        said, language = said_in(texts, key)
        words = sentences.Sentences("sentences.yaml", language, child=key.endswith("_child"))

        def tells(sentence, *, said=said, words=words, **values):
            assert squeezed(words.say(sentence, **values)) in said, sentence

        def at(stamp, *, language=language):
            return moment(datetime.fromisoformat(stamp), language)

        # (a) the restriction, its kind, where, from when, until when
        assert built["restrictions"]
        for one in built["restrictions"]:
            tells(f"measure_{one['measure']}")
            tells(f"kind_{one['kind']}")
            assert one["articles"]
        tells("territory")
        assert set(built["territorial_scope"]) == set(fields.EEA)
        tells("begins", begins=at(built["begins_at"]))
        if built["ends_at"]:
            tells("ends", ends=at(built["ends_at"]))
        else:
            tells("no_end")
        if built["review_due"]:
            tells("review", review=at(built["review_due"]))
        # (b) the facts, how they came; never who told
        for conduct in built["facts"]["conduct"]:
            assert squeezed(words.say(f"conduct_{conduct}")) in said
        for one in built["facts"]["months"]:
            assert squeezed(month(one, language)) in said
        tells(f"source_{built['facts']['origin']}")
        tells("source_hidden")
        assert built["facts"]["notifier"] is None
        # (c) software, in finding and in deciding
        tells("detection_automated" if built["automation"]["detection"] else "detection_by_people")
        tells(f"decided_{built['automation']['decision']}")
        assert squeezed(words.say("estimate_automatic")) in said
        # (d), (e) the ground, its version and text, and why
        for article in built["ground"]["articles"]:
            for part in (article["title"][language], article["text"][language], article["id"]):
                assert squeezed(sentences.typeset(part, language)) in said
        assert built["ground"]["version"] in said
        tells("why_preventive" if built["mode"] == "preventive" else "why_final")
        if built["explanation"]:
            assert squeezed(built["explanation"][language]) in said
        # (f) redress
        redress = built["redress"]
        tells("reply", until=day(datetime.fromisoformat(redress["reply_until"]), language))
        last = datetime.fromisoformat(redress["complaint_until"]) - timedelta(seconds=1)
        tells("complaint", until=day(last, language))
        assert redress["free"]
        assert redress["out_of_court"]["url"] in said
        tells("court", name=words.say(f"court_{redress['court']}"))
        tells("data_protection", **redress["data_protection"])
        tells("precaution" if built["mode"] == "preventive" else "final")


@settings(max_examples=220, suppress_health_check=[HealthCheck.too_slow])
@given(grounds(mode="preventive"))
def test_no_preventive_statement_speaks_of_guilt(given_grounds):
    texts = writing.write(fields.build(given_grounds))
    for key in texts:
        assert saying.findings_of_guilt(said_in(texts, key)[0]) == []


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(grounds(adult=False))
def test_an_adult_only_offence_is_never_cited_to_somebody_who_may_be_a_minor(given_grounds):
    built = fields.build(given_grounds)
    texts = writing.write(built)
    for key in texts:
        assert saying.adult_only_offences(said_in(texts, key)[0]) == []
    kept = json.dumps(built)
    assert not [word for word in saying.adult_only_keywords() if word in kept]


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(grounds())
def test_the_fields_say_what_the_transparency_database_needs(given_grounds):
    declared = fields.build(given_grounds)["transparency"]
    assert DSA["required"] <= declared.keys()
    assert DSA["one_of"] & declared.keys()
    law = declared["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT"
    assert declared["illegal_content_explanation" if law else "incompatible_content_explanation"]
    assert re.fullmatch(r"[a-zA-Z0-9-_]{1,500}", declared["puid"])
    ends = [value for name, value in declared.items() if name.startswith("end_date_")]
    assert len(set(ends)) == 1
    assert ends[0] is None or ends[0] >= declared["application_date"]


def plain_grounds(**changes):
    """One ordinary preventive decision, changed as asked."""
    begins = datetime(2020, 6, 15, 16, 4, tzinfo=UTC)
    article = next(one for one in BOOKS["rempart"].articles if one.id == "live")
    usual = fields.Grounds(
        number="rempart-1",
        mode="preventive",
        measures={"no_live": ["live"]},
        articles=[article],
        rulebook="rempart",
        version="2026-11-22",
        digest="0" * 64,
        begins_at=begins,
        ends_at=begins + timedelta(days=14),
        review_due=begins + timedelta(days=7),
        told=fields.Told(conduct=("nude_request",), months=("2020-06",)),
        channels=frozenset({"user_report"}),
        approval="two_reviewers",
        adult=True,
        redress=fields.Redress(
            reply_until=begins + timedelta(days=14),
            complaint_until=begins + timedelta(days=184),
            body_name="",
            body_url="https://example.org",
            country="FR",
        ),
    )
    return replace(usual, **changes)


def test_dates_are_those_of_paris_with_their_zone_in_both_languages():
    texts = writing.write(fields.build(plain_grounds()))
    assert "29 juin 2020 à 18 h 04 (heure de Paris, UTC+2)" in said_in(texts, "fr")[0]
    assert "29 June 2020 at 18:04 (Paris time, UTC+2)" in said_in(texts, "en")[0]


@pytest.mark.parametrize(
    ("at", "french", "english"),
    [
        ("2026-10-25T00:30:00Z", "25 octobre 2026 à 2 h 30 (heure de Paris, UTC+2)", "25 October 2026 at 02:30"),
        ("2026-10-25T01:30:00Z", "25 octobre 2026 à 2 h 30 (heure de Paris, UTC+1)", "25 October 2026 at 02:30"),
        ("2024-02-29T23:00:00Z", "1er mars 2024 à 0 h 00 (heure de Paris, UTC+1)", "1 March 2024 at 00:00"),
        ("2024-02-28T23:00:00Z", "29 février 2024 à 0 h 00 (heure de Paris, UTC+1)", "29 February 2024 at 00:00"),
    ],
)
def test_dates_hold_across_summer_time_and_leap_days(at, french, english):
    found = datetime.fromisoformat(at)
    assert squeezed(moment(found, "fr")) == french
    assert squeezed(moment(found, "en")).startswith(english)


def test_a_preventive_statement_that_speaks_of_guilt_is_refused_whoever_wrote_it():
    spoken = plain_grounds(explanation={"fr": "Vous êtes l’agresseur.", "en": "You are the aggressor."})
    with pytest.raises(wording.FindingOfGuilt) as refused:
        writing.write(fields.build(spoken))
    assert [one.words for one in refused.value.found] == ["agresseur", "aggressor"]
    assert "agresseur" in str(refused.value)


def test_a_final_statement_may_say_what_was_established():
    article = next(one for one in BOOKS["rempart"].articles if one.id == "established-grave")
    final = plain_grounds(mode="final", articles=[article], measures={"suspend": [article.id]}, ends_at=None)
    assert "sont établis" in said_in(writing.write(fields.build(final)), "fr")[0]


def test_an_adult_only_offence_written_by_hand_is_refused_for_a_minor_and_not_for_an_adult():
    written = {"fr": "Article 227-22-1 du code pénal.", "en": "Article 227-22-1 of the Criminal Code."}
    final = plain_grounds(mode="final", explanation=written)
    with pytest.raises(wording.AdultOnlyOffence):
        writing.write(fields.build(replace(final, adult=False)))
    assert writing.write(fields.build(final))


def test_a_decision_that_only_watches_has_no_statement():
    with pytest.raises(fields.NothingRestricted):
        fields.build(plain_grounds(measures={"watch": ["watch"]}))


def test_a_sole_notice_is_said_to_be_a_notice_and_a_flagger_is_not_shown():
    built = fields.build(plain_grounds(channels=frozenset({"trusted_flagger"})))
    assert built["facts"]["origin"] == "notices"
    assert "FLAGGER" not in json.dumps(built).upper()


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (None, "sera indiquée sur votre page dès que la plateforme nous la donne"),
        (fields.Held(amount=Decimal("1234.5"), currency="EUR", as_of=datetime(2020, 6, 16, tzinfo=UTC)), "1 234,50 €"),
    ],
)
def test_held_earnings_are_stated_and_said_to_be_paid_out(amount, expected):
    texts = writing.write(fields.build(plain_grounds(measures={"no_monetisation": ["money"]}, held=amount)))
    said, _language = said_in(texts, "fr")
    assert expected in said
    assert "cette somme vous est versée" in said


def test_no_sentence_of_ours_speaks_of_guilt_or_of_an_adult_only_offence():
    for file in TEXTS:
        for key, words in sentences.read(file).items():
            for said in words.values():
                assert saying.findings_of_guilt(said) == [], (file, key)
                assert saying.adult_only_offences(said) == [], (file, key)


def test_each_sentence_has_both_languages_and_the_same_values_in_all():
    for file in TEXTS:
        for key, words in sentences.read(file).items():
            assert {"fr", "en"} <= words.keys() <= {"fr", "en", "fr_child", "en_child"}, (file, key)
            values = {frozenset(name for _, name, _, _ in Formatter().parse(said) if name) for said in words.values()}
            assert len(values) == 1, (file, key)


def test_there_are_words_for_every_measure_and_conduct():
    for language in LANGUAGES:
        for child in (False, True):
            said = sentences.Sentences("sentences.yaml", language, child=child)
            assert all(said.has(f"measure_{one}") for one in fields.KINDS)
            assert all(said.has(f"conduct_{one}") for one in CONDUCTS)


def test_the_list_of_findings_of_guilt_is_versioned_and_kept_with_each_statement():
    assert fields.build(plain_grounds())["guilt_list"] == saying.guilt_version()
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", saying.guilt_version())


JARGON = ("règlement", "regulation", "tribunal", "juridi", "mesure", "measure", "restriction", "contentieux", "plainte")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_child_reads_short_sentences_and_no_jargon_above_the_fold(language):
    page = sentences.Sentences("page.yaml", language, child=True).all()
    above = [
        said for key, said in page.items() if key.startswith(("what_", "head_", "precaution", "help_", "do_", "adult_"))
    ]
    for said in above:
        assert not [word for word in JARGON if word in said.lower()], said
        for sentence in re.split(r"(?<=[.?!])\s+", said):
            assert len(sentence.split()) <= 14, sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_childs_statement_is_easier_to_read_than_an_adults(language):
    texts = writing.write(fields.build(plain_grounds(adult=False)))
    child, adult = (reading_ease(writing.plain(texts[key]), language) for key in (f"{language}_child", language))
    assert child > adult
    assert child >= 60  # "plain": understood at 13 (Flesch 1948; Kandel and Moles 1958 for French)


def reading_ease(text, language):
    """Flesch's reading ease; with the weights of Kandel and Moles in French. Addresses are left out."""
    text = re.sub(r"https?://\S+", "", text)
    lines = [line for line in text.splitlines() if line.strip()]
    sentences_ = [one for line in lines for one in re.split(r"(?<=[.?!:;])\s+", line) if re.search(r"\w", one)]
    words = re.findall(r"[^\W\d_]+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouyàâéèêëîïôûùœ]+", word.lower()))) for word in words)
    length, weight = len(words) / len(sentences_), syllables / len(words)
    return 207 - 1.015 * length - 73.6 * weight if language == "fr" else 206.835 - 1.015 * length - 84.6 * weight


def test_the_list_of_authorities_has_a_version():
    assert yaml.safe_load(str(sentences.read("redress.yaml")["version"]))
