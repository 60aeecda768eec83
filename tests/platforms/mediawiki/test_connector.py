"""The MediaWiki connector, on a real wiki."""

import json
from datetime import timedelta

import pytest

from platforms.conformance import CHECKS, Live, new_key
from rempart.ledger.clock import now
from rempart.platforms.connector import PermanentFailure, TemporaryFailure, UnknownAccount
from rempart.records import AccountReference
from waiting import until

DAY = timedelta(days=1)


@pytest.fixture
def live(town, connector, connector_at) -> Live:
    return Live(
        connector=connector,
        new_account=town.new_account,
        measure="read_only",
        nobody=AccountReference("web", "nobody.here", "999999"),
        refused=connector_at(secret="0" * 32),
        unreachable=connector_at(address="http://127.0.0.1:9"),
        restrict_as_staff=lambda account: sysop_blocks(town, account),
        restricted=lambda account: town.person(account).edit("Sandbox") == "blocked",
    )


def sysop_blocks(town, account, **how: str) -> None:
    assert town.sysop.do("block", user=f"#{account.id}", expiry="infinite", reason="Vandalism", **how) == ""


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_does_what_every_connector_does(live, check):
    check(live)


@pytest.mark.carries_out("mediawiki", "read_only")
def test_a_read_only_account_writes_nowhere_but_on_its_own_page_until_lifted(town, connector):
    account = town.new_account()
    nova = town.person(account)
    assert nova.edit("Sandbox") == ""
    mark = connector.apply(account, "read_only", key=new_key(), until=now() + DAY)
    assert nova.edit("Sandbox") == "blocked"
    assert nova.edit(f"User talk:{nova.name}") == ""
    connector.lift(account, "read_only", key=new_key(), mark=mark)
    assert nova.edit("Sandbox") == ""


@pytest.mark.carries_out("mediawiki", "suspend")
def test_a_suspended_account_writes_nothing_at_all_and_can_still_read(town, connector):
    account = town.new_account()
    nova = town.person(account)
    zoe = town.person(town.new_account()).name
    assert nova.do("emailuser", target=zoe, subject="a", text="b") == ""
    connector.apply(account, "suspend", key=new_key(), until=now() + DAY)
    assert nova.edit("Sandbox") == "blocked"
    assert nova.edit(f"User talk:{nova.name}") == "blocked"
    assert nova.do("emailuser", target=zoe, subject="a", text="b") == "blockedemailuser"
    assert town.person(account).get(titles="Main Page")["query"]["pages"]


@pytest.mark.carries_out("mediawiki", "no_new_contacts", "no_contact_with_minors")
@pytest.mark.parametrize("measure", ["no_new_contacts", "no_contact_with_minors"])
def test_an_account_without_contacts_writes_to_nobody_and_still_writes_articles(town, connector, measure):
    account, other = town.new_account(), town.new_account()
    nova, zoe = town.person(account), town.person(other)
    assert nova.do("emailuser", target=zoe.name, subject="a", text="b") == ""
    mark = connector.apply(account, measure, key=new_key(), until=now() + DAY)
    assert nova.do("emailuser", target=zoe.name, subject="a", text="b") == "blockedemailuser"
    assert nova.edit(f"User talk:{zoe.name}") == "blocked"
    assert nova.edit("Sandbox") == ""
    connector.lift(account, measure, key=new_key(), mark=mark)
    assert nova.edit(f"User talk:{zoe.name}") == ""


def test_a_block_ends_by_itself_though_nobody_lifts_it(town, connector):
    account = town.new_account()
    nova = town.person(account)
    connector.apply(account, "read_only", key=new_key(), until=now() + timedelta(seconds=8))
    assert nova.edit("Sandbox") == "blocked"
    assert until(lambda: nova.edit("Sandbox"), "") == ""
    assert list(connector.observe(account)) == []


def test_two_measures_share_one_block_and_each_comes_off_by_itself(town, connector):
    account = town.new_account()
    nova = town.person(account)
    contacts = connector.apply(account, "no_new_contacts", key=new_key(), until=now() + 2 * DAY)
    writing = connector.apply(account, "read_only", key=new_key(), until=now() + DAY)
    assert [one.measure for one in connector.observe(account)] == ["no_new_contacts", "read_only"]
    connector.lift(account, "read_only", key=new_key(), mark=writing)
    assert nova.edit("Sandbox") == ""
    assert nova.edit("User talk:Sysop") == "blocked"
    connector.lift(account, "no_new_contacts", key=new_key(), mark=contacts)
    assert nova.edit("User talk:Sysop") == ""


def test_an_end_that_moved_moves_on_the_wiki(town, connector):
    account = town.new_account()
    connector.apply(account, "read_only", key="order-1", until=now() + DAY)
    connector.apply(account, "read_only", key="order-1-1", until=now() + 9 * DAY)
    (seen,) = connector.observe(account)
    assert seen.until is not None
    assert seen.until > now() + 8 * DAY


def test_the_end_of_an_earlier_order_leaves_a_later_one(town, connector):
    account = town.new_account()
    first = connector.apply(account, "read_only", key="order-1", until=now() + DAY)
    connector.apply(account, "read_only", key="order-2", until=now() + 9 * DAY)
    connector.lift(account, "read_only", key="order-3", mark=first)
    assert len(connector.observe(account)) == 1


def test_what_is_over_does_not_keep_the_block_when_another_comes_off(town, connector, clock):
    account = town.new_account()
    connector.apply(account, "no_new_contacts", key="order-1", until=now() + DAY)
    mark = connector.apply(account, "read_only", key="order-2", until=now() + 2 * DAY)
    clock.move(2 * DAY)
    connector.lift(account, "read_only", key="order-3", mark=mark)
    assert list(connector.observe(account)) == []


def test_the_block_log_accuses_nobody_and_shows_no_key(town, connector):
    account = town.new_account()
    connector.apply(account, "read_only", key="order-4711", until=now() + DAY)
    said = town.sysop.get(list="logevents", letype="block", letitle=f"User:{town.person(account).name}")
    (event,) = said["query"]["logevents"]
    assert "A precaution, no finding of fault" in event["comment"]
    assert "4711" not in event["comment"]
    assert event["user"] == "Rempart"


def test_where_a_sysop_blocked_already_a_person_is_told_and_nothing_changes(town, connector):
    account = town.new_account()
    sysop_blocks(town, account, partial="1", pagerestrictions="Main Page", allowusertalk="1")
    before = list(connector.observe(account))
    with pytest.raises(PermanentFailure, match="somebody else blocked"):
        connector.apply(account, "read_only", key=new_key(), until=now() + DAY)
    assert list(connector.observe(account)) == before
    assert before[0].measure is None


def test_a_sysop_who_changes_our_block_makes_it_theirs(town, connector):
    account = town.new_account()
    mark = connector.apply(account, "read_only", key=new_key(), until=now() + DAY)
    sysop_blocks(town, account, reblock="1")
    connector.lift(account, "read_only", key=new_key(), mark=mark)
    (seen,) = connector.observe(account)
    assert (seen.measure, seen.ours, seen.by) == ("read_only", False, "Sysop")


def test_a_block_that_somebody_placed_by_hand_from_our_account_is_not_an_order_of_ours(town, connector):
    account = town.new_account()
    town.wiki.sign_in("Rempart").do("block", user=f"#{account.id}", expiry="infinite", reason="by hand")
    connector.lift(account, "read_only", key=new_key(), mark="")
    (seen,) = connector.observe(account)
    assert seen.ours is False


def test_a_sysop_who_unblocks_is_seen(town, connector):
    account = town.new_account()
    connector.apply(account, "read_only", key=new_key(), until=now() + DAY)
    assert town.sysop.do("unblock", user=f"#{account.id}") == ""
    assert list(connector.observe(account)) == []


def test_an_account_is_found_by_its_number_whatever_its_name(town, connector):
    account = town.new_account()
    renamed = AccountReference("web", "someone.else", account.id)
    connector.apply(renamed, "read_only", key=new_key(), until=now() + DAY)
    assert town.person(account).edit("Sandbox") == "blocked"
    assert connector.describe(renamed).reference == account


def test_a_name_of_which_the_number_is_not_known_is_looked_up(town, connector):
    account = town.new_account()
    assert connector.describe(AccountReference("web", account.handle)).reference == account


def test_those_who_look_after_the_wiki_are_told(connector):
    assert connector.describe(AccountReference("web", "sysop")).staff


def test_edits_are_kept_with_their_text_and_logs_with_them(town, connector_at):
    account = town.new_account()
    nova = town.person(account)
    for number in range(3):
        assert nova.edit(f"User:{nova.name}/Brouillon", f"Phrase {number}") == ""
    sysop_blocks(town, account)
    copies = {copy.name: copy.content.decode() for copy in connector_at().preserve(account)}
    assert "Phrase 2" in copies["edits-1.json"]
    assert json.loads(copies["account.json"])["blocks"][0]["by"] == "Sysop"
    assert "Brouillon" in copies["log.json"]
    few = {copy.name for copy in connector_at(preserved_revisions=0).preserve(account)}
    assert few == {"account.json", "log.json"}
    short = {copy.name: copy.content for copy in connector_at(preserved_log_entries=1).preserve(account)}
    assert len(json.loads(short["log.json"])) == 1


def test_a_session_that_ended_is_begun_again(town, connector):
    account = town.new_account()
    connector.observe(account)
    connector.api.http.cookies.clear()
    connector.apply(account, "read_only", key=new_key(), until=now() + DAY)
    assert len(connector.observe(account)) == 1


def test_an_account_that_may_not_block_is_said_to_lack_its_rights(town, connector_at):
    town.wiki.add_person("Weak")
    password = town.wiki.add_bot_password("Weak", ["basic"])
    with pytest.raises(PermanentFailure, match="its rights"):
        connector_at(secret=password, username="Weak@rempart").apply(
            town.new_account(), "read_only", key=new_key(), until=now() + DAY
        )


def test_what_a_wiki_cannot_do_is_refused(town, connector):
    with pytest.raises(PermanentFailure, match="recommends nobody"):
        connector.apply(town.new_account(), "no_recommendation", key=new_key(), until=None)


def test_an_address_without_a_wiki_is_told(town, connector_at):
    with pytest.raises(PermanentFailure):
        connector_at(address=f"{town.wiki.address}/skins").describe(AccountReference("web", "sysop"))


def test_a_wiki_that_is_read_only_for_now_is_tried_again(town, connector):
    account = town.new_account()
    town.wiki.set_read_only(True)
    try:
        with pytest.raises(TemporaryFailure, match="readonly"):
            connector.apply(account, "read_only", key=new_key(), until=now() + DAY)
    finally:
        town.wiki.set_read_only(False)
    connector.apply(account, "read_only", key=new_key(), until=now() + DAY)


def test_a_wiki_that_takes_no_more_sign_ins_for_now_is_tried_again(town, connector_at):
    town.wiki.add_person("Hasty")
    hasty = connector_at(secret="0" * 32, username="Hasty@rempart")
    seen = set()
    town.wiki.set_wary(True)
    try:
        for _attempt in range(8):
            with pytest.raises((PermanentFailure, TemporaryFailure)) as caught:
                hasty.describe(AccountReference("web", "sysop"))
            seen.add(type(caught.value))
    finally:
        town.wiki.set_wary(False)
    assert seen == {PermanentFailure, TemporaryFailure}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"username": "Rempart"}, "`username` is"),
        ({"preserved_revisions": -1}, "`preserved_revisions` is"),
        ({"user": "x"}, "unknown field `user`"),
        ({"secret": ""}, "secret: a bot password"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(connector_at, settings, words):
    with pytest.raises(PermanentFailure, match=words):
        connector_at(**settings)


def test_somebody_without_a_number_who_is_not_there_is_unknown(connector):
    with pytest.raises(UnknownAccount):
        connector.describe(AccountReference("web", "nobody.here"))
