"""What a checkpoint says (C2SP tlog-checkpoint): three lines that commit to every entry of a log."""

from typing import Self

import msgspec

from rempart.tlog.errors import Malformed
from rempart.tlog.spelling import from_decimal, hash_from_base64, to_base64


class Checkpoint(msgspec.Struct, frozen=True):
    """A tree's size and root (32 bytes) under the name of its log, and lines that nobody verifies."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed: a line each."""
        return "\n".join([self.origin, str(self.size), to_base64(self.root), *self.extensions, ""])

    @classmethod
    def parse(cls, text: str) -> Self:
        """A checkpoint from its text. Raises Malformed."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise Malformed("A checkpoint is at least three lines, none empty: origin, size, root.")
        origin, size, root, *extensions = lines[:-1]
        return cls(
            origin,
            from_decimal(size, "The checkpoint's size"),
            hash_from_base64(root, "The checkpoint's root"),
            tuple(extensions),
        )
