"""The Mastodon connector, through Mastodon.py, on a server that answers as the documentation says. No real one ran."""

import time
from datetime import timedelta

import pytest

from platforms.conformance import CHECKS, Live, new_key
from platforms.mastodon.documented import HOST, STRANGER, Account
from rempart.ledger.clock import now
from rempart.platforms.connector import PermanentFailure, TemporaryFailure, UnknownAccount
from rempart.platforms.mastodon import notes
from rempart.records import AccountReference

DAY = timedelta(days=1)


@pytest.fixture
def live(documented, connector, connector_at) -> Live:
    return Live(
        connector=connector,
        new_account=documented.new_account,
        measure="suspend",
        nobody=AccountReference("mastodon", f"nobody@{HOST}"),
        refused=connector_at(secret="stolen"),
        unreachable=connector_at(address="http://127.0.0.1:9"),
        restrict_as_staff=lambda account: documented.moderate(account, "disable"),
        restricted=lambda account: not documented.may_post(account),
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_does_what_every_connector_does(live, check):
    check(live)


@pytest.mark.carries_out("mastodon", "no_recommendation", "no_contact_with_minors", "no_new_contacts")
@pytest.mark.parametrize("measure", ["no_recommendation", "no_contact_with_minors", "no_new_contacts"])
def test_the_lighter_measures_limit_the_account(documented, connector, measure):
    account = documented.new_account()
    flags = documented.accounts[account.id].flags
    mark = connector.apply(account, measure, key=new_key(), until=now() + DAY)
    assert [flag for flag, on in flags.items() if on] == ["silenced"]
    assert documented.may_post(account)
    connector.lift(account, measure, key=new_key(), mark=mark)
    assert not any(flags.values())


@pytest.mark.carries_out("mastodon", "read_only", "suspend")
@pytest.mark.parametrize("measure", ["read_only", "suspend"])
def test_the_heavier_measures_freeze_the_account_and_never_suspend_it_there(documented, connector, measure):
    account = documented.new_account()
    flags = documented.accounts[account.id].flags
    mark = connector.apply(account, measure, key=new_key(), until=now() + DAY)
    assert [flag for flag, on in flags.items() if on] == ["disabled"]
    connector.lift(account, measure, key=new_key(), mark=mark)
    assert not any(flags.values())


def test_what_is_heavier_than_what_was_asked_is_declared_as_such(connector):
    assert connector.abilities["read_only"].as_measure == "suspend"


def test_the_server_is_told_to_write_to_nobody_and_the_strike_accuses_nobody(documented, connector):
    account = documented.new_account()
    connector.apply(account, "suspend", key="order-4711", until=now() + DAY)
    (strike,) = documented.accounts[account.id].strikes
    assert strike["send_email_notification"] == "false"
    assert "no finding of fault" in strike["text"]
    assert "4711" not in str(strike)


def test_killed_between_noting_and_doing_it_is_done_the_next_time(documented, connector):
    account = documented.new_account()
    connector.apply(account, "suspend", key="order-1", until=now() + DAY)
    documented.accounts[account.id].flags["disabled"] = False
    connector.apply(account, "suspend", key="order-1", until=now() + DAY)
    assert not documented.may_post(account)
    assert len(notes.read(documented.accounts[account.id].note)) == 1


def test_killed_between_lifting_and_striking_the_note_it_is_struck_the_next_time(documented, connector):
    account = documented.new_account()
    mark = connector.apply(account, "suspend", key="order-1", until=now() + DAY)
    documented.accounts[account.id].flags["disabled"] = False
    connector.lift(account, "suspend", key="order-2", mark=mark)
    assert documented.accounts[account.id].note == ""


def test_two_measures_that_share_a_flag_are_both_seen_and_go_with_it(documented, connector):
    account = documented.new_account()
    connector.apply(account, "no_recommendation", key=new_key(), until=now() + DAY)
    mark = connector.apply(account, "no_new_contacts", key=new_key(), until=now() + DAY)
    assert [one.measure for one in connector.observe(account)] == ["no_recommendation", "no_new_contacts"]
    connector.lift(account, "no_new_contacts", key=new_key(), mark=mark)
    assert list(connector.observe(account)) == []
    assert documented.accounts[account.id].note == ""


def test_the_end_of_an_earlier_order_leaves_a_later_one(documented, connector):
    account = documented.new_account()
    first = connector.apply(account, "suspend", key="order-1", until=now() + DAY)
    connector.apply(account, "suspend", key="order-2", until=now() + DAY)
    connector.lift(account, "suspend", key="order-3", mark=first)
    assert not documented.may_post(account)


def test_what_a_moderator_took_off_and_we_put_back_comes_off_whole(documented, connector):
    account = documented.new_account()
    connector.apply(account, "suspend", key="order-1", until=now() + DAY)
    documented.accounts[account.id].flags["disabled"] = False
    mark = connector.apply(account, "suspend", key="order-1-1", until=now() + DAY)
    connector.lift(account, "suspend", key="order-2", mark=mark)
    assert documented.may_post(account)
    assert documented.accounts[account.id].note == ""


def test_what_a_person_wrote_in_the_private_note_stays(documented, connector):
    account = documented.new_account()
    documented.accounts[account.id].note = "Rencontrée au salon"
    mark = connector.apply(account, "suspend", key=new_key(), until=now() + DAY)
    assert documented.accounts[account.id].note.startswith("Rencontrée au salon\n[rempart disabled=suspend:")
    connector.lift(account, "suspend", key=new_key(), mark=mark)
    assert documented.accounts[account.id].note == "Rencontrée au salon"


def test_a_freeze_by_the_servers_moderators_meanwhile_is_not_made_ours(documented, connector):
    account = documented.new_account()
    documented.moderate(account, "disable")
    with pytest.raises(TemporaryFailure, match="somebody else"):
        connector.apply(account, "suspend", key=new_key(), until=now() + DAY)
    (seen,) = connector.observe(account)
    assert (seen.measure, seen.ours) == ("suspend", False)


def test_what_the_servers_moderators_suspended_is_theirs_beside_ours(documented, connector):
    account = documented.new_account()
    connector.apply(account, "no_recommendation", key=new_key(), until=now() + DAY)
    documented.moderate(account, "suspend")
    documented.moderate(account, "sensitive")
    seen = [(one.measure, one.ours) for one in connector.observe(account)]
    assert seen == [("no_recommendation", True), ("suspend", False), (None, False)]


def test_an_account_is_found_by_its_number_whatever_its_name(documented, connector):
    account = documented.new_account()
    documented.accounts[account.id].username = "someone_else"
    described = connector.describe(account)
    assert described.reference == AccountReference("mastodon", f"someone_else@{HOST}", account.id)
    assert described.reach == 120_000


def test_a_name_of_which_the_number_is_not_known_is_looked_up(documented, connector):
    account = documented.new_account()
    assert connector.describe(AccountReference("mastodon", account.handle)).reference == account


def test_those_who_moderate_the_server_are_told(documented, connector):
    account = documented.new_account()
    assert not connector.describe(account).staff
    documented.accounts[account.id].permissions = 1 << 4 | 1 << 16
    assert connector.describe(account).staff


@pytest.mark.parametrize("number", [None, "7"])
def test_an_account_of_another_server_is_unknown_here(documented, connector, number):
    documented.accounts["7"] = Account(id="7", username="nova", domain="elsewhere.example")
    with pytest.raises(UnknownAccount, match="another server"):
        connector.describe(AccountReference("mastodon", "nova@elsewhere.example", number))


def test_posts_are_kept_page_by_page_up_to_as_many_as_set(documented, connector_at):
    account = documented.new_account()
    copies = {copy.name: copy.content.decode() for copy in connector_at().preserve(account)}
    assert set(copies) == {"account.json", "posts-1.json", "posts-2.json"}
    assert "Publication 0" in copies["posts-2.json"]
    few = {copy.name: copy.content.decode() for copy in connector_at(preserved_posts=1).preserve(account)}
    assert set(few) == {"account.json", "posts-1.json"}
    assert "Publication 1" not in few["posts-1.json"]
    assert {copy.name for copy in connector_at(preserved_posts=0).preserve(account)} == {"account.json"}


def test_too_many_requests_are_tried_again_when_the_server_says(documented, connector):
    documented.broken = (429, {"X-RateLimit-Reset": str(int(time.time()) + 90)}, b"{}")
    with pytest.raises(TemporaryFailure) as caught:
        connector.describe(AccountReference("mastodon", f"nova@{HOST}", "1"))
    assert caught.value.after is not None
    assert timedelta(seconds=60) < caught.value.after <= timedelta(seconds=91)


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504])
def test_an_error_that_passes_is_tried_again(documented, connector, status):
    documented.broken = (status, {}, b'{"error": "nova1"}')
    with pytest.raises(TemporaryFailure, match=f"^HTTP {status}$"):
        connector.describe(AccountReference("mastodon", f"nova@{HOST}", "1"))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((403, {}, b'{"error": "nova1"}'), "refuses our credentials"),
        ((422, {}, b'{"error": "nova1"}'), "^HTTP 422$"),
        ((200, {}, b"<html>nova1"), "no Mastodon API"),
        ((302, {"Location": "/elsewhere"}, b"<html>nova1"), "no Mastodon API"),
    ],
)
def test_an_answer_that_will_not_get_better_goes_to_a_person(documented, connector, answer, words):
    documented.broken = answer
    with pytest.raises(PermanentFailure, match=words) as caught:
        connector.describe(AccountReference("mastodon", f"nova@{HOST}", "1"))
    assert "nova1" not in str(caught.value)


def test_an_account_that_may_not_moderate_is_said_to_lack_its_rights(documented, connector_at):
    with pytest.raises(PermanentFailure, match="its rights"):
        connector_at(secret=STRANGER).apply(documented.new_account(), "suspend", key=new_key(), until=None)


def test_what_mastodon_cannot_do_is_refused(documented, connector):
    with pytest.raises(PermanentFailure, match="no lives"):
        connector.apply(documented.new_account(), "no_live", key=new_key(), until=None)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"hosts": ()}, "hosts: "),
        ({"secret": ""}, "secret: "),
        ({"preserved_posts": -1}, "`preserved_posts` is"),
        ({"token": "x"}, "unknown field `token`"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(connector_at, settings, words):
    with pytest.raises(PermanentFailure, match=words):
        connector_at(**settings)
