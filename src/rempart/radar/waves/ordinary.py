"""How many testimonies an ordinary tag has, learnt from the stream, and how surprising a number of them is.

Of the authors under an ordinary tag a share p is read as testifying: misreadings, and what people tell of their lives.
p differs from tag to tag, as a Beta distribution of mean m and intraclass correlation rho, so that the number of them
among n authors is beta-binomial (Skellam 1948). m and rho are not point estimates: a grid of them carries a posterior,
and a tail probability is the mean of the tails over it, so that little knowledge makes large numbers less surprising.

Robust: the likelihood of a tag with several testimonies is mixed with a tenth of "anything" (Huber's contamination), so
that no such tag says much; tags in a wave are not learnt from at all. What was learnt fades with a half-life.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_MEANS = np.geomspace(0.0005, 0.2, 15)
_RHOS = np.geomspace(0.003, 0.1, 8)
# A wave that was not seen must not teach that waves are ordinary: a tenth of the tags under which several testify may
# be anything. One or two testimonies are always taken for what they are, so that the mean is not biased.
_CONTAMINATION, _MANY = 0.1, 3
# Before anything is known: reading took 0.1 to 0.6 % of the authors of everyday posts for people who testify, and up to
# 2 % where quarrels about sex and violence are the subject (docs/radar-waves.md).
_PRIOR_MEAN, _PRIOR_MEAN_SPREAD = 0.006, 0.8
_PRIOR_RHO, _PRIOR_RHO_SPREAD = 0.015, 0.5
_NEGLIGIBLE = 1e-9

_mean, _rho = (axis.ravel() for axis in np.meshgrid(_MEANS, _RHOS, indexing="ij"))
_ALPHA: NDArray[np.float64] = _mean * (1 / _rho - 1)
_BETA: NDArray[np.float64] = (1 - _mean) * (1 / _rho - 1)
_PRIOR: NDArray[np.float64] = -0.5 * (
    (np.log(_mean / _PRIOR_MEAN) / _PRIOR_MEAN_SPREAD) ** 2 + (np.log(_rho / _PRIOR_RHO) / _PRIOR_RHO_SPREAD) ** 2
)
POINTS = len(_PRIOR)


class Ordinary:
    """What is known of ordinary tags. `learnt`: log-likelihood of each point of the grid, up to a constant."""

    def __init__(self, learnt: list[float] | None = None) -> None:
        """Raises ValueError when `learnt` is not of POINTS finite numbers."""
        self._learnt = np.zeros(POINTS) if learnt is None else np.array(learnt, np.float64)
        if self._learnt.shape != (POINTS,) or not np.isfinite(self._learnt).all():
            raise ValueError(f"what was learnt of ordinary tags is not {POINTS} finite numbers")
        self._weights: NDArray[np.float64] | None = None

    @property
    def learnt(self) -> list[float]:
        """What `Ordinary(learnt)` goes on from."""
        return self._learnt.tolist()  # type: ignore[no-any-return]

    @property
    def share(self) -> float:
        """The expected share of authors who testify under a tag of which nothing is known."""
        return float(self._posterior() @ _mean)

    @property
    def correlation(self) -> float:
        """How far the authors of one tag are alike in it, in [0, 1]."""
        return float(self._posterior() @ _rho)

    def learn(self, authors: int, testimonies: int) -> None:
        """Take note of an ordinary tag: `testimonies` of its `authors` (at least one) testified."""
        self._learnt += _log_likelihood(authors, testimonies)
        self._weights = None

    def fade(self, factor: float) -> None:
        """Believe what was learnt so far only by `factor`, in [0, 1]."""
        self._learnt *= factor
        self._weights = None

    def tail(
        self, testimonies: int, authors: int, past_testimonies: float, past_authors: float, *, up_to: float = 1.0
    ) -> float:
        """How probable it is that at least `testimonies` of `authors` testify under a tag with this past.

        past_testimonies of past_authors: what the tag itself has shown, faded. up_to: above this, any number above it
        will do, which is quicker.
        """
        weights = self._posterior()
        if past_authors > 0:
            # How well each point explains the tag's own past counts for this tag.
            own = np.log(weights + 1e-300) + _log_ratio(_ALPHA, _BETA, past_testimonies, past_authors)
            weights = np.exp(own - own.max())
            weights /= weights.sum()
        alpha, beta = _ALPHA + past_testimonies, _BETA + max(0.0, past_authors - past_testimonies)
        return _tail(testimonies, authors, (alpha, beta, weights), up_to)

    def expected(self, authors: int, past_testimonies: float, past_authors: float) -> float:
        """How many of `authors` would testify under an ordinary tag with this past."""
        strength = 1 / self.correlation - 1
        return authors * (self.share * strength + past_testimonies) / (strength + past_authors)

    def _posterior(self) -> NDArray[np.float64]:
        if self._weights is None:
            score = _PRIOR + self._learnt
            weights = np.exp(score - score.max())
            self._weights = weights / weights.sum()
        return self._weights


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


_lgamma = np.vectorize(math.lgamma, otypes=[np.float64])


def _log_beta(alpha: NDArray[np.float64], beta: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = _lgamma(alpha) + _lgamma(beta) - _lgamma(alpha + beta)
    return result


_LOG_BETA = _log_beta(_ALPHA, _BETA)


def _log_ratio(
    alpha: NDArray[np.float64], beta: NDArray[np.float64], successes: float, trials: float
) -> NDArray[np.float64]:
    """Log-probability of a sequence of trials with so many successes, at each point of the grid."""
    return _log_beta(alpha + successes, beta + max(0.0, trials - successes)) - _LOG_BETA


@lru_cache(4096)
def _log_likelihood(authors: int, testimonies: int) -> NDArray[np.float64]:
    exact = np.exp(_log_choose(authors, testimonies) + _log_ratio(_ALPHA, _BETA, testimonies, authors))
    anything = 1 / (authors + 1) if testimonies >= _MANY else 0.0
    return np.log((1 - _CONTAMINATION) * exact + _CONTAMINATION * anything + 1e-300)


def _tail(k: int, n: int, mixture: tuple[NDArray[np.float64], ...], up_to: float) -> float:
    """P(K >= k) of a mixture (alphas, betas, weights) of beta-binomials, summed upwards: the terms soon vanish."""
    alpha, beta, weights = mixture
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    term = weights * np.exp(_log_choose(n, k) + _log_beta(alpha + k, beta + (n - k)) - _log_beta(alpha, beta))
    total = float(term.sum())
    for j in range(k, n):
        if total > up_to:
            break
        term *= ((n - j) * (alpha + j)) / ((j + 1) * (beta + (n - j - 1)))
        more = float(term.sum())
        total += more
        if more <= _NEGLIGIBLE * total:
            break
    return min(1.0, total)
