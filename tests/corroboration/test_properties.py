"""What holds of any testimonies."""

import random
from datetime import timedelta
from math import log

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corroboration.drawn import START, TEXTS, waves
from rempart.corroboration import assess, timeline
from rempart.records import AccountReference, Evidence, Origin, Reporter, Testimony
from rempart.records.vocabulary import CHANNELS


def by_account(assessments):
    return {(a.about.service, a.about.handle): a for a in assessments}


@settings(max_examples=120, deadline=None)
@given(waves)
def test_the_last_row_of_the_timeline_is_the_batch(wave):
    last = by_account(timeline(wave))
    for account, batch in by_account(assess(wave)).items():
        assert msgspec.structs.replace(last[account], as_of=batch.as_of) == batch


@settings(max_examples=60, deadline=None)
@given(waves, st.integers(0, 30))
def test_the_timeline_knows_nothing_of_what_comes_later(wave, ten_minutes):
    as_of = START + timedelta(minutes=10 * ten_minutes)
    so_far = by_account(row for row in timeline(wave) if row.as_of <= as_of)
    for account, batch in by_account(assess(wave, as_of=as_of)).items():
        assert so_far[account].credibility == pytest.approx(batch.credibility, abs=1e-9)
        assert so_far[account].independent_sources == pytest.approx(batch.independent_sources, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(waves, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(wave, chance):
    shuffled = list(wave)
    chance.shuffle(shuffled)
    assert assess(shuffled) == assess(wave)
    assert list(timeline(shuffled)) == list(timeline(wave))


@settings(max_examples=80, deadline=None)
@given(waves, st.floats(0.01, 0.99))
def test_the_weights_add_up_to_the_log_odds(wave, prior):
    for assessment in assess(wave, prior=prior):
        total = sum(factor.weight for factor in assessment.because)
        assert abs(total) <= 20 + 1e-9
        odds = log(assessment.credibility) - log(1 - assessment.credibility)
        assert total == pytest.approx(odds, abs=1e-9)
        assert {"prior", "bound"} <= {factor.factor for factor in assessment.because}


@pytest.mark.parametrize("prior", [1e-12, 0.5, 0.999999, 1 - 1e-12])
def test_the_weights_add_up_where_a_float_is_nearly_one(world, prior):
    (assessment,) = assess([world.testimony(evidence=[Evidence(kind="platform_log", verified=True)])], prior=prior)
    total = sum(factor.weight for factor in assessment.because)
    assert total == pytest.approx(log(assessment.credibility) - log(1 - assessment.credibility), abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(waves)
def test_everything_is_in_range(wave):
    for assessment in assess(wave):
        for view in (assessment, *assessment.by_service.values()):
            assert 0 < view.credibility < 1
            assert 0 <= view.coordination <= 1
            assert -1e-9 <= view.independent_sources <= view.testimonies + 1e-9
            assert 0 <= view.severity <= 4
            assert sum(view.by_channel.values()) == view.testimonies + view.relays
            assert msgspec.convert(msgspec.to_builtins(view), type(view)) == view


@settings(max_examples=150, deadline=None)
@given(waves, st.integers(0, 300), st.sampled_from(["export", "platform_log"]), st.sampled_from(CHANNELS))
def test_an_independent_testimony_with_a_verified_export_takes_at_most_a_fifth_of_log_odds(
    wave, minutes, kind, channel
):
    about = wave[0].about
    added = Testimony(
        id="added",
        received_at=START + timedelta(minutes=minutes),
        channel=channel,
        about=about,
        stance="testimony",
        text="je n'ai jamais parlé de ceci à personne avant aujourd'hui, voici l'échange entier",
        reporter=Reporter(id="somebody else"),
        evidence=[Evidence(kind=kind, verified=True)],
    )
    # Who seemed to act with others may turn out to stand alone, and what they brought that was false to count.
    assume(all(piece.verified is not False for one in wave for piece in one.evidence))
    key = (about.service, about.handle)
    before, after = by_account(assess(wave)), by_account(assess([*wave, added]))
    if key in before and key in after:
        # What it says of when people speak or of their channels may take a little of what its evidence gives.
        believed, earlier = after[key].credibility, before[key].credibility
        assert log(believed / (1 - believed)) >= log(earlier / (1 - earlier)) - 0.2


@settings(max_examples=60, deadline=None)
@given(waves)
def test_rows_come_in_order_and_each_changes_something(wave):
    rows = list(timeline(wave))
    order = [(row.as_of, row.about.service, row.about.handle) for row in rows]
    assert order == sorted(set(order))
    last = {}
    for row in rows:
        account = (row.about.service, row.about.handle)
        assert account not in last or msgspec.structs.replace(last[account], as_of=row.as_of) != row
        last[account] = row


def test_larger_waves_agree_as_well():
    chance = random.Random(5)
    wave = []
    for n in range(600):
        crew = chance.random() < 0.4
        wave.append(
            Testimony(
                id=f"t{n}",
                received_at=START + timedelta(seconds=chance.randrange(40_000)),
                channel=chance.choice(CHANNELS),
                about=AccountReference("tiktok", f"star{chance.randrange(6)}"),
                stance=chance.choice(["testimony", "testimony", "relay", "dispute"]),
                conduct_services=chance.choice([[], ["snapchat"], ["tiktok"]]),
                text=TEXTS[3] if crew else " ".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=20)),
                reporter=Reporter(
                    id=f"c{chance.randrange(40)}" if crew else f"r{chance.randrange(900)}",
                    communities=["server", "fans"] if crew else chance.choice([[], ["fans"]]),
                ),
                origin=Origin(network=f"n{chance.randrange(9)}") if crew else None,
            )
        )
    last = by_account(timeline(wave))
    for account, batch in by_account(assess(wave)).items():
        assert msgspec.structs.replace(last[account], as_of=batch.as_of) == batch
