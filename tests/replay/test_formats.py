"""No field, value, format or word belongs to one side only: nothing tells a lie from the truth by how it is written."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from rempart.records import Testimony
from rempart.replay import Wave, simulate

TRUE = {"true", "organised"}
ASIDE = {"again", "relay", "dispute", "rally"}
OFTEN = 40  # so often on one side that the other must know it


@pytest.fixture(scope="module")
def wave() -> Wave:
    return simulate(accounts=2_000, seed=17)


def both_sides(wave, traits) -> tuple[Counter, Counter]:
    """How often each trait of first-hand testimonies occurs in true ones and in false ones."""
    counts = {True: Counter(), False: Counter()}
    for testimony, kind in zip(wave.testimonies, wave.kinds, strict=True):
        if kind not in ASIDE and testimony.stance == "testimony":
            counts[kind in TRUE].update(set(traits(testimony)))
    return counts[True], counts[False]


def of_one_side(true, false):
    return {trait for trait in true | false if max(true[trait], false[trait]) >= OFTEN and not (true & false)[trait]}


def shape(name: str) -> str:
    return re.sub("[0-9a-f]", "0", name[1:]) + name[0]


def formats(testimony: Testimony) -> Iterator[tuple]:
    reporter, origin = testimony.reporter, testimony.origin
    yield "id", re.sub("[0-9]", "0", testimony.id)
    yield "channel", testimony.channel
    yield "to the second", testimony.received_at.microsecond
    yield "hour", testimony.received_at.hour
    yield "conduct", *testimony.conduct[:1]
    yield "conducts", len(testimony.conduct)
    yield "services", len(testimony.conduct_services), len(testimony.met_on)
    yield "minor", testimony.complainant_minor
    yield "silent", testimony.text is None
    yield (
        "origin",
        origin is not None and (origin.network and shape(origin.network), origin.device and shape(origin.device)),
    )
    yield "evidence", len(testimony.evidence)
    yield from (("piece", piece.kind) for piece in testimony.evidence)
    yield from (("found", piece.verified) for piece in testimony.evidence)
    yield "reporter", shape(reporter.id), reporter.followers is None
    yield "record", min(reporter.upheld, 4), min(reporter.rejected, 5)
    yield from (("community", shape(community)) for community in reporter.communities)
    yield "communities", len(reporter.communities)
    if reporter.account_created_at is not None:
        age = testimony.received_at - reporter.account_created_at
        yield "age", len(str(max(age.days, 0))), reporter.account_created_at.microsecond


def words(testimony: Testimony) -> Iterator[str]:
    handle = testimony.about.handle
    text = (testimony.text or "").lower()
    for name in (handle, handle.split(".", 1)[0]):
        text = text.replace(name, "")
    yield from re.findall(r"\w+|[^\w\s]+", text)


def test_no_format_and_no_value_is_of_one_side(wave):
    assert not of_one_side(*both_sides(wave, formats))


def test_no_word_and_no_punctuation_is_of_one_side(wave):
    assert not of_one_side(*both_sides(wave, words))


def test_what_is_missing_is_missing_as_often_on_both_sides(wave):
    known = {
        "creation": lambda one: one.reporter.account_created_at is not None,
        "communities": lambda one: bool(one.reporter.communities),
        "origin": lambda one: one.channel not in {"form", "user_report"} or one.origin is not None,
    }
    for name, holds in known.items():
        true, false = both_sides(wave, lambda one, holds=holds, name=name: [name, *(["known"] if holds(one) else [])])
        assert abs(true["known"] / true[name] - false["known"] / false[name]) < 0.06


def test_relays_of_crews_are_as_those_of_others(wave):
    relays = {True: Counter(), False: Counter()}
    for testimony, kind in zip(wave.testimonies, wave.kinds, strict=True):
        if testimony.stance == "relay":
            relays[kind == "relay"].update(set(formats(testimony)))
    others, crews = relays[True], relays[False]
    assert not {trait for trait in crews if crews[trait] >= OFTEN and not others[trait]}
