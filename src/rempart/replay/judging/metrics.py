"""How good a score is at telling guilty accounts from innocent ones, and a probability at meaning what it says.

Every function takes `scores`, shape (n,), higher for the accounts more believed to be guilty, and `truth`, shape (n,),
true for the guilty ones. What needs accounts that are not there (a share of none) is NaN, which JSON writes as null.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Flags = NDArray[np.bool_]

_Z = 1.959964  # the normal quantile that leaves 2.5 % on each side


class Bin(msgspec.Struct, kw_only=True, frozen=True):
    """The accounts whose probability lies in [`least`, `most`): how many, the mean of what was said of them, the share
    of them that is guilty, and the bounds of its 95 % interval."""

    least: float
    most: float
    accounts: int
    said: float
    true: float
    lower: float
    upper: float


def area_under_curve(scores: Scores, truth: Flags) -> float:
    """Probability that a guilty account scores above an innocent one, ties counting half (Mann and Whitney 1947)."""
    innocent, guilty = np.sort(scores[~truth]), scores[truth]
    if not len(innocent) or not len(guilty):
        return float("nan")
    below, not_above = (np.searchsorted(innocent, guilty, side) for side in ("left", "right"))
    return float((below + not_above).mean() / 2 / len(innocent))


def recall_at(scores: Scores, truth: Flags, wrongly: float) -> float:
    """Share of the guilty accounts above the lowest threshold that at most a share `wrongly` of the innocent is above.

    wrongly: in [0, 1]. Accounts that tie stand on one side of every threshold together.
    """
    innocent, guilty = np.sort(scores[~truth])[::-1], scores[truth]
    if not len(innocent) or not len(guilty):
        return float("nan")
    allowed = int(wrongly * len(innocent) + 1e-9)  # 5 % of 20 accounts is one, whatever the rounding
    return 1.0 if allowed >= len(innocent) else float((guilty > innocent[allowed]).mean())


def brier(probabilities: Scores, truth: Flags) -> float:
    """Mean squared distance between the probability and the truth (Brier 1950): 0 is perfect, 0.25 is saying 0.5."""
    return float(np.square(probabilities - truth).mean()) if len(truth) else float("nan")


def share_above(scores: Scores, of: Flags, threshold: float) -> float:
    """Share of the accounts `of`, shape (n,), that score above the threshold."""
    return float((scores[of] > threshold).mean()) if of.any() else float("nan")


def calibration(probabilities: Scores, truth: Flags, *, bins: int = 10) -> list[Bin]:
    """What was said against what was true, in bins of one width over [0, 1] (1 in the last); empty ones are left out.

    The interval is Wilson's (1927). Raises ValueError when a probability is not in [0, 1] or `bins` is below 1.
    """
    if bins < 1:
        raise ValueError("`bins` is below 1")
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("`probabilities` leave [0, 1]")
    places = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    found = []
    for place in np.unique(places).tolist():
        there = places == place
        true = float(truth[there].mean())
        lower, upper = _wilson(true, int(there.sum()))
        said = float(probabilities[there].mean())
        found.append(
            Bin(
                least=place / bins,
                most=(place + 1) / bins,
                accounts=int(there.sum()),
                said=said,
                true=true,
                lower=lower,
                upper=upper,
            )
        )
    return found


def _wilson(share: float, size: int) -> tuple[float, float]:
    """The 95 % score interval of a share of `size` (Wilson 1927)."""
    shrink = 1 + _Z**2 / size
    middle = (share + _Z**2 / (2 * size)) / shrink
    half = _Z / shrink * float(np.sqrt(share * (1 - share) / size + _Z**2 / (4 * size**2)))
    return max(middle - half, 0.0), min(middle + half, 1.0)
