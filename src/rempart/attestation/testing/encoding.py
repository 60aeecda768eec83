"""What the test issuer and the test wallet write with: base64url, COSE_Sign1 (RFC 9052), compact JWS (RFC 7515).

Written from the specifications and apart from what verifies, so that two readings of them meet in the tests.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ALG, X5CHAIN = 1, 33
ES256 = -7


def base64url(data: bytes) -> str:
    """base64url without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes behind base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def embedded(value: object) -> bytes:
    """`#6.24(bstr .cbor value)`, encoded: how ISO/IEC 18013-5 fixes the bytes of what is signed or hashed."""
    return cbor2.dumps(cbor2.CBORTag(24, cbor2.dumps(value)))


def sha256(data: bytes) -> bytes:
    """The digest of the European profile."""
    return hashlib.sha256(data).digest()


def raw_signature(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """ES256 as COSE and JOSE carry it: r and s, 32 bytes each."""
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32) + s.to_bytes(32)


def cose_key(key: ec.EllipticCurvePublicKey) -> dict[int, object]:
    """A P-256 public key as COSE_Key."""
    point = key.public_numbers()
    return {1: 2, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}


def jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """A P-256 public key as JWK."""
    point = key.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": base64url(point.x.to_bytes(32)),
        "y": base64url(point.y.to_bytes(32)),
    }


def der(certificate: x509.Certificate) -> bytes:
    """A certificate as it stands in x5chain."""
    return certificate.public_bytes(serialization.Encoding.DER)


def sign1(
    key: ec.EllipticCurvePrivateKey,
    payload: bytes,
    *,
    unprotected: Mapping[int, object],
    detached: bool = False,
    protected: Mapping[int, object] | None = None,
) -> list[object]:
    """COSE_Sign1 without its tag, as mdocs carry it: [protected, unprotected, payload or null, signature]."""
    header = cbor2.dumps(dict(protected if protected is not None else {ALG: ES256}))
    signature = raw_signature(key, cbor2.dumps(["Signature1", header, b"", payload]))
    return [header, dict(unprotected), None if detached else payload, signature]


def x5chain(chain: Sequence[x509.Certificate]) -> bytes | list[bytes]:
    """The chain from the signer up, the root left out: one certificate stands alone (RFC 9360)."""
    encoded = [der(certificate) for certificate in chain]
    return encoded[0] if len(encoded) == 1 else encoded


def json_bytes(value: object) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def jws(key: ec.EllipticCurvePrivateKey, header: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    """A compact JWS signed with ES256."""
    text = f"{base64url(json_bytes({'alg': 'ES256', **header}))}.{base64url(json_bytes(payload))}"
    return f"{text}.{base64url(raw_signature(key, text.encode()))}"
