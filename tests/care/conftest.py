"""Builders for care: files of invented young creators, the team, and alerts as the lookout raises them."""

import uuid

import pytest

from casework.conftest import book, colleague, judged, respondent, reviewer, senior  # noqa: F401 - fixtures
from receivers import mail_server, platform  # noqa: F401 - fixtures
from rempart.ledger.clock import now
from rempart.records.references import AccountReference


@pytest.fixture
def carer(db, staff_member):
    """Somebody of the care team."""
    return staff_member("care", name="Nour Haddad")


@pytest.fixture
def other_carer(db, staff_member):
    """A second person of the care team."""
    return staff_member("care", name="Elio Brun")


@pytest.fixture
def looked_after(db, carer):
    """Offer support to an account: `looked_after(age_band="13_15", handle="zoe.pixel")`; accepted, if asked for."""
    from rempart.care.services import files

    def make(handle: str | None = None, *, accepted: bool = False, number: str | None = None, **known):
        account = AccountReference("tiktok", handle or f"star.{uuid.uuid4().hex[:8]}", number)
        file = files.open_file(account, acting=carer, because="asked by the platform", **known)
        return files.accept(file) if accepted else file

    return make


@pytest.fixture
def noticed(db):
    """An alert of sudden fame: `noticed("n-1", handle="zoe.pixel", age_band="13_15")`, not told to anybody yet."""
    from rempart.lookout.models import FameAlert

    def make(number: str = "n-1", *, tier: str = "support", **said) -> FameAlert:
        moment = now()
        return FameAlert.objects.create(
            service="tiktok",
            number=number,
            tier=tier,
            alert_at=said.pop("alert_at", moment),
            score=9.0,
            growth=3.0,
            expected=40.0,
            observed=52_000.0,
            received_at=moment,
            raised_at=moment,
            **said,
        )

    return make


@pytest.fixture
def contents_of(db):
    """What the ledger says of a thing, oldest first: `contents_of(shield)`; None for a row without content."""
    import json

    from rempart.ledger.models import LedgerRow
    from rempart.ledger.services import reference

    def read(thing):
        rows = LedgerRow.objects.filter(subject=reference(thing)).select_related("content").order_by("pk")
        return [json.loads(row.content.canonical) if hasattr(row, "content") else None for row in rows]

    return read
