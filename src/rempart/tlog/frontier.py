"""A tree's frontier: its complete subtrees, one for each bit of its size. It takes leaves in order and knows the root
at any moment, keeping no more than 64 hashes: how the whole of a log is read once, each of its checkpoints checked on
the way (RFC 9162 §2.1.2).
"""

from collections.abc import Iterable

from rempart.tlog.hashing import EMPTY_ROOT, node_hash


class Frontier:
    """The right edge of a tree that grows leaf by leaf.

    size: leaves so far. peaks: roots of the complete subtrees from left to right, largest first, one for each bit set
    in the size; both are given back to go on where one stopped.
    """

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        self.size = size
        self.peaks = list(peaks)
        if len(self.peaks) != size.bit_count():
            raise ValueError(f"A tree of {size} leaves has {size.bit_count()} peaks, not {len(self.peaks)}.")

    def append(self, leaf: bytes) -> None:
        """Take the next leaf's hash (32 bytes): it closes as many subtrees as the size ends in ones."""
        size, peaks = self.size, self.peaks
        while size & 1:
            leaf = node_hash(peaks.pop(), leaf)
            size >>= 1
        peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Take the next leaves' hashes."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root (32 bytes) of the tree so far."""
        if not self.peaks:
            return EMPTY_ROOT
        *left, root = self.peaks
        for peak in reversed(left):
            root = node_hash(peak, root)
        return root
