"""Zero-knowledge proofs of age, made and verified by the real library: what is accepted, and everything that is not."""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pylongfellow.backends import google_cpp

from rempart.attestation import cbor, dc_api, transcripts, zero_knowledge
from rempart.attestation.certificates import Anchors
from rempart.attestation.outcome import Method, Reason, Refused
from rempart.attestation.testing.issuer import Issuer, new_key
from rempart.attestation.testing.wallet import Wallet
from rempart.attestation.trust import Trust
from rempart.attestation.verifying import verify
from rempart.attestation.zero_knowledge import LARGEST, prove, verify_proof

AT = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
URI = "https://platform.example/proof"
ASKED = {"client_id": f"redirect_uri:{URI}", "nonce": "n-0S6_WzA2Mj"}
TRANSCRIPT = transcripts.openid4vp(**ASKED, response_uri=URI)


@cache
def issuer() -> Issuer:
    return Issuer.make(at=AT, thresholds=(15, 18))


@cache
def shown() -> bytes:
    """What the wallet would show without a proof."""
    (held,) = Wallet().receive(issuer(), issuer().over(16), at=AT, batch=1)
    return Wallet().present_mdoc(held, **ASKED, only=["age_over_15", "age_over_18"])


@cache
def proven() -> bytes:
    return prove(shown(), transcript=TRANSCRIPT, over=15, at=AT)


def trust() -> Trust:
    return Trust(anchors=Anchors([issuer().root]))


def changed(**data: object) -> bytes:
    """The proof, about something else than it was made for."""
    response = cbor2.loads(proven())
    (document,) = response["zkDocuments"]
    about = {**cbor2.loads(document["documentData"].value), **data}
    about = {name: value for name, value in about.items() if value is not None}
    return cbor2.dumps(
        {**response, "zkDocuments": [{**document, "documentData": cbor2.CBORTag(24, cbor2.dumps(about))}]}
    )


def reason_of(response: bytes, **given: object) -> Reason:
    asked = {"trust": trust(), "transcripts": [TRANSCRIPT], "at": AT, **given}
    with pytest.raises(Refused) as caught:
        verify_proof(cbor.decode(response, largest=LARGEST), **asked)
    return caught.value.reason


def claim(name: str, value: object) -> dict[str, object]:
    return {"eu.europa.ec.av.1": [{"elementIdentifier": name, "elementValue": value}]}


def test_a_proof_says_that_somebody_is_over_an_age_and_shows_no_attestation():
    verdict = verify(proven(), trust=trust(), at=AT, **ASKED)
    assert (verdict.accepted, dict(verdict.over), verdict.method) == (True, {13: True, 15: True}, Method.ZERO_KNOWLEDGE)
    issuer_auth = cbor2.loads(shown())["documents"][0]["issuerSigned"]["issuerAuth"]
    assert issuer_auth[2] not in proven()
    assert issuer_auth[3] not in proven()


def test_a_request_is_answered_by_a_proof_once():
    verdict = verify(proven(), trust=trust(), at=AT, **ASKED)
    assert verdict.spent == hashlib.sha256(TRANSCRIPT).digest()
    assert verify(proven(), trust=trust(), at=AT, spent=lambda _: True, **ASKED).reason == Reason.ALREADY_USED


def test_a_browsers_request_that_welcomes_a_proof_is_answered_by_one():
    reader_key = new_key()
    asked = dc_api.request([15], nonce=bytes(16), reader_key=reader_key.public_key(), proofs=True)
    wallet, origin = Wallet(proves=True), "https://platform.example"
    wallet.receive(issuer(), issuer().over(16), at=AT, batch=1)
    answer = wallet.answer_browser(asked.as_request()["data"], origin=origin, at=AT)["response"]
    response, transcript = dc_api.open_response(
        answer, private_key=reader_key, encryption_info=asked.encryption_info, origin=origin
    )
    verdict = verify(response, trust=trust(), transcript=transcript, at=AT, nonce="", client_id="", over=15)
    assert (verdict.accepted, verdict.method) == (True, Method.ZERO_KNOWLEDGE)


def test_nobody_can_prove_an_age_that_was_not_attested():
    with pytest.raises(Refused) as caught:
        prove(shown(), transcript=TRANSCRIPT, over=18, at=AT)  # attested, and false
    assert caught.value.reason == Reason.BAD_PROOF


@pytest.mark.parametrize(
    ("about", "given"),
    [
        ({}, {"transcripts": [transcripts.openid4vp(**{**ASKED, "nonce": "another"}, response_uri=URI)]}),
        ({"issuerSigned": claim("age_over_18", True)}, {}),
        ({"issuerSigned": claim("age_over_15", False)}, {}),
        ({"timestamp": AT + timedelta(seconds=1)}, {}),
    ],
    ids=["for another request", "about another age", "the contrary", "of another moment"],
)
def test_a_proof_holds_for_what_it_was_made_for_alone(about, given):
    assert reason_of(changed(**about) if about else proven(), **given) == Reason.BAD_PROOF


def test_a_proof_over_an_attestation_of_a_stranger_is_not_trusted_nor_does_it_pass_for_another_issuers():
    rogue = Issuer.make(at=AT)
    assert reason_of(proven(), trust=Trust(anchors=Anchors([rogue.root]))) == Reason.UNTRUSTED_ISSUER
    signer = cbor2.loads(rogue.sign({}))[1][33]
    assert reason_of(changed(msoX5chain=signer), trust=Trust(anchors=Anchors([rogue.root]))) == Reason.BAD_PROOF


@pytest.mark.parametrize("position", [0, 1000, 180_000, 359_000])
def test_a_proof_with_a_bit_changed_does_not_hold(position):
    response = cbor2.loads(proven())
    (document,) = response["zkDocuments"]
    proof = bytearray(document["proof"])
    proof[position] ^= 1
    response["zkDocuments"] = [{**document, "proof": bytes(proof)}]
    assert reason_of(cbor2.dumps(response)) == Reason.BAD_PROOF


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ({"docType": "org.iso.18013.5.1.mDL"}, Reason.WRONG_DOCTYPE),
        ({"zkSystemId": "longfellow-libzk-v1_3_1_bd3168"}, Reason.UNKNOWN_FORMAT),
        ({"zkSystemId": None}, Reason.UNKNOWN_FORMAT),
        ({"timestamp": AT - timedelta(minutes=6)}, Reason.EXPIRED),
        ({"timestamp": AT + timedelta(minutes=6)}, Reason.NOT_YET_VALID),
        ({"timestamp": "yesterday"}, Reason.MALFORMED),
        ({"timestamp": "2026-99-99T00:00:00Z"}, Reason.MALFORMED),
        ({"issuerSigned": claim("given_name", "Sacha")}, Reason.EXTRA_ATTRIBUTE),
        ({"issuerSigned": {**claim("age_over_15", True), "other": []}}, Reason.EXTRA_ATTRIBUTE),
        ({"issuerSigned": {"eu.europa.ec.av.1": []}}, Reason.MALFORMED),
        ({"deviceSigned": {"eu.europa.ec.av.1": []}}, Reason.EXTRA_ATTRIBUTE),
        ({"msoX5chain": None}, Reason.MALFORMED),
        ({"msoX5chain": b"0"}, Reason.BAD_CERTIFICATE),
    ],
    ids=[
        "another doctype",
        "another circuit",
        "no circuit",
        "old",
        "of later",
        "words",
        "no date",
        "a name",
        "two namespaces",
        "nothing",
        "by the device",
        "no chain",
        "no certificate",
    ],
)
def test_what_a_proof_is_about_is_checked_before_any_native_code_runs(monkeypatch, about, reason):
    monkeypatch.setattr(zero_knowledge, "_run", lambda statement: pytest.fail("the library was asked"))
    assert reason_of(changed(**about)) == reason


@pytest.mark.parametrize(
    "response",
    [
        {"zkDocuments": [], "status": 0},
        {"zkDocuments": [{"proof": b""}], "status": 0},
        {"zkDocuments": [{"proof": b"", "documentData": 1}], "status": 0},
        {"zkDocuments": [{"proof": b"", "documentData": {}, "zkDocumentData": {}}], "status": 0},
        {"zkDocuments": [{"proof": b"", "documentData": {}}] * 2, "status": 0},
        {"zkDocuments": [{"proof": b"", "documentData": {}}], "status": 10},
        {"zkDocuments": [{"proof": b"", "documentData": {}}], "documents": [{}], "status": 0},
        {"zkDocuments": "proof", "status": 0},
    ],
    ids=["none", "about nothing", "a number", "two spellings", "two", "an error", "a document beside", "text"],
)
def test_a_response_of_another_shape_is_malformed(response):
    assert reason_of(cbor2.dumps(response)) == Reason.MALFORMED


def test_without_the_library_the_reason_says_so(monkeypatch):
    monkeypatch.setattr(zero_knowledge, "available", lambda: False)
    assert reason_of(proven()) == Reason.NO_LIBRARY


def test_the_circuit_that_is_shipped_is_the_one_that_the_library_knows_by_its_identifier():
    circuit = zero_knowledge.CIRCUIT_FILE.read_bytes()
    assert google_cpp.circuit_id(circuit) == zero_knowledge.CIRCUIT
    assert hashlib.sha256(circuit).hexdigest() == zero_knowledge.CIRCUIT_DIGEST


def test_a_circuit_that_was_changed_is_not_used(monkeypatch):
    monkeypatch.setattr(zero_knowledge, "CIRCUIT_DIGEST", "0" * 64)
    assert reason_of(proven()) == Reason.NO_LIBRARY


def test_the_drafts_spelling_of_the_document_is_read_too():
    response = cbor2.loads(proven())
    (document,) = response["zkDocuments"]
    about = cbor2.loads(document["documentData"].value)
    about["id"], about["timestamp"] = about.pop("zkSystemId"), "2026-11-23T12:00:30Z"
    earlier = {"version": "1.0", "zkDocuments": [{"zkDocumentData": about, "proof": document["proof"]}], "status": 0}
    assert verify(cbor2.dumps(earlier), trust=trust(), at=AT, **ASKED).accepted


VALUES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.binary(max_size=8) | st.lists(st.integers())
)


@given(
    name=st.sampled_from(["docType", "zkSystemId", "timestamp", "issuerSigned", "deviceSigned", "msoX5chain"]),
    value=VALUES,
)
def test_whatever_a_proof_claims_to_be_about_it_ends_in_a_reason(name, value):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zero_knowledge, "_run", lambda statement: None)
        with pytest.raises(Refused):
            verify_proof(
                cbor.decode(changed(**{name: value}), largest=LARGEST), trust=trust(), transcripts=[b""], at=AT
            )
