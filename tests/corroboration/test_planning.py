"""When an account is looked at again."""

from math import log

from rempart.corroboration import shipped_parameters
from rempart.corroboration.identity import AccountsTable
from rempart.corroboration.planning import Plan
from rempart.records import AccountReference, Evidence

LOOKING = shipped_parameters().looking
LEO, LEO_BY_ID = AccountReference("tiktok", "leo.vrtx"), AccountReference("tiktok", "leo.vrtx", "7001")
LEO_RENAMED = AccountReference("tiktok", "leo.new", "7001")


def plan(said):
    return Plan(said, AccountsTable(), LOOKING)


def sizes(said):
    """How much had been heard at each look, in order of time."""
    return [look.many for instant in plan(said).instants() for look in instant.looks]


def test_each_of_the_first_testimonies_is_looked_at(world):
    first = LOOKING.every_one_until
    assert sizes(world.victims(first)) == list(range(1, first + 1))


def test_later_looks_come_as_an_account_grows(world):
    later = [many for many in sizes(world.victims(120)) if many > LOOKING.every_one_until]
    looked = LOOKING.every_one_until
    for many in later:
        assert many >= looked * (1 + LOOKING.growth) > many - 1
        looked = many
    assert later[-1] * (1 + LOOKING.growth) > 120


def test_checked_evidence_is_looked_at_at_once(world):
    crowd, after = world.victims(60), world.victims(1)
    shown = world.testimony(evidence=[Evidence(kind="export", verified=False)])
    assert 61 not in sizes([*crowd, *after])
    assert 61 in sizes([*crowd, shown])


def test_much_evidence_of_a_kind_is_looked_at_as_it_grows(world):
    """Each look costs what the account holds: one for each piece would cost its square."""
    shown = [world.testimony(evidence=[Evidence(kind="screenshot", verified=False)]) for _ in range(400)]
    assert len(sizes(shown)) < LOOKING.every_one_until + 10 * log(len(shown))


def test_evidence_of_a_kind_that_was_not_yet_found_is_looked_at_whatever_else_was(world):
    shown = [world.testimony(evidence=[Evidence(kind="screenshot", verified=False)]) for _ in range(400)]
    several = sizes(shown)
    many = next(many for many in range(300, 400) if many not in several)
    genuine = world.testimony(evidence=[Evidence(kind="export", verified=True)])
    genuine.received_at = shown[many - 1].received_at
    shown[many - 1] = genuine
    assert many in sizes(shown)


def test_what_is_heard_at_one_instant_is_one_look_that_knows_all_of_it(world):
    together = [world.testimony(minutes=5) for _ in range(6)]
    (instant,) = plan([*together, world.testimony("mia.wavy", minutes=5)]).instants()
    assert [(look.many, look.place) for look in instant.looks] == [(6, 7), (1, 7)]


def test_a_look_knows_what_was_heard_of_everybody_until_then(world):
    said = [world.testimony("mia.wavy"), world.testimony(), world.testimony("mia.wavy")]
    assert [(look.many, look.place) for instant in plan(said).instants() for look in instant.looks] == [
        (1, 1),
        (1, 2),
        (2, 3),
    ]


def test_two_accounts_that_turn_out_to_be_one_are_looked_at_at_once(world):
    said = [*world.victims(30, LEO), *world.victims(30, LEO_RENAMED), world.testimony(LEO_BY_ID)]
    found = plan(said)
    *_, last = found.instants()
    (look,) = last.looks
    assert (look.many, list(look.heard)) == (61, list(range(61)))
    assert list(found.merges) == [60]
    assert found.subjects[60] in found.subjects[30:60]
