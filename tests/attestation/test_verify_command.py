"""`rempart age verify`: its line, its exit statuses, and what a folder of trust may hold."""

import io
import json
import sys
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from attestation.conftest import AT, CLIENT_ID, NONCE
from rempart import cli
from rempart.attestation import cbor, dc_api, zero_knowledge
from rempart.attestation.mdoc import DOCTYPE, NAMESPACE
from rempart.attestation.testing.encoding import jwk
from rempart.attestation.testing.issuer import new_key
from rempart.attestation.testing.wallet import Wallet
from rempart.attestation.trust import IssuerKey, Trust
from rempart.records import exits


@pytest.fixture
def folder(stage, tmp_path):
    """A folder of trust with the issuer's root in it."""
    trusted = tmp_path / "trust"
    trusted.mkdir()
    (trusted / "root.pem").write_bytes(stage.issuer.anchor)
    return trusted


@pytest.fixture
def verify(folder, tmp_path, monkeypatch, capsys):
    """Run the command on something shown: its exit status and what it printed, errors apart."""

    def run(shown, *words, client_id=CLIENT_ID, trust=folder, at="2026-11-20T12:00:00Z"):
        file = shown if isinstance(shown, Path) else tmp_path / "shown"
        if isinstance(shown, bytes):
            file.write_bytes(shown)
        asked = ["--nonce", NONCE, "--client-id", client_id, "--trust", trust, "--as-of", at]
        monkeypatch.setattr(sys, "argv", ["rempart", "age", "verify", *map(str, [file, *asked, *words])])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return run


def test_what_is_genuine_is_accepted_in_one_line(stage, verify):
    status, line, _ = verify(stage.show(age=16, only=("age_over_16",)))
    assert (status, line.count("\n")) == (exits.OK, 1)
    assert json.loads(line) == {"accepted": True, "over": {"13": True, "15": True, "16": True}, "reason": None}


@pytest.mark.parametrize(
    ("words", "status", "reason"),
    [(["--over", "15"], 0, None), (["--over", "16"], 1, "not_over"), (["--over", "13"], 0, None)],
    ids=["asked and attested", "asked and denied", "lower"],
)
def test_the_age_asked_for_decides(stage, verify, words, status, reason):
    ended, line, _ = verify(stage.show(age=15, only=("age_over_15", "age_over_16")), *words)
    assert (ended, json.loads(line)["reason"]) == (status, reason)


def test_an_age_that_nothing_is_said_about_is_unsupported(stage, verify):
    status, line, _ = verify(stage.show(age=15, only=("age_over_15",)), "--over", "18")
    assert status == 1
    assert json.loads(line) == {"accepted": False, "over": {"13": True, "15": True}, "reason": "unsupported"}


def test_what_is_not_genuine_is_refused_with_a_code(stage, verify):
    status, line, _ = verify(stage.show(nonce="another"))
    assert (status, json.loads(line)) == (1, {"accepted": False, "over": {}, "reason": "bad_device_signature"})


@pytest.mark.parametrize("shown", [b"", b"\xa0", b"\xff\xff", b"hello", b"{}"], ids=repr)
def test_any_file_is_answered(verify, shown):
    status, line, _ = verify(shown)
    assert status == 1
    assert json.loads(line)["reason"] in {"unknown_format", "malformed"}


def test_a_proof_is_answered_as_of_the_end_of_time(verify):
    element = {"elementIdentifier": "age_over_18", "elementValue": True}
    data = {
        "docType": DOCTYPE,
        "zkSystemId": zero_knowledge.CIRCUIT,
        "timestamp": AT,
        "issuerSigned": {NAMESPACE: [element]},
    }
    proof = {"proof": b"", "documentData": data}
    shown = cbor.encode({"version": "1.1", "zkDocuments": [proof], "status": 0})
    status, line, _ = verify(shown, at="9999-12-31T23:59:59Z")
    assert (status, json.loads(line)["reason"]) == (1, "expired")


def test_a_day_is_a_moment_too(stage, verify):
    assert verify(stage.show(), at="2026-11-21")[0] == exits.OK
    assert json.loads(verify(stage.show(), at="2027-02-18")[1])["reason"] == "expired"


def test_standard_input_is_a_file(stage, verify, monkeypatch):
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(stage.show())))
    assert verify(Path("-"))[0] == exits.OK


def test_where_the_answer_went_may_be_said(stage, verify):
    uri = "https://rempart.example/a/place/of/its/own"
    asked = {"client_id": "x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxW", "response_uri": uri}
    shown = stage.show(**asked)
    assert json.loads(verify(shown, client_id=asked["client_id"])[1])["reason"] == "wrong_audience"
    assert verify(shown, "--response-uri", uri, client_id=asked["client_id"])[0] == exits.OK
    text = urlsafe_b64encode(shown).rstrip(b"=").decode()
    saved = json.dumps({"response_uri": uri, "vp_token": {"proof_of_age": [text]}}).encode()
    assert verify(saved, client_id=asked["client_id"])[0] == exits.OK


@pytest.mark.parametrize(
    ("client_id", "origin"),
    [
        ("x509_hash:Uvo3HtuIxuhC92rShpgqcT3YXwrqRxW", "https://other.example"),
        ("a-name-of-its-own", "https://other.example"),
        ("openid_federation:https://rempart.example", "https://other.example"),
        (CLIENT_ID, "https://other.example"),
        (CLIENT_ID, "http://rempart.example"),
        (CLIENT_ID, "https://rempart.example:8443"),
        ("x509_san_dns:rempart.example", "https://rempart.example.other.example"),
        ("https://[", "https://["),
    ],
)
def test_a_file_does_not_say_for_which_page_it_was_made(stage, verify, client_id, origin):
    wallet = Wallet()
    (held,) = wallet.receive(stage.issuer, {18: True}, at=AT, batch=1, format="dc+sd-jwt")
    relayed = wallet.present_sd_jwt(held, client_id=f"origin:{origin}", nonce=NONCE, at=AT)
    kept = json.dumps({"origin": origin, "response_uri": "https://[", "vp_token": {"age": [relayed]}}).encode()
    status, line, _ = verify(kept, client_id=client_id)
    assert (status, json.loads(line)["reason"]) == (1, "wrong_audience")
    assert verify(kept, "--origin", origin, client_id=client_id)[0] == exits.OK


def test_a_file_does_not_say_where_it_was_sent_when_the_client_does(stage, verify):
    uri = "https://rempart.example/a/place/of/its/own"
    shown = stage.show(response_uri=uri)
    text = urlsafe_b64encode(shown).rstrip(b"=").decode()
    saved = json.dumps({"response_uri": uri, "vp_token": {"proof_of_age": [text]}}).encode()
    assert json.loads(verify(saved)[1])["reason"] == "bad_device_signature"


def test_a_file_does_not_bring_a_request_of_its_own(stage, verify):
    key, wallet, origin = new_key(), Wallet(), "https://rempart.example"
    asked = dc_api.request([18], nonce=b"of another request", reader_key=key.public_key())
    wallet.receive(stage.issuer, {18: True}, at=AT, batch=1)
    answer = wallet.answer_browser(asked.as_request()["data"], origin=origin, at=AT)["response"]
    info = asked.encryption_info
    shown, _ = dc_api.open_response(answer, private_key=key, encryption_info=info, origin=origin)
    text = urlsafe_b64encode(shown).rstrip(b"=").decode()
    kept = json.dumps({"origin": origin, "encryption_info": info, "response": {"data": text}}).encode()
    assert json.loads(verify(kept)[1])["reason"] == "wrong_nonce"


@pytest.mark.parametrize("missing", ["file", "folder"])
def test_what_is_not_there_is_named(stage, verify, tmp_path, missing):
    nowhere = tmp_path / "nowhere"
    status, _, said = verify(nowhere) if missing == "file" else verify(stage.show(), trust=nowhere)
    assert status == exits.NO_INPUT
    assert "nowhere" in said


@pytest.mark.parametrize("words", [["--as-of", "yesterday"], ["--over", "old"], ["--nothing"]], ids=lambda w: w[0])
def test_wrong_usage_is_a_status_of_its_own(stage, verify, words):
    assert verify(stage.show(), *words)[0] == exits.USAGE


def test_an_empty_folder_trusts_nobody(stage, verify, tmp_path):
    (tmp_path / "empty").mkdir()
    assert json.loads(verify(stage.show(), trust=tmp_path / "empty")[1])["reason"] == "untrusted_issuer"


def test_a_file_that_cannot_be_read_does_not_hide_the_others(stage, verify, folder):
    (folder / "unreadable.pem").symlink_to("/proc/self/mem")  # nothing is at its beginning
    status, _, said = verify(stage.show())
    assert (status, "unreadable.pem" in said) == (exits.OK, True)


def test_what_an_editor_writes_before_a_text_does_not_matter(stage, verify, folder):
    key = json.dumps(jwk(new_key().public_key()))
    (folder / "key.jwk").write_text(key, encoding="utf-8-sig")
    text = urlsafe_b64encode(stage.show()).decode()
    status, _, said = verify(json.dumps({"vp_token": {"age": [text]}}).encode("utf-8-sig"))
    assert (status, said) == (exits.OK, "")


def test_a_file_is_no_folder_and_an_empty_folder_is_said_to_be(stage, verify, folder, tmp_path):
    status, _, said = verify(stage.show(), trust=folder / "root.pem")
    assert (status, "is a file, not a folder" in said) == (exits.NO_INPUT, True)
    (tmp_path / "empty").mkdir()
    assert "empty: nobody to trust" in verify(stage.show(), trust=tmp_path / "empty")[2]


def test_a_folder_is_read_by_what_its_files_hold(stage, folder):
    key = jwk(new_key().public_key())
    (folder / "notes.txt").write_text("Roots are renewed in May.")
    (folder / "sub").mkdir()
    (folder / "sub" / "signer").write_bytes(stage.issuer.signer.public_bytes(Encoding.DER))
    (folder / "one").write_text(json.dumps(key))
    (folder / "set").write_text(json.dumps({"keys": [key]}))
    (folder / "metadata").write_text(json.dumps({"issuer": "https://issuer.example", "jwks": {"keys": [key]}}))
    (folder / "private").write_text(json.dumps({**key, "d": key["x"]}))
    trust = Trust.from_folder(folder)
    assert {each.serial_number for each in trust.anchors.certificates} == {
        stage.issuer.root.serial_number,
        stage.issuer.signer.serial_number,
    }
    assert trust.keys == (IssuerKey(key, "https://issuer.example"), IssuerKey(key), IssuerKey(key))
    assert trust.ignored == ("notes.txt", "private")


def test_nobody_is_trusted_for_what_comes_from_afar_unsigned(stage, tmp_path):
    (tmp_path / "empty").mkdir()
    key = json.dumps(jwk(new_key().public_key())).encode()
    trust = Trust.from_folder(tmp_path / "empty", fetched=[stage.issuer.anchor, key, b"<html>not found</html>"])
    assert (len(trust.anchors), trust.keys, len(trust.ignored)) == (0, (), 3)


def test_what_is_ignored_is_said(stage, verify, folder):
    (folder / "notes.txt").write_text("Roots are renewed in May.")
    status, line, said = verify(stage.show())
    assert (status, json.loads(line)["accepted"]) == (exits.OK, True)
    assert "notes.txt: nothing to trust in it" in said


def test_operators_of_lists_attest_nothing(stage, verify, tmp_path):
    (tmp_path / "lists" / "operators").mkdir(parents=True)
    (tmp_path / "lists" / "operators" / "root.pem").write_bytes(stage.issuer.anchor)
    assert json.loads(verify(stage.show(), trust=tmp_path / "lists")[1])["reason"] == "untrusted_issuer"


def test_a_key_of_a_kind_that_is_not_known_is_ignored(folder):
    encoded = new_key().public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    unknown = encoded.replace(bytes.fromhex("2a8648ce3d030107"), bytes.fromhex("2a8648ce3d030155"))
    (folder / "key").write_bytes(b"-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----" % b64encode(unknown))
    assert Trust.from_folder(folder).ignored == ("key",)
