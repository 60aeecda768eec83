"""Our own DID on the AT Protocol: a did:web of this site's address, whose key is made here once and kept sealed.

The DID document says where our service answers and with which key we sign labels and tokens
(https://atproto.com/specs/did, https://atproto.com/specs/cryptography: secp256k1, low-S signatures of 64 bytes).
"""

import base64
import json
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import libipld
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.db import transaction

from rempart.files import sealing
from rempart.ledger.clock import now
from rempart.platforms.atproto.models import SigningKey

PURPOSE = "atproto signing key"
LABELER = "atproto_labeler"
TOKEN_LASTS = 60  # seconds
# The order of the group of secp256k1 (SEC 2, 2.4.1); a signature's S lies in the lower half.
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_MULTICODEC_SECP256K1 = b"\xe7\x01"


def own_did() -> str:
    """Our DID: did:web of the host (and port) of REMPART_ADDRESS."""
    return f"did:web:{quote(urlsplit(settings.REMPART_ADDRESS).netloc, safe='')}"


def did_document() -> dict[str, Any]:
    """What `/.well-known/did.json` says of us."""
    did = own_did()
    key = {"type": "Multikey", "controller": did, "publicKeyMultibase": _multibase(signing_key().public_key())}
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": [{"id": f"{did}#{name}", **key} for name in ("atproto", "atproto_label")],
        "service": [
            {"id": f"#{LABELER}", "type": "AtprotoLabeler", "serviceEndpoint": settings.REMPART_ADDRESS.rstrip("/")}
        ],
    }


def signing_key() -> ec.EllipticCurvePrivateKey:
    """Our key, made when it is first asked for."""
    row = SigningKey.objects.first() or _made()
    return ec.derive_private_key(int(sealing.unseal(row.sealed, purpose=PURPOSE), 16), ec.SECP256K1())


@transaction.atomic
def _made() -> SigningKey:
    drawn = ec.generate_private_key(ec.SECP256K1()).private_numbers().private_value
    sealed = sealing.seal(f"{drawn:064x}", purpose=PURPOSE)
    # Two processes may ask at once: the first row stays.
    SigningKey.objects.bulk_create([SigningKey(sealed=sealed, made_at=now())], ignore_conflicts=True)
    return SigningKey.objects.get()


def sign(content: bytes) -> bytes:
    """Our signature of `content` (ECDSA over its SHA-256)."""
    r, s = decode_dss_signature(signing_key().sign(content, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")


def service_token(audience: str, method: str) -> str:
    """A token that shows another service who we are, for one call (https://atproto.com/specs/xrpc)."""
    moment = int(now().timestamp())
    claims = {
        "iss": own_did(),
        "aud": audience,
        "lxm": method,
        "iat": moment,
        "exp": moment + TOKEN_LASTS,
        "jti": secrets.token_hex(16),
    }
    signed = f"{_part({'typ': 'JWT', 'alg': 'ES256K'})}.{_part(claims)}"
    return f"{signed}.{_base64(sign(signed.encode()))}"


def _part(content: Mapping[str, Any]) -> str:
    return _base64(json.dumps(content, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _multibase(key: ec.EllipticCurvePublicKey) -> str:
    point = key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    found: str = libipld.encode_multibase("z", _MULTICODEC_SECP256K1 + point)
    return found
