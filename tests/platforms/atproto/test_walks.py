"""Respondents on a real personal data server, from the decision to its end, through the outbox that the house runs."""

from datetime import timedelta

import libipld
import pytest
from websockets.sync.client import connect

from rempart.casework import services
from rempart.casework.models import Decision
from rempart.intake.models import Account
from rempart.ledger.clock import now
from rempart.platforms.models import Execution
from rempart.platforms.services import carry_out_due, reconcile
from rempart.rulebook import parse

from .test_connector import can_post, take_down

LASTS, MINUTE = timedelta(hours=72), timedelta(minutes=1)
RULEBOOK = """
name: of-the-walks
version: 2026-01-01
languages: [fr, en]
use: live
articles:
  - id: contact
    title: {fr: Contact, en: Contact}
    text: {fr: Le compte est suspendu pour l'instant., en: The account is suspended for now.}
    when: severity >= 2 && credibility >= 0.8
    answers: [contact, tampering]
    measure: MEASURE
    mode: preventive
    approval: two_reviewers
    lasts: 72h
    review_within: 48h
    right_of_reply: true
    legal:
      ground: DECISION_GROUND_INCOMPATIBLE_CONTENT
      category: STATEMENT_CATEGORY_PROTECTION_OF_MINORS
      keywords: [KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS]
"""


@pytest.fixture
def measure():
    """What the rulebook of the walks answers with."""
    return "suspend"


@pytest.fixture
def book(home, measure):
    """The rulebook of the walks, in force."""
    parsed = parse(RULEBOOK.replace("MEASURE", measure))
    services.put_in_force(parsed)
    return parsed


@pytest.fixture
def restrain(judged, reviewer, colleague):
    """Have something proposed about an account, and approved by the two people who must."""

    def restrained(account):
        judged(account, severity=3, credibility=0.9)
        decision = Decision.objects.get(case__account=account, state=Decision.State.PROPOSED)
        for acting in (reviewer, colleague):
            decision = services.approve_decision(decision, acting=acting, reason="Les témoignages se recoupent.")
        return decision

    return restrained


@pytest.fixture
def spoken_of():
    """The account of somebody, as the house came to know it."""

    def make(session, **fields):
        known = {"service": "bluesky", "handle": session.handle, "age_band": "18_plus", "first_seen_at": now()}
        return Account.objects.create(**known | fields)

    return make


def announced(pds, did, most):
    """What the firehose said of an account, so many times and then nothing: whether it is active, and why not."""
    found = []
    with connect(
        f"{pds.firehose}/xrpc/com.atproto.sync.subscribeRepos?cursor=0", proxy=None, close_timeout=1
    ) as stream:
        while True:
            try:
                header, body = libipld.decode_dag_cbor_multi(stream.recv(timeout=1 if len(found) >= most else 60))
            except TimeoutError:
                return found
            if header["t"] == "#account" and body["did"] == did:
                found.append((body["active"], body.get("status")))


def state(action="apply"):
    """Where the order stands."""
    return Execution.objects.get(order__action=action).state


def test_who_could_write_cannot_and_then_can_again_and_the_firehose_says_so(pds, someone, spoken_of, restrain, clock):
    star = someone("star")
    assert can_post(pds, star)
    restrain(spoken_of(star))
    carry_out_due()
    assert not can_post(pds, star)
    clock.move(LASTS + MINUTE)
    carry_out_due()
    assert can_post(pds, star)
    assert announced(pds, star.did, 3) == [(True, None), (False, "takendown"), (True, None)]
    assert (state("apply"), state("lift")) == ("done", "done")
    assert not Execution.objects.filter(seen_at=None).exists()


def test_the_did_wins_over_a_handle_that_changed_between_testimony_and_measure(pds, home, someone, restrain):
    child, star, other = someone("child"), someone("star"), someone("other")
    data = {
        "reasonType": "tools.ozone.report.defs#reasonChildSafetyGroom",
        "reason": "Il m'a demandé de garder le secret.",
        "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": star.did},
    }
    pds.call("com.atproto.moderation.createReport", by=child, data=data).raise_for_status()
    for session, handle in ((star, f"x{star.handle}"), (other, star.handle)):
        pds.call("com.atproto.identity.updateHandle", by=session, data={"handle": handle}).raise_for_status()
    account = Account.objects.get(platform_id=star.did)
    assert account.handle == star.handle
    restrain(account)
    carry_out_due()
    assert not can_post(pds, star)
    assert can_post(pds, other)


def test_what_the_platforms_own_staff_took_down_is_never_lifted(pds, someone, spoken_of, restrain, clock):
    star = someone("star")
    take_down(pds, star.did, ref="case 12")
    restrain(spoken_of(star, platform_id=star.did))
    carry_out_due()
    assert state() == "waits"
    clock.move(LASTS + MINUTE)
    carry_out_due()
    reconcile()
    status = pds.call("com.atproto.admin.getSubjectStatus", admin=True, params={"did": star.did}).json()
    assert status["takedown"] == {"applied": True, "ref": "case 12"}


def test_what_the_staff_takes_over_while_ours_holds_stays_after_its_end(pds, someone, spoken_of, restrain, clock):
    star = someone("star")
    restrain(spoken_of(star))
    carry_out_due()
    take_down(pds, star.did, ref="case 13")
    clock.move(LASTS + MINUTE)
    carry_out_due()
    assert state("lift") == "done"
    assert not can_post(pds, star)


def test_a_server_that_is_away_is_asked_again(pds, someone, spoken_of, restrain, clock):
    star = someone("star")
    restrain(spoken_of(star))
    pds.kill()
    carry_out_due()
    assert state() == "waits"
    pds.start()
    clock.move(5 * MINUTE)
    carry_out_due()
    assert state() == "done"
    assert not can_post(pds, star)


def test_a_measure_on_a_homonym_of_another_service_restrains_nobody_here(pds, someone, spoken_of, restrain, settings):
    settings.REMPART_PLATFORM_SERVICES = ["bluesky", "tiktok"]
    star = someone("star")
    spoken_of(star, platform_id=star.did)
    restrain(spoken_of(star, service="tiktok"))
    carry_out_due()
    assert not Execution.objects.exists()
    assert can_post(pds, star)


def test_an_account_of_another_server_goes_to_a_person(pds, someone, spoken_of, restrain):
    star = someone("star")
    restrain(spoken_of(star, handle="elsewhere.test", platform_id="did:plc:s5ta5bdgmhnwub3uwxpcjoog"))
    carry_out_due()
    assert state() == "failed"
    assert can_post(pds, star)


@pytest.mark.parametrize("measure", ["read_only"])
def test_nobody_is_suspended_instead_of_kept_from_writing_before_two_people_agree(
    pds, someone, spoken_of, restrain, measure
):
    star = someone("star")
    restrain(spoken_of(star))
    carry_out_due()
    assert state() == "waits"
    assert can_post(pds, star)
