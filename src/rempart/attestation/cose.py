"""COSE_Sign1 and COSE_Key (RFC 9052, RFC 9053), ECDSA over the NIST curves and nothing else."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation import cbor, curves
from rempart.attestation.curves import P256, P384, P521, Curve
from rempart.attestation.outcome import Reason, Refused

ALGORITHM, CRITICAL, X5CHAIN = 1, 2, 33
"""Header parameters (RFC 9052, 3.1; RFC 9360, 2)."""

_ALGORITHMS: Mapping[int, Curve] = {
    -7: P256,  # ES256
    -35: P384,  # ES384
    -36: P521,  # ES512
    -9: P256,  # ESP256, ESP384 and ESP512 say the curve too (RFC 9864)
    -51: P384,
    -52: P521,
}
_CURVES: Mapping[int, Curve] = {1: P256, 2: P384, 3: P521}


class Sign1(NamedTuple):
    """A COSE_Sign1 as it came: `protected` are the signed header's own bytes, `payload` is None when detached."""

    protected: bytes
    headers: dict[Any, Any]
    unprotected: dict[Any, Any]
    payload: bytes | None
    signature: bytes


def sign1(value: Any) -> Sign1:
    """Read a decoded COSE_Sign1, tagged or not. Raises Refused (malformed, bad_algorithm)."""
    if type(value) is cbor.Tag and value.tag == 18:
        value = cbor.thawed(value.value)
    if type(value) is not list or len(value) != 4:
        raise Refused(Reason.MALFORMED, "COSE_Sign1 expected")
    protected, unprotected, payload, signature = value
    if type(protected) is not bytes or type(unprotected) is not dict or type(signature) is not bytes:
        raise Refused(Reason.MALFORMED, "COSE_Sign1 expected")
    if payload is not None and type(payload) is not bytes:
        raise Refused(Reason.MALFORMED, "COSE_Sign1 expected")
    if ALGORITHM in unprotected:
        raise Refused(Reason.BAD_ALGORITHM, "the algorithm must be in the protected header")
    return Sign1(protected, _protected(protected), unprotected, payload, signature)


@lru_cache(maxsize=128)
def _protected(encoded: bytes) -> dict[Any, Any]:
    """A protected header, read once: nearly all say ES256 and nothing else."""
    headers = cbor.decode(encoded) if encoded else {}
    if type(headers) is not dict or CRITICAL in headers:
        raise Refused(Reason.MALFORMED, "a protected header that is no map, or has critical parameters")
    return headers


def verify_signature(signed: Sign1, key: ec.EllipticCurvePublicKey, payload: bytes, *, otherwise: Reason) -> None:
    """Check a signature over `payload` (RFC 9052, 4.4; no external data).

    Raises Refused: bad_algorithm when the protected header names none of ours or one for another curve than the
    key's, `otherwise` when the signature is not the key's.
    """
    algorithm = signed.headers.get(ALGORITHM)
    known = _ALGORITHMS.get(algorithm) if type(algorithm) is int else None
    if known is None:
        raise Refused(Reason.BAD_ALGORITHM, "ECDSA expected")
    message = b"\x84\x6aSignature1" + cbor.byte_string(signed.protected) + b"\x40" + cbor.byte_string(payload)
    curves.verify(known, key, signed.signature, message, otherwise=otherwise)


def public_key(value: Any) -> ec.EllipticCurvePublicKey:
    """The key in a decoded COSE_Key: EC2 on P-256, P-384 or P-521. Raises Refused (malformed, bad_algorithm)."""
    if type(value) is not dict:
        raise Refused(Reason.MALFORMED, "COSE_Key expected")
    kind, curve_number = value.get(1), value.get(-1)
    if type(kind) is not int or kind != 2 or type(curve_number) is not int or curve_number not in _CURVES:
        raise Refused(Reason.BAD_ALGORITHM, "a key on P-256, P-384 or P-521 expected")
    curve = _CURVES[curve_number]
    x, y = value.get(-2), value.get(-3)
    if type(x) is not bytes or len(x) != curve.size:
        raise Refused(Reason.MALFORMED, "a coordinate of another length")
    if type(y) is bytes and len(y) == curve.size:
        point = b"\x04" + x + y
    elif type(y) is bool:
        point = (b"\x03" if y else b"\x02") + x
    else:
        raise Refused(Reason.MALFORMED, "a coordinate of another length")
    return curves.key_at(curve, point, otherwise=Reason.MALFORMED)


def key_map(key: ec.EllipticCurvePublicKey) -> dict[int, int | bytes]:
    """A P-256 public key as a COSE_Key."""
    numbers = key.public_numbers()
    return {1: 2, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
