"""Words on a picture and the lines that they stand in, from Tesseract's TSV.

A row is a block, paragraph, line or word with its box in pixels; words are those of level 5, and have a confidence of
0 to 100 (https://tesseract-ocr.github.io/tessdoc/Command-Line-Usage.html). Lines are told by where words stand, not by
what Tesseract calls a line, since several readings of one picture are put together here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

CLOCK = re.compile(r"(?:\d{1,2}[:.h]\d\d)(?: ?[ap]\.?m\.?)?", re.IGNORECASE)
HARD_TO_READ = 50
_SURE = 85
_CELLS = 12
_WORD = "5"
_APART = 1.2  # in heights of a word: a wider gap is one between two things
_BEFORE_A_TIME = 0.8  # … and before a time, which a message may name or have beside it
_SAME_PLACE = 0.3  # of the smaller word: what covers more than this of another is the same word


class Word(NamedTuple):
    """A word as it was read, with its box in pixels; `reading` counts from 0."""

    text: str
    left: int
    top: int
    width: int
    height: int
    confidence: float
    reading: int


@dataclass
class Line:
    """Words beside each other, and the box around them."""

    text: str
    left: int
    top: int
    right: int
    bottom: int
    high: float  # as words in it usually are

    @property
    def clock(self) -> str | None:
        """The line where it is nothing but a time."""
        return self.text if CLOCK.fullmatch(self.text) else None


class Page(NamedTuple):
    """The size of a picture, its words and their lines from top to bottom."""

    width: int
    height: int
    words: list[Word]
    lines: list[Line]


def page(readings: Iterable[str]) -> Page:
    """A picture's words, from one reading of it or several: each finds words that another misses.

    Rows that are none are passed over.
    """
    width = height = 0
    words: list[Word] = []
    for number, reading in enumerate(readings):
        for row in reading.split("\n"):
            cells = row.rstrip("\r").split("\t")
            if len(cells) != _CELLS or not all(cell.isascii() and cell.isdecimal() for cell in cells[:10]):
                continue
            left, top, wide, high = map(int, cells[6:10])
            width, height = max(width, left + wide), max(height, top + high)
            if cells[0] == _WORD and (word := _word(cells[11].strip(), (left, top, wide, high), cells[10], number)):
                words.append(word)
    kept = _put_together(words)
    return Page(width, height, kept, sorted(_lines(kept), key=lambda line: (line.top, line.left)))


def _word(text: str, box: tuple[int, int, int, int], confidence: str, reading: int) -> Word | None:
    """A word; None for specks, which hold no letter nor digit and end no sentence."""
    if not text or not (text in "?!…" or any(map(str.isalnum, text))):
        return None
    try:
        return Word(text, *box, float(confidence), reading)
    except ValueError:
        return None


def _put_together(words: Iterable[Word]) -> list[Word]:
    """One word a place, from top to bottom: those of the first reading, and what later ones surely add to it.

    A later word stands in for those that it holds whole, which were cut short, and for those that were hard to read.
    """
    kept: list[Word] = []
    for word in sorted(words, key=lambda word: (word.reading, -word.confidence)):
        there = [other for other in kept if _overlap(word, other)]
        if word.reading == 0:
            wanted = not there
        elif word.confidence < _SURE:
            wanted = False
        elif there:
            wanted = all(
                other.confidence < HARD_TO_READ or (other.text in word.text and other.text != word.text)
                for other in there
            )
        else:
            wanted = len(word.text) > 1
        if wanted:
            kept = [*(other for other in kept if other not in there), word]
    return sorted(kept, key=lambda word: (word.top + word.height / 2, word.left))


def _overlap(one: Word, two: Word) -> bool:
    wide = min(one.left + one.width, two.left + two.width) - max(one.left, two.left)
    high = min(one.top + one.height, two.top + two.height) - max(one.top, two.top)
    return wide > 0 and high > 0 and wide * high > _SAME_PLACE * min(one.width * one.height, two.width * two.height)


def _lines(words: Iterable[Word]) -> Iterator[Line]:
    """Words beside each other; a wide gap parts them, as between a message and the time after it."""
    rows: list[list[Word]] = []
    for word in words:
        row = next((row for row in reversed(rows[-4:]) if _beside(word, row[0])), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    for row in rows:
        row.sort(key=lambda word: word.left)
        high = median(word.height for word in row)
        part: list[Word] = []
        for word in row:
            gap = _BEFORE_A_TIME if CLOCK.fullmatch(word.text) else _APART
            if part and word.left - max(other.left + other.width for other in part) > gap * high:
                yield _line(part)
                part = []
            part.append(word)
        yield _line(part)


def _beside(one: Word, two: Word) -> bool:
    """Whether the middle of one is at the height of the other."""
    return (
        two.top <= one.top + one.height / 2 <= two.top + two.height
        or one.top <= two.top + two.height / 2 <= one.top + one.height
    )


def _line(words: list[Word]) -> Line:
    return Line(
        text=" ".join(word.text for word in words),
        left=min(word.left for word in words),
        top=min(word.top for word in words),
        right=max(word.left + word.width for word in words),
        bottom=max(word.top + word.height for word in words),
        high=median(word.height for word in words),
    )
