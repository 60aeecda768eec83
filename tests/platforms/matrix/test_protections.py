"""What a real Synapse does for somebody who switched a protection on: who is refused what, and until when."""

from datetime import timedelta

import pytest

from rempart.care.models import By, Protection
from rempart.care.services import shields
from rempart.care.services.files import open_file
from rempart.care.services.protections import switch_on, undo_protection
from rempart.care.services.shields import Said
from rempart.ledger.clock import now
from rempart.platforms.matrix.listener import MatrixListener
from rempart.platforms.models import CareExecution
from rempart.platforms.services.helping import CARE
from rempart.platforms.services.holding import check_of, do_due
from rempart.records import AccountReference
from rempart.staff.roles import Role

YOUNG = By.YOUNG
DAYS = timedelta(days=30)
INSULT = "T'es vraiment une grosse conne"


@pytest.fixture
def mia(home, someone, staff_member):
    """Somebody who became known overnight, with her client, and her file."""
    person = someone("13_15")
    person_file = open_file(
        AccountReference("matrix", person.mxid, person.mxid),
        age_band="13_15", because="tout le monde en parle", acting=staff_member(Role.CARE),
    )  # fmt: skip
    return person, person_file


@pytest.fixture
def stranger(someone):
    return someone("18_plus")


def protect(file, kind):
    protection = switch_on(file, kind, by=YOUNG)
    do_due(CARE)
    return protection


def answering(person, room, other, text, **more):
    """Write in a room to somebody by name."""
    body = {"msgtype": "m.text", "body": text, "m.mentions": {"user_ids": [other.mxid]}, **more}
    return person.ask("PUT", f"rooms/{room}/send/m.room.message/{abs(hash((text, room, person.mxid)))}", **body)


def sees(person, room):
    """The texts of a room as somebody's client shows them."""
    found = person.ask("GET", f"rooms/{room}/messages?dir=b&limit=50").json()["chunk"]
    return [event["content"].get("body") for event in found if event["type"] == "m.room.message"]


@pytest.mark.protects("matrix", "no_strangers_messages")
def test_a_stranger_cannot_write_first_and_a_friend_can(mia, stranger, someone):
    person, file = mia
    friend = someone("13_15")
    friend.room(person)
    protect(file, "no_strangers_messages")
    answers = [stranger.make_room(person, direct=True), friend.make_room(person, direct=True)]
    assert [one.status_code for one in answers] == [403, 200]
    assert person.mxid not in answers[0].text


def test_who_is_in_a_large_room_with_them_is_still_a_stranger(mia, stranger, someone):
    person, file = mia
    person.room(stranger, someone(), someone(), public=True)
    protect(file, "no_strangers_messages")
    assert stranger.make_room(person, direct=True).status_code == 403


def test_they_write_first_themselves_and_are_answered(mia, stranger):
    person, file = mia
    protect(file, "no_strangers_messages")
    room = person.room(stranger)
    assert stranger.write(room).status_code == 200


def test_strangers_are_let_through_again_the_moment_it_lapses_though_nothing_ran(mia, stranger, clock):
    person, file = mia
    protect(file, "no_strangers_messages")
    refused = stranger.make_room(person, direct=True)
    clock.move(DAYS)
    assert [refused.status_code, stranger.make_room(person, direct=True).status_code] == [403, 200]


def test_strangers_are_let_through_again_the_moment_they_say_so_though_nothing_ran(mia, stranger):
    person, file = mia
    protection = protect(file, "no_strangers_messages")
    undo_protection(protection, by=YOUNG)
    assert stranger.make_room(person, direct=True).status_code == 200


@pytest.mark.protects("matrix", "comment_filter")
def test_an_insult_to_them_is_not_sent_and_a_kind_word_is(mia, stranger):
    person, file = mia
    room = person.room(stranger)
    protect(file, "comment_filter")
    answers = [answering(stranger, room, person, text) for text in (INSULT, "Bravo, quelle voix !")]
    assert [one.status_code for one in answers] == [403, 200]


def test_an_insult_that_an_edit_brings_is_not_sent_either(mia, stranger):
    person, file = mia
    room = person.room(stranger)
    first = stranger.write(room).json()["event_id"]
    protect(file, "comment_filter")
    new = {"msgtype": "m.text", "body": INSULT, "m.mentions": {}}
    edit = {"m.new_content": new, "m.relates_to": {"rel_type": "m.replace", "event_id": first}}
    assert answering(stranger, room, person, "* pardon", **edit).status_code == 403


def test_it_is_on_and_seen_on_the_platform(mia):
    _person, file = mia
    protection = protect(file, "comment_filter")
    check_of(CARE)
    assert Protection.objects.get(pk=protection.pk).state == Protection.State.IN_FORCE
    assert CareExecution.objects.get().state == CareExecution.State.HOLDS


@pytest.fixture
def shielded(mia, stranger, someone):
    """A room in which two people say nasty things to her, collected in her shield."""
    person, file = mia
    other, friend = someone(), someone("13_15")
    room = person.room(stranger, other, friend)
    shield = shields.open_shield(file, by=YOUNG)
    said = []
    for who, text in ((stranger, "Tu chantes faux"), (other, "Arrête de chanter")):
        number = who.write(room, text).json()["event_id"]
        by = AccountReference("matrix", who.mxid)
        said.append(Said(number=number, author=by, said_at=now(), text=text, hostile=True))
    friend.write(room, "Moi j'adore")
    shields.collect(shield, said)
    return person, friend, room, shield


@pytest.mark.protects("matrix", "hide")
def test_what_the_authors_write_is_no_longer_shown_to_them_and_still_to_others(shielded):
    person, friend, room, shield = shielded
    shields.hide(shield, by=YOUNG)
    do_due(CARE)
    check_of(CARE)
    assert (sees(person, room), len(sees(friend, room))) == (["Moi j'adore"], 3)
    assert CareExecution.objects.get().state == CareExecution.State.HOLDS


def test_it_is_shown_again_when_they_say_so_and_whom_they_ignored_themselves_stays(shielded, stranger):
    person, _friend, room, shield = shielded
    mine = {stranger.mxid: {}}
    person.ask("PUT", f"user/{person.mxid}/account_data/m.ignored_user_list", ignored_users=mine).raise_for_status()
    shields.hide(shield, by=YOUNG)
    do_due(CARE)
    shields.show(shield, by=YOUNG)
    do_due(CARE)
    assert sees(person, room) == ["Moi j'adore", "Arrête de chanter"]


@pytest.mark.protects("matrix", "report")
def test_authors_are_reported_once_to_those_who_run_the_server_and_come_back_as_nobodys_testimony(
    shielded, connector, home
):
    _person, _friend, _room, shield = shielded
    shields.report(shield, by=YOUNG)
    do_due(CARE)
    CareExecution.objects.update(state="waits", next_try_at=now())
    do_due(CARE)
    mark = CareExecution.objects.get().mark
    reported = [who for who, why in connector.homeserver.reported_by_us() if mark in why]
    assert len(reported) == 2
    assert [why for _who, why in connector.homeserver.reported_by_us() if mark in why and "$" in why]
    assert _heard(home) == []


def _heard(home):
    import threading

    stop = threading.Event()
    listening = MatrixListener.of(home).listen(None, stop=stop)
    heard = next(listening)
    stop.set()
    listening.close()
    return [report for report in heard.reports if "rempart" in report.text]
