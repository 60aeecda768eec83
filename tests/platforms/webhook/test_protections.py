"""Protections and comments by webhook, on the little platform: declared, done once, taken off, looked at."""

from datetime import timedelta

import pytest

from platforms.conformance import new_key
from platforms.webhook.little import ABILITIES
from rempart.ledger.clock import now
from rempart.platforms.connector import Comment, PermanentFailure, Support, TemporaryFailure
from rempart.records import AccountReference
from rempart.records.vocabulary import PROTECTIONS

HOUR = timedelta(hours=1)
COMMENTS = [Comment(number=f"c{number}", author=AccountReference("other", f"autrui.{number}")) for number in range(3)]


def numbers(comments):
    return {one.number for one in comments}


@pytest.mark.protects("webhook", "no_strangers_messages", "hide_follower_counts")
@pytest.mark.parametrize("kind", ["no_strangers_messages", "hide_follower_counts"])
def test_a_protection_is_switched_on_seen_and_switched_off(little, connector, kind):
    account = little.new_account()
    mark = connector.protect(account, kind, key=new_key(), until=now() + HOUR)
    seen = connector.protected(account)
    connector.unprotect(account, kind, key=new_key(), mark=mark)
    assert (seen, connector.protected(account)) == (frozenset({kind}), frozenset())


@pytest.mark.protects("webhook", "comment_filter", "no_live", "no_duets")
def test_a_platform_that_does_everything_is_asked_for_each(little, connector_at, monkeypatch):
    declared = {kind: {"support": "native"} for kind in PROTECTIONS}
    monkeypatch.setattr("platforms.webhook.little.PROTECTIONS", declared)
    connector = connector_at(little.address, little.secret, {"abilities": ABILITIES, "protections": declared})
    account = little.new_account()
    for kind in PROTECTIONS:
        connector.protect(account, kind, key=new_key(), until=now() + HOUR)
    assert connector.protected(account) == set(PROTECTIONS)


def test_switched_on_again_with_the_same_key_it_is_done_once(little, connector):
    account, key = little.new_account(), new_key()
    marks = {connector.protect(account, "no_strangers_messages", key=key, until=now() + HOUR) for _ in range(2)}
    assert len(marks) == 1


def test_it_ends_by_the_platforms_own_clock(little, connector, clock):
    account = little.new_account()
    connector.protect(account, "no_strangers_messages", key=new_key(), until=now() + HOUR)
    clock.move(HOUR + timedelta(seconds=1))
    assert connector.protected(account) == frozenset()


@pytest.mark.protects("webhook", "hide")
def test_comments_are_hidden_seen_hidden_and_shown_again(little, connector):
    account, key = little.new_account(), new_key()
    mark = connector.hide(account, COMMENTS, key=key, until=now() + HOUR)
    hidden = connector.hidden(account, COMMENTS)
    connector.show(account, COMMENTS[:2], still=COMMENTS[2:], key=key, mark=mark)
    assert (hidden, connector.hidden(account, COMMENTS)) == (numbers(COMMENTS), {"c2"})


@pytest.mark.protects("webhook", "report")
def test_comments_are_reported_once_for_a_key(little, connector):
    account, key = little.new_account(), new_key()
    little.falls_over_after = {"comments.report"}
    with pytest.raises(TemporaryFailure):
        connector.report(account, COMMENTS, key=key)
    connector.report(account, COMMENTS, key=key)
    assert little.reported == ["c0", "c1", "c2"]


def test_what_is_not_declared_is_not_offered(connector):
    offered = {kind for kind, ability in connector.protections.items() if ability.support is not Support.IMPOSSIBLE}
    assert offered == {"no_strangers_messages", "hide_follower_counts"}


def test_a_platform_that_declared_too_much_is_shown_to_a_person(little, connector):
    with pytest.raises(PermanentFailure, match="correct the abilities"):
        connector.protect(little.new_account(), "no_duets", key=new_key(), until=now() + HOUR)


@pytest.mark.parametrize(
    "wrong", [{"no_live": {"support": "native", "as": "read_only"}}, {"no_ads": {}}], ids=["as", "unknown"]
)
def test_settings_that_say_what_cannot_be_are_refused_by_name(little, connector_at, wrong):
    with pytest.raises(PermanentFailure, match="protections"):
        connector_at(little.address, little.secret, {"abilities": ABILITIES, "protections": wrong})


@pytest.mark.protects("webhook", "private", "restrict")
@pytest.mark.parametrize("step", ["private", "restrict"])
def test_a_step_about_an_age_holds_is_seen_and_is_undone(little, connector, step):
    account, key = little.new_account(), new_key()
    mark = connector.hold_for_age(account, step, key=key, until=now() + HOUR)
    seen = connector.held_for_age(account)
    connector.release_for_age(account, step, key=key, mark=mark)
    assert (seen, connector.held_for_age(account)) == (frozenset({step}), frozenset())


@pytest.mark.protects("webhook", "erase")
def test_an_account_is_erased_by_its_platform_once_for_a_key(little, connector):
    account, key = little.new_account(), new_key()
    assert connector.erase(account, key=key) == connector.erase(account, key=key)
    assert [command for command, uid in little.commands if uid == key] == ["age.erase", "age.erase"]


def test_steps_about_ages_that_are_not_declared_are_not_offered(little, connector_at):
    connector = connector_at(little.address, little.secret, {"abilities": ABILITIES})
    assert {one.support for one in connector.age_steps.values()} == {Support.IMPOSSIBLE}
