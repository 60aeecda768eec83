"""What the pages of the care team ask of the tables: who waits for a human, what falls due, who comes first."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.care.models import Asked, CareFile, CareStep, Postvention
from rempart.ledger.clock import now
from rempart.lookout.models import Alert, FameAlert, PileOn
from rempart.lookout.selectors import Link
from rempart.staff.models import StaffMember

State = CareFile.State
LOOKED_AFTER = (State.OFFERED, State.ACCEPTED, State.PAUSED)
MOST = 200


def waiting_for_a_human() -> QuerySet[Asked]:
    """Who wants a human and was not seen to: « I am not well », calls, then messages; the longest waiting first."""
    found = Asked.objects.filter(settled_at=None).select_related("file", "taken_by")
    first = Case(
        *(When(kind=kind, then=place) for place, kind in enumerate((Asked.Kind.NOT_WELL, Asked.Kind.CALL))),
        default=MOST,
    )
    return found.order_by(first, "asked_at", "pk")


def standing(moment: Any = None) -> Q:
    """Files in which the team acts now: offered or accepted, a pause that is over included."""
    over = Q(state=State.PAUSED, paused_until__lte=moment or now())
    return Q(state__in=[State.OFFERED, State.ACCEPTED]) | over


def steps_due() -> QuerySet[CareStep]:
    """What the team has to do: what is late, the youngest first, then what comes, by its time; nothing in a pause."""
    moment = now()
    open_steps = CareStep.objects.filter(done_at=None, skipped_at=None, starts__lte=moment)
    late = Case(When(due__lte=moment, then=F("file__priority")), default=MOST)
    of_standing = CareFile.objects.filter(standing(), erasing_since=None)
    return (
        open_steps.filter(file__in=of_standing)
        .select_related("file", "file__held_by")
        .order_by(late, "due", "file__priority", "pk")
    )


def looked_after(*, state: str = "", text: str = "") -> QuerySet[CareFile]:
    """The files, the youngest first, the latest noticed before; those that are over only when `state` asks for them.

    text: a part of the handle. `waits`: whether somebody asks for a human.
    """
    asks = Asked.objects.filter(file=OuterRef("pk"), settled_at=None)
    found = CareFile.objects.filter(erasing_since=None).select_related("held_by").annotate(waits=Exists(asks))
    found = found.filter(state=state) if state in State.values else found.filter(state__in=LOOKED_AFTER)
    return found.filter(handle__icontains=text) if (text := text.strip().lstrip("@").lower()) else found


def to_confirm() -> QuerySet[Postvention]:
    """Deaths that one person stated and nobody confirmed yet."""
    return Postvention.objects.filter(confirmed_at=None, mistaken_at=None).select_related("declared_by")


def files_of(alerts: Sequence[Alert]) -> dict[Alert, Link]:
    """Where sudden fame and pile-ons lead: to the files of those whom they are about, where there are any."""
    stars = {(one.service, one.number): one for one in alerts if isinstance(one, FameAlert)}
    under = {one.target: one for one in alerts if isinstance(one, PileOn)}
    if not stars and not under:
        return {}
    numbers = [number for _service, number in stars]
    handles = [target.partition(":")[2] for target in under]
    known = CareFile.objects.filter(Q(platform_id__in=numbers) | Q(handle__in=handles), erasing_since=None)
    links: dict[Alert, Link] = {}
    for file in known:
        about = stars.get((file.service, file.platform_id)), under.get(f"{file.service}:{file.handle}")
        link = Link(_("The care file"), reverse("care:file", args=[file.pk]))
        links |= {alert: link for alert in about if alert is not None}
    return links


def waits_for(member: StaffMember) -> Mapping[str, QuerySet[Any]]:
    """What the menu counts: people who ask for a human, steps that are late, deaths to confirm by somebody else."""
    return {
        "asked": Asked.objects.filter(settled_at=None),
        "late": steps_due().filter(due__lte=now()),
        "deaths": to_confirm().exclude(declared_by=member),
    }
