"""What the commands of the lookout do: take in what a batch of the radar wrote, say how the radar stands, set it."""

from collections.abc import Iterable
from typing import Any

import msgspec

from rempart import records
from rempart.ledger.clock import now
from rempart.lookout.models import LookoutSettings
from rempart.lookout.selectors import overview
from rempart.lookout.services import (
    SETTABLE,
    Received,
    receive_fame_alerts,
    receive_groups,
    receive_pile_ons,
    receive_waves,
)
from rempart.lookout.services.looking import accounts_named
from rempart.records.lines import Reader, Rejects, lines_of, opened

KINDS = {
    "fame": records.FameAlert,
    "waves": records.WaveAlert,
    "pile-ons": records.PileOnAlert,
    "groups": records.Group,
}


class NoGoodLine(ValueError):
    """There were lines and none was an alert of the kind."""


def import_alerts(
    kind: str, files: Iterable[str], rejects: Rejects, *, service: str | None = None, accounts: str | None = None
) -> Received:
    """Take in files of alerts as `rempart radar` writes them, or standard input for `-`; each alert once.

    kind: one of KINDS. service: whose accounts they are about, where they do not say. accounts: the accounts table, for
    the handles of fame's alerts. Raises NoGoodLine, FileNotFoundError.
    """
    reader: Reader[Any] = Reader(KINDS[kind], rejects)
    alerts: list[Any] = []
    for file in files:
        with opened(file) as stream:
            alerts += reader.read(lines_of(stream))
    if reader.nothing_good:
        raise NoGoodLine(f"no line is an alert of {kind}")
    if kind == "fame":
        known = accounts_named([alert.account_id for alert in alerts], accounts)
        return receive_fame_alerts(alerts, service=service, accounts=known)
    if kind == "waves":
        return receive_waves(alerts)
    if kind == "pile-ons":
        return receive_pile_ons(alerts, service=service)
    together = receive_groups(alerts, service=service)
    return Received(new=len(together))


def status() -> dict[str, Any]:
    """How the radar stands, as JSON can hold it: budgets, false alarms, when each kind last looked, the settings."""
    seen = overview(now())
    health = seen.health
    return {
        "at": seen.at,
        "shown": {"waves": len(seen.waves), "fame": len(seen.stars), "pile_ons": len(seen.pile_ons)},
        "budget": [msgspec.to_builtins(one) for one in seen.budget],
        "kinds": [msgspec.to_builtins(one) for one in health.kinds],
        "live": {"saved_at": health.live_saved_at, "posts": health.live_posts, "waiting": health.live_waiting},
        "settings": {name: getattr(LookoutSettings.current(), name) for name in SETTABLE},
    }
