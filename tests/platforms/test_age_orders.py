"""What the age room asks of platforms, carried out: private meanwhile, closed by two people, lifted at once, erased."""

from datetime import timedelta

import pytest

from past import ago
from platforms.memory import Killed, killed, lasting, passing
from rempart.age import means
from rempart.age.models import AgeOrder, ChallengeAppeal
from rempart.age.services.appealing import answer_appeal, appeal
from rempart.age.services.challenges import answer_age, open_challenge
from rempart.age.services.deciding import decide, second
from rempart.platforms.connector import NOT_HERE, impossible
from rempart.platforms.models import AgeExecution
from rempart.platforms.services.enlisting_standing import enlist_waiting
from rempart.platforms.services.holding import STAYS_OFF, check_of, do_due
from rempart.platforms.services.keeping_young import AGE
from rempart.records import AccountReference
from rempart.staff.roles import Role

State, DAY = AgeExecution.State, timedelta(days=1)
WORDS = {"fr": "Tu as écrit que tu es en CM2.", "en": "You wrote that you are in year 6."}


@pytest.fixture
def people(db, staff_member):
    """Three who decide about ages."""
    return [staff_member(Role.REVIEWER, name=name) for name in ("Nour", "Elio", "Maud")]


@pytest.fixture
def ask(memory):
    def make(step="ask", handle="lou.dessine"):
        account = AccountReference("tiktok", handle, "77")
        with ago(14 if step == "restrict" else 0):  # who is before people had time to answer
            return open_challenge(account, because="sweep", step=step, country="FR")

    return make


@pytest.fixture
def close(ask, people):
    def make():
        challenge = ask("restrict")
        do_due(AGE)
        decision = decide(challenge, "restrict", acting=people[0], reason="CM2", words=WORDS)
        second(decision, acting=people[1], reason="je lis pareil")
        do_due(AGE)
        challenge.refresh_from_db()
        return challenge

    return make


def held(memory):
    return sorted(memory.held_for_age.get("lou.dessine", set()))


def actions(memory):
    return [(one.action, one.measure) for one in memory.log]


def test_an_account_that_is_asked_is_made_private_and_nothing_more(memory, ask):
    ask()
    do_due(AGE)
    assert (held(memory), AgeOrder.objects.get().carried_out_at is not None) == (["private"], True)


def test_answering_well_lifts_it_at_once(memory, ask):
    challenge = ask()
    do_due(AGE)
    answer_age(challenge, years=15)
    do_due(AGE)
    assert (held(memory), AgeExecution.objects.get().state) == ([], State.OVER)


def test_it_lapses_by_itself_and_is_taken_off_once(memory, ask, clock):
    ask()
    do_due(AGE)
    clock.move(21 * DAY)
    do_due(AGE)
    do_due(AGE)
    assert actions(memory) == [("hold_for_age", "private"), ("release_for_age", "private")]


def test_what_is_answered_before_it_was_sent_is_never_sent(memory, ask):
    answer_age(ask(), years=15)
    do_due(AGE)
    assert (memory.log, AgeExecution.objects.get().state) == ([], State.DROPPED)


def test_an_account_is_closed_once_two_people_agreed(memory, close):
    close()
    assert held(memory) == ["restrict"]


def test_an_appeal_that_is_overturned_restores_everything_and_counts_how_long_it_took(memory, close, people, clock):
    challenge = close()
    answer_appeal(appeal(challenge), "overturned", acting=people[2], reason="sa sœur")
    clock.move(timedelta(minutes=3))
    before = ChallengeAppeal.objects.get().restored_at
    do_due(AGE)
    found = ChallengeAppeal.objects.get()
    assert (held(memory), before) == ([], None)
    assert found.restored_at - found.decided_at >= timedelta(minutes=3)


def test_nothing_is_erased_before_two_people_decided_it_after_thirty_days(memory, close, people, clock):
    challenge = close()
    clock.move(31 * DAY)
    decision = decide(challenge, "erase", acting=people[0], reason="sans appel", words=WORDS)
    do_due(AGE)
    before = [action for action, _what in actions(memory)]
    second(decision, acting=people[1], reason="sans appel")
    do_due(AGE)
    do_due(AGE)
    assert "erase" not in before
    assert [action for action, _what in actions(memory)].count("erase") == 1


@pytest.mark.parametrize("at", ["hold_for_age", "hold_for_age:done"])
def test_killed_anywhere_it_is_done_once(memory, ask, at):
    ask()
    memory.trouble = killed(at)
    with pytest.raises(Killed):
        do_due(AGE)
    do_due(AGE)
    assert actions(memory) == [("hold_for_age", "private")]


def test_killed_between_doing_and_recording_and_answered_meanwhile_it_is_taken_off(memory, ask):
    challenge = ask()
    memory.trouble = killed("hold_for_age:done")
    with pytest.raises(Killed):
        do_due(AGE)
    answer_age(challenge, years=15)
    do_due(AGE)
    assert held(memory) == []


def test_a_platform_that_fails_for_now_is_asked_again(memory, ask, clock):
    ask()
    memory.trouble = passing("hold_for_age", times=2)
    for _ in range(3):
        do_due(AGE)
        clock.move(timedelta(minutes=10))
    assert held(memory) == ["private"]


def test_what_lasts_is_shown_to_a_person_who_has_it_tried_again(memory, ask, people):
    ask()
    memory.trouble = lasting("hold_for_age")
    do_due(AGE)
    order = AgeOrder.objects.get()
    said = means.problems([order.pk])
    memory.trouble = None
    assert means.retry(order.pk, acting=people[0])
    do_due(AGE)
    assert (said, held(memory)) == ({order.pk: "HTTP 400"}, ["private"])


def test_a_platform_that_cannot_is_asked_nothing_and_a_person_sees_it(memory, ask):
    memory.age_steps["private"] = impossible("Rien de tel ici.", "Nothing of the kind here.")
    challenge = ask()
    do_due(AGE)
    assert (memory.log, AgeExecution.objects.get().problem) == ([], NOT_HERE)
    assert means.of(challenge.reference, "private").words["en"] == "Nothing of the kind here."


def test_what_was_lost_is_put_back_once_and_then_shown_to_a_person(memory, ask):
    ask()
    do_due(AGE)
    for _ in range(2):
        memory.held_for_age.clear()
        check_of(AGE)
    assert (held(memory), AgeExecution.objects.get().problem) == ([], STAYS_OFF)


def test_what_was_asked_before_a_platform_was_there_is_done_once_it_is(memory, ask):
    ask()
    AgeExecution.objects.all().delete()
    assert enlist_waiting(AGE) == 1
    do_due(AGE)
    assert held(memory) == ["private"]
