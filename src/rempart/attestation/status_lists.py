"""Token Status Lists (draft-ietf-oauth-status-list): which credentials their issuer took back, one to eight bits each.

A list comes as a signed token, JWT or CWT, from a file or from its address; this room fetches nothing. It counts only
when a trusted issuer signed it, when it is about the address that the credential names, and until it expires.
"""

import zlib
from binascii import unhexlify
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from rempart.attestation import cbor, cose
from rempart.attestation.certificates import DOCUMENT_SIGNERS, Anchors, Signer
from rempart.attestation.jose import read_jws, read_object, unbase64url
from rempart.attestation.outcome import Reason, Refused
from rempart.attestation.signers import ListedKey, listed_keys, verify_issuer

LARGEST_TOKEN = 8 << 20
LARGEST_LIST = 64 << 20
"""Bytes of an inflated list: 2²⁹ credentials of one bit. A megabyte of zeros deflates to one kilobyte: bound it."""
SKEW = timedelta(minutes=5)
LATEST = 253402300799
"""In seconds: the last moment that we can hold, at the end of the year 9999."""
UNSTATED = timedelta(days=7)
"""How long a list counts that says neither when it expires (`exp`) nor how long it may be kept (`ttl`)."""

STATUS_SIGNER = bytes.fromhex("2b0601050507031e")
"""1.3.6.1.5.5.7.3.30: signs status lists (section 10 of the draft)."""
SIGNERS = DOCUMENT_SIGNERS | {STATUS_SIGNER}

JWT_TYPE, CWT_TYPE = "statuslist+jwt", "statuslist+cwt"
_ISSUER, _SUBJECT, _EXPIRES, _ISSUED, _LIST, _KEPT = 1, 2, 4, 6, 65533, 65534
"""CWT claims (RFC 8392, and the draft)."""
_KEY_ID, _TYPE = 4, 16
"""COSE header parameters (RFC 9052, RFC 9596)."""

_TOKENS = (b"eyj", b"\xd2\x84", b"\x84", b"\xd8\x3d\xd2", b"d284", b"d83dd2")
"""How tokens begin: a JWS header, COSE_Sign1 with tags or without, in hexadecimal too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """What a token says: `packed` holds the statuses of `bits` bits each, those of low index in the low bits."""

    uri: str
    bits: int
    packed: bytes = field(repr=False)
    issued: datetime
    until: datetime

    def __len__(self) -> int:
        return len(self.packed) * 8 // self.bits

    def status(self, index: int) -> int:
        """The status at an index: 0 valid, 1 invalid, 2 suspended, others as the issuer says. Raises IndexError."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        position = index * self.bits
        return self.packed[position // 8] >> position % 8 & (1 << self.bits) - 1


class StatusLists:
    """The lists at hand, by the address that credentials name them by."""

    def __init__(self) -> None:
        self._lists: dict[str, StatusList] = {}
        self._refused: set[str] = set()

    def __len__(self) -> int:
        return len(self._lists)

    def add(self, held: StatusList) -> None:
        """Keep a list; of two about the same address, the one issued last."""
        known = self._lists.get(held.uri)
        if known is None or known.issued <= held.issued:
            self._lists[held.uri] = held

    def refuse(self, uri: str) -> None:
        """Remember that what was found for an address is no list that may be relied on."""
        self._refused.add(uri)

    def ensure_valid(self, uri: str, index: int, *, at: datetime) -> None:
        """Raise Refused: revoked (suspended too), status_unknown without a current list, bad_status_list."""
        held = self._lists.get(uri)
        if held is None:
            reason = Reason.BAD_STATUS_LIST if uri in self._refused else Reason.STATUS_UNKNOWN
            raise Refused(reason, "no status list for this address")
        if at > held.until:
            raise Refused(Reason.STATUS_UNKNOWN, "the status list is out of date")
        if at < held.issued - SKEW:
            raise Refused(Reason.STATUS_UNKNOWN, "the status list is of a later time")
        try:
            status = held.status(index)
        except IndexError as error:
            raise Refused(Reason.BAD_STATUS_LIST, "the index is beyond the list") from error
        if status:
            raise Refused(Reason.REVOKED)


def reference(status: object) -> tuple[str, int]:
    """Address and index that a credential's `status` names. Raises Refused (malformed; status_unknown without one).

    Of several mechanisms beside one another (ISO/IEC 18013-5 has identifier lists too) the status list is read.
    """
    if not isinstance(status, Mapping):
        raise Refused(Reason.MALFORMED, "status")
    named = status.get("status_list")
    if named is None:
        raise Refused(Reason.STATUS_UNKNOWN, "a status that is in no status list")
    uri, index = (named.get("uri"), named.get("idx")) if isinstance(named, Mapping) else (None, None)
    if not isinstance(uri, str) or type(index) is not int or index < 0:
        raise Refused(Reason.MALFORMED, "status_list")
    return uri, index


def looks_like_token(data: bytes) -> bool:
    """Whether a file may hold a status list token: a compact JWS, or a COSE_Sign1 (as it is, or in hexadecimal)."""
    return data[:16].lstrip().lower().startswith(_TOKENS)


def load(lists: StatusLists, data: bytes, *, anchors: Anchors, keys: Iterable[ListedKey] = ()) -> None:
    """Add the list that a token holds, or remember that what was found for its address is not to be relied on."""
    try:
        lists.add(read_token(data, anchors=anchors, keys=keys))
    except Refused:
        if subject := _claimed_subject(data):
            lists.refuse(subject)


def read_token(data: bytes, *, anchors: Anchors, keys: Iterable[ListedKey] = ()) -> StatusList:
    """The list in a token of either form, when somebody trusted signed it while their certificates were valid.

    Raises Refused (too_large, malformed, bad_status_list, untrusted_issuer, bad_issuer_signature, bad_certificate,
    bad_algorithm).
    """
    if len(data) > LARGEST_TOKEN:
        raise Refused(Reason.TOO_LARGE, "status list token")
    text = _jwt_text(data)
    claims, signer = _read_jwt(text, anchors, keys) if text else _read_cwt(_cwt_bytes(data), anchors, keys)
    issued, until = _times(claims)
    if signer is not None:
        signer.ensure_valid(issued)
        until = min(until, signer.not_after, signer.listed_until or until)
    uri, held = claims["sub"], claims["status_list"]
    if not isinstance(uri, str) or not isinstance(held, dict):
        raise Refused(Reason.BAD_STATUS_LIST, "sub or status_list")
    bits, packed = held.get("bits"), held.get("lst")
    if type(bits) is not int or bits not in {1, 2, 4, 8} or not isinstance(packed, bytes):
        raise Refused(Reason.BAD_STATUS_LIST, "bits or lst")
    return StatusList(uri=uri, bits=bits, packed=_inflate(packed), issued=issued, until=until)


def _jwt_text(data: bytes) -> str | None:
    return data.decode().strip() if data.lstrip()[:3] == b"eyJ" and data.isascii() else None


def _cwt_bytes(data: bytes) -> bytes:
    """A CWT as it is, or written in hexadecimal as specifications print it; its COSE_Sign1 without tags."""
    if data[:1] not in {b"\xd8", b"\xd2", b"\x84"}:
        try:
            data = unhexlify(b"".join(data.split()))
        except ValueError as error:
            raise Refused(Reason.MALFORMED, "neither a JWT nor a CWT") from error
    return data.removeprefix(b"\xd8\x3d").removeprefix(b"\xd2")


def _read_jwt(text: str, anchors: Anchors, keys: Iterable[ListedKey]) -> tuple[dict[str, Any], Signer | None]:
    token = read_jws(text, typ=frozenset({JWT_TYPE}), otherwise=Reason.BAD_STATUS_LIST, largest=LARGEST_TOKEN)
    signer = verify_issuer(token, anchors=anchors, keys=keys, purposes=SIGNERS, anybody=True)
    claims = {name: token.payload.get(name) for name in ("sub", "iat", "exp", "ttl", "status_list")}
    held = claims["status_list"]
    if isinstance(held, dict) and isinstance(held.get("lst"), str):
        claims["status_list"] = {**held, "lst": unbase64url(held["lst"])}
    return claims, signer


def _read_cwt(data: bytes, anchors: Anchors, keys: Iterable[ListedKey]) -> tuple[dict[str, Any], Signer | None]:
    token = cose.sign1(cbor.decode(data, largest=LARGEST_TOKEN))
    kind = token.headers.get(_TYPE)
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") != CWT_TYPE or token.payload is None:
        raise Refused(Reason.BAD_STATUS_LIST, "typ")
    payload = cbor.decode(token.payload, largest=LARGEST_TOKEN)
    if not isinstance(payload, dict):
        raise Refused(Reason.MALFORMED, "claims")
    signer = _verify_cwt(token, payload.get(_ISSUER), anchors, keys)
    numbers = {"sub": _SUBJECT, "iat": _ISSUED, "exp": _EXPIRES, "ttl": _KEPT, "status_list": _LIST}
    return {name: payload.get(number) for name, number in numbers.items()}, signer


def _verify_cwt(token: cose.Sign1, issuer: object, anchors: Anchors, keys: Iterable[ListedKey]) -> Signer | None:
    headers = {**token.unprotected, **token.headers}
    payload = token.payload or b""
    if (chain := headers.get(cose.X5CHAIN)) is not None:
        certificates = chain if isinstance(chain, list) else [chain]
        if not all(isinstance(each, bytes) for each in certificates):
            raise Refused(Reason.MALFORMED, "x5chain")
        signer = anchors.signer(certificates, purposes=SIGNERS)
        cose.verify_signature(token, signer.key, payload, otherwise=Reason.BAD_ISSUER_SIGNATURE)
        return signer
    name = headers.get(_KEY_ID)
    name = name.decode("latin-1") if isinstance(name, bytes) else None
    refusal = Refused(Reason.UNTRUSTED_ISSUER, "no key is listed for this issuer")
    for key in listed_keys(keys, issuer=issuer, name=name, anybody=True):
        try:
            cose.verify_signature(token, key, payload, otherwise=Reason.BAD_ISSUER_SIGNATURE)
        except Refused as error:
            refusal = error
        else:
            return None
    raise refusal


def _times(claims: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """When the list was issued, and until when it counts: `exp`, else as long as it may be kept."""
    for name in ("iat", "exp", "ttl"):
        value = claims[name]
        absent = value is None and name != "iat"
        if not absent and (type(value) not in (int, float) or not 0 < value <= LATEST):
            raise Refused(Reason.BAD_STATUS_LIST, name)
    issued = datetime.fromtimestamp(claims["iat"], UTC)
    if claims["exp"] is not None:
        return issued, datetime.fromtimestamp(claims["exp"], UTC)
    kept = UNSTATED.total_seconds() if claims["ttl"] is None else claims["ttl"]
    return issued, datetime.fromtimestamp(min(claims["iat"] + kept, LATEST), UTC)


def _inflate(data: bytes) -> bytes:
    """ZLIB (RFC 1950) of at most LARGEST_LIST bytes, complete, nothing after it."""
    stream = zlib.decompressobj()
    try:
        packed = stream.decompress(data, LARGEST_LIST)
    except zlib.error as error:
        raise Refused(Reason.BAD_STATUS_LIST, "lst") from error
    if not stream.eof and len(packed) == LARGEST_LIST:
        raise Refused(Reason.TOO_LARGE, "status list")
    if not stream.eof or stream.unused_data:
        raise Refused(Reason.BAD_STATUS_LIST, "lst")
    return packed


def _claimed_subject(data: bytes) -> str | None:
    """The address that a token says it is about, its signature not looked at."""
    try:
        if text := _jwt_text(data):
            subject = read_object(unbase64url(text.split(".")[1]), largest=LARGEST_TOKEN).get("sub")
        else:
            signed = cose.sign1(cbor.decode(_cwt_bytes(data), largest=LARGEST_TOKEN))
            payload = cbor.decode(signed.payload or b"", largest=LARGEST_TOKEN)
            subject = payload.get(_SUBJECT) if isinstance(payload, dict) else None
    except (Refused, IndexError):
        return None
    return subject if isinstance(subject, str) else None
