"""What severe content does to those who read it: warnings before it, a count of what was opened, a break when it is
enough for a day.

The texts of a severe case (SEVERE and up) open when they are asked for, once a case and a day; each time counts by the
case's severity. Nothing is ever refused: a case of danger must not wait for anybody's break.
"""

from collections.abc import Mapping
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from rempart.casework.models import Case, DeskSettings, Exposure
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember

SEVERE = 3


def today() -> date:
    """The day that exposure counts for, in the time of the site."""
    return timezone.localdate(now())


def budget() -> int:
    """How much is enough for a day: severities of the cases opened, added up."""
    return int(settings.REMPART_EXPOSURE_BUDGET)


def exposed_today(member: StaffMember) -> int:
    """How much severe content somebody opened today, in the unit of the budget."""
    return sum(opened_today(member).values())


def wants_warnings(member: StaffMember) -> bool:
    """Whether severe texts wait until this person asks for them."""
    chosen = DeskSettings.objects.filter(member=member).first()
    return chosen is None or chosen.content_warnings


@transaction.atomic
def set_content_warnings(wanted: bool, *, acting: StaffMember) -> DeskSettings:
    """Say whether severe texts should wait until one asks for them."""
    chosen, _new = DeskSettings.objects.update_or_create(member=acting, defaults={"content_warnings": wanted})
    return chosen


def texts_are_open(case: Case, severity: int, *, member: StaffMember, opened: Mapping[int, int] | None = None) -> bool:
    """Whether somebody sees at once what is said on a case; showing severe texts to those without warnings counts.

    opened: what `opened_today` says of them, where it is known.
    """
    if severity < SEVERE or case.pk in (opened_today(member) if opened is None else opened):
        return True
    if wants_warnings(member):
        return False
    open_texts(case, severity, acting=member)
    return True


@transaction.atomic
def open_texts(case: Case, severity: int, *, acting: StaffMember) -> None:
    """Open what is said on a case for the rest of the day, and count it when it is severe."""
    if severity >= SEVERE:
        Exposure.objects.get_or_create(member=acting, case=case, day=today(), defaults={"weight": severity})


def opened_today(member: StaffMember) -> dict[int, int]:
    """The severe cases whose texts somebody opened today, by number, with what each counts."""
    return dict(Exposure.objects.filter(member=member, day=today()).values_list("case_id", "weight"))
