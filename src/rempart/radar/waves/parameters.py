"""What the wave detector can be told: every setting with its default and why."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Parameters:
    """The detector's settings.

    windows: the trailing windows in which authors are counted, longest first. The longest sees slow waves, the others
    a wave inside a tag that many use for something else.
    least: fewest authors who testify plainly in an alert (see detector.py); two more where they do not.
    sure: least stance probability at which a post counts as a testimony (see docs/radar-waves.md for what it costs).
    sure_alone: the same where no conduct was understood, but an account is accused.
    false_alerts: alerts of ordinary tags and phrases that are accepted a day, over all of them together (the budget).
    quiet: how long nobody must testify under a tag before it may raise an alert again.
    batch: after how long a tag's authors tell how ordinary tags are.
    memory: half-life of what is known of ordinary tags, and of a tag's own past.
    most_authors: authors remembered of one tag; a tag that has more is seen over a shorter time.
    most_tags: tags, and phrases, remembered; the ones longest quiet are forgotten first.
    rise: how many times the usual spread the last hour of a steadily used tag must lie above the usual (on the
    benchmark's series 3.5 raises 0.7 false alerts a week and tag).
    rise_quiet: how long after an alert by count the next one under the same tag may come.
    steady: authors in the longest window from which on a tag's counts are followed.
    """

    windows: tuple[timedelta, ...] = (timedelta(hours=72), timedelta(hours=12), timedelta(hours=3))
    least: int = 3
    sure: float = 0.5
    sure_alone: float = 0.8
    false_alerts: float = 1 / 21
    quiet: timedelta = timedelta(days=3)
    batch: timedelta = timedelta(hours=24)
    memory: timedelta = timedelta(days=14)
    most_authors: int = 1000
    most_tags: int = 200_000
    rise: float = 3.5
    rise_quiet: timedelta = timedelta(hours=24)
    steady: int = 100

    def __post_init__(self) -> None:
        if not self.windows or list(self.windows) != sorted(self.windows, reverse=True):
            raise ValueError("`windows` is empty or not longest first")
        for name in ("least", "false_alerts", "most_authors", "most_tags", "rise", "steady"):
            if getattr(self, name) <= 0:
                raise ValueError(f"`{name}` is not above zero")
