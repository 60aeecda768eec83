"""What a platform's machine asks of cases: where a report stands, links to hand over, sums that it set aside."""

from datetime import date
from decimal import Decimal
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja import Field, Path, Query, Router, Schema
from pydantic import StringConstraints

from rempart import records
from rempart.casework.complainants.words import said_of
from rempart.casework.models import Case
from rempart.casework.services.complainants import standing_of
from rempart.casework.services.respondents import hand_over_link, record_held_sum
from rempart.correspondence.links import link_for
from rempart.intake.accounts import existing_accounts
from rempart.intake.api import NUMBER, REFUSALS, Moment, Name, Problems
from rempart.intake.models import Report
from rempart.records.references import Service
from rempart.staff.keys import KeyAuth, Scope

reports = Router(tags=["reports"])
respondents = Router(tags=["respondents"])

NOT_FOUND = {404: Problems, **REFUSALS}
Number = Annotated[str, Path(pattern=NUMBER)]
Of = Annotated[Service | None, Query(description="The platform that handed it over, where there are several.")]


class Texts(Schema):
    """A sentence in both languages."""

    fr: str
    en: str


class Standing(Schema):
    """Where a report stands, as far as its author was told."""

    number: str
    service: Service
    received_on: date
    state: str
    words: Texts


class Link(Schema):
    """The address of somebody's page, to hand over to them alone."""

    page: str


class HeldSumIn(Schema):
    """What the platform set aside of an account's earnings, as of a moment."""

    amount: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    as_of: Moment


class HeldSumOut(Schema):
    """The sum as it is kept."""

    amount: Decimal
    currency: str
    as_of: Moment


@reports.get(
    "/reports/{number}",
    auth=KeyAuth(Scope.REPORTS_READ),
    response={200: Standing, **NOT_FOUND},
    url_name="report-state",
    summary="Where a report stands",
)
def report_state(request: HttpRequest, number: Number, service: Of = None) -> dict[str, object]:
    """Nothing that its author was not told."""
    report = _report(number, service)
    state = standing_of(report.conversation)
    return {
        "number": report.number,
        "service": report.service,
        "received_on": report.arrived_at.date(),
        "state": state,
        "words": said_of(state),
    }


@reports.get(
    "/reports/{number}/link",
    auth=KeyAuth(Scope.LINKS_READ),
    response={200: Link, **NOT_FOUND},
    url_name="report-link",
    summary="The page of somebody who reported",
)
def report_link(request: HttpRequest, number: Number, service: Of = None) -> dict[str, str]:
    """To hand over to its author alone; each call makes a link that is good for a year."""
    return {"page": link_for(_report(number, service).conversation)}


@respondents.get(
    "/respondents/{service}/{handle}/link",
    auth=KeyAuth(Scope.LINKS_READ),
    response={200: Link, **NOT_FOUND},
    url_name="respondent-link",
    summary="The page of somebody who is restricted",
)
def respondent_link(request: HttpRequest, service: Service, handle: Name) -> dict[str, str]:
    """To hand over to the account's owner alone; 404 as long as there is nothing to tell them."""
    page = hand_over_link(_case(service, handle))
    if page is None:
        raise Http404
    return {"page": page}


@respondents.post(
    "/respondents/{service}/{handle}/held-sums",
    auth=KeyAuth(Scope.ORDERS),
    response={200: HeldSumOut, **NOT_FOUND},
    url_name="held-sum",
    summary="Tell which sum is set aside",
)
def held_sum(request: HttpRequest, service: Service, handle: Name, body: HeldSumIn) -> HeldSumOut:
    """What the measure “pay-outs held” set aside, so that its owner reads it. The same moment replaces the sum."""
    held = record_held_sum(_case(service, handle), amount=body.amount, currency=body.currency, as_of=body.as_of)
    return HeldSumOut(amount=held.amount, currency=held.currency, as_of=held.as_of)


def _report(number: str, service: str | None) -> Report:
    """Raises Http404 when there is none, or several and no service is said."""
    found = Report.objects.filter(number=number).select_related("conversation")
    found = found.filter(service=service) if service else found
    reports = list(found[:2])
    if len(reports) != 1:
        raise Http404
    return reports[0]


def _case(service: Service, handle: str) -> Case:
    """The case of an account as records write it. Raises Http404."""
    try:
        reference = records.AccountReference(service, handle)
    except ValueError:
        raise Http404 from None
    account = existing_accounts([reference]).get(reference)
    case = Case.objects.filter(account=account).first() if account else None
    if case is None:
        raise Http404
    return case
