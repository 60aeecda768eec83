"""What holds whatever people do and however time passes."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.casework import errors, services
from rempart.casework.models import Case, Decision, MeasureTaken, PlatformOrder
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow

HOURS = st.integers(min_value=-3000, max_value=3000)
LATER = st.integers(min_value=1, max_value=3000)


def hours(number: int) -> timedelta:
    return timedelta(hours=number)


@given(begins=HOURS, lasts=LATER, ended=st.none() | LATER, lifted=st.none() | LATER)
def test_a_lapsed_or_lifted_measure_is_never_in_force(begins, lasts, ended, lifted):
    moment = now()
    decision = Decision(
        state="taken",
        mode="preventive",
        begins_at=moment + hours(begins),
        ends_at=moment + hours(begins + lasts),
        ended_at=moment + hours(begins + ended) if ended else None,
    )
    measure = MeasureTaken(decision=decision, lifted_at=moment + hours(begins + lifted) if lifted else None)
    over = min(at for at in (decision.ends_at, decision.ended_at, measure.lifted_at) if at)
    assert measure.in_force == (decision.begins_at <= now() < over)
    assert not (decision.lapsed and decision.in_force)


class Undo(Exception):
    """Leave nothing of an example behind."""


ACTS = ("testimony", "approve", "second", "decline", "confirm", "lift", "renew", "danger", "close", "lapses", "wait")


@pytest.fixture
def case_at_random(judged, respondent, reviewer, colleague, clock):
    """A case to which acts happen; each returns whether the act was refused."""

    class Play:
        def __init__(self, age_band):
            self.account = respondent(age_band=age_band, handle=uuid.uuid4().hex)
            self.heard = 3
            self.speak(0.7, 3)

        @property
        def case(self):
            return Case.objects.get(account=self.account)

        def speak(self, credibility, severity):
            self.heard += 1
            judged(self.account, credibility=credibility, severity=severity, testimonies=self.heard)

        def act(self, name, number):
            acting = colleague if number % 2 else reviewer
            pick = {"acting": acting, "reason": "because"}
            proposed = self.case.decisions.filter(state="proposed").first()
            taken = self.case.decisions.filter(state="taken").order_by("-begins_at").first()
            try:
                if name == "testimony":
                    self.speak((number % 21) / 20, number % 5)
                elif name == "wait":
                    clock.move(hours(1 + number))
                elif name == "lapses":
                    services.record_lapses()
                elif name == "danger":
                    services.record_danger(self.case, **pick)
                elif name == "close":
                    services.close_case(self.case, **pick)
                elif name in ("approve", "second") and proposed:
                    services.approve_decision(proposed, **pick)
                elif name == "decline" and proposed:
                    services.decline_decision(proposed, **pick)
                elif name == "confirm" and taken:
                    services.confirm_decision(taken, **pick)
                elif name == "lift" and taken:
                    services.lift_decision(taken, **pick)
                elif name == "renew" and taken:
                    services.renew_decision(taken, **pick)
                else:
                    return True
            except errors.Refused:
                return True
            return name in ("wait", "lapses", "testimony")

    return Play


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    age_band=st.sampled_from(["18_plus", "16_17", None]),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(min_value=0, max_value=400)), max_size=12),
)
def test_whatever_is_done_the_rules_hold_and_the_ledger_knows(case_at_random, clock, age_band, acts):
    began = clock.now()
    try:
        with transaction.atomic():
            play = case_at_random(age_band)
            for name, number in acts:
                before = LedgerRow.objects.count()
                quiet = play.act(name, number)
                assert quiet or LedgerRow.objects.count() > before
                check(play.case, adult=age_band == "18_plus")
            raise Undo
    except Undo:
        clock.set(began)


def check(case: Case, *, adult: bool) -> None:
    decisions = list(case.decisions.all())
    in_force = [one for one in decisions if one.in_force]
    assert {one.pk for one in in_force} == set(case.decisions.in_force().values_list("pk", flat=True))
    assert sum(one.mode == "preventive" for one in in_force) <= 1
    for one in decisions:
        assert not (one.lapsed and one.in_force)
        if one.state == "taken" and not adult:
            assert len({one.approved_by_id, one.seconded_by_id} - {None}) == 2
        if one.state == "taken" and one.mode == "preventive":
            assert one.begins_at < one.review_due < one.ends_at <= one.since + timedelta(days=90)
    # What a person did reaches the platform a minute later.
    soon = now() + timedelta(seconds=121)
    orders = PlatformOrder.objects.filter(measure__decision__case=case, due_at__lte=soon).order_by("due_at", "pk")
    told = {
        name for name, action in dict(orders.values_list("measure__measure", "action")).items() if action == "apply"
    }
    holding = MeasureTaken.objects.in_force(soon).filter(decision__case=case).exclude(measure="watch")
    assert told == set(holding.values_list("measure", flat=True))
    once = [one.articles for one in decisions if one.state == "taken" and one.approval == "automatic"]
    automatic = [article for articles in once for article in articles]
    assert len(automatic) == len(set(automatic))
