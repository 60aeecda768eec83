"""Tokens that prove nothing make us ask nobody for long, and never at the expense of who showed a genuine one."""

import base64
import json

import pytest

from rempart.ledger.clock import now
from rempart.platforms.atproto import allowance, tokens
from rempart.platforms.atproto.allowance import OF_ONE, OF_STRANGERS, WINDOW, Allowance, TooMany
from rempart.platforms.atproto.identity import own_did

METHOD = "com.atproto.moderation.createReport"
CHILD = "did:plc:s5ta5bdgmhnwub3uwxpcjoog"


class Time:
    """A clock that a test moves."""

    at = 0.0

    def __call__(self):
        return self.at


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def allowed(time):
    return Allowance(clock=time)


def test_so_many_tokens_of_one_issuer_are_looked_up(allowed):
    for _ in range(OF_ONE):
        allowed.spend(CHILD)
    with pytest.raises(TooMany):
        allowed.spend(CHILD)


def test_so_many_tokens_of_strangers_are_looked_up(allowed):
    for number in range(OF_STRANGERS):
        allowed.spend(f"did:plc:{number}")
    with pytest.raises(TooMany):
        allowed.spend("did:plc:one-more")


def test_who_showed_a_genuine_token_is_looked_up_whatever_others_forge(allowed):
    allowed.spend(CHILD)
    allowed.was_genuine(CHILD)
    for number in range(OF_STRANGERS):
        allowed.spend(f"did:plc:{number}")
    allowed.spend(CHILD)


def test_genuine_tokens_count_against_nobody_else(allowed):
    for number in range(2 * OF_STRANGERS):
        allowed.spend(f"did:plc:{number}")
        allowed.was_genuine(f"did:plc:{number}")
    allowed.spend("did:plc:one-more")


def test_a_minute_later_it_begins_anew(allowed, time):
    for _ in range(OF_ONE):
        allowed.spend(CHILD)
    time.at += WINDOW
    allowed.spend(CHILD)


def _part(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.fixture
def show(client, db, settings):
    """Show a token that anybody could write."""
    settings.REMPART_ADDRESS = "https://rempart.example"

    def send(header=b'{"alg": "ES256K"}'):
        claims = {"iss": CHILD, "aud": own_did(), "lxm": METHOD, "jti": "1", "exp": int(now().timestamp()) + 60}
        shown = f"{_part(header)}.{_part(json.dumps(claims).encode())}.{_part(bytes(64))}"
        headers = {"authorization": f"Bearer {shown}"}
        return client.post(f"/xrpc/{METHOD}", b"{}", content_type="application/json", headers=headers)

    return send


def test_beyond_what_is_allowed_the_sender_is_told_to_come_back(show, monkeypatch):
    monkeypatch.setattr(tokens, "_allowance", Allowance())
    monkeypatch.setattr(allowance, "OF_STRANGERS", 2)
    answers = [show() for _ in range(3)]
    assert [one.status_code for one in answers] == [401, 401, 429]
    assert answers[-1].json()["error"] == "RateLimitExceeded"


def test_a_token_as_deep_as_it_is_long_is_refused(show):
    assert show(b'{"alg": "ES256K", "x": ' + b"[" * 2500 + b"]" * 2500 + b"}").status_code == 401


def test_a_question_about_labels_that_no_text_can_hold_is_refused(client, db):
    assert client.get("/xrpc/com.atproto.label.queryLabels", {"uriPatterns": "\0"}).status_code == 400
