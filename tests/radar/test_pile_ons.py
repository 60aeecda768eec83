import random
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.radar.pile_ons import Parameters, find
from rempart.radar.pile_ons.expecting import tail
from rempart.radar.pile_ons.simulator import World, simulate
from rempart.records import Action

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = 3600.0


def act(number: int, seconds: float, actor: str, **given: object) -> Action:
    fields = {"object": "post", "target": "maya", "kind": "comment"} | given
    return Action(id=f"a{number}", at=BEGIN + timedelta(seconds=seconds), actor=actor, **fields)


def hostile(times: list[float], *, target: str = "maya", first: int = 0) -> list[Action]:
    """One hostile comment of somebody else at each of some times."""
    return [
        act(first + place, at, f"{target}-{first + place}", target=target, hostile=True)
        for place, at in enumerate(times)
    ]


def ordinary_days(days: int, *, an_hour: float, target: str = "maya", first: int = 0, seed: int = 1) -> list[float]:
    chance = random.Random(seed)
    times, now = [], 0.0
    while (now := now + chance.expovariate(an_hour / HOUR)) < days * 24 * HOUR:
        times.append(now)
    return times


# Surprise


def test_many_at_once_where_hardly_anybody_came_is_a_pile_on():
    quiet = ordinary_days(7, an_hour=0.1)
    storm = [6.5 * 24 * HOUR + 20 * number for number in range(60)]

    (alert,) = find(hostile(quiet) + hostile(storm, first=1000)).alerts

    assert alert.target == "maya"
    assert alert.started_at == BEGIN + timedelta(seconds=storm[0])
    assert alert.detected_at < BEGIN + timedelta(seconds=storm[15])
    assert alert.actors == 60
    assert alert.expected < 1


def test_as_many_as_every_day_is_none():
    usual = hostile(ordinary_days(6, an_hour=40))
    friendly = [
        act(100_000 + number, at, f"fan{number}", hostile=False)
        for number, at in enumerate(ordinary_days(6, an_hour=400, seed=2))
    ]

    assert find(usual + friendly).alerts == []


def test_what_is_known_of_the_past_counts_where_nobody_friendly_comes():
    """The same 40 an hour, all at once after days of them, and after days of nothing."""
    usual, busy = ordinary_days(6, an_hour=40), ordinary_days(1, an_hour=40, seed=3)
    silent = find(hostile([6 * 24 * HOUR + at for at in busy] + [0.0])).alerts
    loud = find(hostile(usual + [6 * 24 * HOUR + at for at in busy])).alerts

    assert any(alert.detected_at > BEGIN + timedelta(days=6) for alert in silent)
    assert not any(alert.detected_at > BEGIN + timedelta(days=6) for alert in loud)


def test_who_posts_a_lot_has_more_of_both():
    """A video that everybody sees brings thirty times as many comments, of which as small a share is hostile."""
    usual = ordinary_days(7, an_hour=20)
    rush = [6.5 * 24 * HOUR + 5 * number for number in range(700)]
    actions = [act(number, at, f"fan{number}", hostile=number % 20 == 0) for number, at in enumerate([*usual, *rush])]

    assert find(actions).alerts == []


def test_one_person_is_not_many():
    assert find([act(number, 10 * number, "same", hostile=True) for number in range(500)]).alerts == []


def test_an_alert_rests_on_what_came_before_it_alone():
    storm = hostile([5 * HOUR + 20 * number for number in range(60)])
    (alert,) = find(storm).alerts
    before = [action for action in storm if action.at <= alert.detected_at]

    (early,) = find(before).alerts

    assert (early.detected_at, early.started_at) == (alert.detected_at, alert.started_at)
    assert find(before[:-1]).alerts == []


def test_a_second_pile_on_is_seen_after_a_first():
    day = 24 * HOUR
    storms = [[when * day + 20 * number for number in range(60)] for when in (6, 9)]

    alerts = find(hostile(ordinary_days(10, an_hour=0.1)) + hostile(storms[0] + storms[1], first=1000)).alerts

    assert [alert.started_at for alert in alerts] == [BEGIN + timedelta(seconds=storm[0]) for storm in storms]


def test_reports_are_counted_and_copies_are_shown_together():
    said = [
        act(n, 5 * HOUR + n, f"p{n}", text="rentre chez toi espèce de menteuse, on t'a vue hier !") for n in range(20)
    ]
    reported = [act(100 + n, 5 * HOUR + n, f"r{n}", kind="report") for n in range(20)]

    (alert,) = find(said + reported).alerts

    assert alert.reports == 20
    assert alert.copies[0].actors == 20
    assert alert.examples[0] == "a0"


@pytest.mark.parametrize(
    ("count", "mean", "dispersion"), [(3, 1.0, 0.5), (40, 2.5, 1.0), (5, 0.01, 2.0)], ids=["few", "many", "rare"]
)
def test_the_tail_is_that_of_a_negative_binomial(count, mean, dispersion):
    """By the recurrence of its probabilities from zero on."""
    size = 1 / dispersion
    success = mean / (mean + size)
    probability = (1 - success) ** size
    below = 0.0
    for number in range(count):
        below += probability
        probability *= (number + size) / (number + 1) * success
    found = np.exp(tail(np.array([float(count)]), np.array([mean]), np.array([dispersion])))

    assert found == pytest.approx(1 - below, rel=1e-6, abs=1e-12)


# Groups


@pytest.fixture(scope="module")
def world() -> World:
    return simulate(days=7, targets=40, fans=1500, brigades=5, pile_ons=2, seed=5)


@pytest.fixture(scope="module")
def found(world):
    return find(world.actions)


def test_members_of_brigades_are_found_and_nobody_else(world, found):
    members = {membership.actor for membership in found.memberships}
    brigades = set().union(*world.brigades)

    assert len(members & brigades) >= 0.95 * len(members)
    assert len(members & brigades) >= 0.85 * len(brigades)


def test_brigades_are_not_mixed_up(world, found):
    hostile_groups = [group for group in found.groups if group.hostile >= 0.2]

    for group in hostile_groups:
        assert max(len(brigade.intersection(group.members)) for brigade in world.brigades) >= 0.9 * len(group.members)


def test_whoever_is_piled_on_is_seen_within_the_hour_and_nobody_else(world, found):
    for target, began in world.pile_ons:
        assert any(alert.target == target and alert.detected_at - began < timedelta(hours=1) for alert in found.alerts)
    assert {alert.target for alert in found.alerts} <= {target for target, _ in world.pile_ons} | set(world.raided)


def test_with_shifted_clocks_there_are_no_groups(world):
    chance = random.Random(3)
    shift = {
        f"fan{number}": timedelta(seconds=chance.choice((-1, 1)) * chance.uniform(900, 7200)) for number in range(1500)
    }
    shifted = [
        Action(id=a.id, at=a.at + shift[a.actor], actor=a.actor, object=a.object, target=a.target, kind=a.kind)
        for a in world.actions
    ]

    assert find(shifted).groups == []


@pytest.mark.parametrize("size", [30, 400])
@pytest.mark.parametrize("share", [0.2, 0.6])
def test_fans_who_all_react_to_a_live_are_no_group(size, share):
    chance = random.Random(1)
    lives = [
        (40_000 * live + chance.expovariate(1 / 30), f"fan{fan}", f"live{live}")
        for live in range(10)
        for fan in range(size)
        if chance.random() < share
    ]
    actions = [act(n, at, actor, object=live, text="trop bien ce live") for n, (at, actor, live) in enumerate(lives)]

    assert find(actions).groups == []


def raids(members: int, times: int, *, every: float = 7 * HOUR, first: int = 0) -> list[Action]:
    return [
        act(first + 100 * raid + member, every * raid + 1.5 * member, f"m{member}", object=f"post{raid}", kind="report")
        for raid in range(times)
        for member in range(members)
    ]


def background(count: int = 400) -> list[Action]:
    chance = random.Random(9)
    return [
        act(50_000 + n, chance.uniform(0, 60 * HOUR), f"b{n % 150}", object=f"post{n % 8}", hostile=False)
        for n in range(count)
    ]


def test_a_group_that_grew_keeps_its_id():
    small = find(raids(8, 4) + background()).groups
    grown = find(raids(12, 6) + background()).groups

    assert [len(group.members) for group in small + grown] == [8, 12]
    assert grown[0].id == small[0].id


def test_a_group_whose_beginning_is_no_longer_there_keeps_its_id_from_the_run_before():
    (before,) = find(raids(8, 4) + background()).groups
    later = [action for action in raids(9, 8) if action.at > BEGIN + timedelta(hours=10)] + background()

    assert find(later).groups[0].id != before.id
    assert find(later, known=[before]).groups[0].id == before.id


def test_one_text_under_many_posts_within_a_minute_links_those_who_paste_it():
    """Each time another text, each of them under another post."""
    texts = [
        "rendez-nous notre argent tout de suite espèce de menteur",
        "personne ne veut plus te voir ici alors pars",
        "we will not stop until your channel is gone",
        "signalez tous cette vidéo avant ce soir svp",
        "tout le monde sait ce que vous avez fait",
    ]
    pasted = [
        act(100 * time + member, 9 * HOUR * time + member, f"m{member}", object=f"post{100 * time + member}", text=text)
        for time, text in enumerate(texts)
        for member in range(6)
    ]

    (group,) = find(pasted + background()).groups

    assert len(group.members) == 6


def test_the_same_whatever_the_order_of_lines_and_twice_the_same_line():
    actions = raids(8, 4) + background()
    mixed = actions * 2
    random.Random(4).shuffle(mixed)

    assert find(mixed) == find(actions)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 4000), st.sampled_from("abcdef"), st.sampled_from("xyz"),
            st.sampled_from(["maya", None]), st.sampled_from(["comment", "report", "like"]),
            st.sampled_from([None, "", "t'es nul", "bravo à toi et à tous"]), st.sampled_from([None, True, False]),
        ),
        max_size=40,
    )
)  # fmt: skip
def test_any_few_actions_are_gone_through(rows):
    actions = [
        act(n, at, actor, object=o, target=target, kind=kind, text=text, hostile=known)
        for n, (at, actor, o, target, kind, text, known) in enumerate(rows)
    ]

    found = find(actions)

    for group in found.groups:
        assert len(group.members) >= 3
        assert 0 <= group.q <= Parameters().q
    for alert in found.alerts:
        assert alert.started_at <= alert.detected_at <= alert.ended_at
        assert alert.observed <= alert.actions


@pytest.mark.parametrize(
    "given",
    [{"windows": ()}, {"q": 0}, {"nulls": 0}, {"shift_from": 30}],
    ids=["windows", "q", "nulls", "shift"],
)
def test_parameters_that_make_no_sense_are_refused(given):
    with pytest.raises(ValueError, match=next(iter(given))):
        Parameters(**given)
