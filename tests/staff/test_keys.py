"""Machine keys: good for their scopes alone, until their end, so many times a minute."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from ninja import NinjaAPI
from ninja.errors import AuthorizationError, Throttled

from rempart.ledger import Event
from rempart.ledger.models import LedgerRow
from rempart.staff import access, keys
from rempart.staff.access import open_to_all
from rempart.staff.keys import KeyAuth, KeyRefused, Scope, make_key, revoke_key


@pytest.fixture
def made(db):
    """A key that writes reports, and its secret."""
    return make_key("The platform", [Scope.REPORTS_WRITE], acting=None, per_minute=3)


def presented(secret, scope=Scope.REPORTS_WRITE):
    """What an operation that asks for a scope makes of this secret."""
    return KeyAuth(scope)(RequestFactory().get("/", headers={"authorization": f"Bearer {secret}"}))


def test_a_key_opens_what_its_scope_says(made):
    key, secret = made
    assert presented(secret) == key


def test_a_key_without_the_scope_is_refused(made):
    with pytest.raises(AuthorizationError, match="links:read"):
        presented(made[1], Scope.LINKS_READ)


@pytest.mark.parametrize("secret", ["", "rempart_guessed", "x" * 5000])
def test_a_guessed_key_opens_nothing(made, secret):
    assert presented(secret) is None


def test_a_revoked_key_opens_nothing(made):
    revoke_key(made[0], acting=None, reason="Leaked.")
    assert presented(made[1]) is None


def test_a_key_is_revoked_for_a_reason(made):
    with pytest.raises(KeyRefused):
        revoke_key(made[0], acting=None, reason=" ")


def test_a_key_opens_nothing_past_its_end(made, clock):
    clock.move(timedelta(days=365))
    assert presented(made[1]) is None


def test_a_key_that_asks_too_often_waits_for_the_next_minute(made, clock):
    for _ in range(3):
        presented(made[1])
    with pytest.raises(Throttled) as refused:
        presented(made[1])
    assert 0 < refused.value.wait <= 60
    clock.move(timedelta(minutes=1, seconds=1))
    assert presented(made[1]) == made[0]


def test_only_the_day_of_the_last_use_is_kept(made, clock):
    presented(made[1])
    made[0].refresh_from_db()
    assert made[0].last_used_on == clock.now().date()


def test_the_secret_is_stored_nowhere(made):
    key, secret = made
    assert secret.removeprefix(keys.PREFIX) not in str(vars(key))


@pytest.mark.parametrize(
    "wrong",
    [{"name": " "}, {"scopes": []}, {"lasts": timedelta(days=366)}, {"lasts": timedelta(0)}, {"per_minute": 0}],
    ids=str,
)
def test_a_key_without_name_scope_or_end_is_refused(db, wrong):
    asked = {"name": "A", "scopes": [Scope.ORDERS], "acting": None} | wrong
    with pytest.raises(KeyRefused):
        make_key(asked.pop("name"), asked.pop("scopes"), **asked)


def test_making_and_revoking_are_in_the_ledger(made):
    revoke_key(made[0], acting=None, reason="Leaked.")
    revoke_key(made[0], acting=None, reason="Again.")
    rows = LedgerRow.objects.filter(subject=f"staff.machinekey:{made[0].pk}").order_by("pk")
    assert [row.event for row in rows] == [Event.MACHINE_KEY_MADE, Event.MACHINE_KEY_REVOKED]


def test_an_operation_that_asks_for_no_key_and_does_not_say_why_is_found(monkeypatch):
    monkeypatch.setattr(keys, "APIS", [])
    api = NinjaAPI(urls_namespace="of-the-tests")
    api.get("/closed", auth=KeyAuth(Scope.ORDERS))(lambda request: None)
    api.get("/open")(open_to_all(because="a test")(lambda request: None))
    api.post("/forgotten")(lambda request: None)
    keys.machine_api(api)
    assert [error.msg for error in access.every_operation_asks_for_a_key()] == ["POST /forgotten asks for no key."]
