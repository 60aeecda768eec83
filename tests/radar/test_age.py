"""What an account's own words say of its owner's age."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.radar.age.parameters import Parameters
from rempart.radar.age.reader import AgeReader
from rempart.radar.age.screening import keeps
from rempart.radar.age.simulator import accounts
from rempart.records import AccountRow
from rempart.records.accounts import PublicPost
from rempart.records.lines import to_record
from rempart.records.radar import AgeEstimate

AS_OF = date(2026, 11, 23)
READER = AgeReader(AS_OF)
WRITTEN = [json.loads(line) for line in (Path(__file__).parent / "data/age_accounts.jsonl").read_text().splitlines()]
HAND = [
    (
        to_record({name: value for name, value in row.items() if name not in ("under_13", "crop")}, AccountRow),
        row["under_13"],
    )
    for row in WRITTEN
]


def account(bio: str | None = None, *posts: str | PublicPost, **more: object) -> AccountRow:
    """An account of which these are the texts."""
    return AccountRow(id="1", service="tiktok", handle="somebody", bio=bio, posts=list(posts), **more)


def read(bio: str | None = None, *posts: str | PublicPost, as_of: date = AS_OF, **more: object) -> AgeEstimate:
    """What these texts say."""
    return AgeReader(as_of).read(account(bio, *posts, **more))


def rates(judged: list[tuple[AccountRow, bool]]) -> tuple[float, float, float]:
    """Recall of under-13s, share of flags that are wrong, share of the others that are flagged."""
    flags = [(READER.read(row).probability_under_13 >= Parameters().flagged, young) for row, young in judged]
    right = sum(flag and young for flag, young in flags)
    wrong = sum(flag and not young for flag, young in flags)
    return (
        right / sum(young for _, young in flags),
        wrong / (right + wrong),
        wrong / sum(not young for _, young in flags),
    )


@pytest.mark.parametrize("half", ["development", "held_out"])
def test_invented_accounts_are_told_apart(half):
    recall, wrong_flags, flagged_others = rates([(one.row, one.under_13) for one in accounts(600, seed=7, half=half)])
    assert recall >= 0.90
    assert max(wrong_flags, flagged_others) <= 1 / 30


def test_accounts_written_by_hand_are_told_apart():
    recall, wrong_flags, flagged_others = rates(HAND)
    assert recall >= 0.90
    assert max(wrong_flags, flagged_others) <= 1 / 30


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("demain j'ai 12 ans", 12.0),
        ("j'ai eu 11 ans hier", 11.0),
        ("dans 6 mois j'aurai 12 ans", 11.5),
        ("il me reste 1 an et 3 mois avant mes 13 ans", 11.75),
        ("il y a 2 ans j'avais 9 ans", 11.5),
        ("my 12th birthday is on the 30th of november", 12.0),
        ("i turned 10 three months ago", 10.25),
        ("j'ai 1️⃣1️⃣ ans et demi", 11.5),
        ("it's my birthday!! finally 12", 12.0),
    ],
    ids=["tomorrow", "yesterday", "in months", "countdown", "past", "birthday", "ago", "half", "finally"],
)
def test_relative_dates_are_resolved(text, age):
    assert read(None, text).estimated_age == pytest.approx(age, abs=0.35)


def test_a_post_is_read_from_its_own_day():
    old = PublicPost("demain j'ai 12 ans", datetime(2023, 11, 23, tzinfo=UTC))
    assert read(None, old).estimated_age == pytest.approx(15.0, abs=0.1)
    assert read(None, "2023-11-23: demain j'ai 12 ans").estimated_age == pytest.approx(15.0, abs=0.1)


def test_a_date_before_a_text_does_not_shift_its_spans():
    [evidence] = read(None, "2026-11-20 : j'ai 11 ans").evidence
    assert (evidence.text, evidence.span) == ("j'ai 11 ans", (13, 24))


@pytest.mark.parametrize(
    ("text", "country", "low", "high"),
    [
        ("je suis en CM2", None, 9.8, 11.2),
        ("je suis en 6e", "FR", 10.8, 12.2),
        ("en 6e primaire", "BE", 10.8, 12.2),
        ("je suis en 6e année", "CA", 11.0, 12.4),
        ("je suis en 5H", "CH", 8.2, 9.5),
        ("i'm in year 6", "GB", 10.1, 11.5),
        ("i'm in 6th grade", "US", 11.1, 12.5),
        ("i'm in p7", "GB", 10.6, 12.0),
        ("class of 2033", "US", 11.1, 12.5),
    ],
    ids=[
        "fr cm2",
        "fr 6e",
        "be primary",
        "quebec",
        "swiss",
        "english",
        "american",
        "scottish",
        "class of",
    ],
)
def test_school_years_are_those_of_their_country(text, country, low, high):
    assert low <= read(text, country=country, age_band=None).estimated_age <= high


@pytest.mark.parametrize("words", ["je rentre en 6e", "i'm going into 6th grade"], ids=["fr", "en"])
def test_the_school_year_to_come_is_a_year_later(words):
    spring, autumn = (read(None, words, as_of=date(2026, month, 15)).estimated_age for month in (5, 10))
    assert autumn - spring > 0.3


@pytest.mark.parametrize(
    "text",
    [
        "ma sœur a 11 ans", "my daughter is 9", "11 ans d'expérience", "explain like i'm 5", "quand j'avais 11 ans",
        "mon chien a 11 ans", "j'ai 5 ans d'âge mental", "« j'ai 11 ans » dit-elle dans le film",
        "13+ only, minors dni",
        "together 11 years", "Mes CM2 sont adorables", "i'm 10 minutes late", "il m'a dit \"j'ai 12 ans\"",
        "i'm 6'2", "en 6e secondaire", "vends pyjama 8 ans", "we placed 5th, grade A team", "mon compte a 11 ans",
        "je fais 12 ans mais j'en ai 22", "me prends pas pour un gamin de 12 ans", "little league coach, 12U",
    ],
)  # fmt: skip
def test_look_alikes_are_not_flagged(text):
    assert read(None, text).probability_under_13 < 0.35


TOLD_IN_PASSING = [
    ("Léa - 12 ans - Lyon", ""),
    ("", "je suis une fille de 12 ans et je dessine"),
    ("", "je suis la seule de 11 ans dans mon groupe"),
    ("", "j'ai six ans et demi"),
    ("", "i'm six and i love trains"),
    ("", "being the only 11 year old on the bus is awkward"),
    ("", "t'as quel âge ? - 12 - ah ok"),
    ("", "my mom says no instagram until 13"),
    ("", "i'm not allowed snapchat till 13"),
    ("", "tout le monde pense que je suis en terminale alors que je suis en 6e"),
]
OF_OTHERS = [
    ("Ateliers 6 - 12 ans", ""),
    ("", "je suis tombée sur une fille de 12 ans qui chante"),
    ("", "je suis maman d'une fille de 12 ans"),
    ("", "my son was the only 11 year old there"),
    ("", "il a quel âge ton chien ? - 12 ans - ah quand même"),
    ("", "i was not allowed a phone until 14"),
    ("", "people think i'm in 5th grade but i'm a senior in high school"),
]


@pytest.mark.parametrize(("bio", "post"), TOLD_IN_PASSING, ids=range(len(TOLD_IN_PASSING)))
def test_what_children_say_in_passing_is_heard_and_the_screen_keeps_it(bio, post):
    assert read(bio, post).probability_under_13 >= Parameters().flagged
    assert keeps(bio, [post], AS_OF.year)


@pytest.mark.parametrize(("bio", "post"), OF_OTHERS, ids=range(len(OF_OTHERS)))
def test_what_is_said_of_others_in_the_same_words_is_not_flagged(bio, post):
    assert read(bio, post).probability_under_13 < Parameters().flagged


def test_a_mother_s_account_full_of_children_s_ages_is_hers():
    found = read(
        "Maman de Lou (11 ans) et Tom (8 ans)", "Tom rentre en CE2", "ma fille a 11 ans et j'ai 11 ans de moins lol"
    )
    assert found.probability_under_13 < 0.2


def test_a_restriction_is_proposed_only_where_several_places_tell():
    assert read(None, "j'ai 10 ans").step == "prove"
    assert read("10 ans, CM2", "j'ai 10 ans", "la maîtresse nous a filmés à la récré").step == "restrict"
    assert read("photographe").step == "none"


def test_a_call_for_help_is_told_beside_the_age():
    found = read("11 ans", "mon beau-père me frappe quand maman travaille")
    assert found.safeguarding is True
    assert [one.source for one in found.safeguarding_evidence] == ["posts[0]"]


@pytest.mark.parametrize(
    "text",
    [
        "my dad beats me at chess",
        "dans ce film son père le frappe",
        "j'ai peur de rentrer dans l'eau",
        "my coach makes me laugh",
    ],
    ids=["chess", "film", "water", "laugh"],
)
def test_what_only_sounds_like_harm_opens_nothing(text):
    assert "safeguarding" not in json.loads(json.dumps(encoded(read(None, text))))


def encoded(estimate: AgeEstimate) -> dict[str, object]:
    """An estimate as it is written."""
    return msgspec.to_builtins(estimate)


@pytest.mark.parametrize("place", range(0, len(HAND), 6))
def test_evidence_quotes_the_text_exactly(place):
    row, _ = HAND[place]
    texts = {"bio": row.bio} | {f"posts[{number}]": post for number, post in enumerate(row.posts or ())}
    for one in READER.read(row).evidence:
        assert texts[one.source][slice(*one.span)] == one.text


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(HAND), st.randoms(use_true_random=False))
def test_the_order_of_posts_does_not_matter(judged, dice):
    row, _ = judged
    posts = list(row.posts or ())
    dice.shuffle(posts)
    other = AccountRow(**{name: getattr(row, name) for name in row.__struct_fields__} | {"posts": posts})
    assert READER.read(other).probability_under_13 == READER.read(row).probability_under_13


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(HAND),
    st.lists(
        st.sampled_from(
            [
                "le",
                "la",
                "une",
                "belle",
                "journée",
                "soleil",
                "video",
                "new",
                "today",
                "music",
                "love",
                "❤️",
                "😂",
                "chat",
                "café",
            ]
        ),
        max_size=12,
    ),
)
def test_an_unrelated_text_raises_nothing(judged, words):
    row, _ = judged
    more = AccountRow(
        **{name: getattr(row, name) for name in row.__struct_fields__}
        | {"posts": [*(row.posts or ()), " ".join(words)]}
    )
    assert READER.read(more).probability_under_13 <= READER.read(row).probability_under_13 + 1e-9


@settings(max_examples=30, deadline=None)
@given(st.integers(1950, 2019), st.integers(0, 60))
def test_who_was_born_in_a_year_gets_older(year, months):
    later = date(2026 + months // 12, months % 12 + 1, 1)
    sooner = date(2026, 1, 1)
    text = f"née en {year}"
    assert read(text, as_of=later).estimated_age >= read(text, as_of=sooner).estimated_age - 0.1


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_read(text):
    found = read(text, text)
    low, high = found.interval
    assert 0 <= found.probability_under_13 <= 1
    assert low <= found.estimated_age <= high


def test_the_screen_keeps_all_that_the_reader_finds():
    rows = [row for row, _ in HAND] + [
        one.row for half in ("development", "held_out") for one in accounts(400, seed=3, half=half)
    ]
    for row in rows:
        found = READER.read(row)
        if found.evidence or found.safeguarding is True:
            assert keeps(row.bio, list(row.posts or ()), AS_OF.year), row


@pytest.mark.parametrize(
    "wrong", [{"population": (0.5, 0.5, 0.5, 0.5)}, {"ask_from": 0.9}], ids=["shares", "thresholds"]
)
def test_parameters_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=r"shares|ask_from"):
        Parameters(**wrong)
