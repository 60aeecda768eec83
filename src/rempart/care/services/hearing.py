"""What reaches a shield by itself: pile-ons that the lookout finds, and posts that listeners hear.

Of what is heard, posts that name somebody whose shield is open and read as an insult or a threat.

Praise is nobody's evidence, and what a source does not let anybody keep is not kept. Comments that name nobody are
handed in by the platform itself (`care.api`).
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rempart.care.models import Shield
from rempart.care.services.shields import Said, answer_pile_on, collect
from rempart.intake.services.storing import source_of
from rempart.intake.signals import posts_heard
from rempart.ledger.clock import now
from rempart.lookout.models import PileOn
from rempart.lookout.signals import pile_on_found
from rempart.radar.pile_ons.hostility import is_hostile
from rempart.records import AccountReference, Post


def connect() -> None:
    """Follow what is found and heard. Called when the room is ready."""
    pile_on_found.connect(_pile_on_found, dispatch_uid="care.pile_on_found")
    posts_heard.connect(_posts_heard, dispatch_uid="care.posts_heard")


def _pile_on_found(pile_on: PileOn, **_kwargs: Any) -> None:
    """Put aside what falls on somebody who accepted the support; what is done with it is theirs to say."""
    answer_pile_on(pile_on)


def _posts_heard(posts: Sequence[Post], **_kwargs: Any) -> None:
    hear(posts)


def hear(posts: Sequence[Post]) -> int:
    """Put aside what was heard; for use inside the transaction that heard it. Returns how many comments are new.

    One query where no shield is open.
    """
    open_ = Shield.objects.filter(closed_at=None, ends_at__gt=now(), file__service__in={one.service for one in posts})
    found: dict[Shield, list[Said]] = defaultdict(list)
    for shield in open_.select_related("file"):
        names = _naming(shield.file.handle)
        for post in posts:
            if post.service == shield.file.service and names.search(post.text) and (said := _said(post, shield)):
                found[shield].append(said)
    return sum(collect(shield, said) for shield, said in found.items())


def _naming(handle: str) -> re.Pattern[str]:
    """What names an account in a text: its handle after an @, as a whole."""
    return re.compile(rf"(?<![\w@])@{re.escape(handle.removeprefix('@'))}(?![\w])", re.IGNORECASE)


def _said(post: Post, shield: Shield) -> Said | None:
    try:
        author = AccountReference(post.service, post.author)
    except ValueError:
        return None
    theirs = author.handle == shield.file.handle
    if theirs or post.repost_of or source_of(post).keep != "case" or not is_hostile(post.text):
        return None
    return Said(
        number=post.id[:512],
        author=author,
        said_at=post.created_at,
        text=post.text,
        about=(post.in_reply_to or "")[:512],
        hostile=True,
    )
