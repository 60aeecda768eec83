"""Where two people must approve, one is never enough: in code and in the database."""

import pytest
from django.db import IntegrityError, transaction

from rempart.casework import errors, services
from rempart.casework.models import Decision, PlatformOrder
from rempart.ledger.clock import now


@pytest.fixture
def decided(judged, respondent, reviewer):
    """A final decision on somebody: `decided(age_band="16_17", reach=5)`."""

    def decide(*, reach: int | None = 500, age_band: str | None = "18_plus", credibility: float = 0.7) -> Decision:
        account = respondent(age_band=age_band)
        account.reach = reach
        account.save(update_fields=["reach"])
        article = "first-word" if age_band == "18_plus" else "contact"
        case = judged(account, credibility=credibility if age_band == "18_plus" else 0.85)
        return services.decide_final(
            case, measures=["no_new_contacts"], articles=[article], acting=reviewer, reasons="Vérifié."
        )

    return decide


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({}, []),
        ({"reach": None}, []),
        ({"reach": 99_999}, []),
        ({"reach": 100_000}, ["reach"]),
        ({"age_band": "16_17"}, ["minor"]),
        ({"age_band": None}, ["unknown_age"]),
        ({"age_band": "13_15", "reach": 3_000_000}, ["reach", "minor"]),
    ],
)
def test_a_final_measure_needs_two_on_many_followers_minors_and_unknown_ages(decided, about, why):
    decision = decided(**about)
    assert decision.four_eyes == why
    assert decision.in_force == (not why)


def test_the_threshold_is_a_setting(decided, settings):
    settings.REMPART_HIGH_REACH = 400
    assert decided().four_eyes == ["reach"]


def test_the_second_approval_takes_it(decided, senior):
    decision = services.approve_decision(decided(reach=200_000), acting=senior, reason="I agree.")
    assert (decision.in_force, decision.seconded_by) == (True, senior)


def test_nobody_gives_both_approvals(decided, reviewer):
    with pytest.raises(errors.SecondPersonNeeded):
        services.approve_decision(decided(reach=200_000), acting=reviewer, reason="I agree with myself.")


def test_the_second_approval_of_a_final_decision_is_a_seniors(decided, colleague):
    with pytest.raises(errors.NotAllowed):
        services.approve_decision(decided(reach=200_000), acting=colleague, reason="I agree.")


def test_an_account_that_grew_meanwhile_needs_two(judged, respondent, reviewer, senior):
    account = respondent()
    case = judged(account, credibility=0.98, severity=4, verified_evidence=3)
    proposal = case.decisions.get(state="proposed")
    account.age_band = "16_17"
    account.save(update_fields=["age_band"])
    once = services.approve_decision(proposal, acting=reviewer, reason="Established.")
    assert (once.state, "minor" in once.four_eyes) == ("proposed", True)
    assert services.approve_decision(proposal, acting=senior, reason="Established.").in_force


@pytest.mark.parametrize("change", [{"approval": "one_reviewer"}, {"four_eyes": ["reach"], "approval": "one_reviewer"}])
def test_the_database_holds_the_reasons_for_two(decided, change):
    decision = decided(reach=200_000)
    with pytest.raises(IntegrityError, match="four_eyes_means_two_approvals"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(**change)


def test_the_database_takes_nothing_with_one_approval(decided):
    decision = decided(reach=200_000)
    with pytest.raises(IntegrityError, match="approved_by_those_who_must"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(state="taken", taken_at=now(), begins_at=now())


def test_the_database_knows_the_age_itself(decided):
    decision = decided(age_band="16_17")
    with pytest.raises(IntegrityError, match="two people decide on a minor"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(
            four_eyes=[], approval="one_reviewer", state="taken", taken_at=now(), begins_at=now()
        )


@pytest.fixture
def order(judged, respondent):
    """The order to apply an automatic measure."""
    return PlatformOrder.objects.get(measure__decision__case=judged(respondent(), credibility=0.7), action="apply")


def test_a_heavier_approximation_is_approved_by_another_person(order, reviewer, senior, events_of):
    services.propose_approximation(order, measure="suspend", acting=reviewer, reason="It has nothing lighter.")
    approved = services.approve_approximation(order, acting=senior, reason="It cannot wait.")
    assert approved.approximation_approved_by == senior
    assert events_of(order) == ["approximation_proposed", "approximation_approved"]


def test_nobody_approves_their_own_approximation(order, senior):
    services.propose_approximation(order, measure="suspend", acting=senior, reason="It has nothing lighter.")
    with pytest.raises(errors.SecondPersonNeeded):
        services.approve_approximation(order, acting=senior, reason="I agree with myself.")


def test_a_lighter_approximation_needs_nobody_else(order, reviewer, senior):
    services.propose_approximation(order, measure="no_recommendation", acting=reviewer, reason="All it has.")
    with pytest.raises(errors.NotHeavier):
        services.approve_approximation(order, acting=senior, reason="x")
    PlatformOrder.objects.filter(pk=order.pk).update(carried_out_at=now())


def test_the_database_carries_out_nothing_heavier_that_one_person_proposed(order, reviewer):
    services.propose_approximation(order, measure="suspend", acting=reviewer, reason="It has nothing lighter.")
    with pytest.raises(IntegrityError, match="two people approve what is heavier"), transaction.atomic():
        PlatformOrder.objects.filter(pk=order.pk).update(carried_out_at=now())


def test_the_database_lets_nobody_approve_their_own_approximation(order, reviewer):
    services.propose_approximation(order, measure="suspend", acting=reviewer, reason="It has nothing lighter.")
    with pytest.raises(IntegrityError, match="another_person_approves_an_approximation"), transaction.atomic():
        PlatformOrder.objects.filter(pk=order.pk).update(
            approximation_approved_by=reviewer, approximation_approved_at=now()
        )


def test_a_heavier_approximation_is_among_the_reasons(order, reviewer):
    decision = order.measure.decision
    services.propose_approximation(order, measure="suspend", acting=reviewer, reason="It has nothing lighter.")
    assert services.why_two(decision.case, decision) == ["approximation"]
