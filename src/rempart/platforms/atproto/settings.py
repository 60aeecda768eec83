"""What an administrator sets for a personal data server. The platform's secret is the server's administrator password.

docs: README.md beside this file.
"""

from urllib.parse import urlsplit

import msgspec
from django.utils.translation import gettext_noop

from rempart.platforms.connector import PermanentFailure
from rempart.platforms.models import Platform
from rempart.platforms.settings import settings_of

PLC = "https://plc.directory"


class OzoneSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An Ozone that keeps this server's moderation. address: where it answers. did: its own DID.

    Our own DID (README.md) has to be a moderator there.
    """

    address: str
    did: str

    def __post_init__(self) -> None:
        _ensure_address("ozone.address", self.address, {"http", "https"})
        if not self.did.startswith("did:"):
            raise ValueError("`ozone.did` is a DID")


class AtprotoSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a personal data server; each has a default.

    directory: the directory in which its accounts' DIDs are registered (PLC).
    jetstream: a Jetstream to listen to instead of the server's own firehose (`wss://…`).
    labels: whether the lighter measures are published as labels, which everybody can read.
    ozone: the Ozone through which accounts are taken down, where there is one.
    preserved_records, preserved_bytes: how many of an account's newest posts, and how large a repository, are kept
    before a measure.
    """

    directory: str = PLC
    jetstream: str = ""
    labels: bool = False
    ozone: OzoneSettings | None = None
    preserved_records: int = 1_000
    preserved_bytes: int = 64 * 1024 * 1024

    def __post_init__(self) -> None:
        _ensure_address("directory", self.directory, {"http", "https"})
        if self.jetstream:
            _ensure_address("jetstream", self.jetstream, {"ws", "wss"})
        if not 0 <= self.preserved_records <= 100_000:
            raise ValueError("`preserved_records` is between 0 and 100000")
        if not 0 <= self.preserved_bytes <= 2**30:
            raise ValueError("`preserved_bytes` is between 0 and 1073741824")


def atproto_settings(platform: Platform) -> AtprotoSettings:
    """The platform's settings. Raises PermanentFailure, naming what is wrong."""
    if platform.service != "bluesky":
        raise PermanentFailure(gettext_noop("service: accounts of the AT Protocol are those of the service bluesky"))
    return settings_of(platform, AtprotoSettings)


def _ensure_address(name: str, address: str, schemes: set[str]) -> None:
    parts = urlsplit(address)
    if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"`{name}` is an address that begins with {' or '.join(sorted(schemes))}://")
