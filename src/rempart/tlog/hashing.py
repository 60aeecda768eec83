"""Hashes of a Merkle tree (RFC 9162 §2.1.1, the same as RFC 6962 §2.1): SHA-256, leaves and nodes in separate domains.

The first byte tells a leaf from a node, so that no leaf can be passed off as a part of the tree, nor a part as a leaf.
"""

from hashlib import sha256

HASH_SIZE = 32

EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """The leaf of an entry: SHA-256(0x00 ‖ entry), 32 bytes."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The node above two others: SHA-256(0x01 ‖ left ‖ right), 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def subtree_root(hashes: bytes) -> bytes:
    """The root over 2ⁿ hashes written one after the other (a complete tile, or an aligned part of one)."""
    while len(hashes) > HASH_SIZE:
        pairs = range(0, len(hashes), 2 * HASH_SIZE)
        hashes = b"".join([sha256(b"\x01" + hashes[at : at + 2 * HASH_SIZE]).digest() for at in pairs])
    return hashes
