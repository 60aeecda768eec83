"""The desk follows what happens to cases, inside the transaction in which it happens: their place and their words."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db.models import Model
from django.db.models.signals import post_save

from rempart.casework.models import Appeal, Case, Decision, MeasureTaken, Outcome, Reconsideration, ThreatDecision
from rempart.casework.services.desk.claims import leave_all
from rempart.casework.services.desk.order import place
from rempart.casework.services.desk.second import draw
from rempart.casework.services.desk.texts import index_accounts, index_case, index_reasons, index_testimony
from rempart.casework.signals import act_undone, case_assessed, case_opened, outcome_reached
from rempart.intake.models import Testimony
from rempart.intake.signals import testimonies_changed
from rempart.staff.models import StaffMember

# Rows that place a case: whichever service writes one, the case is placed again.
PLACING: tuple[type[Model], ...] = (Decision, MeasureTaken, Appeal, Reconsideration, ThreatDecision)


def connect() -> None:
    """Listen; called once, when the app is ready."""
    case_opened.connect(_opened, dispatch_uid="casework.desk.opened")
    case_assessed.connect(_assessed, dispatch_uid="casework.desk.assessed")
    act_undone.connect(_undone, dispatch_uid="casework.desk.undone")
    outcome_reached.connect(_answered, dispatch_uid="casework.desk.answered")
    testimonies_changed.connect(_said, dispatch_uid="casework.desk.said")
    user_logged_out.connect(_signed_out, dispatch_uid="casework.desk.signed_out")
    post_save.connect(_case_written, sender=Case, dispatch_uid="casework.desk.case_written")
    for sender in PLACING:
        post_save.connect(_placing_row_written, sender=sender, dispatch_uid=f"casework.desk.{sender.__name__}")


def _opened(case: Case, **_: Any) -> None:
    index_case(case)


def _assessed(case: Case, **_: Any) -> None:
    place(case)


def _answered(outcome: Outcome, **_: Any) -> None:
    draw(outcome)
    index_reasons(outcome.case)


def _signed_out(user: StaffMember | None, **_: Any) -> None:
    if user is not None:
        leave_all(acting=user)


def _undone(case: Case, **_: Any) -> None:
    place(case)
    index_reasons(case)


def _said(accounts: Iterable[int], added: Testimony | None = None, **_: Any) -> None:
    if added is None:
        index_accounts(accounts)
    else:
        index_testimony(added)


def _case_written(instance: Case, created: bool, update_fields: frozenset[str] | None, **_: Any) -> None:
    if not created and {"danger_at", "state"} & set(update_fields or ()):
        place(instance)
        index_reasons(instance)


def _placing_row_written(instance: Any, **_: Any) -> None:
    case = instance.decision.case if isinstance(instance, MeasureTaken) else instance.case
    if case is None:  # a reporter's appeal is about no case
        return
    place(case)
    if _says_why(instance):
        index_reasons(case)


def _says_why(row: Any) -> bool:
    return any(getattr(row, field.name) for field in row._meta.concrete_fields if field.name.endswith("because"))
