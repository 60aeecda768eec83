"""Alerts as the radar writes them."""

from datetime import UTC, datetime, timedelta

import pytest

from rempart import records
from rempart.ledger.clock import now

AT = datetime(2026, 6, 17, 16, 0, tzinfo=UTC)


@pytest.fixture
def fame():
    """An alert of sudden fame: `fame("1", tier="watch")`."""

    def make(number: str = "1", **fields) -> records.FameAlert:
        given = {"tier": "support", "score": 20.0, "growth": 40.0, "expected": 12.0, "observed": 480.0, "priority": 7}
        return records.FameAlert(account_id=number, alert_at=fields.pop("at", AT), **given | fields)

    return make


@pytest.fixture
def wave():
    """A wave that begins: `wave("balancetonyoutubeur", public=False)`."""

    def make(tag: str = "balancetonyoutubeur", **fields) -> records.WaveAlert:
        at = fields.pop("at", AT)
        given = {"posts": 30, "authors": 25, "testimonies": 9, "score": 7.5, "expected": 0.5}
        given["recent"] = [records.WavePoint(at - timedelta(hours=n), 10, 3 * (n < 2)) for n in (3, 2, 1, 0)]
        return records.WaveAlert(tag=tag, started_at=at - timedelta(hours=3), detected_at=at, **given | fields)

    return make


@pytest.fixture
def pile_on():
    """A pile-on by some who act together: `pile_on("tiktok:leo.vrtx", members=["tiktok:a"])`."""

    def make(target: str = "tiktok:leo.vrtx", members=("tiktok:one", "tiktok:two", "tiktok:three"), **fields):
        at = fields.pop("at", AT)
        groups = [records.Group(id="g1", members=list(members), weight=3.0, q=0.01)] if members else []
        given = {"actors": 40, "actions": 55, "observed": 38, "expected": 3.0, "score": 9.0, "groups": groups}
        return records.PileOnAlert(
            target=target,
            started_at=at - timedelta(hours=1),
            detected_at=at,
            ended_at=at + timedelta(hours=1),
            **given | fields,
        )

    return make


@pytest.fixture
def today(clock) -> datetime:
    """The moment of the tests."""
    return now()
