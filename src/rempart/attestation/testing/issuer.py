"""A test issuer of proofs of age: a root, a document signer, mdocs of the European profile and SD-JWT credentials.

It issues as the profile says an issuer should: P-256 and SHA-256, times rounded so that no two people can be told
apart by them, batches of single-use credentials, three months at most. Nothing trusts it but who is given its root.
"""

import hashlib
import secrets
from base64 import b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation.testing import certificates, documents
from rempart.attestation.testing.encoding import base64url, der, embedded, json_bytes, jwk, jws, sign1, x5chain
from rempart.attestation.testing.lists import StatusList

BATCH = 30
LONGEST = timedelta(days=90)
VCT = "urn:eu.europa.ec.av:1"


def new_key() -> ec.EllipticCurvePrivateKey:
    """A key on P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def midnight(moment: datetime) -> datetime:
    """The day of a moment: as precise as an attestation may be about when it was made."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, kw_only=True)
class IssuedMdoc:
    """What an issuer hands out: every item with its salt, and its signature over their digests (encoded IssuerAuth)."""

    items: Mapping[str, tuple[bytes, ...]]
    issuer_auth: bytes
    over: Mapping[int, bool]
    until: datetime


@dataclass(frozen=True, kw_only=True)
class IssuedSdJwt:
    """The signed part, and by claim name (`age_over_18`) the disclosure that shows it."""

    jwt: str
    disclosures: Mapping[str, str]
    over: Mapping[int, bool]
    until: datetime


def disclosure(name: str, value: object, *, salt: str | None = None) -> str:
    """A disclosure of an object property (RFC 9901, section 4.2.1)."""
    return base64url(json_bytes([salt or base64url(secrets.token_bytes(16)), name, value]))


def disclosed_digest(text: str) -> str:
    """What stands in `_sd` for a disclosure."""
    return base64url(hashlib.sha256(text.encode()).digest())


@dataclass(kw_only=True)
class Issuer:
    """Who attests. `thresholds`: the ages this issuer says something about; the European profile promises 18 only."""

    root_key: ec.EllipticCurvePrivateKey = field(repr=False)
    root: x509.Certificate
    signer_key: ec.EllipticCurvePrivateKey = field(repr=False)
    signer: x509.Certificate
    thresholds: Collection[int] = (18,)
    status: StatusList | None = None

    @classmethod
    def make(
        cls,
        *,
        at: datetime,
        thresholds: Collection[int] = (18,),
        with_status: bool = False,
        usages: Collection[str] = (certificates.DOCUMENT_SIGNER,),
        name: str = "Test IACA",
    ) -> "Issuer":
        """An issuer with new keys, whose certificates are valid from the day before `at`.

        with_status: what it issues can be revoked by a status list.
        """
        root_key, signer_key = new_key(), new_key()
        root = certificates.root(root_key, at=at, name=name)
        signer = certificates.document_signer(
            signer_key.public_key(), signed_by=root, with_key=root_key, at=at, usages=usages
        )
        status = StatusList(uri="https://issuer.example/status/1") if with_status else None
        return cls(
            root_key=root_key, root=root, signer_key=signer_key, signer=signer, thresholds=thresholds, status=status
        )

    @property
    def anchor(self) -> bytes:
        """The root's certificate in PEM: what a relying party trusts."""
        return self.root.public_bytes(serialization.Encoding.PEM)

    def over(self, age: int) -> dict[int, bool]:
        """What this issuer attests of somebody of this age."""
        return {threshold: age >= threshold for threshold in sorted({18, *self.thresholds})}

    def _status(self) -> dict[str, object] | None:
        """The place of a new credential in the status list, at random so that neighbours were not issued together."""
        if self.status is None:
            return None
        return {"status_list": {"idx": self.status.take(), "uri": self.status.uri}}

    def sign(self, mobile_security_object: Mapping[str, object]) -> bytes:
        """IssuerAuth over a mobile security object."""
        chain = {33: x5chain([self.signer])}
        return cbor2.dumps(sign1(self.signer_key, embedded(dict(mobile_security_object)), unprotected=chain))

    def issue_mdoc(
        self,
        device_key: ec.EllipticCurvePublicKey,
        over: Mapping[int, bool],
        *,
        at: datetime,
        lasts: timedelta = LONGEST,
    ) -> IssuedMdoc:
        """An mdoc for the holder of a device key. Raises ValueError when it would last longer than `LONGEST`."""
        signed, until = midnight(at), midnight(at) + _checked(lasts)
        items = {
            documents.NAMESPACE: tuple(
                documents.item(number, f"age_over_{threshold:02}", held)
                for number, (threshold, held) in enumerate(sorted(over.items()))
            )
        }
        made = documents.security_object(items, device_key, signed=signed, until=until, status=self._status())
        return IssuedMdoc(items=items, issuer_auth=self.sign(made), over=dict(over), until=until)

    def issue_sd_jwt(
        self,
        device_key: ec.EllipticCurvePublicKey,
        over: Mapping[int, bool],
        *,
        at: datetime,
        lasts: timedelta = LONGEST,
    ) -> IssuedSdJwt:
        """An SD-JWT VC for the holder of a device key, each age a disclosure of its own among decoys."""
        issued, until = midnight(at), midnight(at) + _checked(lasts)
        disclosures = {f"age_over_{age:02}": disclosure(f"age_over_{age:02}", held) for age, held in over.items()}
        decoys = [disclosed_digest(base64url(secrets.token_bytes(24))) for _ in range(3)]
        payload: dict[str, object] = {
            "iss": certificates.ISSUER,
            "iat": int(issued.timestamp()),
            "nbf": int(issued.timestamp()),
            "exp": int(until.timestamp()),
            "vct": VCT,
            "cnf": {"jwk": jwk(device_key)},
            "_sd": sorted([*map(disclosed_digest, disclosures.values()), *decoys]),
            "_sd_alg": "sha-256",
        }
        if status := self._status():
            payload["status"] = status
        header = {"typ": "dc+sd-jwt", "x5c": [b64encode(der(self.signer)).decode()]}
        jwt = jws(self.signer_key, header, payload)
        return IssuedSdJwt(jwt=jwt, disclosures=disclosures, over=dict(over), until=until)


def _checked(lasts: timedelta) -> timedelta:
    if lasts > LONGEST:
        raise ValueError(f"lasts: {lasts} is longer than {LONGEST}")
    return lasts
