"""Groups of testimonies that may belong together are those that the engine counts as such, and are told in order."""

import random

import pytest

from rempart.corroboration import assess, assess_with_ties


@pytest.fixture
def groups(world):
    """Copies of one text among independent people: `groups()` gives the ties of the one account."""
    said = [*world.victims(4), *world.copies(8), *world.victims(4)]
    return said, assess_with_ties(said)[0][1]


def test_copies_are_one_group_and_those_who_speak_for_themselves_in_none(groups):
    said, ties = groups
    assert [(tie.kind, len(tie.testimonies)) for tie in ties] == [("text", 8)]
    assert set(ties[0].testimonies) == {one.id for one in said[4:12]}
    assert ties[0].probability > 0.5


def test_the_assessments_are_those_of_assess(groups):
    said, _ties = groups
    assert [one for one, _ties in assess_with_ties(said)] == assess(said)


def test_groups_are_disjoint_in_order_of_time_and_the_same_every_time(world):
    said = [*world.brigade(12), *world.victims(5), *world.copies(6), *world.brigade(9)]
    ties = assess_with_ties(said)[0][1]
    told = [uid for tie in ties for uid in tie.testimonies]
    assert len(told) == len(set(told))
    received = {one.id: one.received_at for one in said}
    assert all(list(map(received.get, tie.testimonies)) == sorted(map(received.get, tie.testimonies)) for tie in ties)
    shuffled = random.Random(5).sample(said, len(said))
    assert assess_with_ties(shuffled)[0][1] == ties


def test_one_person_who_repeats_themselves_is_no_group(world):
    first = world.copies(1)[0]
    again = world.testimony(text=first.text, reporter=first.reporter)
    assert assess_with_ties([first, again, *world.victims(3)])[0][1] == []


def test_who_disputes_stands_in_no_group(world):
    said = [*world.copies(8), world.testimony(stance="dispute", text=world.copies(1)[0].text)]
    told = {uid for tie in assess_with_ties(said)[0][1] for uid in tie.testimonies}
    assert said[-1].id not in told
