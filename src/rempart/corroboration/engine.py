"""The one engine of corroboration: it hears testimonies in order of time and knows how far each account's are believed.

`assess` goes straight to the end, `timeline` stops at every instant; whoever needs less than rows drives it directly:

    engine = Engine(testimonies, accounts=rows)
    for at, changed in engine.run():
        for account in changed:
            assessment = engine.assessment(account, because=False)

An account is looked at again at each of its first testimonies, then each time that it has grown by a share, and as soon
as evidence about it was checked (of much evidence of one kind, each time that this has grown by a share); between two
looks what is counted goes on and what is weighed stays. A look rests on what was heard before it, of this account and
of all others, so that looks are weighed in lots, and going straight to the end weighs the last look of each account
only: both give the same numbers. Nothing heard later changes them.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import groupby
from math import exp, log, log1p
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
import numpy as np

from rempart.corroboration.accused import Account, Named
from rempart.corroboration.belief import FAMILIES
from rempart.corroboration.columns import Floats, columns_of
from rempart.corroboration.identity import Accounts, AccountsTable
from rempart.corroboration.parameters import Parameters, shipped_parameters
from rempart.corroboration.planning import Instant, Look, Plan
from rempart.corroboration.reasons import rests_on
from rempart.corroboration.sources import Looks
from rempart.corroboration.weighing import Compared, Weighed, compare, wave_of, weigh, weigh_part
from rempart.records import Assessment, Factor, ServiceView, Testimony
from rempart.records.references import SERVICES

BOUND = 20.0
# Above these log-odds a float holds the probability less exactly than the log-odds: they are made to agree.
_NEAR_ONE = 15.0
# How many testimonies are looked at together: more take more memory and hardly less time.
_LOT = 50_000
_BY_SERVICE: tuple[Named, ...] = (*SERVICES, "unknown")


class _Found(NamedTuple):
    """What a look found: the lot that it was weighed in, its row there, and those of the services named; `because`:
    its reasons, empty until they are first told."""

    look: Look
    lot: "_Lot"
    row: int
    part: dict[Named, int]
    because: list[Factor]


class _Lot(NamedTuple):
    """Looks weighed together, as wholes and by conduct service."""

    whole: Weighed
    campaign: list[float]
    parts: Weighed


class Engine:
    """Hears testimonies in order of time.

    prior: probability, in (0, 1), that an account accused did what it is accused of, before anything is known.
    accounts: rows of the accounts table, or facts by `service:handle`. as_of: later testimonies are left out.
    Raises ValueError when `prior` is not in (0, 1) or `as_of` has no zone.
    """

    def __init__(
        self,
        testimonies: Iterable[Testimony],
        *,
        prior: float = 0.5,
        accounts: Accounts | None = None,
        as_of: datetime | None = None,
        parameters: Parameters | None = None,
    ) -> None:
        if not 0 < prior < 1:
            raise ValueError("`prior` is not between 0 and 1")
        if as_of is not None and as_of.tzinfo is None:
            raise ValueError("`as_of` has no time zone")
        self.parameters = parameters or shipped_parameters()
        self._prior = log(prior) - log(1 - prior)
        self._as_of = as_of
        self.now = datetime.min.replace(tzinfo=UTC)  # the instant heard last
        self._testimonies = _in_order(testimonies, as_of)
        self._table = AccountsTable(accounts)
        self._plan = Plan(self._testimonies, self._table, self.parameters.looking)
        self._wave = wave_of(
            columns_of(self._testimonies, self._plan.subjects, self.parameters.looking), self.parameters
        )
        self._existing: dict[Account, None] = {}
        self._found: dict[Account, _Found] = {}

    def run(self) -> Iterator[tuple[datetime, list[Account]]]:
        """Hear everything, one instant at a time: each with the accounts that something was received about."""
        waiting: list[Instant] = []
        rows = 0
        for instant in self._plan.instants():
            waiting.append(instant)
            rows += sum(look.many for look in instant.looks)
            if rows >= _LOT:
                yield from self._tell(waiting)
                waiting, rows = [], 0
        yield from self._tell(waiting)

    def finish(self) -> None:
        """Hear everything at once."""
        latest: dict[Account, Look] = {}
        for instant in self._plan.instants():
            self._hear(instant)
            for look in instant.looks:
                latest[look.account] = look
        lots: list[list[Look]] = []
        rows = _LOT
        for account in self._existing:
            if rows >= _LOT:
                lots.append([])
                rows = 0
            lots[-1].append(latest[account])
            rows += latest[account].many
        # Two at once: while it reckons, numpy lets the other core work.
        with ThreadPoolExecutor(2) as both:
            for found in both.map(self._weighed, lots):
                self._found |= found

    def forget(self) -> None:
        """Let go of what only looking needs, most of what is held: everything was heard and no more is compared."""
        del self._wave, self._plan

    def assessments(self) -> Iterator[Assessment]:
        """The assessments of all accounts heard of, by service and handle."""
        if self._as_of is not None:
            self.now = _in_utc(self._as_of)
        for account in self.accounts():
            yield self.assessment(account)

    def accounts(self) -> list[Account]:
        """The accounts heard of, by service and handle."""
        return _sorted(self._existing)

    def assessment(self, account: Account, *, because: bool = True) -> Assessment:
        """What is now known of an account. Without `because` the reasons are left empty, which is faster.

        The lists and objects inside are shared between assessments: they are not to be changed.
        """
        found = self._found[account]
        lot, row = found.lot, found.row
        weights = self._weights(lot.whole.families[row])
        coordination = lot.campaign[row]
        whole = self._fields(sum(weights.values()), lot.whole.independent[row], coordination)
        services = {}
        for name in _BY_SERVICE:
            if name not in account.services:
                continue
            part = found.part.get(name)
            numbers = whole
            if part is not None:
                odds = sum(self._weights(lot.parts.families[part]).values())
                numbers = self._fields(odds, lot.parts.independent[part], coordination)
            services[name] = ServiceView(**account.services[name].fields(), **numbers)
        return Assessment(
            **account.view.fields(),
            **whole,
            about=account.about,
            as_of=self.now,
            conduct_services=account.view.conduct_services,
            by_service=services,
            account=self._table.facts(account.about),
            because=self._because(found, weights) if because else [],
            first_at=account.first_at,
        )

    def compared(self, accounts: Sequence[Account]) -> tuple[Compared, list[Testimony]]:
        """Who may act together among those who speak of accounts, and what they said, in the order of its rows."""
        looks = _looks([self._found[account].look for account in accounts])
        return compare(self._wave, looks, self.parameters), [self._testimonies[row] for row in looks.rows.tolist()]

    # Hearing

    def _tell(self, instants: list[Instant]) -> Iterator[tuple[datetime, list[Account]]]:
        found = iter(self._weighed_in_order([look for instant in instants for look in instant.looks]))
        for instant in instants:
            self._hear(instant)
            for look in instant.looks:
                self._found[look.account] = next(found)
            yield self.now, _sorted(dict.fromkeys(account for account, _ in instant.heard if account in self._existing))

    def _hear(self, instant: Instant) -> None:
        """Count what was received at one instant."""
        self.now = _in_utc(instant.at)
        for place, (account, about) in enumerate(instant.heard, instant.opens):
            for lost in self._plan.merges.get(place, ()):
                self._absorb(lost, account)
            self._existing[account] = None
            account.about = about
            account.heard.append(place)
            account.hear(self._testimonies[place], self.now)

    def _absorb(self, lost: Account, into: Account) -> None:
        """Make one account of two that turn out to be the same, counting again what was said of both."""
        del self._existing[lost]
        self._found.pop(lost, None)
        into.absorbed.append(lost)
        into.heard = array("q", sorted([*into.heard, *lost.heard]))
        into.forget()
        for place in into.heard:
            testimony = self._testimonies[place]
            into.hear(testimony, _in_utc(testimony.received_at))

    # Weighing

    def _weighed(self, looks: Sequence[Look]) -> dict[Account, _Found]:
        return {found.look.account: found for found in self._weighed_in_order(looks)}

    def _weighed_in_order(self, given: Sequence[Look]) -> list[_Found]:
        """What looks find."""
        if not given:
            return []
        looks = _looks(given)
        compared = compare(self._wave, looks, self.parameters)
        whole = weigh(self._wave, compared, self.parameters)
        # Parts: what names one service, where some of the look does not.
        services = self._wave.columns.services
        lengths = np.diff(services.start)[looks.rows]
        row = np.repeat(np.arange(len(looks.rows)), lengths)
        within = np.arange(len(row)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        service = services.values[services.start[looks.rows[row]] + within]
        code = looks.look[row] * len(_BY_SERVICE) + service
        order = np.argsort(code, kind="stable")
        parts, part, many = np.unique(code[order], return_inverse=True, return_counts=True)
        partial = many < np.bincount(looks.look, minlength=looks.size)[parts // len(_BY_SERVICE)]
        number = np.cumsum(partial) - 1
        kept = partial[part]
        row, part = row[order][kept], number[part[kept]]
        some = Looks(looks.rows[row], part, looks.place[parts[partial] // len(_BY_SERVICE)])
        lot = _Lot(
            whole,
            compared.campaign.tolist(),
            weigh_part(self._wave, compared, some, compared.spoken.sources.of_row[row], self.parameters),
        )
        of_look: list[dict[Named, int]] = [{} for _ in given]
        for number_of, name in enumerate(parts[partial].tolist()):
            of_look[name // len(_BY_SERVICE)][_BY_SERVICE[name % len(_BY_SERVICE)]] = number_of
        return [_Found(look, lot, n, of_look[n], []) for n, look in enumerate(given)]

    def _weights(self, families: Floats) -> dict[str, float]:
        """The weight of each factor; they add up to the log-odds of the credibility."""
        weights = {"prior": self._prior}
        for name, weight in zip(FAMILIES, families.tolist(), strict=True):
            if weight:
                weights[name] = weight
        total = sum(weights.values())
        bounded = max(-BOUND, min(BOUND, total))
        if bounded > _NEAR_ONE:
            credibility = _probability(bounded)
            bounded = log(credibility) - log1p(-credibility)
        weights["bound"] = bounded - total
        return weights

    @staticmethod
    def _fields(odds: float, independent: float, coordination: float) -> dict[str, Any]:
        return {
            "credibility": _probability(odds),
            "independent_sources": float(independent),
            "coordination": coordination,
        }

    def _because(self, found: _Found, weights: dict[str, float]) -> list[Factor]:
        """The factors as records, each with the testimonies that it rests on (the earliest ones): sought once for each
        look, however often the account is told of until the next one."""
        if not found.because:
            look = found.look
            heard = [self._testimonies[place] for place in look.heard[: look.many]]
            named = rests_on(heard, weights, self.parameters.because_at_most)
            for name, weight in weights.items():
                found.because.append(Factor(factor=name, weight=weight, testimonies=named[name]))
        return found.because


def _looks(given: Sequence[Look]) -> Looks:
    rows = [np.array(look.heard[: look.many]) for look in given]
    many = np.array([look.many for look in given], np.int64)
    return Looks(
        np.concatenate(rows), np.repeat(np.arange(len(given)), many), np.array([look.place for look in given], np.int64)
    )


def _sorted(accounts: dict[Account, None]) -> list[Account]:
    """Accounts by service and handle."""
    if len(accounts) == 1:
        return list(accounts)
    return sorted(accounts, key=lambda account: (account.about.service, account.about.handle, account.about.id or ""))


def _in_utc(at: datetime) -> datetime:
    """The same instant in UTC; as it is at the ends of the calendar, where no other zone can write it."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return at


def _in_order(testimonies: Iterable[Testimony], as_of: datetime | None) -> list[Testimony]:
    """Testimonies by time, those of one instant in an order of their contents; one that is repeated counts once."""
    ordered = [t for t in testimonies if as_of is None or t.received_at <= as_of]
    ordered.sort(key=attrgetter("received_at", "id"))
    if len(set(map(attrgetter("id"), ordered))) == len(ordered):
        return ordered
    kept: list[Testimony] = []
    seen: set[tuple[str, str, str]] = set()
    for _, same in groupby(ordered, key=attrgetter("received_at", "id")):
        several = list(same)
        if len(several) > 1:
            several.sort(key=msgspec.json.encode)
        for testimony in several:
            about = testimony.about
            name = (testimony.id, about.service, about.id or about.handle)
            if name not in seen:
                seen.add(name)
                kept.append(testimony)
    return kept


def _probability(log_odds: float) -> float:
    """The probability of some log-odds, to the last digit that a float near 1 can hold."""
    if log_odds <= 0:
        return exp(log_odds) / (1.0 + exp(log_odds))
    against = exp(-log_odds)
    return 1.0 - against / (1.0 + against)
