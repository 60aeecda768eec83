"""ECDSA over three NIST curves and nothing else: what JOSE and COSE share, each with its own names for it."""

from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from rempart.attestation.outcome import Reason, Refused


class Curve(NamedTuple):
    """A curve, how one signs on it, the bytes of a coordinate (RFC 7518, 3.4; RFC 9053, 2.1)."""

    curve: ec.EllipticCurve
    scheme: ec.ECDSA
    size: int


P256 = Curve(ec.SECP256R1(), ec.ECDSA(hashes.SHA256()), 32)
P384 = Curve(ec.SECP384R1(), ec.ECDSA(hashes.SHA384()), 48)
P521 = Curve(ec.SECP521R1(), ec.ECDSA(hashes.SHA512()), 66)


def verify(on: Curve, key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes, *, otherwise: Reason) -> None:
    """Check a signature (r and s, one after the other) with a key of that very curve.

    Raises Refused: bad_algorithm for a key of another curve, `otherwise` when the signature is not the key's.
    """
    if key.curve.name != on.curve.name:
        raise Refused(Reason.BAD_ALGORITHM, "an algorithm for another curve than the key's")
    if len(signature) != 2 * on.size:
        raise Refused(otherwise, "a signature of another length")
    r, s = int.from_bytes(signature[: on.size]), int.from_bytes(signature[on.size :])
    try:
        key.verify(encode_dss_signature(r, s), message, on.scheme)
    except InvalidSignature as error:
        raise Refused(otherwise, "the signature does not hold") from error


def key_at(on: Curve, point: bytes, *, otherwise: Reason) -> ec.EllipticCurvePublicKey:
    """The public key at a point, whole or compressed (SEC 1, 2.3.4). Raises Refused(otherwise) off the curve."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(on.curve, point)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused(otherwise, "a point that is not on its curve") from error
