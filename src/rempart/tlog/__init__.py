"""Transparency logs as outsiders verify them: Merkle trees (RFC 9162), tiles, signed checkpoints, witnesses (C2SP)."""

from rempart.tlog.auditing import Audit, audit
from rempart.tlog.checkpoint import Checkpoint, SignedCheckpoint, cosign, open_checkpoint, read_checkpoint
from rempart.tlog.errors import AuditError, Malformed, ProofError, SignatureError, TlogError
from rempart.tlog.frontier import Frontier
from rempart.tlog.hashing import EMPTY_ROOT, leaf_hash, node_hash, subtree_root
from rempart.tlog.keys import SignatureType, SigningKey, VerifierKey
from rempart.tlog.note import Opened, Signature, SignatureLine, add_lines, open_note, sign
from rempart.tlog.proofs import TlogProof
from rempart.tlog.tiles import (
    FolderTiles,
    MemoryTiles,
    Place,
    Tiles,
    decode_entries,
    encode_entries,
    entries_path,
    parse_path,
    tile_path,
    tile_width,
    tiles_of,
)
from rempart.tlog.tree import (
    frontier_of,
    prove_consistency,
    prove_inclusion,
    root,
    verify_consistency,
    verify_inclusion,
)
from rempart.tlog.witnessing import AddCheckpoint, Response, Witness, WitnessState, cosignatures

__all__ = [
    "EMPTY_ROOT",
    "AddCheckpoint",
    "Audit",
    "AuditError",
    "Checkpoint",
    "FolderTiles",
    "Frontier",
    "Malformed",
    "MemoryTiles",
    "Opened",
    "Place",
    "ProofError",
    "Response",
    "Signature",
    "SignatureError",
    "SignatureLine",
    "SignatureType",
    "SignedCheckpoint",
    "SigningKey",
    "Tiles",
    "TlogError",
    "TlogProof",
    "VerifierKey",
    "Witness",
    "WitnessState",
    "add_lines",
    "audit",
    "cosign",
    "cosignatures",
    "decode_entries",
    "encode_entries",
    "entries_path",
    "frontier_of",
    "leaf_hash",
    "node_hash",
    "open_checkpoint",
    "open_note",
    "parse_path",
    "prove_consistency",
    "prove_inclusion",
    "read_checkpoint",
    "root",
    "sign",
    "subtree_root",
    "tile_path",
    "tile_width",
    "tiles_of",
    "verify_consistency",
    "verify_inclusion",
]
