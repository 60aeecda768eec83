"""The witness protocol (C2SP tlog-witness): a log submits each checkpoint with the proof that it continues the last
one; the witness cosigns it, or refuses for ever whatever forks. Here is what both say; who carries it, and where a
witness keeps what it cosigned, is the caller's: nothing here knows of networks or disks.
"""

from collections.abc import Callable, Iterable
from enum import IntEnum
from hashlib import sha256
from typing import Protocol, Self

import msgspec

from rempart.tlog.checkpoint import cosign, read_checkpoint
from rempart.tlog.errors import Malformed, ProofError, SignatureError
from rempart.tlog.hashing import EMPTY_ROOT
from rempart.tlog.head import Checkpoint
from rempart.tlog.keys import SigningKey, VerifierKey
from rempart.tlog.note import Opened, SignatureLine, add_lines, decode, open_note
from rempart.tlog.spelling import MAX_PROOF, from_decimal, hash_from_base64, to_base64
from rempart.tlog.tree import verify_consistency

TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


class Status(IntEnum):
    """The HTTP statuses of the protocol, and what each says."""

    OK = 200
    """Cosigned."""
    BAD_REQUEST = 400
    """Not a request, or its old size is above the new one."""
    FORBIDDEN = 403
    """Not signed by the log."""
    NOT_FOUND = 404
    """A log that is not witnessed here."""
    CONFLICT = 409
    """The old size is not the last one cosigned, which the body says."""
    UNPROCESSABLE_ENTITY = 422
    """The tree does not begin with the one cosigned last."""


class AddCheckpoint(msgspec.Struct, frozen=True):
    """The body of a request to cosign.

    old: size of the checkpoint that the witness cosigned last, 0 for none; proof: hashes of 32 bytes, that the tree in
    `note` (a signed checkpoint) begins with that one.
    """

    old: int
    proof: tuple[bytes, ...]
    note: str

    @property
    def body(self) -> bytes:
        """The request, to be sent by POST to the witness's submission prefix + `/add-checkpoint`."""
        return "\n".join([f"old {self.old}", *map(to_base64, self.proof), "", self.note]).encode()

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """A request from its body. Raises Malformed."""
        head, empty_line, note = decode(body, "The request").partition("\n\n")
        old, *proof = head.split("\n")
        if not empty_line or not old.startswith("old "):
            raise Malformed("A request begins with the old size; an empty line stands before its checkpoint.")
        if len(proof) > MAX_PROOF:
            raise Malformed(f"The consistency proof has over {MAX_PROOF} lines.")
        return cls(
            from_decimal(old.removeprefix("old "), "The old size"),
            tuple(hash_from_base64(line, "A line of the consistency proof") for line in proof),
            note,
        )


class Response(msgspec.Struct, frozen=True):
    """What a witness answers over HTTP."""

    status: Status
    body: str
    content_type: str = TEXT


class WitnessState(Protocol):
    """Where a witness keeps, for each log, the last checkpoint that it cosigned, as a note."""

    def latest(self, origin: str) -> str | None:
        """The note kept for this log."""

    def replace(self, origin: str, before: str | None, after: str) -> bool:
        """Keep `after`, durably, if and only if `before` is still what is kept (None: nothing); says whether it was.

        One step that nothing comes between: otherwise two requests at once could roll a log back.
        """


class Refusal(Exception):
    """A request that a witness does not follow."""

    def __init__(self, status: Status, body: str, content_type: str = TEXT) -> None:
        super().__init__(body)
        self.response = Response(status, f"{body}\n", content_type)


class Witness:
    """A witness of some logs.

    key: one that cosigns; logs: the keys of the logs witnessed, whose names are their origins (a log that changes its
    key has two for a while); clock: the POSIX time in seconds. Raises Malformed for keys of another kind.
    """

    def __init__(
        self, key: SigningKey, logs: Iterable[VerifierKey], state: WitnessState, clock: Callable[[], int]
    ) -> None:
        if not key.cosigns:
            raise Malformed(f"{key.name} is not a witness's key.")
        self._key, self._state, self._clock = key, state, clock
        self._logs = tuple(logs)
        for log in self._logs:
            if log.cosigns:
                raise Malformed(f"{log.name} is not a log's key.")

    def add_checkpoint(self, body: bytes) -> Response:
        """Answer a request to cosign: 200 with a signature line, or why not (C2SP tlog-witness, add-checkpoint).

        Raises Malformed when what is kept is no checkpoint any more: then nothing more is cosigned of that log.
        """
        try:
            request = AddCheckpoint.parse(body)
            checkpoint = read_checkpoint(request.note)
        except Malformed as error:
            return Response(Status.BAD_REQUEST, f"{error}\n")
        try:
            return Response(Status.OK, self._cosign(request, checkpoint).text)
        except Refusal as refusal:
            return refusal.response

    def checkpoint(self, origin_hash: str) -> Response:
        """The last checkpoint cosigned of the log whose origin has this SHA-256 (hexadecimal), for monitors."""
        for origin in {log.name for log in self._logs}:
            if sha256(origin.encode()).hexdigest() == origin_hash and (note := self._state.latest(origin)):
                return Response(Status.OK, note)
        return Response(Status.NOT_FOUND, "No checkpoint of such a log was cosigned here.\n")

    def _cosign(self, request: AddCheckpoint, new: Checkpoint) -> SignatureLine:
        opened = self._open(new.origin, request.note)
        if request.old > new.size:
            raise Refusal(Status.BAD_REQUEST, f"The checkpoint's size {new.size} is below the old {request.old}.")
        kept = self._state.latest(new.origin)
        old = read_checkpoint(kept) if kept else Checkpoint(new.origin, 0, EMPTY_ROOT)
        if request.old != old.size:
            raise Refusal(Status.CONFLICT, str(old.size), SIZE)
        _ensure_continues(old, new, request.proof)
        line = cosign(request.note, self._key, time=self._clock())
        after = add_lines(f"{opened.text}\n", [*(each.line for each in opened.signatures), line])
        if not self._state.replace(new.origin, kept, after):
            latest = self._state.latest(new.origin)
            raise Refusal(Status.CONFLICT, str(read_checkpoint(latest).size if latest else 0), SIZE)
        return line

    def _open(self, origin: str, note: str) -> Opened:
        keys = [log for log in self._logs if log.name == origin]
        if not keys:
            raise Refusal(Status.NOT_FOUND, "This log is not witnessed here.")
        try:
            return open_note(note, keys)
        except SignatureError as error:
            raise Refusal(Status.FORBIDDEN, str(error)) from error


def _ensure_continues(old: Checkpoint, new: Checkpoint, proof: tuple[bytes, ...]) -> None:
    """Refuse a checkpoint that does not continue the one cosigned before."""
    try:
        verify_consistency(old=old.size, new=new.size, old_root=old.root, new_root=new.root, proof=proof)
    except ProofError as error:
        raise Refusal(Status.UNPROCESSABLE_ENTITY, str(error)) from error


def cosignatures(note: str, answer: bytes, witnesses: Iterable[VerifierKey]) -> tuple[SignatureLine, ...]:
    """The lines in a witness's answer to a checkpoint that these witnesses' keys really signed; others are passed over.

    Raises Malformed; SignatureError when there is none, or when one under a known name and ID is false.
    """
    lines = decode(answer, "The witness's answer")
    text = note.rpartition("\n\n")[0]
    return tuple(each.line for each in open_note(f"{text}\n\n{lines}", witnesses).signatures)
