"""Trying a platform's connection: one question that needs our credentials and changes nothing."""

import secrets
from urllib.parse import urlsplit

from rempart.platforms import registry
from rempart.platforms.connector import Description, UnknownAccount
from rempart.platforms.models import Platform
from rempart.records import AccountReference


def check_connection(platform: Platform, *, handle: str = "") -> Description | None:
    """What the platform says of an account; None when it answers that it knows nobody of a name that we made up.

    handle: the account to ask about; empty for such a name. Raises TemporaryFailure, PermanentFailure, UnknownAccount
    for a handle that was given, ValueError when nothing is left of it.
    """
    about = AccountReference(platform.service, handle or _nobody(platform))
    try:
        return registry.connector_of(platform).describe(about)
    except UnknownAccount:
        if handle:
            raise
        return None


def _nobody(platform: Platform) -> str:
    """An account that nobody has, on a server that the platform covers."""
    name = f"nobody-{secrets.token_hex(6)}"
    host = platform.hosts[0] if platform.hosts else urlsplit(platform.address).hostname
    return {"matrix": f"@{name}:{host}", "mastodon": f"{name}@{host}", "bluesky": f"{name}.{host}"}.get(
        platform.service, name
    )
