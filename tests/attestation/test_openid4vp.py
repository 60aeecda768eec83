"""What a wallet is asked, and its answer read from whatever it was posted as."""

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attestation.conftest import AT, CLIENT_ID, NONCE
from rempart.attestation.openid4vp import LARGEST, Request, dcql, read_presentation, response_uris, said_of_request
from rempart.attestation.outcome import Reason, Refused
from rempart.attestation.testing.wallet import Wallet

RESPONSE_URI = "https://rempart.example/age/response"


def test_the_request_says_what_the_profile_says():
    request = Request.for_age(18, nonce=NONCE, response_uri=RESPONSE_URI, state="s1")
    link = urlsplit(request.as_uri())
    asked = dict(parse_qsl(link.query, strict_parsing=True))
    assert link.scheme == "av"
    assert json.loads(asked.pop("dcql_query")) == {
        "credentials": [
            {
                "id": "proof_of_age",
                "format": "mso_mdoc",
                "meta": {"doctype_value": "eu.europa.ec.av.1"},
                "claims": [{"path": ["eu.europa.ec.av.1", "age_over_18"]}],
            }
        ]
    }
    assert set(json.loads(asked.pop("client_metadata"))["vp_formats_supported"]) == {"mso_mdoc"}
    assert asked == {
        "response_type": "vp_token",
        "response_mode": "direct_post",
        "client_id": f"redirect_uri:{RESPONSE_URI}",
        "response_uri": RESPONSE_URI,
        "nonce": NONCE,
        "state": "s1",
    }


def test_a_lower_age_may_be_answered_by_the_next_higher_one_that_the_wallet_has():
    (credential,) = dcql(15)["credentials"]
    assert credential["claim_sets"] == [["age_over_15"], ["age_over_16"], ["age_over_18"]]
    assert [claim["path"][1] for claim in credential["claims"]] == ["age_over_15", "age_over_16", "age_over_18"]


@pytest.mark.parametrize("over", [13, 15, 18])
def test_a_wallet_answers_the_request_and_is_believed(stage, over):
    wallet = Wallet()
    wallet.receive(stage.issuer, {18: True}, at=AT, batch=1)
    request = Request.for_age(over, nonce=NONCE, response_uri=RESPONSE_URI, state="s1")
    answer = wallet.answer(request.as_uri(), at=AT)
    assert answer["state"] == "s1"
    assert stage.verify(answer, client_id=request.client_id, over=over).accepted


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda text, raw: raw,
        lambda text, raw: raw.hex(),
        lambda text, raw: raw.hex().upper().encode(),
        lambda text, raw: text,
        lambda text, raw: f"  {text}\n",
        lambda text, raw: b64encode(raw).decode(),
        lambda text, raw: json.dumps(text),
        lambda text, raw: {"proof_of_age": [text]},
        lambda text, raw: {"vp_token": text},
        lambda text, raw: {"vp_token": {"proof_of_age": [text]}, "state": "s"},
        lambda text, raw: json.dumps({"vp_token": json.dumps({"proof_of_age": [text]}), "state": "s"}).encode(),
        lambda text, raw: urlencode({"vp_token": json.dumps({"proof_of_age": [text]}), "state": "s"}).encode(),
        lambda text, raw: {"protocol": "openid4vp-v1-unsigned", "data": {"vp_token": {"proof_of_age": [text]}}},
    ],
    ids=[
        "bytes",
        "hexadecimal",
        "upper case",
        "base64url",
        "with a line's end",
        "base64",
        "JSON text",
        "query",
        "token",
        "object",
        "JSON in JSON",
        "form",
        "browser",
    ],
)
def test_a_presentation_is_found_in_whatever_it_came(wrapped, stage):
    raw = stage.show()
    assert read_presentation(wrapped(urlsafe_b64encode(raw).rstrip(b"=").decode(), raw)) == raw


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (b"", Reason.UNKNOWN_FORMAT),
        ("", Reason.UNKNOWN_FORMAT),
        (None, Reason.UNKNOWN_FORMAT),
        (7, Reason.UNKNOWN_FORMAT),
        ("é", Reason.UNKNOWN_FORMAT),
        (b"\xff\xfe", Reason.UNKNOWN_FORMAT),
        ("YWJj", Reason.UNKNOWN_FORMAT),
        ({}, Reason.MALFORMED),
        ([], Reason.MALFORMED),
        ({"vp_token": ["a", "b"]}, Reason.MALFORMED),
        ({"vp_token": {"one": ["a"], "two": ["b"]}}, Reason.MALFORMED),
        ({"error": "access_denied"}, Reason.MALFORMED),
        ({"response": "eyJ…", "state": "s"}, Reason.UNKNOWN_FORMAT),
        ('{"vp_token": 1, "vp_token": 2}', Reason.MALFORMED),
        ("vp_token=a&vp_token=b", Reason.MALFORMED),
        ("vp_token=a" + "&x=1" * 20, Reason.MALFORMED),
        ("[" * 200_000, Reason.MALFORMED),
        ([[[[[[[[[["a"]]]]]]]]]], Reason.UNKNOWN_FORMAT),
        ("a" * (LARGEST + 1), Reason.TOO_LARGE),
        (b"a" * (LARGEST + 1), Reason.TOO_LARGE),
    ],
    ids=lambda given: repr(given)[:24],
)
def test_what_holds_no_presentation_is_refused(given, reason, refused):
    assert refused(read_presentation, given) is reason


@settings(max_examples=100)
@given(st.binary(max_size=40) | st.text(max_size=40))
def test_anything_is_read_or_refused(given):
    try:
        found = read_presentation(given)
    except Refused:
        return
    assert isinstance(found, (bytes, str))


@pytest.mark.parametrize("given", [b"\xa0", "oA", "~", "a.b.c", "a~b~c", '{"payload": ""}', "vp_token=oA"])
def test_nothing_but_a_verdict_comes_of_hostile_bytes(given, stage):
    assert not stage.verify(given).accepted
    assert stage.verify(given).reason is not None


@pytest.mark.parametrize(
    ("client_id", "among"),
    [
        (CLIENT_ID, "https://rempart.example/age/response"),
        ("https://rempart.example/age", "https://rempart.example/age"),
        ("https://rempart.example/age", "https://rempart.example/response"),
        ("x509_san_dns:rempart.example", "https://rempart.example/response"),
        ("rempart.example", "https://rempart.example/post"),
    ],
    ids=["certain", "itself", "beside", "certificate", "name"],
)
def test_where_an_answer_went_follows_from_who_asked(client_id, among):
    assert among in response_uris(client_id)
    assert (len(response_uris(client_id)) == 1) == client_id.startswith("redirect_uri:")


@pytest.mark.parametrize("client_id", ["x509_hash:abc", "decentralized_identifier:did:example:1", "", "name"])
def test_where_an_answer_went_is_not_guessed(client_id, refused):
    assert refused(response_uris, client_id) is Reason.WRONG_AUDIENCE


@pytest.mark.parametrize(("host", "kept"), [("rempart.example", True), ("other.example", False)], ids=["own", "other"])
def test_a_saved_answer_says_where_it_went_on_the_host_of_who_asked_alone(host, kept):
    said = {"response_uri": f"https://{host}/a/place/of/its/own"}
    found = said_of_request(json.dumps(said).encode(), client_id="x509_san_dns:rempart.example")
    assert found == (said if kept else {})
