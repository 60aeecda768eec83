"""What a platform may open for somebody, as far as their age and a guardian's consent go: `GET /api/v1/age/allowed`."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from rempart.age.api import Country, Name, subject_of
from rempart.age.policies import policy_at
from rempart.age.standing import allowed
from rempart.intake.api import REFUSALS, Problems
from rempart.ledger.clock import now
from rempart.records.references import Service
from rempart.staff.keys import KeyAuth, Scope

router = Router(tags=["age"])


class FeatureOut(Schema):
    """Whether a feature is open, and why: old_enough, guardian_consents, too_young, guardian_needed, unknown."""

    feature: str
    open: bool
    because: str


class AllowedOut(Schema):
    """Every feature of the policy of the person's country."""

    features: list[FeatureOut]


@router.get(
    "/age/allowed",
    auth=KeyAuth(Scope.AGE),
    response={200: AllowedOut, **REFUSALS, 422: Problems},
    url_name="age-allowed",
    summary="Read what may be opened for somebody",
)
def read_allowed(
    request: HttpRequest,
    attempt: Annotated[Name | None, Query()] = None,
    account: Annotated[Name | None, Query()] = None,
    service: Annotated[Service | None, Query()] = None,
    country: Annotated[Country, Query()] = "",
) -> dict[str, object]:
    """Of an attempt to sign up, or of an account by the number you told us (else its handle); 422 for none or both."""
    subject = subject_of(attempt, account, service)
    moment = now()
    features = policy_at(country, moment).features
    found = [(name, allowed(subject, name, country=country, at=moment)) for name in features]
    return {"features": [{"feature": name, "open": one.yes, "because": one.because.value} for name, one in found]}
