"""What a holder's device signs beside the document: who asked, with which nonce, over which channel.

Each function returns an encoded SessionTranscript (ISO/IEC 18013-5, 9.1.5.1) whose engagement and reader key are null.
"""

import hashlib

from rempart.attestation import cbor

_NOTHING_ENGAGED = b"\x83\xf6\xf6"


def openid4vp(*, client_id: str, nonce: str, response_uri: str, jwk_thumbprint: bytes | None = None) -> bytes:
    """For OpenID4VP 1.0 by redirects and `direct_post` (Annex B.2.6.1).

    response_uri: where the answer goes (`redirect_uri` for other response modes), as in the request. jwk_thumbprint:
    SHA-256 thumbprint (RFC 7638) of the key that the answer was encrypted to, None when it was not.
    """
    asked = cbor.encode([client_id, nonce, jwk_thumbprint, response_uri])
    return _with_handover("OpenID4VPHandover", asked)


def openid4vp_dc_api(*, origin: str, nonce: str, jwk_thumbprint: bytes | None = None) -> bytes:
    """For OpenID4VP 1.0 over the Digital Credentials API (Annex B.2.6.2). origin: without the prefix `origin:`."""
    return _with_handover("OpenID4VPDCAPIHandover", cbor.encode([origin, nonce, jwk_thumbprint]))


def iso_dc_api(*, encryption_info: str, origin: str) -> bytes:
    """For `org-iso-mdoc` over the Digital Credentials API (ISO/IEC 18013-7, Annex C).

    encryption_info: base64url as it was in the request.
    """
    return _with_handover("dcapi", cbor.encode([encryption_info, origin]))


def _with_handover(name: str, asked: bytes) -> bytes:
    digest = hashlib.sha256(asked).digest()
    return _NOTHING_ENGAGED + b"\x82" + cbor.text_string(name) + cbor.byte_string(digest)
