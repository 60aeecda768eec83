"""Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.

Signatures of keys that one does not know are passed over, so that notes can gather more than their reader asks for;
one that bears the name and ID of a known key must be its own, or the whole note is refused.
"""

from collections.abc import Iterable
from typing import Self

import msgspec

from rempart.tlog.errors import Malformed, SignatureError
from rempart.tlog.keys import ID_SIZE, SigningKey, VerifierKey, ensure_name
from rempart.tlog.spelling import ensure_text, from_base64, to_base64

MAX_NOTE = 1_000_000
"""Characters of the longest note that is read."""
MAX_SIGNATURES = 100
"""Signature lines of the longest note that is read; the specification asks for 16 at least."""


class SignatureLine(msgspec.Struct, frozen=True):
    """A line `— name base64(key ID ‖ signature)`. key_id: 4 bytes."""

    name: str
    key_id: bytes
    signature: bytes

    @property
    def text(self) -> str:
        """The line, with its newline."""
        return f"— {self.name} {to_base64(self.key_id + self.signature)}\n"

    @classmethod
    def parse(cls, line: str) -> Self:
        """A line without its newline. Raises Malformed."""
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—":
            raise Malformed(f"A signature line is a dash (U+2014), a key's name and a signature, not {line[:80]!r}.")
        name, signed = ensure_name(parts[1]), from_base64(parts[2], f"The signature of {parts[1]}")
        if len(signed) <= ID_SIZE:
            raise Malformed(f"The signature of {name} is too short.")
        return cls(name, signed[:ID_SIZE], signed[ID_SIZE:])


class Signature(msgspec.Struct, frozen=True):
    """A signature that was verified. time: the POSIX time that a cosignature states."""

    key: VerifierKey
    line: SignatureLine
    time: int | None


class Opened(msgspec.Struct, frozen=True):
    """A note whose text may be believed, and the signatures of known keys under it, one a key, in the note's order."""

    text: str
    signatures: tuple[Signature, ...]

    def signed_by(self, key: VerifierKey) -> bool:
        """Whether this key is among those that signed."""
        return any(each.key == key for each in self.signatures)


def decode(data: bytes, what: str) -> str:
    """The text of bytes that have to be UTF-8. Raises Malformed, naming `what` they are."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Malformed(f"{what} is not UTF-8 (byte {error.start}).") from None


def read_note(note: str) -> tuple[str, tuple[SignatureLine, ...]]:
    """The text and the signature lines of a note, nothing verified. Raises Malformed."""
    if len(note) > MAX_NOTE:
        raise Malformed(f"The note has over {MAX_NOTE:,} characters.")
    ensure_text(note, "The note")
    before, empty_line, lines = note.rpartition("\n\n")
    if not empty_line or not lines.endswith("\n"):
        raise Malformed("A note is a text, an empty line, and signature lines that end in newlines.")
    each = lines.removesuffix("\n").split("\n")
    if len(each) > MAX_SIGNATURES:
        raise Malformed(f"The note has over {MAX_SIGNATURES} signatures.")
    return before + "\n", tuple(map(SignatureLine.parse, each))


def sign(text: str, *keys: SigningKey, time: int | None = None) -> str:
    """The note of a text signed by these keys (with the POSIX time, when they are witnesses' keys).

    Raises Malformed for a text that does not end in a newline, or has other control characters.
    """
    if not text.endswith("\n"):
        raise Malformed("A note's text ends in a newline.")
    ensure_text(text, "The note")
    return add_lines(f"{text}\n", [signature_line(text, key, time=time) for key in keys])


def signature_line(text: str, key: SigningKey, *, time: int | None = None) -> SignatureLine:
    """The line of a key's signature of a text."""
    return SignatureLine(key.name, key.verifier.id, key.sign(text, time=time))


def add_lines(note: str, lines: Iterable[SignatureLine]) -> str:
    """The note with these signature lines after its own; a line that it has is not repeated."""
    for line in lines:
        if f"\n{line.text}" not in note:
            note += line.text
    return note


def open_note(note: str, verifiers: Iterable[VerifierKey]) -> Opened:
    """The text of a note and who among `verifiers` signed it, each checked.

    Raises Malformed; SignatureError when no verifier signed it, or when a signature that bears a verifier's name and
    ID is not its own.
    """
    known = {(key.name, key.id): key for key in verifiers}
    text, lines = read_note(note)
    signatures: dict[VerifierKey, Signature] = {}
    for line in lines:
        if key := known.get((line.name, line.key_id)):
            signatures.setdefault(key, Signature(key, line, key.verify(text, line.signature)))
    if not signatures:
        names = ", ".join(sorted(name for name, _ in known)) or "nobody"
        raise SignatureError(f"The note is not signed by any key asked for: {names}.")
    return Opened(text, tuple(signatures.values()))
