"""How posts are stored, whichever way they come: each once, where its source allows, with what was read of it.

Used inside a service's transaction, which holds the lock of `one_at_a_time`: what is new is decided by what is stored.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from django.db import connection
from django.db.models import F
from django.utils.crypto import salted_hmac

from rempart import records
from rempart.intake import sources
from rempart.intake.accounts import AccountBook
from rempart.intake.models import CountedPost, DeletedAtSource, HourlyCount, Post, Testimony, Wave, WavePost
from rempart.intake.ours import posted_by_ours
from rempart.intake.signals import testimonies_leaving
from rempart.ledger.clock import now
from rempart.records.lines import BadLine
from rempart.records.testimonies import testimonies_of

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
# What an edit of a post changes of it, and of a testimony that it still holds.
_REVISED = ("text", "lang", "stance", "stance_probability", "read")
_REVISED_TESTIMONY = ("stance", "conduct", "conduct_services", "met_on", "complainant_minor", "evidence")


class EmptyHashtag(ValueError):
    """A wave needs a hashtag."""


def normal_hashtag(hashtag: str) -> str:
    """How a hashtag is stored: without `#`, case folded. Raises EmptyHashtag."""
    if not (normal := hashtag.strip().lstrip("#＃").casefold()):
        raise EmptyHashtag("the hashtag is empty")
    return normal


class Store:
    """Puts statements where their source allows, each post once; counts what it does."""

    def __init__(self, wave: Wave, chosen: sources.Source | None) -> None:
        self.new_posts = self.new_testimonies = self.counted_only = self.not_kept = 0
        self.since: datetime | None = None
        self.grew = False  # whether anything belongs to the wave that did not before
        self._wave = wave
        self._chosen = chosen
        self._book = AccountBook(now())

    def add(self, statements: list[records.Statement]) -> None:
        """Store a batch."""
        once = {(statement.service, statement.id): statement for statement in statements}
        gone = deleted_at_source(once.values())
        self.not_kept += len(gone)
        keep: dict[str, list[tuple[sources.Source, records.Statement]]] = {"case": [], "aggregate": [], "none": []}
        for key, statement in once.items():
            if key not in gone:
                source = self._chosen or source_of(statement)
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
        linked = WavePost.objects.filter(wave=self._wave, post__in=stored.values()).values_list("post_id", flat=True)
        joining = [*set(stored.values()).difference(linked), *(post.pk for post in posts)]
        WavePost.objects.bulk_create(WavePost(wave=self._wave, post_id=key) for key in joining)
        self.grew |= bool(joining)
        self.new_posts += len(posts)
        said = [
            (post, testimony)
            for post, (_source, statement) in zip(posts, fresh, strict=True)
            for testimony in _said(statement)
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
            counted_digest(self._wave.pk, statement.service, statement.id): (source, statement)
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
        self.grew |= bool(fresh)


def _said(statement: records.Statement) -> list[records.Testimony]:
    """The testimonies of a statement, but for those about a handle that no account can have."""
    return [said for said in testimonies_of(statement) if len(said.about.handle) <= _LONGEST_HANDLE]


def revise(post: Post, statement: records.Statement) -> set[int]:
    """Give a stored post the text that it has now; the accounts that it spoke of before or speaks of now.

    What it still says of an account is the same testimony as before, so that what was found about it stays.
    For use inside a service's transaction, which appends the ledger row.
    """
    before = {said.uid: said for said in Testimony.everything.filter(post=post)}
    testimonies_leaving.send(Post, testimonies=[said.pk for said in before.values()])
    now_said = {said.id: said for said in _said(statement)}
    Testimony.everything.filter(post=post).exclude(uid__in=now_said).delete()
    fresh = stored_post(sources.named(post.source), statement)
    for column in _REVISED:
        setattr(post, column, getattr(fresh, column))
    post.save(update_fields=_REVISED)
    accounts = AccountBook(now()).find(said.about for said in now_said.values())
    for uid, said in now_said.items():
        row = stored_testimony(said, account_id=accounts[said.about].pk, post_id=post.pk)
        if (known := before.get(uid)) is not None:
            row.pk = known.pk
            row.save(update_fields=_REVISED_TESTIMONY)
        else:
            row.save(force_insert=True)
    return {said.account_id for said in before.values()} | {account.pk for account in accounts.values()}


def counted_digest(wave: int, service: str, post_id: str) -> bytes:
    """The keyed digest under which a post that is only counted is known in a wave."""
    name = f"{service}:{post_id}"
    return salted_hmac(f"rempart.intake.counted:{wave}", name, algorithm="sha256").digest()[:16]


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


def source_of(post: records.Post) -> sources.Source:
    """The source that a post belongs to, and with it what may be kept of it."""
    return sources.of_service(post.service, ours=posted_by_ours(post.service, post.author))


def ensure_storable(post: records.Post) -> None:
    """Raises BadLine for what no column can hold."""
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


def deleted_at_source(posts: Iterable[records.Post]) -> set[tuple[str, str]]:
    """Which of these posts their sources said are gone: they do not come back."""
    wanted = {(post.service, post.id) for post in posts}
    if not wanted:
        return set()
    rows = DeletedAtSource.objects.filter(
        service__in={service for service, _number in wanted}, post_id__in=[number for _service, number in wanted]
    )
    return wanted.intersection(rows.values_list("service", "post_id"))


def one_at_a_time() -> None:
    """Wait for another import to end: what is new is decided by what is stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('rempart.intake.import'))")
