"""Orders carried out: at once, in order, once, whatever fails or is killed on the way."""

from contextlib import closing
from datetime import timedelta

import pytest
from django.db import connection

from platforms.memory import Killed, MemoryConnector, killed, lasting, passing
from rempart.casework.models import PlatformOrder
from rempart.casework.referrals import archive
from rempart.casework.referrals.dossier import Request, draw, files_of
from rempart.casework.services import approve_decision, lift_decision, undo
from rempart.casework.services.holds import place_hold
from rempart.files.services import open_file
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference
from rempart.platforms.connector import Snapshot, TemporaryFailure
from rempart.platforms.models import Drift, Execution, Platform, PreservedCopy
from rempart.platforms.services import breaker, carry_out_due, change_platform, reconcile
from rempart.platforms.services.alone import ACCOUNT

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CONTACT = "no_new_contacts"


@pytest.fixture
def star(respondent):
    """An account of TikTok whose owner is 16 or 17: what is decided about them, two people approve."""
    return respondent(handle="leo.vrtx", age_band="16_17")


@pytest.fixture
def approved(judged, reviewer, colleague):
    """Judge an account and approve what is proposed; the decision that was taken."""

    def approve(account):
        proposal = judged(account, credibility=0.85).decisions.get(state="proposed")
        approve_decision(proposal, acting=reviewer, reason="ok")
        return approve_decision(proposal, acting=colleague, reason="ok")

    return approve


@pytest.fixture
def decision(memory, approved, star):
    """A measure that people approved, on an account of the platform."""
    return approved(star)


def executions(action="apply"):
    """What became of the orders of this kind."""
    return Execution.objects.filter(order__action=action)


def told(order):
    """What the ledger says of an order."""
    return list(LedgerRow.objects.filter(subject=reference(order)).order_by("pk").values_list("event", flat=True))


def test_an_order_has_its_execution_in_the_transaction_that_wrote_it(decision, memory):
    assert set(executions().values_list("order__measure__measure", flat=True)) >= {CONTACT}
    assert all(one.platform == memory.platform for one in executions())


def test_what_is_approved_is_due_at_once(decision):
    assert PlatformOrder.objects.get(action="apply", measure__decision=decision).due_at <= now()


def test_what_is_due_is_carried_out(decision, memory):
    carry_out_due()
    assert memory.in_force("leo.vrtx") == {CONTACT}


def test_the_order_says_when_it_was_carried_out(decision):
    carry_out_due()
    assert PlatformOrder.objects.get(action="apply", measure__decision=decision).carried_out_at is not None


def test_what_was_done_was_seen(decision):
    carry_out_due()
    assert executions().filter(order__measure__decision=decision).get().seen_at is not None


def test_the_ledger_says_what_was_kept_done_and_seen(decision):
    carry_out_due()
    order = PlatformOrder.objects.get(action="apply", measure__decision=decision)
    assert told(order) == ["account_preserved", "order_carried_out", "order_seen"]


def test_it_ends_though_the_worker_was_down_at_that_moment(decision, memory, clock):
    carry_out_due()
    clock.move(timedelta(days=30))
    carry_out_due()
    assert memory.in_force("leo.vrtx") == set()


def test_what_is_over_before_it_was_carried_out_is_dropped_with_its_end(decision, memory, clock):
    clock.move(timedelta(days=30))
    carry_out_due()
    assert memory.log == []
    assert set(Execution.objects.values_list("state", flat=True)) == {"dropped"}


def test_undoing_lifts_at_once(decision, memory, colleague):
    carry_out_due()
    undo(decision.case, acting=colleague)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == set()


def test_what_was_undone_can_be_approved_again(decision, memory, colleague, clock):
    carry_out_due()
    undo(decision.case, acting=colleague)
    carry_out_due()
    clock.move(timedelta(seconds=1))
    approve_decision(decision.case.decisions.get(state="proposed"), acting=colleague, reason="after all")
    carry_out_due()
    assert memory.in_force("leo.vrtx") == {CONTACT}


def test_what_a_person_lifts_waits_its_minute(decision, memory, reviewer, clock):
    carry_out_due()
    lift_decision(decision, acting=reviewer, reason="it was a mistake", at_once=False)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == {CONTACT}
    clock.move(MINUTE)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == set()


def test_an_account_elsewhere_has_no_execution(memory, judged, respondent):
    judged(respondent(service="snapchat"))
    assert not Execution.objects.exists()


def test_a_platform_added_later_takes_what_still_waits(approved, star, memory):
    Platform.objects.all().delete()
    approved(star)
    from rempart.platforms.services import add_platform

    add_platform("later", kind="memory", service="tiktok", address=memory.platform.address, acting=None)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == {CONTACT}


# -- what fails


def test_what_fails_for_a_passing_reason_is_tried_again(decision, memory, clock):
    memory.trouble = passing("apply")
    carry_out_due()
    assert memory.in_force("leo.vrtx") == set()
    clock.move(HOUR)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == {CONTACT}


def test_what_fails_for_good_waits_for_a_person(decision, memory, clock):
    memory.trouble = lasting("apply")
    carry_out_due()
    clock.move(HOUR)
    carry_out_due()
    execution = executions().get()
    assert (execution.state, execution.problem) == ("failed", "HTTP 400")
    assert told(execution.order)[-1] == "order_failed"


@pytest.mark.parametrize("where", ["describe", "observe", "lift"])
def test_what_is_over_comes_off_once_the_platform_answers_again(decision, memory, clock, where):
    carry_out_due()
    clock.move(timedelta(days=30))
    memory.trouble = passing(where, times=3)
    for _ in range(5):
        carry_out_due()
        clock.move(HOUR)
    assert memory.in_force("leo.vrtx") == set()
    assert executions("lift").get().state == "done"


def test_a_lift_that_fails_for_good_waits_for_a_person(decision, memory, clock):
    carry_out_due()
    clock.move(timedelta(days=30))
    memory.trouble = lasting("lift")
    carry_out_due()
    assert executions("lift").get().state == "failed"
    assert told(executions("lift").get().order) == ["order_failed"]


def test_nobody_stays_restricted_because_a_secret_had_expired_when_their_measure_ended(decision, memory, clock):
    carry_out_due()
    clock.move(timedelta(days=30))
    memory.trouble = lasting("lift")
    carry_out_due()
    memory.trouble = None
    change_platform(memory.platform, secret="the new one", acting=None)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == set()
    assert "order_retried" in told(executions("lift").get().order)


def test_what_fails_for_a_passing_reason_holds_up_what_comes_after_it(decision, memory, colleague, clock):
    carry_out_due()
    undo(decision.case, acting=colleague)
    clock.move(timedelta(seconds=1))
    approve_decision(decision.case.decisions.get(state="proposed"), acting=colleague, reason="after all")
    memory.trouble = passing("lift")
    carry_out_due()
    assert [change.action for change in memory.log] == ["apply"]
    clock.move(HOUR)
    carry_out_due()
    assert [change.action for change in memory.log] == ["apply", "lift", "apply"]


def test_while_one_works_on_an_account_another_leaves_it(decision, memory, star):
    with closing(connection.copy()) as elsewhere, elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [ACCOUNT, star.pk - 2**31])
        carry_out_due()
        assert memory.calls == []
    carry_out_due()
    assert memory.in_force("leo.vrtx") == {CONTACT}


def test_it_is_tried_no_sooner_than_the_platform_asks(decision, memory):
    def busy(name):
        raise TemporaryFailure("HTTP 429", after=2 * HOUR)

    memory.trouble = busy
    carry_out_due()
    assert executions().get().next_try_at >= now() + 2 * HOUR - MINUTE


def test_waits_grow_no_longer_than_ten_minutes():
    assert all(breaker.wait(failures) <= timedelta(minutes=10) for failures in range(200))


def test_after_some_failures_a_platform_is_left_alone(memory, judged, respondent):
    for _ in range(breaker.FAILURES + 3):
        judged(respondent())
    memory.trouble = passing("observe", times=100)
    carry_out_due()
    assert memory.calls.count("observe") == breaker.FAILURES


def test_one_probe_goes_through_and_then_everything(memory, judged, respondent, clock):
    accounts = [respondent() for _ in range(breaker.FAILURES + 3)]
    for account in accounts:
        judged(account)
    memory.trouble = passing("observe", times=breaker.FAILURES)
    carry_out_due()
    clock.move(HOUR)
    carry_out_due()
    assert all(memory.in_force(account.handle) for account in accounts)


def test_of_several_who_come_when_the_time_is_over_one_goes_through(memory, clock):
    for _ in range(breaker.FAILURES):
        breaker.failed(memory.platform, TemporaryFailure("HTTP 503"))
    clock.move(HOUR)
    assert [breaker.let_through(memory.platform) is None for _ in range(3)] == [True, False, False]


def test_an_account_that_is_not_there_waits_for_a_person(decision, memory):
    memory.gone.add("leo.vrtx")
    carry_out_due()
    assert executions().get().state == "failed"


def test_a_mistake_of_a_connector_is_told_in_words_and_tried_again(decision, memory):
    def broken(name):
        raise KeyError(name)

    memory.trouble = broken
    carry_out_due()
    execution = executions().get()
    assert execution.state == "waits"
    assert "does not understand" in execution.problem


def test_a_platform_that_is_switched_off_is_not_asked(decision, memory):
    change_platform(memory.platform, enabled=False, acting=None)
    carry_out_due()
    assert memory.calls == []


def test_what_a_person_lifts_while_a_platform_is_switched_off_comes_off_later(decision, memory, reviewer, clock):
    carry_out_due()
    change_platform(memory.platform, enabled=False, acting=None)
    # As for a measure without an end: its lift was not ordered before.
    PlatformOrder.objects.filter(action="lift").delete()
    lift_decision(decision, acting=reviewer, reason="mistaken identity", at_once=True)
    clock.move(timedelta(hours=1))
    change_platform(memory.platform, enabled=True, acting=None)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == set()


# -- killed


@pytest.mark.parametrize("where", ["describe", "observe", "preserve", "preserve:half", "apply", "apply:done"])
def test_killed_anywhere_it_is_done_once_and_recorded_once(decision, memory, where):
    memory.trouble = killed(where)
    with pytest.raises(Killed):
        carry_out_due()
    carry_out_due()
    assert [change.action for change in memory.log] == ["apply"]
    assert told(executions().get().order) == ["account_preserved", "order_carried_out", "order_seen"]


@pytest.mark.parametrize("where", ["lift", "lift:done"])
def test_killed_while_lifting_it_is_lifted_once(decision, memory, where, clock):
    carry_out_due()
    clock.move(timedelta(days=30))
    memory.trouble = killed(where)
    with pytest.raises(Killed):
        carry_out_due()
    carry_out_due()
    assert [change.action for change in memory.log] == ["apply", "lift"]


def test_what_was_sent_and_never_recorded_is_lifted_at_its_end(decision, memory, clock):
    memory.trouble = killed("apply:done")
    with pytest.raises(Killed):
        carry_out_due()
    clock.move(timedelta(days=30))
    carry_out_due()
    assert memory.in_force("leo.vrtx") == set()


# -- kept before


def test_what_a_measure_may_change_is_kept_before(decision, memory):
    carry_out_due()
    assert memory.calls.index("preserve") < memory.calls.index("apply")
    assert set(PreservedCopy.objects.values_list("name", flat=True)) == {"profile.json", "log.txt"}


def test_what_was_kept_is_in_the_file_for_an_authority(decision, memory):
    carry_out_due()
    asked = Request(number="1", kind="threat", language="en", addressee="Police", states=[], reason="told", dated=now())
    dossier, enclosed = draw(decision.case, asked)
    assert {one["name"] for one in dossier["evidence"]} == {"profile.json", "log.txt"}
    assert len(enclosed) == 2


def test_what_is_kept_while_a_legal_hold_stands_is_held(decision, memory, staff_member):
    ends = now() + timedelta(days=30)
    hold = place_hold(
        decision.case, acting=staff_member("authority_liaison"), reason="asked by a court", review_at=ends
    )
    carry_out_due()
    assert {one.file.holds.get().on_behalf_of for one in PreservedCopy.objects.all()} == {reference(hold)}


def test_a_picture_of_an_account_is_shown_to_no_reader_of_cases(decision, memory, monkeypatch):
    picture = Snapshot(name="face.png", media_type="image/png", content=b"\x89PNG\r\n\x1a\n")
    monkeypatch.setattr(MemoryConnector, "preserve", lambda _self, _account: iter([picture]))
    carry_out_due()
    assert PreservedCopy.objects.get().file.opened_with == "child_safety"
    assert not files_of(decision.case).exists()


def test_what_is_of_no_kind_that_is_kept_is_kept_in_an_archive(decision, memory, monkeypatch):
    repository = Snapshot(name="repository.car", media_type="application/vnd.ipld.car", content=b"\x3a\xa2roots\xff")
    monkeypatch.setattr(MemoryConnector, "preserve", lambda _self, _account: iter([repository]))
    carry_out_due()
    kept = PreservedCopy.objects.get()
    content = open_file(kept.file, acting=decision.approved_by)
    assert (kept.name, kept.file.name) == ("repository.car", "repository.car.zip")
    assert archive.read(content) == {"repository.car": repository.content}


def test_what_cannot_be_kept_for_good_holds_no_protection_up(decision, memory):
    memory.trouble = lasting("preserve")
    carry_out_due()
    assert memory.in_force("leo.vrtx") == {CONTACT}


def test_what_cannot_be_kept_now_holds_protection_up_for_a_while_only(decision, memory, clock):
    memory.trouble = passing("preserve", times=100)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == set()
    clock.move(HOUR)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == {CONTACT}


def test_what_nobody_foresaw_while_keeping_holds_protection_up_for_a_while_only(decision, memory, clock):
    def garbage(call):
        if call == "preserve":
            raise KeyError("memberships")

    memory.trouble = garbage
    carry_out_due()
    assert memory.in_force("leo.vrtx") == set()
    clock.move(HOUR)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == {CONTACT}


# -- the platform's own staff


def test_what_the_platforms_staff_did_is_not_written_over(decision, memory):
    memory.restrict("leo.vrtx", "suspend")
    carry_out_due()
    assert memory.log == []
    assert Drift.objects.get().kind == "foreign"


def test_ours_comes_when_theirs_is_over(decision, memory, clock):
    memory.restrict("leo.vrtx", "suspend")
    carry_out_due()
    memory.release("leo.vrtx")
    clock.move(HOUR)
    carry_out_due()
    assert memory.in_force("leo.vrtx") == {CONTACT}


@pytest.mark.parametrize("tells", [True, False])
def test_theirs_stays_when_ours_ends(decision, memory, clock, tells):
    memory.tells = tells
    memory.restrict("leo.vrtx", CONTACT)
    carry_out_due()
    clock.move(timedelta(days=30))
    carry_out_due()
    assert memory.in_force("leo.vrtx", ours=False) == {CONTACT}


def test_where_only_theirs_is_left_the_platform_is_not_told_to_lift(decision, memory, clock):
    carry_out_due()
    memory.release("leo.vrtx", by="rempart")
    memory.restrict("leo.vrtx", CONTACT)
    clock.move(timedelta(days=30))
    carry_out_due()
    assert "lift" not in memory.calls
    assert executions("lift").get().state == "done"


def test_what_was_lost_is_not_put_back_while_theirs_does_as_much(decision, memory, clock):
    carry_out_due()
    memory.release("leo.vrtx", by="rempart")
    memory.restrict("leo.vrtx", "suspend")
    clock.move(5 * MINUTE)
    reconcile()
    assert memory.in_force("leo.vrtx") == {"suspend"}
    memory.release("leo.vrtx")
    clock.move(5 * MINUTE)
    reconcile()
    assert memory.in_force("leo.vrtx") == {CONTACT}


def test_what_came_while_ours_was_tried_in_vain_is_not_written_over(decision, memory, clock):
    memory.trouble = passing("apply")
    carry_out_due()
    memory.restrict("leo.vrtx", "suspend")
    clock.move(HOUR)
    carry_out_due()
    assert memory.log == []


def test_a_restriction_of_another_kind_does_not_keep_ours_away(decision, memory):
    memory.restrict("leo.vrtx", None)
    carry_out_due()
    assert memory.in_force("leo.vrtx", ours=True) == {CONTACT}
