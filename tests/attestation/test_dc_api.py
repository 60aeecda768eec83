"""Answers through a browser open for the page that asked, with the key that it asked with, and for nobody else."""

import os

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from attestation.conftest import AT
from rempart.attestation import dc_api, jose
from rempart.attestation.outcome import Reason
from rempart.attestation.testing.issuer import new_key
from rempart.attestation.testing.wallet import Wallet

ORIGIN = "https://rempart.example"


@pytest.fixture(scope="module")
def exchange(stage):
    """Our key, what was asked, and what the wallet answered."""
    key = new_key()
    asked = dc_api.request([15], nonce=os.urandom(16), reader_key=key.public_key())
    wallet = Wallet()
    wallet.receive(stage.issuer, stage.issuer.over(16), at=AT, batch=1)
    data = asked.as_request()["data"]
    return key, asked.encryption_info, wallet.answer_browser(data, origin=ORIGIN, at=AT)["response"]


def test_an_answer_opens_and_is_believed(stage, exchange):
    key, encryption_info, response = exchange
    shown, transcript = dc_api.open_response(response, private_key=key, encryption_info=encryption_info, origin=ORIGIN)
    assert stage.verify(shown, transcript=transcript, over=15).accepted
    nonce = cbor2.loads(jose.unbase64url(encryption_info))[1]["nonce"]
    for spelling in (jose.base64url(nonce), nonce.hex()):
        asked = {"origin": ORIGIN, "encryption_info": encryption_info, "nonce": spelling}
        assert stage.verify(shown, **asked).over == {13: True, 15: True}
    assert stage.verify(shown, origin=ORIGIN).reason is Reason.BAD_DEVICE_SIGNATURE


def test_an_answer_is_for_the_nonce_that_was_asked_with(stage, exchange):
    key, encryption_info, response = exchange
    shown, _ = dc_api.open_response(response, private_key=key, encryption_info=encryption_info, origin=ORIGIN)
    assert stage.verify(shown, origin=ORIGIN, encryption_info=encryption_info).reason is Reason.WRONG_NONCE
    assert stage.verify(shown, origin=ORIGIN, encryption_info="oA").reason is Reason.MALFORMED


def test_an_sd_jwt_is_no_answer_to_a_request_for_an_mdoc(stage):
    wallet = Wallet()
    (held,) = wallet.receive(stage.issuer, {18: True}, at=AT, batch=1, format="dc+sd-jwt")
    shown = wallet.present_sd_jwt(held, client_id="", nonce="", at=AT)
    asked = {"nonce": "", "client_id": ""}
    assert stage.verify(shown, **asked, transcript=b"").reason is Reason.UNKNOWN_FORMAT
    assert stage.verify(shown, nonce="", origin="", encryption_info="").reason is Reason.UNKNOWN_FORMAT


@pytest.mark.parametrize("changed", ["key", "origin", "request"])
def test_an_answer_for_somebody_else_does_not_open(exchange, changed, refused):
    key, encryption_info, response = exchange
    other = dc_api.request([15], nonce=os.urandom(16), reader_key=key.public_key()).encryption_info
    given = {"private_key": key, "encryption_info": encryption_info, "origin": ORIGIN}
    given |= {
        "key": {"private_key": new_key()},
        "origin": {"origin": "https://other.example"},
        "request": {"encryption_info": other},
    }[changed]
    assert refused(dc_api.open_response, response, **given) is Reason.BAD_DEVICE_SIGNATURE


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff",
        cbor2.dumps([]),
        cbor2.dumps(["dcapi", {}]),
        cbor2.dumps(["dcapi", {"enc": b"", "cipherText": b""}]),
        cbor2.dumps(["other", {"enc": b"\x04" * 65, "cipherText": b"x" * 32}]),
        cbor2.dumps(["dcapi", {"enc": b"\x04" * 65, "cipherText": b"x" * 32, "more": 1}]),
        "not base64url!",
    ],
    ids=["nothing", "no CBOR", "empty", "no members", "no bytes", "another kind", "more", "no base64url"],
)
def test_what_is_no_sealed_answer_is_malformed(exchange, answer, refused):
    key, encryption_info, _ = exchange
    given = {"private_key": key, "encryption_info": encryption_info, "origin": ORIGIN}
    assert refused(dc_api.open_response, answer, **given) is Reason.MALFORMED


@pytest.mark.parametrize("enc", [b"\x04" * 65, b"\x00" * 65, b"\x04" + bytes(64)], ids=["odd", "zero", "origin"])
def test_a_point_that_is_on_no_curve_opens_nothing(exchange, enc, refused):
    key, encryption_info, _ = exchange
    given = {"private_key": key, "encryption_info": encryption_info, "origin": ORIGIN}
    answer = cbor2.dumps(["dcapi", {"enc": enc, "cipherText": b"x" * 32}])
    assert refused(dc_api.open_response, answer, **given) is Reason.BAD_DEVICE_SIGNATURE


def test_no_byte_of_an_answer_can_be_changed(exchange, refused):
    key, encryption_info, response = exchange
    given = {"private_key": key, "encryption_info": encryption_info, "origin": ORIGIN}
    sealed = jose.unbase64url(response)
    for place in range(0, len(sealed), 37):
        broken = bytearray(sealed)
        broken[place] ^= 1
        assert refused(dc_api.open_response, bytes(broken), **given) in {Reason.MALFORMED, Reason.BAD_DEVICE_SIGNATURE}


@pytest.mark.parametrize("given", ["nonce", "key"])
def test_a_request_that_would_be_weak_is_not_made(given):
    nonce = b"short" if given == "nonce" else os.urandom(16)
    key = new_key() if given == "nonce" else ec.generate_private_key(ec.SECP384R1())
    with pytest.raises(ValueError, match="nonce of 16 bytes"):
        dc_api.request([18], nonce=nonce, reader_key=key.public_key())
