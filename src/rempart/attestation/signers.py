"""Which keys a JSON Web Token may be signed with: the certificate chain it carries, or the issuer's own listed key."""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation.certificates import DOCUMENT_SIGNERS, Anchors, Signer
from rempart.attestation.jose import Jws, read_key, verify_jws
from rempart.attestation.outcome import Reason, Refused

MOST_KEYS = 8
"""Keys of one issuer that are tried on a token that names none."""


class ListedKey(Protocol):
    """A JWK that is trusted, for one issuer, or for any when `issuer` is None."""

    @property
    def jwk(self) -> Mapping[str, Any]:
        """A public key."""

    @property
    def issuer(self) -> str | None:
        """Whose it is."""


def verify_issuer(
    token: Jws,
    *,
    anchors: Anchors,
    keys: Iterable[ListedKey],
    purposes: frozenset[bytes] = DOCUMENT_SIGNERS,
    anybody: bool = False,
) -> Signer | None:
    """Check that somebody trusted signed a token: by its `x5c` where that leads to an anchor, else by a key listed for
    its `iss`.

    purposes: extended key usages that the certificate may be restricted to. anybody: see `listed_keys`. Returns the
    certified signer, of whom the caller ensures that it is valid at the moment that counts; None for a listed key.
    Raises Refused (untrusted_issuer, bad_issuer_signature, bad_certificate, bad_algorithm, malformed).
    """
    refusal = Refused(Reason.UNTRUSTED_ISSUER, "no key is listed for this issuer")
    if "x5c" in token.header:
        try:
            signer = anchors.signer(_chain(token.header["x5c"]), purposes=purposes)
        except Refused as error:
            if error.reason is not Reason.UNTRUSTED_ISSUER:
                raise
        else:
            verify_jws(token, signer.key, otherwise=Reason.BAD_ISSUER_SIGNATURE)
            return signer
    issuer, name = token.payload.get("iss"), token.header.get("kid")
    for key in listed_keys(keys, issuer=issuer, name=name, anybody=anybody):
        try:
            verify_jws(token, key, otherwise=Reason.BAD_ISSUER_SIGNATURE)
        except Refused as error:
            refusal = refusal if "x5c" in token.header else error
        else:
            return None
    raise refusal


def listed_keys(
    keys: Iterable[ListedKey], *, issuer: object, name: object, anybody: bool = False
) -> list[ec.EllipticCurvePublicKey]:
    """The keys listed for an issuer; those called `name` where both the token and the key have a name (`kid`).

    anybody: a token that names no issuer may be anybody's of whom a key is listed.
    """
    anybody = anybody and issuer is None
    of_issuer = [each.jwk for each in keys if anybody or each.issuer is None or each.issuer == issuer]
    named = [jwk for jwk in of_issuer if name is None or jwk.get("kid", name) == name]
    return [read_key(dict(jwk)) for jwk in named[:MOST_KEYS]]


def _chain(x5c: object) -> list[bytes]:
    """Certificates (DER) of a header, the signer's own first (RFC 7515, 4.1.6)."""
    if not isinstance(x5c, list) or not all(isinstance(each, str) for each in x5c):
        raise Refused(Reason.MALFORMED, "x5c")
    try:
        return [_decoded(each) for each in x5c]
    except ValueError as error:
        raise Refused(Reason.MALFORMED, "x5c") from error


@lru_cache(maxsize=128)
def _decoded(text: str) -> bytes:
    """A certificate in base64, read once for all the tokens of its issuer."""
    return b64decode(text, validate=True)
