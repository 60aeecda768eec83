from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.radar.pile_ons import Parameters
from rempart.radar.pile_ons.co_action import in_order, links_of, near, outside_crowds, rows_of
from rempart.radar.pile_ons.communities import communities
from rempart.radar.pile_ons.table import columns_of
from rempart.records import Action

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
acts = st.lists(st.tuples(st.integers(0, 300), st.sampled_from("abcdef"), st.sampled_from("uvwxyz")), max_size=60)


def columns(rows):
    return columns_of(
        [
            Action(id=f"{n:03d}", at=BEGIN + timedelta(seconds=at), actor=actor, object=object_, kind="share")
            for n, (at, actor, object_) in enumerate(rows)
        ],
        alike=0.6,
    )


@settings(max_examples=50, deadline=None)
@given(acts)
def test_links_are_those_of_comparing_every_pair_of_actions(rows):
    """But for what repeats an action of the same actor within the minute, which is one with it."""
    parameters = Parameters(neighbours=100, crowd=100)
    table = columns(rows)
    counted = rows_of(table, parameters)
    shared = defaultdict(set)
    for one, other in combinations(sorted(counted.row.tolist()), 2):
        if (
            table.object[one] == table.object[other]
            and table.actor[one] != table.actor[other]
            and abs(table.at[one] - table.at[other]) <= 60_000
        ):
            pair = tuple(sorted((int(table.actor[one]), int(table.actor[other]))))
            shared[pair].add(int(table.object[one]))

    links, company = links_of(counted, counted.at, len(table.actors), parameters)

    found = dict(zip(zip(links.left.tolist(), links.right.tolist(), strict=True), links.weight.tolist(), strict=True))
    assert found == {pair: len(objects) for pair, objects in shared.items() if len(objects) > 1}
    assert company.sum() % 2 == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(-(2**40), 2**40)), max_size=30))
def test_the_order_is_by_the_first_then_the_second_then_the_place(rows):
    major, minor = (np.array([row[column] for row in rows], np.int64) for column in (0, 1))

    assert in_order(major, minor).tolist() == sorted(range(len(rows)), key=lambda place: (*rows[place], place))


def test_of_a_crowd_only_what_is_hostile_counts():
    table = columns([(number % 50, f"f{number}", "live") for number in range(200)])
    parameters = Parameters()
    rows = rows_of(table, parameters)
    hostile = table.actor[rows.row] < 10

    assert sorted(outside_crowds(rows, hostile, parameters).actor.tolist()) == list(range(10))


def test_near_leaves_out_whoever_asks():
    keys = np.array([0, 10_000, 60_000, 60_001])

    assert near(keys, keys, Parameters()).tolist() == [2, 3, 3, 2]


def test_two_groups_that_one_link_joins_stay_two():
    pairs = [*combinations(range(8), 2), *combinations(range(8, 16), 2), (0, 8)]
    left, right = np.array(pairs).T

    assert communities(left, right, at_least=3) == [list(range(8)), list(range(8, 16))]


def test_a_chain_is_no_group_of_all():
    left = np.arange(60)

    assert max(map(len, communities(left, left + 1, at_least=2))) < 30
