"""The witnesses that the ledger is told of: setting REMPART_WITNESSES, their keys and addresses in pairs."""

from functools import lru_cache

import msgspec
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from rempart.tlog.errors import Malformed
from rempart.tlog.keys import VerifierKey


class KnownWitness(msgspec.Struct, frozen=True):
    """A witness: the key that its cosignatures are verified with, and its submission prefix."""

    key: VerifierKey
    address: str


def witnesses() -> tuple[KnownWitness, ...]:
    """The witnesses asked to cosign; none unless the setting names some. Raises ImproperlyConfigured."""
    return _read(settings.REMPART_WITNESSES)


@lru_cache(maxsize=4)
def _read(text: str) -> tuple[KnownWitness, ...]:
    words = text.split()
    found = []
    for key, address in zip(words[::2], [*words[1::2], ""], strict=False):
        try:
            parsed = VerifierKey.parse(key)
        except Malformed as error:
            raise ImproperlyConfigured(f"REMPART_WITNESSES: {error}") from error
        if not parsed.cosigns:
            raise ImproperlyConfigured(f"REMPART_WITNESSES: {parsed.name} is the key of a log, not of a witness.")
        if not address.startswith(("https://", "http://")):
            raise ImproperlyConfigured(f"REMPART_WITNESSES: {parsed.name} has no address (a key, then an address).")
        found.append(KnownWitness(parsed, address.rstrip("/")))
    if len({one.key.name for one in found}) < len(found):
        raise ImproperlyConfigured("REMPART_WITNESSES: two witnesses of one name.")
    return tuple(found)
