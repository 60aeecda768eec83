"""What can be done with what comes in: import a wave, and erase a post that disappeared at its source.

An import is one transaction. Killed at any point it leaves nothing behind; run again, it adds what is not there yet.
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import chain
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from rempart import records
from rempart.intake import sources
from rempart.intake.accounts import batched, learn_facts
from rempart.intake.models import Import, Post, Testimony, Wave
from rempart.intake.services.storing import Store, ensure_storable, normal_hashtag, one_at_a_time
from rempart.intake.signals import testimonies_changed, testimonies_leaving, wave_grew
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.reading import PostReader
from rempart.reading.exports import parse_posts
from rempart.records.lines import Reader, Rejects
from rempart.records.progress import progress
from rempart.staff.models import StaffMember

_BATCH = 1000


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
        one_at_a_time()
        wave, _created = Wave.objects.get_or_create(
            hashtag=tag, invented=invented, defaults={"opened_at": now(), "shift": shift}
        )
        reader = Reader(records.Post, rejects, parse=_posts_to_store)
        reading = PostReader(default_service, tag)
        store = Store(wave, chosen)
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
    post = Post.objects.select_for_update(no_key=True).filter(service=service, post_id=post_id, erased_at=None).first()
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


def _posts_to_store(raw: dict[str, Any]) -> list[records.Post]:
    """The posts of a decoded line. Raises BadLine for what is no post, or what no column can hold."""
    posts = list(parse_posts(raw))
    for post in posts:
        ensure_storable(post)
    return posts


def _moved(post: records.Post, shift: timedelta | None) -> records.Post:
    if shift is None:
        return post
    opened = post.author_created_at
    return msgspec.structs.replace(
        post, created_at=post.created_at + shift, author_created_at=opened + shift if opened else None
    )
