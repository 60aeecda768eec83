"""The live detector: every post that is heard passes it, whatever becomes of the post, and a wave is seen as it begins.

Whoever hears posts reads them and leaves what the detector needs, sealed, in the transaction that stores the batch
(`hear`): of a post that testifies its statement, of any other its hashtags, or the phrases that the detector follows.
One detector for all of them takes it in, in the worker (`look`), and an alert reaches the desk in the transaction that
saw it. Now and then it saves where it stands and deletes what it took in (a checkpoint). Killed at any point, the next
one begins at the checkpoint and takes in the same again: the alerts are the same, and are kept once.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from time import monotonic

import msgspec
from django.db import connection, transaction
from django.utils.crypto import salted_hmac

from rempart.files.sealing import CannotUnseal, seal, unseal
from rempart.ledger.clock import now
from rempart.lookout.levels import false_waves_a_day
from rempart.lookout.models import DetectorState, HeardPosts
from rempart.lookout.services.receiving import receive_waves
from rempart.lookout.tasks import defer_look
from rempart.radar.waves import Parameters, WaveDetector
from rempart.radar.waves.phrases import Phrases
from rempart.reading import PostReader
from rempart.reading.reader import hashtags_in
from rempart.records import Post, Statement, WaveAlert
from rempart.text.normalise import normalise

logger = logging.getLogger("rempart.lookout")

CHECKPOINT = 10.0  # seconds between two checkpoints, while posts come
BATCHES = 200  # taken in within one transaction
PURPOSE = "lookout.heard"
_SPOKEN = ("testimony", "relay")


class _Heard(msgspec.Struct):
    """A batch as it is sealed: posts by their hashtags alone, and statements of those that testify."""

    posts: list[Post]
    statements: list[Statement]


def hear(posts: Sequence[Post]) -> None:
    """Leave for the detector what it needs of posts that were heard. For use inside the transaction that stores them.

    Nothing is left of a post that neither testifies nor holds a hashtag or a phrase that is followed, nor of one that
    cannot be read.
    """
    heard, present = _Heard([], []), now()
    followed = LIVE.followed()
    for post in posts:
        needed = glance(post, followed, present)
        if isinstance(needed, Statement):
            heard.statements.append(needed)
        elif needed is not None:
            heard.posts.append(needed)
    number = len(heard.posts) + len(heard.statements)
    if number:
        sealed = seal(msgspec.json.encode(heard).decode(), purpose=PURPOSE)
        HeardPosts.objects.create(heard_at=now(), posts=number, sealed=sealed)
        defer_look()


def glance(post: Post, followed: Phrases, heard_at: datetime) -> Post | Statement | None:
    """What the detector needs of a post, its author by a digest: its statement if it testifies, else its hashtags, or
    without one the followed phrases that it holds.

    Nobody posts after being heard, whatever a client says: two posts from another year would make the detector take
    all that follows for late.
    """
    at = min(post.created_at, heard_at)
    if post.repost_of is not None:
        return None
    try:
        folded = normalise(post.text).text
        if folded.startswith("rt @"):
            return None
        author = salted_hmac("rempart.lookout.author", f"{post.service}:{post.author}", algorithm="sha256").hexdigest()
        if _reader().may_report(post, folded):
            statement = _reader().read(post)
            if statement.stance in _SPOKEN:
                return msgspec.structs.replace(statement, author=author[:16], created_at=at, spans={})
        tags = [f"#{tag}" for tag in hashtags_in(folded)] if "#" in folded else []
        text = " ".join(tags) or ". ".join(followed.within(folded))
    except Exception as error:
        logger.error("a post of %s could not be looked at (%s)", post.service, type(error).__name__)
        return None
    if not text:
        return None
    return Post(id="-", service=post.service, author=author[:16], created_at=at, text=text)


class Live:
    """The detector of one process. Of several processes that look in turn, each goes on from its own memory as long as
    nobody else made a checkpoint.
    """

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._detector: WaveDetector | None = None
        self._version = 0  # of the checkpoint that it goes on from
        self._posts = 0
        self._taken: set[int] = set()  # batches taken in since
        self._saved = monotonic()
        self._followed, self._followed_at = Phrases(), -CHECKPOINT

    def followed(self) -> Phrases:
        """The phrases that the detector followed at its last checkpoint, asked for once in CHECKPOINT seconds."""
        if monotonic() - self._followed_at >= CHECKPOINT:
            known = DetectorState.objects.filter(pk=1).values_list("phrases", flat=True).first()
            self._followed, self._followed_at = Phrases(live=known or []), monotonic()
        return self._followed

    def look(self, *, checkpoint: bool = False) -> int:
        """Take in all that was heard, and tell of what it shows; the number of alerts.

        checkpoint: save where the detector stands at the end, however short ago it did. Does nothing while another
        process looks.
        """
        alerts = 0
        with self._alone:
            try:
                more = True
                while more:
                    with transaction.atomic():
                        if not _first():
                            return alerts
                        found, more = self._take_in(checkpoint=checkpoint)
                        alerts += found
            except BaseException:
                self._detector = None  # what it took in is not certain: it begins again at the checkpoint
                raise
        return alerts

    def _take_in(self, *, checkpoint: bool) -> tuple[int, bool]:
        """Take in up to BATCHES batches; the number of alerts, and whether there is more."""
        detector = self._resumed()
        waiting = [pk for pk in HeardPosts.objects.values_list("pk", flat=True) if pk not in self._taken]
        alerts: list[WaveAlert] = []
        for heard in HeardPosts.objects.filter(pk__in=waiting[:BATCHES]):
            for post in _opened(heard):
                alerts += detector.see(post)
            self._taken.add(heard.pk)
            self._posts += heard.posts
        more = len(waiting) > BATCHES
        if alerts:
            receive_waves(alerts)
        if self._taken and (monotonic() - self._saved >= CHECKPOINT or (checkpoint and not more)):
            self._save(detector)
        return len(alerts), more

    def _resumed(self) -> WaveDetector:
        """The detector, from the last checkpoint unless this process goes on from it already."""
        parameters = Parameters(false_alerts=false_waves_a_day(now()))
        version = DetectorState.objects.filter(pk=1).values_list("version", flat=True).first() or 0
        if self._detector is None or self._version != version:
            row = DetectorState.objects.filter(pk=1).first()
            self._detector = _from(bytes(row.state) if row else None, parameters)
            self._version, self._posts = version, row.posts if row else 0
            self._taken, self._saved = set(), monotonic()
        elif self._detector.parameters != parameters:
            self._detector = _from(self._detector.state(), parameters)
        return self._detector

    def _save(self, detector: WaveDetector) -> None:
        """A checkpoint: the state, and nothing left of what it took in."""
        self._version += 1
        values = {"state": detector.state(), "phrases": detector.live_phrases, "posts": self._posts, "saved_at": now()}
        DetectorState.objects.update_or_create(pk=1, defaults={"version": self._version, **values})
        HeardPosts.objects.filter(pk__in=self._taken).delete()
        self._taken, self._saved = set(), monotonic()


LIVE = Live()


def _from(state: bytes | None, parameters: Parameters) -> WaveDetector:
    if state is not None:
        try:
            return WaveDetector.from_state(state, parameters, _reader())
        except ValueError as error:
            logger.warning("the live detector begins anew: %s", error)
    return WaveDetector(parameters, _reader())


def _opened(heard: HeardPosts) -> Iterator[Post]:
    """The posts of a batch in the order of their times."""
    try:
        batch = msgspec.json.decode(unseal(heard.sealed, purpose=PURPOSE), type=_Heard)
    except (CannotUnseal, msgspec.DecodeError):
        logger.error("what was heard at %s cannot be opened: the key changed, or the version", heard.heard_at)
        return
    # What was read once is not read again, least of all from its hashtags alone.
    silent = (Statement(**msgspec.structs.asdict(post), stance="other", stance_probability=1.0) for post in batch.posts)
    yield from sorted([*silent, *batch.statements], key=lambda post: post.created_at)


def _first() -> bool:
    """Whether nobody else looks, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('rempart.lookout.live'))")
        (mine,) = cursor.fetchone()
    return bool(mine)


@cache
def _reader() -> PostReader:
    return PostReader()
