"""What a request is about: a hashtag and a period, accounts, exact addresses of items, articles, and the question."""

from datetime import datetime
from typing import Any

import msgspec

from rempart.records.references import AccountReference


class Scope(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}
):
    """The scope of a request, as its table keeps it in JSON (`from` and `to` are the keys of the period).

    hashtag: without its sign. start ≤ at < end, both with a zone. accounts, items (URLs): what an order names, and only
    an order does. articles: of the law or of the rules. words: the question or the order in a few words.
    Raises ValueError when the period ends before it begins or a time has no zone.
    """

    hashtag: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    accounts: tuple[AccountReference, ...] = ()
    items: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    words: str = ""

    def __post_init__(self) -> None:
        for moment in (self.start, self.end):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("a time of the scope has no zone")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError("the period ends before it begins")

    @property
    def names_somebody(self) -> bool:
        """Whether it is about somebody rather than about figures."""
        return bool(self.accounts or self.items)


def to_json(scope: Scope) -> dict[str, Any]:
    """The scope as its column keeps it."""
    kept: dict[str, Any] = msgspec.to_builtins(scope)
    return kept


def from_json(kept: Any) -> Scope:
    """The scope that a column keeps. Raises msgspec.ValidationError (a ValueError) naming what is wrong."""
    return msgspec.convert(kept, Scope)
