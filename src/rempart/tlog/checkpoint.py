"""Checkpoints (C2SP tlog-checkpoint): what a log says of itself, signed, at a size. Whoever holds two of them can ask
for the proof that the later tree begins with the earlier one. Witnesses cosign them (C2SP tlog-cosignature).
"""

from collections.abc import Sequence

import msgspec

from rempart.tlog.errors import Malformed, SignatureError
from rempart.tlog.head import Checkpoint
from rempart.tlog.keys import SigningKey, VerifierKey
from rempart.tlog.note import Signature, SignatureLine, open_note, read_note, signature_line


class SignedCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint that its log signed, with the note it was read from and what witnesses cosigned of it."""

    checkpoint: Checkpoint
    note: str
    cosignatures: tuple[Signature, ...] = ()


def read_checkpoint(note: str) -> Checkpoint:
    """The checkpoint in a note, no signature verified. Raises Malformed."""
    return Checkpoint.parse(read_note(note)[0])


def open_checkpoint(
    note: str, *, log: VerifierKey, witnesses: Sequence[VerifierKey] = (), at_least: int | None = None
) -> SignedCheckpoint:
    """A checkpoint that the log signed and, of these witnesses, `at_least` cosigned (all of them unless said).

    A witness counts once, under however many names its key is given. Raises Malformed, also for a log's key where a
    witness's is asked for or the other way round; SignatureError when the log or too few witnesses signed, or when the
    origin is not the log's name.
    """
    _ensure_kinds(log, witnesses)
    opened = open_note(note, [log, *witnesses])
    checkpoint = Checkpoint.parse(opened.text)
    if not opened.signed_by(log):
        raise SignatureError(f"The checkpoint is not signed by {log.name}.")
    if checkpoint.origin != log.name:
        raise SignatureError(f"The checkpoint is of {checkpoint.origin}, not of {log.name}.")
    cosignatures = tuple(each for each in opened.signatures if each.key != log)
    wanted = len({key.public for key in witnesses}) if at_least is None else at_least
    if len({each.key.public for each in cosignatures}) < wanted:
        missing = ", ".join(sorted(key.name for key in witnesses if not opened.signed_by(key)))
        raise SignatureError(f"The checkpoint is not cosigned by {missing}.")
    return SignedCheckpoint(checkpoint, note, cosignatures)


def _ensure_kinds(log: VerifierKey, witnesses: Sequence[VerifierKey]) -> None:
    if log.cosigns:
        raise Malformed(f"{log.name} is the key of a witness, not of a log.")
    for key in witnesses:
        if not key.cosigns:
            raise Malformed(f"{key.name} is the key of a log, not of a witness.")


def cosign(note: str, key: SigningKey, *, time: int) -> SignatureLine:
    """A witness's line for a checkpoint: at this POSIX time (seconds) it was the largest seen of its log.

    Whether it may be said is for the witness to check first. Raises Malformed when the note is no checkpoint.
    """
    if not key.cosigns:
        raise ValueError(f"{key.name} is not a witness's key.")
    text, _ = read_note(note)
    Checkpoint.parse(text)
    return signature_line(text, key, time=time)
