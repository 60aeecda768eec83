"""Conversations, and what receives the messages about them."""

import pytest

from receivers import MailServer, Platform, Received, mail_server, platform

__all__ = ["MailServer", "Platform", "Received", "mail_server", "platform"]


@pytest.fixture(autouse=True)
def _no_other_room(monkeypatch):
    """The pages of this room alone, and nobody who listens."""
    from rempart.correspondence import links, signals

    monkeypatch.setattr(links, "_pages", {})
    monkeypatch.setattr(signals.heard, "receivers", [])


@pytest.fixture
def endpoint(db, platform):
    """The platform's endpoint as it was added, and its secret."""
    from rempart.correspondence.endpoints import add_endpoint

    return add_endpoint("The platform", platform.url, acting=None)


@pytest.fixture
def conversation(db):
    """Open a conversation: `conversation(account="leo.vrtx", email="leo@example.org")`."""
    from rempart.correspondence.services import open_conversation

    made = iter(range(10_000))

    def make(kind: str = "respondent", **given):
        number = next(made)
        given = {"about": f"example.thing:{number}", "person": f"example.person:{number}"} | given
        if {"account", "report"} & given.keys():
            given = {"service": "tiktok"} | given
        return open_conversation(kind, **given)

    return make


@pytest.fixture
def reviewer(staff_member):
    """A reviewer."""
    return staff_member("reviewer", name="Inès Caron")


@pytest.fixture
def events_of(db):
    """The events that the ledger holds about a thing, in order."""
    from rempart.ledger.models import LedgerRow
    from rempart.ledger.services import reference

    def find(thing) -> list[str]:
        rows = LedgerRow.objects.filter(subject=reference(thing)).order_by("pk")
        return list(rows.values_list("event", flat=True))

    return find
