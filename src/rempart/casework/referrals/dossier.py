"""What a referral says of a case, drawn from what is stored at one moment: facts, evidence, accounts, measures, ledger.

A locked or destroyed file is in it by its number, its hash and its history alone. Times are given twice, in UTC and as
clocks showed them here; the words for stored values come along, so that the data can be read without this program.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation

from rempart.casework import means
from rempart.casework.links import counted_with
from rempart.casework.models import Case, Decision, HeldCopy
from rempart.casework.referrals.package import EVIDENCE, FORMAT
from rempart.correspondence.models import Message
from rempart.files.models import StoredFile
from rempart.intake.models import Account, Testimony
from rempart.intake.ours import own_names
from rempart.ledger import log
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow, SignedCheckpoint
from rempart.ledger.services import reference
from rempart.pages import labels

VOCABULARIES = ("service", "conduct", "stance", "channel", "measure", "mode", "age_band", "outcome")
# How an original is called in the archive, whatever name it came under.
_ENDINGS = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "audio/aac": "aac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/plain": "txt",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a referral: to whom, in which language, why; `dated` is the moment that it speaks of."""

    number: str
    kind: str
    language: str
    addressee: str
    states: list[str]
    reason: str
    dated: datetime


def files_of(case: Case) -> "QuerySet[StoredFile]":
    """Every file of a case, in order of receipt: what either side sent, what was kept of the account before a measure
    changed it, and what was sealed under a hold.
    """
    about = [reference(case), f"intake.account:{case.account_id}"]
    sent = Message.files.through.objects.filter(message__conversation__about__in=about).values("storedfile_id")
    sealed = HeldCopy.objects.filter(case=case.pk).values("file_id")
    kept = (found.order_by().values("pk") for found in means.files_kept(case))
    return StoredFile.objects.filter(pk__in=sent.union(sealed, *kept)).order_by("kept_at", "pk")


def files_on(case: Case) -> "list[StoredFile]":
    """The same as a list, fetched once for an instance: several parts of a page tell of them."""
    if "files_on" not in case.__dict__:
        case.__dict__["files_on"] = list(files_of(case))
    return cast("list[StoredFile]", case.__dict__["files_on"])


def draw(case: Case, asked: Request) -> tuple[dict[str, Any], dict[str, StoredFile]]:
    """The dossier of a case, and the files to enclose by their path in the archive.

    What somebody took back is not in it, save what a legal hold had sealed.

    The ledger is read up to its last checkpoint: the caller has one made over every committed row before.
    """
    withdrawn = case.complainants.filter(withdrawn_at__isnull=False).values("conversation")
    files = list(files_of(case).exclude(messages__conversation__in=withdrawn))
    evidence = [_evidence(number, file) for number, file in enumerate(files, start=1)]
    checkpoint = log.latest_checkpoint()
    rows = _rows([*_things(case), *files], up_to=checkpoint.size if checkpoint else 0)
    for item in evidence:
        item["custody"] = [_step(row) for row in rows if row.subject == item["subject"]]
    testimonies = list(_testimonies(case))
    dossier = {
        "format": FORMAT,
        "referral": {
            "number": asked.number,
            "kind": asked.kind,
            "language": asked.language,
            "addressee": asked.addressee,
            "states": asked.states,
            "reason": asked.reason,
            "made_at": at(asked.dated),
            "zone": settings.TIME_ZONE,
        },
        "platform": {"name": ", ".join(own_names())},
        "case": _case(case),
        "assessment": _assessment(case),
        "accounts": _accounts(case, testimonies),
        "testimonies": [_testimony(number, one) for number, one in enumerate(testimonies, start=1)],
        "evidence": evidence,
        "measures": _measures(case),
        "outcomes": [{"at": at(one.decided_at), "kind": one.kind} for one in case.outcomes.filter(undone_at=None)],
        "ledger": _ledger(rows, checkpoint),
        "words": _words(asked.language, rows),
    }
    return dossier, {item["path"]: file for item, file in zip(evidence, files, strict=True) if item["path"]}


def _testimonies(case: Case) -> "QuerySet[Testimony]":
    """What counts in the case, told of the account or of those confirmed to be the same person's."""
    said = Testimony.objects.filter(account__in=counted_with(case.account_id))
    return said.select_related("account", "post", "report__conversation")


def at(moment: datetime | None) -> dict[str, str] | None:
    """A moment as the dossier writes it, to the second: in UTC and in the zone of the site."""
    if moment is None:
        return None
    utc = moment.astimezone(timezone.get_fixed_timezone(0)).replace(microsecond=0)
    return {"utc": utc.strftime("%Y-%m-%dT%H:%M:%SZ"), "local": timezone.localtime(utc).isoformat()}


def _case(case: Case) -> dict[str, Any]:
    account = case.account
    return {
        "number": case.pk,
        "opened_at": at(case.opened_at),
        "account": {
            "service": account.service,
            "handle": account.handle,
            "id": account.platform_id,
            "age_band": account.age_band,
            "reach": account.reach,
            "country": account.country,
            "held_to_be_adult": account.held_to_be_adult,
        },
    }


def _assessment(case: Case) -> dict[str, Any] | None:
    record = case.assessments.first()
    if record is None:
        return None
    counts = ("testimonies", "relays", "disputes", "complainant_minors", "conduct", "conduct_services", "met_on")
    return {
        "made_at": at(record.made_at),
        "independent_sources": record.independent_sources,
        "severity": record.severity,
        **{name: record.assessment.get(name, 0) for name in counts},
    }


def _accounts(case: Case, testimonies: Iterable[Testimony]) -> list[dict[str, Any]]:
    """The account concerned and those confirmed to be theirs, then those of the people who spoke."""
    theirs = Account.objects.in_bulk(counted_with(case.account_id))
    first = [case.account, *(one for one in theirs.values() if one != case.account)]
    found = [(one.service, one.handle, one.platform_id, "respondent") for one in first]
    for one in testimonies:
        if one.post is not None and one.post.author:
            found.append((one.post.service, one.post.author, None, "author"))
        elif (report := getattr(one, "report", None)) is not None:
            conversation = report.conversation
            found.append((report.service, conversation.account, conversation.report or report.number, "reporter"))
    return [
        {"service": service, "handle": handle, "id": number, "role": role}
        for service, handle, number, role in dict.fromkeys(found)
    ]


def _testimony(number: int, one: Testimony) -> dict[str, Any]:
    post = one.post
    return {
        "number": number,
        "about": str(one.account.reference),
        "received_at": at(one.received_at),
        "channel": one.channel,
        "stance": one.stance,
        "conduct": one.conduct,
        "conduct_services": one.conduct_services,
        "met_on": one.met_on,
        "complainant_minor": one.complainant_minor,
        "reporter": one.reporter,
        "evidence_mentioned": [piece["kind"] for piece in one.evidence],
        "post": {
            "service": post.service,
            "id": post.post_id,
            "author": post.author or None,
            "created_at": at(post.created_at),
            "lang": post.lang,
        }
        if post
        else None,
        "text": (post.text if post else one.text) or "",
        "spans": post.read.get("spans", {}) if post else {},
    }


def _evidence(number: int, file: StoredFile) -> dict[str, Any]:
    open_to_us = file.state == StoredFile.State.KEPT
    ending = _ENDINGS.get(file.media_type, "bin")
    return {
        "number": number,
        "subject": reference(file),
        "state": file.state,
        "sha256": file.sha256,
        "received_at": at(file.kept_at),
        "name": file.name if open_to_us else None,
        "media_type": file.media_type if open_to_us else None,
        "size": file.size if open_to_us else None,
        "path": f"{EVIDENCE}{number:03d}-{file.sha256[:12]}.{ending}" if open_to_us else None,
    }


def _measures(case: Case) -> list[dict[str, Any]]:
    taken = case.decisions.filter(state=Decision.State.TAKEN).prefetch_related("measures").order_by("begins_at", "pk")
    return [
        {
            "measure": one.measure,
            "mode": decision.mode,
            "articles": one.articles,
            "rulebook": str(decision.rulebook),
            "begins_at": at(decision.begins_at),
            "ends_at": at(decision.closes_at),
            "lifted_at": at(one.lifted_at),
        }
        for decision in taken.select_related("rulebook")
        for one in decision.measures.all()
    ]


def _things(case: Case) -> list[Any]:
    """What belongs to a case and has rows in the ledger."""
    decisions = list(case.decisions.all())
    measures = [one for decision in decisions for one in decision.measures.all()]
    return [
        case,
        *decisions,
        *measures,
        *case.outcomes.all(),
        *case.appeals.all(),
        *case.threats.all(),
        *case.referrals.all(),
        *case.holds.all(),
    ]


def _rows(things: Iterable[Any], *, up_to: int) -> list[LedgerRow]:
    """The rows of the ledger about these things that are among its first `up_to`, in its order."""
    subjects = [reference(thing) for thing in things]
    rows = LedgerRow.objects.filter(subject__in=subjects, link__index__lt=up_to)
    return list(rows.select_related("link", "content").order_by("link__index"))


def _step(row: LedgerRow) -> dict[str, Any]:
    """A step of custody; who took it is named by their number, which the platform can resolve."""
    return {"at": at(row.effective_at), "what": row.event, "by": row.acting, "place": row.link.index}


def _ledger(rows: list[LedgerRow], checkpoint: SignedCheckpoint | None) -> dict[str, Any]:
    """The rows that a checkpoint covers, each with the proof that it is in the ledger under it."""
    if checkpoint is None:
        return {"key": log.public_key(), "checkpoint": None, "size": 0, "root": "", "rows": []}
    proofs = log.prove_places((row.link.index for row in rows), checkpoint.size)
    return {
        "key": log.public_key(),
        "checkpoint": log.note_of(checkpoint),
        "size": checkpoint.size,
        "root": bytes(checkpoint.root).hex(),
        "rows": [_row(row, proof) for row, proof in zip(rows, proofs, strict=True)],
    }


def _row(row: LedgerRow, proof: list[bytes]) -> dict[str, Any]:
    return {
        "place": row.link.index,
        "hash": bytes(row.link.hash).hex(),
        "proof": [each.hex() for each in proof],
        **log.open_row(row),
        "at": at(row.effective_at),
    }


def _words(language: str, rows: Iterable[LedgerRow]) -> dict[str, dict[str, str]]:
    with translation.override(language):
        said = {name: {key: str(words) for key, words in labels.VOCABULARIES[name].items()} for name in VOCABULARIES}
        return said | {"event": {event: _event(event) for event in sorted({row.event for row in rows})}}


def _event(event: str) -> str:
    return str(Event(event).label) if event in Event.values else event
