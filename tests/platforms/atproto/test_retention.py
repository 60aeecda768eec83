"""Labels and tokens are forgotten once they are over, and not before."""

from datetime import timedelta

import pytest

from rempart.ledger.clock import now
from rempart.platforms.atproto import labels
from rempart.platforms.atproto.models import Label, SeenToken
from rempart.platforms.models import Platform
from rempart.privacy.retention import apply_retention

DID = "did:plc:s5ta5bdgmhnwub3uwxpcjoog"
DAY = timedelta(days=1)


@pytest.fixture
def platform(db):
    return Platform.objects.create(
        name="home", kind="atproto", service="bluesky", address="http://localhost:9", added_at=now()
    )


def publish(platform, key, until):
    return labels.publish(platform, DID, "no_new_contacts", key=key, until=until)


def test_a_label_that_expired_is_forgotten_a_month_later(platform, clock):
    publish(platform, "order-1", now() + 3 * DAY)
    clock.move(32 * DAY)
    apply_retention()
    assert Label.objects.count() == 1
    clock.move(2 * DAY)
    apply_retention()
    assert not Label.objects.exists()


def test_a_label_that_was_withdrawn_is_forgotten_with_its_negation(platform, clock):
    mark = publish(platform, "order-1", None)
    labels.withdraw(platform, DID, "no_new_contacts", key="order-2", mark=mark)
    clock.move(31 * DAY)
    apply_retention()
    assert not Label.objects.exists()


def test_a_label_that_holds_outlives_the_one_it_replaced(platform, clock):
    publish(platform, "order-1", None)
    publish(platform, "order-2", None)
    clock.move(31 * DAY)
    apply_retention()
    assert Label.objects.get().mark == "order-2"
    assert [seen.measure for seen in labels.in_force(platform, DID)] == ["no_new_contacts"]


def test_a_token_is_forgotten_a_day_after_it_expired(platform, clock):
    SeenToken.objects.create(digest=b"x", expires_at=now())
    apply_retention()
    assert SeenToken.objects.exists()
    clock.move(DAY + timedelta(minutes=1))
    apply_retention()
    assert not SeenToken.objects.exists()
