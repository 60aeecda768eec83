"""How far what is said of an account can be believed, and why."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rempart.records.accounts import AccountFacts
from rempart.records.post import Count, Instant, Probability
from rempart.records.references import AccountReference, Service
from rempart.records.vocabulary import Channel, Conduct

Severity = Annotated[int, Meta(ge=0, le=4)]


class Factor(msgspec.Struct, kw_only=True, frozen=True):
    """One reason for the credibility: its weight in log-odds and the testimonies it rests on."""

    factor: str
    weight: float
    testimonies: list[str] = []


class ServiceView(msgspec.Struct, kw_only=True):
    """The numbers of an assessment, from the testimonies that name one conduct service alone."""

    testimonies: Count
    relays: Count
    disputes: Count
    credibility: Probability
    independent_sources: Annotated[float, Meta(ge=0)]
    coordination: Probability
    severity: Severity
    conduct: list[Conduct] = []
    met_on: list[Service] = []
    complainant_minors: Count = 0
    by_channel: dict[Channel, int] = {}
    verified_evidence: Count = 0
    refuted_evidence: Count = 0


class Assessment(ServiceView, kw_only=True):
    """What corroboration makes of all that was received about one account up to `as_of`.

    `by_service` holds the same numbers for each conduct service named (`unknown` when none is). The weights of
    `because` add up to the log-odds of `credibility`, which stay within ±20. `first_at` is when the first testimony
    or relay came.
    """

    about: AccountReference
    as_of: Instant
    conduct_services: list[Service] = []
    by_service: dict[Service | Literal["unknown"], ServiceView] = {}
    account: AccountFacts | None = None
    because: list[Factor] = []
    first_at: Instant | None = None
    extra: dict[str, Any] | UnsetType = UNSET
