"""Looks are weighed in lots, and each as if it were weighed alone."""

import numpy as np
import pytest
from hypothesis import given, settings

from corroboration.drawn import waves
from rempart.corroboration import shipped_parameters
from rempart.corroboration.columns import columns_of
from rempart.corroboration.identity import AccountsTable
from rempart.corroboration.planning import Look, Plan
from rempart.corroboration.sources import Looks
from rempart.corroboration.weighing import Wave, Weighed, compare, wave_of, weigh
from rempart.records import Testimony
from rempart.replay import simulate

PARAMETERS = shipped_parameters()


def planned(heard: list[Testimony]) -> tuple[Wave, list[Look]]:
    heard = sorted(heard, key=lambda one: (one.received_at, one.id))
    plan = Plan(heard, AccountsTable(), PARAMETERS.looking)
    columns = columns_of(heard, plan.subjects, PARAMETERS.looking)
    return wave_of(columns, PARAMETERS), [look for instant in plan.instants() for look in instant.looks]


def weighed(wave: Wave, several: list[Look]) -> tuple[Weighed, np.ndarray]:
    looks = Looks(
        np.concatenate([np.array(one.heard[: one.many], np.int64) for one in several]),
        np.repeat(np.arange(len(several)), [one.many for one in several]),
        np.array([one.place for one in several], np.int64),
    )
    compared = compare(wave, looks, PARAMETERS)
    return weigh(wave, compared, PARAMETERS), compared.campaign


def agree(heard: list[Testimony], chosen: slice) -> None:
    wave, looks = planned(heard)
    together, campaigns = weighed(wave, looks)
    for number in range(len(looks))[chosen]:
        alone, campaign = weighed(wave, [looks[number]])
        assert together.families[number] == pytest.approx(alone.families[0], abs=1e-12)
        assert together.independent[number] == pytest.approx(alone.independent[0], abs=1e-12)
        assert campaigns[number] == pytest.approx(campaign[0], abs=1e-12)


@settings(max_examples=15)
@given(waves)
def test_a_look_weighs_the_same_in_any_lot(heard):
    agree(heard, slice(0, None, 3))


def test_a_look_of_a_larger_wave_weighs_the_same_in_any_lot():
    agree(simulate(accounts=12, seed=4).testimonies, slice(0, None, 25))
