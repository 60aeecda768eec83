"""Signed links: a conversation opened by whoever holds its address, without an account, a cookie or a stored secret.

A token says which conversation, which generation of its links, for whom and until when, and carries a MAC over that
(HMAC-SHA-256 cut to 128 bits, RFC 2104 section 5) under a key derived from the site's secret key:
`12.1.s.tsdw2v.kmI0Q6nIO0DuWpCd5gZDlQ`. Nothing is stored; raising the generation revokes every link made before.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from rempart import ledger
from rempart.correspondence.errors import LinkRefused
from rempart.correspondence.models import LANGUAGES, Conversation
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.staff.access import open_to_all

LASTS = timedelta(days=366)
SEEN_AGAIN_AFTER = timedelta(days=1)
TO_A_CHILD = {"fr": "fr-child"}  # English speaks to everybody alike
HOLDERS = {"self": "s", "adult": "a"}
_LETTERS = {letter: holder for holder, letter in HOLDERS.items()}
_GENERATION = {"self": "generation", "adult": "adult_generation"}
_SEEN = {"self": "seen_at", "adult": "adult_seen_at"}
# Sixteen bytes leave four bits of the last character unused: comparing texts, not bytes, leaves one spelling only.
_TOKEN = re.compile(r"([1-9]\d{0,18})\.([1-9]\d{0,9})\.([sa])\.([1-9a-z][0-9a-z]{0,7})\.([\w-]{22})", re.ASCII)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
_pages: dict[str, str] = {}


@dataclass(frozen=True)
class LinkAccess:
    """What a link opens: a conversation, for the person themself ("self") or the adult they let in ("adult")."""

    conversation: Conversation
    holder: str
    token: str


def host(kind: Conversation.Kind | str, url_name: str) -> None:
    """Say which page shows conversations of a kind; its route takes `token`. Called in a room's `ready()`."""
    _pages[Conversation.Kind(kind).value] = url_name


def link_for(conversation: Conversation, holder: str = "self") -> str:
    """The whole address of the conversation's page for this holder, valid for a year.

    The page is the one that a room on the right hosts for this kind (`host`), else the mailbox `/m/<token>/`.
    Raises ValueError for an unknown holder, or for "adult" when none was let in.
    """
    return settings.REMPART_ADDRESS.rstrip("/") + _path(conversation, token_for(conversation, holder))


def page_of(access: LinkAccess) -> str:
    """The path of the page that shows the conversation, by the link that was opened."""
    return _path(access.conversation, access.token)


def _path(conversation: Conversation, token: str) -> str:
    return reverse(_pages.get(conversation.kind, "correspondence:mailbox"), kwargs={"token": token})


def token_for(conversation: Conversation, holder: str = "self") -> str:
    """The token of a link that ends in a year. Raises ValueError as `link_for` does."""
    if holder not in HOLDERS or (holder == "adult" and conversation.adult_since is None):
        raise ValueError(f"there is no {holder} to make a link for")
    generation = getattr(conversation, _GENERATION[holder])
    ends = int((now() + LASTS).timestamp())
    said = f"{conversation.pk}.{generation}.{HOLDERS[holder]}.{_base36(ends)}"
    return f"{said}.{_mac(said)}"


def conversation_of(token: str) -> LinkAccess:
    """What a token opens. Raises LinkRefused when it is forged, revoked or over; it never says which."""
    found = _TOKEN.fullmatch(token)
    # The MAC first: whatever was not made here asks nothing of the database.
    if found is None or not hmac.compare_digest(_mac(token.rpartition(".")[0]), found[5]):
        raise LinkRefused
    holder = _LETTERS[found[3]]
    if datetime.fromtimestamp(int(found[4], 36), UTC) <= now():
        raise LinkRefused
    wanted = Q(pk=int(found[1])) & Q(**{_GENERATION[holder]: int(found[2])})
    if holder == "adult":
        wanted &= Q(adult_since__isnull=False)
    conversation = Conversation.objects.filter(wanted).first()
    if conversation is None:
        raise LinkRefused
    return LinkAccess(conversation, holder, token)


def conversation_behind(token: str) -> Conversation | None:
    """Whose link this is or was, even revoked or over; None for what was not made here.

    It opens nothing: it is for sending a new link to where that person is reached.
    """
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(_mac(token.rpartition(".")[0]), found[5]):
        return None
    return Conversation.objects.filter(pk=int(found[1])).first()


def _tells_nothing(request: HttpRequest, token: str) -> HttpResponse:
    return render(request, "correspondence/refused.html", status=404)


def by_link(
    *kinds: Conversation.Kind | str, refused: Callable[[HttpRequest, str], HttpResponse] = _tells_nothing
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Mark a view as reached by a signed link: `@by_link("respondent") def page(request, access): …`.

    Its route takes `<str:token>`; the view is given a LinkAccess in its place. It is open to all who hold a link to a
    conversation of one of these kinds (of any kind when none is named); everybody else sees a page that tells nothing
    (`refused`, given the request and the token, where a room has words of its own for it).
    It answers in the language of the conversation, which a posted `language` changes, in a child's words to a child
    (`child_words`); leaks its address to nobody; needs no cookie. The opening is recorded, at most once a day for each
    holder.
    """
    accepted = {Conversation.Kind(kind).value for kind in kinds} or set(Conversation.Kind.values)

    def mark(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        # Exempt from the check against forged requests: it rests on cookies and on the Referer header, and this page
        # wants neither. Who could forge a request would have to know the token, and could then open the page.
        @csrf_exempt
        @open_to_all(because="reached by a signed link")
        @wraps(view)
        @sensitive_variables("token", "access")
        def opened(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
            try:
                access = conversation_of(token)
                if access.conversation.kind not in accepted:
                    raise LinkRefused
            except LinkRefused:
                response = refused(request, token)
            else:
                response = _answer(request, access, view, kwargs)
            for name, value in _HEADERS.items():
                response.headers[name] = value
            return response

        return opened

    return mark


def _answer(
    request: HttpRequest, access: LinkAccess, view: Callable[..., HttpResponse], kwargs: dict[str, Any]
) -> HttpResponse:
    conversation = access.conversation
    chosen = request.POST.get("language") if request.method == "POST" else None
    if chosen in LANGUAGES:
        from rempart.correspondence.services import choose_language

        choose_language(conversation, chosen)
        return redirect(request.path)
    _note_opening(access)
    with translation.override(_spoken(access)):
        request.LANGUAGE_CODE = conversation.language  # type: ignore[attr-defined]
        response = view(request, access, **kwargs)
        if hasattr(response, "render"):
            response.render()
        response.headers["Content-Language"] = conversation.language
    return response


def _spoken(access: LinkAccess) -> str:
    """The language of the page's sentences: to a child, the one with a child's words where there is one."""
    language = access.conversation.language
    if access.holder == "self" and access.conversation.child_words:
        return TO_A_CHILD.get(language, language)
    return language


def _note_opening(access: LinkAccess) -> None:
    column, moment = _SEEN[access.holder], now()
    seen = getattr(access.conversation, column)
    if seen is not None and seen > moment - SEEN_AGAIN_AFTER:
        return
    with transaction.atomic():
        again = Conversation.objects.filter(Q(**{column: seen}), pk=access.conversation.pk)
        if again.update(**{column: moment}):  # of two openings at once, one is recorded
            setattr(access.conversation, column, moment)
            ledger.append(Event.LINK_OPENED, subject=access.conversation, content={"holder": access.holder})


def _mac(said: str) -> str:
    digest = hmac.digest(_key(), said.encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def _key() -> bytes:
    return hashlib.sha256(b"rempart/link/1\n" + settings.SECRET_KEY.encode()).digest()


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits
