"""What an mdoc of the European profile attests, and which deviations are refused for which reason."""

from datetime import timedelta

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from attestation.conftest import AT, CLIENT_ID, NONCE
from rempart.attestation import cbor, cose, mdoc, zero_knowledge
from rempart.attestation.certificates import Anchors
from rempart.attestation.outcome import Genuine, Method, Reason, Refused, judged
from rempart.attestation.status_lists import StatusLists
from rempart.attestation.testing import documents
from rempart.attestation.testing.issuer import new_key
from rempart.attestation.testing.scene import Scene
from rempart.attestation.trust import Trust
from rempart.attestation.verifying import verify

NAMESPACE = "eu.europa.ec.av.1"


class Played(Scene):
    """A scene whose relying party is there as well."""

    def verify(self, shown):
        """The verdict on something shown, for the request of the scene."""
        trust = Trust(anchors=Anchors([self.issuer.root]))
        return verify(shown, trust=trust, nonce=self.nonce, client_id=self.client_id, at=self.at)


@pytest.fixture(scope="module")
def scene():
    """One scene for all tests: nothing of it changes."""
    return Played.make(at=AT)


def changed(shown, change):
    """A DeviceResponse decoded, changed by hand and encoded again."""
    response = cbor2.loads(shown)
    change(response)
    return cbor2.dumps(response)


def test_a_genuine_attestation_answers_its_threshold_and_the_lower_ones(stage):
    verdict = stage.verify(stage.show(age=17, only=("age_over_16",)))
    assert (verdict.accepted, verdict.reason, verdict.method) == (True, None, Method.MDOC)
    assert verdict.over == {13: True, 15: True, 16: True}


def test_a_threshold_that_is_not_reached_answers_the_higher_ones(stage):
    verdict = stage.verify(stage.show(age=14, only=("age_over_15",)))
    assert (verdict.accepted, verdict.reason) == (False, Reason.NOT_OVER)
    assert verdict.over == {15: False, 16: False, 18: False}


def test_what_is_not_attested_is_unsupported_when_it_is_asked_for(stage):
    verdict = stage.verify(stage.show(age=17, only=("age_over_16",)), over=18)
    assert (verdict.accepted, verdict.reason) == (False, Reason.UNSUPPORTED)


def test_the_age_asked_for_decides(stage):
    shown = stage.show(age=16, only=("age_over_16", "age_over_18"))
    assert stage.verify(shown, over=15).accepted
    assert stage.verify(shown, over=18).reason is Reason.NOT_OVER
    assert stage.verify(shown, over=21).reason is Reason.NOT_OVER


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "second", "last"])
def test_every_element_that_is_shown_was_issued_so(scene, place):
    issued = [documents.item(n, f"age_over_{years}", True) for n, years in enumerate((13, 15, 18))]
    shown = [*issued]
    assert scene.verify(scene.response(items={NAMESPACE: issued})).accepted
    shown[place] = documents.item(place, f"age_over_{(13, 15, 18)[place]}", True)
    forged = scene.response(items={NAMESPACE: issued}, shown={NAMESPACE: shown})
    assert scene.verify(forged).reason is Reason.DIGEST_MISMATCH


def test_an_element_stands_under_its_own_number(scene):
    def exchange(mso):
        digests = mso["valueDigests"][NAMESPACE]
        digests[0], digests[1] = digests[1], digests[0]

    shown = scene.response(elements={"age_over_15": True, "age_over_18": True}, mso=exchange)
    assert scene.verify(shown).reason is Reason.DIGEST_MISMATCH


@pytest.mark.parametrize(("octets", "reason"), [(16, None), (15, Reason.MALFORMED)], ids=["16", "15"])
def test_an_element_is_blinded_by_16_random_bytes(scene, octets, reason):
    shown = scene.response(items={NAMESPACE: [documents.item(0, "age_over_18", True, random=b"r" * octets)]})
    assert scene.verify(shown).reason is reason


def test_a_proof_counts_while_its_signers_certificate_does(stage):
    later = AT + timedelta(days=20 * 365)
    data = {
        "docType": NAMESPACE,
        "zkSystemId": zero_knowledge.CIRCUIT,
        "timestamp": later,
        "issuerSigned": {NAMESPACE: [{"elementIdentifier": "age_over_18", "elementValue": True}]},
        "msoX5chain": stage.issuer.signer.public_bytes(Encoding.DER),
    }
    shown = cbor.encode({"version": "1.1", "zkDocuments": [{"proof": b"", "documentData": data}], "status": 0})
    assert stage.verify(shown, at=later).reason is Reason.BAD_CERTIFICATE


def test_an_attestation_is_used_once(stage):
    shown = stage.show()
    first = stage.verify(shown)
    assert len(first.spent) == 32
    assert first.until > AT
    assert stage.verify(shown, spent={first.spent}.__contains__).reason is Reason.ALREADY_USED
    assert stage.verify(stage.show(), spent={first.spent}.__contains__).accepted


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda r: r.update(status=10), Reason.MALFORMED),
        (lambda r: r.update(status=False), Reason.MALFORMED),
        (lambda r: r.update(version="2.0"), Reason.MALFORMED),
        (lambda r: r.update(documentErrors=[{NAMESPACE: 0}]), Reason.MALFORMED),
        (lambda r: r["documents"].append(r["documents"][0]), Reason.MALFORMED),
        (lambda r: r["documents"].clear(), Reason.MALFORMED),
        (lambda r: r["documents"][0].update(docType="org.iso.18013.5.1.mDL"), Reason.WRONG_DOCTYPE),
        (lambda r: r["documents"][0].update(docType=f"{NAMESPACE} "), Reason.WRONG_DOCTYPE),
        (lambda r: r["documents"][0].pop("deviceSigned"), Reason.MISSING_BINDING),
        (lambda r: r["documents"][0].update(note=1), Reason.MALFORMED),
        (lambda r: r["documents"][0].update(errors={NAMESPACE: {"family_name": 0}}), Reason.EXTRA_ATTRIBUTE),
        (lambda r: r["documents"][0]["issuerSigned"]["nameSpaces"].update({"other": []}), Reason.MALFORMED),
        (lambda r: r["documents"][0]["issuerSigned"].update(nameSpaces={}), Reason.UNSUPPORTED),
    ],
    ids=[
        "status",
        "status that is no number",
        "version",
        "document errors",
        "two documents",
        "no document",
        "driving licence",
        "trailing space",
        "no device",
        "unknown member",
        "errors",
        "empty namespace",
        "nothing shown",
    ],
)
def test_a_response_that_the_profile_does_not_know_is_refused(stage, change, reason):
    assert stage.verify(changed(stage.show(), change)).reason is reason


@pytest.mark.parametrize("chained", [False, True], ids=["a certificate", "a list of them"])
def test_signatures_may_come_with_their_tag(stage, chained):
    def tag(whole):
        (document,) = whole["documents"]
        issued, device = document["issuerSigned"], document["deviceSigned"]["deviceAuth"]
        if chained:
            issued["issuerAuth"][1][33] = [issued["issuerAuth"][1][33]]
        issued["issuerAuth"] = cbor2.CBORTag(18, issued["issuerAuth"])
        device["deviceSignature"] = cbor2.CBORTag(18, device["deviceSignature"])

    assert stage.verify(changed(stage.show(), tag)).accepted


def test_a_response_is_as_long_as_an_attestation_may_be(stage):
    """What holds a zero-knowledge proof may be longer, and nothing else."""

    def fill(response):
        response["documents"][0]["issuerSigned"]["issuerAuth"][1][99] = bytes(cbor.LARGEST)

    assert stage.verify(changed(stage.show(), fill)).reason is Reason.TOO_LARGE


def test_a_wallet_may_say_which_ages_it_cannot_show(stage):
    def add(response):
        response["documents"][0]["errors"] = {NAMESPACE: {"age_over_21": 0}}

    assert stage.verify(changed(stage.show(), add)).accepted


@pytest.mark.parametrize("place", ["issuer", "device"])
def test_a_signature_over_something_else_is_refused(stage, place):
    other = stage.show()

    def swap(response):
        theirs = cbor2.loads(other)["documents"][0]
        if place == "issuer":
            response["documents"][0]["issuerSigned"]["issuerAuth"][3] = theirs["issuerSigned"]["issuerAuth"][3]
        else:
            response["documents"][0]["deviceSigned"] = theirs["deviceSigned"]

    reason = {"issuer": Reason.BAD_ISSUER_SIGNATURE, "device": Reason.BAD_DEVICE_SIGNATURE}[place]
    assert stage.verify(changed(stage.show(), swap)).reason is reason


@pytest.mark.parametrize(
    "asked",
    [
        {"nonce": "another"},
        {"client_id": "redirect_uri:https://other.example/age/response"},
        {"response_uri": "https://rempart.example/elsewhere"},
        {"origin": "https://rempart.example"},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_what_was_shown_for_another_request_is_refused(stage, asked):
    assert stage.verify(stage.show(), **asked).reason is Reason.BAD_DEVICE_SIGNATURE


@pytest.mark.parametrize(
    ("moment", "reason"),
    [
        (AT - timedelta(days=1), Reason.NOT_YET_VALID),
        (AT + timedelta(days=89), None),
        (AT.replace(hour=0) + timedelta(days=90) - timedelta(seconds=1), None),
        (AT.replace(hour=0) + timedelta(days=90), Reason.EXPIRED),
    ],
    ids=["before", "during", "last second", "after"],
)
def test_an_attestation_counts_while_it_is_valid(stage, moment, reason):
    assert stage.verify(stage.show(), at=moment).reason is reason


def test_an_attestation_may_be_valid_from_before_it_was_signed():
    """Both are rounded, and not always alike."""
    scene = Scene.make(at=AT)

    def earlier(mso):
        mso["validityInfo"]["validFrom"] = documents.date_time(AT - timedelta(days=30))

    shown = scene.response(mso=earlier, signed=AT - timedelta(days=2))
    trust = Trust(anchors=Anchors([scene.issuer.root]), statuses=AnyStatus())
    asked = {"trust": trust, "nonce": scene.nonce, "client_id": scene.client_id}
    assert verify(shown, at=AT, **asked).accepted
    assert verify(shown, at=AT - timedelta(days=3), **asked).reason is Reason.NOT_YET_VALID


class AnyStatus(StatusLists):
    """Every credential is in a list and was not revoked."""

    def ensure_valid(self, uri, index, *, at):
        """Nothing is raised."""


def test_two_thresholds_that_contradict_one_another_attest_nothing():
    genuine = Genuine(attested={18: True, 15: False}, method=Method.MDOC, spent=b"", until=AT)
    with pytest.raises(Refused):
        judged(genuine)


@settings(max_examples=50)
@given(st.integers(0, 99), st.sets(st.integers(0, 99), max_size=5), st.integers(0, 99))
def test_nothing_is_answered_that_does_not_follow(age, attested, asked):
    genuine = Genuine({years: age >= years for years in attested}, Method.MDOC, b"", AT)
    verdict = judged(genuine, over=asked)
    assert all(is_over == (age >= years) for years, is_over in verdict.over.items())
    assert verdict.accepted == any(asked <= years <= age for years in attested)
    assert (asked in verdict.over) == (verdict.reason is not Reason.UNSUPPORTED)


@pytest.mark.parametrize("name", ["age_over_18 ", "AGE_OVER_18", "age_over_8", "age_over_١٨", "age_in_years"])
def test_only_thresholds_of_two_digits_are_ages(name, refused):
    assert refused(mdoc.read_thresholds, {name: True}) is Reason.EXTRA_ATTRIBUTE


@pytest.mark.parametrize("value", [1, "true", None, 1.0, [True], b"\xf5"], ids=repr)
def test_only_true_and_false_are_answers(value, refused):
    assert refused(mdoc.read_thresholds, {"age_over_18": value}) is Reason.EXTRA_ATTRIBUTE


@pytest.mark.parametrize(
    ("curve", "algorithm", "scheme", "size"),
    [(ec.SECP384R1(), -35, hashes.SHA384(), 48), (ec.SECP521R1(), -36, hashes.SHA512(), 66)],
    ids=["ES384", "ES512"],
)
def test_the_larger_curves_verify_with_their_own_algorithm_alone(curve, algorithm, scheme, size, refused):
    key = ec.generate_private_key(curve)
    protected = cbor2.dumps({1: algorithm})
    message = cbor2.dumps(["Signature1", protected, b"", b"payload"])
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(scheme)))
    signed = cose.sign1([protected, {}, b"payload", r.to_bytes(size) + s.to_bytes(size)])
    cose.verify_signature(signed, key.public_key(), b"payload", otherwise=Reason.BAD_PROOF)
    call = {"otherwise": Reason.BAD_PROOF}
    assert refused(cose.verify_signature, signed, key.public_key(), b"other", **call) is Reason.BAD_PROOF
    assert refused(cose.verify_signature, signed, new_key().public_key(), b"payload", **call) is Reason.BAD_ALGORITHM


@pytest.mark.parametrize(
    ("protected", "unprotected", "reason"),
    [
        ({1: 5}, {}, Reason.BAD_ALGORITHM),
        ({1: True}, {}, Reason.BAD_ALGORITHM),
        ({}, {}, Reason.BAD_ALGORITHM),
        ({1: -7}, {1: -7}, Reason.BAD_ALGORITHM),
        ({}, {1: -7}, Reason.BAD_ALGORITHM),
        ({1: -7, 2: [1]}, {}, Reason.MALFORMED),
    ],
    ids=["HMAC", "no number", "none", "twice", "unprotected", "critical"],
)
def test_the_algorithm_is_ours_to_allow(protected, unprotected, reason, refused):
    def check():
        signed = cose.sign1([cbor2.dumps(protected), unprotected, b"", b"x" * 64])
        cose.verify_signature(signed, new_key().public_key(), b"", otherwise=Reason.BAD_PROOF)

    assert refused(check) is reason


def test_a_compressed_device_key_is_the_same_key():
    key = new_key().public_key()
    whole = cose.key_map(key)
    odd = bool(whole[-3][-1] & 1)
    assert cose.public_key({**whole, -3: odd}) == cose.public_key(whole) == key
    assert cose.public_key({**whole, -3: not odd}) != key


@pytest.mark.parametrize(
    "change",
    [{1: 1}, {-1: 8}, {-2: b"x" * 31}, {-3: b"x" * 33}, {-2: b"\xff" * 32}, {-3: None}, {1: 2.0}],
    ids=repr,
)
def test_what_is_no_key_on_its_curve_is_refused(change, refused):
    key = {**cose.key_map(new_key().public_key()), **change}
    assert refused(cose.public_key, key) in {Reason.MALFORMED, Reason.BAD_ALGORITHM}


def test_the_bytes_that_were_issued_are_hashed_as_they_came(stage):
    """An item whose length is written longer than it need be is still the item that was issued."""
    shown = stage.show()
    item = cbor.embedded(cbor.decode(shown)["documents"][0]["issuerSigned"]["nameSpaces"][NAMESPACE][0])
    longer = shown.replace(cbor.wrapped(item), b"\xd8\x18\x59" + len(item).to_bytes(2) + item)
    assert len(longer) == len(shown) + 1
    assert stage.verify(longer).over[18]


@pytest.mark.parametrize("word", ["client_id", "nonce", "response_uri", "origin"])
def test_a_request_that_is_no_text_is_answered_by_nobody(stage, word):
    asked = {"client_id": "x509_san_dns:rempart.example", word: "\udcff.example"}
    assert stage.verify(stage.show(), **asked).reason is Reason.WRONG_AUDIENCE


def test_a_request_by_name_finds_where_the_answer_went(stage):
    shown = stage.show(client_id="x509_san_dns:rempart.example", response_uri="https://rempart.example/response")
    assert stage.verify(shown, client_id="x509_san_dns:rempart.example").accepted
    assert stage.verify(shown, client_id="x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxWE").reason is Reason.WRONG_AUDIENCE


def test_the_digital_credentials_api_ties_an_answer_to_its_page(stage):
    transcript = [None, None, ["OpenID4VPDCAPIHandover", cbor2.dumps(["https://rempart.example", NONCE, None])]]
    transcript[2][1] = hashes_of(transcript[2][1])
    shown = stage.show(client_id=CLIENT_ID, transcript=transcript)
    assert stage.verify(shown, origin="https://rempart.example").accepted
    assert stage.verify(shown, origin="https://other.example").reason is Reason.BAD_DEVICE_SIGNATURE


def test_where_an_answer_is_known_to_have_gone_no_other_way_counts(stage):
    """A client named by its address may have asked through a browser, unless it says where answers are posted."""
    home = "https://rempart.example"
    transcript = documents.browser_transcript(origin=home, nonce=NONCE)
    shown = stage.show(client_id=home, transcript=transcript)
    assert stage.verify(shown, client_id=home).accepted
    posted = {"client_id": home, "response_uri": f"{home}/response"}
    assert stage.verify(shown, **posted).reason is Reason.BAD_DEVICE_SIGNATURE


def hashes_of(data):
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()
