"""The one engine of corroboration: it hears testimonies in order of time and knows which assessments each one changes.

`assess` runs it to the end, `timeline` stops at every instant, and whoever needs less than rows drives it directly:

    engine = Engine(testimonies, accounts=rows)
    for at, changed in engine.run():
        for account in changed:
            assessment = engine.assessment(account, because=False)

What an account owes to testimonies about others (the same people striking together, a text that goes round) reaches it
when they strike again, or when one of its own groups has grown. Nothing heard later changes what was said before.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, groupby, islice
from math import log
from operator import attrgetter
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.corroboration.accused import Account
from rempart.corroboration.groups import Kind
from rempart.corroboration.identity import Accounts, AccountsTable, Directory
from rempart.corroboration.parameters import Parameters, shipped_parameters
from rempart.corroboration.ties import Frequencies, Shared, Source
from rempart.records import AccountReference, Assessment, Service, Testimony
from rempart.records.references import SERVICES
from rempart.text.near_duplicates import WordPairs, find_copies, word_pairs
from rempart.text.retold import find_retold

# A reporter's latest accounts whose other accusers are looked at for striking together.
_EARLIER_TARGETS = 6
_DAY = 86_400


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
        self._directory: Directory[Account] = Directory()
        self._meant: dict[AccountReference, Account] = {}  # references already looked up
        self._frequencies = Frequencies()
        self._reporters: dict[str, int] = {}
        self._targets: list[dict[Account, None]] = []  # by reporter, accused accounts, oldest first
        self._created = 0
        # Numbers of what may be shared: texts by their first place, then the rest; negative ones are earlier targets.
        self._keys = len(self._testimonies)
        texts = [t.text if t.stance != "dispute" else None for t in self._testimonies]
        words = word_pairs(texts)
        self._texts, lengths = self._repeated(words)
        self._stories = self._retold(words, lengths)
        origins = [t.origin for t in self._testimonies if t.origin is not None]
        self._devices = self._recurring("device", (origin.device for origin in origins))
        self._networks = self._recurring("network", (origin.network for origin in origins))
        communities = chain.from_iterable(t.reporter.communities for t in self._testimonies)
        self._communities = self._recurring("community", communities)
        self._windows: dict[tuple[Kind, int], Shared] = {}  # in which accounts were opened

    def run(self) -> Iterator[tuple[datetime, list[Account]]]:
        """Hear everything, one instant at a time: each with the accounts whose assessment may have changed."""
        for at, received in groupby(enumerate(self._testimonies), key=lambda place: place[1].received_at):
            self.now = _in_utc(at)
            changed: dict[Account, None] = {}
            for position, testimony in received:
                self._hear(position, testimony, changed)
            yield self.now, self._existing(changed)

    def assessments(self) -> Iterator[Assessment]:
        """The assessments of all accounts heard of, by service and handle."""
        if self._as_of is not None:
            self.now = _in_utc(self._as_of)
        for account in self.accounts():
            yield self.assessment(account)

    def accounts(self) -> list[Account]:
        """The accounts heard of, by service and handle."""
        return self._existing(self._directory.accounts)

    def assessment(self, account: Account, *, because: bool = True) -> Assessment:
        """What is now known of an account. Without `because` the reasons are left empty, which is several times faster.

        The lists and objects inside are shared between assessments: they are not to be changed.
        """
        whole, services = account.view, account.services
        weights = whole.weights(self._prior)
        return Assessment(
            **whole.fields(weights),
            about=account.about,
            as_of=self.now,
            conduct_services=whole.conduct_services,
            by_service={name: services[name].record(self._prior) for name in _BY_SERVICE if name in services},
            account=self._table.facts(account.about),
            because=whole.because(weights) if because else [],
            first_at=account.first_at,
        )

    def voices(self, account: Account) -> Iterator[tuple[Testimony, Source | None]]:
        """What was heard of an account in order of time, each with the source of who said it; None for a denial."""
        for position in account.heard:
            testimony = self._testimonies[position]
            source = account.ties.sources.get(self._reporter(testimony.reporter.id))
            yield testimony, source if testimony.stance != "dispute" else None

    def _existing(self, accounts: dict[Account, None]) -> list[Account]:
        """Those that were not absorbed since, by service and handle."""
        known = self._directory.accounts
        if len(accounts) == 1:
            return [account for account in accounts if account in known]
        return sorted(
            (account for account in accounts if account in known),
            key=lambda account: (account.about.service, account.about.handle, account.about.id or ""),
        )

    # Hearing

    def _hear(self, position: int, testimony: Testimony, changed: dict[Account, None]) -> None:
        account = self._account(testimony.about, changed)
        account.heard.append(position)
        changed[account] = None
        reporter = self._reporter(testimony.reporter.id)
        shared = self._shared(position, testimony)
        if testimony.stance == "dispute":
            account.hear(testimony, reporter, shared)
            return
        if account.first_at is None:
            account.first_at = _in_utc(testimony.received_at)
        targets = self._targets[reporter]
        new = account not in targets
        if new:
            self._count(reporter, testimony, shared, targets)
        others = self._earlier(testimony, account, targets) if targets else []
        strength = 1.0 if testimony.stance == "testimony" else self.parameters.relayed_target
        account.hear(testimony, reporter, shared + [Shared(-1 - o.index, "targets", strength) for o in others])
        if new:
            targets[account] = None
            self._frequencies.sharing[-1 - account.index] = len(account.ties.sources)
            for other in others:
                if other.ties.tie_again(reporter, Shared(-1 - account.index, "targets", strength)):
                    changed[other] = None

    def _account(self, about: AccountReference, changed: dict[Account, None]) -> Account:
        """The account that a reference means, made when it is new."""
        account = self._meant.get(about)
        if account is not None:
            return account
        reference = self._table.complete(about)
        account, twin = self._directory.find(reference)
        if account is None:
            account = Account(reference, self._created, self.parameters, self._frequencies)
            self._created += 1
        self._directory.link(reference, account)
        if twin is not None:
            self._merge(twin, account)
            changed[account] = None
            self._meant.clear()
        self._meant[about] = account
        return account

    def _merge(self, lost: Account, into: Account) -> None:
        """Make one account of two that turn out to be the same, hearing again what was said of both."""
        self._directory.absorb(lost, into)
        into.absorbed.append(lost)
        into.heard = sorted(into.heard + lost.heard)
        into.forget(self._frequencies)
        for position in into.heard:
            testimony = self._testimonies[position]
            reporter = self._reporter(testimony.reporter.id)
            targets = self._targets[reporter]
            if lost in targets:
                targets = dict.fromkeys(into if target is lost else target for target in targets)
                self._targets[reporter] = targets
            shared = self._shared(position, testimony)
            if testimony.stance != "dispute":
                into.first_at = into.first_at or _in_utc(testimony.received_at)
                strength = 1.0 if testimony.stance == "testimony" else self.parameters.relayed_target
                others = self._earlier(testimony, into, targets)
                shared += [Shared(-1 - other.index, "targets", strength) for other in others]
            into.hear(testimony, reporter, shared)

    def _reporter(self, id: str) -> int:
        number = self._reporters.get(id)
        if number is None:
            number = self._reporters[id] = len(self._targets)
            self._targets.append({})
        return number

    def _count(self, reporter: int, testimony: Testimony, shared: list[Shared], targets: dict[Account, None]) -> None:
        """Count what a reporter shares, once for each thing whatever the number of accounts they accuse."""
        frequencies = self._frequencies
        counts = frequencies.sharing
        known: set[int] = set()
        if targets:
            for target in islice(reversed(targets), _EARLIER_TARGETS):
                known.update(target.ties.sources[reporter].keys)
        else:
            frequencies.accusers += 1
            if testimony.reporter.communities:
                frequencies.known_communities += 1
            if testimony.reporter.account_created_at is not None:
                frequencies.known_opened += 1
        for key, kind, _ in shared:
            if key not in known:
                counts[key] = counts.get(key, 0) + 1
                frequencies.retelling += kind == "wording"

    @staticmethod
    def _earlier(testimony: Testimony, account: Account, targets: dict[Account, None]) -> list[Account]:
        """The other accounts that a reporter accused last, where others may have accused them too.

        Trusted flaggers are left out: to speak of many accounts is their work.
        """
        if testimony.channel == "trusted_flagger":
            return []
        return [other for other in islice(reversed(targets), _EARLIER_TARGETS) if other is not account]

    # What testimonies may share

    def _shared(self, position: int, testimony: Testimony) -> list[Shared]:
        """What a testimony's reporter may share with others."""
        shared: list[Shared] = []
        text = self._texts[position]
        if text is not None:
            shared.append(text)
        story = self._stories[position]
        if story is not None:
            shared.append(story)
        origin = testimony.origin
        if origin is not None:
            if origin.device in self._devices:
                shared.append(self._devices[origin.device])
            if origin.network in self._networks:
                shared.append(self._networks[origin.network])
        for community in testimony.reporter.communities:
            if community in self._communities:
                shared.append(self._communities[community])
        opened = testimony.reporter.account_created_at
        if opened is not None:
            shared += self._opened(opened, testimony.received_at)
        return shared

    def _opened(self, opened: datetime, spoke: datetime) -> list[Shared]:
        """The two windows, which overlap by half, in which the account of somebody who spoke then was opened."""
        parameters = self.parameters.opened
        kind: Kind = "cohort"
        days = parameters.cohort
        at = opened.timestamp()
        if spoke.timestamp() - at < parameters.new * _DAY:
            kind, days = "newcomers", parameters.newcomers
        last = int(at // (days * _DAY / 2))
        windows = []
        for first in (last - 1, last):
            window = self._windows.get((kind, first))
            if window is None:
                window = self._windows[kind, first] = Shared(self._keys, kind, 1.0)
                self._keys += 1
            windows.append(window)
        return windows

    def _recurring(self, kind: Kind, things: Iterable[str | None]) -> dict[str | None, Shared]:
        """What recurs among things that reporters may share: what comes once is shared by nobody."""
        counts = Counter(things)
        del counts[None]
        recurring: dict[str | None, Shared] = {}
        for thing, count in counts.items():
            if count > 1:
                recurring[thing] = Shared(self._keys, kind, 1.0)
                self._keys += 1
        return recurring

    def _repeated(self, words: WordPairs) -> tuple[list[Shared | None], NDArray[np.int64]]:
        """The text that each testimony shares with others, if any, and how long each is."""
        parameters = self.parameters
        copies = find_copies(words, threshold=parameters.copy_similarity)
        repeated = np.bincount(copies.first, minlength=words.size)[copies.first] > 1
        room = max(parameters.copy_certain - parameters.copy_similarity, 1e-6)
        alike = np.clip((copies.similarity - parameters.copy_similarity) / room, 0.0, 1.0)
        telling = alike * np.minimum(1.0, copies.length / parameters.copy_length)
        shared: list[Shared | None] = [None] * words.size
        where = np.flatnonzero(repeated)
        for place, first, strength in zip(
            where.tolist(), copies.first[where].tolist(), telling[where].tolist(), strict=True
        ):
            shared[place] = Shared(first, "text", strength)
        return shared, copies.length

    def _retold(self, words: WordPairs, lengths: NDArray[np.int64]) -> list[Shared | None]:
        """The story of an account that each testimony tells again, if it does."""
        parameters = self.parameters
        numbers: dict[AccountReference, int] = {}
        abouts = [numbers.setdefault(t.about, len(numbers)) for t in self._testimonies]
        share = find_retold(words, abouts, times=parameters.retold_times)
        room = max(parameters.retold_certain - parameters.retold, 1e-6)
        telling = np.clip((share - parameters.retold) / room, 0.0, 1.0) * np.minimum(
            1.0, lengths / parameters.copy_length
        )
        shared: list[Shared | None] = [None] * words.size
        where = np.flatnonzero(telling > 0)
        for place, strength in zip(where.tolist(), telling[where].tolist(), strict=True):
            shared[place] = Shared(self._keys + abouts[place], "wording", strength)
        self._keys += len(numbers)
        return shared


def _in_utc(at: datetime) -> datetime:
    """The same instant in UTC; as it is at the ends of the calendar, where no other zone can write it."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return at


def _in_order(testimonies: Iterable[Testimony], as_of: datetime | None) -> list[Testimony]:
    """Testimonies by time, those of one instant in an order of their contents; one that is repeated counts once."""
    ordered = [t for t in testimonies if as_of is None or t.received_at <= as_of]
    ordered.sort(key=lambda t: (t.received_at, t.id))
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


_BY_SERVICE: tuple[Service | Literal["unknown"], ...] = (*SERVICES, "unknown")
