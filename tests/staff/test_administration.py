"""Members, roles and keys are managed on pages, by administrators alone, for a reason, and never by oneself."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from django.db import connections
from django.urls import reverse

from rempart.ledger.models import LedgerRow
from rempart.staff import services
from rempart.staff.models import MachineKey, StaffMember
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


def test_an_administrator_ends_the_sessions_of_anybody(administration, member, sign_in):
    from django.test import Client

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
