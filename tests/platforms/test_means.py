"""What a platform cannot do exactly: said where it is lighter, agreed to by two where heavier, else not promised."""

from datetime import timedelta

import pytest

from rempart.casework.models import PlatformOrder, Statement
from rempart.casework.services import approve_approximation, propose_approximation
from rempart.casework.services.respondents import tell
from rempart.platforms.connector import Ability, Support
from rempart.platforms.models import Execution
from rempart.platforms.services import carry_out_due

MEASURE = "no_new_contacts"
HANDLE = "leo.vrtx"
WORDS = {"fr": "Les messages aux inconnus sont filtrés.", "en": "Messages to strangers are filtered."}
SOON = timedelta(minutes=2)


@pytest.fixture
def accused(judged, respondent):
    """Judge an account, which fires an automatic measure; its case."""
    return lambda: judged(respondent(handle=HANDLE), credibility=0.7)


def does(memory, support, as_measure=None):
    """What the platform does for the measure."""
    memory.abilities = {**memory.abilities, MEASURE: Ability(support=support, how=WORDS, as_measure=as_measure)}


def restrictions(case, clock):
    """What the statement of reasons says that changes, in English, once it is due."""
    clock.move(SOON)
    tell(case)
    sections = Statement.objects.get(decision__case=case).texts["en"]
    return " ".join(sections[0]["paragraphs"])


def test_a_lighter_approximation_is_done_and_said(memory, accused, clock):
    does(memory, Support.APPROXIMATED, "no_recommendation")
    case = accused()
    carry_out_due()
    assert memory.in_force(HANDLE) == {MEASURE}
    assert WORDS["en"] in restrictions(case, clock)


def test_what_is_native_needs_no_words(memory, accused, clock):
    case = accused()
    carry_out_due()
    assert "On this platform" not in restrictions(case, clock)


def test_a_heavier_approximation_waits_for_two_people(memory, accused, clock):
    does(memory, Support.APPROXIMATED, "suspend")
    case = accused()
    carry_out_due()
    assert memory.log == []
    assert "two people" in Execution.objects.get(order__action="apply").problem
    clock.move(timedelta(minutes=20))
    assert "until two people agree" in restrictions(case, clock)


def test_what_two_people_agreed_to_is_done(memory, accused, reviewer, senior):
    does(memory, Support.APPROXIMATED, "suspend")
    accused()
    carry_out_due()
    order = PlatformOrder.objects.get(action="apply")
    propose_approximation(order, measure="suspend", acting=reviewer, reason="nothing else protects")
    carry_out_due()
    assert memory.log == []
    approve_approximation(order, acting=senior, reason="agreed")
    carry_out_due()
    assert memory.in_force(HANDLE) == {"suspend"}


def test_it_comes_off_as_what_it_was_done_as(memory, accused, reviewer, senior, clock):
    does(memory, Support.APPROXIMATED, "suspend")
    accused()
    order = PlatformOrder.objects.get(action="apply")
    propose_approximation(order, measure="suspend", acting=reviewer, reason="nothing else protects")
    approve_approximation(order, acting=senior, reason="agreed")
    carry_out_due()
    clock.move(timedelta(days=5))
    carry_out_due()
    assert memory.in_force(HANDLE) == set()


def test_what_is_impossible_is_neither_ordered_nor_promised(memory, accused, clock):
    does(memory, Support.IMPOSSIBLE)
    case = accused()
    clock.move(SOON)
    tell(case)
    assert not PlatformOrder.objects.exists()
    assert not Statement.objects.exists()


def test_the_respondent_is_told_once_what_could_change_was_kept(memory, accused, clock):
    case = accused()
    clock.move(SOON)
    tell(case)
    assert not Statement.objects.exists()
    carry_out_due()
    clock.move(timedelta(minutes=1))
    tell(case)
    assert Statement.objects.exists()


def test_telling_waits_a_quarter_of_an_hour_at_most(memory, accused, clock):
    case = accused()
    clock.move(timedelta(minutes=17))
    tell(case)
    assert Statement.objects.exists()
