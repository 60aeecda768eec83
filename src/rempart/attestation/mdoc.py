"""A DeviceResponse of the European age verification profile (ISO/IEC 18013-5 with `eu.europa.ec.av.1`), verified.

Nothing of it is believed before its issuer's signature holds, and nothing is accepted that the profile does not know:
one document, `age_over_NN` elements that are true or false, no element signed by the device. docs/attestation.md
gives the order of the checks.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation import cbor, cose
from rempart.attestation.certificates import Signer
from rempart.attestation.outcome import Genuine, Method, Reason, Refused
from rempart.attestation.trust import Trust

DOCTYPE = NAMESPACE = "eu.europa.ec.av.1"

ROUNDED = timedelta(days=1)
"""How long `signed` may precede the signer's certificate: issuers round it down, to the day at most, so that the
attestations of a batch cannot be told apart by their seconds."""

_THRESHOLD = re.compile(r"age_over_([0-9]{2})", re.ASCII)
_DIGESTS = {"SHA-256": hashlib.sha256, "SHA-384": hashlib.sha384, "SHA-512": hashlib.sha512}
_ITEM = {"digestID", "random", "elementIdentifier", "elementValue"}
_SHORTEST_RANDOM = 16


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a DeviceResponse, its shape checked and nothing more.

    name_spaces: namespace → bytes of its IssuerSignedItems. device_name_spaces: DeviceNameSpaces as they came.
    device_auth: the decoded COSE_Sign1 of the device.
    """

    doctype: str
    name_spaces: dict[str, list[bytes]]
    issuer_auth: cose.Sign1
    device_name_spaces: bytes
    device_auth: cose.Sign1


@dataclass(frozen=True, slots=True)
class SecurityObject:
    """What the issuer signed (MobileSecurityObject): digests of the elements, the device's key, when it is valid."""

    encoded: bytes
    doctype: str
    algorithm: str
    digests: dict[str, dict[int, bytes]]
    device_key: Any
    signed: datetime
    valid_from: datetime
    valid_until: datetime
    status: Any


def verify_mdoc(response: Any, *, trust: Trust, transcripts: Sequence[bytes], at: datetime) -> Genuine:
    """What a decoded DeviceResponse attests.

    transcripts: encoded SessionTranscripts of the request that it may answer, one unless the request is not fully
    known. Raises Refused.
    """
    document = read_response(response)
    if document.doctype != DOCTYPE:
        raise Refused(Reason.WRONG_DOCTYPE, "the document is no European proof of age")
    if not document.name_spaces.keys() <= {NAMESPACE}:
        raise Refused(Reason.EXTRA_ATTRIBUTE, "a namespace that is not the profile's")
    signer = trust.anchors.signer(x5chain(document.issuer_auth))
    issued = verify_issuer(document.issuer_auth, signer.key)
    if issued.doctype != DOCTYPE:
        raise Refused(Reason.WRONG_DOCTYPE, "issued as another kind of document than it is shown as")
    items = verify_items(document.name_spaces, issued)
    attested = read_thresholds(items.get(NAMESPACE, {}))
    _ensure_valid(issued, signer, at)
    if document.device_name_spaces != b"\xa0":
        raise Refused(Reason.EXTRA_ATTRIBUTE, "elements signed by the device")
    verify_device(document, issued, transcripts)
    if issued.status is not None:
        _ensure_not_revoked(issued.status, trust, at)
    spent = hashlib.sha256(issued.encoded).digest()
    return Genuine(attested=attested, method=Method.MDOC, spent=spent, until=issued.valid_until)


def read_response(response: Any) -> Document:
    """The one document of a decoded DeviceResponse (8.3.2.1.2.2 of the ISO standard). Raises Refused (malformed…)."""
    match response:
        case {"version": "1.0" | "1.1", "documents": [dict() as document], "status": int() as status, **others}:
            if others or type(status) is not int or status != 0:
                raise Refused(Reason.MALFORMED, "a response that reports errors, or holds something unknown")
            return read_document(document)
        case {"documents": [_, _, *_]}:
            raise Refused(Reason.MALFORMED, "several documents")
    raise Refused(Reason.MALFORMED, "a DeviceResponse with one document expected")


def read_document(document: dict[Any, Any]) -> Document:
    """Take a decoded Document apart. Raises Refused (malformed, missing_binding, bad_algorithm)."""
    match document:
        case {
            "docType": str() as doctype,
            "issuerSigned": {"nameSpaces": dict() as name_spaces, "issuerAuth": issuer_auth, **more_issued},
            "deviceSigned": {"nameSpaces": device_name_spaces, "deviceAuth": dict() as device_auth, **more_device},
            **others,
        } if not (more_issued or more_device or others):
            pass
        case {"docType": _, "issuerSigned": _} if "deviceSigned" not in document:
            raise Refused(Reason.MISSING_BINDING, "not signed by the holder's device")
        case _:
            raise Refused(Reason.MALFORMED, "a Document expected")
    if device_auth.keys() != {"deviceSignature"}:
        raise Refused(Reason.MISSING_BINDING, "a device signature expected")
    if not all(type(name) is str and type(items) is list and items for name, items in name_spaces.items()):
        raise Refused(Reason.MALFORMED, "IssuerNameSpaces expected")
    return Document(
        doctype,
        {name: [cbor.embedded(item) for item in items] for name, items in name_spaces.items()},
        cose.sign1(issuer_auth),
        cbor.embedded(device_name_spaces),
        cose.sign1(device_auth["deviceSignature"]),
    )


def x5chain(signed: cose.Sign1) -> list[bytes]:
    """The certificates that come with a signature, the signer's first (RFC 9360). Raises Refused (malformed)."""
    carried = signed.headers if cose.X5CHAIN in signed.headers else signed.unprotected
    chain = carried.get(cose.X5CHAIN)
    chain = [chain] if type(chain) is bytes else chain
    if type(chain) is not list or not all(type(each) is bytes for each in chain):
        raise Refused(Reason.MALFORMED, "the signer's certificate expected")
    return chain


def verify_issuer(issuer_auth: cose.Sign1, key: ec.EllipticCurvePublicKey) -> SecurityObject:
    """The security object, once the issuer's signature over it holds. Raises Refused."""
    if issuer_auth.payload is None:
        raise Refused(Reason.MALFORMED, "the security object is missing")
    cose.verify_signature(issuer_auth, key, issuer_auth.payload, otherwise=Reason.BAD_ISSUER_SIGNATURE)
    encoded = cbor.embedded(cbor.decode(issuer_auth.payload))
    match cbor.decode(encoded):
        case {
            "version": str(),
            "digestAlgorithm": str() as algorithm,
            "valueDigests": dict() as digests,
            "deviceKeyInfo": {"deviceKey": device_key},
            "docType": str() as doctype,
            "validityInfo": {
                "signed": datetime() as signed,
                "validFrom": datetime() as valid_from,
                "validUntil": datetime() as valid_until,
            },
            **others,
        } if all(type(each) is dict for each in digests.values()):
            status = others.get("status")
            return SecurityObject(
                encoded, doctype, algorithm, digests, device_key, signed, valid_from, valid_until, status
            )
    raise Refused(Reason.MALFORMED, "a MobileSecurityObject expected")


def verify_items(name_spaces: dict[str, list[bytes]], issued: SecurityObject) -> dict[str, dict[str, Any]]:
    """namespace → element → value, each one issued so: its digest stands in the security object, under its number.

    Raises Refused (digest_mismatch, malformed).
    """
    digest = _DIGESTS.get(issued.algorithm)
    if digest is None:
        raise Refused(Reason.BAD_ALGORITHM, "a digest that is not SHA-2")
    shown: dict[str, dict[str, Any]] = {}
    for name_space, items in name_spaces.items():
        expected = issued.digests.get(name_space, {})
        values, numbers = shown.setdefault(name_space, {}), set()
        for encoded in items:
            item = cbor.decode(encoded)
            if type(item) is not dict or item.keys() != _ITEM:
                raise Refused(Reason.MALFORMED, "an IssuerSignedItem expected")
            number, name, random = item["digestID"], item["elementIdentifier"], item["random"]
            if type(number) is not int or type(name) is not str or type(random) is not bytes:
                raise Refused(Reason.MALFORMED, "an IssuerSignedItem expected")
            if number in numbers or name in values or len(random) < _SHORTEST_RANDOM:
                raise Refused(Reason.MALFORMED, "an element twice, or one that is not blinded")
            if digest(cbor.wrapped(encoded)).digest() != expected.get(number):
                raise Refused(Reason.DIGEST_MISMATCH, "an element that was not issued so")
            numbers.add(number)
            values[name] = item["elementValue"]
    return shown


def read_thresholds(elements: dict[str, Any]) -> dict[int, bool]:
    """Threshold in years → attested, from elements of the profile's namespace. Raises Refused (extra_attribute…)."""
    attested: dict[int, bool] = {}
    for name, value in elements.items():
        threshold = _THRESHOLD.fullmatch(name)
        if threshold is None or type(value) is not bool:
            raise Refused(Reason.EXTRA_ATTRIBUTE, "an element that is no age threshold")
        attested[int(threshold[1])] = value
    return attested


def verify_device(document: Document, issued: SecurityObject, transcripts: Sequence[bytes]) -> None:
    """Check that the device whose key the issuer certified signed this, for one of these requests (9.1.3).

    Raises Refused (bad_device_signature, bad_algorithm, malformed).
    """
    key = cose.public_key(issued.device_key)
    if document.device_auth.payload is not None:
        raise Refused(Reason.MALFORMED, "a device signature over a payload of its own")
    after = cbor.text_string(document.doctype) + cbor.wrapped(document.device_name_spaces)
    for transcript in transcripts:
        authentication = b"\x84\x74DeviceAuthentication" + transcript + after
        try:
            cose.verify_signature(
                document.device_auth, key, cbor.wrapped(authentication), otherwise=Reason.BAD_DEVICE_SIGNATURE
            )
        except Refused as refused:
            if refused.reason is not Reason.BAD_DEVICE_SIGNATURE:
                raise
        else:
            return
    raise Refused(Reason.BAD_DEVICE_SIGNATURE, "signed by another device, or for another request")


def _ensure_valid(issued: SecurityObject, signer: Signer, at: datetime) -> None:
    if not issued.signed <= issued.valid_from < issued.valid_until:
        raise Refused(Reason.MALFORMED, "moments of validity out of their order")
    if at < issued.valid_from:
        raise Refused(Reason.NOT_YET_VALID, "not valid yet")
    if at >= issued.valid_until:
        raise Refused(Reason.EXPIRED, "not valid any more")
    signer.ensure_valid(at)
    if not signer.not_before - ROUNDED <= issued.signed <= signer.not_after:
        raise Refused(Reason.BAD_CERTIFICATE, "signed when the certificate was not valid")


def _ensure_not_revoked(status: Any, trust: Trust, at: datetime) -> None:
    """Look the attestation up in the list that it names (draft-ietf-oauth-status-list, 6.3)."""
    match status:
        case {"status_list": {"idx": int() as index, "uri": str() as uri}} if type(index) is int and index >= 0:
            trust.statuses.ensure_valid(uri, index, at=at)
        case _:
            raise Refused(Reason.STATUS_UNKNOWN, "a status that no list here answers")
