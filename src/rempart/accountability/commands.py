"""`rempart authority add|register|authenticate|acknowledge|list|promise|commitments`: the desk from a shell."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from rempart.accountability.errors import FieldRefused
from rempart.accountability.models import Authority, Request
from rempart.accountability.scope import Scope
from rempart.accountability.services import requests as services
from rempart.accountability.services.commitments import commitments_to, make_commitment
from rempart.accountability.states import OPEN, State
from rempart.intake.services import normal_hashtag
from rempart.ledger.clock import now
from rempart.records.references import parse_reference
from rempart.staff.models import StaffMember
from rempart.staff.services import find_member

HEADS = ("number", "state", "kind", "authority", "reference", "received", "due")


class NotDone(Exception):
    """What was asked cannot be done; its words say why, naming the field."""


def request_named(name: str) -> Request:
    """The request of this number (Q-12), or of this reference where only one authority has it. Raises NotDone."""
    number = name.upper().removeprefix("Q-")
    by = {"pk": number} if number.isdecimal() and number != name else {"reference": name}
    found = list(Request.objects.select_related("authority").filter(**by)[:2])
    if len(found) != 1:
        raise NotDone(f"no request {name} is registered" if not found else f"several requests are called {name}")
    return found[0]


def authority_named(name: str) -> Authority:
    """The authority of this name. Raises NotDone."""
    found = list(Authority.objects.filter(name__iexact=name.strip())[:2])
    if len(found) != 1:
        raise NotDone(
            f"no authority is called {name}: enter it first (rempart authority add)"
            if not found
            else f"several: {name}"
        )
    return found[0]


def register(
    authority: str,
    *,
    kind: str,
    reference: str,
    acting: str,
    received_at: datetime | None,
    document: Path | None,
    accounts: tuple[str, ...],
    hashtag: str | None,
    scope: dict[str, Any],
    **given: Any,
) -> Request:
    """Register a request for the member of this e-mail address.

    Raises NotDone, StaffMember.DoesNotExist, Refused, ValueError for what is no account.
    """
    named = tuple(parse_reference(one, default_service="other") for one in accounts)
    with _naming_the_field():
        return services.register_request(
            authority_named(authority),
            kind=kind,
            reference=reference,
            scope=Scope(accounts=named, hashtag=normal_hashtag(hashtag) if hashtag else None, **scope),
            received_at=received_at or now(),
            document=document.read_bytes() if document else None,
            document_name=document.name if document else "",
            acting=find_member(acting),
            **given,
        )


def add(name: str, *, kind: str, country: str, language: str, contact: str, acting: str) -> Authority:
    """Enter somebody who may ask. Raises NotDone, StaffMember.DoesNotExist, Refused."""
    with _naming_the_field():
        return services.add_authority(
            name=name, kind=kind, country=country, language=language, contact=contact, acting=find_member(acting)
        )


@contextmanager
def _naming_the_field() -> Iterator[None]:
    """A refusal of something given, told with its name. Raises NotDone."""
    try:
        yield
    except FieldRefused as refused:
        raise NotDone(f"{refused.field}: {refused}") from refused


def listed(*, everything: bool, form: str) -> str:
    """The requests in which something is to be done, the most urgent first, or all; as a table or as a JSON array."""
    found = Request.objects.select_related("authority").order_by("due_at", "pk")
    if not everything:
        found = found.filter(state__in=[*OPEN, State.PRESERVED])
    rows = [
        (one.number, one.state, one.kind, str(one.authority), one.reference, one.received_at, one.due_at)
        for one in found
    ]
    return _shown(HEADS, rows, form)


def promised(name: str, form: str) -> str:
    """What was promised to an authority, and what became of it. Raises NotDone."""
    lines = [msgspec.structs.asdict(line) for line in commitments_to(authority_named(name))]
    heads = ("words", "owner_role", "promised_at", "due", "state", "kept_at", "place", "because")
    return _shown(heads, [tuple(line[head] for head in heads) for line in lines], form)


def promise(name: str, *, words: str, owner: str, due: datetime, acting: str) -> None:
    """Record what was promised. Raises NotDone, StaffMember.DoesNotExist, Refused."""
    to, member = authority_named(name), find_member(acting)
    with _naming_the_field():
        make_commitment(to, words=words, owner=find_member(owner), due=due, acting=member)


def _shown(heads: tuple[str, ...], rows: list[tuple[Any, ...]], form: str) -> str:
    if form == "json":
        said = msgspec.to_builtins([dict(zip(heads, row, strict=True)) for row in rows])
        return json.dumps(said, ensure_ascii=False)
    written = [tuple(_written(value) for value in row) for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *written, strict=True)]
    padded = [[value.ljust(width) for value, width in zip(row, widths, strict=True)] for row in (heads, *written)]
    return "\n".join("  ".join(row).rstrip() for row in padded)


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return "–" if value is None else str(value)


REFUSALS = (NotDone, StaffMember.DoesNotExist, ValueError)
"""What a command says plainly, beside `casework.errors.Refused`."""


def authenticate(name: str, *, how: str, because: str, acting: str) -> Request:
    """A second person found it authentic. Raises NotDone, StaffMember.DoesNotExist, Refused."""
    return services.authenticate_request(request_named(name), how=how, because=because, acting=find_member(acting))


def acknowledge(name: str, *, sent_by: str, acting: str) -> str:
    """Acknowledge the receipt; the text to hand over. Raises NotDone, StaffMember.DoesNotExist, Refused."""
    request = services.acknowledge_request(request_named(name), sent_by=sent_by, acting=find_member(acting))
    receipt: dict[str, str] = request.receipt
    return receipt[request.authority.language]
