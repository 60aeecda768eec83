"""Whom every testimony is about, as far as is known when it is received, and when each account is looked at.

Names that turn out to mean one account become one from the instant at which that is received, and it is looked at anew.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from rempart.corroboration.accused import Account
from rempart.corroboration.identity import AccountsTable, Directory
from rempart.corroboration.parameters import Looking
from rempart.records import AccountReference, Testimony
from rempart.records.vocabulary import EvidenceKind

_Finding = tuple[EvidenceKind, bool]  # a kind of evidence, and whether it was found genuine


class Look(NamedTuple):
    """A look at an account: the first `many` of what was heard of it, from an array that only grows, and the place in
    the order of testimonies up to which it knows."""

    account: Account
    heard: "array[int]"
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
        self._met = 0  # how many accounts were ever made
        self._accounts: list[Account] = []  # for each testimony, its account …
        self._names: list[AccountReference] = []  # … and that one's name then
        self._checked: dict[int, list[_Finding]] = {}  # what came of looking at evidence, by place
        self._opens: list[tuple[datetime, int]] = []  # when each instant is, and the place of its first testimony
        self.merges: dict[int, list[Account]] = {}
        now: datetime | None = None
        for place, testimony in enumerate(testimonies):
            if testimony.received_at != now:
                now = testimony.received_at
                self._opens.append((now, place))
            account = self._account(testimony.about, place)
            self._accounts.append(account)
            self._names.append(account.about)
            if testimony.evidence:
                checked = [(one.kind, one.verified) for one in testimony.evidence if one.verified is not None]
                if checked:
                    self._checked[place] = checked
        self.subjects = [account.subject for account in self._accounts]

    def instants(self) -> Iterator[Instant]:
        """What is received at each instant, in order; made as it is read, since all of them would take much memory."""
        known: dict[Account, _Known] = {}
        ends = chain((opens for _, opens in self._opens[1:]), (len(self._accounts),))
        for (at, opens), end in zip(self._opens, ends, strict=False):
            changed: dict[Account, None] = {}
            for place in range(opens, end):
                account = self._accounts[place]
                of = known.get(account)
                if of is None:
                    of = known[account] = _Known(self._looking)
                for lost in self.merges.get(place, ()):
                    of.absorb(known.pop(lost))
                    changed.pop(lost, None)
                changed[account] = None
                of.hear(place, self._checked.get(place, ()))
            heard = list(zip(self._accounts[opens:end], self._names[opens:end], strict=True))
            looks = [Look(account, of.heard, len(of.heard), end) for account in changed if (of := known[account]).due()]
            yield Instant(at, opens, heard, looks)

    def _account(self, about: AccountReference, place: int) -> Account:
        """The account that a reference means, made when it is new."""
        account = self._meant.get(about)
        if account is not None:
            return account
        reference = self._table.complete(about)
        account, twin = self._directory.find(reference)
        if account is None:
            account = Account(reference, self._met)
            self._met += 1
        self._directory.link(reference, account)
        if twin is not None:
            self._directory.absorb(twin, account)
            self.merges.setdefault(place, []).append(twin)
            self._meant.clear()
        self._meant[about] = account
        return account


class _Known:
    """What was heard of an account up to a moment, and whether it is to be looked at again."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self.heard = array("q")
        self._looked = 0  # how much had been heard when it was last looked at
        self._found: Counter[_Finding] = Counter()
        self._weighed: Counter[_Finding] = Counter()  # what had been found then
        self._checked = False  # whether enough was found since

    def hear(self, place: int, findings: Sequence[_Finding]) -> None:
        """Note one testimony, and what came of looking at its evidence."""
        self.heard.append(place)
        for finding in findings:
            self._found[finding] += 1
            self._checked |= self._grown(self._found[finding], self._weighed[finding])

    def absorb(self, lost: "_Known") -> None:
        """Take over what was heard of an account that turns out to be this one."""
        self.heard = array("q", sorted([*self.heard, *lost.heard]))
        self._found += lost._found
        self._looked = 0

    def due(self) -> bool:
        """Whether it is to be looked at now; it is then as if it had been."""
        many = len(self.heard)
        due = many <= self._looking.every_one_until or self._checked or self._grown(many, self._looked)
        if due:
            self._looked, self._checked = many, False
            if self._found:
                self._weighed = self._found.copy()
        return due

    def _grown(self, many: int, then: int) -> bool:
        return many >= then * (1.0 + self._looking.growth)
