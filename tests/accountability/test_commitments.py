"""What was promised is kept by a date, with a proof, or withdrawn with a reason; later answers tell it."""

from datetime import timedelta

import pytest

from rempart.accountability import errors
from rempart.accountability.services import commitments as services
from rempart.casework.calendar import falls_due
from rempart.casework.errors import NotAllowed, ReasonMissing
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow, Link
from rempart.ledger.sequencer import sequence_pending

DAY = timedelta(days=1)


@pytest.fixture
def promised(authority, liaison, staff_member):
    """Promise something: `promised("To publish the rules.", due_in=days)`."""
    owner = staff_member("policy_owner", "reader", name="Zoé Martin")

    def make(words="To publish the rules.", due_in=10 * DAY, **given):
        given = {"owner": owner, "acting": liaison, **given}
        return services.make_commitment(authority, words=words, due=now() + due_in, **given)

    return make


def test_an_answer_tells_each_promise_by_its_owners_role_and_its_state(promised, authority, liaison, clock):
    promised("A", due_in=DAY)
    promised("B", due_in=9 * DAY)
    kept, gone = promised("C", due_in=5 * DAY), promised("D", due_in=6 * DAY)
    services.keep_commitment(kept, because="Published on the site.", acting=liaison)
    services.withdraw_commitment(gone, because="The law changed.", acting=liaison)
    clock.move(2 * DAY)
    lines = {line.words: line for line in services.commitments_to(authority)}
    assert {words: line.state for words, line in lines.items()} == {
        "A": "late",
        "B": "due",
        "C": "kept",
        "D": "withdrawn",
    }
    assert {line.owner_role for line in lines.values()} == {"policy_owner"}
    assert (lines["C"].because, lines["D"].because) == ("Published on the site.", "The law changed.")


def test_the_proof_is_a_place_in_the_ledger(promised, authority, liaison):
    sequence_pending()
    row = LedgerRow.objects.order_by("pk").first()
    place = Link.objects.get(row=row).index
    kept = services.keep_commitment(promised(), because="Done.", proof=place, acting=liaison)
    assert kept.proof == row
    assert services.commitments_to(authority)[0].place == place


def test_without_another_proof_the_note_itself_is_one(promised, authority, liaison):
    kept = services.keep_commitment(promised(), because="Done.", acting=liaison)
    assert kept.proof.event == "commitment_kept"
    assert services.commitments_to(authority)[0].place is None
    sequence_pending()
    assert services.commitments_to(authority)[0].place == Link.objects.get(row=kept.proof).index


def test_a_proof_that_is_not_there_is_refused(promised, liaison):
    with pytest.raises(errors.NoSuchRow):
        services.keep_commitment(promised(), because="Done.", proof=10**9, acting=liaison)


def test_a_promise_ends_once_and_says_why(promised, liaison, reviewer):
    one = promised()
    with pytest.raises(ReasonMissing):
        services.keep_commitment(one, because=" ", acting=liaison)
    with pytest.raises(NotAllowed):
        services.keep_commitment(one, because="Done.", acting=reviewer)
    services.keep_commitment(one, because="Done.", acting=liaison)
    with pytest.raises(errors.WrongMoment):
        services.withdraw_commitment(one, because="x", acting=liaison)


@pytest.mark.parametrize(
    ("given", "field"),
    [({"words": " "}, "words"), ({"due_in": -DAY}, "due"), ({"promised_at": "later"}, "promised_at")],
)
def test_what_cannot_stand_is_named(promised, given, field):
    if "promised_at" in given:
        given = {"promised_at": now() + DAY}
    with pytest.raises(errors.FieldRefused) as refused:
        promised(**given)
    assert refused.value.field == field


def test_it_stands_in_the_calendar_until_it_is_kept(promised, liaison, clock):
    one = promised(due_in=5 * DAY)
    lines = [line for line in falls_due(None, now() + 30 * DAY, liaison) if line.kind == "commitment"]
    assert [line.at for line in lines] == [one.due]
    services.keep_commitment(one, because="Done.", acting=liaison)
    assert [line for line in falls_due(None, now() + 30 * DAY, liaison) if line.kind == "commitment"] == []
