"""The lighter measures, as Synapse carries them out by asking us: who is refused what, to whom, and until when."""

from datetime import timedelta

import httpx
import pytest

from rempart.casework.services import approve_approximation, lift_measure, propose_approximation
from rempart.platforms.matrix.antispam import CALLS
from rempart.platforms.matrix.restraints import PROBE
from rempart.platforms.matrix.settings import antispam_token
from rempart.platforms.models import Execution
from rempart.platforms.services import change_platform

from .conftest import SERVER_NAME, SETTINGS

LASTS = timedelta(hours=72)
CALL = sorted(CALLS)[0]


@pytest.fixture
def leo(someone):
    return someone("18_plus")


@pytest.fixture
def child(someone):
    return someone("13_15")


@pytest.fixture
def adult(someone):
    return someone("18_plus")


def outcomes(*answers):
    return [answer.status_code for answer in answers]


@pytest.mark.carries_out("matrix", "no_contact_with_minors")
def test_an_invitation_to_a_minor_is_refused_and_to_an_adult_accepted(restrain, leo, child, adult):
    room = leo.room()
    restrain(leo, "no_contact_with_minors")
    assert outcomes(leo.invite(room, child), leo.invite(room, adult)) == [403, 200]


@pytest.mark.parametrize("age_band", ["under_13", "13_15", "16_17", None])
def test_minors_of_every_age_and_people_of_unknown_age_are_protected(restrain, leo, someone, age_band):
    restrain(leo, "no_contact_with_minors")
    assert leo.make_room(someone(age_band), direct=True).status_code == 403


def test_what_the_person_reads_says_that_it_has_an_end_and_not_whom_it_protects(restrain, leo, child):
    restrain(leo, "no_contact_with_minors")
    said = leo.make_room(child, direct=True).json()["error"]
    assert "jusqu'à quand" in said
    assert "until when" in said
    assert not {"mineur", "minor", child.mxid} & set(said.split())


def test_messages_in_a_conversation_with_a_minor_that_was_there_before_are_refused(restrain, leo, child, adult):
    with_child, with_adult = leo.room(child), leo.room(adult)
    restrain(leo, "no_contact_with_minors")
    assert outcomes(leo.write(with_child), leo.write(with_adult), child.write(with_child)) == [403, 200, 200]


def test_what_was_written_to_a_minor_can_still_be_taken_back(restrain, leo, child):
    room = leo.room(child)
    event = leo.write(room).json()["event_id"]
    restrain(leo, "no_contact_with_minors")
    assert leo.ask("PUT", f"rooms/{room}/redact/{event}/1").status_code == 200


def test_a_room_of_many_is_no_conversation_with_a_minor(restrain, leo, child, adult, someone):
    room = leo.room(child, adult, someone("18_plus"), public=True)
    restrain(leo, "no_contact_with_minors")
    assert leo.write(room).status_code == 200


def test_who_is_only_invited_counts_among_the_people_of_a_room(restrain, leo, child, adult):
    room = leo.room()
    leo.invite(room, child).raise_for_status()
    restrain(leo, "no_contact_with_minors")
    assert leo.write(room).status_code == 403


def test_a_minors_own_invitation_cannot_be_accepted_and_an_adults_can(restrain, leo, child, adult):
    of_child, of_adult = child.make_room(leo).json()["room_id"], adult.make_room(leo).json()["room_id"]
    restrain(leo, "no_contact_with_minors")
    assert outcomes(leo.join(of_child), leo.join(of_adult)) == [403, 200]


@pytest.mark.carries_out("matrix", "no_new_contacts")
def test_who_may_not_make_contacts_invites_nobody_and_is_still_invited(restrain, leo, adult):
    room, theirs = leo.room(), adult.make_room(leo).json()["room_id"]
    restrain(leo, "no_new_contacts")
    assert outcomes(leo.invite(room, adult), leo.join(theirs), leo.write(theirs)) == [403, 200, 200]


def test_who_may_not_make_contacts_does_not_walk_into_rooms_and_keeps_their_own(restrain, leo, adult):
    before, elsewhere = leo.room(adult), adult.room(public=True)
    restrain(leo, "no_new_contacts")
    assert outcomes(leo.join(elsewhere), leo.write(before)) == [403, 200]


@pytest.mark.carries_out("matrix", "no_recommendation")
def test_a_room_is_not_listed_in_the_public_directory(restrain, leo, adult):
    mine, theirs = leo.room(public=True), adult.room(public=True)
    restrain(leo, "no_recommendation")
    listed = [
        one.ask("PUT", f"directory/list/room/{room}", visibility="public")
        for one, room in ((leo, mine), (adult, theirs))
    ]
    assert outcomes(*listed) == [403, 200]


@pytest.mark.carries_out("matrix", "no_live")
def test_a_group_call_is_not_joined_and_can_always_be_left(restrain, leo, adult):
    room = leo.room(adult)
    restrain(leo, "no_live")
    call = f"rooms/{room}/state/{CALL}/{leo.mxid}"
    joined, left = leo.ask("PUT", call, application="m.call"), leo.ask("PUT", call)
    assert outcomes(joined, left, leo.write(room)) == [403, 200, 200]


@pytest.mark.parametrize("measure", ["no_recommendation", "no_contact_with_minors", "no_new_contacts", "no_live"])
def test_it_is_seen_in_force_on_the_platform(restrain, leo, measure):
    decision = restrain(leo, measure)
    execution = Execution.objects.get(order__measure__decision=decision, order__action="apply")
    assert execution.state == Execution.State.DONE
    assert execution.seen_at is not None


def test_invitations_are_accepted_again_when_it_lapses_though_nothing_ran(restrain, clock, leo, child):
    room = leo.room()
    restrain(leo, "no_contact_with_minors")
    refused = leo.invite(room, child)
    clock.move(LASTS)
    assert outcomes(refused, leo.invite(room, child)) == [403, 200]


def test_nothing_is_refused_before_a_measure_begins(restrain, clock, leo, child):
    decision = restrain(leo, "no_contact_with_minors", carry_out=False, independent_sources=1.0)
    before = leo.make_room(child, direct=True)
    clock.set(decision.begins_at + timedelta(seconds=1))
    assert outcomes(before, leo.make_room(child, direct=True)) == [200, 403]


def test_who_lifts_it_has_a_minute_to_undo_that(restrain, reviewer, clock, leo, child):
    decision = restrain(leo, "no_contact_with_minors")
    clock.move(timedelta(minutes=5))
    lift_measure(decision.measures.get(), acting=reviewer, reason="Rien ne tient.")
    before = leo.make_room(child, direct=True)
    clock.move(timedelta(days=2))
    assert outcomes(before, leo.make_room(child, direct=True)) == [403, 200]


def test_something_heavier_instead_holds_once_two_people_agreed(restrain, reviewer, senior, leo, adult):
    order = restrain(leo, "no_recommendation", carry_out=False).measures.get().orders.get(action="apply")
    propose_approximation(order, measure="no_new_contacts", acting=reviewer, reason="Il écrit à tout le monde.")
    before = leo.make_room(adult, direct=True)
    approve_approximation(order, acting=senior, reason="D'accord.")
    assert outcomes(before, leo.make_room(adult, direct=True)) == [200, 403]


def test_it_holds_though_no_worker_ran(restrain, leo, child):
    restrain(leo, "no_contact_with_minors", carry_out=False)
    assert leo.make_room(child, direct=True).status_code == 403


def test_who_is_not_restrained_is_not_held_back_by_what_holds_another(restrain, leo, adult, child):
    restrain(leo, "no_contact_with_minors")
    assert adult.make_room(child, direct=True).status_code == 200


@pytest.fixture
def ask(site, home):
    """Ask as Synapse's module does, with its token unless another is given."""

    def asked(callback, body, *, token=None):
        headers = {"authorization": f"Bearer {token or antispam_token('home')}"}
        address = f"{site}/platforms/home/antispam/{callback}"
        return httpx.post(address, json=body, headers=headers, trust_env=False, timeout=30)

    return asked


@pytest.mark.parametrize("measure", ["no_contact_with_minors", "no_new_contacts"])
def test_nobody_is_invited_by_e_mail(restrain, ask, leo, measure):
    restrain(leo, measure)
    invitation = {"inviter": leo.mxid, "medium": "email", "address": "a@example.org", "room_id": "!a:home.example"}
    assert ask("user_may_send_3pid_invite", invitation).status_code == 403


@pytest.mark.parametrize("make", [lambda: antispam_token("another"), lambda: "none"], ids=["another's", "none"])
def test_without_the_platforms_own_token_nothing_is_answered(ask, make):
    token = make()
    assert ask("user_may_invite", {"inviter": f"@{PROBE}:{SERVER_NAME}"}, token=token).status_code == 401


@pytest.mark.parametrize(
    ("callback", "body"),
    [
        ("user_may_fly", {"user": "@leo:home.example"}),
        ("user_may_invite", {"invitee": "@leo:home.example"}),
        ("user_may_invite", ["@leo:home.example"]),
        ("check_event_for_spam", {"event": {"type": "m.room.message"}}),
    ],
)
def test_what_is_no_question_is_told_from_a_refusal(ask, callback, body):
    answer = ask(callback, body)
    assert answer.status_code == 400
    assert not answer.headers["content-type"].startswith("application/json")


def test_while_ages_cannot_be_asked_everybody_is_protected(restrain, ask, home, leo, adult):
    restrain(leo, "no_contact_with_minors")
    change_platform(home, address="http://127.0.0.1:9", acting=None)
    invitation = {"inviter": leo.mxid, "invitee": adult.mxid, "room_id": "!a:home.example"}
    assert ask("user_may_invite", invitation).status_code == 403


def test_a_platform_that_was_switched_off_holds_nobody_back(restrain, ask, home, leo, child):
    restrain(leo, "no_contact_with_minors")
    change_platform(home, enabled=False, acting=None)
    invitation = {"inviter": leo.mxid, "invitee": child.mxid, "room_id": "!a:home.example"}
    assert ask("user_may_invite", invitation).status_code == 200


@pytest.mark.parametrize("source", ["account_data", "profile"])
def test_ages_are_read_where_the_settings_say(restrain, home, leo, someone, source):
    stated, silent, name = someone(), someone(), "org.example.age_band"
    if source == "profile":
        stated.ask("PUT", f"profile/{stated.mxid}/{name}", **{name: "18_plus"}).raise_for_status()
    else:
        stated.ask("PUT", f"user/{stated.mxid}/account_data/{name}", age_band="18_plus").raise_for_status()
    change_platform(home, settings=SETTINGS | {"age": f"{source}:{name}"}, acting=None)
    restrain(leo, "no_contact_with_minors")
    assert outcomes(leo.make_room(stated), leo.make_room(silent)) == [200, 403]
