"""Asking for an mdoc through the browser's Digital Credentials API: `org-iso-mdoc` (ISO/IEC 18013-7, Annex C).

The request carries a public key made for it; the wallet's answer is sealed to that key by HPKE (RFC 9180) with the
session's transcript, which names the page's origin, as its context: an answer for another page does not open.
"""

from collections.abc import Collection
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation import cbor, cose, jose, openid4vp, transcripts, zero_knowledge
from rempart.attestation.mdoc import DOCTYPE, NAMESPACE
from rempart.attestation.outcome import Reason, Refused

PROTOCOL = "org-iso-mdoc"

_SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_128_GCM)
_ENCAPSULATED = 65  # an uncompressed point on P-256
_SHORTEST_NONCE = 16


@dataclass(frozen=True, kw_only=True)
class BrowserRequest:
    """What the page hands to `navigator.credentials.get`, both in base64url."""

    device_request: str
    encryption_info: str

    def as_request(self) -> dict[str, object]:
        """An entry of `digital.requests` (W3C Digital Credentials API)."""
        data = {"deviceRequest": self.device_request, "encryptionInfo": self.encryption_info}
        return {"protocol": PROTOCOL, "data": data}


def request(
    over: Collection[int], *, nonce: bytes, reader_key: ec.EllipticCurvePublicKey, proofs: bool = False
) -> BrowserRequest:
    """Ask whether somebody is over these ages.

    nonce: fresh, 16 bytes at least. reader_key: on P-256, made for this request alone; whoever has its private part
    can read the answer. proofs: a zero-knowledge proof is welcome; wallets that make none show the attestation. Raises
    ValueError.
    """
    if len(nonce) < _SHORTEST_NONCE or not isinstance(reader_key.curve, ec.SECP256R1):
        raise ValueError(f"a nonce of {_SHORTEST_NONCE} bytes at least and a key on P-256 expected")
    wanted = {f"age_over_{years:02d}": False for years in sorted(over)}  # False: we do not intend to retain it
    items: dict[str, object] = {"docType": DOCTYPE, "nameSpaces": {NAMESPACE: wanted}}
    if proofs:
        items["requestInfo"] = {"zkRequest": {"systemSpecs": [zero_knowledge.system_spec()], "zkRequired": False}}
    asked = {"version": "1.0", "docRequests": [{"itemsRequest": cbor.Tag(cbor.EMBEDDED, cbor.encode(items))}]}
    sealing = ["dcapi", {"nonce": nonce, "recipientPublicKey": cose.key_map(reader_key)}]
    return BrowserRequest(
        device_request=jose.base64url(cbor.encode(asked)), encryption_info=jose.base64url(cbor.encode(sealing))
    )


def ensure_asked(encryption_info: str, nonce: str) -> None:
    """Check that a request had this nonce: in base64url, in hexadecimal, or as the text that its bytes are.

    The transcript of `org-iso-mdoc` names the nonce by the whole of encryption_info only. Raises Refused (wrong_nonce,
    malformed).
    """
    match cbor.decode(jose.unbase64url(encryption_info)):
        case ["dcapi", {"nonce": bytes() as asked}]:
            if nonce not in (jose.base64url(asked), asked.hex()) and nonce.encode() != asked:
                raise Refused(Reason.WRONG_NONCE, "the answer to a request with another nonce")
        case _:
            raise Refused(Reason.MALFORMED, "EncryptionInfo expected")


def open_response(
    response: str | bytes, *, private_key: ec.EllipticCurvePrivateKey, encryption_info: str, origin: str
) -> tuple[bytes, bytes]:
    """The DeviceResponse that a sealed answer holds, and the transcript to verify it with (`verify(transcript=…)`).

    response: `EncryptedResponse`, CBOR or base64url, as in the answer's `response`. encryption_info: as it was sent.
    origin: of the page that asked (`https://rempart.example`), known to us and not taken from the answer. Raises
    Refused (malformed, too_large, bad_device_signature when it was sealed to another key or for another page).
    """
    data = jose.unbase64url(response) if isinstance(response, str) else response
    match cbor.decode(data, largest=openid4vp.LARGEST):
        case ["dcapi", {"enc": bytes() as encapsulated, "cipherText": bytes() as sealed, **others}] if not others:
            pass
        case _:
            raise Refused(Reason.MALFORMED, "EncryptedResponse expected")
    if len(encapsulated) != _ENCAPSULATED:
        raise Refused(Reason.MALFORMED, "a point on P-256 expected")
    transcript = transcripts.iso_dc_api(encryption_info=encryption_info, origin=origin)
    try:
        opened = _SUITE.decrypt(encapsulated + sealed, private_key, transcript)
    except (InvalidTag, ValueError) as error:
        raise Refused(Reason.BAD_DEVICE_SIGNATURE, "sealed to another key, or for another page") from error
    return opened, transcript
