"""Takedowns through an Ozone: what is sent is held to Ozone's own lexicons, and answered by the few lines that follow.

An Ozone needs a PostgreSQL and a Redis of its own and is not installed for the tests; what stands in for it here keeps
events as its lexicon says. The accounts, and our DID and key, are real.
"""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from platforms.conformance import new_key
from rempart.ledger.clock import now
from rempart.platforms.atproto.identity import own_did, signing_key
from rempart.platforms.atproto.ozone import REVERSAL, TAKEDOWN
from rempart.platforms.connector import PermanentFailure
from rempart.platforms.registry import connector_of
from rempart.platforms.services import change_platform
from serving import Answers, serving

from .test_connector import reference, take_down

DID = "did:web:ozone.example"
EMIT, QUERY = "tools.ozone.moderation.emitEvent", "tools.ozone.moderation.queryEvents"


class LittleOzone:
    """Keeps events, newest last, and carries takedowns out on the server as Ozone does."""

    def __init__(self, pds):
        self.pds, self.events, self.sent, self.tokens, self.answers = pds, [], [], [], True

    def emit(self, asked):
        """Keep an event, once for each `externalId`."""
        self.sent.append(asked)
        if any(event["externalId"] == asked["externalId"] for event in self.events):
            return 400, {"error": "DuplicateExternalId", "message": "duplicate"}
        at = now().astimezone(UTC).isoformat()
        self.events.append({"id": len(self.events) + 1, "subjectBlobCids": [], "createdAt": at, **asked})
        if asked["event"]["$type"] == TAKEDOWN:
            take_down(self.pds, asked["subject"]["did"], ref=f"OZONE-{len(self.events)}")
        else:
            subject = {"subject": asked["subject"], "takedown": {"applied": False}}
            self.pds.call("com.atproto.admin.updateSubjectStatus", admin=True, data=subject).raise_for_status()
        return 200, self.events[-1]

    def query(self, asked):
        """The newest events of an account first."""
        found = [one for one in self.events if one["subject"]["did"] == asked["subject"][0]]
        return 200, {"events": [one for one in reversed(found) if one["event"]["$type"] in asked["types"]][:1]}


@pytest.fixture
def ozone(pds):
    """One, listening on this machine."""
    little = LittleOzone(pds)

    class Handler(Answers):
        def do_GET(self):
            self.say(*little.query(parse_qs(urlsplit(self.path).query)))

        def do_POST(self):
            self.say(*little.emit(json.loads(self.body())))

        def say(self, status, content):
            little.tokens.append((urlsplit(self.path).path, self.headers["authorization"].removeprefix("Bearer ")))
            if not little.answers:
                status, content = 401, {"error": "AuthenticationRequired"}
            self.answer(status, content)

    with serving(Handler) as little.address:
        yield little


@pytest.fixture
def connector(home, ozone):
    """The connector of the server whose moderation is kept in that Ozone."""
    chosen = home.settings | {"ozone": {"address": ozone.address, "did": DID}}
    made = connector_of(change_platform(home, settings=chosen, acting=None))
    yield made
    made.ozone.http.close()


def test_a_takedown_ends_there_by_itself(connector, ozone, someone, promised):
    star, until = someone(), now() + timedelta(hours=71, minutes=30)
    assert connector.abilities["suspend"].ends_by_itself
    connector.apply(reference(star), "suspend", key="order-1", until=until)
    (sent,) = ozone.sent
    promised(EMIT, "input", sent)
    assert sent["event"]["durationInHours"] == 72
    (seen,) = connector.observe(reference(star))
    assert (seen.measure, seen.ours) == ("suspend", True)
    assert until <= seen.until <= until + timedelta(hours=1)


def test_it_is_reversed_and_what_is_sent_is_what_the_lexicon_asks_for(connector, ozone, someone, promised):
    star = someone()
    mark = connector.apply(reference(star), "suspend", key="order-1", until=None)
    connector.lift(reference(star), "suspend", key="order-2", mark=mark)
    promised(EMIT, "input", ozone.sent[-1])
    assert ozone.sent[-1]["event"]["$type"] == REVERSAL
    assert connector.observe(reference(star)) == []


def test_sent_again_it_is_one_event(connector, ozone, someone):
    star = someone()
    marks = {connector.apply(reference(star), "suspend", key="order-1", until=None) for _ in range(2)}
    assert len(marks) == len(ozone.events) == 1


def test_what_another_moderator_took_down_is_left_as_it_is(connector, ozone, someone):
    star = someone()
    subject = {"$type": "com.atproto.admin.defs#repoRef", "did": star.did}
    theirs = {"event": {"$type": TAKEDOWN}, "subject": subject, "createdBy": "did:plc:theirs", "externalId": "theirs"}
    ozone.emit(theirs)
    mark = connector.apply(reference(star), "suspend", key=new_key(), until=None)
    (seen,) = connector.observe(reference(star))
    assert seen.ours is False
    connector.lift(reference(star), "suspend", key=new_key(), mark=mark)
    assert connector.observe(reference(star)) == [seen]


def test_each_call_shows_who_we_are_for_that_method_alone(connector, ozone, someone):
    connector.apply(reference(someone()), "suspend", key=new_key(), until=None)
    assert {path for path, _token in ozone.tokens} == {f"/xrpc/{QUERY}", f"/xrpc/{EMIT}"}
    for path, token in ozone.tokens:
        claims = jwt.decode(token, signing_key().public_key(), algorithms=["ES256K"], audience=DID, issuer=own_did())
        assert claims["lxm"] == path.removeprefix("/xrpc/")
        assert claims["exp"] - datetime.now(UTC).timestamp() <= 60


def test_an_ozone_that_does_not_know_us_goes_to_a_person(connector, ozone, someone):
    ozone.answers = False
    with pytest.raises(PermanentFailure):
        connector.apply(reference(someone()), "suspend", key=new_key(), until=None)
