"""Whom every testimony is about, as far as is known when it is received, and when each account is looked at.

Names that turn out to mean one account become one from the instant at which that is received, and it is looked at anew.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from rempart.corroboration.accused import Account
from rempart.corroboration.identity import AccountsTable, Directory
from rempart.corroboration.parameters import Looking
from rempart.records import AccountReference, Testimony


class Look(NamedTuple):
    """A look at an account: the first `many` of what was heard of it, from a list that only grows, and the place in
    the order of testimonies up to which it knows."""

    account: Account
    heard: list[int]
    many: int
    place: int


class Instant(NamedTuple):
    """What is received at one instant: the place of the first, for each the account and its name then, and the looks
    that are taken once all of it is heard."""

    at: datetime
    opens: int
    heard: list[tuple[Account, AccountReference]]
    looks: list[Look]


class Plan:
    """The instants of a wave. `subjects`: the number of each testimony's account, as known then; `merges`: the accounts
    that turn out, at a place, to be the one spoken of there."""

    def __init__(self, testimonies: Sequence[Testimony], table: AccountsTable, looking: Looking) -> None:
        self._table = table
        self._looking = looking
        self._directory: Directory[Account] = Directory()
        self._meant: dict[AccountReference, Account] = {}  # references already looked up
        self._heard: dict[Account, list[int]] = {}
        self._looked: dict[Account, int] = {}  # how much had been heard when an account was last looked at
        self.subjects: list[int] = []
        self.merges: dict[int, list[Account]] = {}
        self.instants: list[Instant] = []
        for at, received in groupby(enumerate(testimonies), key=lambda place: place[1].received_at):
            opens = len(self.subjects)
            heard: list[tuple[Account, AccountReference]] = []
            checked: set[Account] = set()
            for place, testimony in received:
                account = self._account(testimony.about, place)
                self._heard[account].append(place)
                self.subjects.append(account.subject)
                heard.append((account, account.about))
                if any(piece.verified is not None for piece in testimony.evidence):
                    checked.add(account)
            self.instants.append(Instant(at, opens, heard, self._looks(dict.fromkeys(a for a, _ in heard), checked)))

    def _looks(self, accounts: dict[Account, None], checked: set[Account]) -> list[Look]:
        """The looks that are due."""
        looks = []
        for account in accounts:
            heard = self._heard.get(account)
            if heard is None:
                continue  # it was absorbed at this very instant
            many, looked = len(heard), self._looked.get(account, 0)
            due = many <= self._looking.every_one_until or many >= looked * (1.0 + self._looking.growth)
            if due or account in checked:
                self._looked[account] = many
                looks.append(Look(account, heard, many, len(self.subjects)))
        return looks

    def _account(self, about: AccountReference, place: int) -> Account:
        """The account that a reference means, made when it is new."""
        account = self._meant.get(about)
        if account is not None:
            return account
        reference = self._table.complete(about)
        account, twin = self._directory.find(reference)
        if account is None:
            account = Account(reference, len(self._heard) + len(self.merges))
            self._heard[account] = []
        self._directory.link(reference, account)
        if twin is not None:
            self._directory.absorb(twin, account)
            self.merges.setdefault(place, []).append(twin)
            self._heard[account] = sorted(self._heard[account] + self._heard.pop(twin))
            self._looked[account] = 0
            self._meant.clear()
        self._meant[about] = account
        return account
