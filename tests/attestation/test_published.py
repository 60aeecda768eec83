"""What the specifications publish comes out as they say: ISO/IEC 18013-5, OpenID4VP 1.0, the European profile."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from rempart.attestation import cbor, certificates, cose, dc_api, mdoc, transcripts
from rempart.attestation.certificates import Anchors
from rempart.attestation.outcome import Reason
from rempart.attestation.trust import Trust
from rempart.attestation.verifying import verify

VECTORS = Path(__file__).with_name("vectors")


def published(name):
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def annex_d():
    return {name: bytes.fromhex(value) for name, value in published("iso-18013-5-annex-d").items() if _is_hex(value)}


def _is_hex(value):
    return isinstance(value, str) and not value.strip("0123456789abcdef")


@pytest.fixture(scope="module")
def licence(annex_d):
    return cbor.decode(annex_d["device_response"])["documents"][0]


def items_of(name_spaces):
    return {name: [cbor.embedded(item) for item in items] for name, items in name_spaces.items()}


def test_the_driving_licence_of_iso_18013_5_holds(annex_d, licence):
    issued = licence["issuerSigned"]
    signed = cose.sign1(issued["issuerAuth"])
    assert mdoc.x5chain(signed) == [annex_d["document_signer"]]
    trusted = Anchors([certificates.load(annex_d["document_signer"])])
    signer = trusted.signer(mdoc.x5chain(signed))
    signer.ensure_valid(datetime(2021, 1, 1, tzinfo=UTC))
    security_object = mdoc.verify_issuer(signed, signer.key)
    shown = mdoc.verify_items(items_of(issued["nameSpaces"]), security_object)
    assert sorted(shown["org.iso.18013.5.1"]) == [
        "document_number",
        "driving_privileges",
        "expiry_date",
        "family_name",
        "issue_date",
        "portrait",
    ]


def test_its_device_authentication_is_what_the_device_of_iso_18013_5_authenticated(annex_d, licence):
    """By MAC there (9.1.3.5), which `verify` refuses: over the internet devices sign."""
    tagged = annex_d["session_transcript_bytes"]
    transcript = cbor.embedded(cbor.decode(tagged))
    signed = cose.sign1(licence["issuerSigned"]["issuerAuth"])
    issued = mdoc.verify_issuer(signed, certificates.load(annex_d["document_signer"]).public_key())
    reader = ec.derive_private_key(int.from_bytes(annex_d["reader_private_key"]), ec.SECP256R1())
    shared = reader.exchange(ec.ECDH(), cose.public_key(issued.device_key))
    key = HKDF(hashes.SHA256(), 32, hashlib.sha256(tagged).digest(), b"EMacKey").derive(shared)
    protected, _, _, tag = licence["deviceSigned"]["deviceAuth"]["deviceMac"]
    device_name_spaces = cbor.embedded(licence["deviceSigned"]["nameSpaces"])
    payload = mdoc.device_authentication(transcript, licence["docType"], device_name_spaces)
    structure = b"\x84\x64MAC0" + cbor.byte_string(protected) + b"\x40" + cbor.byte_string(payload)
    assert hmac.digest(key, structure, "sha256") == tag


def test_the_driving_licence_is_no_proof_of_age(annex_d):
    trust = Trust(anchors=Anchors([certificates.load(annex_d["document_signer"])]))
    asked = {"trust": trust, "nonce": "n", "client_id": "redirect_uri:https://a.example"}
    verdict = verify(annex_d["device_response"], at=datetime(2021, 1, 1, tzinfo=UTC), **asked)
    assert (verdict.accepted, verdict.reason) == (False, Reason.WRONG_DOCTYPE)


def test_an_element_of_the_driving_licence_cannot_be_changed(licence, annex_d, refused):
    issued = licence["issuerSigned"]
    key = certificates.load(annex_d["document_signer"]).public_key()
    security_object = mdoc.verify_issuer(cose.sign1(issued["issuerAuth"]), key)
    items = items_of(issued["nameSpaces"])
    first = items["org.iso.18013.5.1"][0]
    items["org.iso.18013.5.1"][0] = first.replace(b"Doe", b"Roe")
    assert refused(mdoc.verify_items, items, security_object) is Reason.DIGEST_MISMATCH


@pytest.mark.parametrize("kind", ["redirect", "dc_api"])
def test_the_transcripts_of_openid4vp_come_out_to_the_byte(kind):
    given = published("openid4vp-1.0")
    jwk = {name: given["jwk"][name] for name in ("crv", "kty", "x", "y")}
    thumbprint = hashlib.sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()).digest()
    common = {"nonce": given["nonce"], "jwk_thumbprint": thumbprint}
    made = (
        transcripts.openid4vp(client_id=given["client_id"], response_uri=given["response_uri"], **common)
        if kind == "redirect"
        else transcripts.openid4vp_dc_api(origin=given["origin"], **common)
    )
    assert made.hex() == given[kind]["session_transcript"]


@pytest.mark.parametrize("number", [0, 1], ids=["alone", "with a status"])
def test_the_attestations_of_the_european_profile_hold(number):
    """Their certificates have an issuerAltName that is not well formed."""
    issued = cbor.decode(bytes.fromhex(published("av-profile-annex-a")["issuer_signed"][number]))
    signed = cose.sign1(issued["issuerAuth"])
    (certificate,) = mdoc.x5chain(signed)
    signer = Anchors([certificates.load(certificate)]).signer([certificate])
    security_object = mdoc.verify_issuer(signed, signer.key)
    shown = mdoc.verify_items(items_of(issued["nameSpaces"]), security_object)
    assert mdoc.read_thresholds(shown[mdoc.NAMESPACE]) == {18: True}
    assert (security_object.status is not None) == bool(number)
    signer.ensure_valid(security_object.signed)


def test_the_certificates_of_the_european_profile_sign_proofs_of_age_and_are_not_trusted_by_default(refused):
    issued = cbor.decode(bytes.fromhex(published("av-profile-annex-a")["issuer_signed"][0]))
    chain = mdoc.x5chain(cose.sign1(issued["issuerAuth"]))
    assert refused(Anchors([]).signer, chain) is Reason.UNTRUSTED_ISSUER
    assert refused(Anchors([]).signer, chain, purposes=frozenset((b"other",))) is Reason.BAD_CERTIFICATE


def test_our_request_through_the_browser_is_the_one_of_the_european_profile():
    given = published("av-profile-annex-a")
    kind, sealing = cbor.decode(urlsafe_b64decode(given["encryption_info"] + "=="))
    made = dc_api.request([18], nonce=sealing["nonce"], reader_key=cose.public_key(sealing["recipientPublicKey"]))
    assert kind == "dcapi"
    assert made.device_request == given["device_request"]
    assert made.encryption_info == given["encryption_info"]
