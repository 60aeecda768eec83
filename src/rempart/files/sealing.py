"""Sealing what must not lie open in the database: AES-256-GCM (NIST SP 800-38D), by `cryptography`.

Every file has a random key of its own, used once. That key is wrapped by the installation's master key together with
the file's hash, so that neither a key nor a content can be moved to another row unseen. Destroying the wrapped key
destroys every copy of the sealed content. Short secrets (addresses, the secrets of endpoints) are sealed under keys
derived from the same master key, one for each purpose (HKDF, RFC 5869).

The master key is REMPART_FILE_KEY (32 bytes in base64), else it is made once and kept in the home folder, mode 0600.
Losing it loses every file; it belongs in no backup that holds the database too.
"""

import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE = 12  # bytes
OVERHEAD = NONCE + 16  # nonce and tag


class CannotUnseal(Exception):
    """The seal does not open: it was changed, or sealed under another key or for another purpose."""


@cache
def _key_for(purpose: str) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=None, info=b"rempart/sealing/1\n" + purpose.encode())
    return AESGCM(derived.derive(settings.REMPART_FILE_KEY))


def _encrypt(cipher: AESGCM, content: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, content, bound_to)


def _decrypt(cipher: AESGCM, sealed: bytes | memoryview, bound_to: bytes) -> bytes:
    view = memoryview(sealed)
    try:
        return cipher.decrypt(bytes(view[:NONCE]), view[NONCE:], bound_to)
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal from error


def seal(secret: str, *, purpose: str) -> bytes:
    """Seal a short secret for one purpose ("conversation e-mail")."""
    return _encrypt(_key_for(purpose), secret.encode(), b"")


def unseal(sealed: bytes | memoryview, *, purpose: str) -> str:
    """What was sealed for this purpose. Raises CannotUnseal."""
    return _decrypt(_key_for(purpose), sealed, b"").decode()


def seal_file(content: bytes, sha256: str) -> tuple[bytes, bytes]:
    """Seal a file's content under a new key. Returns (sealed content, wrapped key)."""
    key = AESGCM.generate_key(256)
    bound_to = bytes.fromhex(sha256)
    return _encrypt(AESGCM(key), content, bound_to), _encrypt(_key_for("file key"), key, bound_to)


def open_sealed_file(sealed: bytes | memoryview, wrapped_key: bytes | memoryview, sha256: str) -> bytes:
    """The content again. Raises CannotUnseal when anything was changed or belongs to another file."""
    bound_to = bytes.fromhex(sha256)
    key = _decrypt(_key_for("file key"), wrapped_key, bound_to)
    return _decrypt(AESGCM(key), sealed, bound_to)
