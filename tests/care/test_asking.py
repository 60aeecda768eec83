"""A human is asked for: who is called, how soon, how often; and that nothing of it is told, logged or judged."""

import logging
from datetime import timedelta

import pytest

from rempart.care.errors import NotAllowed, NotWaiting
from rempart.care.models import Asked
from rempart.care.services import asking
from rempart.casework.models import Case
from rempart.correspondence.delivering import deliver_due
from rempart.correspondence.endpoints import add_endpoint
from rempart.correspondence.models import Delivery
from rempart.ledger.models import Content
from waiting import until

MINUTE = timedelta(minutes=1)


def called(wish, time):
    """Who was called the first, second, … time."""
    found = Delivery.objects.filter(key__startswith=f"care.asked:{wish.pk}:{time}:s").select_related("staff")
    return {one.staff.name for one in found}


def test_a_human_is_called_within_a_minute_by_a_worker_that_is_busy_with_something_else(
    own_database, staff_member, mail_server, platform, monkeypatch
):
    import psycopg

    from rempart.care.services import files
    from rempart.casework import tasks
    from rempart.ledger.clock import now
    from rempart.records.references import AccountReference

    carer = staff_member("care", name="Nour Haddad")
    add_endpoint("Pagers", platform.url, events=["team.alarm"], acting=None)
    file = files.open_file(AccountReference("tiktok", "zoe.pixel"), acting=carer, because="asked by the platform")
    monkeypatch.setenv("REMPART_SMTP_URL", mail_server.url)
    with psycopg.connect(own_database.owner_url) as other:
        # The main queue assesses a wave that others still add to: it waits for them, for as long as this test lasts.
        other.execute("SELECT pg_advisory_xact_lock_shared(%s)", [tasks._lock_of("assess_wave:1")])
        tasks.assess_wave.defer(wave=1)
        own_database.spawn("worker")
        asked_at = now()
        asking.say_not_well(file)
        assert until(lambda: len(mail_server.taken) > 0 and len(platform.received) > 0, within=60)
        assert now() - asked_at < MINUTE
    [mail] = mail_server.taken
    assert mail["To"] == carer.email
    assert "/care/asked/" in mail.get_content()
    assert "zoe" not in mail.as_string()
    assert b"zoe" not in platform.received[0].body


def test_the_whole_team_is_called_at_once_and_those_who_can_find_somebody_when_nobody_comes(
    looked_after, carer, other_carer, staff_member, clock
):
    staff_member("senior_reviewer", name="Inès Caron")
    staff_member("administrator", name="Ada Min")
    staff_member("reader", name="Rita Lit")
    wish = asking.say_not_well(looked_after())
    assert called(wish, 1) == {"Nour Haddad", "Elio Brun"}
    clock.move(5 * MINUTE)
    assert asking.ring_due() == 1
    assert called(wish, 2) == {"Nour Haddad", "Elio Brun", "Inès Caron", "Ada Min"}


def test_it_rings_on_until_somebody_sees_to_it(looked_after, clock):
    wish = asking.say_not_well(looked_after())
    for _time in range(30):
        clock.move(15 * MINUTE)
        asking.ring_due()
    wish.refresh_from_db()
    assert wish.rings == 31


def test_whoever_sees_to_it_has_half_an_hour_before_the_others_are_called_again(looked_after, carer, clock):
    wish = asking.acknowledge(asking.say_not_well(looked_after()), acting=carer)
    clock.move(29 * MINUTE)
    assert asking.ring_due() == 0
    clock.move(MINUTE)
    assert asking.ring_due() == 1
    asking.settle(wish, acting=carer, outcome="talked")
    clock.move(timedelta(days=1))
    assert asking.ring_due() == 0


def test_a_call_is_less_urgent_and_rings_too(looked_after, clock):
    asking.ask_for_call(looked_after())
    clock.move(59 * MINUTE)
    assert asking.ring_due() == 0
    clock.move(MINUTE)
    assert asking.ring_due() == 1


def test_asking_twice_is_one_wish_and_saying_twice_that_one_is_not_well_calls_twice(looked_after):
    file = looked_after()
    assert asking.ask_for_call(file) == asking.ask_for_call(file, suits="noon")
    assert Asked.objects.get().rings == 1
    asking.say_not_well(file)
    assert asking.say_not_well(file).rings == 2


def test_where_nobody_is_in_the_care_team_others_are_called_from_the_first_time_on(looked_after, carer, staff_member):
    staff_member("administrator", name="Ada Min")
    file = looked_after()
    carer.is_active = False
    carer.save()
    assert called(asking.say_not_well(file), 1) == {"Ada Min"}


def test_not_well_is_not_taken_back_by_a_button(looked_after):
    wish = asking.say_not_well(looked_after())
    with pytest.raises(NotWaiting):
        asking.take_back(wish)


def test_a_call_is_taken_back_by_whoever_asked(looked_after):
    file = looked_after()
    assert asking.take_back(asking.ask_for_call(file)).outcome == "taken_back"
    assert asking.ask_for_call(file).settled_at is None


def test_a_reviewer_sees_to_nothing(looked_after, staff_member):
    wish = asking.say_not_well(looked_after())
    with pytest.raises(NotAllowed):
        asking.acknowledge(wish, acting=staff_member("reviewer"))


@pytest.mark.parametrize("state", ["declined", "paused", "silent"])
def test_a_human_comes_whatever_the_state_of_the_support(looked_after, carer, state):
    from rempart.care.services import files, postvention

    file = looked_after("lou.sky")
    if state == "declined":
        files.decline(file)
    elif state == "paused":
        files.pause(file)
    else:
        postvention.declare_death(file.reference, source="family", acting=carer)
    assert asking.say_not_well(file).rings == 1


def test_nothing_is_judged_and_the_number_is_neither_logged_nor_in_the_ledger(looked_after, carer, caplog, db):
    caplog.set_level(logging.DEBUG)
    number = "+33 6 12 34 56 78"
    file = looked_after("zoe.pixel")
    before = (file.state, file.priority)
    wish = asking.ask_for_call(file, phone=number)
    asking.say_not_well(file)
    deliver_due(alarms=True)
    asking.settle(asking.acknowledge(wish, acting=carer), acting=carer, outcome="talked", note="slept badly")
    file.refresh_from_db()
    assert (file.state, file.priority) == before
    assert not Case.objects.exists()
    said = " ".join(Content.objects.values_list("canonical", flat=True)) + caplog.text
    assert number not in said
    assert "slept badly" not in said
    assert "zoe.pixel" not in caplog.text
