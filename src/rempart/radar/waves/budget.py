"""The alert budget: how surprising a tag must be so that ordinary ones raise only so many alerts a day.

A tag becomes a hypothesis when it has as many authors as an alert needs, which says nothing of whether they testify.
With `rate` hypotheses a day (estimated from the stream) each may spend `budget / rate`, so that the expected number of
false alerts a day is at most the budget whatever the dependence between tags (Bonferroni over a stream, as in
alpha-investing with equal wagers: Foster, Stine 2008). A tag spends it over its looks (alpha-spending: Lan and DeMets
1983): between two testimonies it only becomes less surprising, so there is one look at the third, fourth, … testimony,
then at ever fewer (LOOKS), the i-th of which spends 2/((i+1)(i+2)); and over the windows looked at, half of it on the
longest. Windows that hold the same authors are one test, which spends what they may together.

The number of false alerts is bounded rather than their share (LORD: Javanmard and Montanari 2018), which would allow
more false ones the more true ones there are: what a desk has is time for so many.
"""

DAY = 86_400.0
_PRIOR_RATE, _PRIOR_DAYS = 20.0, 1.0  # hypotheses a day before any were seen, and for how many days that counts


class Budget:
    """Spends false alerts. alerts: how many a day. half_life: of what is known of the stream, seconds."""

    def __init__(self, alerts: float, half_life: float, *, tags: float = 0.0, days: float = 0.0) -> None:
        self._alerts = alerts
        self._half_life = half_life
        self.tags, self.days = tags, days

    def opened(self) -> None:
        """A tag became one that could raise an alert."""
        self.tags += 1

    def passed(self, seconds: float) -> None:
        """Time went by."""
        factor = 0.5 ** (seconds / self._half_life)
        self.tags *= factor
        self.days = self.days * factor + seconds / DAY

    @property
    def rate(self) -> float:
        """Tags a day that could raise an alert."""
        return (self.tags + _PRIOR_RATE * _PRIOR_DAYS) / (self.days + _PRIOR_DAYS)

    def level(self, look: int, share: float) -> float:
        """The probability below which an ordinary tag's count is too surprising.

        look: how many looks there were before. share: what of the tag's budget the test may spend, in [0, 1].
        """
        return self._alerts / max(1.0, self.rate) * share * 2 / ((look + 2) * (look + 3))


def shares(windows: int) -> list[float]:
    """What of a tag's budget each of its windows may spend, the longest first."""
    return [1.0] if windows == 1 else [0.5] + [0.5 / (windows - 1)] * (windows - 1)


def _looks() -> tuple[int, ...]:
    looks = [1]
    while looks[-1] < 1_000_000:
        looks.append(max(looks[-1] + 1, round(looks[-1] * 1.25)))
    return tuple(looks)


LOOKS = _looks()  # 1 to 8, 10, 12, 15, 19, 24, 30, … testimonies
