"""Sessions that know whose they are, so that they can be listed and ended; kept in the database, told coarsely.

A session says in its data since when it lasts, when it was last used (to the hour), the first half of the network
address it began from, and the family of the browser: enough to recognise one's own, too little to follow anybody.
"""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from rempart.ledger.clock import now
from rempart.staff.attempts import network
from rempart.staff.models import Session, StaffMember

BROWSERS = {"Edg/": "Edge", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")
BEGAN, SEEN, PLACE, BROWSER = "began", "seen", "place", "browser"


class SessionStore(DatabaseStore):
    """Django's sessions in the database, each with its member beside it."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """The table of sessions."""
        return Session

    def create_model_instance(self, data: Mapping[str, Any]) -> Session:
        """The row of a session with these data."""
        row = super().create_model_instance(data)
        row.member_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        return row


@dataclass(frozen=True, kw_only=True)
class SessionShown:
    """A session as its member sees it. `name` tells it from others without giving it away."""

    name: str
    current: bool
    began_at: datetime | None
    seen_at: datetime | None
    place: str
    browser: str


def begin(request: HttpRequest) -> None:
    """Note where a session that has just been signed in began."""
    agent = request.headers.get("user-agent", "")
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    request.session[BEGAN] = now().isoformat(timespec="minutes")
    request.session[PLACE] = coarse(network(request))
    request.session[BROWSER] = " · ".join(part for part in (browser, system) if part)


def coarse(address: str) -> str:
    """The first half of an IPv4 address, the first 32 bits of an IPv6 one; nothing for anything else."""
    try:
        found = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return ""
    if found.version == 4:
        return ".".join(str(found.network_address).split(".")[:2]) + ".…"
    return ":".join(found.network_address.exploded.split(":")[:2]) + ":…"


def name_of(key: str) -> str:
    """What stands for a session in a form: its key would be as good as its cookie."""
    return salted_hmac("rempart.staff.sessions", key, algorithm="sha256").hexdigest()[:32]


def sessions_of(member: StaffMember, current: str | None = None) -> list[SessionShown]:
    """A member's sessions that have not ended, the one in use first, then the latest seen."""
    shown = []
    for row in Session.objects.filter(member=member, expire_date__gt=now()):
        data = row.get_decoded()
        shown.append(
            SessionShown(
                name=name_of(row.session_key),
                current=row.session_key == current,
                began_at=_moment(data.get(BEGAN)),
                seen_at=_moment(data.get(SEEN)),
                place=data.get(PLACE, ""),
                browser=data.get(BROWSER, ""),
            )
        )
    return sorted(shown, key=lambda one: (one.current, str(one.seen_at)), reverse=True)


class SeenMiddleware:
    """Notes in a member's session, once an hour, that it is in use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Note it, then answer."""
        if request.user.is_authenticated:
            hour = now().replace(minute=0, second=0, microsecond=0).isoformat(timespec="minutes")
            if request.session.get(SEEN) != hour:
                request.session[SEEN] = hour
        return self.get_response(request)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
