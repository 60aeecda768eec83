"""The list of moves is the life of a case: the database holds the same one, and nothing else moves a case."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from rempart.casework import errors, services
from rempart.casework.models import Case
from rempart.casework.services.moving import move
from rempart.casework.states import MOVES, Impossible, Move, State
from rempart.ledger.clock import now


@pytest.fixture
def case(judged, respondent):
    """A case that was assessed and in which nothing is proposed."""
    return judged(respondent(), credibility=0.1)


def test_the_database_holds_the_same_moves(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'casework_refuse_impossible_move'")
        (source,) = cursor.fetchone()
    assert set(re.findall(r"\('(\w+)', '(\w+)'\)", source)) == {(before, after) for before, _move, after in MOVES}


def test_the_diagram_shows_the_same_moves():
    script = Path(__file__).parents[2] / "scripts/draw_case_life.py"
    checked = subprocess.run([sys.executable, str(script), "--check"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("before", State)
@pytest.mark.parametrize("after", State)
def test_the_database_refuses_what_is_no_move(db, respondent, reviewer, before, after):
    closed = {"closed_at": now(), "closed_by": reviewer, "closed_because": "because"}
    open_again = {"closed_at": None, "closed_by": None, "closed_because": ""}
    case = Case.objects.create(account=respondent(), opened_at=now())
    for step in WAYS[before]:
        Case.objects.filter(pk=case.pk).update(state=step, **(closed if step == "closed" else open_again))
    possible = before == after or any((one, other) == (before, after) for one, _move, other in MOVES)
    change = {"state": after} | (closed if after is State.CLOSED else open_again)
    if possible:
        Case.objects.filter(pk=case.pk).update(**change)
    else:
        with pytest.raises(IntegrityError, match="no move from"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**change)


WAYS = {
    State.OPENED: [],
    State.ASSESSED: ["assessed"],
    State.INQUIRY: ["assessed", "inquiry"],
    State.DECIDED: ["assessed", "decided"],
    State.APPEALED: ["assessed", "appealed"],
    State.CLOSED: ["assessed", "closed"],
}


def test_a_case_begins_opened(respondent):
    with pytest.raises(IntegrityError, match="a case begins opened"), transaction.atomic():
        Case.objects.create(account=respondent(), opened_at=now(), state="decided")


def test_every_state_is_reached_and_left():
    assert {before for before, _move, _after in MOVES} == set(State)
    assert {after for _before, _move, after in MOVES} == set(State) - {State.OPENED}


def test_a_move_is_written_in_the_ledger(case, reviewer, events_of):
    move(case, Move.INQUIRE, State.INQUIRY, acting=reviewer, reason="To be looked into.")
    assert events_of(case)[-1] == "case_moved"


def test_what_is_no_move_is_refused_and_changes_nothing(case):
    with pytest.raises(Impossible):
        move(case, Move.APPEAL, State.CLOSED)
    case.refresh_from_db()
    assert case.state == State.ASSESSED


def test_an_assessment_brings_a_new_case_to_assessed(case, events_of):
    assert case.state == State.ASSESSED
    assert events_of(case)[:3] == ["case_opened", "case_assessed", "case_moved"]


def test_a_measure_begins_the_inquiry(judged, respondent):
    case = judged(respondent(), credibility=0.7)
    assert case.decisions.get().in_force
    case.refresh_from_db()
    assert case.state == State.INQUIRY


def test_nobody_acts_who_declared_a_conflict_of_interest(case, reviewer, colleague):
    services.declare_conflict(case, acting=reviewer, reason="He is my cousin.")
    with pytest.raises(errors.Excluded):
        services.close_case(case, acting=reviewer, reason="Nothing in it.")
    assert services.close_case(case, acting=colleague, reason="Nothing in it.").state == State.CLOSED


def test_the_database_refuses_an_excluded_name(case, reviewer):
    services.declare_conflict(case, acting=reviewer, reason="He is my cousin.")
    with pytest.raises(IntegrityError, match="conflict of interest"), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(danger_at=now(), danger_by=reviewer, danger_because="x")


def test_a_conflict_is_declared_once(case, reviewer, events_of):
    services.declare_conflict(case, acting=reviewer, reason="He is my cousin.")
    services.declare_conflict(case, acting=reviewer, reason="I said so.")
    assert events_of(case).count("conflict_declared") == 1
    assert case.conflicts.get().because == "He is my cousin."
