"""Providers of age assurance, by one small interface: a signed answer to one question. None is needed.

A provider is described by a YAML file in the folder REMPART_AGE_VENDORS (docs/age.md, "Providers"). It answers with one
JWS (RFC 7515; ES256 or EdDSA with Ed25519, RFC 8037) whose claims are those below and no other, so that neither a face,
nor a birth date, nor a name can come with them. Nothing of the answer is kept but one bit.

    iss, aud   who answers (as in the file), who asked (REMPART_ADDRESS)
    sub, nonce what stood in the request, each good once
    iat, exp   seconds since 1970; the answer is young, and not over
    over, met  the years asked, and whether they are reached
    method     how, one of the file's
    confidence class of IEEE 2089.1-2024; at most the file's is held
    estimate   {"lower", "upper", "level"}: bounds in years, at a level of at least 0.95; for methods that estimate

An estimate shows an age only where its lower bound is above it, and its lack only where the upper one is below: between
the two the person is asked another way. That buffer is what NIST FATE-AEV calls a challenge age, for each person's own
margin of error (docs/age.md, "Error rates").
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard

import yaml
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from rempart.age.models.assurances import Confidence
from rempart.attestation import jose
from rempart.attestation.outcome import Reason
from rempart.attestation.outcome import Refused as NotGenuine

TYPE = "age-result+jwt"
LONGEST = 8192  # characters of an answer
SKEW = timedelta(minutes=2)
LEVEL = 0.95
_CLAIMS = {"iss", "aud", "sub", "nonce", "iat", "exp", "over", "met", "method", "confidence", "estimate"}
_FIELDS = {
    "name",
    "title",
    "issuer",
    "keys",
    "methods",
    "estimates",
    "confidence",
    "start",
    "oldest_seconds",
    "lasts_days",
}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,100}")

Key = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


class Why(StrEnum):
    """Why an answer is refused: the codes that its sender reads."""

    UNKNOWN_VENDOR = "unknown_vendor"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    BAD_ALGORITHM = "bad_algorithm"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    UNEXPECTED_CLAIM = "unexpected_claim"
    WRONG_ISSUER = "wrong_issuer"
    WRONG_AUDIENCE = "wrong_audience"
    UNKNOWN_REQUEST = "unknown_request"
    WRONG_NONCE = "wrong_nonce"
    ALREADY_USED = "already_used"
    REQUEST_OVER = "request_over"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    TOO_OLD = "too_old"
    WRONG_THRESHOLD = "wrong_threshold"
    WRONG_METHOD = "wrong_method"
    WRONG_CONFIDENCE = "wrong_confidence"
    WITHIN_MARGIN = "within_margin"
    TOO_MANY = "too_many"


class VendorRefused(Exception):
    """An answer that is not taken; `why` is a code."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, kw_only=True)
class Vendor:
    """A provider as its file describes it.

    keys: key id → public key. estimates: the methods of which bounds are asked. confidence: the most that is held of
    its answers. start: where a person is sent. oldest: the age of an answer that is still taken. lasts: how long its
    bit counts.
    """

    name: str
    title: Mapping[str, str]
    issuer: str
    keys: Mapping[str, Key]
    methods: tuple[str, ...]
    estimates: tuple[str, ...]
    confidence: Confidence
    start: str
    oldest: timedelta
    lasts: timedelta


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a genuine answer says: of which request, and one bit."""

    number: str
    nonce: str
    over: int
    met: bool
    method: str
    confidence: Confidence


def vendors() -> Mapping[str, Vendor]:
    """Every provider by its name; none where no folder is named. Raises ImproperlyConfigured naming file and field."""
    return _read(settings.REMPART_AGE_VENDORS)


def parse(text: str, file: str) -> Vendor:
    """A provider from its file. Raises ImproperlyConfigured."""
    data = yaml.safe_load(text)
    if not isinstance(data, dict):
        raise ImproperlyConfigured(f"{file}: is no description of a provider")
    read = _File(file, data)
    if odd := sorted(map(str, set(data) - _FIELDS)):
        raise read.wrong(odd[0], "is no field of a provider")
    name, start = read.text("name"), read.text("start")
    if not _NAME.fullmatch(name):
        raise read.wrong("name", "is not made of small letters, digits, hyphens and underscores")
    if not start.startswith(("https://", "http://localhost")):
        raise read.wrong("start", "is no https address")
    title = data.get("title")
    if not isinstance(title, dict) or not all(isinstance(title.get(one), str) for one in ("fr", "en")):
        raise read.wrong("title", "has no fr and en")
    methods, estimates = read.names("methods"), read.names("estimates")
    if not methods or not set(estimates) <= set(methods):
        raise read.wrong("estimates", "names what is none of the methods")
    if data.get("confidence") not in Confidence.values:
        raise read.wrong("confidence", f"is none of {', '.join(Confidence.values)}")
    return Vendor(
        name=name,
        title={one: title[one] for one in ("fr", "en")},
        issuer=read.text("issuer"),
        keys=read.keys(),
        methods=methods,
        estimates=estimates,
        confidence=Confidence(data["confidence"]),
        start=start,
        oldest=timedelta(seconds=read.number("oldest_seconds", 600, 86_400)),
        lasts=timedelta(days=read.number("lasts_days", 365, 365)),
    )


class _File:
    """Looks at the parts of one file, and names what is wrong with them."""

    def __init__(self, name: str, data: Mapping[str, Any]) -> None:
        self.name, self.data = name, data

    def wrong(self, field: str, why: str) -> ImproperlyConfigured:
        return ImproperlyConfigured(f"{self.name}: {field}: {why}")

    def text(self, field: str) -> str:
        value = self.data.get(field)
        if not isinstance(value, str) or not value:
            raise self.wrong(field, "is missing")
        return value

    def names(self, field: str) -> tuple[str, ...]:
        listed = self.data.get(field, [])
        if not isinstance(listed, list) or not all(isinstance(one, str) and _NAME.fullmatch(one) for one in listed):
            raise self.wrong(field, "is no list of names")
        return tuple(listed)

    def number(self, field: str, usual: int, most: int) -> int:
        value = self.data.get(field, usual)
        if type(value) is not int or not 1 <= value <= most:
            raise self.wrong(field, f"is not between 1 and {most}")
        return value

    def keys(self) -> dict[str, Key]:
        given = self.data.get("keys")
        listed = given.get("keys") if isinstance(given, dict) else None
        if not isinstance(listed, list) or not listed:
            raise self.wrong("keys", "is no key set (RFC 7517)")
        found: dict[str, Key] = {}
        for one in listed:
            try:
                kid, key = _key(one)
            except NotGenuine as error:
                raise self.wrong("keys", "holds what is no public P-256 or Ed25519 key with a kid") from error
            if kid in found:
                raise self.wrong("keys", f"{kid} stands twice")
            found[kid] = key
        return found


def read_answer(compact: str, vendor: Vendor, *, audience: str, at: datetime) -> Result:
    """What a provider's answer says, its signature and every claim checked; of its request nothing is known here.

    Raises VendorRefused, and nothing else, whatever the text.
    """
    if len(compact) > LONGEST:
        raise VendorRefused(Why.TOO_LARGE)
    try:
        claims = _verified(compact, vendor)
    except NotGenuine as error:
        why = {Reason.BAD_ALGORITHM: Why.BAD_ALGORITHM, Reason.TOO_LARGE: Why.TOO_LARGE}
        raise VendorRefused(why.get(error.reason, Why.MALFORMED)) from error
    if set(claims) - _CLAIMS:
        raise VendorRefused(Why.UNEXPECTED_CLAIM)
    if claims.get("iss") != vendor.issuer:
        raise VendorRefused(Why.WRONG_ISSUER)
    if claims.get("aud") != audience:
        raise VendorRefused(Why.WRONG_AUDIENCE)
    made, ends = _moment(claims.get("iat")), _moment(claims.get("exp"))
    if ends <= at or ends <= made:
        raise VendorRefused(Why.EXPIRED)
    if made > at + SKEW:
        raise VendorRefused(Why.NOT_YET_VALID)
    if made < at - vendor.oldest:
        raise VendorRefused(Why.TOO_OLD)
    number, nonce, over, met = (claims.get(name) for name in ("sub", "nonce", "over", "met"))
    if not _is_ours(number) or not _is_ours(nonce) or type(over) is not int or type(met) is not bool:
        raise VendorRefused(Why.MALFORMED)
    method, confidence = claims.get("method"), claims.get("confidence")
    if method not in vendor.methods:
        raise VendorRefused(Why.WRONG_METHOD)
    if confidence not in Confidence.values:
        raise VendorRefused(Why.WRONG_CONFIDENCE)
    if method in vendor.estimates or "estimate" in claims:
        _ensure_outside_margin(claims.get("estimate"), over, met)
    least = min(Confidence(confidence), vendor.confidence, key=lambda one: one.rank)
    return Result(number=number, nonce=nonce, over=over, met=met, method=str(method), confidence=least)


def _is_ours(value: Any) -> TypeGuard[str]:
    """Whether it has the look of the numbers and nonces that are made here (base64url)."""
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def _ensure_outside_margin(estimate: Any, over: int, met: bool) -> None:
    if not isinstance(estimate, dict) or set(estimate) != {"lower", "upper", "level"}:
        raise VendorRefused(Why.MALFORMED)
    values = [estimate[name] for name in ("lower", "upper", "level")]
    if any(type(one) not in (int, float) for one in values):
        raise VendorRefused(Why.MALFORMED)
    lower, upper, level = values
    if not 0 <= lower <= upper <= 150 or not LEVEL <= level < 1:
        raise VendorRefused(Why.MALFORMED)
    if not (lower > over if met else upper < over):
        raise VendorRefused(Why.WITHIN_MARGIN)


def _verified(compact: str, vendor: Vendor) -> dict[str, Any]:
    parts = compact.split(".")
    if len(parts) != 3:
        raise VendorRefused(Why.MALFORMED)
    header = jose.read_object(jose.unbase64url(parts[0]))
    if set(header) != {"alg", "typ", "kid"} or header["typ"] != TYPE:
        raise VendorRefused(Why.MALFORMED)
    # The algorithm is ours to allow, and has to be that of the key (RFC 8725, 3.1).
    if header["alg"] not in ("ES256", "EdDSA"):
        raise VendorRefused(Why.BAD_ALGORITHM)
    kid = header["kid"]
    key = vendor.keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise VendorRefused(Why.UNKNOWN_KEY)
    if isinstance(key, ed25519.Ed25519PublicKey) != (header["alg"] == "EdDSA"):
        raise VendorRefused(Why.BAD_ALGORITHM)
    signed, signature = f"{parts[0]}.{parts[1]}".encode(), jose.unbase64url(parts[2])
    if isinstance(key, ed25519.Ed25519PublicKey):
        try:
            key.verify(signature, signed)
        except InvalidSignature as error:
            raise VendorRefused(Why.BAD_SIGNATURE) from error
    else:
        try:
            jose.verify_jws(jose.Jws(header, {}, signed, signature), key, otherwise=Reason.MALFORMED)
        except NotGenuine as error:
            raise VendorRefused(Why.BAD_SIGNATURE) from error
    return jose.read_object(jose.unbase64url(parts[1]))


def _key(jwk: Any) -> tuple[str, Key]:
    kid = jwk.get("kid") if isinstance(jwk, dict) else None
    if not isinstance(kid, str) or not kid or "d" in jwk:
        raise NotGenuine(Reason.MALFORMED, "a key without a name, or a private one")
    if jwk.get("kty") == "OKP" and jwk.get("crv") == "Ed25519" and isinstance(jwk.get("x"), str):
        try:
            return kid, ed25519.Ed25519PublicKey.from_public_bytes(jose.unbase64url(jwk["x"]))
        except ValueError as error:
            raise NotGenuine(Reason.MALFORMED, "not an Ed25519 key") from error
    key = jose.read_key(jwk)
    if key.curve.name != "secp256r1":
        raise NotGenuine(Reason.MALFORMED, "not a P-256 key")
    return kid, key


def _moment(seconds: Any) -> datetime:
    if type(seconds) is not int or not 0 <= seconds < 1 << 36:
        raise VendorRefused(Why.MALFORMED)
    return datetime.fromtimestamp(seconds, UTC)


@cache
def _read(folder: str) -> Mapping[str, Vendor]:
    found: dict[str, Vendor] = {}
    for file in sorted(Path(folder).glob("*.yaml")) if folder else ():
        one = parse(file.read_text(encoding="utf-8"), file.name)
        if one.name in found:
            raise ImproperlyConfigured(f"{file.name}: name: {one.name} is another provider's")
        found[one.name] = one
    return found
