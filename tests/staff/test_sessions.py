"""Sessions are listed to whom they belong, told coarsely, and end at once."""

from datetime import timedelta

import pytest
from django.test import Client

from rempart.ledger.models import LedgerRow
from rempart.staff import services, sessions
from rempart.staff.models import Session
from rempart.staff.roles import Role

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture
def two(member, sign_in):
    """Two browsers, signed in as the same member."""
    clients = Client(), Client()
    for client in clients:
        sign_in(client, REMOTE_ADDR="198.51.100.7", headers={"user-agent": FIREFOX})
    return clients


def opens(client):
    return client.get("/staff/account/").status_code == 200


def test_a_session_is_told_coarsely(two, member):
    shown = sessions.sessions_of(member)[0]
    assert (shown.browser, shown.place) == ("Firefox · Linux", "198.51.…")
    assert shown.seen_at is None or shown.seen_at.minute == 0


def test_no_session_keeps_an_address_or_gives_its_key_away(two, member):
    page = two[0].get("/staff/account/").content.decode()
    for row in Session.objects.filter(member=member):
        assert "198.51.100.7" not in str(row.get_decoded())
        assert row.session_key not in page


@pytest.mark.parametrize(
    ("address", "told"),
    [("203.0.113.9", "203.0.…"), ("2001:db8:1:2::/64", "2001:0db8:…"), ("unknown", "")],
)
def test_half_of_an_address_is_told(address, told):
    assert sessions.coarse(address) == told


def test_one_of_ones_sessions_is_ended(two, member):
    here, there = two
    name = sessions.name_of(there.session.session_key)
    here.post("/staff/account/sessions/", {"session": name})
    assert (opens(here), opens(there)) == (True, False)


def test_all_the_others_are_ended(two):
    here, there = two
    here.post("/staff/account/sessions/")
    assert (opens(here), opens(there)) == (True, False)


def test_a_session_of_somebody_else_cannot_be_ended(two, member, staff_member):
    stranger = Client()
    stranger.force_login(staff_member())
    stranger.post("/staff/account/sessions/", {"session": sessions.name_of(two[0].session.session_key)})
    assert opens(two[0])


def test_other_roles_end_the_sessions(two, member):
    services.change_roles(member, [Role.READER], acting=None, reason="Moved.")
    assert not any(opens(client) for client in two)


def test_deactivation_ends_the_sessions(two, member):
    services.deactivate(member, acting=None, reason="Left.")
    assert not Session.objects.filter(member=member).exists()


def test_a_new_password_ends_the_others(two, member):
    here, there = two
    here.post("/staff/account/password/", {"password": "quatre mots venus de nulle part"})
    assert (opens(here), opens(there)) == (True, False)


def test_a_password_is_chosen_only_by_who_was_there_lately(client, member):
    client.force_login(member)
    assert client.get("/staff/account/password/").headers["Location"].startswith("/staff/confirm/")


def test_ending_them_is_in_the_ledger(two):
    two[0].post("/staff/account/sessions/")
    assert LedgerRow.objects.filter(event="sessions_ended").count() == 1


def test_a_session_ends_after_ten_hours(two, member, clock):
    clock.move(timedelta(hours=10, minutes=1))
    assert sessions.sessions_of(member) == []
