"""The Commission's stand-in with this site set up to speak to it, statements of reasons, and submissions that wait."""

from datetime import timedelta

import pytest

from accountability.dsa.commission import TOKEN, commission
from accountability.dsa.statements import changed
from rempart.ledger.clock import now


@pytest.fixture
def api(settings, monkeypatch):
    """The stand-in, which this process and those that it starts speak to."""
    with commission() as there:
        settings.REMPART_DSA_ADDRESS, settings.REMPART_DSA_TOKEN = there.address, TOKEN
        monkeypatch.setenv("REMPART_DSA_ADDRESS", there.address)
        monkeypatch.setenv("REMPART_DSA_TOKEN", TOKEN)
        yield there


@pytest.fixture
def waiting():
    """Make submissions that wait to be sent: `waiting(250)`; their identifiers."""
    from rempart.accountability.models import Submission

    def make(many: int, *, first: int = 0) -> list[str]:
        puids = [f"rempart-{number:05}" for number in range(first, first + many)]
        moment = now()
        Submission.objects.bulk_create(
            Submission(puid=puid, payload=changed(puid=puid), made_at=moment, enlisted_at=moment, next_at=moment)
            for puid in puids
        )
        return puids

    return make


@pytest.fixture
def stated(judged, respondent, clock):
    """Make a statement of reasons of a precaution that the rule took by itself: `stated(handle="leo.vrtx")`."""
    from rempart.casework.models import Statement
    from rempart.casework.services.respondents import tell

    def make(**account) -> Statement:
        case = judged(respondent(**account))
        clock.move(timedelta(minutes=30))
        tell(case)
        return Statement.objects.get(decision__case=case)

    return make
