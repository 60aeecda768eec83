"""WaveDetector: posts in, in the order in which they come; alerts out, one a wave.

Per tag, distinct authors of original posts are set against those whose post testifies (a testimony or a relay that says
what was done), in trailing windows. How surprising their number is says `ordinary`, how surprising it must be `budget`.
"""

import hashlib
import math
import re
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Self

import msgspec

from rempart.radar.waves.budget import DAY, LOOKS, Budget, shares
from rempart.radar.waves.naming import accuses, holds_unknown_word, may_be_pile_on, names, pieces_of
from rempart.radar.waves.ordinary import Ordinary
from rempart.radar.waves.parameters import Parameters
from rempart.radar.waves.phrases import Phrases, phrases_of
from rempart.radar.waves.tags import HOUR, Counted, Tag, Voice
from rempart.radar.waves.trend import BIN, Rise, Trend
from rempart.reading import PostReader
from rempart.reading.reader import hashtags_in
from rempart.records import Post, Statement, WaveAlert, WavePoint
from rempart.records.vocabulary import severity
from rempart.text.normalise import normalise

_VERSION = 1
_MOST_TAGS_OF_A_POST = 12
_MOST_EXAMPLES, _MOST_ACCUSED = 5, 30
_RECENT_HOURS, _LEAST_HOURS = 48, 24
_MOST_PAST = 100.0  # authors of a tag's own past that count: subjects change
_LEAST_PAST = 10.0  # a tag of which less is known is forgotten as soon as it is quiet
_SWEEP = 6 * HOUR
_MOST_READ = 2  # posts of an author under a tag: who writes a hundred would be misread once
_TESTS = (1 / 3, 2 / 3)  # what may be spent on all who testify, and on those who do it plainly, who are misread less
_SPOKEN = ("testimony", "relay")
_MARKS = re.compile(r"#\S+|https?://\S+")
_WORDS = re.compile(r"@?\w+(?:[._-]+\w+)*")


class _Spoken(NamedTuple):
    """A post as one that testifies, or None; and pieces of the names of those it accuses."""

    voice: Voice | None
    names: frozenset[str]


class _Surprise(NamedTuple):
    """A count that is too surprising: its probability under an ordinary tag, and the window (seconds) that holds it."""

    tail: float
    counted: Counted
    window: float


class _State(msgspec.Struct, array_like=True):
    version: int
    salt: bytes
    now: float
    before: float
    swept: float
    learnt: list[list[float]]
    budget: tuple[float, float]
    tags: dict[str, Tag]
    phrases: Phrases
    followed: dict[str, Tag]


class WaveDetector:
    """Watches every live tag of a stream of posts.

    parameters: settings. reader: reads the posts that come unread; a Statement is taken as it was read.
    Between posts it holds counts, salted hashes of authors, and of posts that testify their numbers and the accounts
    accused: no text and no author's name.
    """

    def __init__(self, parameters: Parameters | None = None, reader: PostReader | None = None) -> None:
        self.parameters = parameters or Parameters()
        self._reader = reader or PostReader()
        self._windows = [window.total_seconds() for window in self.parameters.windows]
        self._shares = shares(len(self._windows))
        least = self.parameters.least
        # Of those who testify without saying it plainly two more are asked for: misreadings come in threes.
        self._looks = _looks_from(least + 2), _looks_from(least)
        self._half_life = self.parameters.memory.total_seconds()
        self._quiet = self.parameters.quiet.total_seconds()
        self._batch = self.parameters.batch.total_seconds()
        self._salt = secrets.token_bytes(16)
        self._now = self._before = self._swept = float("-inf")
        # How many testify under an ordinary tag; and how many who name an account or say that they were minors.
        self._ordinary = Ordinary(), Ordinary()
        self._budget = Budget(self.parameters.false_alerts, self._half_life)
        self._tags: dict[str, Tag] = {}
        self._phrases = Phrases()
        self._followed: dict[str, Tag] = {}  # live phrases
        self.late = 0  # posts that came too late to count

    def see(self, post: Post) -> list[WaveAlert]:
        """Take one post, or one Statement, and return the alerts that it raises, mostly none.

        Posts may come late: each counts at its own time; one older than the longest window counts for nothing.
        """
        at = post.created_at.timestamp()
        self._pass(at)
        if at < self._now - self._windows[0]:
            self.late += 1
            return []
        if post.repost_of is not None:
            return []
        folded = normalise(post.text).text
        if folded.startswith("rt @"):
            return []
        if "#" in folded:
            names_of_tags = dict.fromkeys(filter(None, map(_trimmed, hashtags_in(folded))))
            if names_of_tags:
                return self._see_under(list(names_of_tags)[:_MOST_TAGS_OF_A_POST], post, folded, at)
        return self._see_without(post, folded, at)

    @property
    def live_phrases(self) -> list[str]:
        """The phrases under which untagged posts are counted; of other untagged ones, only testimonies matter."""
        return list(self._phrases.live)

    def _see_under(self, names_of_tags: list[str], post: Post, folded: str, at: float) -> list[WaveAlert]:
        """Count a post under its tags; it is read once, and only where its author does not testify yet."""
        author = self._hashed(post)
        spoken: _Spoken | None = None
        alerts = []
        for name in names_of_tags:
            tag = self._tags.get(name)
            if tag is None:
                tag = self._tags[name] = Tag(first=at, seen=at, batch_at=at)
            self._count(tag, author, at)
            if tag.trend is not None and (rise := self._rise(tag.trend, at, author)) and tag.wave_at is None:
                alerts.append(self._count_alert(name, tag, rise))
            if author in tag.voices or tag.read.get(author, 0) >= _MOST_READ:
                continue
            if spoken is None:
                spoken = self._voice(post, folded, at)
            if self._testified(name, tag, author, spoken) and (found := self._judge(tag, at)) is not None:
                alerts.append(self._alert(name, tag, at, found))
        return alerts

    def _see_without(self, post: Post, folded: str, at: float) -> list[WaveAlert]:
        """Count a post without a tag under the live phrases that it holds; those of a testimony may come alive."""
        author = self._hashed(post)
        spoken = self._voice(post, folded, at)
        if spoken.voice is not None:
            said = phrases_of(folded, lambda word: accuses(word) or self._reader.says_nothing(word))
            for phrase, first, when in self._phrases.heard(said, author, at, since=self._now - self._windows[0]):
                tag = self._followed[phrase] = Tag(first=when, seen=when, batch_at=when)
                tag.post(when, first)
                tag.testify(first, Voice(when, "", 0.0, 0, plain=False, accused=[]))
        for phrase in self._phrases.within(folded):
            tag = self._followed[phrase]
            self._count(tag, author, at)
            if author in tag.voices or not self._testified(phrase, tag, author, spoken):
                continue
            if (found := self._judge(tag, at, phrase)) is not None:
                return [self._alert(phrase, tag, at, found, kind="phrase")]
        return []

    def _count(self, tag: Tag, author: int, at: float) -> None:
        """Count a post, whatever it says."""
        if tag.authors:
            tag.expire(self._now - self._windows[0], self._half_life, self.parameters.most_authors)
        if not tag.post(at, author):
            return
        # The tag is one more that could raise an alert, once a window.
        if len(tag.authors) >= self.parameters.least and at - tag.opened_at >= self._windows[0]:
            tag.opened_at = at
            self._budget.opened()
        if tag.trend is None and len(tag.authors) >= self.parameters.steady:
            tag.trend = Trend(int(at // BIN))

    @staticmethod
    def _testified(name: str, tag: Tag, author: int, spoken: _Spoken) -> bool:
        """Count what a post says; whether it adds a testimony."""
        if spoken.voice is None:
            tag.says_nothing(author)
            return False
        if tag.repeats(spoken.voice.copy):
            tag.drop(author)
            return False
        tag.testify(author, spoken.voice)
        tag.named += names(name, spoken.names)
        return True

    def _pass(self, at: float) -> None:
        """Let time go on, to where two posts in a row have been: one with a time far ahead moves nothing."""
        now = max(self._now, min(at, self._before))
        self._before = at
        if now > self._now:
            if self._swept == float("-inf"):
                self._swept = now
            self._now = now
            if now - self._swept >= _SWEEP:
                self._sweep()

    def _sweep(self) -> None:
        """Now and then: learn from the tags, forget the quiet ones."""
        now = self._now
        factor = 0.5 ** ((now - self._swept) / self._half_life)
        self._budget.passed(now - self._swept)
        for ordinary in self._ordinary:
            ordinary.fade(factor)
        self._swept = now
        oldest = now - self._windows[0]
        for name, tag in list(self._tags.items()):
            if tag.seen > now + DAY:
                tag.clean(oldest, now + DAY, self._half_life)
            if tag.seen < oldest:
                tag.expire(oldest, self._half_life, self.parameters.most_authors)
            if tag.batch_authors and now - tag.batch_at >= self._batch:
                self._learn(tag)
            if tag.authors or tag.batch_authors:
                continue
            tag.trend = None
            # What few people did before says little of a tag, and is not worth remembering.
            if tag.past_authors < _LEAST_PAST or now - tag.seen > self._half_life:
                del self._tags[name]
        self._phrases.fade(factor, oldest)
        quiet = [phrase for phrase, tag in self._followed.items() if tag.seen < oldest]
        for phrase in dict.fromkeys((*quiet, *self._phrases.crowded())):
            self._phrases.let_go(phrase)
            del self._followed[phrase]
        if len(self._tags) > self.parameters.most_tags:
            by_age = sorted(self._tags, key=lambda name: self._tags[name].seen)
            for name in by_age[: len(by_age) - self.parameters.most_tags]:
                del self._tags[name]

    def _learn(self, tag: Tag) -> None:
        """Take a tag's latest authors for ordinary ones, unless it is in a wave."""
        if tag.wave_at is None and tag.batch_authors > 0:
            most = min(tag.batch_authors, self.parameters.most_authors)
            for ordinary, testimonies in zip(self._ordinary, tag.batch_testimonies, strict=True):
                ordinary.learn(most, min(testimonies, most))
        tag.batch_authors, tag.batch_testimonies = 0, (0, 0)
        tag.batch_at = self._now

    def _hashed(self, post: Post) -> int:
        name = f"{post.service}\0{post.author}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.blake2b(name, digest_size=8, key=self._salt).digest(), "little")

    def _voice(self, post: Post, folded: str, at: float) -> "_Spoken":
        """What the post says that counts: only what says what was done, by who lived it or was told."""
        if isinstance(post, Statement):
            statement = post
        elif self._reader.may_report(post, folded):
            statement = self._reader.read(post)
        else:
            return _Spoken(None, frozenset())
        if statement.stance not in _SPOKEN or statement.stance_probability < self.parameters.sure:
            return _Spoken(None, frozenset())
        if not statement.conduct and not self._accuses(statement, folded):
            return _Spoken(None, frozenset())
        weight = (
            statement.stance_probability
            + severity(statement.conduct, minor=bool(statement.complainant_minor)) / 4
            + (statement.stance == "testimony")
            + (0.5 if statement.accused else 0)
            + (0.25 if statement.evidence else 0)
        )
        words = " ".join(_WORDS.findall(_MARKS.sub(" ", folded)))
        copy = hashlib.blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        pieces = {piece for account in statement.accused for piece in pieces_of(account.handle)}
        plain = bool(statement.accused or statement.complainant_minor or statement.complainant_age is not None)
        voice = Voice(at, post.id, weight, int.from_bytes(copy, "little"), plain, statement.accused)
        return _Spoken(voice, frozenset(pieces))

    def _accuses(self, statement: Statement, folded: str) -> bool:
        """Whether somebody clearly tells what they lived, of a named account, in words that conduct is told with."""
        sure = statement.stance == "testimony" and statement.stance_probability >= self.parameters.sure_alone
        return sure and bool(statement.accused) and self._reader.may_report(statement, folded)

    def _judge(self, tag: Tag, at: float, phrase: str | None = None) -> _Surprise | None:
        """What the latest testimony under a tag, or around a phrase, makes too surprising, if anything."""
        if tag.wave_at is not None:
            going_on = at - tag.wave_at < self._quiet
            tag.wave_at = max(tag.wave_at, at) if going_on else None
            if going_on:
                return None
        best: _Surprise | None = None
        for counted, window, share in self._counts(tag, at):
            tests = list(
                zip(self._ordinary, counted.testimonies, counted.past_testimonies, self._looks, _TESTS, strict=True)
            )
            # Everyday phrases are misread alike: around one, only those count who say it plainly.
            for ordinary, seen, before, looks, part in tests if phrase is None else tests[1:]:
                look = looks.get(seen)
                if look is None:
                    continue
                level = self._budget.level(look, share * part)
                tail = ordinary.tail(seen, counted.authors, *_past(before, counted.past_authors), up_to=level)
                if tail <= level and phrase is not None:  # a phrase must be new as well
                    tail = max(tail, self._phrases.surprise(phrase, seen, at - window))
                if tail <= level and (best is None or tail < best.tail):
                    best = _Surprise(tail, counted, window)
        if best is None:
            return None
        known = phrase is not None and self._is_known(tag)
        tag.wave_at = at
        return None if known else best

    def _is_known(self, tag: Tag) -> bool:
        """Whether most of those who testify around a phrase do so in a wave that was told by another phrase."""
        return any(
            other.wave_at is not None and 2 * len(tag.voices.keys() & other.voices.keys()) >= len(tag.voices)
            for other in self._followed.values()
        )

    def _counts(self, tag: Tag, at: float) -> list[tuple[Counted, float, float]]:
        """What the windows of a tag hold, the window's length, and the share of the budget it may spend.

        Windows with the same authors come once, as the longest of them, with the shares of all.
        """
        found: list[tuple[Counted, float, float]] = []
        for window, share in zip(self._windows, self._shares, strict=True):
            counted = tag.counted(at - window)
            if found and found[-1][0].authors == counted.authors:
                found[-1] = (*found[-1][:2], found[-1][2] + share)
            else:
                found.append((counted, window, share))
        return found

    def _rise(self, trend: Trend, at: float, author: int) -> Rise | None:
        return trend.post(
            at, author, surprise=self.parameters.rise, quiet=self.parameters.rise_quiet.total_seconds()
        )  # fmt: skip

    def _count_alert(self, name: str, tag: Tag, rise: Rise) -> WaveAlert:
        """The alert of a count alone: no accounts, no examples."""
        return WaveAlert(
            tag=name,
            started_at=_instant(rise.began),
            detected_at=_instant(rise.at),
            posts=rise.observed,
            authors=rise.observed,
            testimonies=sum(rise.at - HOUR <= voice.at < rise.at for voice in tag.voices.values()),
            score=rise.score,
            signal="count",
            public=not (tag.named or may_be_pile_on(name)),
            expected=rise.expected,
            recent=_recent(tag, rise.at),
        )

    def _alert(
        self, name: str, tag: Tag, at: float, surprise: _Surprise, *, kind: Literal["tag", "phrase"] = "tag"
    ) -> WaveAlert:
        tail, counted, window = surprise
        voices = sorted(
            (voice for voice in tag.voices.values() if voice.at >= at - window and voice.post),
            key=lambda one: (-one.weight, one.at),
        )
        accused = Counter(account for voice in voices for account in dict.fromkeys(voice.accused))
        return WaveAlert(
            tag=name,
            started_at=_instant(self._start(tag, at - window)),
            detected_at=_instant(at),
            posts=sum(count for hour, count in tag.hours.items() if hour >= (at - window) // HOUR),
            authors=counted.authors,
            testimonies=counted.testimonies[0],
            score=-_log10(tail),
            examples=[voice.post for voice in voices[:_MOST_EXAMPLES]],
            kind=kind,
            signal="testimonies",
            public=not (tag.named or (may_be_pile_on if kind == "tag" else holds_unknown_word)(name)),
            accused=[account for account, _ in accused.most_common(_MOST_ACCUSED)],
            expected=self._ordinary[0].expected(
                counted.authors, *_past(counted.past_testimonies[0], counted.past_authors)
            ),
            recent=_recent(tag, at),
        )

    def _start(self, tag: Tag, since: float) -> float:
        """When the wave under a tag began: see docs/radar-waves.md, "When it began"."""
        times = sorted((at, author in tag.voices) for author, at in tag.authors.items() if at >= since)
        testimonies = sum(spoke for _, spoke in times)
        best, start = float("inf"), times[0][0]
        after = testimonies
        for index, (at, spoke) in enumerate(times):
            if not spoke:
                continue
            tail = self._ordinary[0].tail(after, len(times) - index, *_past(tag.past_testimonies[0], tag.past_authors))
            if tail < best * 0.5:
                best, start, first = tail, at, index
            after -= 1
        # A tag that was born with the wave, or came back with it, began with its first post, whatever that said.
        if tag.first >= since and first <= len(times) - first:
            return min(start, tag.first)
        return start

    def state(self) -> bytes:
        """All that is remembered, versioned, for `from_state`."""
        return msgspec.msgpack.encode(
            _State(
                _VERSION, self._salt, self._now, self._before, self._swept, [one.learnt for one in self._ordinary],
                (self._budget.tags, self._budget.days), self._tags, self._phrases, self._followed,
            )
        )  # fmt: skip

    @classmethod
    def from_state(cls, state: bytes, parameters: Parameters | None = None, reader: PostReader | None = None) -> Self:
        """A detector that goes on where the one that gave `state` stood.

        Raises ValueError when `state` is of another version or damaged.
        """
        detector = cls(parameters, reader)
        try:
            kept = msgspec.msgpack.decode(state, type=_State)
        except msgspec.DecodeError as error:
            raise ValueError("not the state of a wave detector of this version") from error
        if kept.version != _VERSION:
            raise ValueError(f"the state is of version {kept.version}, not {_VERSION}")
        detector._salt = kept.salt
        detector._now, detector._before, detector._swept = kept.now, kept.before, kept.swept
        detector._ordinary = Ordinary(kept.learnt[0]), Ordinary(kept.learnt[1])
        detector._budget.tags, detector._budget.days = kept.budget
        detector._tags, detector._phrases, detector._followed = kept.tags, kept.phrases, kept.followed
        return detector


def waves(
    posts: Iterable[Post], parameters: Parameters | None = None, reader: PostReader | None = None
) -> Iterator[WaveAlert]:
    """The alerts that a table of posts raises, given in the order of their times."""
    detector = WaveDetector(parameters, reader)
    for post in posts:
        yield from detector.see(post)


def _trimmed(tag: str) -> str:
    """A tag without the signs and emoji that stand at its ends."""
    if tag.isalnum():
        return tag
    while tag and not tag[-1].isalnum():
        tag = tag[:-1]
    while tag and not tag[0].isalnum():
        tag = tag[1:]
    return tag


def _looks_from(least: int) -> dict[int, int]:
    """The numbers of testimonies at which there is a look, and how many looks come before each."""
    return {count: look for look, count in enumerate(count for count in LOOKS if count >= least)}


def _past(testimonies: float, authors: float) -> tuple[float, float]:
    """A tag's own past, as far as it counts."""
    kept = min(1.0, _MOST_PAST / max(authors, 1.0))
    return testimonies * kept, authors * kept


def _instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _log10(tail: float) -> float:
    return math.log10(max(tail, 1e-300))


def _recent(tag: Tag, at: float) -> list[WavePoint]:
    """The authors and testimonies of each hour before `at`, from the first that is known, a day at least."""
    last = int(at // HOUR)
    first = max(last - _RECENT_HOURS + 1, min(last - _LEAST_HOURS + 1, int(min(tag.authors.values()) // HOUR)))
    authors = Counter(int(when // HOUR) for when in tag.authors.values())
    spoke = Counter(int(voice.at // HOUR) for voice in tag.voices.values())
    return [WavePoint(_instant(hour * HOUR), authors[hour], spoke[hour]) for hour in range(first, last + 1)]
