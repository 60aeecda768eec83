"""Votes of people of unknown reliability, weighed by how they agree (Dawid and Skene, *Applied Statistics*, 1979).

Each reporter has two chances of speaking against an account: one when it is guilty, one when it is innocent. They and
the probability that each account is guilty are estimated in turn (expectation and maximisation) from votes alone: an
accusation or a denial. Who agrees with the majority counts more, which is what a brigade asks for.
"""

import numpy as np

from rempart.replay.judging.heard import Heard
from rempart.replay.judging.metrics import Scores

_ROUNDS = 100
_SETTLED = 1e-6
_LENT = 1.0  # votes of each kind lent to every reporter: most spoke once


def dawid_skene(heard: Heard) -> Scores:
    """Probability that each account is guilty: shape (accounts,), in [0, 1]. A relay is an accusation like another."""
    accounts, reporters = len(heard.truths), int(heard.reporter.max(initial=-1)) + 1
    owner, reporter, accuses = heard.owner, heard.reporter, heard.accuses

    def votes(weights: Scores) -> Scores:
        return np.bincount(reporter, weights, minlength=reporters).astype(np.float64)

    guilty = heard.total(accuses) / np.maximum(np.bincount(owner, minlength=accounts), 1)
    for _ in range(_ROUNDS):
        of_guilty = guilty[owner]
        against_guilty = (votes(of_guilty * accuses) + _LENT) / (votes(of_guilty) + 2 * _LENT)
        against_innocent = (votes((1 - of_guilty) * accuses) + _LENT) / (votes(1 - of_guilty) + 2 * _LENT)
        accusing = np.log(against_guilty / against_innocent)[reporter]
        denying = np.log((1 - against_guilty) / (1 - against_innocent))[reporter]
        share = np.clip(guilty.mean() if accounts else 0.5, 1e-9, 1 - 1e-9)
        odds = np.log(share / (1 - share)) + heard.total(np.where(accuses, accusing, denying))
        before, guilty = guilty, 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
        if np.abs(guilty - before).max(initial=0.0) < _SETTLED:
            break
    return guilty
