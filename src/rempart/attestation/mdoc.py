"""A DeviceResponse of the European age verification profile (ISO/IEC 18013-5 with `eu.europa.ec.av.1`), verified.

Nothing of it is believed before its issuer's signature holds, and nothing is accepted that the profile does not know:
one document, `age_over_NN` elements that are true or false, no element signed by the device. docs/attestation.md
gives the order of the checks.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation import cbor, cose
from rempart.attestation.certificates import Signer
from rempart.attestation.outcome import Genuine, Method, Reason, Refused
from rempart.attestation.status_lists import reference
from rempart.attestation.trust import Trust

DOCTYPE = NAMESPACE = "eu.europa.ec.av.1"

ROUNDED = timedelta(days=1)
"""How long `signed` may precede the signer's certificate: issuers round it down, to the day at most, so that the
attestations of a batch cannot be told apart by their seconds."""

_VERSIONS = ("1.0", "1.1")
_THRESHOLD = re.compile(r"age_over_([0-9]{2})", re.ASCII)
_DIGESTS = {"SHA-256": hashlib.sha256, "SHA-384": hashlib.sha384, "SHA-512": hashlib.sha512}
_ITEM = ("digestID", "random", "elementIdentifier", "elementValue")
_SHORTEST_RANDOM = 16


class Document(NamedTuple):
    """A document of a DeviceResponse, its shape checked and nothing more.

    name_spaces: namespace → bytes of its IssuerSignedItems. device_name_spaces: DeviceNameSpaces as they came.
    device_auth: the decoded COSE_Sign1 of the device.
    """

    doctype: str
    name_spaces: dict[str, list[bytes]]
    issuer_auth: cose.Sign1
    device_name_spaces: bytes
    device_auth: cose.Sign1


class SecurityObject(NamedTuple):
    """What the issuer signed (MobileSecurityObject): digests of the elements, the device's key, when it is valid.

    What is `Any` is looked at where it is used.
    """

    encoded: bytes
    doctype: Any
    algorithm: Any
    digests: dict[Any, dict[Any, Any]]
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
        uri, index = reference(issued.status)
        trust.statuses.ensure_valid(uri, index, at=at)
    spent = hashlib.sha256(issued.encoded).digest()
    return Genuine(attested=attested, method=Method.MDOC, spent=spent, until=issued.valid_until)


def read_response(response: Any) -> Document:
    """The one document of a decoded DeviceResponse (8.3.2.1.2.2 of the ISO standard). Raises Refused."""
    version, documents, status = _members(response, "version", "documents", "status")
    if version not in _VERSIONS or type(status) is not int or status != 0:
        raise Refused(Reason.MALFORMED, "a response that reports an error, or of another version")
    if type(documents) is not list or len(documents) != 1:
        raise Refused(Reason.MALFORMED, "one document expected")
    return read_document(documents[0])


def read_document(document: Any) -> Document:
    """Take a decoded Document apart. Raises Refused (malformed, wrong_doctype, missing_binding, extra_attribute…)."""
    if type(document) is not dict:
        raise Refused(Reason.MALFORMED, "a Document expected")
    if document.get("docType") != DOCTYPE:
        raise Refused(Reason.WRONG_DOCTYPE, "the document is no European proof of age")
    if "errors" in document:
        document = {**document}
        _ensure_only_ages(document.pop("errors"))
    if "deviceSigned" not in document:
        raise Refused(Reason.MISSING_BINDING, "not signed by the holder's device")
    doctype, issued, by_device = _members(document, "docType", "issuerSigned", "deviceSigned")
    name_spaces, issuer_auth = _members(issued, "nameSpaces", "issuerAuth")
    device_name_spaces, device_auth = _members(by_device, "nameSpaces", "deviceAuth")
    if type(device_auth) is not dict or device_auth.keys() != {"deviceSignature"}:
        raise Refused(Reason.MISSING_BINDING, "a device signature expected")
    if type(name_spaces) is not dict:
        raise Refused(Reason.MALFORMED, "namespaces expected")
    items: dict[str, list[bytes]] = {}
    for name, elements in name_spaces.items():
        if type(name) is not str or type(elements) is not list or not elements:
            raise Refused(Reason.MALFORMED, "elements of a namespace expected")
        items[name] = [cbor.embedded(element) for element in elements]
    return Document(
        doctype,
        items,
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
    issued = cbor.decode(encoded)
    if type(issued) is not dict:
        raise Refused(Reason.MALFORMED, "a MobileSecurityObject expected")
    status = issued.get("status")
    algorithm, digests, device, doctype, validity = _members(
        issued, "digestAlgorithm", "valueDigests", "deviceKeyInfo", "docType", "validityInfo", others=True
    )
    moments = _members(validity, "signed", "validFrom", "validUntil", others=True)
    (device_key,) = _members(device, "deviceKey", others=True)
    if not all(type(moment) is datetime and moment.tzinfo is not None for moment in moments):
        raise Refused(Reason.MALFORMED, "moments of validity expected")
    if type(digests) is not dict or not all(type(each) is dict for each in digests.values()):
        raise Refused(Reason.MALFORMED, "digests by namespace expected")
    signed, valid_from, valid_until = moments
    return SecurityObject(encoded, doctype, algorithm, digests, device_key, signed, valid_from, valid_until, status)


def verify_items(name_spaces: dict[str, list[bytes]], issued: SecurityObject) -> dict[str, dict[str, Any]]:
    """namespace → element → value, each one issued so: its digest stands in the security object, under its number.

    Raises Refused (digest_mismatch, malformed).
    """
    digest = _DIGESTS.get(issued.algorithm) if type(issued.algorithm) is str else None
    if digest is None:
        raise Refused(Reason.BAD_ALGORITHM, "a digest that is not SHA-2")
    shown: dict[str, dict[str, Any]] = {}
    for name_space, items in name_spaces.items():
        expected = issued.digests.get(name_space, {})
        values = shown.setdefault(name_space, {})
        for encoded in items:
            number, random, name, value = _members(cbor.decode(encoded), *_ITEM)
            if type(number) is not int or type(name) is not str or type(random) is not bytes:
                raise Refused(Reason.MALFORMED, "an IssuerSignedItem expected")
            if name in values or len(random) < _SHORTEST_RANDOM:
                raise Refused(Reason.MALFORMED, "an element twice, or one that is not blinded")
            if digest(cbor.wrapped(encoded)).digest() != expected.get(number):
                raise Refused(Reason.DIGEST_MISMATCH, "an element that was not issued so")
            values[name] = value
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
    for transcript in transcripts:
        payload = device_authentication(transcript, document.doctype, document.device_name_spaces)
        try:
            cose.verify_signature(document.device_auth, key, payload, otherwise=Reason.BAD_DEVICE_SIGNATURE)
        except Refused as refused:
            if refused.reason is not Reason.BAD_DEVICE_SIGNATURE:
                raise
        else:
            return
    raise Refused(Reason.BAD_DEVICE_SIGNATURE, "signed by another device, or for another request")


def device_authentication(transcript: bytes, doctype: str, device_name_spaces: bytes) -> bytes:
    """DeviceAuthenticationBytes (9.1.3.4): what the device authenticates, made of bytes that are already CBOR."""
    parts = (transcript, cbor.text_string(doctype), cbor.wrapped(device_name_spaces))
    return cbor.wrapped(b"\x84\x74DeviceAuthentication" + b"".join(parts))


def _members(value: Any, *names: str, others: bool = False) -> list[Any]:
    """The values of a decoded map under these names, in their order. others: whether it may hold more.

    Raises Refused (malformed).
    """
    if type(value) is not dict or not (others or len(value) == len(names)):
        raise Refused(Reason.MALFORMED, f"a map of {', '.join(names)} expected")
    try:
        return [value[name] for name in names]
    except KeyError as error:
        raise Refused(Reason.MALFORMED, f"a map of {', '.join(names)} expected") from error


def _ensure_only_ages(errors: Any) -> None:
    """A wallet may say that it has not all that was asked: codes for thresholds of the profile, and no more."""
    match errors:
        case {"eu.europa.ec.av.1": dict() as codes, **others} if not others:
            if all(
                type(name) is str and _THRESHOLD.fullmatch(name) and type(code) is int for name, code in codes.items()
            ):
                return
    raise Refused(Reason.EXTRA_ATTRIBUTE, "errors about something that is no age threshold")


def _ensure_valid(issued: SecurityObject, signer: Signer, at: datetime) -> None:
    if not issued.valid_from < issued.valid_until:
        raise Refused(Reason.MALFORMED, "valid until before it is valid")
    if at < issued.valid_from or at < issued.signed:
        raise Refused(Reason.NOT_YET_VALID, "not valid yet")
    if at >= issued.valid_until:
        raise Refused(Reason.EXPIRED, "not valid any more")
    signer.ensure_valid(at)
    if issued.signed < signer.not_before - ROUNDED:  # nor after its end: it was signed by now, and is valid now
        raise Refused(Reason.BAD_CERTIFICATE, "signed before the certificate was valid")
