"""What each role may do, and that a page without a mark answers nobody."""

from types import ModuleType

import click
import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path

from rempart.staff import access, services
from rempart.staff.models import StaffMember
from rempart.staff.roles import PERMISSIONS, Permission, Role, permissions_of

TESTIMONIES = {Permission.READ_CASES, Permission.REVIEW, Permission.COUNTERSIGN, Permission.LIAISE}


def test_every_role_has_its_permissions_and_every_permission_a_role():
    assert set(PERMISSIONS) == set(Role)
    assert frozenset().union(*PERMISSIONS.values()) == set(Permission)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.POLICY_OWNER, Role.CHILD_SAFETY])
def test_who_has_no_need_of_testimonies_reads_none(role):
    assert not TESTIMONIES & PERMISSIONS[role]


def test_an_auditor_changes_nothing():
    assert PERMISSIONS[Role.AUDITOR] == {Permission.SEE_WAVES, Permission.READ_CASES, Permission.AUDIT}


def test_several_roles_add_up():
    both = permissions_of([Role.ADMINISTRATOR, Role.REVIEWER])
    assert both == PERMISSIONS[Role.ADMINISTRATOR] | PERMISSIONS[Role.REVIEWER]


def test_a_deactivated_member_may_do_nothing():
    assert StaffMember(roles=[Role.REVIEWER], is_active=False).permissions == frozenset()


def test_roles_are_kept_once_each_and_in_order(db):
    added = services.add_member("a@example.org", name="A", roles=[Role.AUDITOR, Role.READER, Role.AUDITOR])
    assert added.roles == [Role.READER, Role.AUDITOR]


def test_a_member_without_a_role_is_refused(db):
    with pytest.raises(ValueError, match="at least one role"):
        services.add_member("a@example.org", name="A", roles=[])


def used(view, roles, method="GET"):
    """What the middleware says of a view for somebody who holds these roles: None lets them through."""
    request = RequestFactory().generic(method, "/")
    request.user = StaffMember(roles=roles)
    return access.AccessMiddleware(lambda _: HttpResponse()).process_view(request, view, (), {})


def test_a_view_without_a_mark_answers_nobody():
    with pytest.raises(PermissionDenied):
        used(lambda request: HttpResponse(), list(Role))


def test_a_permission_is_asked_for():
    view = access.needs(Permission.AUDIT)(lambda request: HttpResponse())
    assert used(view, [Role.AUDITOR]) is None
    with pytest.raises(PermissionDenied):
        used(view, [Role.REVIEWER])


def test_changing_may_ask_for_more_than_reading():
    view = access.needs(Permission.SEE_WAVES, to_change=Permission.SET_POLICY)(lambda request: HttpResponse())
    assert used(view, [Role.AUDITOR]) is None
    assert used(view, [Role.POLICY_OWNER], "POST") is None
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        with pytest.raises(PermissionDenied):
            used(view, [Role.AUDITOR], method)


def test_a_site_with_a_view_without_a_mark_is_not_served(settings):
    from rempart.site.serving import ensure_sound

    urls = ModuleType("urls")
    urls.urlpatterns = [path("forgotten/", lambda request: HttpResponse(), name="forgotten")]
    settings.ROOT_URLCONF = urls
    with pytest.raises(click.ClickException, match=r"forgotten .* does not say who may use it"):
        ensure_sound()


def test_every_view_of_the_site_says_who_may_use_it():
    assert access.every_view_is_marked() == []
