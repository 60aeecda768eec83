"""Signing in: links open once, passwords cannot be guessed, and nothing is shown to anybody else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.urls import reverse

from rempart.ledger.models import LedgerRow
from rempart.staff import services
from rempart.staff.models import SignInLink
from rempart.staff.roles import Role


def test_looking_at_a_link_does_not_use_it(client, member, signed_in):
    address = reverse("staff:link", args=[services.make_link(member)])
    assert client.get(address).status_code == 200
    assert client.get(address).status_code == 200
    assert not signed_in(client)
    client.post(address)
    assert signed_in(client)


def test_a_link_opens_once(client, member, signed_in):
    address = reverse("staff:link", args=[services.make_link(member)])
    client.post(address)
    client.logout()
    assert client.post(address).status_code == 410
    assert not signed_in(client)


def test_a_link_expires(client, member, clock):
    address = reverse("staff:link", args=[services.make_link(member)])
    clock.move(timedelta(minutes=16))
    assert client.post(address).status_code == 410


def test_a_link_is_not_kept_in_clear(member):
    token = services.make_link(member)
    assert token not in SignInLink.objects.get().token_hash


def test_a_link_lasts_a_day_at_most(member):
    with pytest.raises(ValueError, match="24 hours"):
        services.make_link(member, lasts=timedelta(hours=25))


def test_of_eight_who_use_a_link_at_once_one_is_signed_in(own_database):
    token = services.make_link(services.add_member("maud@example.org", name="Maud", roles=[Role.READER]))

    def use(_number):
        try:
            return services.use_link(token) is not None
        except services.LinkRefused:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1


def test_the_right_password_signs_in_whatever_the_case_of_the_address(client, member, sign_in, signed_in):
    sign_in(client, email="MAUD@example.org")
    assert signed_in(client)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client, member, sign_in):
    wrong, unknown = sign_in(client, "wrong password"), sign_in(client, "wrong password", "nobody@example.org")
    assert (wrong.status_code, wrong.context["form"].errors) == (unknown.status_code, unknown.context["form"].errors)


def test_five_failures_lock_the_right_password_out(client, member, sign_in, signed_in):
    for _attempt in range(5):
        sign_in(client, "wrong password")
    assert sign_in(client).status_code == 429
    assert not signed_in(client)


def test_a_locked_sign_in_opens_again_after_a_quarter_of_an_hour(client, member, clock, sign_in, signed_in):
    for _attempt in range(6):
        sign_in(client, "wrong password")
    clock.move(timedelta(minutes=16))
    sign_in(client)
    assert signed_in(client)


def test_a_lock_is_written_to_the_ledger_once(client, member, sign_in):
    for _attempt in range(8):
        sign_in(client, "wrong password")
    assert LedgerRow.objects.filter(event="sign_in_locked").count() == 1


def test_a_fifth_attempt_that_is_right_locks_nobody_out(client, member, sign_in, signed_in):
    for _attempt in range(4):
        sign_in(client, "wrong password")
    sign_in(client)
    assert signed_in(client)
    assert not LedgerRow.objects.filter(event="sign_in_locked").exists()


def test_thirty_failures_from_one_network_lock_it_out_whatever_the_address(client, member, sign_in):
    for number in range(30):
        sign_in(client, "wrong password", f"guess{number}@example.org")
    assert sign_in(client).status_code == 429


def test_the_lock_of_a_network_does_not_hold_elsewhere(client, member, sign_in, signed_in):
    for number in range(30):
        sign_in(client, "wrong password", f"guess{number}@example.org")
    sign_in(client, REMOTE_ADDR="198.51.100.7")
    assert signed_in(client)


def test_nothing_that_identifies_is_kept_of_an_attempt(client, member, sign_in):
    from rempart.staff.models import SignInAttempt

    sign_in(client, "wrong password")
    kept = " ".join(SignInAttempt.objects.values_list("key", flat=True))
    assert "maud" not in kept
    assert "127.0.0.1" not in kept


def test_signing_in_never_leads_to_another_site(client, member, sign_in):
    answer = sign_in(client, QUERY_STRING="next=https://elsewhere.example/")
    assert answer.headers["Location"] == "/"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client, member, sign_in):
    assert sign_in(client, QUERY_STRING="next=/cases/3/").headers["Location"] == "/cases/3/"


def test_signing_out_takes_a_form(client, member, sign_in, signed_in):
    sign_in(client)
    assert client.get(reverse("staff:sign-out")).status_code == 405
    assert signed_in(client)
    client.post(reverse("staff:sign-out"))
    assert not signed_in(client)


def test_deactivating_a_member_ends_open_sessions(client, member, sign_in):
    sign_in(client)
    services.deactivate(member, acting=None, reason="left")
    assert not client.get(reverse("staff:sign-in")).wsgi_request.user.is_authenticated


def test_an_address_belongs_to_one_member(member):
    with pytest.raises(services.AddressRefused):
        services.add_member("maud@example.org", name="Another", roles=[Role.READER])


def test_a_password_that_is_easy_to_guess_is_refused(member):
    with pytest.raises(services.PasswordRefused):
        services.set_password(member, "password")
