"""What the lookout holds about one person, handed to them or erased at their request (see `privacy.subjects`)."""

from django.db.models import Q

from rempart.intake.services import pseudonym
from rempart.lookout.models import FameAlert, PileOn
from rempart.lookout.retention import forget
from rempart.privacy.subjects import Erased, Export, Subject


def fame_of(subject: Subject) -> list[FameAlert]:
    """The alerts of sudden fame about an account, by its handle or its number (`#…`)."""
    named = (
        Q(number=subject.handle.removeprefix("#"))
        if subject.handle.startswith("#")
        else Q(handle=subject.handle) | Q(number=subject.handle)
    )
    return list(FameAlert.objects.filter(named, service=subject.service).order_by("alert_at", "pk"))


def pile_ons_on(subject: Subject) -> list[PileOn]:
    """The pile-ons on an account."""
    number = subject.handle.startswith("#")
    known = Q(account__service=subject.service) & (
        Q(account__platform_id=subject.handle.removeprefix("#"))
        if number
        else Q(account__handle=subject.handle, account__holds_handle=True)
    )
    return list(PileOn.objects.filter(Q(target=f"{subject.service}:{subject.handle}") | known).order_by("pk"))


def export_fame(subject: Subject) -> Export | None:
    """When the radar saw an account become known, and how fast."""
    if subject.role != "respondent":
        return None
    return Export(
        data=[
            {
                "service": one.service,
                "handle": one.handle,
                "id": one.number,
                "age_band": one.age_band,
                "country": one.country,
                "language": one.language,
                "at": one.alert_at,
                "tier": one.tier,
                "expected": one.expected,
                "observed": one.observed,
                "state": one.state,
            }
            for one in fame_of(subject)
        ]
    )


def export_pile_ons(subject: Subject) -> Export | None:
    """In which months many turned on an account: neither who, nor when exactly, which could say who spoke."""
    if subject.role != "respondent":
        return None
    return Export(data=[{"month": f"{one.started_at:%Y-%m}", "state": one.state} for one in pile_ons_on(subject)])


def erase_seen(subject: Subject, really: bool, because: str) -> list[Erased]:
    """Erase what the radar saw of somebody: alerts about their account, or their part in pile-ons on others."""
    if subject.role == "respondent":
        fame, pile_ons = fame_of(subject), pile_ons_on(subject)
        if really:
            forget([*fame, *pile_ons], because=because)
        return [Erased(what="fame alerts", erased=len(fame)), Erased(what="pile-ons", erased=len(pile_ons))]
    name = pseudonym(f"{subject.service}:{subject.handle}")
    part = [one for one in PileOn.objects.exclude(groups=[]) if any(name in group["members"] for group in one.groups)]
    if really:
        for one in part:
            for group in one.groups:
                group["members"] = [member for member in group["members"] if member != name]
            one.save(update_fields=["groups"])
    return [Erased(what="parts in pile-ons", erased=len(part))]


HANDED_OVER = {"lookout.FameAlert", "lookout.PileOn"}
EXPORTERS = {"fame": export_fame, "pile_ons": export_pile_ons}
ERASERS = {"radar": erase_seen}
LEFT_OUT = {
    "lookout.LiveWave": "hashtags, which are nobody's; whom their posts accuse is in the testimonies",
    "lookout.Feedback": "what members of the team said of alerts",
    "lookout.HeardPosts": "sealed for about a minute, authors by a digest from which nobody can be found",
    "lookout.DetectorState": "digests from which nobody can be found",
}
