"""A Mastodon server through Mastodon.py: as strict as our own HTTP client, its exceptions told as failures.

Mastodon.py speaks by `requests`; the session given to it follows no redirect and takes no proxy from the environment.
"""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import requests
from django.utils.translation import gettext_noop
from mastodon import Mastodon
from mastodon.errors import (
    MastodonAPIError,
    MastodonNetworkError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonServerError,
    MastodonUnauthorizedError,
)

from rempart.platforms.connector import PermanentFailure, PlatformFailure, TemporaryFailure, UnknownAccount
from rempart.platforms.models import Platform
from rempart.platforms.services import secret_of

TIMEOUT = (3, 10)  # seconds, to connect and to be answered
PASSING = frozenset({408, 425})

logging.getLogger("urllib3").setLevel(logging.WARNING)


class _Session(requests.Session):
    """A session that goes where it is sent, and nowhere else."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = os.environ.get("SSL_CERT_FILE") or True

    def request(self, *arguments: Any, **options: Any) -> requests.Response:
        """Never follows a redirect: its token is for one server."""
        return super().request(*arguments, **options | {"allow_redirects": False})


def server_of(platform: Platform) -> Mastodon:
    """The server, spoken to with the platform's secret. Raises PermanentFailure when there is none."""
    token = secret_of(platform)
    if not token:
        raise PermanentFailure(gettext_noop("secret: an access token of Rempart's account on the server"))
    return Mastodon(
        access_token=token,
        api_base_url=platform.address,
        ratelimit_method="throw",
        request_timeout=TIMEOUT,
        version_check_mode="none",
        session=_Session(),
        user_agent="Rempart",
    )


@contextmanager
def failures(server: Mastodon, *, names_account: bool = False) -> Iterator[None]:
    """What goes wrong inside is told as a platform's failure.

    names_account: the requests are about one account, and "not found" means that there is no such account.
    """
    try:
        yield
    except MastodonRatelimitError as error:
        raise TemporaryFailure("HTTP 429", after=_until(server.ratelimit_reset)) from error
    except MastodonNetworkError as error:
        raise TemporaryFailure(gettext_noop("the platform cannot be reached")) from error
    except MastodonServerError as error:
        raise TemporaryFailure(f"HTTP {_status(error)}") from error
    except MastodonAPIError as error:
        raise _failure(error, names_account=names_account) from error


def _failure(error: MastodonAPIError, *, names_account: bool) -> PlatformFailure:
    status = _status(error)
    if status in PASSING:
        return TemporaryFailure(f"HTTP {status}")
    if isinstance(error, MastodonUnauthorizedError) or status == 403:
        return PermanentFailure(gettext_noop("the platform refuses our credentials: look at its secret and its rights"))
    if isinstance(error, MastodonNotFoundError) and names_account:
        return UnknownAccount(gettext_noop("the platform has no such account"))
    if status:
        return PermanentFailure(f"HTTP {status}")
    return PermanentFailure(gettext_noop("there is no Mastodon API at this address"))


def _status(error: MastodonAPIError) -> int:
    """The status of an answer; 0 where what came was no answer of a Mastodon server."""
    status = error.args[1] if len(error.args) > 1 else 0
    return status if isinstance(status, int) else 0


def _until(reset: float | None) -> timedelta | None:
    return timedelta(seconds=min(max(reset - time.time(), 0), 86_400)) if reset else None
