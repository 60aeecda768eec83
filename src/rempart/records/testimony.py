"""One person's word about one account, whatever channel it came through."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from rempart.records.post import Count, Instant, Text
from rempart.records.references import AccountReference, Service
from rempart.records.vocabulary import Channel, Conduct, EvidenceKind, TestimonyStance


class Reporter(msgspec.Struct, kw_only=True):
    """Who speaks, by pseudonym, and what is known of their earlier reports (`upheld`: found true; `rejected`: found
    manifestly unfounded by two people). `communities` are the groups, servers and artists they follow."""

    id: Text
    account_created_at: Instant | None = None
    followers: Count | None = None
    upheld: Count = 0
    rejected: Count = 0
    communities: list[str] = []


class Origin(msgspec.Struct, kw_only=True):
    """Salted hashes of the network and the device that a testimony came from, where known."""

    network: str | None = None
    device: str | None = None


class Evidence(msgspec.Struct, kw_only=True):
    """A piece of evidence joined to a testimony; `verified` is False when it was refuted, None when nobody looked."""

    kind: EvidenceKind
    verified: bool | None = None


class Testimony(msgspec.Struct, kw_only=True):
    """What one reporter says of one account."""

    id: Text
    received_at: Instant
    channel: Channel
    about: AccountReference
    stance: TestimonyStance
    conduct: list[Conduct] = []
    conduct_services: list[Service] = []
    met_on: list[Service] = []
    complainant_minor: bool | None = None
    text: str | None = None
    reporter: Reporter
    origin: Origin | None = None
    evidence: list[Evidence] = []
    extra: dict[str, Any] | UnsetType = UNSET
