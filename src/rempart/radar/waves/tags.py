"""What is remembered of one live tag or phrase: who posted when, who of them testified, and how it was before."""

from typing import NamedTuple

import msgspec

from rempart.radar.waves.trend import Trend
from rempart.records import AccountReference

HOUR = 3600.0


class Voice(msgspec.Struct, frozen=True, array_like=True):
    """The post by which an author testifies. `at`: seconds; `weight`: how telling it is; `copy`: hash of its words;
    `plain`: whether it names an account that it accuses, or says that who suffered was a minor."""

    at: float
    post: str
    weight: float
    copy: int
    plain: bool
    accused: list[AccountReference]


class Counted(NamedTuple):
    """Distinct authors in a window, those of them who testify (all; plainly), and the same before it (fading)."""

    authors: int
    testimonies: tuple[int, int]
    past_authors: float
    past_testimonies: tuple[float, float]


class Tag(msgspec.Struct, array_like=True):
    """A live tag. Times are in seconds; authors are salted hashes, in the order in which they were last counted."""

    first: float  # the first post since the tag was last empty
    seen: float
    authors: dict[int, float] = {}
    voices: dict[int, Voice] = {}
    read: dict[int, int] = {}  # posts of an author that were read and testify to nothing
    hours: dict[int, int] = {}  # posts by hour since 1970
    past_authors: float = 0.0
    past_testimonies: tuple[float, float] = (0.0, 0.0)
    past_at: float = 0.0
    batch_at: float = 0.0
    batch_authors: int = 0
    batch_testimonies: tuple[int, int] = (0, 0)
    opened_at: float = -1e18  # when it last counted as a tag that could raise an alert
    wave_at: float | None = None  # the latest testimony of the wave that is on
    trend: Trend | None = None  # of tags that many use
    named: int = 0  # testimonies that name somebody whose name the tag holds

    def post(self, at: float, author: int) -> bool:
        """Count a post; whether its author is new in the window."""
        if not self.authors:
            self.first = at
        hour = int(at // HOUR)
        self.hours[hour] = self.hours.get(hour, 0) + 1
        self.seen = max(self.seen, at)
        if author in self.authors:
            return False
        self.authors[author] = at
        self.batch_authors += 1
        return True

    def says_nothing(self, author: int) -> None:
        """Count a post of an author that testifies to nothing."""
        self.read[author] = self.read.get(author, 0) + 1

    def testify(self, author: int, voice: Voice) -> None:
        """Count an author's first testimony."""
        self.authors.pop(author, None)
        self.authors[author] = voice.at
        self.voices[author] = voice
        spoke, plainly = self.batch_testimonies
        self.batch_testimonies = spoke + 1, plainly + voice.plain

    def drop(self, author: int) -> None:
        """Forget an author who only repeats another."""
        if self.authors.pop(author, None) is not None:
            self.batch_authors -= 1

    def repeats(self, copy: int) -> bool:
        """Whether somebody already testified in these words."""
        return any(voice.copy == copy for voice in self.voices.values())

    def fade(self, at: float, half_life: float) -> None:
        """Let the past count for less."""
        if at > self.past_at:
            factor = 0.5 ** ((at - self.past_at) / half_life) if self.past_at else 0.0
            self.past_authors *= factor
            self.past_testimonies = self.past_testimonies[0] * factor, self.past_testimonies[1] * factor
            self.past_at = at

    def expire(self, before: float, half_life: float, most: int) -> None:
        """Move who posted before `before`, and the oldest of more than `most`, from the window to the past."""
        authors = self.authors
        while authors:
            author = next(iter(authors))
            if authors[author] >= before and len(authors) <= most:
                break
            self._forget(author, half_life)
        if self.hours and (oldest := next(iter(self.hours))) < before // HOUR - 1:
            del self.hours[oldest]

    def clean(self, before: float, after: float, half_life: float) -> None:
        """The same for posts whose times were out of order, and those that came with a time later than `after`."""
        for author in [author for author, at in self.authors.items() if not before <= at <= after]:
            self._forget(author, half_life)
        for hour in [hour for hour in self.hours if not before // HOUR - 1 <= hour <= after // HOUR]:
            del self.hours[hour]

    def _forget(self, author: int, half_life: float) -> None:
        at = self.authors.pop(author)
        self.read.pop(author, None)
        voice = self.voices.pop(author, None)
        if self.wave_at is None:  # what happens in a wave says nothing of the tag's ordinary course
            self.fade(at, half_life)
            self.past_authors += 1
            if voice is not None:
                spoke, plainly = self.past_testimonies
                self.past_testimonies = spoke + 1, plainly + voice.plain

    def counted(self, since: float) -> Counted:
        """What the window that begins at `since` holds, and what was before."""
        authors = sum(at >= since for at in self.authors.values())
        voices = [voice.plain for author, voice in self.voices.items() if self.authors[author] >= since]
        spoke, plainly = len(voices), sum(voices)
        all_plainly = sum(voice.plain for voice in self.voices.values())
        before = self.past_testimonies
        return Counted(
            authors,
            (spoke, plainly),
            self.past_authors + len(self.authors) - authors,
            (before[0] + len(self.voices) - spoke, before[1] + all_plainly - plainly),
        )
