"""JSON Web Signatures and Keys, as strictly as proofs need: three algorithms, one spelling of everything.

RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 (ECDSA), with the advice of RFC 8725: the algorithm is ours to allow, not the
token's to choose. JSON with a repeated name, a number that is none (NaN) or bytes that are no UTF-8 is refused, since
two readers could read two things.
"""

import json
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation import curves
from rempart.attestation.curves import P256, P384, P521, Curve
from rempart.attestation.outcome import Reason, Refused

ALGORITHMS: Mapping[str, Curve] = {"ES256": P256, "ES384": P384, "ES512": P521}
"""RFC 7518, 3.4."""
CURVES: Mapping[str, Curve] = {"P-256": P256, "P-384": P384, "P-521": P521}
"""RFC 7518, 6.2.1.1."""

MAX_JSON = 1 << 20

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/!!!")
"""The standard's own +, / and padding have no place here: they become what no alphabet has."""


def base64url(raw: bytes) -> str:
    """Bytes as unpadded base64url."""
    return b2a_base64(raw, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def unbase64url(text: str) -> bytes:
    """Bytes of unpadded base64url in its only canonical spelling. Raises Refused (malformed)."""
    try:
        encoded = text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4)
        raw = a2b_base64(encoded, strict_mode=True)
    except ValueError as error:
        raise Refused(Reason.MALFORMED, "not base64url") from error
    if b2a_base64(raw[len(raw) // 3 * 3 :], newline=False) != encoded[len(raw) // 3 * 4 :]:
        raise Refused(Reason.MALFORMED, "base64url in another spelling")
    return raw


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Refused(Reason.MALFORMED, "a JSON name stands twice")
    return members


def _no_constant(name: str) -> NoReturn:
    raise Refused(Reason.MALFORMED, "a JSON number that is none")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)


def read_json(raw: bytes, *, largest: int = MAX_JSON) -> Any:
    """A JSON value whose names are unique. Raises Refused (malformed, too_large past `largest` bytes)."""
    if len(raw) > largest:
        raise Refused(Reason.TOO_LARGE, "JSON")
    try:
        value = msgspec.json.decode(raw)
        if msgspec.json.encode(value) == raw:  # then nothing in it was said twice; ten times as fast as looking
            return value
        return _DECODER.decode(raw.decode())
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        raise Refused(Reason.MALFORMED, "not JSON") from error


def read_object(raw: bytes, *, largest: int = MAX_JSON) -> dict[str, Any]:
    """A JSON object. Raises Refused (malformed, too_large past `largest` bytes)."""
    value = read_json(raw, largest=largest)
    if not isinstance(value, dict):
        raise Refused(Reason.MALFORMED, "not a JSON object")
    return value


@dataclass(frozen=True, slots=True)
class Jws:
    """A signed token, not yet verified."""

    header: dict[str, Any]
    payload: dict[str, Any]
    signing_input: bytes
    signature: bytes


@lru_cache(maxsize=128)
def _read_header(text: str) -> dict[str, Any]:
    """A header, read once for all the tokens of an issuer: with its certificates it is longer than what it signs."""
    return read_object(unbase64url(text))


def read_jws(compact: str, *, typ: frozenset[str], otherwise: Reason, largest: int = MAX_JSON) -> Jws:
    """Take a compact JWS apart: an allowed algorithm, one of these types, no critical extension, an object inside.

    Raises Refused (malformed, bad_algorithm, too_large, `otherwise` when the type is another).
    """
    parts = compact.split(".")
    if len(parts) != 3:
        raise Refused(Reason.MALFORMED, "not a compact JWS")
    header = _read_header(parts[0])
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Refused(Reason.BAD_ALGORITHM)
    if "crit" in header or "b64" in header:
        raise Refused(Reason.BAD_ALGORITHM, "critical extensions")
    kind = header.get("typ")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in typ:
        raise Refused(otherwise, "typ")
    payload = read_object(unbase64url(parts[1]), largest=largest)
    return Jws(header, payload, f"{parts[0]}.{parts[1]}".encode(), unbase64url(parts[2]))


def verify_jws(token: Jws, key: ec.EllipticCurvePublicKey, *, otherwise: Reason) -> None:
    """Check the signature with a key of the algorithm's own curve; raises Refused(otherwise), bad_algorithm."""
    curves.verify(ALGORITHMS[token.header["alg"]], key, token.signature, token.signing_input, otherwise=otherwise)


def read_key(jwk: object, *, otherwise: Reason = Reason.MALFORMED) -> ec.EllipticCurvePublicKey:
    """The public key of an EC JWK (P-256, P-384, P-521), its point checked to be on the curve.

    A JWK that holds a private part is refused: whoever shows one has given the key away.
    """
    if not isinstance(jwk, dict) or jwk.get("kty") != "EC" or "d" in jwk:
        raise Refused(otherwise, "not a public EC key")
    name, x, y = jwk.get("crv"), jwk.get("x"), jwk.get("y")
    if not isinstance(name, str) or name not in CURVES or not isinstance(x, str) or not isinstance(y, str):
        raise Refused(otherwise, "not an EC key of an allowed curve")
    curve = CURVES[name]
    x_bytes, y_bytes = unbase64url(x), unbase64url(y)
    if len(x_bytes) != curve.size or len(y_bytes) != curve.size:
        raise Refused(otherwise, "length of a coordinate")
    return curves.key_at(curve, b"\x04" + x_bytes + y_bytes, otherwise=otherwise)


def write_key(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """A public key as a JWK. Raises ValueError for a curve that is not allowed."""
    numbers = key.public_numbers()
    for name, (curve, _scheme, size) in CURVES.items():
        if curve.name == key.curve.name:
            x, y = (base64url(value.to_bytes(size, "big")) for value in (numbers.x, numbers.y))
            return {"kty": "EC", "crv": name, "x": x, "y": y}
    raise ValueError("a curve that is not allowed")
