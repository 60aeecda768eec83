"""Where tiles and bundles of entries lie, and what they hold."""

from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.tlog.errors import Malformed
from rempart.tlog.hashing import leaf_hash
from rempart.tlog.tiles import (
    ENTRIES,
    FolderTiles,
    MemoryTiles,
    Place,
    decode_entries,
    encode_entries,
    entries_path,
    parse_path,
    tile_path,
    tile_width,
    tiles_of,
)
from rempart.tlog.tree import root
from tlog.publishing import Log, entries_of


@pytest.mark.parametrize(
    ("path", "place"),
    [  # the first is the specification's own example
        ("tile/0/x001/x234/067", Place(0, 1_234_067, 256)),
        ("tile/0/000", Place(0, 0, 256)),
        ("tile/63/999.p/255", Place(63, 999, 255)),
        ("tile/3/x001/000.p/1", Place(3, 1000, 1)),
        ("tile/entries/x001/x234/067.p/8", Place(ENTRIES, 1_234_067, 8)),
    ],
)
def test_a_path_names_a_place(path, place):
    assert (place.path, parse_path(path)) == (path, place)


@given(st.integers(-1, 63), st.integers(0, 1 << 63), st.integers(1, 256))
def test_every_place_has_one_path(level, index, width):
    place = Place(level, index, width)
    assert parse_path(place.path) == place


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/001",
        "tile/0/x001/67",
        "tile/0/001/067",
        "tile/0/x067",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/07",
        "tile/0/000.p/",
        "tile/0/000/",
        "tile/0/../000",
        "tile/data/000",
        "tile/0/٠٠٠",
        "tile/0/000\n",
        "/tile/0/000",
        "checkpoint",
        "",
    ],
)
def test_any_other_path_is_refused(path):
    with pytest.raises(Malformed, match="Not the path"):
        parse_path(path)


@pytest.mark.parametrize("arguments", [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_a_tile_outside_its_bounds_has_no_path(arguments):
    with pytest.raises(Malformed):
        tile_path(*arguments)


def test_a_tree_has_the_tiles_that_the_specification_counts():
    places = list(tiles_of(70_000))
    full = [sum(place.level == level and place.width == 256 for place in places) for level in range(3)]
    partial = [(place.level, place.width) for place in places if place.width < 256]
    assert (full, partial) == ([273, 1, 0], [(0, 112), (1, 17), (2, 1)])


def test_a_tree_of_256_has_a_full_tile_and_one_hash_above():
    assert list(tiles_of(256)) == [Place(0, 0, 256), Place(1, 0, 1)]


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_what_a_log_writes_when_it_grew_makes_up_for_what_it_had_not(one, other):
    since, size = sorted([one, other])
    written = set(tiles_of(size, since))
    assert set(tiles_of(size)) - set(tiles_of(since)) == written


@given(st.integers(0, 1 << 40), st.integers(0, 5))
def test_the_widths_of_a_level_add_up(size, level):
    full, partial = divmod(size >> (8 * level), 256)
    widths = [tile_width(level, index, size) for index in (0, full, full + 1)]
    assert widths == [256 if full else partial, partial, 0]


@given(st.lists(st.binary(max_size=300), max_size=256))
def test_a_bundle_gives_its_entries_back(entries):
    assert decode_entries(encode_entries(entries)) == entries


def test_a_bundle_is_spelt_as_specified():
    assert encode_entries([b"", b"ab"]) == b"\x00\x00\x00\x02ab"


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=20), st.data())
def test_a_bundle_cut_short_never_passes_for_whole(entries, data):
    bundle = encode_entries(entries)
    at = data.draw(st.integers(0, len(bundle) - 1))
    ends = [len(encode_entries(entries[:number])) for number in range(len(entries))]
    with nullcontext() if at in ends else pytest.raises(Malformed, match="ends within"):
        assert decode_entries(bundle[:at]) == entries[: ends.index(at)]


def test_an_entry_too_long_for_its_length_is_refused():
    with pytest.raises(Malformed, match="at most 65535 bytes, not 65536"):
        encode_entries([bytes(65_536)])


def test_a_folder_gives_the_tiles_that_were_published(tmp_path):
    log = Log(entries_of(66_000))
    log.publish(tmp_path, 66_000)
    assert root(FolderTiles(tmp_path), 66_000) == log.root(66_000)


def test_a_tree_that_was_not_published_is_read_from_what_it_grew_into(tmp_path):
    log = Log(entries_of(600))
    log.publish(tmp_path, 600)
    folder = FolderTiles(tmp_path)
    assert (root(folder, 300), folder.entries(1, 44)) == (log.root(300), log.entries[256:300])


def test_a_tile_is_not_read_from_a_narrower_one(tmp_path):
    Log(entries_of(300)).publish(tmp_path, 300)
    with pytest.raises(Malformed, match=r"tile/0/001\.p/45 is missing"):
        FolderTiles(tmp_path).tile(0, 1, 45)


def test_a_tile_of_another_length_is_refused(tmp_path):
    Log(entries_of(300)).publish(tmp_path, 300)
    (tmp_path / tile_path(0, 1, 44)).write_bytes(bytes(44 * 32 - 1))
    with pytest.raises(Malformed, match=r"tile/0/001\.p/44 has 1407 bytes where 44 hashes"):
        FolderTiles(tmp_path).tile(0, 1, 44)


@pytest.mark.parametrize("entries", [[b"alone"], [b""] * 45])
def test_a_bundle_of_more_or_fewer_entries_is_refused(tmp_path, entries):
    Log(entries_of(300)).publish(tmp_path, 300)
    (tmp_path / entries_path(1, 44)).write_bytes(encode_entries(entries))
    with pytest.raises(Malformed, match=rf"tile/entries/001\.p/44 holds {len(entries)} entries where 44"):
        FolderTiles(tmp_path).entries(1, 44)


@pytest.mark.parametrize("read", [lambda folder: folder.tile(0, 0, 3), lambda folder: folder.entries(0, 3)])
def test_a_missing_file_is_named(tmp_path, read):
    with pytest.raises(Malformed, match=r"000\.p/3 is missing"):
        read(FolderTiles(tmp_path))


def test_leaves_need_not_be_held_to_know_the_tiles_above():
    whole = MemoryTiles(map(leaf_hash, entries_of(66_000)))
    above = MemoryTiles()
    for index in range(66_000 // 256):
        above.append(root(whole, 256) if index == 0 else root(_only(whole, index), 256), level=1)
    assert above.tile(2, 0, 1) == whole.tile(2, 0, 1)


def _only(tiles, index):
    return MemoryTiles(hashes_of(tiles.tile(0, index, 256)))


def hashes_of(tile):
    return [tile[at : at + 32] for at in range(0, len(tile), 32)]
