"""The respondent's side: what they are told, when, and what they can do, without an account, a cookie or a script."""

from datetime import timedelta

import pytest

from rempart.ledger.clock import now


@pytest.fixture
def restrained(judged, respondent, reviewer, colleague, clock):
    """A case whose account may not go live (two reviewers): `restrained(age_band="16_17", credibility=0.92)`."""
    from rempart.casework.services import approve_decision

    def make(account=None, *, age_band="18_plus", wait=timedelta(minutes=2), **numbers):
        account = account or respondent(age_band=age_band)
        case = judged(account, **{"credibility": 0.92, "severity": 3} | numbers)
        decision = case.decisions.get(state="proposed")
        approve_decision(decision, acting=reviewer, reason="It holds together.")
        decision.refresh_from_db()
        if decision.state == "proposed":
            approve_decision(decision, acting=colleague, reason="I agree.")
        clock.move(wait)
        return case

    return make


@pytest.fixture
def page_of(client):
    """Open a respondent's page as they do: `page_of(case)`."""
    from rempart.casework.services.respondents import respondent_link

    def opened(case):
        link = respondent_link(case)
        assert link is not None
        return client.get(link.partition("//")[2].partition("/")[1] + link.partition("//")[2].partition("/")[2])

    return opened


def test_smoke(restrained, page_of):
    case = restrained()
    answer = page_of(case)
    assert answer.status_code == 200
    print(answer.content.decode())
