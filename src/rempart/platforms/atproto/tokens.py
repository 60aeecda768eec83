"""Tokens by which a personal data server shows for whom it calls us, verified before anything is believed.

Service authentication as in https://atproto.com/specs/xrpc: a JWT signed with the key in the issuer's DID document, for
us alone (`aud`), for one method (`lxm`), for a short while (`exp`), once (`jti`).
"""

import base64
import binascii
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import libipld
import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from rempart.ledger.clock import now
from rempart.platforms.atproto.allowance import Allowance
from rempart.platforms.atproto.hosting import Hosted, hosted
from rempart.platforms.atproto.identity import LABELER, own_did
from rempart.platforms.atproto.models import SeenToken
from rempart.platforms.atproto.server import read_object
from rempart.platforms.atproto.settings import atproto_settings
from rempart.platforms.connector import PermanentFailure
from rempart.platforms.http import client, said
from rempart.platforms.models import Platform

LONGEST = 8 * 1024  # characters
LONGEST_LIFE = timedelta(hours=1)
LEEWAY = timedelta(minutes=1)  # by which two clocks may differ
_PLC = re.compile(r"did:plc:[a-z2-7]{24}")
_allowance = Allowance()

# Algorithm: curve, order of its group, prefix of its keys in a Multikey (https://atproto.com/specs/cryptography).
_CURVES: dict[str, tuple[ec.EllipticCurve, int, bytes]] = {
    "ES256K": (ec.SECP256K1(), 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141, b"\xe7\x01"),
    "ES256": (ec.SECP256R1(), 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551, b"\x80\x24"),
}
_OLDER_TYPES = {"ES256K": "EcdsaSecp256k1VerificationKey2019", "ES256": "EcdsaSecp256r1VerificationKey2019"}


class TokenRefused(Exception):
    """A token that proves nothing. `code`: the protocol's word for it; the message says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """How a token is signed."""

    alg: str
    typ: str = "JWT"


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token claims."""

    iss: str
    aud: str
    exp: int
    lxm: str
    jti: str
    iat: int | None = None
    nbf: int | None = None


Part = TypeVar("Part", Header, Claims)


def caller_of(authorization: str, method: str) -> Hosted:
    """The account of a server of ours for which this call is made. Raises TokenRefused, TooMany, PlatformFailure.

    authorization: the header as it came. Looked up in the order of what it costs: nothing is asked of anybody for a
    token that is not meant for us, nor beyond what is allowed in a minute.
    """
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token.isascii() or len(token) > LONGEST or token.count(".") != 2:
        raise TokenRefused("AuthMissing", "a service token is needed")
    signed, _, signature = token.rpartition(".")
    head, _, body = signed.partition(".")
    header, claims = _read(head, Header), _read(body, Claims)
    _ensure_meant(header, claims, method)
    _allowance.spend(claims.iss)
    caller = hosted(claims.iss)
    if caller is None:
        raise TokenRefused("BadJwtIss", "the issuer has no account on a server that we look after")
    if not _signed(_document(caller), header.alg, signed.encode(), _bytes(signature)):
        raise TokenRefused("BadJwtSignature", "the token is not signed by its issuer")
    _allowance.was_genuine(claims.iss)
    _use_once(claims)
    return caller


def _ensure_meant(header: Header, claims: Claims, method: str) -> None:
    """Raises TokenRefused unless the token says that it is for us, for this method and for now."""
    moment, life = now(), claims.exp - int(now().timestamp())
    if header.typ != "JWT" or header.alg not in _CURVES:
        raise TokenRefused("BadJwtType", "this is no service token")
    if claims.aud not in {own_did(), f"{own_did()}#{LABELER}"}:
        raise TokenRefused("BadJwtAudience", "the token is meant for another service")
    if claims.lxm != method:
        raise TokenRefused("BadJwtLexiconMethod", f"the token is not meant for {method}")
    if life <= 0:
        raise TokenRefused("JwtExpired", "the token has expired")
    if life > (LONGEST_LIFE + LEEWAY).total_seconds():
        raise TokenRefused("BadJwt", "the token lasts too long")
    begins = max(claims.iat or 0, claims.nbf or 0)
    if begins > (moment + LEEWAY).timestamp():
        raise TokenRefused("BadJwt", "the token begins in the future")
    if not claims.jti:
        raise TokenRefused("BadJwt", "the token has no number")
    if not _PLC.fullmatch(claims.iss):
        raise TokenRefused("BadJwtIss", "only accounts with a did:plc are known here")


def _document(account: Hosted) -> dict[str, Any]:
    """The account's DID document, from the directory."""
    directory = Platform(address=atproto_settings(account.platform).directory)
    with client(directory) as http:
        try:
            found = read_object(said(http.get(f"/{account.did}")))
        except PermanentFailure as failure:
            raise TokenRefused("BadJwtIss", "the issuer's DID cannot be resolved") from failure
    if found.get("id") != account.did:
        raise TokenRefused("BadJwtIss", "the issuer's DID document is another's")
    return found


def _signed(document: dict[str, Any], algorithm: str, content: bytes, signature: bytes) -> bool:
    """Whether `content` was signed with the document's key `#atproto`, in the one form that the protocol allows."""
    curve, order, _prefix = _CURVES[algorithm]
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    # Of the two signatures that hold, only the lower is taken.
    if len(signature) != 64 or not (0 < r < order and 0 < s <= order // 2):
        return False
    point = _key_of(document, algorithm)
    if point is None:
        return False
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(curve, point)
        key.verify(encode_dss_signature(r, s), content, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True


def _key_of(document: dict[str, Any], algorithm: str) -> bytes | None:
    """The point of the document's key `#atproto`, None when there is none or when it is of another curve."""
    methods = document.get("verificationMethod")
    for method in methods if isinstance(methods, list) else []:
        if not isinstance(method, dict) or method.get("id") not in {"#atproto", f"{document['id']}#atproto"}:
            continue
        try:
            _base, content = libipld.decode_multibase(method["publicKeyMultibase"])
        except (KeyError, TypeError, ValueError):
            return None
        content, prefix = bytes(content), _CURVES[algorithm][2]
        if method.get("type") == "Multikey":
            return content.removeprefix(prefix) if content.startswith(prefix) else None
        return content if method.get("type") == _OLDER_TYPES[algorithm] else None
    return None


def _use_once(claims: Claims) -> None:
    """Raises TokenRefused when this token was shown before."""
    digest = hashlib.sha256(f"{claims.iss}\0{claims.jti}".encode()).digest()
    expires = datetime.fromtimestamp(claims.exp, UTC)
    _row, new = SeenToken.objects.get_or_create(digest=digest, defaults={"expires_at": expires})
    if not new:
        raise TokenRefused("BadJwt", "the token was used before")


def _read(part: str, kind: type[Part]) -> Part:
    try:
        return msgspec.json.decode(_bytes(part), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise TokenRefused("BadJwt", "the token cannot be read") from error


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise TokenRefused("BadJwt", "the token cannot be read") from error
