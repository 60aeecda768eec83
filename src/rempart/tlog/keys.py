"""Keys of logs and witnesses (C2SP signed-note and tlog-cosignature).

A key signs in one way only, which its type byte says and its ID commits to: a log signs texts with Ed25519 (0x01), a
witness cosigns checkpoints with the time, with Ed25519 (0x04) or with ML-DSA-44 (0x06), which quantum computers would
not break. Public keys are written `name+id+key`, secret ones `PRIVATE+KEY+name+id+key`.
"""

import re
import secrets
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from typing import Self

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey

from rempart.tlog.errors import Malformed, SignatureError
from rempart.tlog.head import Checkpoint
from rempart.tlog.spelling import MAX_SIZE, ensure_text, from_base64, to_base64

SECRET_SIZE = 32
TIME_SIZE = 8
ID_SIZE = 4
MAX_NAME = 255
_PRIVATE = "PRIVATE+KEY+"
_ID = re.compile("[0-9a-f]{8}")


class SignatureType(IntEnum):
    """What a key's signatures mean; the byte that its ID and its text carry."""

    ED25519 = 0x01
    """Ed25519 over the text of a note (C2SP signed-note)."""
    COSIGNATURE_V1 = 0x04
    """Ed25519 over a checkpoint and the time at which it was the largest seen (C2SP tlog-cosignature)."""
    COSIGNATURE_ML_DSA_44 = 0x06
    """The same with ML-DSA-44 (FIPS 204), over the witness's name too, and without the checkpoint's extension lines."""

    @property
    def cosigns(self) -> bool:
        """Whether it is a witness's: its signatures state a time."""
        return self is not SignatureType.ED25519

    @property
    def public_size(self) -> int:
        """Bytes of a public key."""
        return 1312 if self is SignatureType.COSIGNATURE_ML_DSA_44 else 32


def ensure_name(name: str) -> str:
    """The name, when a key can bear it: not empty, no space of any kind, no plus. Raises Malformed otherwise.

    It has at most 255 bytes too, which is what an ML-DSA cosignature can say.
    """
    ensure_text(name, "A key's name")
    if not name or "+" in name or any(each.isspace() for each in name):
        raise Malformed(f"A key's name is not empty and has neither space nor plus: {name[:80]!r}.")
    if len(name.encode()) > MAX_NAME:
        raise Malformed(f"A key's name has at most {MAX_NAME} bytes: {name[:80]!r}…")
    return name


class VerifierKey(msgspec.Struct, frozen=True):
    """A key that signatures are checked with. name: as in signature lines; public: as its type encodes it."""

    name: str
    type: SignatureType
    public: bytes

    @property
    def id(self) -> bytes:
        """The 4 bytes that stand before each of its signatures."""
        typed = bytes([self.type]) + self.public
        return sha256(self.name.encode() + b"\n" + typed).digest()[:ID_SIZE]

    @property
    def vkey(self) -> str:
        """The key as text: name, ID in hexadecimal, type and public key in Base 64, joined by plus."""
        return _spell(self.name, self.id, self.type, self.public)

    @classmethod
    def parse(cls, text: str) -> Self:
        """A key from its text. Raises Malformed: wrong form, unknown type, an ID of another key."""
        name, key_id, type_, public = _read(text, "A verifier key", secret=False)
        key = cls(name, type_, public)
        if key.id != key_id:
            raise Malformed(f"The verifier key of {name} bears the ID {key_id.hex()} where {key.id.hex()} is its own.")
        return key

    def verify(self, text: str, signature: bytes) -> int | None:
        """Check a signature (without key ID) of a note's text; gives the POSIX time that a cosignature states.

        Raises SignatureError when it is not this key's over this text.
        """
        time = None
        if self.cosigns:
            stated, signature = signature[:TIME_SIZE], signature[TIME_SIZE:]
            time = int.from_bytes(stated)
        try:
            self._public_key().verify(signature, _message(self.type, self.name, text, time))
        except (InvalidSignature, ValueError):
            raise SignatureError(f"The signature in the name of {self.name} is not its own over this text.") from None
        return time

    def _public_key(self) -> Ed25519PublicKey | MLDSA44PublicKey:
        if self.type is SignatureType.COSIGNATURE_ML_DSA_44:
            return MLDSA44PublicKey.from_public_bytes(self.public)
        return Ed25519PublicKey.from_public_bytes(self.public)

    @property
    def cosigns(self) -> bool:
        """Whether it is a witness's."""
        return self.type.cosigns


class SigningKey:
    """A key that signs. Its text is the secret: kept in a file that only the owner reads, never shown or logged."""

    def __init__(self, name: str, type_: SignatureType, secret: bytes) -> None:
        """name: see ensure_name; secret: 32 bytes, an Ed25519 secret key (RFC 8032) or the seed of an ML-DSA one."""
        self.name, self.type = ensure_name(name), type_
        self._secret = secret

    def __repr__(self) -> str:
        return f"SigningKey({self.vkey})"

    @classmethod
    def generate(cls, name: str, type_: SignatureType = SignatureType.ED25519) -> Self:
        """A new key: of a log, or of a witness when its type is one that cosigns."""
        return cls(name, type_, secrets.token_bytes(SECRET_SIZE))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """A key from its secret text. Raises Malformed, without quoting it."""
        if not text.startswith(_PRIVATE):
            raise Malformed(f"A signing key begins with {_PRIVATE}.")
        try:
            name, key_id, type_, secret = _read(text.removeprefix(_PRIVATE), "The signing key", secret=True)
        except Malformed:
            raise Malformed(f"The signing key is not of the form {_PRIVATE}name+id+key.") from None
        key = cls(name, type_, secret)
        if key.verifier.id != key_id:
            raise Malformed(f"The signing key of {name} bears the ID of another.")
        return key

    def to_text(self) -> str:
        """The key as its secret text."""
        return _PRIVATE + _spell(self.name, self.verifier.id, self.type, self._secret)

    @cached_property
    def _private(self) -> Ed25519PrivateKey | MLDSA44PrivateKey:
        if self.type is SignatureType.COSIGNATURE_ML_DSA_44:
            return MLDSA44PrivateKey.from_seed_bytes(self._secret)
        return Ed25519PrivateKey.from_private_bytes(self._secret)

    @property
    def cosigns(self) -> bool:
        """Whether it is a witness's."""
        return self.type.cosigns

    @cached_property
    def verifier(self) -> VerifierKey:
        """The key that checks this one's signatures."""
        return VerifierKey(self.name, self.type, self._private.public_key().public_bytes_raw())

    @property
    def vkey(self) -> str:
        """The text of the key that checks this one's signatures."""
        return self.verifier.vkey

    def sign(self, text: str, *, time: int | None = None) -> bytes:
        """The signature (without key ID) of a note's text; a witness's key needs the POSIX time in seconds."""
        if (time is not None) != self.cosigns:
            raise ValueError("A witness's key signs with the time, a log's key without.")
        signature = self._private.sign(_message(self.type, self.name, text, time))
        return signature if time is None else time.to_bytes(TIME_SIZE) + signature


def _message(type_: SignatureType, name: str, text: str, time: int | None) -> bytes:
    """What is signed: the text itself; by a witness, the message that C2SP tlog-cosignature gives for its type."""
    if time is None:
        return text.encode()
    if not 0 < time <= MAX_SIZE:
        raise Malformed(f"A cosignature's time is a POSIX time from 1 to 2⁶³ − 1, not {time}.")
    if type_ is SignatureType.COSIGNATURE_V1:
        return f"cosignature/v1\ntime {time}\n{text}".encode()
    checkpoint = Checkpoint.parse(text)
    parts = [
        b"subtree/v1\n\0",
        _opaque(name),
        time.to_bytes(8),
        _opaque(checkpoint.origin),
        bytes(8),  # from the first entry on
        checkpoint.size.to_bytes(8),
        checkpoint.root,
    ]
    return b"".join(parts)


def _opaque(text: str) -> bytes:
    """A name after its length in one byte (RFC 8446 §3.4). Raises Malformed when it is longer than that can say."""
    data = text.encode()
    if len(data) > MAX_NAME:
        raise Malformed(f"A name that is cosigned has at most {MAX_NAME} bytes, not {len(data)}.")
    return bytes([len(data)]) + data


def _spell(name: str, key_id: bytes, type_: SignatureType, key: bytes) -> str:
    return f"{name}+{key_id.hex()}+{to_base64(bytes([type_]) + key)}"


def _read(text: str, what: str, *, secret: bool) -> tuple[str, bytes, SignatureType, bytes]:
    """The name, ID, type and key of `name+id+key`."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not _ID.fullmatch(parts[1]):
        raise Malformed(f"{what} is not of the form name+id+key, with an ID of 8 hexadecimal digits: {text[:120]!r}.")
    name, key_id, typed = ensure_name(parts[0]), bytes.fromhex(parts[1]), from_base64(parts[2], f"{what}'s last part")
    try:
        type_ = SignatureType(typed[0])
    except (IndexError, ValueError):
        raise Malformed(f"{what} is neither a log's (0x01) nor a witness's (0x04, 0x06).") from None
    size = SECRET_SIZE if secret else type_.public_size
    if len(typed) != 1 + size:
        raise Malformed(f"{what} has {len(typed) - 1} bytes where one of its type has {size}.")
    return name, key_id, type_, typed[1:]
