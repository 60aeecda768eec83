"""The webhook connector, on a little platform that verifies, keeps state and restricts."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override

from platforms.conformance import CHECKS, Live, new_key
from platforms.webhook.little import ABILITIES
from rempart.correspondence.webhooks import new_secret
from rempart.ledger.clock import now
from rempart.platforms.connector import PermanentFailure, Support, TemporaryFailure, UnknownAccount
from rempart.platforms.webhook.settings import ASKED
from rempart.records import AccountReference

HOUR = timedelta(hours=1)


@pytest.fixture
def live(little, connector, connector_at) -> Live:
    return Live(
        connector=connector,
        new_account=little.new_account,
        measure="suspend",
        nobody=AccountReference("other", "nobody.here"),
        refused=connector_at(little.address, new_secret()),
        unreachable=connector_at("http://127.0.0.1:9/rempart", little.secret),
        restrict_as_staff=little.restrict_as_staff,
        restricted=lambda account: not little.may_publish(account),
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_does_what_every_connector_does(live, check):
    check(live)


@pytest.mark.carries_out(
    "webhook",
    "no_recommendation",
    "no_contact_with_minors",
    "no_new_contacts",
    "no_live",
    "no_monetisation",
    "read_only",
    "suspend",
)
@pytest.mark.parametrize("measure", ASKED)
def test_a_platform_that_does_everything_is_asked_for_each_measure(little, connector_at, measure):
    little.cannot = frozenset()
    connector = connector_at(little.address, little.secret, everything())
    account = little.new_account()
    mark = connector.apply(account, measure, key=new_key(), until=now() + HOUR)
    assert [one.measure for one in connector.observe(account)] == [measure]
    connector.lift(account, measure, key=new_key(), mark=mark)
    assert list(connector.observe(account)) == []


def everything() -> dict[str, Any]:
    """Settings of a platform that does every measure itself."""
    return {"abilities": {measure: {"support": "native"} for measure in ASKED}}


def test_what_the_platform_declares_is_what_it_is_held_to(connector):
    assert connector.abilities["no_live"].as_measure == "read_only"
    assert connector.abilities["no_monetisation"].support is Support.IMPOSSIBLE
    assert connector.abilities["suspend"].ends_by_itself


def test_a_platform_that_says_it_cannot_after_all_is_taken_at_its_word(little, connector):
    with pytest.raises(PermanentFailure, match="correct the abilities"):
        connector.apply(little.new_account(), "no_monetisation", key=new_key(), until=None)


def test_the_platform_is_told_when_the_measure_ends_and_ends_it(little, connector, clock):
    account = little.new_account()
    until = now() + HOUR
    connector.apply(account, "suspend", key=new_key(), until=until)
    (seen,) = connector.observe(account)
    assert seen.until == until
    clock.move(HOUR + timedelta(seconds=1))
    assert list(connector.observe(account)) == []
    assert little.may_publish(account)


def test_every_attempt_of_an_order_has_the_same_number(little, connector):
    account = little.new_account()
    for _attempt in range(2):
        connector.apply(account, "suspend", key="order-7", until=None)
    assert little.commands == [("measure.apply", "order-7")] * 2


def test_questions_have_each_a_number_of_their_own(little, connector):
    account = little.new_account()
    connector.observe(account)
    connector.observe(account)
    assert len(set(little.commands)) == 2


def test_while_one_secret_replaces_another_both_sign(little, connector_at):
    account = little.new_account()
    connector = connector_at(little.address, f"{new_secret()} {little.secret}")
    assert connector.describe(account).reference == account


def test_a_changed_handle_is_followed_by_the_id(little, connector):
    account = little.new_account()
    little.accounts[0].handle = "someone.new"
    connector.apply(account, "suspend", key=new_key(), until=None)
    assert not little.may_publish(account)
    assert connector.describe(account).reference == AccountReference("other", "someone.new", account.id)


def test_what_the_platform_knows_is_described(little, connector):
    described = connector.describe(little.new_account())
    assert (described.reach, described.age_band, described.country) == (120_000, "16_17", "FR")
    assert described.monetised is None


def test_every_page_of_copies_is_asked_for(little, connector):
    copies = {copy.name: copy.content for copy in connector.preserve(little.new_account())}
    assert set(copies) == {"profile.json", "post-0.txt", "post-1.txt"}
    assert copies["post-1.txt"] == "À demain".encode()


def test_a_copy_may_be_bytes(little, connector):
    little.broken = answer(copies=[{"name": "a.png", "media_type": "image/png", "base64": "AAEC"}])
    (copy,) = connector.preserve(AccountReference("other", "nova"))
    assert copy.content == b"\x00\x01\x02"


def answer(status: int = 200, headers: dict[str, str] | None = None, **body: Any) -> tuple[int, dict[str, str], bytes]:
    """What the platform answers to everything."""
    return status, headers or {}, json.dumps(body).encode()


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_an_error_that_passes_is_tried_again_when_the_platform_says(little, connector, status):
    little.broken = answer(status, {"Retry-After": "90"})
    with pytest.raises(TemporaryFailure) as caught:
        connector.observe(AccountReference("other", "nova"))
    assert caught.value.after == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (answer(401), "refuses our credentials"),
        (answer(403), "refuses our credentials"),
        (answer(302, {"Location": "/elsewhere"}), "another address"),
        (answer(404), "HTTP 404"),
        (answer(400, error="nova is no good"), "HTTP 400"),
        (answer(200), "account.observe: Object missing required field `sanctions`"),
        ((200, {}, b"<html>"), "account.observe: JSON is malformed"),
        (
            answer(sanctions=[{"ours": "yes"}]),
            r"account.observe: Expected `bool`, got `str` - at `\$.sanctions\[0\].ours`",
        ),
        (answer(sanctions=[{"ours": True, "since": "2026-01-01T00:00:00"}]), "since"),
        (answer(sanctions=[{"ours": True, "measure": "nova"}]), "Invalid enum value … - at .*measure"),
    ],
)
def test_an_answer_that_will_not_get_better_goes_to_a_person_with_what_is_wrong(little, connector, said, words):
    little.broken = said
    with pytest.raises(PermanentFailure, match=words) as caught:
        connector.observe(AccountReference("other", "nova"))
    assert not isinstance(caught.value, UnknownAccount)
    assert "nova" not in str(caught.value)


def test_a_longer_answer_than_agreed_is_not_read(little, connector, monkeypatch):
    monkeypatch.setattr("rempart.platforms.webhook.connector.LONGEST", 50)
    little.broken = answer(sanctions=[], more="x" * 50)
    with pytest.raises(PermanentFailure, match="longer than 50 bytes"):
        connector.observe(AccountReference("other", "nova"))


def test_an_answer_cut_short_is_asked_for_again(little, connector):
    little.broken = (200, {"Content-Length": "1000"}, b'{"sanctions": []')
    with pytest.raises(TemporaryFailure):
        connector.observe(AccountReference("other", "nova"))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"copies": [], "next": "1"}, "came before"),
        ({"copies": [{"name": "a", "media_type": "text/plain"}]}, "exactly one of `text` and `base64`"),
        ({"copies": [{"name": "a", "media_type": "text/plain", "base64": "?"}]}, "cannot be decoded"),
    ],
)
def test_copies_that_cannot_be_kept_go_to_a_person(little, connector, body, words):
    little.broken = answer(**body)
    with pytest.raises(PermanentFailure, match=words):
        list(connector.preserve(AccountReference("other", "nova")))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "required field `abilities`"),
        ({"abilities": ABILITIES | {"suspend": {"support": "nativ"}}}, r"`\$.abilities.suspend.support`"),
        (
            {"abilities": ABILITIES | {"suspend": {"support": "impossible"}}},
            r"`how` is missing.*`\$.abilities.suspend`",
        ),
        (
            {"abilities": ABILITIES | {"suspend": {"support": "native", "as": "read_only"}}},
            "`as` goes with approximated",
        ),
        ({"abilities": {"suspend": {"support": "native"}}}, "required field `no_recommendation`"),
        ({"abilities": ABILITIES | {"ban": {"support": "native"}}}, "unknown field `ban`"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(little, connector_at, settings, words):
    with pytest.raises(PermanentFailure, match=words):
        connector_at(little.address, little.secret, settings)


@pytest.mark.parametrize("secret", ["whsec_dG9v", "whsec_dG9vIHNob3J0", "hunter2", "whsec_not base64"])
def test_a_secret_of_another_form_is_refused_and_not_repeated(little, connector_at, secret):
    with pytest.raises(PermanentFailure, match="secret: ") as caught:
        connector_at(little.address, secret)
    assert secret not in str(caught.value)


def test_an_address_inside_a_private_network_is_refused(connector_at):
    with override("en"), pytest.raises(PermanentFailure, match="private network"):
        connector_at("https://10.0.0.1/rempart", new_secret())
