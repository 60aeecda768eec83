"""What care holds about one person, handed to them or erased at their request (see `privacy.subjects`)."""

from typing import Any

from django.db.models import Q

from rempart.care.models import Asked, By, CareFile
from rempart.care.services.erasing import ASKED_FOR, erase_file
from rempart.care.services.people import reach_of
from rempart.care.services.protections import undo_all
from rempart.care.services.shields import close_all
from rempart.correspondence.services import export_conversation
from rempart.privacy.subjects import Erased, Export, Subject

FROZEN = "after a death everything stays as it is until the family asks for it to go"


def files_of(subject: Subject) -> list[CareFile]:
    """The file of the account that goes by this handle or has this number; whichever role it asks in."""
    if subject.handle.startswith("#"):
        named = Q(platform_id=subject.handle.removeprefix("#"))
    else:
        named = Q(handle=subject.handle)
    return list(CareFile.objects.filter(named, service=subject.service, erasing_since=None))


def export_care(subject: Subject) -> Export | None:
    """Everything in the file, but for what members note for each other: they may name somebody else."""
    found = files_of(subject)
    if not found:
        return None
    return Export(data=[_file(file) for file in found])


def _file(file: CareFile) -> dict[str, Any]:
    return {
        "service": file.service,
        "handle": file.handle,
        "id": file.platform_id,
        "age_band": file.age_band,
        "country": file.country,
        "language": file.language,
        "opened_at": file.opened_at,
        "noticed_at": file.noticed_at,
        "state": file.standing.label,
        "paused_until": file.paused_until,
        "safe_to_tell_guardian": file.get_safe_to_tell_guardian_display(),
        "steps": [{"kind": one.kind, "due": one.due, "done_at": one.done_at} for one in file.steps.all()],
        "asked": [
            {"kind": one.get_kind_display(), "asked_at": one.asked_at, "settled_at": one.settled_at}
            for one in file.asked.filter(voice=Asked.Voice.YOUNG)
        ],
        "guardians": [
            {"name": one.name, "reach": reach_of(one), "told_at": one.told_at} for one in file.guardians.all()
        ],
        "mentors": [
            {"name": one.mentor.name, "proposed_at": one.proposed_at, "accepted_at": one.accepted_at}
            for one in file.introductions.select_related("mentor")
        ],
        "mandates": [
            {"name": one.name, "scope": one.scope, "given_at": one.given_at, "revoked_at": one.revoked_at}
            for one in file.mandates.all()
        ],
        "protections": [
            {"kind": one.kind, "begins_at": one.begins_at, "ends_at": one.ends_at} for one in file.protections.all()
        ],
        "conversation": export_conversation(file.conversation) if file.conversation else None,
    }


def erase_care(subject: Subject, really: bool, because: str) -> list[Erased]:
    """Erase the file, all of it. After a death it stays."""
    found = files_of(subject)
    going = [file for file in found if file.state != CareFile.State.FROZEN]
    if really:
        for file in going:
            undo_all(file, by=By.YOUNG)
            close_all(file, by=By.YOUNG)
            erase_file(file, because=because or ASKED_FOR)
    stays = len(found) - len(going)
    return [Erased(what="files of the care team", erased=len(going), stays=stays, because=FROZEN if stays else "")]


HANDED_OVER = {
    f"care.{name}" for name in ("CareFile", "CareStep", "Asked", "Guardian", "Introduction", "Mandate", "Protection")
}
EXPORTERS = {"care": export_care}
ERASERS = {"care": erase_care}
LEFT_OUT = {
    "care.Mentor": "whoever a mentor was is handed over by name; the rest is the mentor's own",
    "care.Postvention": "about somebody who died; it tells nobody anything",
    "care.Peer": "who named whom as somebody's friend: it would tell of a death, which is not ours to tell",
    "care.Shield": "how comments were sorted; the evidence itself is handed over on their page, as a folder",
    "care.ShieldGroup": "numbers of groups; the evidence itself is handed over on their page, as a folder",
    "care.ShieldedComment": "what others wrote; it is handed over on their page, as a folder of evidence",
    "care.EvidenceFolder": "handed over on their page",
    "care.CareOrder": "what the platform was asked; the protections, which are handed over, say the same",
    "care.CareOrder_comments": "numbers of comments",
    "correspondence.Silence": "about somebody who died",
}
