"""How many tokens we look up in a minute: each makes us ask others about its issuer before it is known to be genuine.

Counted in each process by itself. Who showed a genuine token lately is not refused because of what others forge.
"""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from threading import Lock

WINDOW = 60.0  # seconds
OF_ONE, OF_STRANGERS = 20, 240
"""Tokens a window of one issuer, and of all issuers together that showed no genuine one lately."""
REMEMBERED = 10_000


class TooMany(Exception):
    """Too many tokens were shown in this minute."""


class Allowance:
    """What may be looked up; used by several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._began, self._strangers = clock(), 0
        self._shown: Counter[str] = Counter()
        self._genuine: OrderedDict[str, None] = OrderedDict()

    def spend(self, issuer: str) -> None:
        """Count a token before anybody is asked about it. Raises TooMany."""
        with self._lock:
            if self._clock() - self._began >= WINDOW:
                self._began, self._strangers = self._clock(), 0
                self._shown.clear()
            stranger = issuer not in self._genuine
            if self._shown[issuer] >= OF_ONE or (stranger and self._strangers >= OF_STRANGERS):
                raise TooMany
            self._shown[issuer] += 1
            self._strangers += stranger

    def was_genuine(self, issuer: str) -> None:
        """The token that was counted proved to be its issuer's: it counts against nobody else."""
        with self._lock:
            if issuer not in self._genuine:
                self._strangers = max(0, self._strangers - 1)
            self._genuine[issuer] = None
            self._genuine.move_to_end(issuer)
            if len(self._genuine) > REMEMBERED:
                self._genuine.popitem(last=False)
