"""What a preservation order names is kept 60 days, extended once by 30, or as long as an order to produce needs."""

from datetime import timedelta

import pytest

from rempart.accountability import errors
from rempart.accountability.models import Request
from rempart.accountability.services import preserving
from rempart.accountability.services.requests import withdraw_request
from rempart.casework.calendar import falls_due
from rempart.casework.services.times import do_what_is_due
from rempart.ledger.clock import now

DAY = timedelta(days=1)


@pytest.fixture
def case(respondent, judged):
    """A case about leo.vrtx."""
    return judged(respondent(handle="leo.vrtx"), credibility=0.9)


@pytest.fixture
def kept(acknowledged, case, liaison):
    """An order that was carried out: the case is held."""
    request = acknowledged("preservation_order", accounts=["tiktok:leo.vrtx", "tiktok:nobody.here"])
    return preserving.preserve(
        request, because="The case of the account is held; nothing else is here.", acting=liaison
    )


def test_the_case_is_held_sixty_days_from_the_receipt(kept, case):
    assert kept.preserved_until - kept.received_at == 60 * DAY
    hold = case.holds.standing().get()
    assert hold.review_at == kept.preserved_until
    assert kept.number in hold.because


def test_only_a_preservation_order_preserves(acknowledged, liaison):
    request = acknowledged("production_order", accounts=["tiktok:leo.vrtx"])
    with pytest.raises(errors.NotThatKind):
        preserving.preserve(request, because="x", acting=liaison)


def test_it_is_extended_once_by_thirty_days(kept, case, liaison):
    extended = preserving.extend_preservation(kept, because="Form of Annex VI.", acting=liaison)
    assert extended.preserved_until - extended.received_at == 90 * DAY
    assert [hold.review_at for hold in case.holds.standing()] == [extended.preserved_until]
    with pytest.raises(errors.AlreadyExtended):
        preserving.extend_preservation(kept, because="Again.", acting=liaison)


def test_it_ends_by_itself_and_a_person_lets_go(kept, case, liaison, clock, events_of):
    clock.move(60 * DAY)
    do_what_is_due()
    kept.refresh_from_db()
    assert (kept.state, kept.ended_at) == ("ended", kept.preserved_until)
    assert events_of(kept)[-1] == "preservation_ended"
    assert "hold" in {line.kind for line in falls_due(None, now() + DAY, liaison)}
    preserving.let_go(kept, because="The order is over.", acting=liaison)
    assert not case.holds.standing().exists()


def test_it_goes_on_while_an_order_to_produce_is_open(kept, case, acknowledged, liaison, clock):
    production = acknowledged("production_order", accounts=["tiktok:leo.vrtx"])
    preserving.confirm_production(kept, production, acting=liaison)
    clock.move(70 * DAY)
    do_what_is_due()
    assert Request.objects.get(pk=kept.pk).state == "preserved"
    with pytest.raises(errors.WrongMoment):
        preserving.end_preservation(kept, because="x", acting=liaison)
    withdraw_request(production, because="No longer needed.", acting=liaison)
    preserving.end_preservation(kept, because="The order to produce was withdrawn.", acting=liaison)
    assert not case.holds.standing().exists()


def test_only_an_open_order_to_produce_of_the_same_authority_prolongs_it(kept, acknowledged, liaison):
    with pytest.raises(errors.NotThatKind):
        preserving.confirm_production(kept, acknowledged("question"), acting=liaison)
    over = acknowledged("production_order", accounts=["tiktok:leo.vrtx"])
    withdraw_request(over, because="Sent twice.", acting=liaison)
    with pytest.raises(errors.WrongMoment):
        preserving.confirm_production(kept, over, acting=liaison)


def test_an_order_that_came_too_late_is_not_kept(acknowledged, liaison):
    request = acknowledged("preservation_order", accounts=["tiktok:leo.vrtx"], ago=61 * DAY)
    with pytest.raises(errors.WrongMoment):
        preserving.preserve(request, because="x", acting=liaison)


def test_nobody_is_reminded_of_an_order_that_is_kept(kept, liaison):
    assert {line.kind for line in falls_due(None, now() + 30 * DAY, liaison)} == set()
