"""What the connector does on a real personal data server, measure by measure."""

import base64
import json
from datetime import timedelta

import httpx
import libipld
import pytest
from atproto_crypto.verify import verify_signature

from platforms.conformance import CHECKS, Live, new_key
from rempart.ledger.clock import now
from rempart.platforms.atproto.identity import did_document, own_did
from rempart.platforms.connector import PermanentFailure, Support, UnknownAccount
from rempart.platforms.errors import PlatformRefused
from rempart.platforms.registry import connector_of
from rempart.platforms.servers.pds import POST, post_record
from rempart.platforms.services import change_platform
from rempart.records import AccountReference


def reference(session):
    return AccountReference("bluesky", session.handle, session.did)


def take_down(pds, did, ref="of-their-own-staff"):
    """What the server's own staff does, by its administration API and not by ours."""
    subject = {"$type": "com.atproto.admin.defs#repoRef", "did": did}
    data = {"subject": subject, "takedown": {"applied": True, "ref": ref}}
    pds.call("com.atproto.admin.updateSubjectStatus", admin=True, data=data).raise_for_status()


def can_post(pds, session):
    """Whether somebody can publish, in the session that they have."""
    data = {"repo": session.did, "collection": POST, "record": post_record("Bonsoir !")}
    answer = pds.call("com.atproto.repo.createRecord", by=session, data=data)
    assert answer.is_success or answer.json()["error"] == "AccountTakedown"
    return answer.is_success


@pytest.fixture(params=["suspend", "no_new_contacts"])
def live(request, pds, home, connector, someone):
    elsewhere = change_platform(home, address="http://127.0.0.1:9", acting=None)
    unreachable = connector_of(elsewhere)
    refused = connector_of(change_platform(home, address=pds.address, secret="of-nobody", acting=None))
    people = {}

    def new_account():
        session = someone()
        people[session.did] = session
        return reference(session)

    return Live(
        connector=connector,
        new_account=new_account,
        measure=request.param,
        nobody=AccountReference("bluesky", "nobody.test"),
        refused=refused,
        unreachable=unreachable,
        restrict_as_staff=lambda account: take_down(pds, account.id),
        restricted=None if request.param != "suspend" else lambda account: not can_post(pds, people[account.id]),
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.carries_out("atproto", "suspend", "no_new_contacts")
def test_it_does_what_every_connector_does(live, check):
    check(live)


def test_what_is_taken_down_stands_under_our_reference_and_the_firehose_says_so(pds, connector, someone):
    star = someone()
    mark = connector.apply(reference(star), "suspend", key="order-1", until=None)
    status = pds.call("com.atproto.admin.getSubjectStatus", admin=True, params={"did": star.did}).json()
    assert status["takedown"] == {"applied": True, "ref": mark}
    assert mark.startswith("rempart:")
    public = pds.call("com.atproto.sync.getRepoStatus", params={"did": star.did}).json()
    assert (public["active"], public["status"]) == (False, "takendown")


@pytest.mark.carries_out("atproto", "read_only")
def test_an_account_is_kept_from_writing_by_a_takedown_and_restored(pds, connector, someone):
    star = someone()
    mark = connector.apply(reference(star), "read_only", key=new_key(), until=None)
    assert [seen.measure for seen in connector.observe(reference(star))] == ["suspend"]
    assert not can_post(pds, star)
    connector.lift(reference(star), "read_only", key=new_key(), mark=mark)
    assert can_post(pds, star)


def test_the_old_session_writes_again_once_the_account_is_restored(pds, connector, someone):
    star = someone()
    mark = connector.apply(reference(star), "suspend", key=new_key(), until=None)
    assert not can_post(pds, star)
    connector.lift(reference(star), "suspend", key=new_key(), mark=mark)
    assert can_post(pds, star)


def test_nothing_is_written_over_a_takedown_of_the_platforms_own_staff(pds, connector, someone):
    star = someone()
    take_down(pds, star.did, ref="case 12")
    mark = connector.apply(reference(star), "suspend", key=new_key(), until=None)
    (seen,) = connector.observe(reference(star))
    assert (seen.ours, seen.by) == (False, "case 12")
    connector.lift(reference(star), "suspend", key=new_key(), mark=mark)
    assert connector.observe(reference(star)) == [seen]


def test_a_takedown_that_the_staff_made_theirs_is_not_lifted(pds, connector, someone):
    star = someone()
    mark = connector.apply(reference(star), "suspend", key=new_key(), until=None)
    take_down(pds, star.did, ref="case 13")
    connector.lift(reference(star), "suspend", key=new_key(), mark=mark)
    assert not can_post(pds, star)


def test_the_end_of_an_earlier_order_leaves_a_later_one(pds, connector, someone):
    star = someone()
    first = connector.apply(reference(star), "suspend", key="order-1", until=None)
    connector.apply(reference(star), "suspend", key="order-2", until=None)
    connector.lift(reference(star), "suspend", key="order-3", mark=first)
    assert not can_post(pds, star)


def test_a_handle_that_changed_leads_to_the_same_account_by_its_did(pds, connector, someone):
    star, other = someone("star"), someone("other")
    pds.call("com.atproto.identity.updateHandle", by=star, data={"handle": f"x{star.handle}"}).raise_for_status()
    pds.call("com.atproto.identity.updateHandle", by=other, data={"handle": star.handle}).raise_for_status()
    assert connector.describe(reference(star)).reference == AccountReference("bluesky", f"x{star.handle}", star.did)
    connector.apply(reference(star), "suspend", key=new_key(), until=None)
    assert not can_post(pds, star)
    assert can_post(pds, other)


def test_an_account_of_another_server_is_unknown_even_by_its_did(connector):
    elsewhere = AccountReference("bluesky", "elsewhere.test", "did:plc:s5ta5bdgmhnwub3uwxpcjoog")
    with pytest.raises(UnknownAccount):
        connector.apply(elsewhere, "suspend", key=new_key(), until=None)


def test_a_person_can_undo_a_deactivation_which_is_why_it_is_no_measure(pds, someone):
    star = someone()
    subject = {"$type": "com.atproto.admin.defs#repoRef", "did": star.did}
    data = {"subject": subject, "deactivated": {"applied": True}}
    pds.call("com.atproto.admin.updateSubjectStatus", admin=True, data=data).raise_for_status()
    back = f"{pds.address}/xrpc/com.atproto.server.activateAccount"
    httpx.post(back, headers={"authorization": f"Bearer {star.token}"}, trust_env=False).raise_for_status()
    assert can_post(pds, star)


def test_what_is_preserved_is_whole_and_holds_no_address_of_email(pds, connector, someone):
    star = someone()
    address = pds.post(star, "Une publication #inventee")
    copies = {copy.name: copy.content for copy in connector.preserve(reference(star))}
    assert set(copies) == {"account.json", "posts.jsonl", "repository.car"}
    assert json.loads(copies["posts.jsonl"])["uri"] == address
    _header, blocks = libipld.decode_car(copies["repository.car"])
    assert any(block.get("text") == "Une publication #inventee" for block in blocks.values())
    assert all(b"example.org" not in content for content in copies.values())


def test_what_is_taken_down_already_is_preserved_in_its_repository(pds, connector, someone):
    star = someone()
    pds.post(star, "Une publication")
    take_down(pds, star.did)
    copies = {copy.name: copy.content for copy in connector.preserve(reference(star))}
    assert set(copies) == {"account.json", "repository.car"}
    assert b"Une publication" in copies["repository.car"]


def test_what_is_preserved_is_bounded(pds, home, someone):
    bounded = home.settings | {"preserved_bytes": 100, "preserved_records": 3}
    connector = connector_of(change_platform(home, settings=bounded, acting=None))
    star = someone()
    pds.post_many(star, [f"Message {n}" for n in range(5)])
    copies = {copy.name: copy.content for copy in connector.preserve(reference(star))}
    assert "repository.car" not in copies
    newest = [json.loads(line)["value"]["text"] for line in copies["posts.jsonl"].splitlines()]
    assert newest == ["Message 4", "Message 3", "Message 2"]


def ask_for_labels(site, did):
    asked = {"uriPatterns": did}
    answer = httpx.get(f"{site}/xrpc/com.atproto.label.queryLabels", params=asked, trust_env=False)
    return answer.raise_for_status().json()["labels"]


@pytest.mark.carries_out("atproto", "no_contact_with_minors")
def test_a_label_is_published_signed_with_our_key_and_says_neither_why_nor_about_minors(site, connector, someone):
    star, until = someone(), now() + timedelta(hours=72)
    connector.apply(reference(star), "no_contact_with_minors", key=new_key(), until=until)
    (label,) = ask_for_labels(site, star.did)
    signature = base64.b64decode(label.pop("sig")["$bytes"] + "==")
    assert (label["src"], label["uri"], label["val"]) == (own_did(), star.did, "limited-contact")
    key = did_document()["verificationMethod"][1]["publicKeyMultibase"]
    assert verify_signature(f"did:key:{key}", libipld.encode_dag_cbor(label), signature)


def test_a_label_ends_by_itself(site, connector, someone, clock):
    star = someone()
    connector.apply(reference(star), "no_new_contacts", key=new_key(), until=now() + timedelta(hours=72))
    clock.move(timedelta(hours=71))
    assert len(ask_for_labels(site, star.did)) == 1
    clock.move(timedelta(hours=2))
    assert ask_for_labels(site, star.did) == []
    assert connector.observe(reference(star)) == []


def test_labels_are_handed_out_as_their_lexicon_promises(site, connector, someone, promised):
    people = [someone() for _ in range(3)]
    for star in people:
        until = now() + timedelta(hours=72)
        connector.apply(reference(star), "no_recommendation", key=new_key(), until=until)
    address = f"{site}/xrpc/com.atproto.label.queryLabels"
    asked = {"uriPatterns": [star.did for star in people], "limit": 2, "sources": own_did()}
    first = httpx.get(address, params=asked, trust_env=False).json()
    rest = httpx.get(address, params=asked | {"cursor": first["cursor"]}, trust_env=False).json()
    promised("com.atproto.label.queryLabels", "output", first)
    assert [label["uri"] for label in first["labels"] + rest["labels"]] == [star.did for star in people]
    assert "cursor" not in rest
    elsewhere = httpx.get(address, params=asked | {"sources": "did:web:elsewhere.example"}, trust_env=False)
    assert elsewhere.json() == {"labels": []}


@pytest.mark.parametrize("asked", [{}, {"uriPatterns": "*", "limit": 0}, {"uriPatterns": "*", "cursor": "x"}])
def test_what_cannot_be_asked_about_labels_is_refused(client, db, asked):
    answer = client.get("/xrpc/com.atproto.label.queryLabels", asked)
    assert (answer.status_code, answer.json()["error"]) == (400, "InvalidRequest")


@pytest.mark.carries_out("atproto", "no_recommendation")
def test_a_label_that_is_lifted_is_negated_for_those_who_have_it(site, connector, someone):
    star = someone()
    until = now() + timedelta(hours=72)
    mark = connector.apply(reference(star), "no_recommendation", key=new_key(), until=until)
    connector.lift(reference(star), "no_recommendation", key=new_key(), mark=mark)
    (label,) = ask_for_labels(site, star.did)
    assert label["neg"] is True


def test_without_labels_the_lighter_measures_cannot_be_carried_out(home, someone):
    without = change_platform(home, settings=home.settings | {"labels": False}, acting=None)
    connector = connector_of(without)
    assert connector.abilities["no_recommendation"].support is Support.IMPOSSIBLE
    with pytest.raises(PermanentFailure):
        connector.apply(reference(someone()), "no_recommendation", key=new_key(), until=None)


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"labels": "yes"}, "labels"),
        ({"directory": "ftp://plc.example"}, "directory"),
        ({"jetstream": "https://jetstream.example"}, "jetstream"),
        ({"ozone": {"address": "https://ozone.example"}}, "did"),
        ({"ozone": {"address": "https://ozone.example", "did": "ozone.example"}}, "ozone.did"),
        ({"preserved_records": -1}, "preserved_records"),
        ({"preserved_bytes": 2**31}, "preserved_bytes"),
        ({"unheard_of": 1}, "unheard_of"),
    ],
)
def test_a_wrong_setting_is_named(home, chosen, named):
    with pytest.raises(PlatformRefused, match=named):
        change_platform(home, settings=chosen, acting=None)
