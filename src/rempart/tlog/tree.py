"""Merkle trees over tiles (RFC 9162 §2.1): roots, proofs that an entry is in a tree, proofs that one grew into another.

Proving reads at most one tile a level and side, so its time grows with the logarithm of the log. Verifying needs no
tile at all: it is what an outsider does with a proof of a few hundred bytes.
"""

from collections.abc import Iterator, Sequence

from rempart.tlog.errors import Malformed, ProofError
from rempart.tlog.frontier import Frontier
from rempart.tlog.hashing import EMPTY_ROOT, HASH_SIZE, node_hash, subtree_root
from rempart.tlog.tiles import TILE_HEIGHT, WIDTH, Tiles, tile_width


def root(tiles: Tiles, size: int) -> bytes:
    """The root (32 bytes) of the tree's first `size` leaves."""
    _ensure_size(size)
    return _Tree(tiles, size).hash(0, size) if size else EMPTY_ROOT


def frontier_of(tiles: Tiles, size: int) -> Frontier:
    """The frontier of the tree's first `size` leaves, from which it goes on growing."""
    _ensure_size(size)
    tree, peaks, start = _Tree(tiles, size), [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            peaks.append(tree.hash(start, start + (1 << height)))
            start += 1 << height
    return Frontier(size, peaks)


def prove_inclusion(tiles: Tiles, index: int, size: int) -> list[bytes]:
    """The proof that leaf `index` (from 0) is in the tree of `size` leaves: PATH of RFC 9162 §2.1.3.1.

    Hashes of 32 bytes from the leaf's sibling up to the root's child. Raises Malformed unless 0 ≤ index < size.
    """
    _ensure_size(size)
    if not 0 <= index < size:
        raise Malformed(f"A tree of {size} leaves has no leaf {index}.")
    tree, proof = _Tree(tiles, size), []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            proof.append(tree.hash(middle, end))
            end = middle
        else:
            proof.append(tree.hash(start, middle))
            start = middle
    return proof[::-1]


def prove_consistency(tiles: Tiles, old: int, new: int) -> list[bytes]:
    """The proof that the tree of `new` leaves begins with the tree of `old` leaves: PROOF of RFC 9162 §2.1.4.1.

    Empty when both are equal, or when `old` is 0, since every tree begins with the empty one. Raises Malformed unless
    0 ≤ old ≤ new.
    """
    _ensure_size(new)
    if not 0 <= old <= new:
        raise Malformed(f"A tree of {new} leaves never had {old} before.")
    if old in (0, new):
        return []
    tree, proof = _Tree(tiles, new), []
    start, end = 0, new
    while old != end:
        middle = start + _largest_power_below(end - start)
        if old <= middle:
            proof.append(tree.hash(middle, end))
            end = middle
        else:
            proof.append(tree.hash(start, middle))
            start = middle
    if start:  # otherwise the last subtree is the old tree itself, whose root the verifier knows
        proof.append(tree.hash(start, end))
    return proof[::-1]


def verify_inclusion(*, index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf with this hash is leaf `index` of the tree of `size` leaves with this root.

    As RFC 9162 §2.1.3.2 does. Raises Malformed for what cannot be a proof, ProofError for one that fails.
    """
    _ensure_size(size)
    _ensure_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofError(f"A tree of {size} leaves has no leaf {index}.")
    what, found = f"The proof that leaf {index} is among {size}", leaf
    for node, on_the_left in _on_the_way_up(index, size - 1, proof, what):
        found = node_hash(node, found) if on_the_left else node_hash(found, node)
    if found != root:
        raise ProofError(f"{what} leads to another root.")


def verify_consistency(*, old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of `new` leaves begins with the tree of `old` leaves, each known by its root.

    As RFC 9162 §2.1.4.2 does. Raises Malformed for what cannot be a proof, ProofError for one that fails.
    """
    _ensure_size(new)
    _ensure_hashes(old_root, new_root, *proof)
    what = f"The proof that the tree of {new} leaves begins with that of {old}"
    if not 0 <= old <= new:
        raise ProofError(f"A tree of {new} leaves never had {old} before.")
    if old == 0 and old_root != EMPTY_ROOT:
        raise ProofError("The root of an empty tree is not this one.")
    if old == new and old_root != new_root:
        raise ProofError(f"Two different trees of {new} leaves: the log was forked.")
    if old in (0, new):
        if proof:
            raise ProofError(f"{what} has {len(proof)} hashes where none is needed.")
        return
    if not proof:
        raise ProofError(f"{what} is empty.")
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    found_old = found_new = path[0]
    for node, on_the_left in _on_the_way_up(place, last, path[1:], what):
        if on_the_left:
            found_old, found_new = node_hash(node, found_old), node_hash(node, found_new)
        else:
            found_new = node_hash(found_new, node)
    if found_old != old_root:
        raise ProofError(f"{what} leads to another old root: the log was rewritten.")
    if found_new != new_root:
        raise ProofError(f"{what} leads to another new root.")


def _on_the_way_up(place: int, last: int, proof: Sequence[bytes], what: str) -> Iterator[tuple[bytes, bool]]:
    """Each node of a proof from below, and whether it stands to the left of what was hashed so far.

    place, last: places, in their level, of the node where the climb begins and of the level's last one (fn and sn in
    the RFC). Until their paths meet, the bits of the place say on which side its siblings stand; from there on the
    path runs along the tree's right edge, and has siblings on the left alone, one for each bit set.
    Raises ProofError, naming `what` is proved, when the proof has another length.
    """
    below = (place ^ last).bit_length()
    beside = (place >> below).bit_count()
    if len(proof) != below + beside:
        raise ProofError(f"{what} has {len(proof)} hashes where {below + beside} are needed.")
    return zip(proof, [*(place >> level & 1 == 1 for level in range(below)), *[True] * beside], strict=True)


class _Tree:
    """The hashes of a tree of a given size, each tile read once."""

    def __init__(self, tiles: Tiles, size: int) -> None:
        self._tiles, self._size = tiles, size
        self._read: dict[tuple[int, int], bytes] = {}

    def hash(self, start: int, end: int) -> bytes:
        """MTH(D[start:end]) for a range that is a node of the tree."""
        length = end - start
        if length & (length - 1) == 0:
            return self._complete(start, length.bit_length() - 1)
        middle = start + _largest_power_below(length)
        return node_hash(self.hash(start, middle), self.hash(middle, end))

    def _complete(self, start: int, height: int) -> bytes:
        """The root of the complete subtree of 2^height leaves from `start`: hashed from 2^(height mod 8) of a tile."""
        level, above = divmod(height, TILE_HEIGHT)
        index, offset = divmod(start >> (TILE_HEIGHT * level), WIDTH)
        return subtree_root(self._tile(level, index)[offset * HASH_SIZE : (offset + (1 << above)) * HASH_SIZE])

    def _tile(self, level: int, index: int) -> bytes:
        if (level, index) not in self._read:
            self._read[level, index] = self._tiles.tile(level, index, tile_width(level, index, self._size))
        return self._read[level, index]


def _largest_power_below(number: int) -> int:
    """The largest power of two smaller than a number from 2 on: where a tree divides."""
    return 1 << (number - 1).bit_length() - 1


def _ensure_size(size: int) -> None:
    if not 0 <= size < 1 << 63:
        raise Malformed(f"A tree's size is between 0 and 2⁶³ − 1, not {size}.")


def _ensure_hashes(*hashes: bytes) -> None:
    for each in hashes:
        if len(each) != HASH_SIZE:
            raise Malformed(f"A hash has {HASH_SIZE} bytes, not {len(each)}.")
