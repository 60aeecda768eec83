"""What a real Synapse does about an account whose owner may be too young: private while asked, locked, opened again."""

import pytest

from past import ago
from rempart.age.services.appealing import answer_appeal, appeal
from rempart.age.services.challenges import answer_age, open_challenge
from rempart.age.services.deciding import decide, second
from rempart.platforms.services.holding import check_of, do_due
from rempart.platforms.services.keeping_young import AGE
from rempart.records import AccountReference
from rempart.staff.roles import Role

WORDS = {"fr": "Tu as écrit que tu es en CM2.", "en": "You wrote that you are in year 6."}


@pytest.fixture
def lou(home, someone):
    """Somebody who may be too young, with their client."""
    return someone()


@pytest.fixture
def people(home, staff_member):
    return [staff_member(Role.REVIEWER, name=name) for name in ("Nour", "Elio", "Maud")]


def asked(person, step="ask"):
    with ago(14 if step == "restrict" else 0):  # who is before people had time to answer
        challenge = open_challenge(AccountReference("matrix", person.mxid, person.mxid), because="sweep", step=step)
    do_due(AGE)
    return challenge


@pytest.mark.protects("matrix", "private")
def test_while_asked_strangers_cannot_write_first_and_the_moment_they_answer_well_they_can(lou, someone):
    stranger, friend = someone("18_plus"), someone("13_15")
    friend.room(lou)
    challenge = asked(lou)
    meanwhile = [stranger.make_room(lou, direct=True), friend.make_room(lou, direct=True)]
    answer_age(challenge, years=15)
    after = stranger.make_room(lou, direct=True)
    assert [one.status_code for one in [*meanwhile, after]] == [403, 200, 200]


@pytest.mark.protects("matrix", "restrict")
def test_closed_by_two_people_nobody_signs_in_and_an_overturned_appeal_opens_it(lou, people, connector):
    challenge = asked(lou, "restrict")
    decision = decide(challenge, "restrict", acting=people[0], reason="CM2", words=WORDS)
    second(decision, acting=people[1], reason="je lis pareil")
    do_due(AGE)
    account = AccountReference("matrix", lou.mxid, lou.mxid)
    closed = lou.ask("GET", "account/whoami").status_code, connector.held_for_age(account), connector.observe(account)
    check_of(AGE)
    answer_appeal(appeal(challenge), "overturned", acting=people[2], reason="sa sœur")
    do_due(AGE)
    assert closed == (401, frozenset({"restrict"}), [])
    assert lou.ask("GET", "account/whoami").status_code == 200


def test_what_a_measure_locked_stays_locked_when_the_step_about_their_age_ends(lou, connector):
    account = AccountReference("matrix", lou.mxid, lou.mxid)
    connector.apply(account, "suspend", key="order-1", until=None)
    mark = connector.hold_for_age(account, "restrict", key="age-1", until=None)
    connector.release_for_age(account, "restrict", key="age-1", mark=mark)
    assert [(one.measure, one.ours) for one in connector.observe(account)] == [("suspend", True)]
