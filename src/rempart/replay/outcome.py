"""What a rulebook would have come to on a wave, in the numbers by which rulebooks are compared."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from statistics import median

import msgspec
from msgspec import UNSET, UnsetType

from rempart.corroboration import Account
from rempart.records import Truth
from rempart.replay.standing import FOREVER, Action, Standing, later
from rempart.replay.truths import Truths

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

FINAL_COUNTS = timedelta(days=30)
"""How long after the last testimony of the wave a final suspension is counted."""


class Outcome(msgspec.Struct, kw_only=True):
    """One rulebook on one wave. The last five are there when the truth is known; a share of no account is null.

    `accused`: accounts with at least one testimony or relay. `measured`, `restrained`, `suspended`: those on which any
    measure, any but `watch`, or `suspend`, was ever taken. `testimonies_after_first`: testimonies and relays later than
    the account's first that came while it was not restrained. `protected`, `wrongly_suspended`, `wrongly_restrained`:
    shares, in [0, 1], of guilty, innocent and innocent accounts. `wrong_days`: days of `suspend` on innocent accounts;
    `wrong_days_restrained`: of any measure but `watch` on them.
    """

    rulebook: str
    accused: int
    measured: int
    restrained: int
    suspended: int
    median_hours_to_first_measure: float | None
    testimonies_after_first: int
    protected: float | UnsetType | None = UNSET
    wrongly_suspended: float | UnsetType | None = UNSET
    wrongly_restrained: float | UnsetType | None = UNSET
    wrong_days: float | UnsetType = UNSET
    wrong_days_restrained: float | UnsetType = UNSET


class Tally:
    """Counts the outcomes of one wave, the same way for every rulebook.

    first_heard: when each of its accounts got its first testimony or relay. last_at: when its last testimony came, of
    any stance.
    """

    def __init__(
        self, first_heard: Mapping[Account, datetime], last_at: datetime | None, truth: Iterable[Truth] | None
    ) -> None:
        self._first_heard = first_heard
        self._horizon = later(last_at, FINAL_COUNTS) if last_at is not None else FOREVER
        self._truth = None if truth is None else Truths(truth)

    def outcome(self, rulebook: str, standings: Mapping[Account, Standing], testimonies_after_first: int) -> Outcome:
        """The numbers of one rulebook, from where it left every account on which it did anything."""
        waits = [
            (standing.actions[0].at - self._first_heard[account]) / HOUR for account, standing in standings.items()
        ]
        outcome = Outcome(
            rulebook=rulebook,
            accused=len(self._first_heard),
            measured=len(standings),
            restrained=sum(standing.ever_restrained for standing in standings.values()),
            suspended=sum(standing.suspended for standing in standings.values()),
            median_hours_to_first_measure=median(waits) if waits else None,
            testimonies_after_first=testimonies_after_first,
        )
        if self._truth is not None:
            self._compare(outcome, standings, self._truth)
        return outcome

    def _compare(self, outcome: Outcome, standings: Mapping[Account, Standing], truth: Truths) -> None:
        protected = suspended = restrained = 0
        days = days_restrained = 0.0
        for account, standing in standings.items():
            guilty = truth.guilty(account.about)
            if guilty:
                protected += standing.ever_restrained
            elif guilty is False:
                restrained += standing.ever_restrained
                suspended += standing.suspended
                days += days_suspended(standing.actions, horizon=self._horizon)
                days_restrained += _days(
                    (action for action in standing.actions if action.restrains), horizon=self._horizon
                )
        outcome.protected = _share(protected, truth.guilty_accounts)
        outcome.wrongly_suspended = _share(suspended, truth.innocent_accounts)
        outcome.wrongly_restrained = _share(restrained, truth.innocent_accounts)
        outcome.wrong_days = days
        outcome.wrong_days_restrained = days_restrained


def days_suspended(actions: Iterable[Action], *, horizon: datetime) -> float:
    """Days during which `suspend` was in force; overlaps count once. A final one counts up to `horizon`."""
    return _days((action for action in actions if "suspend" in action.measures), horizon=horizon)


def _days(actions: Iterable[Action], *, horizon: datetime) -> float:
    total = timedelta()
    until: datetime | None = None
    spans = sorted((action.at, action.ends_at or horizon) for action in actions)
    for begins, ends in spans:
        counted_from = begins if until is None else max(begins, until)
        if ends > counted_from:
            total += ends - counted_from
            until = ends
    return total / DAY


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
