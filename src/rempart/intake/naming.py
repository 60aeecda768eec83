"""Whom testimonies speak of beside the account that they are about: addresses and handles that stand in their words.

A guardian of a young person must not be somebody of whom a testimony speaks. What is compared is exact: an e-mail
address (its part behind a `+` left out), the account of the testimony, `@handle` in its words. Whoever is only
described, or written otherwise, is not found.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Q, QuerySet, TextField

from rempart.intake.models import Post, Testimony
from rempart.records.references import AccountReference

_MAIL = re.compile(r"[a-z0-9._%+'-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_CUT = 254
"""Characters behind an @ by which testimonies are found: the index of migration 0006."""
_HANDLE = re.compile(r"(?<![\w.@])@([a-z0-9][a-z0-9._-]{0,253})")


def canonical_mail(address: str) -> str:
    """An e-mail address in the one way that is compared: lower case, without what follows a `+`."""
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain.strip('.')}"


def mails_in(text: str) -> set[str]:
    """The e-mail addresses in a text, as they are compared."""
    return {canonical_mail(one) for one in _MAIL.findall(text.lower())}


def handles_in(text: str) -> set[str]:
    """What stands behind an `@` in a text and is no e-mail address, in lower case."""
    return {one.rstrip("._-") for one in _HANDLE.findall(text.lower())}


def words_of(testimony: Testimony) -> str:
    """What somebody wrote: the testimony's own text, or its post's."""
    return testimony.text or (testimony.post.text if testimony.post is not None else "") or ""


def is_spoken_of(*, mail: str = "", account: AccountReference | None = None) -> bool:
    """Whether a testimony speaks of whoever has this address or this account.

    Withdrawn testimonies count too, since somebody may have been made to withdraw one; those that two people found
    manifestly unfounded do not.
    """
    rows = Testimony.everything.filter(unfounded_at=None)
    if account is not None:
        about = Q(account__service=account.service, account__handle=account.handle)
        if account.id:
            about |= Q(account__service=account.service, account__platform_id=account.id)
        if rows.filter(about).exists() or _any(rows, account.handle, handles_in, account.handle):
            return True
    wanted = canonical_mail(mail) if mail else ""
    return bool(wanted) and _any(rows, wanted.rpartition("@")[2], mails_in, wanted)


def _any(rows: "QuerySet[Testimony]", behind: str, read: Callable[[str], set[str]], wanted: str) -> bool:
    """Whether one of the testimonies names `wanted`, as `read` finds it, in its own words or its post's.

    behind: what stands behind the @ then.
    """
    if any(wanted in read(text) for _key, text in _holding(rows, behind)):
        return True
    posts = [key for key, text in _holding(Post.objects.all(), behind) if wanted in read(text)]
    return rows.filter(Q(text=None) | Q(text=""), post__in=posts).exists()


def _holding(rows: "QuerySet[Any]", behind: str) -> Iterator[tuple[int, str]]:
    """Key and text of the rows in whose text that stands behind an @, and of some more: by the index on them."""
    key = behind.lower()[:_CUT].rstrip("._-")
    held: Func = Func(F("text"), function="intake_named_in", output_field=ArrayField(TextField()))
    found = rows.alias(held=held).filter(held__contains=[key]).order_by()
    return found.values_list("pk", "text").iterator()
