"""Who is one source: people, however many names they have, and never those who merely agree."""

import msgspec
import numpy as np
import pytest

from rempart.corroboration import shipped_parameters
from rempart.corroboration.columns import columns_of
from rempart.corroboration.sources import Looks, sources_of
from rempart.records import Evidence, Origin, Reporter
from rempart.records.vocabulary import CHANNELS

LOOKING = shipped_parameters().looking
OWN = "je l'ai connu à une convention et ensuite il m'a écrit chaque nuit pendant des semaines entières"


def sources(said):
    rows = np.arange(len(said))
    columns = columns_of(said, [0] * len(said), LOOKING)
    return sources_of(columns, Looks(rows, np.zeros(len(said), np.int64), np.array([len(said)])), LOOKING)


def from_(network=None, device=None):
    return Origin(network=network, device=device)


def test_one_reporter_is_one_source_whatever_they_say(world):
    me = Reporter(id="me")
    assert sources([world.testimony(reporter=me, text=text) for text in (OWN, None, "encore lui")]).size == 1


def test_one_device_is_one_source_under_any_names(world):
    said = [world.testimony(text=f"{n} {OWN[n:]}", origin=from_(f"n{n}", "d")) for n in range(5)]
    found = sources(said)
    assert (found.size, found.names.tolist()) == (1, [5])


def test_one_network_in_the_same_words_is_one_source(world):
    assert sources([world.testimony(text=OWN, origin=from_("n")) for _ in range(4)]).size == 1


def test_one_network_in_other_words_is_as_many_sources(world):
    victims = world.victims(4)
    assert sources([msgspec.structs.replace(one, origin=from_("n")) for one in victims]).size == 4


def test_the_same_words_alone_make_no_source_of_several_people(world):
    apart = [world.testimony(text=OWN, origin=from_(f"n{n}", f"d{n}")) for n in range(3)]
    assert sources([*apart, world.testimony(text=OWN)]).size == 4


@pytest.mark.parametrize(("other", "count"), [("nude_request", 1), ("grooming", 2)])
def test_few_words_on_one_network_are_one_source_only_where_every_field_agrees(world, other, count):
    said = [world.testimony(text="moi aussi", conduct=[one], origin=from_("n")) for one in ("nude_request", other)]
    assert sources(said).size == count


def test_names_are_tied_through_one_another(world):
    said = [
        world.testimony(reporter=Reporter(id="a"), origin=from_("n1", "d1"), text=OWN),
        world.testimony(reporter=Reporter(id="b"), origin=from_("n2", "d1"), text="autre chose"),
        world.testimony(reporter=Reporter(id="b"), origin=from_("n3"), text=f"et puis {OWN} sans jamais s'arrêter"),
        world.testimony(reporter=Reporter(id="c"), origin=from_("n3"), text=f"et puis {OWN} sans jamais s'arrêter"),
    ]
    assert (sources(said).size, sources(said).names.tolist()) == (1, [3])


def test_who_accuses_and_denies_is_two_sources_and_retracts(world):
    me = Reporter(id="me")
    found = sources([world.testimony(reporter=me), world.testimony(reporter=me, stance="dispute")])
    assert found.accuses.tolist() == [True, False]
    assert found.retracts.tolist() == [True, False]


def test_looks_share_no_source(world):
    said = [world.testimony(origin=from_("n", "d"), text=OWN) for _ in range(4)]
    columns = columns_of(said, [0, 0, 1, 1], LOOKING)
    found = sources_of(columns, Looks(np.arange(4), np.array([0, 0, 1, 1]), np.array([4, 4])), LOOKING)
    assert found.look.tolist() == [0, 1]
    assert found.of_row.tolist() == [0, 0, 1, 1]


def test_the_best_channel_of_a_source_counts_and_a_piece_shown_twice_counts_once(world):
    me, shown = Reporter(id="me"), [Evidence(kind="export", verified=True)]
    said = [
        world.testimony(reporter=me, channel=channel, evidence=shown) for channel in ("public_post", "form", "sealed")
    ]
    found = sources(said)
    assert [CHANNELS[channel] for channel in found.channel] == ["sealed"]
    assert found.verified.sum() == 1


def test_nothing_heard_is_no_source():
    assert sources([]).size == 0
