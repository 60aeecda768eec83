"""OpenID4VP 1.0 as the European age verification profile uses it: requests by value, answers by `direct_post`.

The request asks for one threshold of one document with DCQL; the client is named by where the answer goes
(`redirect_uri:`), nothing is signed or encrypted beyond TLS (profile, A.5).
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from string import hexdigits
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlencode, urlsplit

from rempart.attestation import jose
from rempart.attestation.mdoc import DOCTYPE, NAMESPACE
from rempart.attestation.outcome import THRESHOLDS, Reason, Refused

QUERY = "proof_of_age"
"""How the request calls the credential that it asks for."""

LARGEST = 2 * 1024 * 1024
"""Bytes of an answer that are read; a zero-knowledge proof takes some 400,000, any other a few thousand."""

_FORMATS = {"mso_mdoc": {"issuerauth_alg_values": [-7], "deviceauth_alg_values": [-7]}}
_USUAL_PATHS = ("", "/", "/response", "/post", "/cb", "/callback", "/direct_post")
_NAMED_BY_HOST = ("x509_san_dns", "verifier_attestation")
_DEEPEST = 8  # a form that holds JSON that holds a query's list that holds the presentation


def dcql(over: int) -> dict[str, Any]:
    """The query (section 6) for one threshold: `age_over_NN`, or the next higher one that the wallet has.

    Higher thresholds are a second choice: a yes to them says more than was asked, and answers all the same.
    """
    names = [f"age_over_{years:02d}" for years in (over, *(each for each in THRESHOLDS if each > over))]
    claims = [{"id": name, "path": [NAMESPACE, name]} for name in names]
    credential: dict[str, Any] = {"id": QUERY, "format": "mso_mdoc", "meta": {"doctype_value": DOCTYPE}}
    if len(claims) == 1:
        credential["claims"] = [{"path": claims[0]["path"]}]
    else:
        credential |= {"claims": claims, "claim_sets": [[name] for name in names]}
    return {"credentials": [credential]}


@dataclass(frozen=True, kw_only=True)
class Request:
    """An authorization request. nonce: fresh, unguessable, of ASCII letters, digits, `-` and `_`."""

    nonce: str
    client_id: str
    response_uri: str
    dcql: Mapping[str, Any]
    state: str | None = None

    @classmethod
    def for_age(cls, over: int, *, nonce: str, response_uri: str, state: str | None = None) -> "Request":
        """Ask whether somebody is over an age; the answer is posted to `response_uri`."""
        client_id = f"redirect_uri:{response_uri}"
        return cls(nonce=nonce, client_id=client_id, response_uri=response_uri, dcql=dcql(over), state=state)

    def parameters(self) -> dict[str, str]:
        """The parameters of the request, as strings."""
        given = {
            "response_type": "vp_token",
            "response_mode": "direct_post",
            "client_id": self.client_id,
            "response_uri": self.response_uri,
            "nonce": self.nonce,
            "dcql_query": _compact(self.dcql),
            "client_metadata": _compact({"vp_formats_supported": _FORMATS}),
        }
        return given if self.state is None else {**given, "state": self.state}

    def as_uri(self, scheme: str = "av") -> str:
        """A link that opens the wallet, for a QR code too: `av://` by the profile; others know `openid4vp://`."""
        query = urlencode(self.parameters(), quote_via=quote, safe=":/,")  # a QR code is easier to read when short
        return f"{scheme}://?{query}"


def read_presentation(given: object) -> bytes | str:
    """The one presentation that an answer holds: a DeviceResponse in CBOR as bytes, or an SD-JWT as text.

    given: either of them, a DeviceResponse in base64url or hexadecimal, a `vp_token` or an object, a text or a form
    that holds one. Raises Refused (malformed, too_large, unknown_format).
    """
    for _ in range(_DEEPEST):
        if isinstance(given, (bytes, str)) and len(given) > LARGEST:
            raise Refused(Reason.TOO_LARGE, "an answer longer than any is")
        if isinstance(given, bytes) and _is_map(given):
            return given
        if isinstance(given, str) and _is_sd_jwt(text := given.strip()):
            return text
        if isinstance(given, Mapping) and "payload" in given:  # JWS JSON serialisation
            return json.dumps(dict(given.items()))
        given = _opened(given)
    raise Refused(Reason.UNKNOWN_FORMAT, "no presentation")


def said_of_request(given: bytes, *, client_id: str) -> dict[str, str]:
    """What a saved answer in JSON says of the request that it answers: `response_uri`, `origin`, `encryption_info`…

    For files that somebody keeps to verify them later. Never take it from an answer as it comes in: who relays a
    presentation would say whatever makes it fit. An origin is left out unless the client's identifier says the same,
    since nothing else that is signed names the client then; so is a `response_uri` on another host than it names, or
    where it says the address itself.
    """
    try:
        said = jose.read_object(given)
    except Refused:
        return {}
    kept = {name: value for name, value in said.items() if isinstance(value, str)}
    home = origin_of(client_id)
    if home is None or kept.get("origin") != home:
        kept.pop("origin", None)
    elsewhere = home is not None and _split(kept.get("response_uri", "")).hostname != _split(home).hostname
    if elsewhere or client_id.startswith("redirect_uri:"):
        kept.pop("response_uri", None)
    return kept


def origin_of(client_id: str) -> str | None:
    """The web origin that a client's identifier names (section 5.9.3); None when it names none."""
    prefix, _, rest = client_id.partition(":")
    if prefix in _NAMED_BY_HOST:
        return f"https://{rest}"
    named = _split(client_id if prefix in ("https", "http") else rest)
    return f"{named.scheme}://{named.netloc}" if named.netloc and named.scheme in ("https", "http") else None


def _split(address: str) -> SplitResult:
    """The parts of an address, all empty where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def response_uris(client_id: str) -> list[str]:
    """Where the answer may have been sent, as far as the client's identifier tells (section 5.9.3).

    It is certain after `redirect_uri:`; for a client named by a URL or a DNS name, the usual paths on it. Raises
    Refused (wrong_audience) where nothing tells.
    """
    prefix, colon, rest = client_id.partition(":")
    if colon and prefix == "redirect_uri":
        return [rest]
    if prefix in ("https", "http"):
        parts = _split(client_id)
        base = f"{parts.scheme}://{parts.netloc}"
    elif prefix in _NAMED_BY_HOST:
        base = f"https://{rest}"
    elif not colon and "." in client_id:
        base = f"https://{client_id}"
    else:
        raise Refused(Reason.WRONG_AUDIENCE, "where the answer was sent is not known: response_uri")
    usual = [base + path for path in _USUAL_PATHS]
    return usual if client_id in usual or prefix not in ("https", "http") else [client_id, *usual]


def _is_map(data: bytes) -> bool:
    """Whether bytes are a CBOR map; no text in UTF-8 begins so."""
    return data[:1] != b"" and data[0] >> 5 == 5


def _is_sd_jwt(text: str) -> bool:
    return text[:1] not in ("{", "[", '"') and "vp_token=" not in text and ("~" in text or text.count(".") == 2)


def _opened(given: object) -> object:
    """What an answer, or a part of it, holds. Raises Refused (malformed, unknown_format)."""
    match given:
        case bytes():
            try:
                return given.decode("utf-8-sig")
            except UnicodeDecodeError as error:
                raise Refused(Reason.UNKNOWN_FORMAT, "neither CBOR nor text") from error
        case str():
            return _from_text(given.strip())
        case {"error": _}:
            raise Refused(Reason.MALFORMED, "the wallet answered with an error")
        case {"vp_token": held} | {"data": held} | {"presentation": held} | {"device_response": held}:
            return held
        case {"response": Mapping() as held}:  # saved beside the request that it answers
            return held
        case {"response": _}:
            raise Refused(Reason.UNKNOWN_FORMAT, "an encrypted answer: open it first")
        case Mapping() if len(given) == 1:
            return next(iter(given.values()))
        case [one]:
            return one
        case Mapping() | [*_]:
            raise Refused(Reason.MALFORMED, "one presentation expected")
    raise Refused(Reason.UNKNOWN_FORMAT, "no presentation")


def _from_text(text: str) -> object:
    """The value of JSON, the fields of a form, or the bytes behind hexadecimal or base64url."""
    if text[:1] in ("{", "[", '"'):
        return jose.read_json(text.encode(errors="replace"))
    if "vp_token=" in text:
        return _fields(text)
    packed = "".join(text.split())
    try:
        if len(packed) % 2 == 0 and packed[:1] in ("a", "A", "b", "B") and not packed.strip(hexdigits):
            return bytes.fromhex(packed)
        encoded = packed.rstrip("=").replace("+", "-").replace("/", "_").encode("ascii")
        raw = base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))
    except ValueError as error:
        raise Refused(Reason.UNKNOWN_FORMAT, "neither base64url nor hexadecimal") from error
    if not _is_map(raw):
        raise Refused(Reason.UNKNOWN_FORMAT, "not a DeviceResponse")
    return raw


def _fields(form: str) -> dict[str, str]:
    try:
        fields = parse_qsl(form, keep_blank_values=True, max_num_fields=16)
    except ValueError as error:
        raise Refused(Reason.MALFORMED, "not a form") from error
    if len(dict(fields)) != len(fields):
        raise Refused(Reason.MALFORMED, "a field of the form stands twice")
    return dict(fields)


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
