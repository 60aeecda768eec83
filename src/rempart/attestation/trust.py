"""Whom we trust: issuers' certificates and keys, trusted lists, status lists, read from a folder.

Nothing is trusted by default: an empty folder refuses every issuer.
"""

import codecs
import errno
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from rempart.attestation import jose, status_lists, trusted_lists
from rempart.attestation.certificates import Anchor, Anchors
from rempart.attestation.outcome import Refused
from rempart.attestation.status_lists import StatusLists
from rempart.attestation.trusted_lists import TrustedList

OPERATORS = "operators"


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A public JWK that is trusted to sign, for one issuer, or for any when `issuer` is None."""

    jwk: Mapping[str, Any]
    issuer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Trust:
    """Issuers' certificates, issuers' keys for SD-JWT VC, and status lists."""

    anchors: Anchors = field(default_factory=lambda: Anchors(()))
    keys: tuple[IssuerKey, ...] = ()
    statuses: StatusLists = field(default_factory=StatusLists)
    operators: tuple[x509.Certificate, ...] = ()
    """Who may sign a trusted list."""
    ignored: tuple[str, ...] = ()
    """What was found in the folder and is not relied on: names of files, and why a list is not."""

    @classmethod
    def from_folder(cls, folder: Path, *, pinned: Iterable[bytes] = (), fetched: Iterable[bytes] = ()) -> "Trust":
        """Read every file of the folder and its subfolders by what it holds, whatever it is called.

        Certificates in PEM or DER; public keys in PEM, a JWK, a JWK set or array, an issuer's metadata with `issuer`
        and `jwks`; trusted lists in XML; status list tokens. Every certificate may have signed a trusted list; those in
        a subfolder called `operators` attest nothing besides. pinned: contents that count as files of the folder do.
        fetched: trusted lists and status list tokens; nothing else is read there, since only what is signed may come
        from afar. Raises NotADirectoryError.
        """
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        pile = _Pile()
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        contents = []
        for file in found:
            try:
                contents.append((file.name, file.read_bytes(), file.parent.name == OPERATORS))
            except OSError as error:
                pile.ignored.append(f"{file.name} ({error.strerror})")
        for name, data, operates_only in [*contents, *(("what was pinned", data, False) for data in pinned)]:
            try:
                pile.add(data, operates_only=operates_only)
            except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm, Refused):
                pile.ignored.append(name)
        for data in fetched:
            if not pile.add_signed(data):
                pile.ignored.append("what was fetched (neither a trusted list nor a status list)")
        return pile.trust()


@dataclass
class _Pile:
    """What the files of a folder hold, by kind, before the ones are verified with the others."""

    issuers: list[Anchor] = field(default_factory=list)
    operators: list[x509.Certificate] = field(default_factory=list)
    keys: list[IssuerKey] = field(default_factory=list)
    lists: list[bytes] = field(default_factory=list)
    tokens: list[bytes] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def add_signed(self, data: bytes) -> bool:
        """Keep what is trusted by its signature alone, and say whether it is such."""
        if status_lists.looks_like_token(data):
            self.tokens.append(data)
        elif trusted_lists.looks_like_list(data):
            self.lists.append(data)
        else:
            return False
        return True

    def add(self, data: bytes, *, operates_only: bool) -> None:
        if self.add_signed(data):
            return
        if found := _certificates(data):
            self.operators += found
            if not operates_only:
                self.issuers += [Anchor(each) for each in found]
        else:
            self.keys += _keys(data)

    def trust(self) -> Trust:
        newest: dict[str, TrustedList] = {}  # who was taken off a list does not come back by an older one beside it
        for data in self.lists:
            try:
                found = trusted_lists.read_trusted_list(data, operators=self.operators)
            except Refused as refused:
                self.ignored.append(f"a trusted list ({refused})")
            else:
                newest[found.scheme] = max(newest.get(found.scheme, found), found, key=lambda each: each.sequence)
        for each in newest.values():
            self.issuers += each.anchors
        anchors, statuses = Anchors(self.issuers), StatusLists()
        for token in self.tokens:
            status_lists.load(statuses, token, anchors=anchors, keys=self.keys)
        return Trust(
            anchors=anchors,
            keys=tuple(self.keys),
            statuses=statuses,
            operators=tuple(self.operators),
            ignored=tuple(self.ignored),
        )


def _certificates(data: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN CERTIFICATE-----" in data:
        return x509.load_pem_x509_certificates(data)
    return [x509.load_der_x509_certificate(data)] if data[:1] == b"\x30" else []


def _keys(data: bytes) -> list[IssuerKey]:
    if b"-----BEGIN PUBLIC KEY-----" in data:
        key = load_pem_public_key(data)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise ValueError("no key on a NIST curve")
        return [IssuerKey(jose.write_key(key))]
    held = jose.read_json(data.removeprefix(codecs.BOM_UTF8))
    held = {"keys": held} if isinstance(held, list) else held
    if not isinstance(held, dict):
        raise ValueError("not a set of keys")
    issuer = held.get("issuer")
    listed = held.get("jwks", held)
    jwks = listed.get("keys", [listed]) if isinstance(listed, dict) else []
    if not isinstance(jwks, list) or not (issuer is None or isinstance(issuer, str)):
        raise ValueError("not a set of keys")
    found = [IssuerKey(jwk, issuer) for jwk in jwks if _is_ours(jwk)]
    if not found:
        raise ValueError("no key on a NIST curve")
    return found


def _is_ours(jwk: object) -> bool:
    """Whether a key of a set is one that we verify with: issuers list others beside, for encryption or with RSA."""
    try:
        jose.read_key(jwk)
    except Refused:
        return False
    return True
