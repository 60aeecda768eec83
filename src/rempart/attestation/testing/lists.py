"""Status lists of the test issuer (Token Status List, draft-ietf-oauth-status-list), as JWT and as CWT."""

import random
import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation.testing.encoding import ALG, ES256, X5CHAIN, base64url, der, jws, sign1

VALID, INVALID, SUSPENDED = 0, 1, 2


@dataclass(kw_only=True)
class StatusList:
    """A status for each credential of an issuer, `bits` (1, 2, 4 or 8) each, the least significant ones first."""

    uri: str
    bits: int = 1
    size: int = 1 << 14
    packed: bytearray = field(default_factory=bytearray)
    free: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.packed:
            self.packed = bytearray(self.size * self.bits // 8)
        if not self.free:
            self.free = list(range(self.size))
            random.SystemRandom().shuffle(self.free)

    def take(self) -> int:
        """A place that no credential has. Raises IndexError when the list is full."""
        return self.free.pop()

    def set(self, index: int, status: int = INVALID) -> None:
        """Write the status of a credential."""
        bit = index * self.bits
        cleared = self.packed[bit // 8] & ~(((1 << self.bits) - 1) << bit % 8)
        self.packed[bit // 8] = cleared | status << bit % 8

    @property
    def compressed(self) -> bytes:
        """The list in ZLIB format, as tokens carry it."""
        return zlib.compress(bytes(self.packed), 9)

    def as_jwt(
        self,
        key: ec.EllipticCurvePrivateKey,
        signer: x509.Certificate,
        *,
        at: datetime,
        lasts: timedelta = timedelta(days=1),
    ) -> str:
        """A status list token in JWT form."""
        payload = {
            "sub": self.uri,
            "iat": int(at.timestamp()),
            "exp": int((at + lasts).timestamp()),
            "ttl": 43200,
            "status_list": {"bits": self.bits, "lst": base64url(self.compressed)},
        }
        return jws(key, {"typ": "statuslist+jwt", "x5c": [b64encode(der(signer)).decode()]}, payload)

    def as_cwt(
        self,
        key: ec.EllipticCurvePrivateKey,
        signer: x509.Certificate,
        *,
        at: datetime,
        lasts: timedelta = timedelta(days=1),
    ) -> bytes:
        """A status list token in CWT form."""
        payload = {
            2: self.uri,
            6: int(at.timestamp()),
            4: int((at + lasts).timestamp()),
            65534: 43200,
            65533: {"bits": self.bits, "lst": self.compressed},
        }
        header = {ALG: ES256, 16: "application/statuslist+cwt"}
        signed = sign1(key, cbor2.dumps(payload), protected=header, unprotected={X5CHAIN: der(signer)})
        return cbor2.dumps(cbor2.CBORTag(18, signed))
