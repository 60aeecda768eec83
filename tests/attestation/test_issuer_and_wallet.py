"""The test issuer and the test wallet, and the verifier: two readings of the same specifications meet here."""

import json
import stat
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import cbor2
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec

from rempart.attestation import dc_api, zero_knowledge
from rempart.attestation.openid4vp import Request
from rempart.attestation.outcome import Method, Reason
from rempart.attestation.testing import documents
from rempart.attestation.testing.encoding import base64url, from_base64url
from rempart.attestation.testing.issuer import Issuer, new_key
from rempart.attestation.testing.requests import CannotAnswer, read_request
from rempart.attestation.testing.trusted_list import WITHDRAWN, Operator
from rempart.attestation.testing.wallet import MDOC, SD_JWT, Wallet
from rempart.attestation.trust import Trust
from rempart.attestation.verifying import verify
from rempart.cli import cli

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
RESPONSE_URI = "https://platform.example/age/response"
CLIENT_ID = f"redirect_uri:{RESPONSE_URI}"
NONCE = "n-0S6_WzA2Mj"


@pytest.fixture(scope="module")
def issuer():
    return Issuer.make(at=AT - timedelta(days=1), thresholds=(13, 15, 16, 18), with_status=True)


@pytest.fixture
def trust(issuer, tmp_path):
    (tmp_path / "issuer.pem").write_bytes(issuer.anchor)
    token = issuer.status.as_jwt(issuer.signer_key, issuer.signer, at=AT)
    (tmp_path / "status.jwt").write_text(token)
    return Trust.from_folder(tmp_path)


@pytest.fixture
def wallet(issuer):
    wallet = Wallet()
    wallet.receive(issuer, issuer.over(16), at=AT, batch=3)
    wallet.receive(issuer, issuer.over(16), at=AT, batch=2, format=SD_JWT)
    return wallet


def verdict(presentation, trust, **how):
    return verify(presentation, trust=trust, **{"nonce": NONCE, "client_id": CLIENT_ID, "at": AT, **how})


@pytest.mark.parametrize(("over", "answer"), [(13, True), (15, True), (16, True), (18, False)])
def test_an_mdoc_shown_by_a_link_says_one_age(wallet, trust, over, answer):
    request = Request.for_age(over, nonce=NONCE, response_uri=RESPONSE_URI, state="s")
    form = wallet.answer(request.as_uri(), at=AT)
    shown = verdict(form, trust, over=over)
    assert form["state"] == "s"
    assert shown.accepted is answer
    assert shown.over[over] is answer


def test_an_age_that_the_issuer_does_not_attest_is_answered_by_a_higher_one(trust, issuer):
    wallet = Wallet()
    wallet.receive(issuer, {18: True}, at=AT, batch=1)
    request = Request.for_age(15, nonce=NONCE, response_uri=RESPONSE_URI)
    assert verdict(wallet.answer(request.as_uri()), trust, over=15).accepted


def test_a_yes_to_a_lower_age_is_unsupported_for_a_higher_one(trust, issuer):
    wallet = Wallet()
    (held,) = wallet.receive(issuer, {15: True}, at=AT, batch=1)
    shown = wallet.present_mdoc(held, client_id=CLIENT_ID, nonce=NONCE, only=["age_over_15"])
    assert verdict(shown, trust, over=18).reason is Reason.UNSUPPORTED


def test_an_sd_jwt_says_the_age_that_is_disclosed(wallet, trust):
    held = wallet.unused(SD_JWT)[0]
    shown = wallet.present_sd_jwt(held, client_id=CLIENT_ID, nonce=NONCE, only=["age_over_16"], at=AT)
    assert verdict(shown, trust, over=16).over == {13: True, 15: True, 16: True}


def test_a_query_for_an_sd_jwt_is_answered_with_one(wallet, trust):
    query = {
        "credentials": [
            {
                "id": "age",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": ["urn:eu.europa.ec.av:1"]},
                "claims": [{"path": ["age_over_15"], "values": [True]}],
            }
        ]
    }
    form = wallet.answer(link(dcql_query=json.dumps(query)), at=AT)
    assert verdict(form, trust, over=15).accepted


def test_a_query_for_a_proof_is_answered_without_showing_the_attestation(wallet, trust):
    claims = [{"path": [documents.NAMESPACE, "age_over_15"]}]
    meta = {"doctype_value": documents.DOCTYPE}
    query = {"credentials": [{"id": "age", "format": "mso_mdoc_zk", "meta": meta, "claims": claims}]}
    if not zero_knowledge.available():  # no wheel of the library for this kind of machine: nothing is shown instead
        with pytest.raises(CannotAnswer, match="pylongfellow is installed"):
            wallet.answer(link(dcql_query=json.dumps(query)), at=AT)
        return
    form = wallet.answer(link(dcql_query=json.dumps(query)), at=AT)
    assert verdict(form, trust, over=15).method is Method.ZERO_KNOWLEDGE
    assert len(wallet.unused(MDOC)) == 2


def test_a_page_that_asks_through_a_browser_is_named_by_its_origin(wallet, trust):
    origin = "https://platform.example"
    transcript = documents.browser_transcript(origin=origin, nonce=NONCE)
    by_mdoc = wallet.present_mdoc(wallet.unused(MDOC)[0], transcript=transcript, only=["age_over_15"])
    by_sd_jwt = wallet.present_sd_jwt(
        wallet.unused(SD_JWT)[0], client_id=f"origin:{origin}", nonce=NONCE, only=["age_over_15"], at=AT
    )
    asked = [{"client_id": f"origin:{origin}"}, {"origin": origin}]
    assert all(verdict(shown, trust, **how).accepted for shown in (by_mdoc, by_sd_jwt) for how in asked)


@pytest.mark.parametrize(
    ("client_id", "holds"),
    [("https://platform.example/age", True), ("https://other.example", False)],
    ids=["its own address", "another"],
)
def test_a_client_named_by_its_address_may_have_asked_through_a_browser(wallet, trust, client_id, holds):
    transcript = documents.browser_transcript(origin="https://platform.example", nonce=NONCE)
    shown = wallet.present_mdoc(wallet.unused(MDOC)[0], transcript=transcript, only=["age_over_15"])
    assert verdict(shown, trust, client_id=client_id).accepted is holds


def test_a_browser_is_answered_sealed_to_who_asked(wallet, trust):
    key = new_key()
    asked = dc_api.request([15], nonce=bytes(16), reader_key=key.public_key())
    answer = wallet.answer_browser(asked.as_request()["data"], origin="https://platform.example", at=AT)
    shown, transcript = dc_api.open_response(
        answer["response"],
        private_key=key,
        encryption_info=asked.encryption_info,
        origin="https://platform.example",
    )
    assert verdict(shown, trust, transcript=transcript, over=15).accepted


def test_an_answer_to_another_page_does_not_open(wallet):
    key = new_key()
    asked = dc_api.request([15], nonce=bytes(16), reader_key=key.public_key())
    answer = wallet.answer_browser(asked.as_request()["data"], origin="https://elsewhere.example", at=AT)
    with pytest.raises(Exception, match="bad_device_signature"):
        dc_api.open_response(
            answer["response"],
            private_key=key,
            encryption_info=asked.encryption_info,
            origin="https://platform.example",
        )


@pytest.mark.parametrize(
    "wrapped",
    [
        pytest.param(lambda shown: shown, id="cbor"),
        pytest.param(base64url, id="base64url"),
        pytest.param(lambda shown: shown.hex(), id="hexadecimal"),
        pytest.param(lambda shown: json.dumps({"q": [base64url(shown)]}), id="vp_token"),
        pytest.param(lambda shown: json.dumps({"vp_token": {"q": [base64url(shown)]}}).encode(), id="json file"),
        pytest.param(
            lambda shown: urlencode({"vp_token": json.dumps({"q": [base64url(shown)]}), "state": "x"}), id="form"
        ),
    ],
)
def test_a_presentation_is_found_in_whatever_holds_it(wallet, trust, wrapped):
    shown = wallet.present_mdoc(wallet.unused(MDOC)[0], client_id=CLIENT_ID, nonce=NONCE, only=["age_over_15"])
    assert verdict(wrapped(shown), trust, over=15).accepted


def test_a_credential_is_shown_once_only(wallet):
    held = wallet.unused(MDOC)[0]
    wallet.present_mdoc(held, client_id=CLIENT_ID, nonce=NONCE)
    with pytest.raises(CannotAnswer):
        wallet.present_mdoc(held, client_id=CLIENT_ID, nonce="another")


def test_a_wallet_runs_out_of_credentials(wallet):
    for _ in range(3):
        wallet.answer(Request.for_age(15, nonce=NONCE, response_uri=RESPONSE_URI).as_uri(), at=AT)
    with pytest.raises(CannotAnswer):
        wallet.answer(Request.for_age(15, nonce=NONCE, response_uri=RESPONSE_URI).as_uri(), at=AT)


def test_what_is_past_its_end_is_not_shown(wallet):
    request = Request.for_age(15, nonce=NONCE, response_uri=RESPONSE_URI)
    with pytest.raises(CannotAnswer):
        wallet.answer(request.as_uri(), at=AT + timedelta(days=91))


def test_a_wallet_on_disk_is_its_owners_alone_and_forgets_what_was_shown(wallet, trust, tmp_path):
    file = tmp_path / "wallet.json"
    wallet.present_mdoc(wallet.unused(MDOC)[0], client_id=CLIENT_ID, nonce=NONCE)
    wallet.save(file)
    again = Wallet.load(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(again.unused(MDOC)) == 2
    shown = again.present_mdoc(again.unused(MDOC)[0], client_id=CLIENT_ID, nonce=NONCE, only=["age_over_15"])
    assert verdict(shown, trust, over=15).accepted


def link(**changes):
    given = parse_qs(urlsplit(Request.for_age(15, nonce=NONCE, response_uri=RESPONSE_URI).as_uri()).query)
    given = {name: values[0] for name, values in given.items()} | changes
    return "av://?" + urlencode({name: value for name, value in given.items() if value is not None})


NAME = {"credentials": [{"id": "x", "format": MDOC, "claims": [{"path": ["eu.europa.ec.av.1", "family_name"]}]}]}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"response_mode": "fragment"}, "response_mode"),
        ({"response_type": "code"}, "response_type"),
        ({"nonce": None}, "nonce"),
        ({"client_id": "redirect_uri:https://elsewhere.example/"}, "client_id"),
        ({"request_uri": "https://elsewhere.example/"}, "request_uri"),
        ({"dcql_query": "{"}, "dcql_query"),
        ({"dcql_query": json.dumps(NAME)}, "more than an age"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wallet_does_not_answer_other_requests(wallet, changes, why):
    with pytest.raises(CannotAnswer, match=why):
        wallet.answer(link(**changes), at=AT)


def test_alternatives_of_a_query_are_taken_in_their_order(wallet):
    query = {
        "credentials": [
            {"id": "card", "format": MDOC, "meta": {"doctype_value": "org.example"}, "claims": [{"path": ["a", "b"]}]},
            {
                "id": "age",
                "format": MDOC,
                "meta": {"doctype_value": documents.DOCTYPE},
                "claims": [{"path": [documents.NAMESPACE, "age_over_16"]}],
            },
        ],
        "credential_sets": [{"options": [["card"], ["age"]]}, {"options": [["card"]], "required": False}],
    }
    form = wallet.answer(link(dcql_query=json.dumps(query)), at=AT)
    assert list(json.loads(form["vp_token"])) == ["age"]


def test_what_is_shown_holds_the_age_asked_for_and_nothing_else(wallet):
    shown = wallet.present_mdoc(wallet.unused(MDOC)[0], client_id=CLIENT_ID, nonce=NONCE, only=["age_over_15"])
    (each,) = cbor2.loads(shown)["documents"]
    ((space, items),) = each["issuerSigned"]["nameSpaces"].items()
    assert (space, [cbor2.loads(item.value)["elementIdentifier"] for item in items]) == (
        "eu.europa.ec.av.1",
        ["age_over_15"],
    )


def test_two_people_cannot_be_told_apart_by_what_they_were_issued(issuer):
    made = [issuer.issue_mdoc(new_key().public_key(), {18: True}, at=AT + timedelta(hours=h)) for h in (0, 5)]
    securities = [cbor2.loads(cbor2.loads(cbor2.loads(each.issuer_auth)[2]).value) for each in made]
    assert securities[0]["validityInfo"] == securities[1]["validityInfo"]
    assert securities[0]["valueDigests"] != securities[1]["valueDigests"]


def test_an_attestation_lasts_three_months_at_most(issuer):
    with pytest.raises(ValueError, match="lasts"):
        issuer.issue_mdoc(new_key().public_key(), {18: True}, at=AT, lasts=timedelta(days=91))


@pytest.mark.parametrize("form", ["jwt", "cwt"])
def test_what_the_issuer_takes_back_is_refused(form, tmp_path):
    issuer, wallet = Issuer.make(at=AT, with_status=True), Wallet()
    held, kept = wallet.receive(issuer, {18: True}, at=AT, batch=2)
    security = cbor2.loads(cbor2.loads(cbor2.loads(held.issued.issuer_auth)[2]).value)
    issuer.status.set(security["status"]["status_list"]["idx"])
    make = {"jwt": issuer.status.as_jwt, "cwt": issuer.status.as_cwt}[form]
    token = make(issuer.signer_key, issuer.signer, at=AT)
    (tmp_path / "issuer.pem").write_bytes(issuer.anchor)
    (tmp_path / "list").write_bytes(token if isinstance(token, bytes) else token.encode())
    trust = Trust.from_folder(tmp_path)
    shown = [wallet.present_mdoc(each, client_id=CLIENT_ID, nonce=NONCE) for each in (held, kept)]
    assert [verdict(each, trust).reason for each in shown] == [Reason.REVOKED, None]


@pytest.mark.parametrize(
    ("status", "later", "reason"),
    [
        ({}, timedelta(0), None),
        ({"status": WITHDRAWN}, timedelta(0), Reason.UNTRUSTED_ISSUER),
        ({"service": "http://uri.etsi.org/TrstSvc/Svctype/CA/QC"}, timedelta(0), Reason.UNTRUSTED_ISSUER),
        ({"lasts": timedelta(days=10)}, timedelta(days=11), Reason.STALE_TRUST),
    ],
    ids=["recognized", "withdrawn", "another service", "stale"],
)
def test_an_issuer_is_trusted_by_a_list_while_it_is_on_it(tmp_path, status, later, reason):
    issuer, wallet, operator = Issuer.make(at=AT), Wallet(), Operator.make(at=AT)
    (held,) = wallet.receive(issuer, {18: True}, at=AT, batch=1)
    (tmp_path / "operators").mkdir()
    (tmp_path / "operators" / "operator.pem").write_bytes(operator.pem)
    (tmp_path / "list.xml").write_bytes(operator.publish([issuer.root], at=AT, **status))
    shown = wallet.present_mdoc(held, client_id=CLIENT_ID, nonce=NONCE)
    assert verdict(shown, Trust.from_folder(tmp_path), at=AT + later).reason is reason


def test_a_list_of_somebody_else_makes_nobody_trusted(tmp_path):
    issuer, wallet, operator, other = Issuer.make(at=AT), Wallet(), Operator.make(at=AT), Operator.make(at=AT)
    (held,) = wallet.receive(issuer, {18: True}, at=AT, batch=1)
    (tmp_path / "operator.pem").write_bytes(operator.pem)
    (tmp_path / "list.xml").write_bytes(other.publish([issuer.root], at=AT))
    shown = wallet.present_mdoc(held, client_id=CLIENT_ID, nonce=NONCE)
    assert verdict(shown, Trust.from_folder(tmp_path)).reason is Reason.UNTRUSTED_ISSUER


def test_transcripts_are_those_of_the_published_examples():
    thumbprint = bytes.fromhex("4283ec927ae0f208daaa2d026a814f2b22dca52cf85ffa8f3f8626c6bd669047")
    nonce = "exc7gBkxjx1rdc9udRrveKvSsJIq80avlXeLHhGwqtA"
    by_link = documents.redirect_transcript(
        client_id="x509_san_dns:example.com",
        nonce=nonce,
        response_uri="https://example.com/response",
        thumbprint=thumbprint,
    )
    by_browser = documents.browser_transcript(origin="https://example.com", nonce=nonce, thumbprint=thumbprint)
    assert [made[2][1].hex() for made in (by_link, by_browser)] == [
        "048bc053c00442af9b8eed494cefdd9d95240d254b046b11b68013722aad38ac",
        "fbece366f4212f9762c74cfdbf83b8c69e371d5d68cea09cb4c48ca6daab761a",
    ]


def test_the_example_request_of_the_profile_is_read_with_its_stray_spaces():
    query = {
        "credentials": [
            {
                "id": "proof_of_age",
                "format": "mso_mdoc",
                "meta": {"doctype_value": ["eu.europa.ec.av.1 "]},
                "claims": [{"path": ["eu.europa.ec.av.1 ", "age_over_18"]}],
            }
        ]
    }
    issuer, wallet = Issuer.make(at=AT), Wallet()
    wallet.receive(issuer, {18: True}, at=AT, batch=1)
    assert "vp_token" in wallet.answer(link(dcql_query=json.dumps(query)))


def test_a_request_is_read_from_its_parameters_too():
    request = Request.for_age(18, nonce=NONCE, response_uri=RESPONSE_URI)
    assert read_request(request.parameters()).nonce == NONCE


def test_keys_are_on_p256_and_never_twice(issuer):
    wallet = Wallet()
    held = wallet.receive(issuer, {18: True}, at=AT)
    points = {each.key.public_key().public_numbers() for each in held}
    assert len(points) == 30
    assert all(isinstance(each.key.curve, ec.SECP256R1) for each in held)


def test_a_disclosure_is_hidden_among_decoys(issuer):
    made = issuer.issue_sd_jwt(new_key().public_key(), {18: True}, at=AT)
    payload = json.loads(from_base64url(made.jwt.split(".")[1]))
    assert len(payload["_sd"]) > len(made.disclosures)


def ran(*arguments):
    result = CliRunner().invoke(cli, ["age", *arguments], catch_exceptions=False)
    return result.exit_code, result.output


def test_the_commands_issue_answer_and_verify_on_one_machine(tmp_path):
    at = AT.isoformat()
    _, link = ran("request", "--over", "15", "--nonce", NONCE, "--response-uri", RESPONSE_URI)
    assert link == Request.for_age(15, nonce=NONCE, response_uri=RESPONSE_URI).as_uri() + "\n"
    ran("issuer", "--out", str(tmp_path), "--over", "15", "--under", "18", "--batch", "2", "--as-of", at)
    _, form = ran("wallet", str(tmp_path / "wallet.json"), link, "--as-of", at)
    (tmp_path / "answer").write_text(form)
    request = ("--nonce", NONCE, "--client-id", CLIENT_ID, "--trust", str(tmp_path / "trust"), "--as-of", at)
    status, said = ran("verify", str(tmp_path / "answer"), *request, "--over", "15")
    assert (status, json.loads(said)) == (0, {"accepted": True, "over": {"13": True, "15": True}, "reason": None})
    assert len(Wallet.load(tmp_path / "wallet.json").credentials) == 1


@pytest.mark.parametrize("client_id", [CLIENT_ID, "x509_san_dns:platform.example", "https://platform.example"])
@pytest.mark.parametrize(
    ("about", "transcript"),
    [
        (
            {"origin": "https://elsewhere.example"},
            documents.browser_transcript(origin="https://elsewhere.example", nonce=NONCE),
        ),
        (
            {"response_uri": "https://elsewhere.example/response"},
            documents.redirect_transcript(
                client_id=CLIENT_ID, nonce=NONCE, response_uri="https://elsewhere.example/response"
            ),
        ),
    ],
    ids=["origin", "response_uri"],
)
def test_a_file_does_not_say_that_it_was_meant_for_somebody_else(tmp_path, client_id, about, transcript):
    at = AT.isoformat()
    ran("issuer", "--out", str(tmp_path), "--batch", "1", "--as-of", at)
    wallet = Wallet.load(tmp_path / "wallet.json")
    shown = wallet.present_mdoc(wallet.credentials[0], transcript=transcript)
    (tmp_path / "answer").write_text(json.dumps({"vp_token": {"q": [base64url(shown)]}, **about}))
    request = ("--nonce", NONCE, "--client-id", client_id, "--trust", str(tmp_path / "trust"), "--as-of", at)
    assert json.loads(ran("verify", str(tmp_path / "answer"), *request)[1])["reason"] == "bad_device_signature"


def test_an_answer_is_posted_where_the_request_says(tmp_path, httpserver_of_one):
    url, got = httpserver_of_one
    ran("issuer", "--out", str(tmp_path), "--batch", "1")
    asked = Request.for_age(18, nonce=NONCE, response_uri=url, state="of mine")
    status, said = ran("wallet", str(tmp_path / "wallet.json"), asked.as_uri(), "--send")
    assert (status, said) == (0, '200 {"redirect_uri": "https://platform.example/thanks"}\n')
    assert parse_qs(got[0])["state"] == ["of mine"]


def test_a_wallet_is_not_written_over(tmp_path):
    ran("issuer", "--out", str(tmp_path), "--batch", "1")
    status, said = ran("issuer", "--out", str(tmp_path), "--batch", "1")
    assert status != 0
    assert "exists already" in said


@pytest.fixture
def httpserver_of_one():
    """A server that takes one post: its address, and the list of what it got."""
    got = []

    class Once(BaseHTTPRequestHandler):
        def do_POST(self):
            got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"redirect_uri": "https://platform.example/thanks"}')

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Once) as server:
        waiting = Thread(target=server.handle_request)
        waiting.start()
        yield f"http://127.0.0.1:{server.server_port}/post", got
        waiting.join(timeout=10)
