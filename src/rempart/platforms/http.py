"""How connectors speak HTTP: short time limits, no redirects, no proxy of the environment, and failures told apart.

Nothing that is sent or received is logged: addresses name people, headers hold secrets.
"""

import logging
import ssl
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from time import monotonic
from typing import Any

import httpx
from django.utils.translation import gettext_noop

from rempart.ledger.clock import now
from rempart.platforms.connector import PermanentFailure, PlatformFailure, TemporaryFailure, UnknownAccount
from rempart.platforms.models import Platform

TIMEOUT = httpx.Timeout(10, connect=3)  # seconds
LONGEST = 60.0  # seconds in which an answer has come whole
LARGEST = 64 * 1024 * 1024  # bytes of an answer
PASSING = frozenset({408, 425, 429})
_OF_THE_TRANSFER = frozenset({b"content-encoding", b"content-length", b"transfer-encoding"})

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class PlatformClient(httpx.Client):
    """An HTTP client whose failures are those of platforms: what keeps a request from being answered may pass."""

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send a request; unless it is streamed, its answer is read whole, within LARGEST and LONGEST.

        Raises TemporaryFailure when no answer comes in time, PermanentFailure for a wrong address or one too large.
        """
        try:
            response = super().send(request, stream=True, **options)
            return response if stream else _whole(response)
        except httpx.UnsupportedProtocol as error:
            raise PermanentFailure(gettext_noop("the platform's address is not one of the web")) from error
        except httpx.TimeoutException as error:
            raise TemporaryFailure(gettext_noop("the platform does not answer in time")) from error
        except httpx.TransportError as error:
            raise TemporaryFailure(gettext_noop("the platform cannot be reached")) from error


def _whole(response: httpx.Response) -> httpx.Response:
    """The response with its content, decompressed. A server that lets it trickle keeps no worker for long."""
    content, begun = bytearray(), monotonic()
    with closing(response):
        for chunk in response.iter_bytes():
            content += chunk
            if len(content) > LARGEST:
                raise PermanentFailure(gettext_noop("the platform's answer is too large"))
            if monotonic() - begun > LONGEST:
                raise TemporaryFailure(gettext_noop("the platform does not answer in time"))
    headers = [one for one in response.headers.raw if one[0].lower() not in _OF_THE_TRANSFER]
    return httpx.Response(response.status_code, headers=headers, content=bytes(content), request=response.request)


def client(
    platform: Platform, *, headers: Mapping[str, str] | None = None, auth: httpx.Auth | None = None
) -> PlatformClient:
    """A client for a platform's address; requests name what comes after it (`client.get("/_matrix/…")`).

    It keeps its connections and may be used by several threads.
    """
    return client_of(platform.address, headers=headers, auth=auth)


def client_of(
    address: str, *, headers: Mapping[str, str] | None = None, auth: httpx.Auth | None = None
) -> PlatformClient:
    """The same for an address that is no platform's."""
    return PlatformClient(
        base_url=address,
        headers={"user-agent": "Rempart", **(headers or {})},
        auth=auth,
        timeout=TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        verify=_authorities(),
    )


def said(response: httpx.Response, *, names_account: bool = False) -> httpx.Response:
    """The response when the platform did what was asked; what it says otherwise, as a failure.

    names_account: the request is about one account, and "not found" means that there is no such account.
    Raises TemporaryFailure (408, 425, 429 and 5xx, with Retry-After where given), UnknownAccount, PermanentFailure.
    """
    if response.is_success:
        return response
    raise failure(response, names_account=names_account)


def failure(response: httpx.Response, *, names_account: bool = False) -> PlatformFailure:
    """What a response that is no success means."""
    status = response.status_code
    if status in PASSING or response.is_server_error:
        return TemporaryFailure(f"HTTP {status}", after=retry_after(response))
    if status in {401, 403}:
        return PermanentFailure(gettext_noop("the platform refuses our credentials: look at its secret and its rights"))
    if status == 404 and names_account:
        return UnknownAccount(gettext_noop("the platform has no such account"))
    if response.is_redirect:
        return PermanentFailure(gettext_noop("the platform sends us to another address: correct its address"))
    return PermanentFailure(f"HTTP {status}")


def retry_after(response: httpx.Response) -> timedelta | None:
    """How long the platform asks to be left alone (RFC 9110, 10.2.3), None where it does not say."""
    asked = response.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return timedelta(seconds=min(int(asked), 86_400))
    try:
        at: datetime = parsedate_to_datetime(asked)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - now(), timedelta(0)), timedelta(days=1))


@cache
def _authorities() -> ssl.SSLContext:
    """Made once: reading the certificates takes longer than most requests. SSL_CERT_FILE names those of one's own."""
    return httpx.create_ssl_context()
