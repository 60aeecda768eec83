"""What the commands of the lookout do: take in what a batch of the radar wrote, say how the radar stands, set it."""

from collections.abc import Iterable
from datetime import datetime
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
from rempart.records.lines import BadLine, Reader, Rejects, lines_of, opened, to_record

KINDS = {
    "fame": records.FameAlert,
    "waves": records.WaveAlert,
    "pile-ons": records.PileOnAlert,
    "groups": records.Group,
}
# What columns can hold: whole numbers, and the id of a group with the word that goes before it.
_MOST = 2**31 - 1
_LONGEST_GROUP = 120


class NoGoodLine(ValueError):
    """There were lines and none was an alert of the kind."""


def import_alerts(
    kind: str, files: Iterable[str], rejects: Rejects, *, service: str | None = None, accounts: str | None = None
) -> Received:
    """Take in files of alerts as `rempart radar` writes them, or standard input for `-`; each alert once.

    kind: one of KINDS. service: whose accounts they are about, where they do not say. accounts: the accounts table, for
    the handles of fame's alerts. Raises NoGoodLine, FileNotFoundError.
    """
    record: type[Any] = KINDS[kind]
    reader: Reader[Any] = Reader(record, rejects, parse=lambda raw: [_storable(to_record(raw, record))])
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


def _storable(alert: Any) -> Any:
    """The alert, if columns can hold it. Raises BadLine naming the field that they cannot."""
    held = msgspec.to_builtins(alert, builtin_types=(datetime,))
    held.pop("extra", None)
    _ensure_storable(held, "")
    for group in [alert] if isinstance(alert, records.Group) else getattr(alert, "groups", []):
        if len(group.id) > _LONGEST_GROUP:
            raise BadLine(f"the id of a group is longer than {_LONGEST_GROUP} characters", "id")
    return alert


def _ensure_storable(value: Any, field: str) -> None:
    if isinstance(value, dict | list):
        inside = value.items() if isinstance(value, dict) else enumerate(value)
        for name, one in inside:
            _ensure_storable(one, f"{field}.{name}" if field else str(name))
    elif isinstance(value, str) and "\0" in value:
        raise BadLine(f"`{field}` holds a null character", field)
    elif isinstance(value, int) and abs(value) > _MOST:
        raise BadLine(f"`{field}` is more than {_MOST}", field)
    elif isinstance(value, datetime) and not 1990 <= value.year <= 2100:
        raise BadLine(f"`{field}` is not between 1990 and 2100", field)
