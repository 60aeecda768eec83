"""Transparency logs as outsiders verify them: Merkle trees (RFC 9162), tiles, signed checkpoints, witnesses (C2SP)."""
