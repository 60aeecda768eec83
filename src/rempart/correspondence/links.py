"""Signed links: a conversation opened by whoever holds its address, without an account, a cookie or a stored secret.

A token says which conversation, which generation of its links, for whom and until when, and carries a MAC over that
(HMAC-SHA-256 cut to 128 bits, RFC 2104 section 5) under a key derived from the site's secret key:
`12.1.s.tsdw2v.kmI0Q6nIO0DuWpCd5gZDlQ`. Nothing is stored; raising the generation revokes every link made before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from rempart.correspondence.models import Conversation

LASTS = timedelta(days=366)
HOLDERS = ("self", "adult")


@dataclass(frozen=True)
class LinkAccess:
    """What a link opens: a conversation, for the person themself ("self") or the adult they let in ("adult")."""

    conversation: Conversation
    holder: str
    token: str


def link_for(conversation: Conversation, holder: str = "self") -> str:
    """The whole address of the conversation's page for this holder, valid for a year.

    The page is the one that a room on the right hosts for this kind (`host`), else the mailbox `/m/<token>/`.
    Raises ValueError for an unknown holder, or for "adult" when none was let in.
    """
    raise NotImplementedError


def host(kind: Conversation.Kind | str, url_name: str) -> None:
    """Say which page shows conversations of a kind; it takes the token. Called in a room's `ready()`."""
    raise NotImplementedError


def conversation_of(token: str) -> LinkAccess:
    """What a token opens. Raises LinkRefused when it is forged, revoked or over; it never says which."""
    raise NotImplementedError


def by_link(*kinds: Conversation.Kind | str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view as reached by a signed link: `@by_link("respondent") def page(request, access): …`.

    Its route takes `<str:token>`; the view is given a LinkAccess instead. It is open to all who hold a link of one of
    these kinds (all when none is named); others see one page that says nothing more. Answers in the language of the
    conversation, leaks its address to nobody, needs no cookie; the opening is recorded, once a day for each holder.
    """
    raise NotImplementedError
