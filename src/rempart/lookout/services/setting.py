"""Changing how the lookout is set."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.lookout.models import LookoutSettings
from rempart.staff.models import StaffMember

SETTABLE = (
    "support_a_day",
    "watch_a_day",
    "waves_a_day",
    "pile_ons_a_day",
    "false_alarms",
    "false_waves_a_month",
    "open_waves",
)


@transaction.atomic
def change_settings(*, acting: StaffMember | None, **values: Any) -> LookoutSettings:
    """Change settings by their names (SETTABLE); the same again changes nothing. acting: None for the command line.

    Raises ValidationError, by field, for a value that cannot be, and TypeError for a name that is no setting.
    """
    if unknown := sorted(values.keys() - set(SETTABLE)):
        raise TypeError(f"no setting is called {', '.join(unknown)}")
    LookoutSettings.objects.get_or_create(pk=1)
    row = LookoutSettings.objects.select_for_update().get(pk=1)
    for name, value in values.items():
        try:
            setattr(row, name, LookoutSettings._meta.get_field(name).clean(value, row))
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from error
    changed = {name: getattr(row, name) for name in SETTABLE}
    before = LookoutSettings.objects.values(*SETTABLE).get(pk=1)
    if changed == before:
        return row
    row.changed_at, row.changed_by = now(), acting
    _ensure_sound(row)
    row.save()
    append(
        Event.LOOKOUT_SET,
        subject=row,
        acting=acting,
        content={name: value for name, value in changed.items() if value != before[name]},
    )
    return row


def _ensure_sound(row: LookoutSettings) -> None:
    if not 0 < row.false_alarms <= 0.5:
        raise ValidationError({"false_alarms": "more than 0 and at most 0.5"})
    if not 0 < row.false_waves_a_month <= 1000:
        raise ValidationError({"false_waves_a_month": "more than 0 and at most 1000"})
