"""What a platform's sign-up asks of the gate: `POST /api/v1/age/attempts`, and what it reads of the answer."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema
from ninja.responses import Status
from pydantic import Strict, StringConstraints

from rempart.age.errors import WrongState
from rempart.age.models import Attempt, Subject
from rempart.age.services import gate, reports
from rempart.age.services.gate import AttemptRefused
from rempart.correspondence.links import link_for
from rempart.intake import api as intake
from rempart.intake.api import REFUSALS, OriginIn, Problems
from rempart.intake.ours import own_services
from rempart.records.references import Service
from rempart.staff.keys import KeyAuth, Scope

router = Router(tags=["age"])

Number = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,100}$")]
Country = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$")]
Feature = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")]


# What the database can hold: no NUL.
Name = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00]*$")]


class AccountIn(intake.AccountIn):
    """An account: its service and handle, and the platform's immutable id where it is known."""

    handle: Name
    id: Name | None = None


class AttemptIn(Schema):
    """A sign-up whose age is to be asked."""

    number: Number = Field(description="The platform's own number of the sign-up: it is asked once.")
    service: Service | None = Field(None, description="The platform, where there are several.")
    country: Country = Field("", description="ISO 3166, a region where its law differs (CA-QC); ours by default.")
    language: Literal["fr", "en"] = "fr"
    return_to: Annotated[str, StringConstraints(max_length=500, pattern=r"^[\x21-\x7e]+$")] = Field(
        description="Where its person goes on: an address of REMPART_AGE_RETURN, or below one."
    )
    thresholds: list[Literal[13, 15, 16, 18]] = Field([], max_length=4)
    features: list[Feature] = Field([], max_length=20, description="As the policies name them: account, live …")
    origin: OriginIn | None = None
    sex: Literal["f", "m", "x"] | None = Field(None, description="As stated to you: for error rates alone.")


class AttemptOut(Schema):
    """An attempt, and the address to hand over to its person alone."""

    number: str
    service: Service
    page: str
    expires_at: datetime


class Bit(Schema):
    """Whether somebody is over so many years, how that was shown, how far to trust it (IEEE 2089.1), until when."""

    over: int
    met: bool
    method: str
    confidence: str
    expires_at: datetime


class Bits(Schema):
    """One for each threshold that was asked for; none before the question was answered."""

    results: list[Bit]


class BoundIn(Schema):
    """The account that came of a sign-up."""

    account: AccountIn
    same_as: list[AccountIn] = Field(
        [], max_length=20, description="Accounts that the platform holds to be the same person's."
    )


class ReportIn(Schema):
    """A report that somebody made by a button of the platform's own. Name and e-mail are never required."""

    number: Number = Field(description="The platform's own number of the report: the same is received once.")
    about: AccountIn
    reason: Literal["said_so", "knows_them", "shows", "other"]
    relation: Literal["", "parent", "school", "young", "other", "platform"] = ""
    text: Annotated[str, StringConstraints(max_length=reports.LONGEST, pattern=r"^[^\x00]*$")] = ""
    hurt: Annotated[bool, Strict()] = Field(False, description="They say that somebody may be hurting the child.")
    language: Literal["fr", "en"] = "fr"
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = ""
    network: Annotated[str, StringConstraints(max_length=255)] = Field(
        "", description="A hash of where it came from; 16 bits of it are kept."
    )
    email: Annotated[str, StringConstraints(max_length=254)] = Field(
        "", description="Only if they want to be written to."
    )


class ReportOut(Schema):
    """By when it is decided, and the page on which its author learns what came of it, to hand over to them alone."""

    number: str
    due_at: datetime
    page: str


@router.post(
    "/age/reports",
    auth=KeyAuth(Scope.AGE),
    response={200: ReportOut, **REFUSALS},
    url_name="age-reports",
    summary="Hand over a report that somebody is too young",
)
def report(request: HttpRequest, body: ReportIn) -> dict[str, object]:
    """200 with the page of whoever reported, however often it comes."""
    account, sent = body.about.reference("about"), body.dict(exclude={"about"})
    try:
        made = reports.report_account(account, **sent)
    except ValueError as error:
        raise AttemptRefused("email", "this is no e-mail address") from error
    return {"number": made.number, "due_at": made.matter.due_at, "page": link_for(made.conversation)}


@router.post(
    "/age/attempts",
    auth=KeyAuth(Scope.AGE),
    response={201: AttemptOut, 200: AttemptOut, 409: Problems, **REFUSALS},
    url_name="age-attempts",
    summary="Have somebody who signs up asked their age",
)
def ask(request: HttpRequest, body: AttemptIn) -> Status:
    """201 when it is new, 200 when it was made before, 409 when its number belongs to another question."""
    origin = body.origin or OriginIn()
    made = gate.make_attempt(
        service=body.service or own_services()[0],
        number=body.number,
        return_to=body.return_to,
        country=body.country,
        language=body.language,
        thresholds=body.thresholds,
        features=body.features,
        device=origin.device or "",
        network=origin.network or "",
        sex=body.sex or "",
    )
    attempt = made.attempt
    told = {
        "number": attempt.number,
        "service": attempt.service,
        "page": gate.address_of(attempt),
        "expires_at": attempt.expires_at,
    }
    return Status(201 if made.is_new else 200, told)


@router.get(
    "/age/attempts/{number}",
    auth=KeyAuth(Scope.AGE),
    response={200: Bits, 404: Problems, **REFUSALS},
    url_name="age-attempt",
    summary="Read what became of the question",
)
def read(request: HttpRequest, number: Number, service: Annotated[Service | None, Query()] = None) -> dict[str, object]:
    """One bit for each threshold asked for, and nothing else."""
    return {"results": gate.results_of(_attempt(number, service))}


@router.put(
    "/age/attempts/{number}/account",
    auth=KeyAuth(Scope.AGE),
    response={200: Bits, 404: Problems, 409: Problems, **REFUSALS},
    url_name="age-attempt-account",
    summary="Say which account came of a sign-up",
)
def bind(
    request: HttpRequest, number: Number, body: BoundIn, service: Annotated[Service | None, Query()] = None
) -> Status:
    """200 with what is held; 409 before the question was answered, or where another account came of it."""
    attempt = _attempt(number, service)
    account = body.account.reference("account")
    others = [one.reference(f"same_as.{place}") for place, one in enumerate(body.same_as)]
    if account.service != attempt.service:
        raise AttemptRefused("account.service", "the attempt is another service's")
    try:
        attempt = gate.bind(attempt, account, same_as=others)
    except WrongState:
        return Status(409, {"errors": [{"field": "", "error": "the question was not answered yet"}]})
    return Status(200, {"results": gate.results_of(attempt)})


def _attempt(number: str, service: str | None) -> Attempt:
    found = Attempt.objects.filter(number=number, service=service or own_services()[0]).first()
    if found is None:
        raise Http404
    return found


def subject_of(attempt: str | None, account: str | None, service: str | None) -> Subject:
    """Whose age it is: an attempt's, or an account's by the number you told us (else its handle); of ours by default.

    Raises AttemptRefused for none or both.
    """
    where = service or own_services()[0]
    if attempt is not None and account is None:
        return Subject.attempt(where, attempt)
    if account is not None and attempt is None:
        return Subject.account(where, account)
    raise AttemptRefused("account", "name either an attempt or an account")
