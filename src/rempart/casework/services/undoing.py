"""Undoing within a minute: what a person did last on a case is kept as the rows that it changed, and put back.

Neither party has heard of it yet: messages wait for orders.UNDO_WINDOW. What it restricted the platform lifts at once;
what it was to lift was not lifted yet. The ledger keeps both the act and its undoing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.utils.duration import duration_string

from rempart.casework.errors import CannotUndo
from rempart.casework.models import Appeal, Case, Decision, LastAct, MeasureTaken, Outcome
from rempart.casework.services.guards import ensure_may_act, locked
from rempart.casework.services.moving import move
from rempart.casework.services.orders import UNDO_WINDOW, settle_orders
from rempart.casework.services.taking import replace_proposals
from rempart.casework.signals import act_undone
from rempart.casework.states import Move, State
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember

Row = dict[str, Any]
_TABLES: dict[str, tuple[type[models.Model], str]] = {
    "case": (Case, "pk"),
    "decision": (Decision, "case"),
    "measure": (MeasureTaken, "decision__case"),
    "outcome": (Outcome, "case"),
    "appeal": (Appeal, "case"),
}
# Of some, only what acts change: the desk keeps its own columns of a case up to date; where an appeal brings its case
# back to follows from the outcomes that are reached meanwhile.
_SOME: dict[type[models.Model], tuple[str, ...]] = {
    Case: (
        "id",
        "state",
        "danger_at",
        "danger_by_id",
        "danger_because",
        "closed_at",
        "closed_by_id",
        "closed_because",
    ),
    Appeal: ("id", "state_before"),
}
_EMPTIED = ("taken_at", "since", "begins_at", "review_due", "ends_at", "ended_at", "renews_id", "lapse_recorded_at")
_remembering: ContextVar[bool] = ContextVar("remembering", default=False)


@contextmanager
def remembered(case: Case, acting: StaffMember, kind: str) -> Iterator[None]:
    """Keep what the acts inside change on a case, for `undo`. An act that is part of another is kept with that one."""
    if _remembering.get():
        yield
        return
    before = _rows(case)
    token = _remembering.set(True)
    try:
        yield
    finally:
        _remembering.reset(token)
    LastAct.objects.update_or_create(
        case=case,
        defaults={"member": acting, "kind": kind, "at": now(), "changes": _changes(before, _rows(case))},
    )


def undoable(case: Case, acting: StaffMember) -> LastAct | None:
    """What this person could undo on a case now."""
    last: LastAct | None = getattr(case, "last_act", None)
    if last is None or last.member_id != acting.pk or now() >= last.at + UNDO_WINDOW:
        return None
    return last if _untouched(last, _rows(case)) else None


@transaction.atomic
def undo(case: Case, *, acting: StaffMember) -> LastAct:
    """Undo one's own last act on a case, within a minute and if nothing has happened on it since.

    What the act made is kept as undone; what it changed is as before; the orders to the platform follow.
    Raises NotAllowed, Excluded, CannotUndo.
    """
    case = locked(case)
    ensure_may_act(case, acting, whoever_works_on_it=True)
    last = undoable(case, acting)
    if last is None:
        raise CannotUndo
    with connection.cursor() as cursor:
        # Decisions go back one by one: for a moment two of them may overlap.
        cursor.execute("SET CONSTRAINTS one_preventive_decision_at_a_time DEFERRED")
    try:
        decisions = _take_back(last, case)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS one_preventive_decision_at_a_time IMMEDIATE")
    except IntegrityError as refusal:
        # Something else took the place since, or somebody named in what was before keeps out of the case now.
        raise CannotUndo from refusal
    case = locked(case)
    settle_orders(case)
    append(Event.ACT_UNDONE, subject=case, acting=acting, content={"act": last.kind, "done_at": last.at})
    last.delete()
    act_undone.send(Case, case=case, kind=last.kind, decisions=decisions, acting=acting)
    return last


def forget_acts() -> int:
    """Delete what can no longer be undone."""
    return LastAct.objects.filter(at__lte=now() - UNDO_WINDOW).delete()[0]


def _take_back(last: LastAct, case: Case) -> list[Decision]:
    """Put the rows back; the decisions that the act touched."""
    changes = sorted(last.changes, key=lambda one: (one["before"] is not None, -_key(one)))
    touched: set[int] = set()
    proposed_again = any(
        one["before"] and one["row"].startswith("decision:") and one["before"].get("state") == Decision.State.PROPOSED
        for one in changes
    )
    if proposed_again:
        replace_proposals(case, acting=last.member)
    for one in changes:
        table = one["row"].partition(":")[0]
        model, _where = _TABLES[table]
        if table == "decision":
            touched.add(_key(one))
        if table == "case":
            _move_back(case, one, last.member)
        elif one["before"] is not None:
            model._default_manager.filter(pk=_key(one)).update(**_columns(model, one["before"]))
        elif table == "decision":
            emptied = dict.fromkeys(_EMPTIED)
            Decision.objects.filter(pk=_key(one)).update(state=Decision.State.UNDONE, ended="", **emptied)
        elif table == "outcome":
            Outcome.objects.filter(pk=_key(one)).update(undone_at=now())
    return list(Decision.objects.filter(pk__in=touched).order_by("pk"))


def _move_back(case: Case, change: Row, acting: StaffMember) -> None:
    before = dict(change["before"])
    if "state" in before:
        move(case, Move.UNDO, State(before.pop("state")), acting=acting, reason=before.get("closed_because", ""))
    # A case that is closed again was closed when, by whom and why it was before.
    Case.objects.filter(pk=case.pk).update(**_columns(Case, before))


def _key(change: Row) -> int:
    return int(change["row"].partition(":")[2])


def _rows(case: Case) -> dict[str, Row]:
    """What a case is made of, as JSON can keep it."""
    return {
        f"{table}:{row['id']}": {name: _plain(value) for name, value in row.items()}
        for table, (model, where) in _TABLES.items()
        for row in model._default_manager.filter(**{where: case.pk}).values(*_SOME.get(model, ()))
    }


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return duration_string(value)
        case _:
            return value


def _columns(model: type[models.Model], values: Row) -> Row:
    """Columns as they are stored, from what JSON kept."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    return {name: fields[name].to_python(value) for name, value in values.items()}


def _changes(before: dict[str, Row], after: dict[str, Row]) -> list[Row]:
    found: list[Row] = []
    for name, row in after.items():
        was = before.get(name)
        differing = [column for column, value in row.items() if was is None or was[column] != value]
        if differing:
            kept = None if was is None else {column: was[column] for column in differing}
            found.append({"row": name, "before": kept, "after": {column: row[column] for column in differing}})
    return found


def _untouched(last: LastAct, rows: dict[str, Row]) -> bool:
    """Whether what the act changed is still as the act left it."""
    return all(
        one["row"] in rows and all(rows[one["row"]][name] == value for name, value in one["after"].items())
        for one in last.changes
    )
