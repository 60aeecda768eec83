"""A process is killed in the middle of an act, for real, at every row that it writes in the ledger.

The act runs in a forked process, on a database of the test's own. A trigger makes that process wait, inside its
transaction, just before the n-th row of the ledger that it writes; there it gets SIGKILL. The case must be as before;
at the end the act runs to its own end, and the ledger verifies.
"""

import os
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import psycopg
import pytest
from django.db import connections

from rempart.casework import services
from rempart.casework.models import (
    Case,
    Complainant,
    ConflictOfInterest,
    Decision,
    LastAct,
    MeasureTaken,
    Outcome,
    PlatformOrder,
)
from rempart.casework.services import appealing, respondents, times
from rempart.correspondence.models import Message
from rempart.correspondence.services import open_conversation
from rempart.intake.models import Account
from rempart.ledger import clock as ledger_clock
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.services import reference
from rempart.ledger.verification import verify
from rempart.staff.models import StaffMember

DAY = timedelta(days=1)
LOCK = 7_265_111
TABLES = (Case, Decision, MeasureTaken, PlatformOrder, Outcome, ConflictOfInterest, LastAct, LedgerRow, Message)
WAIT_AT = f"""
CREATE TABLE killed_at (place int NOT NULL, first bigint NOT NULL);
INSERT INTO killed_at VALUES (0, 0);
GRANT SELECT ON killed_at TO PUBLIC;
CREATE FUNCTION wait_to_be_killed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    point killed_at;
BEGIN
    SELECT * INTO point FROM killed_at;
    IF point.place > 0 AND
       (SELECT count(*) + 1 FROM ledger_ledgerrow r WHERE r.id > point.first AND r.id < NEW.id) = point.place THEN
        PERFORM pg_advisory_xact_lock({LOCK});
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER wait_to_be_killed BEFORE INSERT ON ledger_ledgerrow FOR EACH ROW EXECUTE FUNCTION wait_to_be_killed();
"""
WAITING = f"SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND objid = {LOCK} AND NOT granted"


@pytest.fixture
def db(own_database):
    """The builders of this room work on the test's own database."""
    return own_database


@dataclass(frozen=True)
class World:
    """The builders of this room, and who acts."""

    judged: Callable[..., Case]
    respondent: Callable[..., Account]
    team: dict[str, StaffMember]


@pytest.fixture
def world(judged, respondent, staff_member, clock):
    team = {
        "reviewer": staff_member("reviewer", name="Inès Caron"),
        "colleague": staff_member("reviewer", name="Paul Lenoir"),
        "senior": staff_member("senior_reviewer", name="Awa Diop"),
    }
    return World(judged, respondent, team)


def prepare_minor(world):
    case = world.judged(world.respondent(age_band="16_17"), credibility=0.93, severity=3)
    services.approve_decision(case.decisions.get(), acting=world.team["reviewer"], reason="a")
    return case


def prepare_restrained(world):
    case = world.judged(world.respondent(), credibility=0.85)
    decision = services.approve_decision(
        case.decisions.get(state="proposed"), acting=world.team["reviewer"], reason="They hold together."
    )
    Decision.objects.filter(pk=decision.pk).update(articles=["contact"])
    return case


def prepare_delayed(world):
    account = world.respondent()
    world.judged(account, credibility=0.7)
    case = world.judged(account, credibility=0.85, independent_sources=1.0)
    services.approve_decision(case.decisions.get(state="proposed"), acting=world.team["reviewer"], reason="a")
    return case


def prepare_quiet(world):
    return world.judged(world.respondent(), credibility=0.1)


def prepare_heard(world):
    account = world.respondent()
    case = world.judged(account, credibility=0.1)
    talk = open_conversation("complainant", about=reference(case), person="intake.reporter:ab12")
    Complainant.objects.create(case=case, reporter="ab12", conversation=talk, joined_at=now())
    world.judged(account, credibility=0.7)
    return case


def prepare_lapsed(world):
    case = prepare_heard(world)
    ledger_clock.set_offset(10 * DAY)
    return case


def prepare_appealed(world):
    case = prepare_restrained(world)
    ledger_clock.set_offset(DAY)
    respondents.respondent_link(case)
    talk = respondents.side_of(case).conversation
    appealing.file_appeal(case, by="respondent", conversation=talk, grounds="Non.", decision=standing(case))
    return case


def standing(case):
    return case.decisions.to_come_or_in_force().order_by("-pk")[0]


ACTS = {
    "approve": (
        prepare_minor,
        lambda case, team: services.approve_decision(
            case.decisions.get(state="proposed"), acting=team["senior"], reason="b"
        ),
    ),
    "decide_final": (
        prepare_restrained,
        lambda case, team: services.decide_final(
            case,
            measures=["no_new_contacts"],
            articles=["contact", "first-word"],
            acting=team["reviewer"],
            reasons="Vérifié.",
        ),
    ),
    "lift": (
        prepare_restrained,
        lambda case, team: services.lift_decision(standing(case), acting=team["colleague"], reason="b"),
    ),
    "announce": (
        prepare_heard,
        lambda case, team: services.lift_decision(standing(case), acting=team["colleague"], reason="b"),
    ),
    "renew": (
        prepare_restrained,
        lambda case, team: services.renew_decision(standing(case), acting=team["colleague"], reason="b"),
    ),
    "close": (
        prepare_quiet,
        lambda case, team: services.close_case(case, acting=team["reviewer"], reason="b"),
    ),
    "undo": (
        prepare_restrained,
        lambda case, team: services.undo(case, acting=team["reviewer"]),
    ),
    "record_danger": (
        prepare_delayed,
        lambda case, team: services.record_danger(case, acting=team["reviewer"], reason="b"),
    ),
    "declare_conflict": (
        prepare_minor,
        lambda case, team: services.declare_conflict(case, acting=team["reviewer"], reason="b"),
    ),
    "answer_appeal": (
        prepare_appealed,
        lambda case, team: appealing.answer_appeal(
            case.appeals.get(), upheld=True, acting=team["senior"], reasons="Relu."
        ),
    ),
    "do_what_is_due": (prepare_lapsed, lambda case, team: times.do_what_is_due()),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_killed_at_any_point_leaves_the_case_as_it_was(name, db, world):
    prepare, act = ACTS[name]
    case = prepare(world)
    connections.close_all()
    with psycopg.connect(db.owner_url, autocommit=True) as owner:
        owner.execute(WAIT_AT)
        owner.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        before, place = picture(), 0
        killed = True
        while killed:
            place += 1
            last = LedgerRow.objects.order_by("-pk").values_list("pk", flat=True).first()
            owner.execute("UPDATE killed_at SET place = %s, first = %s", [place, last])
            killed = killed_inside(owner, lambda: act(Case.objects.get(pk=case.pk), world.team))
            assert not killed or picture() == before
        assert place > 1
        assert picture() != before
        owner.execute("UPDATE killed_at SET place = 0")
        once = picture()
        if name == "do_what_is_due":
            times.do_what_is_due()
            assert picture() == once
    sequence_pending()
    assert verify().holds


def picture():
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in TABLES}


def killed_inside(owner, act) -> bool:
    """Run an act in a process of its own, which is killed once it waits; False when it came to its end."""
    # A process must not speak on a connection that it shares.
    connections.close_all()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            act()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if owner.execute(WAITING).fetchone()[0]:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            gone = "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted)"
            end_of_sessions(owner)
            assert owner.execute(gone, [LOCK]).fetchone()[0]
            return True
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            assert os.waitstatus_to_exitcode(status) == 0
            return False
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("the act neither waited nor ended")


def end_of_sessions(owner) -> None:
    """The server notices that a client died when it next writes to it; that session waits for our lock until then."""
    owner.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks"
        " WHERE locktype = 'advisory' AND objid = %s AND NOT granted",
        [LOCK],
    )
