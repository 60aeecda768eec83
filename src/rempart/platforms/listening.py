"""Listening to a platform: what it says is stored with how far we have come, in one transaction, whatever happens.

A batch is stored with its cursor or not at all, and what is stored twice is stored once (posts by service and number,
reports by service and number): killed at any point, a listener goes on where it stood and nothing is missed or doubled.
"""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from django.db import DataError, IntegrityError, transaction
from django.db.models import JSONField, Value

from rempart.intake.services import (
    ReportRefused,
    follow_rename,
    receive_deletions,
    receive_edits,
    receive_posts,
    receive_report,
)
from rempart.ledger.clock import now
from rempart.platforms.listener import Heard
from rempart.platforms.models import Cursor

logger = logging.getLogger("rempart.listening")

LISTENERS: dict[str, str] = {
    "matrix": "rempart.platforms.matrix.listener.MatrixListener",
    "atproto": "rempart.platforms.atproto.listener.AtprotoListener",
    "mastodon": "rempart.platforms.mastodon.listener.MastodonListener",
    "nats": "rempart.platforms.nats.listener.NatsListener",
}
LONGEST_WAIT = 60.0  # seconds between two tries to reconnect


class CannotListen(Exception):
    """Nobody can listen under that name now; the message says why."""


class Kept(msgspec.Struct, kw_only=True):
    """What became of a batch. posts: stored or counted; refused: what no column can hold or nobody could read."""

    posts: int = 0
    edited: int = 0
    deleted: int = 0
    reports: int = 0
    renamed: int = 0
    refused: int = 0


@transaction.atomic
def keep(listener: str, heard: Heard) -> Kept:
    """Store what was heard with how far it brings us; heard again, it changes nothing.

    listener: the platform's name; `NAME:what` where a platform tells us things in another way as well, which then has a
    cursor of its own. What cannot be stored is counted and logged without what it said, and never stops the rest.
    """
    kept = Kept(refused=heard.unreadable)
    # Deletions first: what is gone at its source is not stored, whichever order it is told in.
    kept.deleted = receive_deletions(heard.deleted)
    received = receive_posts(heard.posts)
    kept.posts, kept.refused = received.stored, kept.refused + received.refused
    edited = receive_edits(heard.edited)
    kept.edited, kept.refused = edited.stored, kept.refused + edited.refused
    for report in heard.reports:
        kept.reports += (sound := _sound(listener, "report", receive_report, report))
        kept.refused += not sound
    for reference in heard.renamed:
        kept.renamed += (sound := _sound(listener, "rename", follow_rename, reference))
        kept.refused += not sound
    # A source that remembers where we stand still has a row here: when it was last heard of.
    position = Value(None, JSONField()) if heard.position is None else heard.position
    Cursor.objects.update_or_create(listener=listener, defaults={"position": position, "heard_at": now()})
    return kept


def _sound(listener: str, what: str, take: Callable[[Any], object], item: Any) -> bool:
    """Whether one thing could be taken in; otherwise it leaves nothing behind, and why is logged."""
    try:
        with transaction.atomic():
            take(item)
    except ReportRefused as error:
        logger.warning("%s: a %s was refused for its `%s`", listener, what, error.field)
    except (ValueError, DataError, IntegrityError) as error:
        logger.warning("%s: a %s was refused (%s)", listener, what, type(error).__name__)
    else:
        return True
    return False
