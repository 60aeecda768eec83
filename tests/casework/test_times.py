"""Everything that happens by a date happens once, in order, at its own moment: in any zone, after any downtime."""

import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart import records
from rempart.casework import services
from rempart.casework.errors import Refused
from rempart.casework.models import (
    AssessmentRecord,
    Case,
    Complainant,
    Decision,
    Escalation,
    MeasureTaken,
    Passing,
    Reminder,
    RespondentSide,
    SeenUntil,
)
from rempart.casework.services import appealing, times
from rempart.casework.services.respondents import tell
from rempart.casework.services.times import do_what_is_due, unreviewed_lapses
from rempart.casework.signals import decision_lapsed
from rempart.correspondence.services import hear, open_conversation
from rempart.intake.models import Account
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
REACHED = {"service": "tiktok", "report": "77"}
BY_TIME = (
    *(Event.REMINDED, Event.ESCALATED, Event.DECISION_LAPSED, Event.DECISION_BEGAN, Event.MEASURE_LIFTED),
    *(Event.REPLY_WINDOW_CLOSED, Event.APPEAL_WINDOW_CLOSED, Event.RECONSIDERATION_OVER),
)


def days(number: float) -> timedelta:
    return timedelta(days=number)


@pytest.fixture
def restricted(judged, respondent, reviewer, colleague):
    """A case whose respondent, a minor, is restricted for 14 days, to be reviewed after 7."""

    def make(**numbers):
        case = judged(respondent(age_band="16_17"), **{"credibility": 0.85, **numbers})
        for acting in (reviewer, colleague):
            services.approve_decision(case.decisions.get(state="proposed"), acting=acting, reason="several voices")
        case.refresh_from_db()
        return case

    return make


def told(case, clock):
    """The respondent's conversation, once they were told."""
    clock.move(timedelta(minutes=2))
    tell(case)
    return RespondentSide.objects.get(case=case).conversation


def written():
    """What time did, in order: (what, kind, when it took effect)."""
    rows = [
        (table.__name__, *row)
        for table in (Reminder, Escalation, Passing)
        for row in table.objects.values_list("kind", "key", "due_at")
    ]
    return sorted(rows, key=lambda row: (row[3], row[0], row[1], row[2]))


def happened():
    """The ledger's rows about time, in the order in which they were written."""
    rows = LedgerRow.objects.filter(event__in=BY_TIME).order_by("pk")
    return list(rows.values_list("event", "subject", "effective_at"))


# --- days are durations, whatever local time does


CHANGES = [
    pytest.param(datetime(2026, 3, 20, 2, 30, tzinfo=PARIS), PARIS, id="Paris, summer time begins"),
    pytest.param(datetime(2026, 10, 20, 2, 30, tzinfo=PARIS), PARIS, id="Paris, summer time ends"),
    pytest.param(datetime(2027, 3, 10, 1, 59, 59, tzinfo=NEW_YORK), NEW_YORK, id="New York, summer time begins"),
    pytest.param(datetime(2026, 10, 30, 1, 30, tzinfo=NEW_YORK), NEW_YORK, id="New York, summer time ends"),
    pytest.param(datetime(2028, 2, 29, 23, 59, tzinfo=PARIS), PARIS, id="leap day"),
    pytest.param(datetime(2028, 2, 20, 12, tzinfo=NEW_YORK), NEW_YORK, id="across a leap day"),
    pytest.param(datetime(2026, 12, 31, 23, 59, 59, tzinfo=PARIS), PARIS, id="year's end"),
]


@pytest.mark.parametrize(("begins", "zone"), CHANGES)
def test_fourteen_days_are_336_hours_in_every_zone(restricted, clock, settings, begins, zone):
    settings.TIME_ZONE = zone.key
    clock.set(begins)
    decision = restricted().decisions.get()
    assert decision.ends_at - decision.begins_at == timedelta(hours=336)
    assert decision.review_due - decision.begins_at == timedelta(hours=168)
    clock.set(decision.ends_at - timedelta(seconds=30))
    assert decision.in_force
    assert Decision.objects.in_force().filter(pk=decision.pk).exists()
    do_what_is_due()
    assert Event.DECISION_LAPSED not in [event for event, _subject, _at in happened()]
    clock.set(decision.ends_at)
    assert not decision.in_force
    assert not Decision.objects.in_force().filter(pk=decision.pk).exists()
    do_what_is_due()
    assert (Event.DECISION_LAPSED, f"casework.decision:{decision.pk}", decision.ends_at) in happened()


# --- before the date of a review


def test_reviewers_are_reminded_at_half_time_and_a_senior_has_to_see_to_it_before_the_date_passes(restricted, clock):
    decision = restricted().decisions.get()
    clock.set(decision.begins_at + days(3.4))
    do_what_is_due()
    assert not Reminder.objects.exists()
    clock.set(decision.begins_at + days(3.6))
    do_what_is_due()
    assert Reminder.objects.get().due_at == decision.begins_at + days(3.5)
    clock.set(decision.begins_at + days(5.3))
    do_what_is_due()
    escalation = Escalation.objects.get()
    assert escalation.due_at == decision.begins_at + days(5.25)
    assert escalation.written_at < decision.review_due


def test_what_was_reviewed_in_time_is_neither_reminded_of_nor_escalated(restricted, staff_member, clock):
    decision = restricted().decisions.get()
    clock.move(days(1))
    services.confirm_decision(decision, acting=staff_member("reviewer"), reason="looked")
    clock.move(days(9))
    do_what_is_due()
    assert not Reminder.objects.exists()
    assert not Escalation.objects.exists()


def test_an_appeal_and_a_reconsideration_are_escalated_too(restricted, clock):
    case = restricted()
    conversation = told(case, clock)
    hear(conversation, text="Ce n'est pas vrai.")
    appeal = appealing.file_appeal(
        case, by="respondent", conversation=conversation, grounds="Ce n'est pas moi.", decision=case.decisions.get()
    )
    clock.move(timedelta(hours=71))
    do_what_is_due()
    at = {row.kind: row.due_at for row in Escalation.objects.filter(kind__in=["appeal", "reconsideration"])}
    assert at == {
        "appeal": appeal.filed_at + timedelta(hours=54),
        "reconsideration": case.reconsiderations.get().asked_at + timedelta(hours=54),
    }


# --- what happens by itself


def test_windows_close_once_at_their_own_moment(restricted, clock):
    clock.set(datetime(2027, 8, 31, 9, tzinfo=PARIS))
    case = restricted()
    told(case, clock)
    reply_until = RespondentSide.objects.get(case=case).reply_until
    clock.move(days(400))
    do_what_is_due()
    do_what_is_due()
    at = dict(Passing.objects.filter(kind__endswith="_window").values_list("kind", "due_at"))
    assert at["reply_window"] == reply_until
    assert at["appeal_window"] == datetime(2028, 2, 29, 23, 59, 59, 999999, tzinfo=PARIS)


def test_a_delayed_beginning_is_recorded_at_the_moment_at_which_it_took_effect(judged, respondent, reviewer, clock):
    case = judged(respondent(), credibility=0.85, independent_sources=1.0)
    decision = services.approve_decision(case.decisions.get(state="proposed"), acting=reviewer, reason="one voice")
    clock.move(days(1 / 24))
    do_what_is_due()
    assert not Passing.objects.filter(kind="beginning").exists()
    clock.set(decision.begins_at + days(3))
    do_what_is_due()
    assert (Event.DECISION_BEGAN, f"casework.decision:{decision.pk}", decision.begins_at) in happened()


def test_an_announced_lift_takes_effect_at_its_moment_though_no_worker_ran(restricted, reviewer, clock):
    case = restricted()
    reporter = open_conversation("complainant", about=f"casework.case:{case.pk}", person="intake.reporter:r", **REACHED)
    Complainant.objects.create(case=case, reporter="r", conversation=reporter, joined_at=now() - days(1))
    decision = services.lift_decision(case.decisions.get(), acting=reviewer, reason="explained")
    announced = decision.ended_at
    assert announced - now() > timedelta(hours=47)
    clock.move(days(10))
    assert not decision.in_force
    do_what_is_due()
    measure = decision.measures.get()
    assert (Event.MEASURE_LIFTED, f"casework.measuretaken:{measure.pk}", announced) in happened()


def test_a_final_measure_for_a_time_ends_by_itself(restricted, staff_member, clock):
    case = restricted()
    senior, other = staff_member("senior_reviewer"), staff_member("senior_reviewer")
    choices = services.final_choices(case)
    proposed = services.decide_final(
        case,
        measures=choices.measures()[-1:],
        articles=[one.id for one in choices.articles],
        acting=senior,
        reasons={"fr": "Les faits sont établis.", "en": "The facts are established."},
        lasts=days(30),
    )
    final = services.approve_decision(proposed, acting=other, reason="indeed")
    clock.set(final.ends_at + days(10))
    assert not final.in_force
    do_what_is_due()
    assert (Event.DECISION_LAPSED, f"casework.decision:{final.pk}", final.ends_at) in happened()


# --- downtime


def test_a_worker_that_was_down_for_ten_days_does_everything_once_and_in_order(restricted, clock):
    cases = [restricted() for _number in range(4)]
    for case in cases:
        told(case, clock)
        clock.move(timedelta(hours=5))
    clock.move(days(4))
    do_what_is_due()
    before = len(happened())
    clock.move(days(10))
    do_what_is_due()
    moments = [at for _event, _subject, at in happened()[before:]]
    assert moments == sorted(moments)
    lapsed = [row for row in happened() if row[0] == Event.DECISION_LAPSED]
    ends = {f"casework.decision:{one.pk}": one.ends_at for case in cases for one in case.decisions.all()}
    assert {subject: at for _event, subject, at in lapsed} == ends
    assert len(lapsed) == len(cases)
    done = happened()
    assert do_what_is_due() == 0
    assert happened() == done


@pytest.mark.parametrize("pause", [days(0), days(10)])
def test_after_a_lapse_the_same_article_never_fires_by_itself_even_after_ten_days_of_downtime(
    judged, respondent, clock, pause
):
    account = respondent()
    case = judged(account, credibility=0.7)
    automatic = case.decisions.get(state="taken")
    clock.set(automatic.ends_at + pause)
    judged(account, credibility=0.72, testimonies=9)
    do_what_is_due()
    clock.move(days(1))
    judged(account, credibility=0.74, testimonies=12)
    assert case.decisions.filter(state="taken").get() == automatic
    assert not case.decisions.to_come_or_in_force().exists()


class Undo(Exception):
    """Leave nothing of an example behind."""


ACTS = ("confirm", "lift", "reply", "appeal", "danger", "nothing")


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(min_value=0, max_value=300)), min_size=1, max_size=4),
)
def test_what_is_written_does_not_depend_on_when_the_worker_ran(restricted, staff_member, clock, acts):
    """The same history, looked at every day, and once at its end: the same things, at the same moments."""
    began = clock.now()
    moment = began.replace(microsecond=0)
    other = staff_member("reviewer")
    seen = []
    for every in (timedelta(days=1), None):
        try:
            with transaction.atomic():
                clock.set(moment)
                case = restricted(independent_sources=4.0)
                play(case, clock, moment, acts, other=other, every=every)
                seen.append(
                    [(what, kind, round((at - moment) / timedelta(minutes=1))) for what, kind, _, at in written()]
                )
                raise Undo
        except Undo:
            clock.set(began)
    assert seen[0] == seen[1]


def play(case, clock, moment, acts, *, other, every):
    """Sixteen days of a case, in which these acts happen at these hours; the worker runs `every` so often, and last."""
    conversation = told(case, clock)
    planned = sorted(acts, key=lambda act: act[1])
    for hour in range(0, 24 * 16, 24):
        clock.set(moment + timedelta(hours=hour, minutes=5))
        while planned and planned[0][1] <= hour:
            try:
                with transaction.atomic():
                    act(planned.pop(0)[0], case, conversation, other)
            except Refused:
                pass
        if every:
            do_what_is_due()
    do_what_is_due()


def act(name, case, conversation, other):
    decision = case.decisions.filter(state="taken").latest("begins_at", "pk")
    if name == "confirm":
        services.confirm_decision(decision, acting=other, reason="looked")
    elif name == "lift":
        services.lift_decision(decision, acting=other, reason="explained")
    elif name == "reply":
        hear(conversation, text="Ce n'est pas vrai.")
    elif name == "appeal":
        appealing.file_appeal(
            case, by="respondent", conversation=conversation, grounds="Ce n'est pas moi.", decision=decision
        )
    elif name == "danger":
        services.record_danger(case, acting=other, reason="now")


def test_a_clock_that_steps_back_a_second_neither_repeats_nor_forgets(restricted, clock):
    decision = restricted().decisions.get()
    clock.set(decision.ends_at + timedelta(milliseconds=500))
    do_what_is_due()
    done = happened()
    clock.move(timedelta(seconds=-1))
    do_what_is_due()
    assert happened() == done
    later = restricted().decisions.get()
    clock.set(later.ends_at)
    do_what_is_due()
    assert (Event.DECISION_LAPSED, f"casework.decision:{later.pk}", later.ends_at) in happened()


def test_a_clock_that_was_a_year_ahead_for_a_while_makes_nothing_be_forgotten(restricted, clock):
    clock.move(days(365))
    do_what_is_due()
    clock.move(days(-365))
    decision = restricted().decisions.get()
    clock.set(decision.begins_at + days(6))
    do_what_is_due()
    assert [row.kind for row in Escalation.objects.all()] == ["review"]
    assert SeenUntil.objects.get().at <= now()


def test_what_cannot_be_done_does_not_hold_up_the_rest_and_is_tried_again(restricted, clock):
    first, second = restricted(), restricted()
    poisoned = first.decisions.get()
    broken = [True]

    def refuse(decision, **_kwargs):
        if broken[0] and decision.pk == poisoned.pk:
            raise RuntimeError("cannot be told")

    decision_lapsed.connect(refuse)
    try:
        clock.move(days(20))
        do_what_is_due()
        poisoned.refresh_from_db()
        assert poisoned.lapse_recorded_at is None
        assert second.decisions.get().lapse_recorded_at is not None
        broken[0] = False
        clock.move(days(3))
        do_what_is_due()
        poisoned.refresh_from_db()
        assert poisoned.lapse_recorded_at is not None
    finally:
        decision_lapsed.disconnect(refuse)


def test_precautions_that_end_without_any_review_are_counted(restricted, judged, respondent, staff_member, clock):
    since = now()
    restricted()
    reviewed, lifted = restricted(), restricted()
    judged(respondent(), credibility=0.4)  # only watched
    services.confirm_decision(reviewed.decisions.get(), acting=staff_member("reviewer"), reason="looked")
    services.lift_decision(lifted.decisions.get(), acting=staff_member("reviewer"), reason="explained")
    clock.move(days(20))
    assert unreviewed_lapses(since, now()) == 1
    assert times.lapses(since, now()).count() == 2
    assert unreviewed_lapses(now(), now() + days(30)) == 0


# --- two workers, and one that is killed


def many_restricted(number: int) -> None:
    """Restrictions of adults, committed, which began 14 days ago and have just ended."""
    version, book = services.rulebook_in_force()
    article = next(one for one in book.articles if one.mode == "preventive" and one.measure == "no_new_contacts")
    begins = now() - days(14) - timedelta(minutes=1)
    accounts = Account.objects.bulk_create(
        Account(service="tiktok", handle=f"many.{one}", age_band="18_plus", first_seen_at=begins)
        for one in range(number)
    )
    cases = Case.objects.bulk_create(Case(account=account, opened_at=begins) for account in accounts)
    records = AssessmentRecord.objects.bulk_create(
        AssessmentRecord(
            case=case,
            made_at=begins,
            assessment=msgspec.to_builtins(assessed(case, begins)),
            credibility=0.9,
            independent_sources=4.0,
            coordination=0.0,
            severity=2,
        )
        for case in cases
    )
    decisions = Decision.objects.bulk_create(
        Decision(
            case=record.case,
            assessment=record,
            rulebook=version,
            mode="preventive",
            articles=[article.id],
            reasons={"fr": "", "en": ""},
            approval="automatic",
            state="taken",
            proposed_at=begins,
            taken_at=begins,
            since=begins,
            begins_at=begins,
            review_due=begins + days(7),
            ends_at=begins + days(14) + timedelta(milliseconds=place),
        )
        for place, record in enumerate(records)
    )
    MeasureTaken.objects.bulk_create(
        MeasureTaken(decision=one, measure="no_new_contacts", articles=[article.id]) for one in decisions
    )


def assessed(case, at):
    return records.Assessment(
        about=case.account.reference,
        as_of=at,
        testimonies=5,
        relays=0,
        disputes=0,
        credibility=0.9,
        independent_sources=4.0,
        coordination=0.0,
        severity=2,
    )


def everything_was_done_once(number: int) -> bool:
    counts = [
        Reminder.objects.filter(kind="review").count(),
        Escalation.objects.filter(kind="review").count(),
        Decision.objects.exclude(lapse_recorded_at=None).count(),
        LedgerRow.objects.filter(event=Event.DECISION_LAPSED).count(),
        LedgerRow.objects.filter(event=Event.ESCALATED).count(),
    ]
    return counts == [number] * 5


def test_two_workers_at_once_do_everything_once(own_database, monkeypatch):
    monkeypatch.setattr(times, "SLICE", 10)
    many_restricted(20)
    start = threading.Barrier(2)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            start.wait(10)
            do_what_is_due()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    do_what_is_due()
    assert not errors
    assert everything_was_done_once(20)


def test_a_worker_killed_in_the_middle_leaves_whole_slices_and_the_next_one_goes_on(own_database):
    many_restricted(40)
    code = "import django; django.setup(); from rempart.casework.services import times; times.SLICE = 10; "
    code += "times.do_what_is_due()"
    environment = own_database.environment | {"DJANGO_SETTINGS_MODULE": "rempart.site.settings"}
    process = subprocess.Popen([sys.executable, "-c", code], env=environment)
    with psycopg.connect(own_database.owner_url, autocommit=True) as watching:
        until = time.monotonic() + 90
        while not watching.execute("SELECT EXISTS (SELECT FROM casework_seenuntil)").fetchone()[0]:
            assert time.monotonic() < until
            time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    connections.close_all()
    done = (
        Reminder.objects.count() + Escalation.objects.count() + Decision.objects.exclude(lapse_recorded_at=None).count()
    )
    assert done
    assert done % 10 == 0
    while not everything_was_done_once(40):
        do_what_is_due()
        assert time.monotonic() < until
    moments = [at for _event, _subject, at in happened()]
    assert moments == sorted(moments)


def test_nothing_is_due_in_an_empty_house(db):
    assert do_what_is_due() == 0
