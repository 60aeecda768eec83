"""Transparency logs as outsiders verify them: Merkle trees (RFC 9162), tiles, signed checkpoints, witnesses (C2SP).

hashing, frontier, tree: roots and proofs; tiles: the files of a log; keys, note, head, checkpoint: what a log signs and
witnesses cosign; proofs: a proof in one text; witnessing: the witness's side; auditing: a whole log checked offline.
"""
