"""Whom we trust: issuers' certificates and keys, trusted lists, status lists, read from a folder.

Nothing is trusted by default: an empty folder refuses every issuer.
"""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509

from rempart.attestation import jose, status_lists
from rempart.attestation.certificates import Anchor, Anchors
from rempart.attestation.outcome import Refused
from rempart.attestation.status_lists import StatusLists


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
    ignored: tuple[str, ...] = ()
    """Names of files of the folder that are nothing of all that."""

    @classmethod
    def from_folder(cls, folder: Path) -> "Trust":
        """Read every file of the folder and its subfolders by what it holds, whatever it is called.

        Certificates in PEM or DER; a JWK, a JWK set, or an issuer's metadata with its `issuer` and `jwks` in JSON;
        status list tokens. Raises OSError.
        """
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        certificates: list[x509.Certificate] = []
        keys: list[IssuerKey] = []
        tokens: list[bytes] = []
        ignored: list[str] = []
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            data = file.read_bytes()
            try:
                if status_lists.looks_like_token(data):
                    tokens.append(data)
                elif found := _certificates(data):
                    certificates += found
                else:
                    keys += _keys(data)
            except (ValueError, Refused):
                ignored.append(file.name)
        anchors = Anchors(Anchor(each) for each in certificates)
        statuses = StatusLists()
        for token in tokens:
            status_lists.load(statuses, token, anchors=anchors, keys=keys)
        return cls(anchors=anchors, keys=tuple(keys), statuses=statuses, ignored=tuple(ignored))


def _certificates(data: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN CERTIFICATE-----" in data:
        return x509.load_pem_x509_certificates(data)
    return [x509.load_der_x509_certificate(data)] if data[:1] == b"\x30" else []


def _keys(data: bytes) -> list[IssuerKey]:
    held = jose.read_object(data)
    issuer = held.get("issuer")
    listed = held.get("jwks", held)
    jwks = listed.get("keys", [listed]) if isinstance(listed, dict) else []
    if not isinstance(jwks, list) or not (issuer is None or isinstance(issuer, str)):
        raise ValueError("not a set of keys")
    for jwk in jwks:
        jose.read_key(jwk)
    return [IssuerKey(jwk, issuer) for jwk in jwks]
