"""Runs a wave forward under several rulebooks: at every testimony each of them sees the past and nothing else.

At every instant, the accounts that something was received about are judged by all the rulebooks. Approvals count as
immediate: what is decided binds from that moment on, and the testimony that led to it came before.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from rempart.corroboration import Account, Accounts, Engine, collector_paused
from rempart.records import Testimony, Truth
from rempart.replay.outcome import Outcome, Tally
from rempart.replay.standing import Standing, act
from rempart.rulebook import EvaluationFailed, Rulebook
from rempart.rulebook.names import is_adult


class Course(msgspec.Struct, kw_only=True):
    """What one rulebook did along a wave, account by account (those it did nothing on are left out).

    `testimonies_after_first` is as in Outcome; `failures` counts the times that an article could not be evaluated, and
    matched nothing.
    """

    rulebook: Rulebook
    standings: dict[Account, Standing] = {}
    testimonies_after_first: int = 0
    failures: int = 0


class Replayed:
    """A wave that was run forward under several rulebooks."""

    def __init__(self, courses: list[Course], accused: Iterable[Account], last_at: datetime | None) -> None:
        self.courses = courses
        self._first_heard = {account: account.first_at for account in accused if account.first_at is not None}
        self._last_at = last_at

    def outcomes(self, truth: Iterable[Truth] | None = None) -> list[Outcome]:
        """The numbers of each rulebook, in the order in which they were given."""
        tally = Tally(self._first_heard, self._last_at, truth)
        return [
            tally.outcome(course.rulebook.name, course.standings, course.testimonies_after_first)
            for course in self.courses
        ]


def replay(
    testimonies: Iterable[Testimony],
    rulebooks: Sequence[Rulebook],
    *,
    accounts: Accounts | None = None,
    truth: Iterable[Truth] | None = None,
    prior: float = 0.5,
) -> list[Outcome]:
    """What each rulebook would have come to on a wave; docs/replay.md defines every number.

    testimonies: in any order. accounts: rows of the accounts table, as corroboration takes them. truth: of a simulated
    wave. prior: as in corroboration, in (0, 1). Raises ValueError when `prior` is not.
    """
    return run(testimonies, rulebooks, accounts=accounts, prior=prior).outcomes(truth)


def run(
    testimonies: Iterable[Testimony],
    rulebooks: Sequence[Rulebook],
    *,
    accounts: Accounts | None = None,
    prior: float = 0.5,
    heard: Callable[[int], None] | None = None,
) -> Replayed:
    """Run a wave forward and keep what each rulebook did. Parameters as for `replay`. Raises ValueError likewise.

    heard: told, after each instant, how many testimonies were heard so far.
    """
    with collector_paused():
        return _run(testimonies, rulebooks, accounts, prior, heard)


def _run(
    testimonies: Iterable[Testimony],
    rulebooks: Sequence[Rulebook],
    accounts: Accounts | None,
    prior: float,
    heard: Callable[[int], None] | None,
) -> Replayed:
    engine = Engine(testimonies, accounts=accounts, prior=prior)
    courses = [Course(rulebook=rulebook) for rulebook in rulebooks]
    received: dict[Account, int] = {}
    now, newest = None, -1
    for now, changed in engine.run():
        # An account also changes when those who accuse it strike elsewhere; it is judged when it is spoken of again.
        spoken_of = [account for account in changed if account.heard[-1] > newest]
        newest = max((account.heard[-1] for account in spoken_of), default=newest)
        for account in spoken_of:
            if account.first_at is None:
                continue  # nobody has accused it yet
            for lost in account.absorbed:
                _absorb(lost, account, received, courses)
            so_far = account.view.testimonies + account.view.relays
            more = so_far - received.get(account, 0) if account.first_at < now else 0
            received[account] = so_far
            _move(account, now, more, courses, engine)
        if heard is not None:
            heard(newest + 1)
    return Replayed(courses, received, now)


def _move(account: Account, now: datetime, more: int, courses: list[Course], engine: Engine) -> None:
    """Let every rulebook judge an account, to which `more` testimonies and relays came after its first."""
    assessment = None
    for course in courses:
        standing = course.standings.get(account)
        if standing is None:
            course.testimonies_after_first += more
        else:
            if now >= standing.restrained_until:
                course.testimonies_after_first += more
            if now < standing.quiet_until:
                continue
        if assessment is None:
            assessment = engine.assessment(account, because=False)
        try:
            action = act(course.rulebook, standing, assessment)
        except EvaluationFailed:
            course.failures += 1
            continue
        if action is not None:
            if standing is None:
                standing = course.standings[account] = Standing()
            standing.add(action, course.rulebook, adult=is_adult(assessment))


def _absorb(lost: Account, into: Account, received: dict[Account, int], courses: list[Course]) -> None:
    """Carry over what is known of an account that turned out to be another, once."""
    if lost not in received:
        return
    received[into] = received.get(into, 0) + received.pop(lost)
    for course in courses:
        standing = course.standings.pop(lost, None)
        if standing is not None:
            course.standings.setdefault(into, Standing()).absorb(standing)
