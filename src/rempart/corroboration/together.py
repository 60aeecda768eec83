"""Which of those who speak of an account may belong together, and what ties them.

The engine lets each voice count by the probability that it acts with others; this tells people which others: a reviewer
reads as one what may come from one. A group is those who share the most surprising thing that they share with anybody.
That it is found says how surprising its tie is, never that what its members say is untrue.
"""

from collections.abc import Iterable

import msgspec
import numpy as np

from rempart.corroboration.accused import Account
from rempart.corroboration.assessing import collector_paused
from rempart.corroboration.census import KIND_NAMES, Kind
from rempart.corroboration.engine import Engine
from rempart.corroboration.identity import Accounts
from rempart.corroboration.parameters import Parameters
from rempart.records import Assessment, Testimony


class Together(msgspec.Struct, frozen=True):
    """Testimonies that may come from one: what ties them, the probability that it is no chance, their ids by time."""

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
        engine.finish()
        found = engine.accounts()
        ties = together(engine, found)
        return [(engine.assessment(account), ties[account]) for account in found]


def together(engine: Engine, accounts: list[Account]) -> dict[Account, list[Together]]:
    """The groups among those who accuse accounts at first hand."""
    groups: dict[Account, list[Together]] = {account: [] for account in accounts}
    if not accounts:
        return groups
    compared, said = engine.compared(accounts)
    sources, shared, acts = compared.spoken.sources, compared.shared, compared.spoken.together
    # Nobody who counts in full is told to stand in a group.
    suspect = sources.first_hand & (acts >= engine.parameters.counting.less_from)
    kind = np.argmax(np.where(shared.group >= 0, shared.surprise, -1.0), axis=1)
    group = np.where(suspect, shared.group[np.arange(sources.size), kind], -1)
    probability = np.bincount(group[group >= 0], acts[group >= 0])
    size = np.bincount(group[group >= 0])
    members: dict[int, list[int]] = {}
    for row, number in enumerate(group[sources.of_row].tolist()):
        if number >= 0 and said[row].stance == "testimony":
            members.setdefault(number, []).append(row)
    for number, rows in members.items():
        if len({said[row].reporter.id for row in rows}) > 1:
            source = int(sources.of_row[rows[0]])
            groups[accounts[int(sources.look[source])]].append(
                Together(
                    KIND_NAMES[int(kind[source])],
                    float(probability[number] / size[number]),
                    tuple(said[row].id for row in rows),
                )
            )
    return groups
