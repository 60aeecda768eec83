"""Which of those who speak of an account may belong together, and what ties them.

The engine counts each first-hand voice in the one group, if any, that takes most away from it (see ties and groups);
this is the same partition, told to people: a reviewer reads as one what may come from one. That a group is found says
how surprising its tie is, never that what its members say is untrue.
"""

from collections.abc import Iterable

import msgspec

from rempart.corroboration.accused import Account
from rempart.corroboration.assessing import collector_paused
from rempart.corroboration.engine import Engine
from rempart.corroboration.groups import Group, Kind
from rempart.corroboration.identity import Accounts
from rempart.corroboration.parameters import Parameters
from rempart.records import Assessment, Testimony


class Together(msgspec.Struct, frozen=True):
    """Testimonies counted as one group: what ties them, the probability that it is no chance, their ids by time."""

    kind: Kind
    probability: float
    testimonies: tuple[str, ...]


def assess_with_ties(
    testimonies: Iterable[Testimony], *, accounts: Accounts | None = None, parameters: Parameters | None = None
) -> list[tuple[Assessment, list[Together]]]:
    """What `assess` says of each account, and the groups among those who accuse it at first hand.

    A group has at least two reporters; groups are disjoint, in the order of their first testimonies. Whoever stands in
    none is independent as far as is known. Parameters and errors are those of `assess`.
    """
    with collector_paused():
        engine = Engine(testimonies, accounts=accounts, parameters=parameters)
        for _ in engine.run():
            pass
        return [(engine.assessment(account), together(engine, account)) for account in engine.accounts()]


def together(engine: Engine, account: Account) -> list[Together]:
    """The groups in which an engine counts those who accuse an account at first hand."""
    said: dict[Group, list[str]] = {}
    reporters: dict[Group, set[str]] = {}
    for testimony, source in engine.voices(account):
        if testimony.stance == "testimony" and source is not None and source.group is not None:
            said.setdefault(source.group, []).append(testimony.id)
            reporters.setdefault(source.group, set()).add(testimony.reporter.id)
    return [
        Together(group.kind, group.probability, tuple(ids)) for group, ids in said.items() if len(reporters[group]) > 1
    ]
