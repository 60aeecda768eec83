"""The second signal: whether more people than usual post under a tag that many use every day, whatever they say.

Counts of five minutes are summed over an hour and their square root taken, which makes the spread of counts nearly the
same whatever their mean (Anscombe 1948). The last hour is set against an exponentially weighted mean of the hours that
ended before it began, in units of the spread that such differences have had under this very tag. The first fifteen
hundredths of what the benchmark's series hold, eight days, only teach.
"""

import math

import msgspec

BIN = 300.0  # seconds
_HOUR = 12  # bins
_PROBATION = round(8 * 86_400 / BIN)  # bins
_MEAN = 1 - 0.5 ** (1 / 288)  # a day's half-life
_SPREAD = 1 - 0.5 ** (1 / 1152)  # four days'
_LEAST_SPREAD = 0.05
_LONGEST_GAP = 3 * 288  # bins without a post, after which all is learnt anew
_MOST_OF_A_BIN = 100_000


class Rise(msgspec.Struct, frozen=True):
    """A last hour that stands out. `at`, `began`: seconds; `observed`, `expected`: an hour's count; `surprise`: how
    many times the usual spread lies between them."""

    at: float
    began: float
    observed: int
    expected: float
    surprise: float

    @property
    def score(self) -> float:
        """Minus the decimal logarithm of the normal tail beyond `surprise`."""
        tail = 0.5 * math.erfc(self.surprise / math.sqrt(2))
        return -math.log10(tail) if tail > 0 else self.surprise**2 / (2 * math.log(10))


class Trend(msgspec.Struct, array_like=True):
    """The counts of one tag. `bin`: number of the open bin since 1970."""

    bin: int
    count: int = 0
    authors: set[int] = set()
    hour: list[int] = []
    roots: list[float] = []
    mean: float = 0.0
    spread: float = 1.0
    closed: int = 0
    began: float | None = None  # since when the count has been rising
    quiet_until: float = 0.0

    def post(self, at: float, author: int, *, surprise: float, quiet: float) -> Rise | None:
        """Count a post, once an author and bin, and return the rise that the bins before it show, if any.

        surprise: from how much on. quiet: seconds that must pass without a rise before the next one is told.
        """
        rise = self.go_on(at, surprise=surprise, quiet=quiet)
        if author not in self.authors and len(self.authors) < _MOST_OF_A_BIN:
            self.authors.add(author)
            self.count += 1
        return rise

    def add(self, at: float, count: int, *, surprise: float, quiet: float) -> Rise | None:
        """The same for a count of posts."""
        rise = self.go_on(at, surprise=surprise, quiet=quiet)
        self.count += count
        return rise

    def go_on(self, at: float, *, surprise: float, quiet: float) -> Rise | None:
        """Close the bins before `at`."""
        now = int(at // BIN)
        if now - self.bin > _LONGEST_GAP:
            self.bin, self.count, self.hour, self.roots, self.closed = now, 0, [], [], 0
            self.authors.clear()
            return None
        told = None
        while self.bin < now:
            rise = self._close(surprise)
            if rise is None:
                continue
            if rise.at >= self.quiet_until and told is None:
                told = rise
            self.quiet_until = max(self.quiet_until, rise.at + quiet) if told is rise else self.quiet_until
        return told

    def _close(self, surprise: float) -> Rise | None:
        self.hour.append(self.count)
        del self.hour[:-_HOUR]
        self.bin += 1
        self.count = 0
        self.authors.clear()
        self.closed += 1
        root = math.sqrt(sum(self.hour) + 0.375)
        if self.closed == 1:
            self.mean = root
        self.roots.append(root)
        if len(self.roots) > _HOUR:
            error = self.roots.pop(0) - self.mean
            self.spread += _SPREAD * (error * error - self.spread)
            self.mean += _MEAN * error
        units = (root - self.mean) / math.sqrt(self.spread + _LEAST_SPREAD)
        at = self.bin * BIN
        if units < surprise / 2:
            self.began = None
            return None
        if self.began is None:
            self.began = at - BIN
        if units < surprise or self.closed <= _PROBATION:
            return None
        return Rise(at, self.began, sum(self.hour), max(0.0, self.mean**2 - 0.375), units)
