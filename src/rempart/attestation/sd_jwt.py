"""SD-JWT VC with key binding: an age shown by a signed JSON credential whose holder opens one claim and no other.

RFC 9901 (SD-JWT) and draft-ietf-oauth-sd-jwt-vc, in compact or JWS JSON form. Accepted is what opens age claims and
nothing else: `age_over_NN`, or `age_equal_or_over: {"NN": …}` as the European person identification data has it.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from rempart.attestation.jose import base64url, read_json, read_jws, read_key, read_object, unbase64url, verify_jws
from rempart.attestation.outcome import Genuine, Method, Reason, Refused
from rempart.attestation.signers import verify_issuer
from rempart.attestation.status_lists import reference
from rempart.attestation.trust import Trust

LARGEST = 64 * 1024
MOST_DISCLOSURES = 64
DEEPEST = 16
SKEW = timedelta(minutes=5)
"""How far ahead of ours the clock of an issuer may be."""
TELEPHONES = timedelta(hours=12)
"""How far from ours the clock of a holder's telephone may be, either way: they are set by hand, to other time zones.
What makes a proof of possession fresh is the nonce of the request, which is answered once."""

YEAR_10000 = 253402300800
"""In seconds: where the dates that we can hold end."""

TYPES = frozenset({"dc+sd-jwt", "vc+sd-jwt"})
"""`typ` of an SD-JWT VC: today's, and the one that drafts had until November 2024."""

VCT = re.compile(
    r"urn:(?:eudi|eu\.europa\.ec\.eudi):pid:(?:[a-z]{2}:)?1"  # person identification data, a Member State's own variant
    r"|urn:eu\.europa\.ec\.av:1|eu\.europa\.ec\.av\.1"  # proofs of age named after the doctype of the mdoc
)
AGE_KIND = re.compile(r"(?<![A-Za-z])[Aa]ge(?![a-z])|[a-z]Age(?![a-z])|(?<![A-Za-z])age(?=verification|over|proof)")
"""Kinds of credential that say an age, in VCT or by the word: European pilots have `urn:eudi:age_over_18:1`, others a
URL or `ProofOfAge`. Who may sign a library card may not thereby say who is 18."""

VISIBLE = frozenset(
    {"iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "status", "vct", "vct#integrity"}
    | {"issuing_authority", "issuing_country", "issuing_jurisdiction"}
    | {"date_of_issuance", "date_of_expiry", "issuance_date", "expiry_date"}
)
"""Claims that may stand in the clear: about the credential, not about its holder."""

_AGE = re.compile(r"age_over_([0-9]{2})")
_YEARS = re.compile(r"[0-9]{2}")


def verify_sd_jwt(text: str, *, trust: Trust, nonce: str, client_id: str, at: datetime) -> Genuine:
    """What a presentation attests.

    text: `<jwt>~<disclosure>~…~<kb-jwt>`, or the same in JWS JSON (flattened or general). nonce, client_id: those of
    the request. Raises Refused for whatever is not genuine, not for us, or more than an age.
    """
    issued, disclosures, binding = _take_apart(text)
    credential = read_jws(issued, typ=TYPES, otherwise=Reason.UNKNOWN_FORMAT)
    signer = verify_issuer(credential, anchors=trust.anchors, keys=trust.keys)
    if signer is not None:
        signer.ensure_valid(at)
    payload = credential.payload
    kind = payload.get("vct")
    if not isinstance(kind, str) or not (VCT.fullmatch(kind) or AGE_KIND.search(kind)):
        raise Refused(Reason.WRONG_DOCTYPE, "vct")
    if payload.get("_sd_alg", "sha-256") != "sha-256":
        raise Refused(Reason.BAD_ALGORITHM, "_sd_alg")
    opened, shown = _open(payload, disclosures)
    until = _check_times(payload, client_id, at)
    _verify_binding(binding, payload, issued, disclosures, nonce=nonce, client_id=client_id, at=at)
    over = _ages(opened, shown)
    if "status" in payload:
        uri, index = reference(payload["status"])
        trust.statuses.ensure_valid(uri, index, at=at)
    spent = hashlib.sha256(credential.signing_input).digest()
    return Genuine(attested=over, method=Method.SD_JWT, spent=spent, until=until)


def _take_apart(text: str) -> tuple[str, list[str], str]:
    """The issuer-signed JWT, the disclosures, the key binding JWT."""
    if len(text) > LARGEST:
        raise Refused(Reason.TOO_LARGE)
    if text.lstrip().startswith("{"):
        text = _compact(read_object(text.encode(errors="replace")))
    issued, *disclosures = text.strip().split("~")
    if not disclosures:
        raise Refused(Reason.UNKNOWN_FORMAT, "no SD-JWT")
    binding = disclosures.pop()
    if not binding:
        raise Refused(Reason.MISSING_BINDING, "no key binding JWT")
    if len(disclosures) > MOST_DISCLOSURES:
        raise Refused(Reason.TOO_LARGE, "disclosures")
    return issued, disclosures, binding


def _compact(form: dict[str, Any]) -> str:
    """A JWS JSON serialization (RFC 9901, section 8) as the compact form that its digest is taken over."""
    if "signatures" in form:
        match form:  # of several signatures the first one comes with the disclosures, and is verified
            case {"payload": payload, "signatures": [dict() as first, *_]}:
                form = {"payload": payload, **first}
            case _:
                raise Refused(Reason.MALFORMED, "general JWS JSON serialization")
    header = form.get("header")
    if not isinstance(header, dict):
        raise Refused(Reason.MALFORMED, "unprotected header")
    disclosures = header.get("disclosures", [])
    if not isinstance(disclosures, list):
        raise Refused(Reason.MALFORMED, "disclosures")
    parts = [form.get("protected"), form.get("payload"), form.get("signature"), *disclosures, header.get("kb_jwt", "")]
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) != len(parts):
        raise Refused(Reason.MALFORMED, "JWS JSON serialization")
    compact = "~".join([".".join(texts[:3]), *texts[3:]])
    if compact.count("~") != len(disclosures) + 1:
        raise Refused(Reason.MALFORMED, "a separator inside a part")
    return compact


class _Disclosures:
    """What the holder opens, by digest (RFC 9901, section 7.1)."""

    def __init__(self, disclosures: list[str]) -> None:
        self.by_digest = {_digest(each): each for each in disclosures}
        if len(self.by_digest) != len(disclosures):
            raise Refused(Reason.MALFORMED, "a disclosure twice")
        self.met: set[str] = set()

    def meet(self, digest: object, length: int) -> list[Any] | None:
        """The disclosure behind a digest, None for one that stays closed; each digest may be met once."""
        if not isinstance(digest, str) or digest in self.met:
            raise Refused(Reason.MALFORMED, "a digest twice, or none")
        self.met.add(digest)
        if digest not in self.by_digest:
            return None
        parts = read_json(unbase64url(self.by_digest[digest]))
        if not isinstance(parts, list) or len(parts) != length or not isinstance(parts[0], str):
            raise Refused(Reason.MALFORMED, "a disclosure that does not fit its place")
        return parts

    def open(self, value: Any, depth: int = 0) -> Any:
        """The value with what is opened in its place, and what stays closed left out."""
        if depth > DEEPEST:
            raise Refused(Reason.MALFORMED, "nested too deep")
        if isinstance(value, dict):
            return self._open_object(value, depth)
        if isinstance(value, list):
            return self._open_array(value, depth)
        return value

    def _open_object(self, value: dict[str, Any], depth: int) -> dict[str, Any]:
        if "..." in value:
            raise Refused(Reason.MALFORMED, "`...` as a claim")
        opened = {
            name: self.open(inner, depth + 1) if type(inner) in {dict, list} else inner
            for name, inner in value.items()
            if name != "_sd"
        }
        digests = value.get("_sd", [])
        if not isinstance(digests, list):
            raise Refused(Reason.MALFORMED, "_sd")
        for digest in digests:
            if (parts := self.meet(digest, 3)) is None:
                continue
            name = parts[1]
            if not isinstance(name, str) or name in opened or name in {"_sd", "...", "_sd_alg"}:
                raise Refused(Reason.MALFORMED, "a disclosure of a claim that it may not be")
            opened[name] = self.open(parts[2], depth + 1)
        return opened

    def _open_array(self, value: list[Any], depth: int) -> list[Any]:
        opened = []
        for element in value:
            if not isinstance(element, dict) or "..." not in element:
                opened.append(self.open(element, depth + 1))
            elif len(element) != 1:
                raise Refused(Reason.MALFORMED, "`...` beside others")
            elif (parts := self.meet(element["..."], 2)) is not None:
                opened.append(self.open(parts[1], depth + 1))
        return opened


def _digest(disclosure: str) -> str:
    return base64url(hashlib.sha256(disclosure.encode(errors="replace")).digest())


def _open(payload: dict[str, Any], texts: list[str]) -> tuple[dict[str, Any], set[str]]:
    """The claims with the disclosures in their places, and the names of those that were opened at the top."""
    disclosures = _Disclosures(texts)
    opened = disclosures.open(payload)
    if not disclosures.by_digest.keys() <= disclosures.met:
        raise Refused(Reason.DIGEST_MISMATCH, "a disclosure that the issuer did not sign")
    opened.pop("_sd_alg", None)
    return opened, opened.keys() - payload.keys()


def _moment(claims: dict[str, Any], name: str) -> float | None:
    if name not in claims:
        return None
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < YEAR_10000:
        raise Refused(Reason.MALFORMED, name)
    return float(value)


def _check_times(payload: dict[str, Any], client_id: str, at: datetime) -> datetime:
    """Check that the credential is valid now and for us; until when it is (it must say)."""
    moment = at.timestamp()
    begins, made, ends = (_moment(payload, name) for name in ("nbf", "iat", "exp"))
    for since in (begins, made):
        if since is not None and since > moment + SKEW.total_seconds():
            raise Refused(Reason.NOT_YET_VALID)
    if ends is None:
        raise Refused(Reason.MALFORMED, "no exp: what is used once must end")
    if ends <= moment:
        raise Refused(Reason.EXPIRED)
    audience = payload.get("aud", client_id)
    if audience != client_id and not (isinstance(audience, list) and client_id in audience):
        raise Refused(Reason.WRONG_AUDIENCE)
    return datetime.fromtimestamp(ends, UTC)


def _verify_binding(
    text: str,
    payload: dict[str, Any],
    issued: str,
    disclosures: list[str],
    *,
    nonce: str,
    client_id: str,
    at: datetime,
) -> None:
    """Check that who shows the credential holds its key, and shows these claims, now, to us (RFC 9901, 7.3)."""
    confirmation = payload.get("cnf")
    if not isinstance(confirmation, dict) or "jwk" not in confirmation:
        raise Refused(Reason.MISSING_BINDING, "the credential names no key of its holder")
    key = read_key(confirmation["jwk"])
    binding = read_jws(text, typ=frozenset({"kb+jwt"}), otherwise=Reason.MISSING_BINDING)
    verify_jws(binding, key, otherwise=Reason.BAD_DEVICE_SIGNATURE)
    claims = binding.payload
    if claims.get("aud") != client_id:
        raise Refused(Reason.WRONG_AUDIENCE)
    if claims.get("nonce") != nonce:
        raise Refused(Reason.WRONG_NONCE)
    if claims.get("sd_hash") != _digest("~".join([issued, *disclosures, ""])):
        raise Refused(Reason.BAD_DEVICE_SIGNATURE, "made for other disclosures")
    made, moment = _moment(claims, "iat"), at.timestamp()
    if made is None:
        raise Refused(Reason.MALFORMED, "iat of the key binding")
    if made > moment + TELEPHONES.total_seconds():
        raise Refused(Reason.NOT_YET_VALID, "key binding")
    if made < moment - TELEPHONES.total_seconds():
        raise Refused(Reason.EXPIRED, "key binding")
    begins, ends = _moment(claims, "nbf"), _moment(claims, "exp")  # it need not say, and is held to what it does
    if begins is not None and begins > moment + SKEW.total_seconds():
        raise Refused(Reason.NOT_YET_VALID, "key binding")
    if ends is not None and ends <= moment - SKEW.total_seconds():
        raise Refused(Reason.EXPIRED, "key binding")


def _ages(claims: dict[str, Any], shown: set[str]) -> dict[int, bool]:
    """Threshold → what is attested. Raises Refused (extra_attribute) when the holder is told more about."""
    over: dict[int, bool] = {}

    def attest(years: str, held: object) -> None:
        if type(held) is not bool:
            raise Refused(Reason.MALFORMED, "an age that is neither true nor false")
        if over.setdefault(int(years), held) is not held:
            raise Refused(Reason.MALFORMED, "an age that is both true and false")

    for name, value in claims.items():
        if match := _AGE.fullmatch(name):
            attest(match[1], value)
        elif name == "age_equal_or_over" and isinstance(value, dict):
            for years, held in value.items():
                if not _YEARS.fullmatch(years):
                    raise Refused(Reason.EXTRA_ATTRIBUTE)
                attest(years, held)
        elif name in shown or (name not in VISIBLE and not _is_closed(value)):
            raise Refused(Reason.EXTRA_ATTRIBUTE)
    return over


def _is_closed(value: object) -> bool:
    """Whether it is what remains of a claim that the holder kept closed: objects and arrays with nothing in them."""
    if isinstance(value, dict):
        return all(_is_closed(each) for each in value.values())
    return isinstance(value, list) and all(_is_closed(each) for each in value)
