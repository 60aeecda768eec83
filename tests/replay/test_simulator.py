"""The simulator gives the same wave for a seed, and a plausible one."""

import hashlib
from itertools import pairwise

import msgspec
import pytest

from rempart import records
from rempart.replay import Parameters, Wave, simulate


@pytest.fixture(scope="module")
def wave() -> Wave:
    return simulate(accounts=600, seed=11)


def digest(wave: Wave) -> str:
    return hashlib.sha256(msgspec.json.encode(wave)).hexdigest()


def test_a_seed_gives_the_same_wave_on_every_machine_and_python():
    assert digest(simulate(accounts=40, seed=1)) == "c189106fffa0c1229180e2b86a074beebec20a35f39e796702c331573c8707c4"


def test_another_seed_gives_another_wave():
    assert digest(simulate(accounts=40, seed=2)) != digest(simulate(accounts=40, seed=3))


def test_no_account_gives_an_empty_wave():
    assert simulate(accounts=0, seed=1) == Wave([], [], [], [])


def test_a_negative_number_of_accounts_is_refused():
    with pytest.raises(ValueError, match="accounts"):
        simulate(accounts=-1, seed=1)


def test_every_account_is_accused(wave):
    accused = {testimony.about for testimony in wave.testimonies if testimony.stance != "dispute"}
    assert accused == {truth.about for truth in wave.truth}


def test_every_account_has_its_row_and_its_truth(wave):
    rows = [(row.service, row.handle) for row in wave.accounts]
    assert rows == [(truth.about.service, truth.about.handle) for truth in wave.truth]
    assert len(set(rows)) == 600


def test_testimonies_come_oldest_first(wave):
    assert all(before.received_at <= after.received_at for before, after in pairwise(wave.testimonies))


def test_ids_are_unique(wave):
    assert len({testimony.id for testimony in wave.testimonies}) == len(wave.testimonies)


def test_every_testimony_is_a_record_of_the_contract(wave):
    line = msgspec.json.Encoder()
    assert [
        msgspec.json.decode(line.encode(testimony), type=records.Testimony) for testimony in wave.testimonies
    ] == wave.testimonies


def test_the_base_rate_is_a_parameter():
    few = simulate(accounts=400, seed=4, parameters=Parameters(base_rate=0.1))
    assert 0.05 < sum(truth.guilty for truth in few.truth) / 400 < 0.16


def test_most_testimonies_have_no_known_origin(wave):
    missing = sum(testimony.origin is None for testimony in wave.testimonies) / len(wave.testimonies)
    assert 0.6 < missing < 0.9


def test_numbers_alone_do_not_tell_the_guilty_from_the_innocent(wave):
    guilty = {truth.about: truth.guilty for truth in wave.truth}
    received: dict[bool, list[int]] = {True: [], False: []}
    counts = dict.fromkeys(guilty, 0)
    for testimony in wave.testimonies:
        counts[testimony.about] += testimony.stance == "testimony"
    for about, count in counts.items():
        received[guilty[about]].append(count)
    assert sum(count <= 2 for count in received[True]) > 60
    assert max(received[False]) > 50


def test_people_harmed_follow_one_another_within_hours(wave):
    guilty = {truth.about for truth in wave.truth if truth.guilty}
    times: dict[object, list[float]] = {}
    for testimony in wave.testimonies:
        if testimony.about in guilty and testimony.stance == "testimony":
            times.setdefault(testimony.about, []).append(testimony.received_at.timestamp())
    gaps = sorted(after - before for series in times.values() for before, after in pairwise(series))
    assert gaps[len(gaps) // 2] < 6 * 3600


def test_three_quarters_of_the_texts_are_french(wave):
    texts = [testimony.text for testimony in wave.testimonies if testimony.text]
    english = sum(
        any(word in text.split() for word in ("the", "I", "was", "my", "that", "is", "told")) for text in texts
    )
    assert 0.15 < english / len(texts) < 0.35
