"""Whom testimonies speak of beside the account that they are about: addresses and handles that stand in their words.

A guardian of a young person must not be somebody of whom a testimony speaks. What is compared is exact: an e-mail
address (its part behind a `+` left out), the account of the testimony, `@handle` in its words. Whoever is only
described, or written otherwise, is not found.
"""

import re
from typing import Any

from django.db.models import Q

from rempart.intake.models import Testimony
from rempart.records.references import AccountReference

_MAIL = re.compile(r"[a-z0-9._%+'-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
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
    rows: Any = Testimony.everything.filter(unfounded_at=None).select_related("post")
    if account is not None:
        about = Q(account__service=account.service, account__handle=account.handle)
        if account.id:
            about |= Q(account__service=account.service, account__platform_id=account.id)
        if rows.filter(about).exists() or _any(rows, f"@{account.handle}", handles_in, account.handle):
            return True
    wanted = canonical_mail(mail) if mail else ""
    return bool(wanted) and _any(rows, wanted.rpartition("@")[2], mails_in, wanted)


def _any(rows: Any, written: str, read: Any, wanted: str) -> bool:
    """Whether one of the testimonies that hold `written` names `wanted`, as `read` finds it."""
    holding = rows.filter(Q(text__icontains=written) | Q(text=None, post__text__icontains=written))
    return any(wanted in read(words_of(one)) for one in holding.iterator())
