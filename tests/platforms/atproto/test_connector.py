"""What the connector does on a real personal data server, measure by measure."""

import json
from datetime import timedelta

import httpx
import libipld
import pytest
from atproto_crypto.verify import verify_signature
from platforms.conformance import CHECKS, Live, new_key

from rempart.ledger.clock import now
from rempart.platforms.atproto.identity import did_document, own_did
from rempart.platforms.connector import PermanentFailure, Support, UnknownAccount
from rempart.platforms.errors import PlatformRefused
from rempart.platforms.registry import connector_of
from rempart.platforms.services import add_platform, change_platform
from rempart.records import AccountReference

LABELS = ["no_recommendation", "no_contact_with_minors", "no_new_contacts"]


def reference(session):
    return AccountReference("bluesky", session.handle, session.did)


def take_down(pds, did, ref="of-their-own-staff"):
    """What the server's own staff does, by its administration API and not by ours."""
    subject = {"$type": "com.atproto.admin.defs#repoRef", "did": did}
    data = {"subject": subject, "takedown": {"applied": True, "ref": ref}}
    pds.call("com.atproto.admin.updateSubjectStatus", admin=True, data=data).raise_for_status()


def can_post(pds, session):
    """Whether somebody can publish, in the session that they have."""
    try:
        pds.post(session, "Bonsoir !")
    except httpx.HTTPStatusError as error:
        assert error.response.json()["error"] == "AccountTakedown"
        return False
    return True


@pytest.fixture(params=["suspend", "read_only", *LABELS])
def live(request, pds, home, connector, someone):
    elsewhere = change_platform(home, address="http://127.0.0.1:9", acting=None)
    unreachable = connector_of(elsewhere)
    refused = connector_of(change_platform(home, address=pds.address, secret="of-nobody", acting=None))
    people = {}

    def new_account():
        session = someone()
        people[session.did] = session
        return reference(session)

    yield Live(
        connector=connector,
        new_account=new_account,
        measure=request.param,
        nobody=AccountReference("bluesky", "nobody.test"),
        refused=refused,
        unreachable=unreachable,
        restrict_as_staff=lambda account: take_down(pds, account.id),
        restricted=None if request.param in LABELS else lambda account: not can_post(pds, people[account.id]),
    )
    for other in (unreachable, refused):
        other.server.http.close()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.carries_out("atproto", "suspend", "read_only")
@pytest.mark.carries_out("atproto", "no_recommendation", "no_contact_with_minors", "no_new_contacts")
def test_it_does_what_every_connector_does(live, check):
    check(live)
