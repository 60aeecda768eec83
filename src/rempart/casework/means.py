"""How the platform carries a measure out: exactly, by something else that is said in words, or not at all.

Casework calls no platform. The room on its right, which does, registers itself here when the site starts; without it,
or for an account that no platform of ours covers, every measure is taken to be done as it was decided, by whoever reads
the orders.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from django.db.models import QuerySet

from rempart.casework.models import Case, Decision
from rempart.files.models import StoredFile
from rempart.intake.models import Account


class How(StrEnum):
    """How close the platform comes to what was decided."""

    NATIVE = "native"
    IN_THESE_WORDS = "in_these_words"
    CANNOT = "cannot"


@dataclass(frozen=True)
class Means:
    """How one measure is carried out on one account.

    words: {"fr", "en"}, what the platform does instead, or why it can do nothing; for the person concerned.
    instead: the measure of the ladder that it amounts to, where that is another one.
    """

    how: How
    words: Mapping[str, str]
    instead: str = ""


class Platforms(Protocol):
    """What the room of platforms answers."""

    def means(self, account: Account, measure: str) -> Means | None:
        """How a measure is carried out on an account; None where no platform of ours covers it."""

    def kept_before(self, decision: Decision) -> bool:
        """Whether what a decision's measures may change on the platform was kept, or there is nothing to keep."""

    def files_kept(self, case: Case) -> "QuerySet[StoredFile]":
        """What was kept of a case's account before its measures changed it, as far as readers of cases may open it."""


_platforms: list[Platforms] = []


def register(platforms: Platforms) -> None:
    """Let the room of platforms answer from now on."""
    _platforms[:] = [platforms]


def of(account: Account, measure: str) -> Means | None:
    """How a measure is carried out on an account; None where nobody here knows."""
    return next((found for one in _platforms if (found := one.means(account, measure))), None)


def can(account: Account, measure: str) -> bool:
    """Whether a measure can be carried out on an account at all, as far as it is known."""
    found = of(account, measure)
    return found is None or found.how != How.CANNOT


def kept_before(decision: Decision) -> bool:
    """Whether what a decision's measures may change was kept, so that the person concerned may be told of them."""
    return all(one.kept_before(decision) for one in _platforms)


def files_kept(case: Case) -> "list[QuerySet[StoredFile]]":
    """What was kept of a case's account before measures changed it, and readers of cases may open."""
    return [one.files_kept(case) for one in _platforms]
