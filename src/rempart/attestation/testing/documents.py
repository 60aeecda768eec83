"""The pieces of an mdoc, each made alone (ISO/IEC 18013-5, sections 8.3 and 9.1), and the transcripts around them.

The test issuer and wallet put honest ones together, the attacks put others.
"""

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation.testing.encoding import base64url, cose_key, embedded, sha256, sign1

DOCTYPE = NAMESPACE = "eu.europa.ec.av.1"
Transcript = list[object]


def date_time(moment: datetime) -> cbor2.CBORTag:
    """A `tdate`: to the second, in UTC."""
    return cbor2.CBORTag(0, moment.strftime("%Y-%m-%dT%H:%M:%SZ"))


def item(digest_id: int, name: str, value: object, *, random: bytes | None = None) -> bytes:
    """IssuerSignedItemBytes: a data element with the salt that hides it while it is not shown."""
    return embedded(
        {
            "digestID": digest_id,
            "random": secrets.token_bytes(32) if random is None else random,
            "elementIdentifier": name,
            "elementValue": value,
        }
    )


def digests(items: Mapping[str, Iterable[bytes]]) -> dict[str, dict[int, bytes]]:
    """namespace → digest number → SHA-256 of the item, for the mobile security object."""
    return {
        namespace: {cbor2.loads(cbor2.loads(each).value)["digestID"]: sha256(each) for each in each_of}
        for namespace, each_of in items.items()
    }


def security_object(
    items: Mapping[str, Iterable[bytes]],
    device_key: ec.EllipticCurvePublicKey,
    *,
    signed: datetime,
    until: datetime,
    valid_from: datetime | None = None,
    doc_type: str = DOCTYPE,
    status: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """The mobile security object: what the issuer signs."""
    made: dict[str, Any] = {
        "version": "1.0",
        "digestAlgorithm": "SHA-256",
        "valueDigests": digests(items),
        "deviceKeyInfo": {"deviceKey": cose_key(device_key)},
        "docType": doc_type,
        "validityInfo": {
            "signed": date_time(signed),
            "validFrom": date_time(valid_from or signed),
            "validUntil": date_time(until),
        },
    }
    if status:
        made["status"] = dict(status)
    return made


def device_authentication(transcript: Transcript, doc_type: str, name_spaces: bytes) -> bytes:
    """DeviceAuthenticationBytes: what the device signs, tied to the request by its transcript."""
    return embedded(["DeviceAuthentication", transcript, doc_type, cbor2.loads(name_spaces)])


def device_signed(
    key: ec.EllipticCurvePrivateKey,
    transcript: Transcript,
    *,
    doc_type: str = DOCTYPE,
    items: Mapping[str, Mapping[str, object]] | None = None,
) -> dict[str, object]:
    """DeviceSigned with a signature; no element of the profile is signed by the device."""
    name_spaces = embedded({namespace: dict(held) for namespace, held in (items or {}).items()})
    signature = sign1(key, device_authentication(transcript, doc_type, name_spaces), unprotected={}, detached=True)
    return {"nameSpaces": cbor2.loads(name_spaces), "deviceAuth": {"deviceSignature": signature}}


def document(
    items: Mapping[str, Sequence[bytes]],
    issuer_auth: Sequence[object],
    by_device: Mapping[str, object],
    *,
    doc_type: str = DOCTYPE,
) -> dict[str, object]:
    """A Document of a DeviceResponse."""
    return {
        "docType": doc_type,
        "issuerSigned": {
            "nameSpaces": {namespace: [cbor2.loads(each) for each in held] for namespace, held in items.items()},
            "issuerAuth": list(issuer_auth),
        },
        "deviceSigned": dict(by_device),
    }


def device_response(*documents: Mapping[str, object]) -> bytes:
    """A DeviceResponse, encoded."""
    return cbor2.dumps({"version": "1.0", "documents": list(documents), "status": 0})


def redirect_transcript(
    *, client_id: str, nonce: str, response_uri: str, thumbprint: bytes | None = None
) -> Transcript:
    """SessionTranscript of OpenID4VP 1.0 over a link (appendix B.2.6.1). thumbprint: where the answer is encrypted."""
    info = cbor2.dumps([client_id, nonce, thumbprint, response_uri])
    return [None, None, ["OpenID4VPHandover", sha256(info)]]


def browser_transcript(*, origin: str, nonce: str, thumbprint: bytes | None = None) -> Transcript:
    """SessionTranscript of OpenID4VP 1.0 over the Digital Credentials API (appendix B.2.6.2)."""
    return [None, None, ["OpenID4VPDCAPIHandover", sha256(cbor2.dumps([origin, nonce, thumbprint]))]]


def iso_browser_transcript(*, encryption_info: bytes, origin: str) -> Transcript:
    """SessionTranscript of `org-iso-mdoc` over the Digital Credentials API (ISO/IEC TS 18013-7, annex C)."""
    return [None, None, ["dcapi", sha256(cbor2.dumps([base64url(encryption_info), origin]))]]


def only(items: Mapping[str, Sequence[bytes]], names: Collection[str]) -> dict[str, list[bytes]]:
    """The items of these names, in their namespaces."""
    return {
        namespace: [each for each in held if cbor2.loads(cbor2.loads(each).value)["elementIdentifier"] in names]
        for namespace, held in items.items()
    }
