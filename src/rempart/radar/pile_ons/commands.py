"""`rempart radar pile-ons`: actions in, pile-ons out; groups and their members' communities beside them."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from rempart.radar.pile_ons.finding import find
from rempart.records import Action, Group
from rempart.records.lines import Rejects, Writer
from rempart.records.progress import progress
from rempart.records.tables import read_table


def pile_ons(actions: str, writer: Writer, rejects: Rejects, *, groups: str | None, communities: str | None) -> bool:
    """Write the pile-ons in a table of actions; returns whether there were lines and none was good.

    groups: a file of groups, read where it is there (groups that became these give them their id) and written anew.
    communities: a file that gets the communities of each member of a hostile group. Raises FileNotFoundError.
    """
    rejected = rejects.count
    rows = list(progress(read_table(actions, Action, rejects), what="actions"))
    known = list(read_table(groups, Group, rejects)) if groups and Path(groups).exists() else []
    found = find(rows, known=known)
    for alert in found.alerts:
        writer.write(alert)
    if groups:
        _write(groups, found.groups)
    if communities:
        _write(communities, found.memberships)
    return not rows and rejects.count > rejected


def _write(path: str, records: Iterable[msgspec.Struct]) -> None:
    """Write lines to a file that holds what it held until all are there."""
    place = Path(path)
    fresh = place.with_name(f".{place.name}.new")
    with fresh.open("wb") as stream:
        writer = Writer(stream)
        for record in records:
            writer.write(record)
        writer.flush()
    fresh.replace(place)
