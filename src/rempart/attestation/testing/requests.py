"""What a wallet is asked for: OpenID4VP 1.0 by value from a deep link, DCQL, and `org-iso-mdoc` device requests."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import cbor2

from rempart.attestation.testing.encoding import from_base64url


class CannotAnswer(Exception):
    """The wallet does not answer this request; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One credential of a query. `sets`: the claims wanted, best first, each by its path with the values that do."""

    id: str
    format: str
    types: tuple[str, ...]
    sets: tuple[Mapping[tuple[str, ...], tuple[object, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Request:
    """An authorization request by value."""

    client_id: str
    nonce: str
    response_uri: str
    state: str | None
    asked: Mapping[str, Asked]
    choices: tuple[tuple[tuple[str, ...], ...], ...]  # for each set of credentials, the options in order


def read_request(request: str | Mapping[str, Any]) -> Request:
    """Read a deep link (`av://?…`, `openid4vp://?…`) or the parameters themselves. Raises CannotAnswer."""
    if isinstance(request, str):
        given = parse_qs(urlsplit(request).query, keep_blank_values=True)
        if repeated := [name for name, values in given.items() if len(values) > 1]:
            raise CannotAnswer(f"{repeated[0]}: given twice")
        request = {name: values[0] for name, values in given.items()}
    if "request_uri" in request or "request" in request:
        raise CannotAnswer("request_uri: the profile sends requests by value")
    for name, wanted in (("response_type", "vp_token"), ("response_mode", "direct_post")):
        if request.get(name) != wanted:
            raise CannotAnswer(f"{name}: must be {wanted}")
    for name in ("client_id", "nonce", "response_uri", "dcql_query"):
        if not request.get(name):
            raise CannotAnswer(f"{name}: missing")
    client_id, response_uri = str(request["client_id"]), str(request["response_uri"])
    if client_id != f"redirect_uri:{response_uri}":
        raise CannotAnswer("client_id: must be redirect_uri: and the response_uri")
    query = request["dcql_query"]
    try:
        asked, choices = read_query(json.loads(query) if isinstance(query, str) else query)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CannotAnswer("dcql_query: not a query") from error
    state = request.get("state")
    return Request(
        client_id=client_id,
        nonce=str(request["nonce"]),
        response_uri=response_uri,
        state=None if state is None else str(state),
        asked=asked,
        choices=choices,
    )


def read_query(query: Mapping[str, Any]) -> tuple[dict[str, Asked], tuple[tuple[tuple[str, ...], ...], ...]]:
    """Read a DCQL query (OpenID4VP 1.0, section 6)."""
    asked = {each["id"]: _credential(each) for each in query["credentials"]}
    if len(asked) != len(query["credentials"]):
        raise ValueError("credentials: two have one id")
    if sets := query.get("credential_sets"):
        wanted = [each for each in sets if each.get("required", True)]
        return asked, tuple(tuple(tuple(option) for option in each["options"]) for each in wanted)
    return asked, tuple(((name,),) for name in asked)


def _credential(each: Mapping[str, Any]) -> Asked:
    meta = each.get("meta", {})
    named = meta.get("vct_values") or meta.get("doctype_value") or ()
    claims = each.get("claims", ())
    wanted = {
        claim.get("id", str(number)): (tuple(claim["path"]), tuple(claim.get("values", ())))
        for number, claim in enumerate(claims)
    }
    sets: Sequence[Collection[str]] = each.get("claim_sets") or [list(wanted)]
    return Asked(
        id=each["id"],
        format=each["format"],
        types=(named,) if isinstance(named, str) else tuple(named),
        sets=tuple({wanted[name][0]: wanted[name][1] for name in names} for names in sets),
    )


def read_device_request(data: Mapping[str, str]) -> tuple[bytes, list[tuple[str, set[tuple[str, str]], bool]], Any]:
    """Read what a browser hands to a wallet for `org-iso-mdoc`.

    Returns the encryption info as it came; for each document its type, (namespace, element) asked, and whether a
    zero-knowledge proof is welcome; and the key to answer to as COSE_Key. Raises CannotAnswer.
    """
    try:
        encryption_info = from_base64url(data["encryptionInfo"])
        kind, parameters = cbor2.loads(encryption_info)
        documents = [
            cbor2.loads(each["itemsRequest"].value)
            for each in cbor2.loads(from_base64url(data["deviceRequest"]))["docRequests"]
        ]
        wanted = [
            (
                each["docType"],
                {(space, name) for space, names in each["nameSpaces"].items() for name in names},
                bool(each.get("requestInfo", {}).get("zkRequest", {}).get("systemSpecs")),
            )
            for each in documents
        ]
        key = parameters["recipientPublicKey"]
    except (ValueError, KeyError, TypeError, AttributeError, cbor2.CBORDecodeError) as error:
        raise CannotAnswer("not an org-iso-mdoc request") from error
    if kind != "dcapi":
        raise CannotAnswer("encryptionInfo: not of the Digital Credentials API")
    return encryption_info, wanted, key
