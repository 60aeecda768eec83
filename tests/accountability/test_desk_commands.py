"""The register of requests and of promises from a shell."""

import json
from datetime import UTC, datetime

import pytest

from rempart.accountability import commands
from rempart.accountability.errors import SamePerson
from rempart.accountability.models import Commitment

NAME = "Ministry of Childhood"
PERIOD = {"start": datetime(2026, 6, 17, tzinfo=UTC), "end": datetime(2026, 7, 1, tzinfo=UTC)}


def _registered(acting: str, **given):
    told = {"kind": "question", "reference": "AN 12", "accounts": (), "hashtag": "#BalanceTonTikTokeur"}
    rest = {"scope": PERIOD, "received_at": None, "document": None, "language": "fr"}
    return commands.register(NAME, acting=acting, **{**told, **rest, **given})


@pytest.fixture
def ministry(liaison):
    """The ministry that asks."""
    described = {"kind": "ministry", "country": "FR", "language": "en", "contact": "switchboard"}
    return commands.add(NAME, acting=liaison.email, **described)


def test_a_request_from_its_registration_to_its_receipt(ministry, liaison, second):
    request = _registered(liaison.email)
    assert request.asked.hashtag == "balancetontiktokeur"
    how = {"how": "called_back", "because": "Confirmed by telephone."}
    with pytest.raises(SamePerson):
        commands.authenticate(request.number, acting=liaison.email, **how)
    commands.authenticate("AN 12", acting=second.email, **how)
    assert "AN 12" in commands.acknowledge(request.number.lower(), sent_by="post", acting=liaison.email)
    listed = json.loads(commands.listed(everything=False, form="json"))
    assert [(one["number"], one["state"]) for one in listed] == [(request.number, "acknowledged")]
    assert commands.listed(everything=True, form="table").splitlines()[1].startswith(request.number)


def test_what_was_promised_is_listed(ministry, liaison, second):
    due = datetime(2100, 1, 1, tzinfo=UTC)
    commands.promise(NAME, words="A report each month.", owner=second.email, due=due, acting=liaison.email)
    assert Commitment.objects.get().owner == second
    assert "A report each month." in commands.promised(NAME.lower(), "table")
    assert json.loads(commands.promised(NAME, "json"))[0]["state"] == "due"


@pytest.mark.usefixtures("ministry")
def test_what_is_wrong_is_named(liaison):
    with pytest.raises(commands.NotDone, match=r"^accounts: "):
        _registered(liaison.email, accounts=("tiktok:leo",))
    with pytest.raises(commands.NotDone, match=r"no request Q-1000"):
        commands.request_named("Q-1000")
    with pytest.raises(commands.NotDone, match="enter it first"):
        commands.authority_named("Nobody")


def test_the_shell_says_plainly_what_is_wrong(own_database):
    said = own_database.command(
        "authority", "register", "Nobody", "question", "--reference", "1", "--as", "x@example.org"
    )
    assert said.returncode == 1
    assert "no authority is called Nobody" in said.stderr
