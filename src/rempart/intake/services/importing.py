"""What can be done with what comes in: import a wave, and erase a post that disappeared at its source.

An import is one transaction. Killed at any point it leaves nothing behind; run again, it adds what is not there yet.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

import msgspec
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils.crypto import salted_hmac

from rempart import records
from rempart.intake import sources
from rempart.intake.accounts import AccountBook, batched, learn_facts
from rempart.intake.models import CountedPost, HourlyCount, Import, Post, Testimony, Wave, WavePost
from rempart.intake.signals import testimonies_changed, testimonies_leaving, wave_grew
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.reading import PostReader
from rempart.reading.exports import parse_posts
from rempart.records.lines import BadLine, Reader, Rejects
from rempart.records.progress import progress
from rempart.records.testimonies import testimonies_of
from rempart.staff.models import StaffMember

_BATCH = 1000
_EARLIEST, _LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# What columns hold of a post's text fields; None where there is no limit but the record's own.
_LONGEST = {"id": 512, "author": 255, "text": None, "lang": 35}
_LONGEST_HANDLE = 255

# Columns of their own, or the post's; everything else that was read of a post is kept under `Post.read`.
_READ = (
    "accused",
    "concerns",
    "conduct",
    "conduct_services",
    "met_on",
    "complainant_age",
    "complainant_minor",
    "evidence",
    "spans",
)


class EmptyHashtag(ValueError):
    """A wave needs a hashtag."""


def normal_hashtag(hashtag: str) -> str:
    """How a hashtag is stored: without `#`, case folded. Raises EmptyHashtag."""
    if not (normal := hashtag.strip().lstrip("#＃").casefold()):
        raise EmptyHashtag("the hashtag is empty")
    return normal


class NoGoodLine(ValueError):
    """There were lines and none was a post: nothing was imported."""


def import_wave(
    inputs: Iterable[Iterable[bytes]],
    *,
    hashtag: str,
    rejects: Rejects,
    default_service: records.Service = "tiktok",
    source: str | None = None,
    accounts: Iterable[records.AccountRow] = (),
    shift: timedelta | None = None,
    acting: StaffMember | None = None,
) -> Import:
    """Store the posts of a wave, what is read of them, and the testimonies they hold; add to the wave if it exists.

    inputs: lines of each input, posts as in the contract or in a service's native shape; bad ones go to `rejects`.
    accounts: what the platform knows of its accounts; only rows of accounts spoken of are kept.
    source: overrides the source that each post's service belongs to; `example` marks the wave as invented.
    shift: moves every time of an invented wave.

    Raises EmptyHashtag, sources.UnknownSource, NoGoodLine. All or nothing: one transaction, one import at a time.
    """
    tag = normal_hashtag(hashtag)
    chosen = sources.named(source) if source else None
    invented = chosen is not None and chosen.name == "example"
    with transaction.atomic():
        _one_at_a_time()
        wave, _created = Wave.objects.get_or_create(
            hashtag=tag, invented=invented, defaults={"opened_at": now(), "shift": shift}
        )
        reader = Reader(records.Post, rejects, parse=_posts_to_store)
        reading = PostReader(default_service, tag)
        store = _Store(wave, chosen)
        other_subjects = 0
        posts = chain.from_iterable(reader.read(lines) for lines in inputs)
        for batch in batched(progress(posts, what="posts"), _BATCH):
            # What people hand in belongs to the wave because they say so; anything else because it carries the tag.
            on_subject = [post for post in batch if reading.keeps(post) or (chosen and chosen.name == "handed_in")]
            other_subjects += len(batch) - len(on_subject)
            store.add([reading.read(_moved(post, wave.shift)) for post in on_subject])
        if reader.nothing_good:
            raise NoGoodLine("no line is a post")
        changed = learn_facts(accounts)
        done = Import.objects.create(
            wave=wave,
            imported_at=now(),
            imported_by=acting,
            good_lines=reader.good,
            bad_lines=rejects.count,
            new_posts=store.new_posts,
            new_testimonies=store.new_testimonies,
            counted_only=store.counted_only,
            not_kept=store.not_kept,
            other_subjects=other_subjects,
        )
        if store.since:
            Wave.objects.filter(pk=wave.pk).update(since=Least(F("since"), store.since))
        append(
            Event.WAVE_IMPORTED,
            subject=wave,
            acting=acting,
            content={
                "good_lines": done.good_lines,
                "bad_lines": done.bad_lines,
                "new_posts": done.new_posts,
                "new_testimonies": done.new_testimonies,
                "counted_only": done.counted_only,
                "not_kept": done.not_kept,
                "other_subjects": done.other_subjects,
            },
        )
        wave_grew.send(Wave, wave=wave)
        if changed:
            testimonies_changed.send(Wave, accounts=changed)
    return done


@transaction.atomic
def erase_post(service: str, post_id: str, *, acting: StaffMember | None = None) -> bool:
    """Erase a post that was deleted or protected at its source, with the testimonies it held.

    Its number stays, so that importing it again does not bring it back. Returns whether there was anything to erase.
    """
    post = Post.objects.select_for_update().filter(service=service, post_id=post_id, erased_at=None).first()
    if post is None:
        return False
    erase_contents([post.pk])
    append(Event.POST_ERASED, subject=post, acting=acting)
    return True


def erase_contents(posts: Iterable[int]) -> int:
    """Empty these posts and delete the testimonies they held; tell the rooms on the right. Returns how many posts.

    For use inside a service's transaction, which appends the ledger row.
    """
    keys = list(posts)
    held = dict(Testimony.everything.filter(post__in=keys).values_list("pk", "account_id"))
    spoken_of = set(held.values())
    testimonies_leaving.send(Post, testimonies=list(held))
    Testimony.everything.filter(pk__in=held).delete()
    erased = Post.objects.filter(pk__in=keys, erased_at=None).update(
        text="", author="", author_created_at=None, lang=None, read={}, erased_at=now()
    )
    if spoken_of:
        testimonies_changed.send(Post, accounts=spoken_of)
    return erased


class _Store:
    """Puts statements where their source allows, each post once; counts what it does."""

    def __init__(self, wave: Wave, chosen: sources.Source | None) -> None:
        self.new_posts = self.new_testimonies = self.counted_only = self.not_kept = 0
        self.since: datetime | None = None
        self._wave = wave
        self._chosen = chosen
        self._book = AccountBook(now())
        self._platform = frozenset(settings.REMPART_PLATFORM_SERVICES)

    def add(self, statements: list[records.Statement]) -> None:
        """Store a batch."""
        once = {(statement.service, statement.id): statement for statement in statements}
        keep: dict[str, list[tuple[sources.Source, records.Statement]]] = {"case": [], "aggregate": [], "none": []}
        for statement in once.values():
            source = self._chosen or sources.of_service(statement.service, platform_services=self._platform)
            keep[source.keep].append((source, statement))
        self.not_kept += len(keep["none"])
        self._count(keep["aggregate"])
        self._keep(keep["case"])
        times = [statement.created_at for _source, statement in keep["aggregate"] + keep["case"]]
        self.since = min([*times, *([self.since] if self.since else [])], default=None)

    def _keep(self, items: list[tuple[sources.Source, records.Statement]]) -> None:
        if not items:
            return
        stored = {
            (service, post_id): key
            for key, service, post_id in Post.objects.filter(
                service__in={statement.service for _source, statement in items},
                post_id__in=[statement.id for _source, statement in items],
            ).values_list("pk", "service", "post_id")
        }
        fresh = [(source, statement) for source, statement in items if (statement.service, statement.id) not in stored]
        posts = Post.objects.bulk_create(stored_post(source, statement) for source, statement in fresh)
        WavePost.objects.bulk_create(
            [WavePost(wave=self._wave, post_id=key) for key in [*stored.values(), *(post.pk for post in posts)]],
            ignore_conflicts=True,
        )
        self.new_posts += len(posts)
        said = [
            (post, testimony)
            for post, (_source, statement) in zip(posts, fresh, strict=True)
            for testimony in testimonies_of(statement)
            if len(testimony.about.handle) <= _LONGEST_HANDLE
        ]
        accounts = self._book.find(testimony.about for _post, testimony in said)
        rows = [
            stored_testimony(testimony, account_id=accounts[testimony.about].pk, post_id=post.pk)
            for post, testimony in said
        ]
        Testimony.objects.bulk_create(rows)
        self.new_testimonies += len(rows)

    def _count(self, items: list[tuple[sources.Source, records.Statement]]) -> None:
        if not items:
            return
        digests = {
            salted_hmac(
                f"rempart.intake.counted:{self._wave.pk}", f"{statement.service}:{statement.id}", algorithm="sha256"
            ).digest()[:16]: (source, statement)
            for source, statement in items
        }
        known = {
            bytes(digest)
            for digest in CountedPost.objects.filter(wave=self._wave, digest__in=list(digests)).values_list(
                "digest", flat=True
            )
        }
        fresh = {digest: item for digest, item in digests.items() if digest not in known}
        CountedPost.objects.bulk_create(
            CountedPost(wave=self._wave, digest=digest, counted_at=now()) for digest in fresh
        )
        posts: Counter[tuple[str, datetime]] = Counter()
        testimonies: Counter[tuple[str, datetime]] = Counter()
        for source, statement in fresh.values():
            hour = (source.name, statement.created_at.replace(minute=0, second=0, microsecond=0))
            posts[hour] += 1
            testimonies[hour] += statement.stance in ("testimony", "relay")
        for (name, hour), number in posts.items():
            row, _created = HourlyCount.objects.get_or_create(
                wave=self._wave, source=name, hour=hour, defaults={"posts": 0, "testimonies": 0}
            )
            HourlyCount.objects.filter(pk=row.pk).update(
                posts=F("posts") + number, testimonies=F("testimonies") + testimonies[name, hour]
            )
        self.counted_only += len(fresh)


def stored_post(source: sources.Source, statement: records.Statement) -> Post:
    """A post as it is stored, with what was read of it."""
    return Post(
        service=statement.service,
        post_id=statement.id,
        source=source.name,
        author=statement.author,
        author_created_at=statement.author_created_at,
        created_at=statement.created_at,
        text=statement.text,
        lang=statement.lang,
        stance=statement.stance,
        stance_probability=statement.stance_probability,
        read=msgspec.to_builtins({name: getattr(statement, name) for name in _READ}),
        stored_at=now(),
    )


def stored_testimony(testimony: records.Testimony, *, account_id: int, post_id: int | None) -> Testimony:
    """A testimony as it is stored, its reporter under a pseudonym.

    A respondent who speaks for themselves stays recognisable as such, so that their own denial is not another voice.
    """
    facts = msgspec.to_builtins(testimony.reporter)
    reporter = facts.pop("id")
    return Testimony(
        uid=testimony.id,
        account_id=account_id,
        post_id=post_id,
        received_at=testimony.received_at,
        channel=testimony.channel,
        stance=testimony.stance,
        conduct=testimony.conduct,
        conduct_services=testimony.conduct_services,
        met_on=testimony.met_on,
        complainant_minor=testimony.complainant_minor,
        text=None if post_id else testimony.text,
        reporter=reporter if reporter == str(testimony.about) else pseudonym(reporter),
        reporter_facts=facts,
        origin=msgspec.to_builtins(testimony.origin),
        evidence=msgspec.to_builtins(testimony.evidence),
    )


def pseudonym(reporter: str) -> str:
    """The name under which a reporter is kept: the same for the same person, and nothing can be read from it."""
    return salted_hmac("rempart.intake.reporter", reporter, algorithm="sha256").hexdigest()[:32]


def _posts_to_store(raw: dict[str, Any]) -> list[records.Post]:
    """The posts of a decoded line. Raises BadLine for what is no post, or what no column can hold."""
    posts = list(parse_posts(raw))
    for post in posts:
        for field, longest in _LONGEST.items():
            value = getattr(post, field) or ""
            if longest and len(value) > longest:
                raise BadLine(f"`{field}` is longer than {longest} characters", field)
            if "\0" in value:
                raise BadLine(f"`{field}` holds a null character", field)
        for field in ("created_at", "author_created_at"):
            moment = getattr(post, field)
            if moment and not _EARLIEST <= moment <= _LATEST:
                raise BadLine(f"`{field}` is not between 1990 and 2100", field)
    return posts


def _moved(post: records.Post, shift: timedelta | None) -> records.Post:
    if shift is None:
        return post
    opened = post.author_created_at
    return msgspec.structs.replace(
        post, created_at=post.created_at + shift, author_created_at=opened + shift if opened else None
    )


def _one_at_a_time() -> None:
    """Wait for another import to end: what is new is decided by what is stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('rempart.intake.import'))")
