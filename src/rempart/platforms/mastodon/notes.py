"""What we did to an account, noted where only we see it: in the private note of our own account about it.

Mastodon does not say who limited or froze an account. `[rempart disabled=suspend:1a2b3c4d5e silenced=…]` at the end of
the note says which of its flags we set, for which measures, on which orders. What a person wrote before it stays.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from rempart.records.vocabulary import MEASURES, Measure

REPORTED = "Ces messages visent un compte qui a demandé de l'aide · These posts fall on an account that asked for help"
"""What a report of ours begins with: made for somebody else, it is nobody's testimony."""

_NOTE = re.compile(r"\n?\[rempart((?: \w+=\w+:[0-9a-f]{10})*)\]$")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A flag that we set, for one measure, on one order."""

    flag: str
    measure: Measure
    reference: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """One entry as the note has it; None for a measure that is none."""
        flag, name, reference = re.split("[=:]", text)
        measure = next((measure for measure in MEASURES if measure == name), None)
        return cls(flag=flag, measure=measure, reference=reference) if measure else None

    def __str__(self) -> str:
        return f"{self.flag}={self.measure}:{self.reference}"


def read(note: str) -> tuple[Entry, ...]:
    """What a private note says that we did."""
    found = _NOTE.search(note)
    entries = [Entry.read(text) for text in found[1].split()] if found else []
    return tuple(entry for entry in entries if entry)


def written(note: str, entries: Iterable[Entry]) -> str:
    """The note with these entries instead of those it has."""
    words, ours = _NOTE.sub("", note), " ".join(map(str, entries))
    return f"{words}\n[rempart {ours}]".lstrip() if ours else words
