"""What a platform knows of its own accounts."""

from datetime import date
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from rempart.records.post import Count, Instant, Text
from rempart.records.references import AccountReference, Service, canonical_handle

AgeBand = Literal["under_13", "13_15", "16_17", "18_plus"]


class AccountFacts(msgspec.Struct, kw_only=True, frozen=True):
    """The part of an account's row that rules may weigh; None is unknown."""

    reach: Count | None = None
    monetised: bool | None = None
    age_band: AgeBand | None = None
    country: str | None = None


class PublicPost(msgspec.Struct, frozen=True):
    """A post of an account's, where its table tells when it was written."""

    text: str
    created_at: Instant | None = None


class AccountRow(msgspec.Struct, kw_only=True):
    """A row of the accounts table; `id` is the platform's immutable id."""

    id: Text
    service: Service
    handle: Text
    created_at: Instant | None = None
    bio: str | None = None
    posts: list[str | PublicPost] | None = None
    declared_birthdate: date | None = None
    age_band: AgeBand | None = None
    reach: Count | None = None
    monetised: bool | None = None
    country: str | None = None
    language: str | None = None
    extra: dict[str, Any] | UnsetType = UNSET

    def __post_init__(self) -> None:
        self.handle = canonical_handle(self.handle, self.service)
        if not self.handle:
            raise ValueError("`handle` is empty")

    @property
    def reference(self) -> AccountReference:
        """The account that the row is about."""
        return AccountReference(self.service, self.handle, self.id)

    @property
    def facts(self) -> AccountFacts:
        """What rules may weigh of it."""
        return AccountFacts(reach=self.reach, monetised=self.monetised, age_band=self.age_band, country=self.country)
