"""What the groups of a pile-on change in what is believed: those who act together are few sources, others as many."""

from datetime import UTC, datetime, timedelta

import pytest

from rempart.corroboration import assess
from rempart.radar.pile_ons import find
from rempart.records import AccountReference, Action, Assessment, Reporter, Testimony

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
RAIDED, ACCUSED = AccountReference("tiktok", "maya.draws"), AccountReference("tiktok", "leo.vrtx")
BRIGADE = [f"tiktok:raider{number}" for number in range(25)]
HARMED = [f"tiktok:someone{number}" for number in range(4)]


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


@pytest.fixture(scope="module")
def communities():
    """Reporters' communities, from who reported which posts when: a brigade in raids, and others in their own time."""
    actions = []
    for raid in range(6):
        for place, actor in enumerate(BRIGADE):
            if (place + raid) % 5:
                actions.append((at(300 * raid + place / 40), actor, f"post{raid}", RAIDED))
    for place, actor in enumerate(HARMED):
        for number in range(3):
            actions.append((at(170 * place + 400 * number), actor, f"video{number}", ACCUSED))
    for number in range(300):
        actions.append((at(6.1 * number), f"tiktok:fan{number % 80}", f"post{number % 6}", RAIDED))
    found = find(
        Action(id=str(number), at=moment, actor=actor, object=object_, target=str(target), kind="report")
        for number, (moment, actor, object_, target) in enumerate(actions)
    )
    return {membership.actor: membership.communities for membership in found.memberships}


def assessed(communities: dict[str, list[str]]) -> dict[AccountReference, Assessment]:
    said = [(actor, RAIDED, 40.0 * place) for place, actor in enumerate(BRIGADE)]
    said += [(actor, ACCUSED, 300.0 * place) for place, actor in enumerate(HARMED)]
    others = [AccountReference("tiktok", f"other{number}") for number in range(15)]
    said += [(f"tiktok:else{number}", others[number % 15], 50.0 * number) for number in range(45)]
    testimonies = [
        Testimony(
            id=f"t{number}", received_at=at(2000 + minutes), channel="user_report", about=about, stance="testimony",
            conduct=["sexual_messages"], reporter=Reporter(id=actor, communities=communities.get(actor, [])),
        )
        for number, (actor, about, minutes) in enumerate(said)
    ]  # fmt: skip
    return {assessment.about: assessment for assessment in assess(testimonies)}


def test_the_brigade_is_one_community_and_nobody_else_is_in_any(communities):
    assert set(communities) == set(BRIGADE)
    assert len({name for names in communities.values() for name in names}) == 1


def test_a_brigade_known_as_a_group_counts_for_fewer_sources_and_less(communities):
    without, given = assessed({})[RAIDED], assessed(communities)[RAIDED]

    assert without.independent_sources == pytest.approx(25, abs=1)
    assert given.independent_sources < 10
    assert given.credibility < without.credibility
    assert given.coordination > without.coordination


def test_people_who_do_not_act_together_keep_their_number_and_their_weight(communities):
    without, given = assessed({})[ACCUSED], assessed(communities)[ACCUSED]

    assert given.independent_sources == without.independent_sources == pytest.approx(4)
    assert given.credibility == pytest.approx(without.credibility)
