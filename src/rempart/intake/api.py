"""Reports handed over by a platform's machine (DSA Art. 16): `POST /api/v1/reports`."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Field, Router, Schema
from ninja.responses import Status
from pydantic import AfterValidator, AwareDatetime, Strict, StringConstraints

from rempart import records
from rempart.correspondence.links import link_for
from rempart.intake.services import HandedReport, ReportRefused, receive_report
from rempart.records.references import Service
from rempart.records.vocabulary import Conduct, EvidenceKind
from rempart.staff.keys import KeyAuth, Scope

router = Router(tags=["reports"])

NUMBER = r"^[A-Za-z0-9._:~-]{1,200}$"
MOST = 50
EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _sensible(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError("it is not between 1990 and 2100")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_sensible)]
Yes = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=0, le=2**53)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Number = Annotated[str, StringConstraints(pattern=NUMBER)]


class Problem(Schema):
    """Something that was wrong with one field; `field` is empty when it is the whole."""

    field: str
    error: str


class Problems(Schema):
    """Why a request was refused."""

    errors: list[Problem]


# What any operation may answer instead of what was asked for.
REFUSALS = {frozenset({400, 401, 403, 413, 422, 429}): Problems}


class AccountIn(Schema):
    """An account: its service and handle, and the platform's immutable id where it is known."""

    service: Service
    handle: Name
    id: Name | None = None

    def reference(self, field: str) -> records.AccountReference:
        """The account as records name it. Raises ReportRefused, by the name of the field that it stands in."""
        try:
            return records.AccountReference(**self.dict())
        except ValueError as error:
            why = "nothing is left of it once it is written as this service does"
            raise ReportRefused(f"{field}.handle", why) from error


class ReporterIn(Schema):
    """Who reports: the handle that the platform knows them by, and what it knows of them. Kept under a pseudonym."""

    id: Name
    account_created_at: Moment | None = None
    followers: Count | None = None
    upheld: Count = Field(0, description="Earlier reports of theirs that the platform found true.")
    rejected: Count = Field(0, description="Earlier ones that two people found manifestly unfounded.")
    communities: list[Name] = Field([], max_length=200)


class OriginIn(Schema):
    """Hashes of the network and the device that it came from; hashed again here."""

    network: Name | None = None
    device: Name | None = None


class EvidenceIn(Schema):
    """A piece of evidence that the platform holds; `verified` when it checked it itself."""

    kind: EvidenceKind
    verified: Yes | None = None


class ReportIn(Schema):
    """A report as a platform hands it over. Name and e-mail are never required."""

    number: Number = Field(description="The platform's own number of the report: the same is received once.")
    about: AccountIn
    text: str = Field("", max_length=65_536, description="What happened, in their words; 64 KiB at most.")
    conduct: list[Conduct] = Field([], max_length=MOST)
    services: list[Service] = Field([], max_length=MOST, description="Where it happened.")
    met_on: list[Service] = Field([], max_length=MOST, description="Where contact began.")
    minor: Yes | None = Field(None, description="Whether the person harmed was under 18.")
    channel: Literal["user_report", "trusted_flagger", "form"] = "user_report"
    stance: Literal["testimony", "relay", "dispute"] = "testimony"
    received_at: Moment | None = Field(None, description="When the platform received it; now by default.")
    reporter: ReporterIn
    origin: OriginIn | None = None
    evidence: list[EvidenceIn] = Field([], max_length=MOST)
    danger: Yes = Field(False, description="They say that somebody is in danger now: a person looks within the hour.")
    good_faith: Yes | None = Field(None, description="They confirmed that it is accurate (Art. 16(2)(d)).")
    language: Literal["fr", "en"] | None = Field(
        None, description="Theirs, French by default; who reports again is written to in the newest one."
    )
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = Field(
        "", description="Theirs, for helplines."
    )
    email: Annotated[str, StringConstraints(max_length=254)] = Field(
        "", description="Only if they want to be written to."
    )
    service: Service | None = Field(None, description="The platform that hands it over, where there are several.")


class Receipt(Schema):
    """That a report was received (Art. 16(4)), and the address of its author's page, to hand over to them alone."""

    number: str
    service: Service
    received_on: date
    page: str


@router.post(
    "/reports",
    auth=KeyAuth(Scope.REPORTS_WRITE),
    response={201: Receipt, 200: Receipt, 409: Problems, **REFUSALS},
    url_name="report",
    summary="Hand over a report",
)
def hand_over(request: HttpRequest, body: ReportIn) -> Status:
    """201 when it is new, 200 when it was received before, 409 when its number belongs to another report."""
    sent = body.dict(exclude={"about", "reporter", "origin", "evidence", "service"})
    report = receive_report(
        HandedReport(
            **sent,
            service=body.service or "",
            about=body.about.reference("about"),
            reporter=records.Reporter(**body.reporter.dict()),
            origin=records.Origin(**body.origin.dict()) if body.origin else None,
            evidence=[records.Evidence(**one.dict()) for one in body.evidence],
        )
    )
    receipt = {
        "number": report.number,
        "service": report.service,
        "received_on": report.arrived_at.date(),
        "page": link_for(report.conversation),
    }
    return Status(201 if report.is_new else 200, receipt)
