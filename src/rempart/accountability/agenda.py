"""What this room has that falls due, for the calendar: requests to check and to answer, people to tell, promises."""

from typing import Any

from django.db.models import Case as Choice
from django.db.models import F, Q, QuerySet, When
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.accountability import states
from rempart.accountability.models import Commitment, Concerned, Request
from rempart.accountability.models.requests import TOLD_BY_US
from rempart.accountability.services.preserving import end_by_itself
from rempart.casework.calendar import Deadline, Moment, add_deadline, add_moment
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

NOBODY = Q(pk__in=[])


def _checks() -> QuerySet[Request]:
    return Request.objects.annotate(
        starts=F("received_at"), due=F("authentic_by"), over=Coalesce("checked_at", "settled_at")
    )


def _answers() -> QuerySet[Request]:
    return Request.objects.annotate(starts=F("received_at"), due=F("due_at"), over=F("settled_at"))


def _people() -> QuerySet[Concerned]:
    """Whoever was not told as the authority wanted: they are told once its silence is over."""
    dropped = Q(request__state__in=[states.State.WITHDRAWN, states.State.UNAUTHENTIC])
    found = Concerned.objects.filter(
        ours=True, request__kind__in=TOLD_BY_US, request__silent_until__isnull=False
    ).select_related("request")
    return found.annotate(
        starts=F("request__received_at"),
        due=F("request__silent_until"),
        over=Least("told_at", Choice(When(dropped, then=F("request__settled_at")))),
    )


def _promises() -> QuerySet[Commitment]:
    found = Commitment.objects.select_related("authority")
    return found.annotate(starts=F("promised_at"), over=Least("kept_at", "withdrawn_at"))


def _preservations() -> QuerySet[Request]:
    preserving = Request.objects.filter(kind=Request.Kind.PRESERVATION_ORDER, production=None)
    return preserving.filter(preserved_until__isnull=False).annotate(at=F("preserved_until"))


def _liaisons(but: str = "") -> Any:
    """Those who deal with authorities; `but`: not whoever did the first half of it."""

    def condition(member: StaffMember) -> Q:
        if not member.may(Permission.LIAISE):
            return NOBODY
        return ~Q(**{but: member}) if but else Q()

    return condition


def _page(request: Request) -> str:
    return reverse("accountability:request", args=[request.pk])


def connect() -> None:
    """Add all of the above to the calendar."""
    add_deadline(
        Deadline(
            kind="request_check",
            things=_checks,
            waits=lambda: Q(state=states.State.RECEIVED),
            case=lambda _one: None,
            words=lambda one: _("Make sure that request %(number)s is authentic") % {"number": one.number},
            url=_page,
            mine=_liaisons("registered_by"),
        )
    )
    add_deadline(
        Deadline(
            kind="request_answer",
            things=_answers,
            waits=lambda: Q(state__in=states.OPEN),
            case=lambda _one: None,
            words=lambda one: _("Answer request %(number)s") % {"number": one.number},
            url=_page,
            mine=_liaisons(),
        )
    )
    add_deadline(
        Deadline(
            kind="person_to_tell",
            things=_people,
            waits=lambda: Q(told_at=None),
            case=lambda _one: None,
            words=lambda one: _("Tell somebody of request %(number)s") % {"number": one.request.number},
            url=lambda one: _page(one.request) + "#people",
            mine=_liaisons(),
        )
    )
    add_deadline(
        Deadline(
            kind="commitment",
            things=_promises,
            waits=lambda: Q(kept_at=None, withdrawn_at=None),
            case=lambda _one: None,
            words=lambda one: _("Keep what was promised to %(who)s") % {"who": one.authority.name},
            url=lambda one: reverse("accountability:commitment", args=[one.pk]),
            mine=_liaisons(),
        )
    )
    add_moment(
        Moment(
            kind="preservation",
            things=_preservations,
            case=lambda _one: None,
            words=lambda one: _("The preservation of request %(number)s ends") % {"number": one.number},
            url=_page,
            mine=_liaisons(),
            unseen=Q(state=states.State.PRESERVED),
            then=end_by_itself,
        )
    )
