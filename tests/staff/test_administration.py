"""Members, roles and keys are managed on pages, by administrators alone, for a reason, and never by oneself."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import connections
from django.test import Client
from django.urls import reverse

from rempart.ledger.models import LedgerRow
from rempart.staff import services
from rempart.staff.models import MachineKey, SignInLink, StaffMember
from rempart.staff.roles import Role


@pytest.fixture
def administration(client, administrator):
    """A browser signed in as an administrator."""
    client.force_login(administrator)
    return client


def change(client, member, name, **sent):
    return client.post(reverse("staff:change-member", args=[member.pk, name]), sent)


def test_who_is_invited_gets_in_by_the_link_once(administration, client):
    sent = {"email": "Zoe@example.org", "name": "Zoé", "roles": ["reviewer", "auditor"]}
    page = administration.post(reverse("staff:invite"), sent).content.decode()
    address = re.search(r"http://testserver(/staff/link/[\w-]+/)", page)[1]
    client.logout()
    client.post(address)
    assert client.session["_auth_user_id"] == str(services.find_member("zoe@example.org").pk)
    assert services.find_member("zoe@example.org").roles == ["reviewer", "auditor"]
    assert client.post(address).status_code == 410


def test_an_address_is_invited_once(administration, member):
    answer = administration.post(reverse("staff:invite"), {"email": member.email, "name": "Again", "roles": ["reader"]})
    assert answer.status_code == 422
    assert StaffMember.objects.filter(email=member.email).count() == 1


def test_another_link_is_made_for_somebody_who_lost_theirs(administration, member):
    assert "/staff/link/" in change(administration, member, "invite").content.decode()


def test_roles_are_changed_for_a_reason(administration, member):
    assert change(administration, member, "roles", roles=["auditor"], reason=" ").status_code == 422
    change(administration, member, "roles", roles=["auditor"], reason="She checks now.")
    member.refresh_from_db()
    assert member.roles == ["auditor"]


def test_nobody_changes_their_own_roles(administration, administrator):
    change(administration, administrator, "roles", roles=["child_safety"], reason="I want to look.")
    administrator.refresh_from_db()
    assert administrator.roles == ["administrator"]


@pytest.mark.parametrize("what", ["change_roles", "deactivate", "forget_second_factor"])
def test_nobody_does_it_to_themselves(administrator, what):
    arguments = [[Role.READER]] if what == "change_roles" else []
    with pytest.raises(services.OwnAccount):
        getattr(services, what)(administrator, *arguments, acting=administrator, reason="I want to.")


def test_the_last_administrator_stays(db):
    last = services.add_member("last@example.org", name="Last", roles=[Role.ADMINISTRATOR, Role.REVIEWER])
    with pytest.raises(services.LastAdministrator):
        services.change_roles(last, [Role.REVIEWER], acting=None, reason="Cut.")
    with pytest.raises(services.LastAdministrator):
        services.deactivate(last, acting=None, reason="Left.")


def test_two_who_remove_each_other_at_once_leave_one(own_database):
    one = services.add_member("one@example.org", name="One", roles=[Role.ADMINISTRATOR])
    two = services.add_member("two@example.org", name="Two", roles=[Role.ADMINISTRATOR])

    def remove(pair):
        try:
            services.deactivate(pair[0], acting=pair[1], reason="Enough.")
        except services.LastAdministrator:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, [(one, two), (two, one)])) == [False, True]


def test_a_deactivated_member_keeps_no_way_in(administration, member, authenticator):
    authenticator(member)
    change(administration, member, "deactivate", reason="Left.")
    member.refresh_from_db()
    assert not member.is_active
    assert not Authenticator.objects.filter(user=member).exists()
    with pytest.raises(services.LinkRefused):
        services.make_link(member)


def test_a_lost_second_factor_is_forgotten_and_another_has_to_be_added(administration, member, authenticator):
    authenticator(member)
    change(administration, member, "second-factor", reason="Her phone is lost; we met.")
    assert not Authenticator.objects.filter(user=member).exists()
    row = LedgerRow.objects.get(event="second_factor_forgotten")
    assert row.subject == f"staff.staffmember:{member.pk}"


def test_who_forgot_a_second_factor_makes_no_link_for_its_member(administration, member, authenticator):
    authenticator(member)
    change(administration, member, "second-factor", reason="Her phone is lost; we met.")
    assert change(administration, member, "invite").status_code == 302
    assert not SignInLink.objects.filter(member=member).exists()


def test_a_link_made_before_the_second_factor_was_forgotten_opens_nothing(administration, member, authenticator):
    authenticator(member)
    page = change(administration, member, "invite").content.decode()
    change(administration, member, "second-factor", reason="Her phone is lost; we met.")
    assert Client().get(re.search(r"/staff/link/[\w-]+/", page)[0]).status_code == 410


def test_a_sign_in_that_waits_for_a_code_ends_when_the_second_factor_is_forgotten(
    administration, member, authenticator, signed_in
):
    authenticator(member)
    page, taker = change(administration, member, "invite").content.decode(), Client()
    taker.post(re.search(r"/staff/link/[\w-]+/", page)[0])
    change(administration, member, "second-factor", reason="Her phone is lost; we met.")
    for page in ("/staff/sign-in/code/", "/staff/sign-in/", "/staff/second-factor/"):
        taker.get(page, follow=True)
    assert not signed_in(taker)


def test_another_administrator_makes_the_link_of_somebody_who_starts_again(administration, member, authenticator):
    authenticator(member)
    change(administration, member, "second-factor", reason="Her phone is lost; we met.")
    administration.force_login(services.find_member("other@example.org"))
    assert "/staff/link/" in change(administration, member, "invite").content.decode()


def test_who_forgot_a_second_factor_makes_links_again_once_there_is_another(administration, member, authenticator):
    authenticator(member)
    change(administration, member, "second-factor", reason="Her phone is lost; we met.")
    authenticator(member)
    assert "/staff/link/" in change(administration, member, "invite").content.decode()


def test_no_link_stands_in_for_the_sign_in_service_of_somebody_else(administration, member):
    SocialAccount.objects.create(user=member, provider="staff", uid="17")
    assert change(administration, member, "invite").status_code == 302
    change(administration, member, "second-factor", reason="The service closed her account; we met.")
    assert not SocialAccount.objects.exists()
    assert change(administration, member, "invite").status_code == 302
    assert not SignInLink.objects.filter(member=member).exists()


def test_an_administrator_ends_the_sessions_of_anybody(administration, member, sign_in):
    theirs = Client()
    sign_in(theirs)
    change(administration, member, "sessions", reason="A lost computer.")
    assert theirs.get("/staff/account/").status_code == 302


@pytest.mark.parametrize("name", ["nothing", "second-factor"])
def test_what_cannot_be_done_is_said(administration, member, name):
    assert change(administration, member, name, reason="Why not.").status_code == 302
    assert not LedgerRow.objects.filter(event="second_factor_forgotten").exists()


def test_a_key_is_shown_once_and_revoked_for_a_reason(administration):
    sent = {"name": "Platform", "scopes": ["orders"], "days": 30, "per_minute": 60}
    page = administration.post(reverse("staff:keys"), sent).content.decode()
    secret = re.search(r"rempart_[\w-]{43}", page)[0]
    assert secret not in administration.get(reverse("staff:keys")).content.decode()
    key = MachineKey.objects.get()
    revoke = reverse("staff:revoke-key", args=[key.pk])
    assert administration.post(revoke, {"reason": ""}).status_code == 422
    administration.post(revoke, {"reason": "The platform has another."})
    key.refresh_from_db()
    assert not key.works


@pytest.mark.parametrize("page", ["staff:members", "staff:invite", "staff:keys"])
def test_a_page_of_administration_stands(administration, member, page):
    assert administration.get(reverse(page)).status_code == 200


def test_the_page_of_a_member_stands(administration, administrator, member):
    services.deactivate(member, acting=None, reason="Left.")
    for one in (administrator, member, services.find_member("other@example.org")):
        assert administration.get(reverse("staff:member", args=[one.pk])).status_code == 200
