"""Orders to the platform follow from the decisions: apply and lift take turns, whoever hands a measure over to whom."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.casework.models import Decision, MeasureTaken, PlatformOrder
from rempart.casework.services.orders import settle_orders

HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 6, 17, 16, 0, tzinfo=UTC)
NAMES = ("no_live", "no_new_contacts", "watch")
SPANS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.integers(1, 40),
        st.sets(st.sampled_from(NAMES), min_size=1),
        st.none() | st.integers(0, 60),
    ),
    max_size=5,
)


class Undo(Exception):
    """Leave nothing of an example behind."""


@pytest.fixture
def world(judged, respondent, reviewer, clock):
    """Make a case whose final decisions hold between these hours, at a given hour."""

    def make(spans, at):
        clock.set(BEGIN)
        case = judged(respondent(handle=uuid.uuid4().hex), credibility=0.1)
        record = case.assessments.first()
        version = case.decisions.first().rulebook if case.decisions.exists() else None
        if version is None:
            from rempart.casework.models import RulebookVersion

            version = RulebookVersion.objects.first()
        for begins, lasts, names, lifted in spans:
            decision = Decision.objects.create(
                case=case,
                assessment=record,
                rulebook=version,
                mode="final",
                articles=["established"],
                reasons={},
                approval="one_reviewer",
                state="taken",
                proposed_at=BEGIN,
                approved_at=BEGIN,
                approved_by=reviewer,
                approved_because="a",
                taken_at=BEGIN,
                begins_at=BEGIN + begins * HOUR,
                ends_at=BEGIN + (begins + lasts) * HOUR,
            )
            lift = {}
            if lifted is not None:
                lift = {"lifted_at": BEGIN + lifted * HOUR, "lifted_by": reviewer, "lifted_because": "b"}
            for name in names:
                MeasureTaken.objects.create(decision=decision, measure=name, articles=[], **lift)
        clock.set(BEGIN + at * HOUR)
        return case

    return make


def told(case, name, hour):
    """Whether the platform has been told to restrict, by the orders due at an hour."""
    orders = PlatformOrder.objects.filter(measure__decision__case=case, measure__measure=name)
    last = orders.filter(due_at__lte=BEGIN + hour * HOUR).order_by("due_at", "pk").last()
    return last is not None and last.action == "apply"


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(spans=SPANS, later=st.integers(0, 60), dropped=st.sets(st.integers(0, 4)))
def test_the_platform_is_told_what_holds_at_every_hour_to_come(world, clock, spans, later, dropped):
    try:
        with transaction.atomic():
            case = world(spans, 0)
            settle_orders(case)
            clock.set(BEGIN + later * HOUR)
            # Some decisions end at once: what was ordered before stays history.
            for place, decision in enumerate(case.decisions.all()):
                if place in dropped and (decision.closes_at or BEGIN) > clock.now():
                    decision.ended_at, decision.ended = clock.now(), "lifted"
                    decision.save()
            settle_orders(case)
            once = set(PlatformOrder.objects.values_list("measure", "action", "due_at"))
            settle_orders(case)
            assert set(PlatformOrder.objects.values_list("measure", "action", "due_at")) == once
            for name in NAMES[:2]:
                for hour in (later, later + 0.5, later + 7, later + 23.5, 101):
                    at = max(BEGIN + hour * HOUR, clock.now())
                    holds = MeasureTaken.objects.in_force(at).filter(decision__case=case, measure=name).exists()
                    assert told(case, name, max(hour, (clock.now() - BEGIN) / HOUR)) == holds
                orders = PlatformOrder.objects.filter(measure__decision__case=case, measure__measure=name)
                turns = list(orders.order_by("due_at", "pk").values_list("action", flat=True))
                assert turns == ["apply", "lift"] * (len(turns) // 2)
            assert not PlatformOrder.objects.filter(measure__measure="watch").exists()
            raise Undo
    except Undo:
        pass
