"""The rulebooks that decisions were taken under, exactly as they were, and the one in force."""

import hashlib
from functools import lru_cache

from django.db import transaction

from rempart.casework.errors import NotDrafted
from rempart.casework.models import RulebookVersion
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.rulebook import Rulebook, load, parse

LIVE = "rempart"


@transaction.atomic
def store_rulebook(book: Rulebook) -> RulebookVersion:
    """Keep a rulebook's text, once."""
    digest = digest_of(book.source)
    stored, created = RulebookVersion.objects.get_or_create(
        digest=digest,
        defaults={"name": book.name, "version": book.version, "text": book.source, "stored_at": now()},
    )
    if created:
        append(
            Event.RULEBOOK_STORED,
            subject=stored,
            content={"name": book.name, "version": book.version, "sha256": digest},
        )
    return stored


@transaction.atomic
def put_in_force(book: Rulebook) -> RulebookVersion:
    """Take decisions under this rulebook from now on, when the software is first set up.

    People bring later versions into force by `services.rulemaking`. Raises NotDrafted for one that is for replay only.
    """
    if book.use != "live":
        raise NotDrafted
    stored = store_rulebook(book)
    in_force = current_version()
    if in_force is None or in_force.pk != stored.pk:
        stored.in_force_from = now()
        stored.save(update_fields=["in_force_from"])
        append(Event.RULEBOOK_IN_FORCE, subject=stored)
    return stored


def current_version() -> RulebookVersion | None:
    """The version in force, if any was put in force."""
    return RulebookVersion.objects.filter(in_force_from__lte=now()).order_by("-in_force_from").first()


def rulebook_in_force() -> tuple[RulebookVersion, Rulebook]:
    """The version in force and the rulebook that it holds; the shipped one is put in force when there is none yet."""
    version = current_version() or put_in_force(load(LIVE))
    return version, book_of(version)


def digest_of(text: str) -> str:
    """What a version is known by: the SHA-256 of its text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def book_of(version: RulebookVersion) -> Rulebook:
    """The rulebook that a stored version holds."""
    return _parsed(version.digest, version.text, version.name)


@lru_cache(maxsize=32)
def _parsed(digest: str, text: str, name: str) -> Rulebook:
    return parse(text, file=f"{name}@{digest[:12]}")
