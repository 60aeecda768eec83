"""The demonstration of ages: something waits on every side of the desk, and nothing happened that a person decides."""

import pytest

from rempart.age import challenge_selectors as waiting
from rempart.age import example, rates
from rempart.age.models import Challenge, Consent, ProtectionCase
from rempart.age.services import comebacks, reports
from rempart.correspondence.links import link_for
from rempart.ledger import clock as the_clock
from rempart.ledger.clock import now
from rempart.staff.roles import Role


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    """The example, loaded once for the tests of this file and undone after them."""
    from django.db import transaction
    from django.test import override_settings

    from rempart.staff.services import add_member

    home = tmp_path_factory.mktemp("home")
    pretending = override_settings(REMPART_TEST_WALLET=True, REMPART_HOME=home, REMPART_AGE_TRUST=str(home / "trust"))
    with django_db_blocker.unblock(), pretending:
        undo = transaction.atomic()
        undo.__enter__()
        try:
            before = the_clock.offset()
            team = [add_member(f"{name}@age.example", name=name, roles=[Role.REVIEWER]) for name in ("a", "b", "c")]
            example.load(*team)
            assert the_clock.offset() == before
            yield home
        finally:
            transaction.set_rollback(True)
            undo.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _world(loaded, db):
    """Every test sees the loaded example."""


def test_a_report_is_due_tomorrow_and_one_is_of_an_account_that_came_back():
    due = {matter.handle: (matter.due_at - now()).total_seconds() / 3600 for matter in reports.due()}
    assert 23 < due[example.REPORTED] <= 24
    assert [(one.handle, one.closed.handle) for one in comebacks.waiting()] == [(example.AGAIN, example.BEFORE)]
    assert example.AGAIN in due


def test_nothing_is_asked_of_the_account_whose_owner_may_be_hurt():
    case = ProtectionCase.objects.get(settled_at=None)
    assert not Challenge.objects.filter(handle=case.handle).exists()


def test_one_waits_for_each_act_of_the_desk():
    assert {one.handle for one in waiting.to_decide()} == {"leo.blocs", example.TO_SAY}
    assert [(one.challenge.handle, one.vouchers.filter(holds=True).exists()) for one in waiting.appeals()] == [
        (example.CLOSED, False),
        (example.VOUCHED, True),
    ]


def test_the_page_of_whoever_is_asked_to_show_their_age_opens(client):
    asked = example.to_show()
    assert asked is not None
    assert client.get(link_for(asked.conversation)).status_code == 200


def test_a_parent_showed_that_they_are_an_adult_and_agreed_to_an_account_alone(loaded):
    consent = Consent.objects.get()
    assert (consent.feature, consent.bond.proved_by) == ("account", "mdoc")
    assert (loaded / "trust").is_dir()


def test_the_last_quarter_told_has_figures_and_each_is_known():
    found = rates.report(*rates.last_quarter(now()), as_of=now())
    told = {rate.id: (rate.hits, rate.of) for rate in found.rates if rate.part == "all"}
    asked = example.SAID + example.GONE + example.OVERTURNED
    assert told["asked_wrongly"] == (asked - example.GONE, asked)
    assert told["appeals_overturned"] == (example.OVERTURNED, example.OVERTURNED + example.UPHELD)
    assert found.restored.median is not None
