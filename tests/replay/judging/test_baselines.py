"""What each baseline makes of small waves."""

from datetime import timedelta

import numpy as np
import pytest

from rempart import records
from rempart.replay import simulate
from rempart.replay.judging import baselines
from rempart.replay.judging.dawid_skene import dawid_skene
from rempart.replay.judging.features import features
from rempart.replay.judging.heard import Heard
from rempart.replay.judging.logistic import Logistic
from rempart.replay.judging.metrics import area_under_curve
from rempart.replay.truths import Truths

HOUR = timedelta(hours=1)


@pytest.fixture
def heard(truth):
    """heard(testimonies): of two accounts, leo (guilty) and mia."""

    def build(*testimonies: records.Testimony) -> Heard:
        return Heard(testimonies, Truths(truth(leo=True, mia=False)))

    return build


def reporter(name, **record):
    return records.Reporter(id=name, **record)


def from_device(name):
    return records.Origin(device=name)


def test_testimonies_find_their_account_by_id_before_handle(received):
    truths = Truths([
        records.Truth(about=records.AccountReference("tiktok", "leo", "7"), guilty=True),
        records.Truth(about=records.AccountReference("tiktok", "mia"), guilty=False),
    ])  # fmt: skip
    renamed = received("mia", about=records.AccountReference("tiktok", "mia", "7"))
    found = Heard([renamed, received("nobody")], truths)
    assert found.guilty.tolist() == [True]
    assert (found.unheard, found.unknown) == (1, 1)


def test_a_later_line_of_truth_replaces_an_earlier_one(truth):
    assert Truths([*truth(leo=True), *truth(leo=False)]).guilty_accounts == 0


def test_the_rule_of_three_counts_relays_and_not_disputes(heard, received):
    two = [received("leo"), received("leo", stance="relay")]
    assert baselines.three_or_more(heard(*two, received("leo", stance="dispute"))).tolist() == [0.0]
    assert baselines.three_or_more(heard(*two, received("leo", stance="relay"))).tolist() == [1.0]


def test_one_device_is_one_origin_and_an_unknown_device_is_its_reporters(heard, received):
    shared = [received("leo", origin=from_device("d1")) for _ in range(3)]
    unknown = [received("leo"), received("leo")]
    again = received("leo", reporter=unknown[0].reporter)
    assert baselines.distinct_origins(heard(*shared, *unknown, again)).tolist() == [3.0]


@pytest.mark.parametrize(
    ("second", "enough"),
    [
        ({"channel": "trusted_flagger"}, 1.0),
        ({"reporter": reporter("known", upheld=2, rejected=1)}, 1.0),
        ({"reporter": reporter("known", upheld=1, rejected=1)}, 0.0),
        ({"reporter": reporter("r1", upheld=5)}, 0.0),  # the same person twice
        ({"channel": "trusted_flagger", "stance": "dispute"}, 0.0),
    ],
)
def test_two_reports_with_one_trusted(heard, received, second, enough):
    assert baselines.two_with_one_trusted(heard(received("leo"), received("leo", **second))).tolist() == [enough]


def test_votes_weigh_by_the_record_of_those_who_cast_them(heard, received):
    believed = received("leo", reporter=reporter("a", upheld=8))
    doubted = received("mia", reporter=reporter("b", rejected=8))
    leo, mia = baselines.reporter_weighted_votes(heard(believed, doubted))
    assert (leo, mia) == (pytest.approx(1.9 / 2.9), pytest.approx(1.1 / 2.1))


def test_a_denial_is_a_vote_the_other_way(heard, received):
    (even,) = baselines.reporter_weighted_votes(heard(received("leo"), received("leo", stance="dispute")))
    assert even == 0.5


COPIED = "il m'a demandé des photos tous les soirs après le live et il insistait encore"


def test_hand_weights_count_copies_of_a_text_once(heard, received):
    copies = [received("leo", text=COPIED) for _ in range(20)]
    apart = [received("mia", text=COPIED)]
    leo, mia = baselines.hand_weights(heard(*copies, *apart))
    assert leo == mia > 0.5


def test_hand_weights_join_copies_through_a_shared_device(heard, received):
    joined = [
        received("leo", text=COPIED, origin=from_device("d1")),
        received("leo", text="une histoire qui n'a rien à voir avec les autres", origin=from_device("d1")),
        received("leo", text=COPIED, origin=from_device("d2")),
    ]
    leo, mia = baselines.hand_weights(heard(*joined, received("mia")))
    assert leo == mia


def test_hand_weights_believe_what_was_verified_and_not_what_was_refuted(heard, received):
    def shown(verified):
        return [records.Evidence(kind="export", verified=verified)]

    leo, mia = baselines.hand_weights(
        heard(received("leo", evidence=shown(True)), received("mia", evidence=shown(False)))
    )
    assert leo > baselines.hand_weights(heard(received("leo")))[0] > mia


def test_dawid_and_skene_learn_whom_to_follow(received):
    # Three people agree about six accounts; a fourth always accuses, and is not followed where they all deny.
    wave = [
        received(f"star{place}", stance="testimony" if place < 3 or who == "d" else "dispute", reporter=reporter(who))
        for place in range(6)
        for who in "abcd"
    ]
    truths = [
        records.Truth(about=records.AccountReference("tiktok", f"star{place}"), guilty=True) for place in range(6)
    ]
    said = dawid_skene(Heard(wave, Truths(truths)))
    assert (said[:3] > 0.9).all()
    assert (said[3:] < 0.1).all()


def test_a_regression_finds_the_slope_that_made_its_data():
    random = np.random.default_rng(1)
    rows = random.normal(size=(20_000, 2))
    known = random.random(20_000) < 1 / (1 + np.exp(-(0.5 + 2 * rows[:, 0])))
    fitted = Logistic.fitted(rows, known)
    assert fitted.weights / fitted.scale == pytest.approx([2, 0], abs=0.1)


def test_a_regression_on_one_side_alone_stays_finite_and_says_so():
    fitted = Logistic.fitted(np.ones((5, 3)), np.ones(5, bool))
    (said,) = fitted.probabilities(np.ones((1, 3)))
    assert 0.9 < said < 1


def test_a_regression_needs_rows():
    with pytest.raises(ValueError, match="rows"):
        Logistic.fitted(np.ones((0, 3)), np.ones(0, bool))


def test_every_baseline_scores_every_account_and_forecasts_are_probabilities():
    wave, other = (simulate(accounts=40, seed=seed) for seed in (1, 2))
    learnt = baselines.trained_on([Heard(other.testimonies, Truths(other.truth))])
    found = Heard(wave.testimonies, Truths(wave.truth))
    for name, baseline in baselines.baselines(learnt).items():
        said = baseline.score(found)
        assert said.shape == (40,), name
        assert not baseline.forecasts or ((said >= 0) & (said <= 1)).all(), name


def test_no_baseline_hears_the_order_of_the_lines():
    wave = simulate(accounts=25, seed=3)
    there, back = (Heard(lines, Truths(wave.truth)) for lines in (wave.testimonies, wave.testimonies[::-1]))
    learnt = baselines.trained_on([there])
    for name, baseline in baselines.baselines(learnt).items():
        assert baseline.score(there) == pytest.approx(baseline.score(back)), name


def test_features_learnt_on_one_wave_tell_something_on_another():
    waves = [simulate(accounts=150, seed=seed) for seed in (1, 2)]
    learnt, judged = (Heard(wave.testimonies, Truths(wave.truth)) for wave in waves)
    said = baselines.trained_on([learnt]).probabilities(features(judged))
    assert area_under_curve(said, judged.guilty) > 0.6


def test_nobody_is_scored_where_nobody_was_heard():
    nobody = Heard([], Truths([]))
    other = simulate(accounts=20, seed=2)
    learnt = baselines.trained_on([Heard(other.testimonies, Truths(other.truth))])
    assert all(baseline.score(nobody).shape == (0,) for baseline in baselines.baselines(learnt).values())


def test_a_handle_that_comes_with_a_known_id_names_the_account_from_then_on(received):
    truths = Truths([records.Truth(about=records.AccountReference("tiktok", "leo", "7"), guilty=True)])
    renamed = received("leo", about=records.AccountReference("tiktok", "leo.new", "7"))
    later = received("leo", about=records.AccountReference("tiktok", "leo.new"))
    assert Heard([renamed, later], truths).owner.tolist() == [0, 0]


def test_one_refuted_piece_undoes_a_verified_one_where_weights_are_set_by_hand(heard, received):
    pieces = [records.Evidence(kind="screenshot", verified=found) for found in (True, False)]
    doubted, plain = (baselines.hand_weights(heard(received("leo", evidence=shown))) for shown in (pieces, []))
    assert doubted[0] < plain[0]


def test_the_regression_sees_what_is_shared_how_fast_it_came_and_who_accuses_others(heard, received):
    begin = received("leo").received_at
    shared = records.Origin(device="d", network="n")
    three = [
        received("leo", origin=shared, text=None, reporter=reporter(name), received_at=begin + hours * HOUR)
        for name, hours in (("a", 0), ("b", 2), ("c", 6))
    ]
    elsewhere = received("mia", text=None, reporter=reporter("a"), received_at=begin)
    texts, devices, networks, hours, struck = features(heard(*three, elsewhere))[0, -5:]
    assert (texts, devices, networks) == pytest.approx((0, 2 / 3, 2 / 3))
    assert hours == pytest.approx(np.log1p(3))  # six hours, twice from one to the next
    assert struck == pytest.approx(1 / 3)
