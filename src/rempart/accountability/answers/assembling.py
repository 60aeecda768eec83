"""Assembling an answer from the record: figures, the document that tells them, the data, and the proofs."""

import hashlib
import json
from typing import Any, NamedTuple

import msgspec
from django.db import transaction

from rempart.accountability.answers import document
from rempart.accountability.answers.layout import DATA, DOCUMENT, FORMAT
from rempart.accountability.answers.proofs import ground_of, signed
from rempart.accountability.figures.counting import figures_of
from rempart.accountability.figures.model import Figures, Window
from rempart.accountability.figures.protecting import numbers_of, protected
from rempart.accountability.models import Answer, Authority, Commitment, Request
from rempart.accountability.models.requests import DISCLOSING
from rempart.accountability.services.commitments import CommitmentLine, commitments_to
from rempart.intake.ours import own_names
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.privacy.suppression import THRESHOLD, Published
from rempart.staff.models import StaffMember

PUBLIC_BODIES = (Authority.Kind.MINISTRY, Authority.Kind.REGULATOR)


class Draft(NamedTuple):
    """An answer as assembled: what it says, and every file of its folder but those under proofs/ by themselves."""

    figures: Figures
    data: dict[str, Any]
    pdf: bytes
    proofs: dict[str, bytes]

    def files(self) -> dict[str, bytes]:
        """Every file by its path in the folder."""
        return {DOCUMENT: self.pdf, DATA: written(self.data), **self.proofs}


def written(data: dict[str, Any]) -> bytes:
    """The data as answer.json holds it."""
    return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"


@transaction.atomic
def assemble(request: Request | None, window: Window, *, language: str, acting: StaffMember | None) -> Draft:
    """The answer to "what measures did you take?" over a window, with its row in the ledger.

    request: what it answers; None for an answer to nobody in particular. Only an order that asks for data on a legal
    basis gets exact counts; everybody else gets them without small ones (`figures.protected`), compared with what was
    handed over before. Promises told are those to whoever asks; to ministries and regulators when nobody is named.
    language: fr or en. Raises NotInTheLog while the ledger has no row.
    """
    if language not in ("fr", "en"):
        raise ValueError(f"answers are written in fr or en, not in {language!r}")
    exact = request is not None and request.kind in DISCLOSING and bool(request.legal_basis)
    counted = figures_of(window)
    figures = counted if exact else protected(counted, earlier=handed_over(window))
    earlier = _last_checkpoint(request)
    ground = ground_of(figures.rulebooks, earlier)
    data = {
        "format": FORMAT,
        "made_at": _time(now()),
        "language": language,
        "platform": own_names(),
        "request": _asked(request),
        "exact": exact,
        "threshold": None if exact else THRESHOLD,
        "figures": msgspec.to_builtins(figures, str_keys=True),
        "commitments": [msgspec.to_builtins(one) for one in _promises(request)],
        "log": ground.data,
    }
    pdf = document.render(data)
    readme = document.words()[language]["readme"]
    proofs = signed(ground, pdf, written(data), readme)
    said = {
        "hashtag": window.hashtag,
        "start": window.start,
        "end": window.end,
        "pdf": hashlib.sha256(pdf).hexdigest(),
        "json": hashlib.sha256(written(data)).hexdigest(),
    }
    append(Event.ANSWER_ASSEMBLED, subject=request or f"answer:{said['json']}", acting=acting, content=said)
    return Draft(figures, data, pdf, proofs)


def handed_over(window: Window) -> list[Published]:
    """Every number that was handed over about the same hashtag, or about everything, without a legal basis."""
    found = []
    for content in Answer.objects.filter(state=Answer.State.SENT, figures__isnull=False).values_list(
        "figures", flat=True
    ):
        if content.get("format") != FORMAT or content["exact"]:
            continue
        told = msgspec.convert(content["figures"], Figures, strict=False)
        if told.window.hashtag == window.hashtag:
            found += [Published(name, told.window.start, told.as_of, value) for name, value in numbers_of(told).items()]
    return found


def _last_checkpoint(request: Request | None) -> tuple[int, str] | None:
    """What the last answer handed over to the same authority stood on."""
    if request is None:
        return None
    sent = Answer.objects.filter(request__authority=request.authority, state=Answer.State.SENT, figures__isnull=False)
    content = sent.order_by("sent_at").values_list("figures", flat=True).last()
    return (content["log"]["size"], content["log"]["root"]) if content else None


def _asked(request: Request | None) -> dict[str, Any] | None:
    if request is None:
        return None
    return {
        "number": request.number,
        "reference": request.reference,
        "kind": request.kind,
        "authority": request.authority.name,
        "country": request.authority.country,
        "legal_basis": request.legal_basis,
        "received_at": _time(request.received_at),
        "words": request.asked.words,
    }


def _promises(request: Request | None) -> list[CommitmentLine]:
    if request is not None:
        return commitments_to(request.authority)
    bodies = Authority.objects.filter(kind__in=PUBLIC_BODIES, pk__in=Commitment.objects.values("authority"))
    return sorted((line for body in bodies for line in commitments_to(body)), key=lambda line: line.due)


def _time(at: Any) -> str:
    said: str = msgspec.to_builtins(at)
    return said
