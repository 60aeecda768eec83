"""Corroboration and the baselines side by side on one wave, by attack, and how soon."""

import json

import msgspec
import numpy as np
import pytest

from rempart import records
from rempart.corroboration import assess
from rempart.replay import simulate
from rempart.replay.judging import Scored, evaluate, side_by_side
from rempart.replay.judging.following import follow
from rempart.replay.judging.report import as_json, as_text
from rempart.replay.truths import Truths


@pytest.fixture(scope="module")
def wave():
    return simulate(accounts=60, seed=7)


@pytest.fixture(scope="module")
def evaluation(wave):
    return evaluate(wave.testimonies, [msgspec.structs.replace(one, attack="x") for one in wave.truth])


def rows_of(evaluation, attack=None):
    return {row.method: row for row in evaluation.rows if row.attack == attack}


def test_every_method_has_a_row_over_all_accounts_and_ours_comes_first(evaluation):
    assert evaluation.rows[0].method == "rempart"
    assert list(rows_of(evaluation)) == [
        "rempart", "count-3", "count", "distinct-origins", "two-reports-one-trusted", "reporter-weighted-votes",
        "dawid-skene", "hand-weights", "logistic-regression",
    ]  # fmt: skip


def test_what_is_judged_is_what_assess_says(wave, evaluation):
    truths = Truths(wave.truth)
    said = [(one.credibility - truths.guilty(one.about)) ** 2 for one in assess(wave.testimonies)]
    assert evaluation.rows[0].brier == pytest.approx(np.mean(said))


def test_one_attack_on_everybody_is_judged_like_everybody(evaluation):
    everybody, attacked = rows_of(evaluation)["rempart"], rows_of(evaluation, "x")["rempart"]
    assert (attacked.auc, attacked.brier, attacked.protected) == (everybody.auc, everybody.brier, everybody.protected)


def test_a_truth_without_attacks_gives_no_rows_of_attacks(wave):
    plain = [records.Truth(about=one.about, guilty=one.guilty) for one in wave.truth]
    found = evaluate(wave.testimonies, plain)
    assert {row.attack for row in found.rows} == {None}
    assert found.rows[0].coordination_auc is None


def test_coordination_is_judged_against_campaigns(wave):
    coordination = {str(one.about): one.coordination for one in assess(wave.testimonies)}
    middle = np.median(list(coordination.values()))
    told = [msgspec.structs.replace(one, campaign=coordination[str(one.about)] > middle) for one in wave.truth]
    assert evaluate(wave.testimonies, told).rows[0].coordination_auc == 1.0


def test_the_same_seed_gives_the_same_rows(wave, evaluation):
    again = evaluate(wave.testimonies, [msgspec.structs.replace(one, attack="x") for one in wave.truth])
    assert as_json(again.rows) == as_json(evaluation.rows)


def test_nobody_at_all_can_be_judged():
    found = evaluate([], [])
    assert found.rows[0].accounts == 0
    assert json.loads(as_json(found.rows))[0]["auc"] is None
    assert "0 accounts" in as_text(found.rows, threshold=0.8)


def test_an_account_that_goes_by_two_names_is_judged_once_under_the_name_that_the_truth_gives(received):
    names = [records.AccountReference("tiktok", name, "7") for name in ("leo", "leo.vrtx")]
    truth = [records.Truth(about=records.AccountReference("tiktok", "leo.vrtx"), guilty=True)]
    found = evaluate([received("leo", about=name) for name in names], truth)
    assert (found.rows[0].accounts, found.unheard, found.unknown) == (1, 0, 0)
    assert found.rows[0].calibration[0].accounts == 1


def test_two_accounts_of_the_truth_that_are_taken_for_one_stop_nothing(received):
    both = [records.AccountReference("tiktok", "leo", "7"), records.AccountReference("tiktok", "mia", "7")]
    truth = [
        records.Truth(about=records.AccountReference("tiktok", name), guilty=name == "leo") for name in ("leo", "mia")
    ]
    lines = [received("leo", about=about) for about in both] + [received("mia")]
    assert evaluate(lines, truth).rows[0].accounts >= 1


def test_an_accused_account_without_a_truth_is_not_judged(wave):
    found = evaluate(wave.testimonies, wave.truth[:-1])
    assert found.rows[0].accounts == 59
    assert found.unknown > 0


# --- methods side by side

GUILTY = np.array([True, True, False, False, True, False])
ATTACKS = ["none", "none", "none", "crude", "drowned", "crude"]
METHODS = {
    "rempart": Scored(np.array([0.9, 0.8, 0.1, 0.2, 0.7, 0.3])),
    "blind": Scored(np.full(6, 0.5)),
    "backwards": Scored(np.array([1.0, 2.0, 9.0, 8.0, 3.0, 7.0]), forecasts=False),
}


def found(method, attack=None):
    rows = side_by_side(METHODS, GUILTY, ATTACKS, seed=1)
    return next(row for row in rows if (row.method, row.attack) == (method, attack))


def test_no_attack_comes_first_and_the_others_by_name():
    rows = side_by_side(METHODS, GUILTY, ATTACKS, seed=1)
    assert list(dict.fromkeys(row.attack for row in rows)) == [None, "none", "crude", "drowned"]


def test_an_attack_on_innocent_accounts_is_ranked_among_untouched_guilty_ones():
    crude = found("rempart", "crude")
    assert (crude.accounts, crude.guilty, crude.auc) == (2, 0, 1.0)


def test_the_brier_score_of_an_attack_is_of_its_own_accounts():
    assert found("rempart", "crude").brier == pytest.approx((0.04 + 0.09) / 2)


def test_what_is_no_probability_has_no_brier_score():
    assert found("backwards").brier is None


def test_ahead_is_our_area_less_theirs():
    assert (found("rempart").ahead, found("blind").ahead, found("backwards").ahead) == (None, 0.5, 1.0)


def test_behind_is_said_when_all_of_the_interval_is_below_zero():
    ours, theirs = METHODS["backwards"], METHODS["rempart"]
    ours = Scored(np.array([0.1, 0.2, 0.9, 0.8, 0.3, 0.7]))
    rows = side_by_side({"rempart": ours, "other": theirs, "blind": ours}, GUILTY, None, seed=1)
    assert [row.behind for row in rows] == [False, True, False]
    assert "BEHIND" in as_text(rows, threshold=0.8)


# --- how soon


def row(received, handle, hours, credibility, first=0.0):
    """An assessment of one account, as a timeline gives it."""
    about = records.AccountReference("tiktok", handle)
    at, first_at = (received(handle, hours=moment).received_at for moment in (hours, first))
    return records.Assessment(
        about=about, as_of=at, first_at=first_at, testimonies=1, relays=0, disputes=0, credibility=credibility,
        independent_sources=1, coordination=0.2, severity=0,
    )  # fmt: skip


def test_hours_run_from_the_first_testimony_to_the_first_time_above(received, truth):
    rows = [row(received, "leo", 2, 0.8, first=2), row(received, "leo", 5, 0.81, first=2), row(received, "leo", 9, 0.9)]
    became = follow(rows, Truths(truth(leo=True)), threshold=0.8)
    assert became[0].hours == 3.0


def test_an_account_that_falls_back_was_above_all_the_same_and_ends_where_it_ends(received, truth):
    rows = [row(received, "leo", 1, 0.9), row(received, "leo", 2, 0.3)]
    became = follow(rows, Truths(truth(leo=True)), threshold=0.8)
    assert (became[0].hours, became[0].credibility) == (1.0, 0.3)


def test_an_account_without_a_truth_is_not_followed(received, truth):
    assert follow([row(received, "nobody", 1, 0.9)], Truths(truth(leo=True)), threshold=0.8) == {}


def test_a_higher_threshold_is_never_reached_sooner_or_more_often(wave):
    low, high = (evaluate(wave.testimonies, wave.truth, threshold=threshold).rows[0] for threshold in (0.5, 0.9))
    assert low.protected >= high.protected
    assert low.alarmed >= high.alarmed
