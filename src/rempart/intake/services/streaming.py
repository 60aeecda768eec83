"""What is heard as it happens: the watch-list, posts as they come, edits, and deletions.

Every function may be given the same again and changes nothing then. Those that receive leave the transaction to their
caller, who stores in it how far they came.
"""

import logging
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Least

from rempart import records
from rempart.intake.models import CountedPost, DeletedAtSource, Post, WatchedTag, Wave, WavePost
from rempart.intake.services.importing import erase_post
from rempart.intake.services.storing import (
    Store,
    counted_digest,
    ensure_storable,
    normal_hashtag,
    one_at_a_time,
    revise,
    source_of,
)
from rempart.intake.signals import posts_heard, testimonies_changed, wave_grew
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.reading import PostReader, hashtags
from rempart.records.lines import BadLine
from rempart.records.references import SERVICES
from rempart.staff.models import StaffMember
from rempart.text.normalise import normalise

logger = logging.getLogger("rempart.intake")
Number = tuple[str, str]  # a service and the number of a post there


class NotAHashtag(ValueError):
    """Nothing that a post carries could ever be this hashtag."""


class NotWatched(ValueError):
    """The hashtag is not listened for."""


class Received(msgspec.Struct, kw_only=True):
    """What became of posts that were heard.

    stored: kept or counted for the first time. not_kept: their source allows nothing, or said that they are gone.
    refused: no column can hold them, or nobody could read them. The others carry no watched hashtag, or came before.
    """

    stored: int = 0
    not_kept: int = 0
    refused: int = 0


@transaction.atomic
def watch_tag(hashtag: str, *, default_service: str = "", acting: StaffMember | None = None) -> WatchedTag:
    """Listen for a hashtag from now on; watching it again changes where an @handle lives, if anything.

    default_service: where an @handle lives when the text names no service; empty for the post's own.
    acting: None for the command line. Raises EmptyHashtag, NotAHashtag.
    """
    tag = normal_hashtag(hashtag)
    if len(tag) > 200 or hashtags(f"#{tag}") != [normalise(tag).text]:
        raise NotAHashtag("a hashtag is one word of at most 200 letters and digits")
    if default_service and default_service not in SERVICES:
        raise NotAHashtag(f"{default_service} is none of {', '.join(SERVICES)}")
    watched, created = WatchedTag.objects.get_or_create(
        hashtag=tag, defaults={"since": now(), "by": acting, "default_service": default_service}
    )
    if created or watched.default_service != default_service:
        watched.default_service = default_service
        watched.save(update_fields=["default_service"])
        content = {"hashtag": tag, "default_service": default_service}
        append(Event.TAG_WATCHED, subject=watched, acting=acting, content=content)
    return watched


@transaction.atomic
def unwatch_tag(hashtag: str, *, acting: StaffMember | None = None) -> None:
    """Stop listening for a hashtag; its wave stays. Raises EmptyHashtag, NotWatched."""
    watched = WatchedTag.objects.select_for_update().filter(hashtag=normal_hashtag(hashtag)).first()
    if watched is None:
        raise NotWatched(f"#{normal_hashtag(hashtag)} is not listened for")
    append(Event.TAG_UNWATCHED, subject=watched, acting=acting, content={"hashtag": watched.hashtag})
    watched.delete()


def receive_posts(posts: Sequence[records.Post]) -> Received:
    """Put posts into the wave of each watched hashtag that they carry, or that the post above them carried.

    What is kept of a post is what its source allows, as for an import. A wave begins with its first post.
    For use inside a transaction, which holds the lock of imports from the first post that belongs to a wave.
    """
    received = Received()
    if posts:
        posts_heard.send(Post, posts=posts)
    watched = {normalise(tag.hashtag).text: tag for tag in WatchedTag.objects.all()}
    belonging = _belonging(posts, watched) if watched and posts else {}
    read: dict[str, list[records.Statement]] = {}
    for post, tags in belonging.values():
        statement = _read(post, next((watched[tag].default_service for tag in watched if tag in tags), ""))
        if statement is None:
            received.refused += 1
        for tag in tags if statement else ():
            read.setdefault(tag, []).append(statement)
    if not read:
        return received
    one_at_a_time()
    for tag, statements in read.items():
        wave, opened = Wave.objects.get_or_create(
            hashtag=watched[tag].hashtag, invented=False, defaults={"opened_at": now()}
        )
        store = Store(wave, None)
        store.add(statements)
        received.stored += store.new_posts + store.counted_only
        received.not_kept += store.not_kept
        if not (opened or store.grew):
            continue
        if store.since:
            Wave.objects.filter(pk=wave.pk).update(since=Least(F("since"), store.since))
        append(
            Event.POSTS_HEARD,
            subject=wave,
            content={
                "new_posts": store.new_posts,
                "new_testimonies": store.new_testimonies,
                "counted_only": store.counted_only,
                "not_kept": store.not_kept,
            },
        )
        wave_grew.send(Wave, wave=wave)
    return received


def receive_edits(posts: Sequence[records.Post]) -> Received:
    """Read stored posts again that their authors changed: what they no longer say, they no longer testify to.

    One that is not stored is received as a post. For use inside a transaction.
    """
    stored = {
        (post.service, post.post_id): post
        for post in Post.objects.filter(
            service__in={post.service for post in posts}, post_id__in=[post.id for post in posts]
        )
        .select_for_update(no_key=True)
        .order_by("pk")
    }
    received = receive_posts([post for post in posts if (post.service, post.id) not in stored])
    services = {tag.hashtag: tag.default_service for tag in WatchedTag.objects.all()}
    for post in posts:
        row = stored.get((post.service, post.id))
        if row is None or row.erased_at is not None or row.text == post.text:
            continue
        waves = list(row.waves.order_by("pk"))
        statement = _read(post, next((services[wave.hashtag] for wave in waves if wave.hashtag in services), ""))
        if statement is None:
            received.refused += 1
            continue
        changed = revise(row, statement)
        append(Event.POST_REVISED, subject=row)
        received.stored += 1
        if changed:
            testimonies_changed.send(Post, accounts=changed)
        for wave in waves:
            wave_grew.send(Wave, wave=wave)
    return received


def receive_deletions(deleted: Iterable[Number]) -> int:
    """Erase posts that their sources said are gone, and remember it, so that they never come in again.

    What stands under a legal hold is sealed first, out of every page, and erased when the hold ends (rempart.casework).
    For use inside a transaction. Returns how many posts were erased.
    """
    numbers = sorted({number for number in deleted if _storable(number)})
    if not numbers:
        return 0
    DeletedAtSource.objects.bulk_create(
        [DeletedAtSource(service=service, post_id=post_id, heard_at=now()) for service, post_id in numbers],
        ignore_conflicts=True,
    )
    gone = Post.objects.filter(
        service__in={service for service, _post_id in numbers},
        post_id__in=[post_id for _service, post_id in numbers],
        erased_at=None,
    )
    wanted = set(numbers)
    return _erase(number for number in gone.values_list("service", "post_id") if number in wanted)


def carry_out_deletions() -> int:
    """Erase every post that is still here though its source said that it is gone. Returns how many were.

    A deletion and its post may be heard by two listeners at the same moment, and an erasure may fail.
    """
    pending = heard_deletions(carried_out=False)
    return _erase(pending.values_list("service", "post_id"))


def heard_deletions(*, carried_out: bool) -> "QuerySet[DeletedAtSource]":
    """The deletions that were heard and whose post is not, or still is, stored here with what it said."""
    here = Exists(Post.objects.filter(service=OuterRef("service"), post_id=OuterRef("post_id"), erased_at=None))
    return DeletedAtSource.objects.filter(~here if carried_out else here)


def _belonging(
    posts: Sequence[records.Post], watched: dict[str, WatchedTag]
) -> dict[Number, tuple[records.Post, set[str]]]:
    """The posts that belong to waves, by number, with the watched hashtags (folded) that they belong to."""
    known = _above(posts, watched)
    found: dict[Number, tuple[records.Post, set[str]]] = {}
    for post in posts:
        tags = watched.keys() & hashtags(post.text)
        if above := _answered(post):
            tags |= known.get((post.service, above), set())
        if tags:
            known.setdefault((post.service, post.id), set()).update(tags)
            found[post.service, post.id] = (post, tags)
    return found


def _above(posts: Sequence[records.Post], watched: dict[str, WatchedTag]) -> dict[Number, set[str]]:
    """The watched hashtags of the posts that these answer or repeat, where those came in before."""
    wanted = {(post.service, above) for post in posts if (above := _answered(post))}
    if not wanted:
        return {}
    folded = {tag.hashtag: name for name, tag in watched.items()}
    known: dict[Number, set[str]] = {}
    waves = dict(Wave.objects.filter(hashtag__in=folded, invented=False).values_list("pk", "hashtag"))
    links = WavePost.objects.filter(
        wave__in=waves,
        post__service__in={service for service, _post_id in wanted},
        post__post_id__in={post_id for _service, post_id in wanted},
    )
    for wave, service, post_id in links.values_list("wave", "post__service", "post__post_id"):
        known.setdefault((service, post_id), set()).add(folded[waves[wave]])
    only_counted = {(post.service, above) for post in posts if (above := _answered(post)) and _counted(post)}
    digests = {counted_digest(wave, *number): (wave, number) for wave in waves for number in only_counted}
    if digests:
        for digest in CountedPost.objects.filter(digest__in=list(digests)).values_list("digest", flat=True):
            wave, number = digests[bytes(digest)]
            known.setdefault(number, set()).add(folded[waves[wave]])
    return known


def _answered(post: records.Post) -> str | None:
    return post.in_reply_to or post.repost_of


def _counted(post: records.Post) -> bool:
    return source_of(post).keep == "aggregate"


def _read(post: records.Post, default_service: str) -> records.Statement | None:
    """What a post says, or None when it can be neither read nor stored: one bad post never stops the stream."""
    try:
        ensure_storable(post)
        return _reader(default_service).read(post)
    except BadLine as error:
        logger.warning("a post of %s was refused for its `%s`", post.service, error.field)
    except Exception as error:
        logger.error("a post of %s could not be read (%s)", post.service, type(error).__name__)
    return None


@lru_cache(maxsize=len(SERVICES) + 1)
def _reader(default_service: str) -> PostReader:
    return PostReader(next((service for service in SERVICES if service == default_service), None))


def _storable(number: Number) -> bool:
    service, post_id = number
    return service in SERVICES and 0 < len(post_id) <= 512 and "\0" not in post_id


def _erase(numbers: Iterable[Number]) -> int:
    """Erase these posts, each in a savepoint: one that fails is left to `carry_out_deletions`."""
    erased = 0
    for service, post_id in list(numbers):
        try:
            with transaction.atomic():
                erased += erase_post(service, post_id)
        except (OperationalError, InterfaceError):
            raise  # the database is not there: everything is tried again
        except Exception as error:
            logger.error("a post of %s could not be erased yet (%s)", service, type(error).__name__)
    return erased
