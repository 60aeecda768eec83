"""COSE_Sign1 and COSE_Key (RFC 9052, RFC 9053), ECDSA over the NIST curves and nothing else."""

from functools import lru_cache
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from rempart.attestation import cbor
from rempart.attestation.outcome import Reason, Refused

ALGORITHM, CRITICAL, X5CHAIN = 1, 2, 33
"""Header parameters (RFC 9052, 3.1; RFC 9360, 2)."""

_SHA256, _SHA384, _SHA512 = ec.ECDSA(hashes.SHA256()), ec.ECDSA(hashes.SHA384()), ec.ECDSA(hashes.SHA512())
_ALGORITHMS: dict[int, tuple[str, ec.ECDSA, int]] = {  # curve, scheme, bytes of r and of s
    -7: ("secp256r1", _SHA256, 32),  # ES256
    -35: ("secp384r1", _SHA384, 48),  # ES384
    -36: ("secp521r1", _SHA512, 66),  # ES512
    -9: ("secp256r1", _SHA256, 32),  # ESP256, ESP384 and ESP512 say the curve too (RFC 9864)
    -51: ("secp384r1", _SHA384, 48),
    -52: ("secp521r1", _SHA512, 66),
}
_CURVES: dict[int, tuple[ec.EllipticCurve, int]] = {
    1: (ec.SECP256R1(), 32),
    2: (ec.SECP384R1(), 48),
    3: (ec.SECP521R1(), 66),
}


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
    curve, scheme, size = known
    if key.curve.name != curve:
        raise Refused(Reason.BAD_ALGORITHM, "an algorithm for another curve than the key's")
    raw = signed.signature
    if len(raw) != 2 * size:
        raise Refused(otherwise, "a signature of another length")
    signature = encode_dss_signature(int.from_bytes(raw[:size], "big"), int.from_bytes(raw[size:], "big"))
    message = b"\x84\x6aSignature1" + cbor.byte_string(signed.protected) + b"\x40" + cbor.byte_string(payload)
    try:
        key.verify(signature, message, scheme)
    except InvalidSignature as error:
        raise Refused(otherwise, "the signature does not hold") from error


def public_key(value: Any) -> ec.EllipticCurvePublicKey:
    """The key in a decoded COSE_Key: EC2 on P-256, P-384 or P-521. Raises Refused (malformed, bad_algorithm)."""
    if type(value) is not dict:
        raise Refused(Reason.MALFORMED, "COSE_Key expected")
    kind, curve_number = value.get(1), value.get(-1)
    if type(kind) is not int or kind != 2 or type(curve_number) is not int or curve_number not in _CURVES:
        raise Refused(Reason.BAD_ALGORITHM, "a key on P-256, P-384 or P-521 expected")
    curve, size = _CURVES[curve_number]
    x, y = value.get(-2), value.get(-3)
    if type(x) is not bytes or len(x) != size:
        raise Refused(Reason.MALFORMED, "a coordinate of another length")
    if type(y) is bytes and len(y) == size:
        point = b"\x04" + x + y
    elif type(y) is bool:
        point = (b"\x03" if y else b"\x02") + x
    else:
        raise Refused(Reason.MALFORMED, "a coordinate of another length")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
    except ValueError as error:
        raise Refused(Reason.MALFORMED, "a point that is not on its curve") from error


def key_map(key: ec.EllipticCurvePublicKey) -> dict[int, int | bytes]:
    """A P-256 public key as a COSE_Key."""
    numbers = key.public_numbers()
    return {1: 2, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
