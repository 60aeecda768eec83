"""Protections: proposed, accepted by whose word it takes, with an end, undone at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from platforms.conftest import memory  # noqa: F401 - a fixture
from rempart.care.errors import JudgesThem, NotAllowed, NotPossible, NotWaiting, Silent, WrongState
from rempart.care.kinds import kinds
from rempart.care.models import By, CareFile, CareOrder, Protection
from rempart.care.models.protections import LONGEST
from rempart.care.services import files
from rempart.care.services.protections import (
    accept_protection,
    decline_protection,
    propose_protection,
    switch_on,
    undo_all,
    undo_protection,
)
from rempart.ledger.clock import now
from rempart.records.vocabulary import PROTECTIONS

State = Protection.State


@pytest.fixture
def mia(memory, looked_after):  # noqa: F811 - the fixture
    return looked_after("mia.chante", age_band="13_15")


@pytest.fixture
def proposed(mia, carer):
    return propose_protection(mia, "comment_filter", acting=carer)


def test_a_proposal_asks_the_platform_for_nothing(proposed):
    assert (proposed.state, CareOrder.objects.count()) == (State.PROPOSED, 0)


def test_proposed_twice_it_is_one_proposal(proposed, mia, carer):
    assert propose_protection(mia, "comment_filter", acting=carer) == proposed


@pytest.mark.parametrize("by", [By.YOUNG, By.GUARDIAN], ids=["young", "guardian"])
def test_accepted_it_holds_from_now_until_its_end(proposed, by):
    accepted = accept_protection(proposed, by=by)
    assert (accepted.begins_at, accepted.ends_at) == (accepted.accepted_at, accepted.accepted_at + proposed.lasts)
    assert CareOrder.objects.get().ends_at == accepted.ends_at


def test_the_team_accepts_nothing_for_them(proposed):
    with pytest.raises(NotAllowed):
        accept_protection(proposed, by=By.TEAM)


def test_said_twice_it_is_accepted_once(proposed):
    for _ in range(2):
        accept_protection(proposed, by=By.YOUNG)
    assert CareOrder.objects.count() == 1


def test_declined_it_is_not_accepted_any_more_and_may_be_proposed_again(proposed, mia, carer):
    decline_protection(proposed, by=By.YOUNG)
    with pytest.raises(NotWaiting):
        accept_protection(proposed, by=By.YOUNG)
    assert propose_protection(mia, "comment_filter", acting=carer) != proposed


def test_undone_it_is_over_at_that_moment(proposed, clock):
    accept_protection(proposed, by=By.GUARDIAN)
    clock.move(timedelta(hours=1))
    undone = undo_protection(proposed, by=By.YOUNG)
    assert undone.state == State.UNDONE
    assert undone.undone_at <= CareOrder.objects.get().ends_at <= now()


def test_it_lapses_though_nothing_runs(proposed, clock):
    accept_protection(proposed, by=By.YOUNG)
    clock.move(proposed.lasts)
    assert Protection.objects.get().state == State.ENDED
    assert not CareOrder.objects.get().wanted


def test_it_lasts_ninety_days_at_most(mia, carer):
    assert propose_protection(mia, "no_live", acting=carer, lasts=timedelta(days=400)).lasts == LONGEST


def test_the_database_takes_none_without_an_end(proposed):
    with pytest.raises(IntegrityError), transaction.atomic():
        Protection.objects.filter(pk=proposed.pk).update(accepted_at=now(), accepted_by="young", begins_at=now())


def test_switched_on_twice_it_is_on_once(mia):
    assert switch_on(mia, "no_live", by=By.YOUNG) == switch_on(mia, "no_live", by=By.YOUNG)


def test_what_they_switch_on_takes_up_what_was_proposed(proposed, mia):
    assert switch_on(mia, "comment_filter", by=By.YOUNG) == proposed


def test_who_refuses_the_support_keeps_nothing_that_was_switched_on(proposed, mia):
    accept_protection(proposed, by=By.YOUNG)
    files.decline(mia)
    assert Protection.objects.get().state == State.UNDONE
    with pytest.raises(WrongState):
        switch_on(mia, "no_live", by=By.YOUNG)


def test_undoing_all_lets_no_proposal_wait(proposed, mia):
    switch_on(mia, "no_live", by=By.YOUNG)
    assert undo_all(mia, by=By.YOUNG) == 1
    assert {one.state for one in Protection.objects.all()} == {State.UNDONE, State.DECLINED}


def test_after_a_death_nothing_is_switched_on(mia):
    CareFile.objects.filter(pk=mia.pk).update(state="frozen", stood="offered")
    with pytest.raises(Silent):
        switch_on(mia, "no_live", by=By.YOUNG)


def test_who_is_not_of_the_care_team_proposes_nothing(mia, reviewer):
    with pytest.raises(NotAllowed):
        propose_protection(mia, "no_live", acting=reviewer)


def test_who_judged_them_does_not_look_after_them(mia, staff_member, monkeypatch):
    both = staff_member("care", "reviewer")
    monkeypatch.setattr("rempart.care.services.guards.judges", lambda _file, _member: True)
    with pytest.raises(JudgesThem):
        propose_protection(mia, "no_live", acting=both)


def test_nothing_is_proposed_where_no_platform_of_ours_has_the_account(looked_after, carer):
    with pytest.raises(NotPossible):
        propose_protection(looked_after("mia.chante"), "no_live", acting=carer)


def test_every_protection_has_words_in_both_languages_to_a_child_and_to_an_adult():
    assert list(kinds()) == list(PROTECTIONS)
    for kind in kinds().values():
        for words in (kind.name, kind.does, kind.costs, kind.about):
            assert words.said("fr", adult=False).strip()
            assert words.said("fr", adult=True).strip()
            assert words.said("en", adult=False).strip()


def test_the_ledger_says_who_accepted_and_nothing_else_of_them(proposed, contents_of):
    accept_protection(proposed, by=By.GUARDIAN)
    said = contents_of(proposed)[-1]
    assert set(said) == {"kind", "by", "ends_at"}
    assert said["by"] == "guardian"
