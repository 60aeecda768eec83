"""The builders of casework, and of the authority desk: two people who deal with authorities, and requests."""

from datetime import timedelta

import pytest

from casework.conftest import book, colleague, events_of, judged, respondent, reviewer, senior  # noqa: F401 - fixtures
from rempart.ledger.clock import now


@pytest.fixture
def liaison(staff_member, db):
    """Somebody who deals with authorities, and registers what they ask."""
    return staff_member("authority_liaison", name="Noé Vasseur")


@pytest.fixture
def second(staff_member, db):
    """Another, who checks and approves."""
    return staff_member("authority_liaison", name="Lina Morel")


@pytest.fixture
def authority(liaison):
    """A court that is registered."""
    from rempart.accountability.services.requests import add_authority

    return add_authority(
        kind="court",
        name="Tribunal judiciaire de Villeneuve",
        country="FR",
        language="fr",
        contact="greffe@tribunal.example, number of the directory of courts",
        acting=liaison,
    )


@pytest.fixture
def registered(authority, liaison):
    """Register a request: `registered("order_to_act", accounts=["tiktok:star.0"])`, received an hour ago."""
    from rempart.accountability.scope import Scope
    from rempart.accountability.services.requests import register_request
    from rempart.records.references import AccountReference

    numbers = iter(range(10_000))

    def make(kind: str = "question", *, accounts=(), items=(), ago=timedelta(hours=1), **given):
        named = tuple(AccountReference(*one.split(":", 1)) for one in accounts)
        period = {"start": now() - timedelta(days=30), "end": now()} if kind in {"question", "research"} else {}
        scope = Scope(hashtag="balancetontiktokeur" if period else None, accounts=named, items=tuple(items), **period)
        legal = {} if kind == "question" else {"legal_basis": "Code de procédure pénale, art. 60-1"}
        return register_request(
            authority,
            **{
                "kind": kind,
                "reference": f"2026/{next(numbers)}",
                "scope": scope,
                "received_at": now() - ago,
                "language": "fr",
                "acting": liaison,
                **legal,
                **given,
            },
        )

    return make


@pytest.fixture
def acknowledged(registered, liaison, second):
    """The same, checked by a second person and acknowledged."""
    from rempart.accountability.services.requests import acknowledge_request, authenticate_request

    def make(kind: str = "question", **given):
        request = registered(kind, **given)
        authenticate_request(
            request, how="called_back", because="The registry confirmed it by telephone.", acting=second
        )
        return acknowledge_request(request, sent_by="the courts' portal", acting=liaison)

    return make
