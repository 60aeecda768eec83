"""What raises an alert, when, and what it says."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.radar.waves import Parameters, WaveDetector
from rempart.reading import PostReader
from rempart.records import Post, Statement, WaveAlert

START = datetime(2020, 6, 6, 18, tzinfo=UTC)
TAG = "#BalanceTonTiktokeur"
TESTIMONIES = [
    "@leo.vrtx m'a demandé des nudes sur snap, j'avais 14 ans",
    "j'avais 13 ans quand @nox.riv m'envoyait des messages sexuels",
    "@leo.vrtx m'a menacée de publier mes photos nues, j'en avais 15",
    "i was 14 when @kyl.sdm asked me for nudes on insta",
    "moi aussi : @nox.riv m'a forcée à lui envoyer des photos de moi nue à 16 ans",
    "@enzo_rp kept begging me for nudes, i was 15, i have screenshots",
    "à 12 ans @leo.vrtx m'a envoyé une photo de son sexe",
    "ma petite sœur avait 13 ans, @nox.riv lui a demandé des nudes",
]
EVERYDAY = [
    "le débat de ce soir était long {n}",
    "{n} % dans le sondage, qui y croit",
    "so happy about the match {n}:1",
    "heute {n} Leute auf dem Marktplatz",
    "ma mère m'a fait des pâtes pour la {n}e fois mdr",
    "i miss my cat so much {n}",
]


def post(number: int | str, text: str, minutes: float, author: str | None = None, **more: str) -> Post:
    return Post(
        id=str(number),
        service="twitter",
        author=author or f"author-{number}",
        created_at=START + timedelta(minutes=minutes),
        text=text,
        **more,  # type: ignore[arg-type]
    )


def wave(tag: str = TAG, *, begins: float = 0, size: int = 8, every: float = 10, name: str = "w") -> list[Post]:
    """People who testify under a tag, the first of them at `begins` minutes."""
    return [
        post(f"{name}{number}", f"{TESTIMONIES[number % len(TESTIMONIES)]} {tag} {number}", begins + every * number)
        for number in range(size)
    ]


def everyday(count: int, *, tags: int = 40, begins: float = -6 * 24 * 60, every: float = 10) -> list[Post]:
    dice = random.Random(7)
    return [
        post(
            f"e{number}",
            f"{dice.choice(EVERYDAY).format(n=number)} #sujet{dice.randrange(tags)}",
            begins + every * number,
        )
        for number in range(count)
    ]


def alerts_of(posts: Iterable[Post], parameters: Parameters | None = None) -> list[WaveAlert]:
    detector = WaveDetector(parameters)
    ordered = sorted(posts, key=lambda one: one.created_at)
    return [alert for one in ordered for alert in detector.see(one)]


def test_a_wave_of_eight_is_seen_before_its_end():
    [alert] = alerts_of([*everyday(800), *wave()])
    assert alert.tag == "balancetontiktokeur"
    assert alert.detected_at <= START + timedelta(minutes=70)
    assert (alert.signal, alert.kind) == ("testimonies", "tag")


def test_a_wave_is_seen_by_a_detector_that_knows_nothing_yet():
    assert [alert.tag for alert in alerts_of(wave())] == ["balancetontiktokeur"]


def test_everyday_tags_raise_nothing():
    assert alerts_of(everyday(3000)) == []


def test_an_alert_says_who_is_accused_when_it_began_and_shows_posts_of_several_people():
    call = post("call", f"racontez ce qu'ils vous ont fait {TAG}", -5)
    [alert] = alerts_of([*everyday(800), call, *wave()])
    assert alert.started_at == call.created_at
    assert ("twitter", "leo.vrtx") in {(account.service, account.handle) for account in alert.accused}
    assert len(set(alert.examples)) == len(alert.examples) >= 3
    assert alert.testimonies <= alert.authors <= alert.posts
    assert alert.expected < alert.testimonies
    assert sum(hour.testimonies for hour in alert.recent) == alert.testimonies


def test_a_wave_in_a_tag_of_old_begins_with_its_first_testimony_not_with_the_tag():
    daily = [post(f"d{n}", f"belle journée {n} #vendredi", -6 * 24 * 60 + 30 * n) for n in range(280)]
    [alert] = alerts_of([*daily, *wave("#vendredi")])
    assert alert.started_at == START


def test_supporters_deniers_and_hijackers_do_not_hide_a_wave():
    noise = [
        post(f"n{n}", f"{text} {TAG} {n}", 3 + 9 * n)
        for n, text in enumerate(
            ["courage à vous toutes", "gagne un iPhone en bio", "vous mentez pour le buzz", "c'est quoi ce hashtag"] * 2
        )
    ]
    assert len(alerts_of([*everyday(800), *noise, *wave()])) == 1


def test_one_wave_raises_one_alert_however_long_it_lasts():
    assert len(alerts_of([*everyday(800), *wave(size=120, every=45)])) == 1


def test_after_a_quiet_time_the_same_tag_may_raise_another():
    again = wave(begins=15 * 24 * 60, name="again")
    assert len(alerts_of([*everyday(4000), *wave(), *again])) == 2


def test_one_author_who_posts_many_times_is_one_author():
    posts = [post(f"s{n}", f"{TESTIMONIES[n % 8]} {TAG} {n}", n, author="only-one") for n in range(60)]
    assert alerts_of([*everyday(800), *posts]) == []


def test_a_few_who_post_all_day_are_not_taken_for_witnesses_by_one_misreading():
    posts = [
        post(
            f"b{n}",
            f"{TESTIMONIES[n // 7 % 8] if n % 7 == 6 else EVERYDAY[n % 6].format(n=n)} #fil {n}",
            n,
            f"b{n % 5}",
        )
        for n in range(300)
    ]
    assert alerts_of([*everyday(800), *posts]) == []


def test_reposts_are_not_counted():
    posts = [post(f"r{n}", f"{TESTIMONIES[n % 8]} {TAG} {n}", n, repost_of="w0") for n in range(60)]
    manual = [post(f"m{n}", f"RT @quelquun: {TESTIMONIES[n % 8]} {TAG} {n}", n) for n in range(60)]
    assert alerts_of([*everyday(800), *posts, *manual]) == []


def test_copies_of_one_text_are_one_voice():
    signs = ["", " !", " 😭", " ...", " #autre", " https://example.org/a"]
    posts = [post(f"c{n}", f"{TESTIMONIES[0]} {TAG}{signs[n % len(signs)]}", n) for n in range(60)]
    assert alerts_of([*everyday(800), *posts]) == []


@pytest.mark.parametrize(
    ("tag", "public"),
    [
        ("#BalanceTonTiktokeur", True),
        ("#MeTooTiktok", True),
        ("#StopLeoVrtx", False),
        ("#leovrtxpredateur", False),
        ("#cancel_nox_riv", False),
        ("#leovrtx", False),
        ("#ExposedMarwen", False),
    ],
    ids=["call", "me-too", "stop-name", "name-accused", "cancel-name", "name-alone", "name-nobody-accuses"],
)
def test_a_tag_that_holds_a_name_and_accuses_is_never_public(tag, public):
    [alert] = alerts_of([*everyday(800), *wave(tag)])
    assert alert.public is public


def test_several_tags_of_a_post_are_each_counted_and_written_alike_are_one():
    posts = [
        post(f"w{n}", f"{text} {'#BALANCETONTIKTOKEUR' if n % 2 else '#balancetontiktokeur😭'} #pourtoi", n)
        for n, text in enumerate(TESTIMONIES)
    ]
    found = {alert.tag for alert in alerts_of([*everyday(800), *posts])}
    assert found == {"balancetontiktokeur", "pourtoi"}


def test_a_call_without_a_tag_is_seen_by_its_words():
    posts = [post(f"w{n}", f"balance ton tiktokeur : {text}", 10 * n) for n, text in enumerate(TESTIMONIES)]
    [alert] = alerts_of([*everyday(800), *posts])
    assert (alert.kind, alert.tag, alert.public) == ("phrase", "balance ton tiktokeur", True)
    assert alert.started_at == START


def test_a_name_without_a_tag_is_seen_and_is_never_public():
    posts = [
        post(f"w{n}", f"{text.replace('@leo.vrtx', '@autre')} Leo Vrtx", 10 * n) for n, text in enumerate(TESTIMONIES)
    ]
    [alert] = alerts_of([*everyday(800), *posts])
    assert (alert.kind, alert.tag, alert.public) == ("phrase", "leo vrtx", False)


def test_statements_are_taken_as_they_were_read():
    reader = PostReader()
    posts = [*everyday(800), *wave()]
    statements = [reader.read(one) for one in posts]
    assert alerts_of(statements) == alerts_of(posts)
    silent = [msgspec.structs.replace(one, stance="other") for one in statements]
    assert alerts_of(silent) == []


def test_a_post_from_the_far_future_or_past_changes_nothing():
    strange = [post("f", f"bonjour {TAG}", 50 * 365 * 24 * 60), post("p", f"bonjour {TAG}", -50 * 365 * 24 * 60)]
    detector = WaveDetector()
    posts = [*everyday(800), *wave()]
    for place in (100, 400, 803):
        posts[place:place] = strange
    assert [alert.tag for one in posts for alert in detector.see(one)] == ["balancetontiktokeur"]
    assert detector.late == 3


def test_posts_a_little_out_of_order_are_counted_where_they_belong():
    posts = [*everyday(800), *wave()]
    dice = random.Random(3)
    shaken = sorted(posts, key=lambda one: one.created_at.timestamp() + dice.uniform(0, 600))
    detector = WaveDetector()
    assert [alert.tag for one in shaken for alert in detector.see(one)] == ["balancetontiktokeur"]


@settings(max_examples=12)
@given(st.lists(st.integers(0, 807), max_size=4))
def test_a_detector_that_was_stopped_and_went_on_says_the_same(stops):
    posts = sorted([*everyday(800), *wave()], key=lambda one: one.created_at)
    detector, reader, said = WaveDetector(), PostReader(), []
    for place, one in enumerate(posts):
        if place in stops:
            detector = WaveDetector.from_state(detector.state(), reader=reader)
        said += detector.see(one)
    assert said == alerts_of(posts)


def test_the_state_is_small_and_holds_no_name_of_an_author_nor_a_text():
    detector = WaveDetector()
    for one in [*everyday(2000), *wave()]:
        detector.see(one)
    state = detector.state()
    assert len(state) < 100_000
    assert b"author-" not in state
    assert b"demand" not in state


@pytest.mark.parametrize("state", [b"", b"\x00", b"\x92\x02\xa0"], ids=["empty", "number", "another-version"])
def test_a_state_that_is_none_is_refused(state):
    with pytest.raises(ValueError, match="state"):
        WaveDetector.from_state(state)


def test_quiet_tags_are_forgotten():
    detector = WaveDetector()
    for one in everyday(3000, tags=3000, every=60, begins=-3000 * 60):
        detector.see(one)
    assert len(detector.state()) < 40_000


def test_a_wave_that_nobody_saw_does_not_teach_that_waves_are_ordinary():
    never = Parameters(false_alerts=1e-12)
    missed = [wave(f"#appel{n}", begins=n * 600, name=f"m{n}-", size=6) for n in range(12)]
    detector = WaveDetector(never)
    posts = sorted([*everyday(1600), *(one for one_wave in missed for one in one_wave)], key=lambda one: one.created_at)
    for one in posts:
        assert detector.see(one) == []
    awake = WaveDetector.from_state(detector.state())
    late = wave("#appel99", begins=13 * 600, name="late")
    assert [alert.tag for one in late for alert in awake.see(one)] == ["appel99"]


def test_where_testimonies_are_ordinary_more_of_them_are_needed():
    """A forum for survivors: a third of the authors of every tag testify, always."""
    dice = random.Random(5)
    posts = [
        Statement(
            id=str(n), service="web", author=f"a{n}", created_at=START + timedelta(minutes=10 * n),
            text=f"#salon{dice.randrange(60)}", stance="testimony" if n % 3 == 0 else "support",
            stance_probability=0.9, conduct=["harassment"] if n % 3 == 0 else [],
        )
        for n in range(6000)
    ]  # fmt: skip
    detector = WaveDetector()
    days = [alert.detected_at for one in posts for alert in detector.see(one)]
    assert len([day for day in days if day > START + timedelta(days=5)]) <= 2


def test_parameters_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="windows"):
        Parameters(windows=(timedelta(hours=1), timedelta(hours=2)))
    with pytest.raises(ValueError, match="false_alerts"):
        Parameters(false_alerts=0)
