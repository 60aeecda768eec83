"""What can be done with files: keep, open, lock, report, destroy, hold and release. Every act is a ledger row.

A file's chain of custody is its ledger: who handed it in, who opened it and when, what became of it (`custody_of`).
"""

import hashlib
import unicodedata

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from rempart import ledger
from rempart.files import contents, sealing
from rempart.files.errors import FileDestroyed, FileHeld, FileLocked, FileRefused, NotAllowed, NotLocked, NotReported
from rempart.files.kinds import sniff
from rempart.files.models import Hold, StoredFile
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

LARGEST = 25 * 1024 * 1024  # bytes
LONGEST_NAME = 255  # characters
SUSPECTED_INTIMATE = gettext_noop("It may show a minor in an intimate way.")  # kept as it is, translated when shown


@transaction.atomic
def keep(
    content: bytes,
    *,
    name: str,
    acting: StaffMember | None = None,
    suspected_intimate: bool = False,
    largest: int | None = LARGEST,
    opened_with: Permission = Permission.READ_CASES,
) -> StoredFile:
    """Seal a file and keep it as it is; its kind is read from its content, never from its name.

    acting: the member who brings it in; None for somebody outside.
    suspected_intimate: it may show a minor in an intimate way: locked before anybody can open it.
    largest: in bytes; None for what the house itself made of files that it keeps.
    opened_with: the permission that opens it, where not everybody who reads cases may.
    Raises FileRefused (with `field`) when it is empty, larger than 25 MB or of a kind that is not kept.
    """
    media_type = _kind_of(content, largest)
    sha256 = hashlib.sha256(content).hexdigest()
    sealed, wrapped_key = sealing.seal_file(content, sha256)
    file = StoredFile.objects.create(
        name=_clean_name(name),
        media_type=media_type,
        size=len(content),
        sha256=sha256,
        wrapped_key=wrapped_key,
        opened_with=opened_with.value,
        kept_at=now(),
        kept_by=acting,
    )
    contents.write(file, sealed)
    described = {"sha256": sha256, "size": len(content), "media_type": media_type}
    ledger.append(Event.FILE_KEPT, subject=file, acting=acting, content=described)
    if suspected_intimate:
        return lock_file(file, acting=acting, reason=SUSPECTED_INTIMATE)
    return file


@transaction.atomic
def open_file(file: StoredFile, *, acting: StaffMember, because: str = "") -> bytes:
    """The file's content, its opening recorded.

    Raises FileLocked for a locked file unless `acting` looks after children's safety, FileDestroyed for a destroyed
    one, NotAllowed without the permission that opens it, CannotUnseal when the stored bytes were tampered with.
    """
    file = StoredFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.state == StoredFile.State.DESTROYED:
        raise FileDestroyed
    if file.state == StoredFile.State.LOCKED:
        if not acting.may(Permission.CHILD_SAFETY):
            raise FileLocked
    elif not acting.may(Permission(file.opened_with)):
        raise NotAllowed
    content = sealing.open_sealed_file(contents.read(file), file.wrapped_key, file.sha256)
    ledger.append(Event.FILE_OPENED, subject=file, acting=acting, content={"because": because} if because else None)
    return content


@transaction.atomic
def hand_over(file: StoredFile, *, to: Model) -> bytes:
    """The content of a file that the house sent to somebody outside (`to`: their conversation), its opening recorded.

    Raises FileLocked or FileDestroyed for what is not freely kept.
    """
    file = StoredFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.state == StoredFile.State.DESTROYED:
        raise FileDestroyed
    if file.state == StoredFile.State.LOCKED:
        raise FileLocked
    content = sealing.open_sealed_file(contents.read(file), file.wrapped_key, file.sha256)
    ledger.append(Event.FILE_OPENED, subject=file, content={"handed_to": reference(to)})
    return content


@transaction.atomic
def lock_file(file: StoredFile, *, acting: StaffMember | None, reason: str) -> StoredFile:
    """Lock a file away at once: from now on only those who look after children's safety open it. Harmless twice.

    Anybody who works with the file may lock it, the software too (`acting=None`); nobody ever unlocks one.
    Raises FileDestroyed.
    """
    file = StoredFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.state == StoredFile.State.DESTROYED:
        raise FileDestroyed
    if file.state == StoredFile.State.LOCKED:
        return file
    file.state, file.locked_at, file.locked_by, file.locked_because = StoredFile.State.LOCKED, now(), acting, reason
    file.save(update_fields=["state", "locked_at", "locked_by", "locked_because"])
    ledger.append(Event.FILE_LOCKED, subject=file, acting=acting, content={"reason": reason})
    return file


@transaction.atomic
def report_file(file: StoredFile, *, acting: StaffMember, authority: str, number: str = "") -> StoredFile:
    """Record that a locked file was reported to the competent authority, under which number.

    Raises NotAllowed, NotLocked, FileDestroyed.
    """
    file = _locked(file, acting)
    file.reported_at, file.reported_by, file.reported_to, file.report_number = now(), acting, authority, number
    file.save(update_fields=["reported_at", "reported_by", "reported_to", "report_number"])
    said = {"authority": authority, "number": number, "sha256": file.sha256}
    ledger.append(Event.FILE_REPORTED, subject=file, acting=acting, content=said)
    return file


@transaction.atomic
def destroy_file(file: StoredFile, *, acting: StaffMember, reason: str) -> StoredFile:
    """Destroy a locked file's key and content; its hash, size and history stay.

    Raises NotAllowed, NotLocked, FileDestroyed, NotReported before it was reported, FileHeld under a legal hold.
    """
    file = _locked(file, acting)
    if file.reported_at is None:
        raise NotReported
    if file.held:
        raise FileHeld
    file.state, file.wrapped_key = StoredFile.State.DESTROYED, None
    file.destroyed_at, file.destroyed_by, file.destroyed_because = now(), acting, reason
    file.save(update_fields=["state", "wrapped_key", "destroyed_at", "destroyed_by", "destroyed_because"])
    contents.remove(file)
    ledger.append(Event.FILE_DESTROYED, subject=file, acting=acting, content={"reason": reason, "sha256": file.sha256})
    return file


@transaction.atomic
def hold_file(file: StoredFile, *, on_behalf_of: str, acting: StaffMember | None, reason: str) -> Hold:
    """Put a legal hold on a file; once for each thing it is held for. Raises FileDestroyed."""
    file = StoredFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.state == StoredFile.State.DESTROYED:
        raise FileDestroyed
    hold, is_new = Hold.objects.get_or_create(
        file=file, on_behalf_of=on_behalf_of, defaults={"because": reason, "held_at": now(), "held_by": acting}
    )
    if is_new:
        said = {"on_behalf_of": on_behalf_of, "reason": reason}
        ledger.append(Event.FILE_HELD, subject=file, acting=acting, content=said)
    return hold


@transaction.atomic
def release_file(file: StoredFile, *, on_behalf_of: str, acting: StaffMember | None, reason: str) -> None:
    """End the hold that was put on behalf of this. Harmless when there is none."""
    if Hold.objects.filter(file=file, on_behalf_of=on_behalf_of).delete()[0]:
        said = {"on_behalf_of": on_behalf_of, "reason": reason}
        ledger.append(Event.FILE_RELEASED, subject=file, acting=acting, content=said)


def custody_of(file: StoredFile) -> list[LedgerRow]:
    """Everything that happened to a file, oldest first; each row has `content` unless it has none or it was erased."""
    return list(LedgerRow.objects.filter(subject=reference(file)).select_related("content").order_by("pk"))


def _locked(file: StoredFile, acting: StaffMember) -> StoredFile:
    if not acting.may(Permission.CHILD_SAFETY):
        raise NotAllowed
    file = StoredFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    if file.state == StoredFile.State.DESTROYED:
        raise FileDestroyed
    if file.state != StoredFile.State.LOCKED:
        raise NotLocked
    return file


def _kind_of(content: bytes, largest: int | None) -> str:
    if not content:
        raise FileRefused("content", _("This file is empty."))
    if largest is not None and len(content) > largest:
        raise FileRefused("size", _("This file is larger than 25 MB."))
    kind = sniff(content)
    if kind is None:
        raise FileRefused(
            "content", _("This kind of file cannot be kept. Send text, PDF, images, sound, video or a zip file.")
        )
    return kind


def _clean_name(name: str) -> str:
    """The name as given, without folders and without what could disturb a page, a header or a terminal."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip()
    if len(seen) <= LONGEST_NAME:
        return seen or "file"
    return seen[: LONGEST_NAME - 10] + "…" + seen[-9:]  # the end holds the extension
