"""Evidence of a pile-on for a complaint: a folder with every comment as it was, its hash, its moment and its author.

The folder is a zip that anybody checks without us: `sha256sum -c SHA256SUMS` for its files, `rempart ledger check
record.json --key …` for when each hash was written into the ledger. It says what was said and by which account, and
nobody's guilt. It is kept sealed, and made again when asked.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from django.db import transaction
from django.db.models import Q

from rempart import ledger
from rempart.care.errors import NotWaiting
from rempart.care.folder import Listed, summary
from rempart.care.models import By, CareOrder, EvidenceFolder, Shield, ShieldedComment
from rempart.care.services.guards import ensure_looks_after
from rempart.casework.referrals import archive
from rempart.files import services as files
from rempart.files.models import StoredFile
from rempart.files.retention import erase_unreferenced
from rempart.ledger import Event, log
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow
from rempart.ledger.proving import record_of
from rempart.ledger.services import reference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

SUMS = "SHA256SUMS"
RECORD = "record.json"
LANGUAGES = {"fr": "LISEZ-MOI.txt", "en": "README.txt"}


@transaction.atomic
def make_folder(shield: Shield, *, acting: StaffMember | None = None, by: By | None = None) -> EvidenceFolder:
    """Make the folder of a shield as it is now, and keep it sealed. acting: the member; else `by`, who asks for it.

    Raises NotAllowed, JudgesThem; NotWaiting where nothing was collected, or it was erased.
    """
    shield = Shield.objects.select_for_update(of=("self",)).select_related("file").get(pk=shield.pk)
    if acting is not None:
        ensure_looks_after(shield.file, acting)
    listed = _listed(shield)
    if not listed:
        raise NotWaiting
    packed = archive.write(_members(shield, listed))
    name = f"rempart-{shield.pk}-{now():%Y-%m-%d}.zip"
    file = files.keep(packed, name=name, acting=acting, largest=None, opened_with=Permission.CARE)
    folder = EvidenceFolder.objects.create(
        shield=shield, file=file, made_at=now(), made_by=acting, comments=len(listed)
    )
    said = {"sha256": file.sha256, "comments": len(listed), "by": by or "team"}
    ledger.append(Event.EVIDENCE_FOLDED, subject=shield, acting=acting, content=said)
    return folder


@transaction.atomic
def hand_over(folder: EvidenceFolder, *, by: By) -> bytes:
    """The folder, for the person or their guardian; that it was handed over is recorded."""
    conversation = folder.shield.file.conversation
    content = files.hand_over(folder.file, to=conversation or folder.shield.file)
    said = {"sha256": folder.file.sha256, "by": by}
    ledger.append(Event.EVIDENCE_HANDED_OVER, subject=folder.shield, content=said)
    return content


@transaction.atomic
def erase_evidence(shield: Shield, *, because: str, acting: StaffMember | None = None) -> int:
    """Erase what was collected, with every folder made of it. Returns how many comments this were.

    What the platform still hides keeps its number, without its text, until it is shown again there.
    """
    held = list(shield.folders.values_list("file", flat=True))
    shield.folders.all().delete()
    erase_unreferenced(StoredFile.objects.filter(pk__in=held), because=because)
    hidden = CareOrder.objects.filter(shield=shield, kind=CareOrder.Kind.HIDE, lifted_at=None)
    texts = shield.comments.exclude(sealed=b"")
    erased = texts.count()
    if erased or held:
        ledger.erase(shield, because=because, acting=acting)
        said = {"because": because, "comments": erased}
        ledger.append(Event.EVIDENCE_ERASED, subject=shield, acting=acting, content=said)
    texts.filter(orders__in=hidden).update(sealed=b"", sha256=_NOTHING, about="", keys=[])
    shield.comments.exclude(orders__in=hidden).delete()
    Shield.objects.filter(pk=shield.pk).update(together={})
    return erased


def erase_past(before: datetime) -> int:
    """Erase the evidence that was to be kept until before that moment. Returns how many comments this were.

    What the platform was still hiding when its text went leaves once nothing wants it hidden any more.
    """
    erased = 0
    held = Shield.objects.filter(Q(comments__isnull=False) | ~Q(together={}), keep_until__lt=before)
    for shield in held.distinct().order_by("pk"):
        erased += erase_evidence(shield, because="retention")
    hidden = CareOrder.objects.filter(kind=CareOrder.Kind.HIDE, ends_at__gte=before)
    left = ShieldedComment.objects.filter(sealed=b"").exclude(orders__in=hidden)
    return erased + left.delete()[0]


def _listed(shield: Shield) -> list[Listed]:
    """What was collected, in the order in which it was said."""
    comments = shield.comments.exclude(sealed=b"").select_related("group").prefetch_related("orders")
    return [
        Listed(
            name=f"comments/{number:05}.txt",
            number=comment.number,
            author=comment.author,
            author_id=comment.author_id,
            about=comment.about,
            said_at=comment.said_at,
            collected_at=comment.collected_at,
            sha256=comment.sha256,
            group=comment.group_id,
            sort=comment.group.sort,
            hidden_at=_first(comment, CareOrder.Kind.HIDE),
            reported_at=_first(comment, CareOrder.Kind.REPORT),
            text=comment.text,
        )
        for number, comment in enumerate(comments, start=1)
    ]


def _first(comment: ShieldedComment, kind: CareOrder.Kind) -> datetime | None:
    done = [one.carried_out_at for one in comment.orders.all() if one.kind == kind and one.carried_out_at]
    return min(done, default=None)


def _members(shield: Shield, listed: Iterable[Listed]) -> dict[str, bytes]:
    found = list(listed)
    record = record_of((row, None) for row in _rows(shield))
    members = {one.name: one.text.encode() for one in found}
    members["comments.jsonl"] = b"".join(msgspec.json.encode(one.without_text()) + b"\n" for one in found)
    if record.file is not None:
        members[RECORD] = record.file.text
    for language, name in LANGUAGES.items():
        text = summary(
            found,
            account=str(shield.file.reference),
            made_at=now().astimezone(UTC),
            proved=len(record.rows),
            waiting=record.waiting,
            key=log.public_key(),
            language=language,
        )
        members[name] = text.encode()
    sums = "".join(f"{hashlib.sha256(members[name]).hexdigest()}  {name}\n" for name in sorted(members))
    return members | {SUMS: sums.encode()}


def _rows(shield: Shield) -> Iterable[LedgerRow]:
    """What the ledger holds of the shield and of what was asked for it."""
    subjects = [reference(shield), *(reference(order) for order in shield.orders.all())]
    return LedgerRow.objects.filter(subject__in=subjects).select_related("content").order_by("pk")


_NOTHING = hashlib.sha256(b"").hexdigest()
