"""What a platform asks a wallet through us: `POST /api/v1/age/proofs`, and the one bit that comes of it."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Router, Schema
from pydantic import StringConstraints

from rempart.age.api import Bit, Country, Name, subject_of
from rempart.age.models import Assurance, ProofRequest
from rempart.age.services import proofs
from rempart.age.services.gate import ensure_may_return
from rempart.intake.api import REFUSALS, Problems
from rempart.ledger.clock import now
from rempart.records.references import Service
from rempart.staff.keys import KeyAuth, Scope

router = Router(tags=["age"])
State = ProofRequest.State

Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,200}$")]


class ProofIn(Schema):
    """Who is asked to show with a wallet that they are over so many years."""

    attempt: Name | None = Field(None, description="The number of a sign-up; or else:")
    account: Name | None = Field(None, description="An account, by the number you told us (else its handle).")
    service: Service | None = Field(None, description="The platform, where there are several.")
    over: Literal[13, 15, 16, 18]
    return_to: Annotated[str, StringConstraints(max_length=500, pattern=r"^[\x21-\x7e]+$")] = Field(
        description="Where its person goes on: an address of REMPART_AGE_RETURN, or below one."
    )
    country: Country = ""
    language: Literal["", "fr", "en"] = Field("", description="Of the page; that of the browser by default.")


class ProofOut(Schema):
    """A request: the address of its page to hand over to its person alone, and what to ask for afterwards."""

    number: str
    page: str
    expires_at: datetime


class ProofState(Schema):
    """Where it stands (waiting, accepted, refused, over), the code of a refusal, and the bit once there is one."""

    state: Literal["waiting", "accepted", "refused", "over"]
    reason: str
    results: list[Bit]


@router.post(
    "/age/proofs",
    auth=KeyAuth(Scope.AGE),
    response={200: ProofOut, **REFUSALS, 422: Problems},
    url_name="age-proofs",
    summary="Have somebody show their age with a wallet",
)
def ask(request: HttpRequest, body: ProofIn) -> dict[str, object]:
    """200 with its page: that of a request that still waits, where there is one."""
    subject = subject_of(body.attempt, body.account, body.service)
    ensure_may_return(body.return_to)
    proof = proofs.ask_for_proof(
        subject,
        over=body.over,
        purpose="gate",
        country=body.country,
        return_to=body.return_to,
        language=body.language,
    )
    return {"number": proof.token, "page": proofs.address_of(proof), "expires_at": proof.expires_at}


@router.get(
    "/age/proofs/{number}",
    auth=KeyAuth(Scope.AGE),
    response={200: ProofState, 404: Problems, **REFUSALS},
    url_name="age-proof",
    summary="Read what became of it",
)
def read(request: HttpRequest, number: Token) -> dict[str, object]:
    """The bit and nothing else; over: its time passed, and nothing was shown."""
    proof = proofs.proof_of(number)
    if proof is None or proof.purpose != ProofRequest.Purpose.GATE:
        raise Http404
    state = "waiting" if proof.state == State.COMING_BACK else proof.state
    if state == State.WAITING and not proof.open:
        state = "over"
    return {"state": state, "reason": proof.reason, "results": _results(proof)}


def _results(proof: ProofRequest) -> list[dict[str, object]]:
    """The newest bit of the age that was asked for, once a wallet answered."""
    if proof.decided_at is None:
        return []
    theirs = Assurance.objects.filter(service=proof.service, kind=proof.kind, reference=proof.reference)
    rows = theirs.filter(over=proof.over, made_at__gte=proof.created_at)
    shown = ("over", "met", "method", "confidence", "expires_at")
    held = [row for row in rows.order_by("-made_at", "-pk") if row.holds(now())][:1]
    return [{name: getattr(row, name) for name in shown} for row in held]
