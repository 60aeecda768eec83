"""Webhooks in the form of Standard Webhooks 1.0: what is sent, how it is signed, and to which addresses it may go.

The payload is thin: its type, when it happened, how the platform knows the person, their language and the link to hand
over. Its headers are webhook-id (the same at every attempt), webhook-timestamp (of the attempt) and webhook-signature:
`v1,` and HMAC-SHA-256 over "id.timestamp.body" in base64, one for each secret in use, separated by spaces.
An administrator chooses the addresses, yet none of them may reach into the network that the site itself stands in.
"""

import base64
import hmac
import http.client
import ipaddress
import json
import secrets
import socket
import ssl
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from rempart.correspondence.errors import EndpointRefused

TIMEOUT = 5.0  # seconds for each step of a connection
DEADLINE = 10.0  # seconds for all of it
PREFIX = "whsec_"
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
GONE = 410
# Each before the kinds that it is one of.
_NO_ANSWER: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, gettext_noop("no answer: its name is not known")),
    (ssl.SSLCertVerificationError, gettext_noop("no answer: its certificate is not good")),
    (ssl.SSLError, gettext_noop("no answer: no secure connection")),
    (ConnectionRefusedError, gettext_noop("no answer: nothing listens there")),
    (TimeoutError, gettext_noop("no answer in time")),
)


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. error: empty when delivered; never what was said. unreachable: nobody answered at all.

    final: trying again is useless. retry_after: seconds that the other side asked to be left alone.
    status: of the answer, 0 when there was none; answer: its body, where it was asked for.
    """

    error: str = ""
    unreachable: bool = False
    final: bool = False
    retry_after: int = 0
    status: int = 0
    answer: bytes = b""

    @property
    def delivered(self) -> bool:
        """Whether it arrived."""
        return not self.error


def new_secret() -> str:
    """A signing secret of 256 bits, in the form that Standard Webhooks gives them."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def body_of(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    """The payload's bytes: exactly what is signed."""
    moment = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"type": kind, "timestamp": moment, "data": data}, separators=(",", ":")).encode()


def signature(uid: str, at: int, body: bytes, keys: Iterable[str]) -> str:
    """The value of webhook-signature: one signature for each secret, the newest first."""
    signed = b"%b.%d.%b" % (uid.encode(), at, body)
    digests = (hmac.digest(base64.b64decode(key.removeprefix(PREFIX)), signed, "sha256") for key in keys)
    return " ".join("v1," + base64.b64encode(digest).decode() for digest in digests)


def ensure_usable(url: str) -> None:
    """Raise EndpointRefused (field url) for an address that messages may not be sent to."""
    parts = urlsplit(url)
    if parts.hostname is None or parts.username or parts.fragment:
        raise EndpointRefused("url", _("Give a whole address, such as https://platform.example/rempart."))
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOCAL):
        raise EndpointRefused("url", _("The address has to begin with https://."))
    try:
        literal = ipaddress.ip_address(parts.hostname)
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        return
    if parts.hostname not in LOCAL and not _may_reach(literal):
        raise EndpointRefused("url", _("This address is inside a private network."))


def send(url: str, uid: str, at: int, body: bytes, keys: Iterable[str], *, reading: int = 0) -> Outcome:
    """Post a signed payload. Follows no redirection, reads at most `reading` bytes of the body that comes back (none
    unless asked: messages need no answer; a longer one is an error), never raises for the other side.
    """
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Rempart",
        "webhook-id": uid,
        "webhook-timestamp": str(at),
        "webhook-signature": signature(uid, at, body, keys),
    }
    return _exchange("POST", url, headers, body, reading=reading)


def fetch(url: str, *, reading: int) -> Outcome:
    """Get what stands at an address, at most `reading` bytes of it, with the same care as `send` and never raising."""
    try:
        ensure_usable(url)
    except EndpointRefused:
        return Outcome(gettext_noop("the address is inside a private network"), unreachable=True)
    return _exchange("GET", url, {"User-Agent": "Rempart"}, None, reading=reading)


def _exchange(method: str, url: str, headers: dict[str, str], body: bytes | None, *, reading: int) -> Outcome:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _Connection(parts.hostname or "", parts.port, secure=parts.scheme == "https")
    # A server that drips one byte at a time would pass every timeout.
    watchdog = threading.Timer(DEADLINE, connection.cut)
    watchdog.start()
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        asked = response.getheader("Retry-After", "")
        status = response.status
        answer = response.read(reading + 1) if reading else b""
        if len(answer) < reading and response.length:
            raise http.client.IncompleteRead(answer, response.length)
    except _PrivateAddress:
        return Outcome(gettext_noop("the address is inside a private network"), unreachable=True)
    except (OSError, http.client.HTTPException) as error:
        return Outcome(no_answer(error), unreachable=True)
    finally:
        watchdog.cancel()
        connection.close()
    if len(answer) > reading:
        return Outcome(gettext_noop("its answer is too long"), status=status)
    if 200 <= status < 300:
        return Outcome(status=status, answer=answer)
    wait = int(asked) if asked.isascii() and asked.isdecimal() else 0
    return Outcome(f"HTTP {status}", final=status == GONE, retry_after=wait, status=status, answer=answer)


def no_answer(error: Exception) -> str:
    """Why nobody answered, in words for the administrator's page."""
    return next((words for kind, words in _NO_ANSWER if isinstance(error, kind)), gettext_noop("no answer"))


class _PrivateAddress(OSError):
    """Every address that the name stands for is inside a private network."""


def _may_reach(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None)
    return settings.REMPART_PRIVATE_ENDPOINTS or ((mapped or address).is_global and not address.is_multicast)


class _Connection(http.client.HTTPConnection):
    """A connection to the address that was checked: the name is looked up once, so that it cannot change in between."""

    def __init__(self, host: str, port: int | None, *, secure: bool) -> None:
        super().__init__(host, port or (443 if secure else 80), timeout=TIMEOUT)
        self.secure = secure

    def connect(self) -> None:
        """Connect to the first of the name's addresses that may be reached and answers."""
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        allowed = [
            address for *_rest, address in found if self.host in LOCAL or _may_reach(ipaddress.ip_address(address[0]))
        ]
        if not allowed:
            raise _PrivateAddress
        for place, address in enumerate(allowed, 1):
            try:
                self.sock = socket.create_connection(address[:2], TIMEOUT)
                break
            except OSError:
                if place == len(allowed):
                    raise
        if self.secure:
            self.sock = _tls().wrap_socket(self.sock, server_hostname=self.host)

    def cut(self) -> None:
        """End the connection from another thread."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
