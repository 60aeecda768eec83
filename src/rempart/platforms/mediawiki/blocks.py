"""A wiki's block and the measures that it carries.

An account has at most one block. Ours carries all that we ordered about the account, each measure with its order's
reference and its end, written in the block's public reason: `… [rempart read_only:1a2b3c4d5e:20261125T101500Z]`. So the
block and what it is for change in one request, and nothing is lost when we are killed in between. The reason accuses
nobody of anything.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from rempart.records.vocabulary import MEASURES, Measure

USER_TALK = "3"  # the namespace's number
REASON = "Précaution, personne n'a décidé d'une faute · A precaution, no finding of fault"
_NOTE = re.compile(r"\[rempart((?: \w+:[0-9a-f]{10}:(?:\d{8}T\d{6}Z|never))+)\]$")
_MOMENT = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One measure that a block carries, the reference of its order, and when it ends (to the second)."""

    measure: Measure
    reference: str
    until: datetime | None

    @classmethod
    def read(cls, text: str) -> Self | None:
        """One entry as the reason has it; None for a measure that is none."""
        name, reference, until = text.split(":")
        measure = next((measure for measure in MEASURES if measure == name), None)
        end = None if until == "never" else datetime.strptime(until, _MOMENT).replace(tzinfo=UTC)
        return cls(measure=measure, reference=reference, until=end) if measure else None

    def __str__(self) -> str:
        until = self.until.astimezone(UTC).strftime(_MOMENT) if self.until else "never"
        return f"{self.measure}:{self.reference}:{until}"


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block as the wiki shows it. entries: what it carries, for one of ours; empty for anybody else's."""

    by: str
    since: datetime
    until: datetime | None
    sitewide: bool
    noemail: bool
    namespaces: frozenset[int]
    entries: tuple[Entry, ...]

    @classmethod
    def read(cls, row: dict[str, Any], *, account: str) -> Self:
        """A row of `list=blocks`; `account`: the name of our own. What we placed without a note, a person placed."""
        found = _NOTE.search(row["reason"]) if row["by"] == account else None
        entries = [Entry.read(text) for text in found[1].split()] if found else []
        restrictions = row.get("restrictions") or {}
        return cls(
            by=row["by"],
            since=datetime.fromisoformat(row["timestamp"]),
            until=None if row["expiry"] == "infinity" else datetime.fromisoformat(row["expiry"]),
            sitewide=not row["partial"],
            noemail=row["noemail"],
            namespaces=frozenset(restrictions.get("namespaces", ()) if isinstance(restrictions, dict) else ()),
            entries=tuple(entry for entry in entries if entry),
        )

    @property
    def ours(self) -> bool:
        """Whether we placed it for an order."""
        return bool(self.entries)

    @property
    def amounts_to(self) -> Measure | None:
        """The measure of the ladder that it comes to, whoever placed it."""
        if self.sitewide:
            return "read_only"
        return "no_new_contacts" if self.noemail and int(USER_TALK) in self.namespaces else None


def parameters(entries: Iterable[Entry]) -> dict[str, str]:
    """What `action=block` takes for these entries together; the last to end ends the block.

    Nobody else is caught: no other address, no new account of somebody behind the same router.
    """
    entries = tuple(entries)
    measures = {entry.measure for entry in entries}
    ends = [entry.until for entry in entries]
    last = max((end for end in ends if end), default=None) if None not in ends else None
    asked = {
        "expiry": last.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if last else "infinite",
        "reason": f"{REASON} [rempart {' '.join(map(str, entries))}]",
    }
    if not measures & {"read_only", "suspend"}:
        asked |= {"partial": "1", "namespacerestrictions": USER_TALK}
    if measures & {"no_contact_with_minors", "no_new_contacts", "suspend"}:
        asked["noemail"] = "1"
    if "suspend" not in measures:
        asked["allowusertalk"] = "1"  # their own page, where they can ask and answer
    return asked
