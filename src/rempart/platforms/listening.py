"""Listening to a platform: what it says is stored with how far we have come, in one transaction, whatever happens.

A batch is stored with its cursor or not at all, and what is stored twice is stored once (posts by service and number,
reports by service and number): killed at any point, a listener goes on where it stood and nothing is missed or doubled.
"""

import logging
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, JSONField, Value

from rempart.intake.services import (
    ReportRefused,
    follow_rename,
    receive_deletions,
    receive_edits,
    receive_posts,
    receive_report,
)
from rempart.ledger.clock import now
from rempart.platforms.connector import TemporaryFailure
from rempart.platforms.listener import Heard, Listener
from rempart.platforms.models import Cursor, Platform
from rempart.platforms.registry import LISTENERS, listener_class

logger = logging.getLogger("rempart.listening")

T = TypeVar("T")
R = TypeVar("R")

LONGEST_WAIT = 60.0  # seconds between two tries to connect again


class CannotListen(Exception):
    """Nobody can listen under that name now; the message says why."""


class ListenedTo(CannotListen):
    """Somebody listens under that name already: for a moment, it may be what is left of ourselves."""


class Kept(msgspec.Struct, kw_only=True):
    """What became of a batch. posts: kept, counted or read again; refused: what could not be read or stored.

    What came before counts no more, but for what is refused, which nothing remembers.
    """

    posts: int = 0
    deleted: int = 0
    reports: int = 0
    refused: int = 0


@transaction.atomic
def keep(listener: str, heard: Heard) -> Kept:
    """Store what was heard with how far it brings us; heard again, it changes nothing but when it was heard.

    listener: the platform's name; `NAME:what` where a platform tells us things in another way as well, which then has a
    cursor of its own. What cannot be stored is counted and logged without what it said, and never stops the rest.
    """
    kept = Kept(refused=heard.unreadable)
    # Deletions first: what is gone at its source is not stored, whichever order it is told in.
    kept.deleted = receive_deletions(heard.deleted)
    for received in (receive_posts(heard.posts), receive_edits(heard.edited)):
        kept.posts += received.stored
        kept.refused += received.refused
    begun = now()
    # Whoever takes several accounts takes them in one order, so that two listeners never wait for each other.
    for handed in sorted(heard.reports, key=lambda one: str(one.about)):
        report = _taken(listener, "report", receive_report, handed)
        kept.reports += report is not None and report.arrived_at >= begun
        kept.refused += report is None
    for reference in heard.renamed:
        kept.refused += not _taken(listener, "rename", lambda one: (follow_rename(one),), reference)
    _move(listener, heard.position, kept)
    return kept


def run(
    name: str, stop: threading.Event, *, told: Callable[[Kept], None] = lambda kept: None, longest: float = LONGEST_WAIT
) -> None:
    """Listen to a platform until `stop` is set, connecting again whenever the connection or the database breaks.

    told: called with what became of each batch. longest: seconds between two tries, at most.
    Raises CannotListen where there is nothing to listen to, or somebody listens already; PermanentFailure when a
    person has to do something first.
    """
    failures = 0
    while not stop.is_set():
        try:
            listener = listener_of(name)
            with _alone(name, unless=listener.shares), closing(listener.listen(_position(name), stop=stop)) as stream:
                for heard in stream:
                    told(keep(name, heard))
                    failures = 0
                    if stop.is_set():
                        break
            broke: Exception | None = None
        except (TemporaryFailure, OperationalError, InterfaceError, ListenedTo) as error:
            if isinstance(error, ListenedTo) and not failures:
                raise
            broke = error
            # Whatever was open on it is gone, the lock included; the next try begins anew.
            connection.close()
        if stop.is_set():
            return
        failures += 1
        wait = _delay(failures, broke.after if isinstance(broke, TemporaryFailure) else None, longest)
        said = str(broke) if isinstance(broke, TemporaryFailure) else "the database" if broke else "the stream ended"
        logger.warning("%s: interrupted (%s); it is tried again in %.1f s", name, said, wait)
        stop.wait(wait)


def listener_of(name: str) -> Listener:
    """The listener of the platform of that name, as it is set up now. Raises CannotListen, PermanentFailure."""
    platform = Platform.objects.filter(name=name).first()
    if platform is None:
        known = ", ".join(Platform.objects.filter(kind__in=LISTENERS).values_list("name", flat=True))
        raise CannotListen(f"no platform is called {name!r}; {f'there are {known}' if known else 'none is set up'}")
    if not platform.enabled:
        raise CannotListen(f"the platform {name} is disabled")
    return listener_class(platform.kind).of(platform)


def _position(listener: str) -> Any:
    return Cursor.objects.filter(listener=listener).values_list("position", flat=True).first()


def _move(listener: str, position: Any, kept: Kept) -> None:
    """Note how far we came, what came of it, and that the listener lives."""
    # A source that remembers where we stand has a row here all the same: when it was last heard of.
    row = {"position": Value(None, JSONField()) if position is None else position, "heard_at": now()}
    counts = {"posts": kept.posts, "deleted": kept.deleted, "reports": kept.reports, "refused": kept.refused}
    added = {column: F(column) + number for column, number in counts.items()}
    if not Cursor.objects.filter(listener=listener).update(**row, **added):
        # Several that share a source may be the first at once.
        Cursor.objects.bulk_create([Cursor(listener=listener, **row)], ignore_conflicts=True)
        Cursor.objects.filter(listener=listener).update(**row, **added)


def _taken(listener: str, what: str, take: Callable[[T], R], item: T) -> R | None:
    """What taking one thing in gave, or None when it could not be: it leaves nothing behind, and why is logged."""
    try:
        with transaction.atomic():
            return take(item)
    except ReportRefused as error:
        logger.warning("%s: a %s was refused for its `%s`", listener, what, error.field)
    except (ValueError, DataError, IntegrityError) as error:
        logger.warning("%s: a %s was refused (%s)", listener, what, type(error).__name__)
    return None


@contextmanager
def _alone(name: str, *, unless: bool) -> Iterator[None]:
    """Be the only one who listens under that name, while the connection to the database lasts. Raises ListenedTo."""
    if unless:
        yield
        return
    key = ["rempart.listen", name]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s), hashtext(%s))", key)
        if not cursor.fetchone()[0]:
            raise ListenedTo(f"somebody listens to {name} already")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s), hashtext(%s))", key)


def _delay(failures: int, asked: timedelta | None, longest: float) -> float:
    """Seconds to wait after so many failures in a row: doubled each time, half by chance, never less than asked."""
    backed_off = min(longest, 0.5 * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
    return max(backed_off, asked.total_seconds() if asked else 0.0)
