"""Proof files (C2SP tlog-proof): that an entry is in a log, in one text that is checked offline.

It holds the entry's index, the hashes up to the root, and the checkpoint with its cosignatures. The entry itself is
not in it: whoever verifies brings the entry, the log's key, and the witnesses asked for.
"""

from collections.abc import Sequence
from typing import Self

import msgspec

from rempart.tlog.checkpoint import SignedCheckpoint, open_checkpoint
from rempart.tlog.errors import Malformed
from rempart.tlog.hashing import leaf_hash
from rempart.tlog.keys import VerifierKey
from rempart.tlog.spelling import MAX_PROOF, from_base64, from_decimal, hash_from_base64, to_base64
from rempart.tlog.tree import verify_inclusion

HEADER = "c2sp.org/tlog-proof@v1"
SUFFIX = ".tlog-proof"


class TlogProof(msgspec.Struct, frozen=True):
    """A proof file's contents.

    index: the entry's, from 0. hashes: of RFC 9162 §2.1.3.1, 32 bytes each, the leaf's sibling first. note: the
    checkpoint as signed. extra: bytes of the application's own, which nothing authenticates.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: str
    extra: bytes | None = None

    @property
    def text(self) -> str:
        """The file."""
        extra = [] if self.extra is None else [f"extra {to_base64(self.extra)}"]
        return "\n".join([HEADER, *extra, f"index {self.index}", *map(to_base64, self.hashes), "", self.note])

    @classmethod
    def parse(cls, text: str) -> Self:
        """A proof from its file. Raises Malformed."""
        head, empty_line, note = text.partition("\n\n")
        header, *lines = head.split("\n")
        if header != HEADER or not empty_line:
            raise Malformed(f"A proof begins with the line {HEADER}; an empty line stands before its checkpoint.")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = from_base64(lines.pop(0).removeprefix("extra "), "The proof's extra data")
        if not lines or not lines[0].startswith("index "):
            raise Malformed("The proof's index line is missing.")
        index = from_decimal(lines[0].removeprefix("index "), "The proof's index")
        if len(lines) - 1 > MAX_PROOF:
            raise Malformed(f"The proof has over {MAX_PROOF} hashes.")
        hashes = tuple(hash_from_base64(line, "A line of the proof") for line in lines[1:])
        return cls(index, hashes, note, extra)

    def verify(
        self, entry: bytes, *, log: VerifierKey, witnesses: Sequence[VerifierKey] = (), at_least: int | None = None
    ) -> SignedCheckpoint:
        """Check that this entry is in the log, under a checkpoint that the log and these witnesses signed.

        at_least: how many of the witnesses are asked for; all unless said. Raises Malformed, SignatureError,
        ProofError.
        """
        signed = open_checkpoint(self.note, log=log, witnesses=witnesses, at_least=at_least)
        verify_inclusion(
            index=self.index,
            size=signed.checkpoint.size,
            leaf=leaf_hash(entry),
            proof=self.hashes,
            root=signed.checkpoint.root,
        )
        return signed
