"""Roots and proofs: the published vectors, and what must hold for every tree."""

import json
from contextlib import nullcontext
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rempart.tlog.errors import Malformed, ProofError, TlogError
from rempart.tlog.frontier import Frontier
from rempart.tlog.hashing import EMPTY_ROOT, leaf_hash, node_hash
from rempart.tlog.spelling import from_base64
from rempart.tlog.tiles import MemoryTiles
from rempart.tlog.tree import (
    frontier_of,
    prove_consistency,
    prove_inclusion,
    root,
    verify_consistency,
    verify_inclusion,
)
from tlog.publishing import Log, entries_of

# The entries and hashes with which Certificate Transparency's libraries are tested (transparency-dev/merkle, testonly).
ENTRIES = [
    bytes.fromhex(each)
    for each in ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
]
LEAVES = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
    "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
VECTORS = json.loads((Path(__file__).parent / "vectors" / "merkle.json").read_text())


@pytest.mark.parametrize(("entry", "leaf"), list(zip(ENTRIES, LEAVES, strict=True)))
def test_a_leaf_is_hashed_as_published(entry, leaf):
    assert leaf_hash(entry).hex() == leaf


@pytest.mark.parametrize(("size", "published"), list(enumerate(ROOTS)))
def test_a_root_is_the_one_published(size, published):
    assert root(MemoryTiles(map(leaf_hash, ENTRIES)), size).hex() == published


# That library refuses to begin with the empty tree; C2SP's witnesses have to accept it, with an empty proof.
FROM_NOTHING = "additional/size1-is-zero-and-size2-is-not-zero"


def hashes_in(texts):
    """The hashes of a vector; where it says that it does not care which, the hash of these words."""
    hashes = [from_base64(text, "A vector's hash") for text in texts]
    return [sha256(each).digest() if each.startswith(b"don't care") else each for each in hashes]


@pytest.mark.parametrize("vector", VECTORS["inclusion"], ids=lambda vector: vector[0])
def test_an_inclusion_proof_is_judged_as_published(vector):
    _, index, size, leaf, of_tree, proof, wrong = vector
    leaf, of_tree, *proof = hashes_in([leaf, of_tree, *(proof or [])])
    with pytest.raises(TlogError) if wrong else nullcontext():
        verify_inclusion(index=index, size=size, leaf=leaf, proof=proof, root=of_tree)


@pytest.mark.parametrize("vector", VECTORS["consistency"], ids=lambda vector: vector[0])
def test_a_consistency_proof_is_judged_as_published(vector):
    name, old, new, old_root, new_root, proof, wrong = vector
    old_root, new_root, *proof = hashes_in([old_root, new_root, *(proof or [])])
    with pytest.raises(TlogError) if wrong and name != FROM_NOTHING else nullcontext():
        verify_consistency(old=old, new=new, old_root=old_root, new_root=new_root, proof=proof)


# Every size that matters lies near a multiple of the tile's width or of its square.
LOG = Log(entries_of(66_000))
NEAR_TILES = [0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 65_279, 65_280, 65_535, 65_536, 65_537, 65_792, 66_000]
SIZES = st.one_of(st.integers(0, 1_100), st.sampled_from(NEAR_TILES), st.integers(0, 66_000))


@cache
def root_of(size):
    return LOG.root(size)


def leaf_of(index):
    return leaf_hash(LOG.entries[index])


def defined_root(leaves):
    """MTH as RFC 9162 §2.1.1 defines it, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(defined_root(leaves[:split]), defined_root(leaves[split:]))


@given(st.integers(0, 1_100))
def test_a_root_is_the_one_defined(size):
    assert root_of(size) == defined_root([leaf_of(index) for index in range(size)])


def test_the_root_above_three_levels_of_tiles_is_the_one_defined():
    assert root_of(66_000) == defined_root(list(map(leaf_hash, LOG.entries)))


@given(SIZES, st.data())
def test_an_entry_is_proved_to_be_in_any_tree_that_has_it(size, data):
    assume(size)
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(LOG.tiles, index, size)
    verify_inclusion(index=index, size=size, leaf=leaf_of(index), proof=proof, root=root_of(size))


@given(SIZES, st.data())
def test_an_inclusion_proof_holds_for_its_own_row_alone(size, data):
    assume(size > 1)
    index, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))
    proof = prove_inclusion(LOG.tiles, index, size)
    with pytest.raises(ProofError):
        verify_inclusion(index=other, size=size, leaf=leaf_of(index), proof=proof, root=root_of(size))
    with pytest.raises(ProofError):
        verify_inclusion(index=index, size=size, leaf=leaf_of(other), proof=proof, root=root_of(size))


def changes_of(hashes, draw):
    """A list of hashes with one bit, one hash or one place changed."""
    hashes = list(hashes)
    kind = draw(st.sampled_from(["bit", "left out", "repeated", "one more"] if hashes else ["one more"]))
    at = draw(st.integers(0, max(len(hashes) - 1, 0)))
    if kind == "bit":
        bit = draw(st.integers(0, 255))
        hashes[at] = (int.from_bytes(hashes[at]) ^ (1 << bit)).to_bytes(32)
    elif kind == "left out":
        del hashes[at]
    elif kind == "repeated":
        hashes.insert(at, hashes[at])
    else:
        hashes.append(draw(st.binary(min_size=32, max_size=32)))
    return hashes


@given(SIZES, st.data())
def test_an_inclusion_proof_changed_anywhere_is_refused(size, data):
    assume(size)
    index = data.draw(st.integers(0, size - 1))
    proof = changes_of(prove_inclusion(LOG.tiles, index, size), data.draw)
    with pytest.raises(ProofError):
        verify_inclusion(index=index, size=size, leaf=leaf_of(index), proof=proof, root=root_of(size))


@given(SIZES, SIZES)
def test_any_two_trees_of_a_log_are_proved_consistent(one, other):
    old, new = sorted([one, other])
    proof = prove_consistency(LOG.tiles, old, new)
    verify_consistency(old=old, new=new, old_root=root_of(old), new_root=root_of(new), proof=proof)


@given(SIZES, SIZES, st.data())
def test_a_consistency_proof_changed_anywhere_is_refused(one, other, data):
    old, new = sorted([one, other])
    proof = changes_of(prove_consistency(LOG.tiles, old, new), data.draw)
    with pytest.raises(ProofError):
        verify_consistency(old=old, new=new, old_root=root_of(old), new_root=root_of(new), proof=proof)


@given(st.integers(1, 600), st.integers(0, 600), st.data())
def test_a_log_that_rewrote_any_entry_cannot_prove_that_it_grew(old, more, data):
    new, rewritten = old + more, data.draw(st.integers(0, old - 1))
    entries = LOG.entries[:new]
    entries[rewritten] = b"something else"
    forged = MemoryTiles(map(leaf_hash, entries))
    with pytest.raises(ProofError):
        verify_consistency(
            old=old,
            new=new,
            old_root=root_of(old),
            new_root=root(forged, new),
            proof=prove_consistency(forged, old, new),
        )


@given(st.integers(0, 1_100), st.integers(0, 300))
def test_a_frontier_goes_on_from_any_tree(size, more):
    frontier = frontier_of(LOG.tiles, size)
    frontier.extend(map(leaf_of, range(size, size + more)))
    assert (frontier.size, frontier.root()) == (size + more, root_of(size + more))


def test_a_frontier_keeps_no_more_than_one_hash_a_bit():
    frontier = Frontier()
    frontier.extend(map(leaf_of, range(66_000)))
    assert len(frontier.peaks) == (66_000).bit_count()


def test_a_frontier_with_too_few_peaks_is_refused():
    with pytest.raises(ValueError, match="3 leaves has 2 peaks, not 1"):
        Frontier(3, [EMPTY_ROOT])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: prove_inclusion(LOG.tiles, 5, 5), "no leaf 5"),
        (lambda: prove_inclusion(LOG.tiles, -1, 5), "no leaf -1"),
        (lambda: prove_consistency(LOG.tiles, 6, 5), "never had 6"),
        (lambda: prove_consistency(LOG.tiles, -1, 5), "never had -1"),
        (lambda: root(LOG.tiles, -1), "between 0 and"),
        (lambda: root(LOG.tiles, 1 << 63), "between 0 and"),
        (lambda: root(LOG.tiles, 66_001), "tile/0/257.p/209 has 6656 bytes where 209 hashes"),
    ],
)
def test_what_no_tree_has_is_not_proved(call, says):
    with pytest.raises(Malformed, match=says):
        call()


def test_a_hash_of_another_length_is_no_hash():
    with pytest.raises(Malformed, match="has 32 bytes, not 31"):
        verify_inclusion(index=0, size=1, leaf=bytes(31), proof=[], root=bytes(31))


def test_only_the_empty_tree_has_no_leaves():
    with pytest.raises(ProofError, match="empty tree"):
        verify_consistency(old=0, new=1, old_root=root_of(1), new_root=root_of(1), proof=[])


def test_two_trees_of_one_size_are_a_fork():
    with pytest.raises(ProofError, match="forked"):
        verify_consistency(old=8, new=8, old_root=root_of(8), new_root=Log(entries_of(8, fork=7)).root(8), proof=[])
