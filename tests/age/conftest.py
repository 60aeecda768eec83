"""Builders for the age room: people who decide about ages, accounts that are asked."""

import itertools

import pytest

from past import ago
from receivers import mail_server, platform  # noqa: F401 - fixtures
from rempart.records import AccountReference
from rempart.staff.roles import Role

WORDS = {"fr": "Tu as écrit que tu es en CM2.", "en": "You wrote that you are in year 6."}
_numbers = itertools.count(1)


@pytest.fixture
def decider(db, staff_member):
    """Somebody who decides about ages."""
    return staff_member(Role.REVIEWER, name="Nour Haddad")


@pytest.fixture
def other_decider(db, staff_member):
    """A second person who does."""
    return staff_member(Role.REVIEWER, name="Elio Brun")


@pytest.fixture
def third_decider(db, staff_member):
    """A third one."""
    return staff_member(Role.CHILD_SAFETY, name="Salomé Petit")


@pytest.fixture
def challenged(db):
    """Ask the owner of an account: `challenged(step="prove", handle="lou.dessine")`.

    Whom people are to look at (`restrict`) was asked two weeks ago, so that they had time to answer.
    """
    from rempart.age.services.challenges import open_challenge

    def make(
        handle: str | None = None, *, step: str = "ask", because: str = "sweep", number: str | None = None, **more
    ):
        account = AccountReference("tiktok", handle or f"lou.{next(_numbers)}", number)
        more = {"country": "FR", "probability": 0.8} | more
        with ago(14 if step == "restrict" else 0):
            return open_challenge(account, because=because, step=step, **more)

    return make


@pytest.fixture
def restricted(challenged, decider, other_decider):
    """An account that two people closed for now."""
    from rempart.age.services import deciding

    def make(*args, **more):
        challenge = challenged(*args, step="restrict", **more)
        decision = deciding.decide(challenge, "restrict", acting=decider, reason="CM2, deux fois", words=WORDS)
        deciding.second(decision, acting=other_decider, reason="je lis la même chose")
        challenge.refresh_from_db()
        return challenge

    return make
