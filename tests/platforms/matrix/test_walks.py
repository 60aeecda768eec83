"""From a decision to the person who cannot write, and can again: real orders, a real Synapse, its own staff beside."""

import json
from datetime import timedelta
from urllib.parse import quote

import pytest

from rempart.files import services as files
from rempart.intake.models import Account
from rempart.ledger.clock import now
from rempart.platforms.models import Drift, Execution, PreservedCopy
from rempart.platforms.services import carry_out_due, change_platform, reconcile

from .conftest import SETTINGS, member_of_staff, staff

LASTS = timedelta(hours=72)


@pytest.fixture
def leo(someone):
    return someone("18_plus")


def drifts():
    return list(Drift.objects.filter(settled_at=None).values_list("kind", flat=True))


@pytest.mark.carries_out("matrix", "suspend", "read_only")
@pytest.mark.parametrize(("measure", "error"), [("suspend", "M_USER_LOCKED"), ("read_only", "M_USER_SUSPENDED")])
def test_who_is_restrained_cannot_write_and_can_again_with_the_same_session_once_it_lapsed(
    restrain, clock, leo, measure, error
):
    room = leo.room()
    restrain(leo, measure)
    refused = leo.write(room)
    clock.move(LASTS)
    carry_out_due()
    assert (refused.json()["errcode"], leo.write(room).status_code) == (error, 200)


def test_who_may_only_read_still_reads_and_signs_in(restrain, leo):
    room = leo.room()
    restrain(leo, "read_only")
    assert leo.ask("GET", "sync?timeout=0").status_code == 200
    assert leo.ask("GET", f"rooms/{room}/joined_members").status_code == 200


def test_who_is_suspended_is_kept_out_of_everything(restrain, leo):
    restrain(leo, "suspend")
    for method, path in (("GET", "sync?timeout=0"), ("PUT", "sendToDevice/m.test/1"), ("GET", "account/whoami")):
        assert leo.ask(method, path, messages={}).status_code == 401


def test_it_is_done_and_seen_at_each_step(restrain, clock, leo):
    decision = restrain(leo, "suspend")
    clock.move(LASTS)
    carry_out_due()
    steps = Execution.objects.filter(order__measure__decision=decision).order_by("order__due_at")
    assert [one.state for one in steps] == ["done", "done"]
    assert all(one.done_at and one.seen_at for one in steps)


def test_what_the_staff_did_meanwhile_is_noted_and_stays_when_ours_ends(restrain, synapse, clock, leo):
    room = leo.room()
    restrain(leo, "suspend")
    staff(synapse, "PUT", f"v1/suspend/{leo.mxid}", suspend=True)
    reconcile()
    during = drifts()
    clock.move(LASTS)
    carry_out_due()
    assert during == ["foreign"]
    assert leo.write(room).json()["errcode"] == "M_USER_SUSPENDED"


def test_what_the_staff_lists_stays_although_synapse_does_not_say_whose_it_is(restrain, home, synapse, clock, leo):
    moderator = member_of_staff(synapse)
    headers = {"authorization": f"Bearer {moderator.access_token}"}
    made = leo.client.post("/_matrix/client/v3/createRoom", json={}, headers=headers).json()["room_id"]
    change_platform(home, settings=SETTINGS | {"staff_lists": [made]}, acting=None)
    room = leo.room()
    restrain(leo, "read_only")
    rule = {"entity": leo.mxid, "recommendation": "m.ban", "reason": "Spam"}
    listed = leo.client.put(
        f"/_matrix/client/v3/rooms/{quote(made)}/state/m.policy.rule.user/leo", json=rule, headers=headers
    )
    listed.raise_for_status()
    reconcile()
    during = drifts()
    clock.move(LASTS)
    carry_out_due()
    assert during == ["foreign"]
    assert leo.write(room).json()["errcode"] == "M_USER_SUSPENDED"


def test_ours_waits_while_the_staff_restricts_as_much_and_is_put_there_once_it_stops(restrain, synapse, clock, leo):
    room = leo.room()
    staff(synapse, "PUT", f"v2/users/{leo.mxid}", locked=True)
    restrain(leo, "suspend")
    assert drifts() == ["foreign"]
    staff(synapse, "PUT", f"v2/users/{leo.mxid}", locked=False)
    clock.move(timedelta(minutes=3))
    carry_out_due()
    assert leo.write(room).json()["errcode"] == "M_USER_LOCKED"


def test_what_somebody_took_off_is_put_back_once_and_then_left_to_a_person(restrain, synapse, leo):
    room = leo.room()
    restrain(leo, "suspend")
    staff(synapse, "PUT", f"v2/users/{leo.mxid}", locked=False)
    reconcile()
    put_back = leo.write(room).status_code
    staff(synapse, "PUT", f"v2/users/{leo.mxid}", locked=False)
    reconcile()
    assert (put_back, leo.write(room).status_code, drifts()) == (401, 200, ["lost"])


def test_a_new_name_shown_between_testimony_and_measure_changes_nothing(restrain, leo):
    room = leo.room()
    Account.objects.create(service="matrix", handle=leo.mxid, age_band="18_plus", first_seen_at=now())
    name = f"profile/{leo.mxid}/displayname"
    leo.ask("PUT", name, displayname="Une Autre Personne").raise_for_status()
    restrain(leo, "suspend")
    assert leo.write(room).status_code == 401


def test_what_a_measure_may_hide_is_kept_before_with_what_was_written(restrain, reviewer, leo):
    leo.write(leo.room(), "Bonsoir, tu as quel âge ?").raise_for_status()
    decision = restrain(leo, "suspend")
    copies = {one.name: one.file for one in PreservedCopy.objects.filter(execution__order__measure__decision=decision)}
    assert set(copies) == {"profile.json", "rooms.json", "media.json", "connections.json", "messages.jsonl"}
    written = [json.loads(line) for line in files.open_file(copies["messages.jsonl"], acting=reviewer).splitlines()]
    assert "Bonsoir, tu as quel âge ?" in [one["content"].get("body") for one in written]


@pytest.mark.parametrize("service", ["matrix", "mastodon", "tiktok"])
def test_the_same_name_elsewhere_is_nobody_of_ours(home, judged, reviewer, leo, service):
    room, name = leo.room(), leo.mxid.removeprefix("@").partition(":")[0]
    handle = {"matrix": f"@{name}:elsewhere.example", "mastodon": f"{name}@home.example", "tiktok": name}[service]
    account = Account.objects.create(service=service, handle=handle, age_band="18_plus", first_seen_at=now())
    judged(account, testimonies=7, credibility=0.9)
    carry_out_due()
    assert not Execution.objects.exists()
    assert leo.write(room).status_code == 200
