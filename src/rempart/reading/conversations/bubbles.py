"""Who wrote what on a picture of a conversation, told by where the words stand.

Lines that begin at one edge and follow closely are one bubble. A bubble nearer to the right is the owner's, one nearer
to the left is the other's, one in the middle is a notice, such as the day. Snapchat puts everybody at the left below a
name in capitals, « MOI » or « ME » for the owner: there, names tell.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rempart.reading.conversations.words import HARD_TO_READ, Line, page

Side = Literal["owner", "other", "middle", "unclear"]

_OWN_NAME = ("MOI", "ME")
_NAME_IN_CAPITALS = re.compile(r"[^\W\d_][\w.' -]{1,30}")
# In heights of a line: how far below the line before another may follow, how far from its edge it may begin, how far
# below a bubble and how far beside it the time of a message stands.
_FOLLOWS, _SAME_EDGE, _TIME_BELOW, _TIME_BESIDE = 1.1, 0.6, 1.5, 6
# Of the picture's width: how far from its middle a notice may stand, the room that it leaves on both sides at least,
# and how near to an edge two things end at the same one.
_MIDDLE, _ROOM, _SHARED = 0.04, 0.2, 0.01
# A telephone's whole screen is higher than this many times its width, and has its own clock at the top. The bar below
# that clock names the conversation; both end above this part of the height.
_TELEPHONE, _CLOCK_ABOVE, _BARS_ABOVE = 1.5, 0.06, 0.11
_PIECE_OF_A_TIME = re.compile(r"\d{1,4}")
_ASKS_FOR_WORDS = re.compile(
    r"(?:i?message|aa|chat|(?:votre|your|type a|write a|[ée]crire un|[ée]crivez un) message)\W*"
    r"|(?:envoyer un|send a) (?:message|chat)\b.*",
    re.IGNORECASE,
)


class Bubble(NamedTuple):
    """What one person wrote at once, or a notice; `name` is who, where a name stands above it."""

    side: Side
    text: str
    clock: str | None
    name: str | None = None


class Picture(NamedTuple):
    """The bubbles of a picture from top to bottom; `hard` of its `words` could hardly be read.

    frame: what the telephone and the app wrote around the conversation.
    """

    bubbles: list[Bubble]
    frame: list[str]
    words: int
    hard: int


@dataclass
class _Box:
    """Lines that stand together, and the box around them with the time that belongs to them."""

    lines: list[Line]
    name: str | None
    left: int
    top: int
    right: int
    bottom: int
    clock: str | None = None


def picture(readings: Iterable[str]) -> Picture:
    """What stands on a picture, from Tesseract's TSV of one reading of it or several."""
    width, height, read, everything = page(readings)
    lines, frame = _without_frame(everything, width, height)
    times = [line for line in lines if line.clock]
    written = [line for line in lines if not line.clock]
    # Digits beside a bubble are what could be read of its time: taken for a message, « 16 » would say an age.
    words, _ = _boxes([line for line in written if not _PIECE_OF_A_TIME.fullmatch(line.text)])
    pieces = [line for line in written if _PIECE_OF_A_TIME.fullmatch(line.text) and _belongs(line, words, below=0)]
    boxes, names = _boxes([line for line in written if line not in pieces])
    for piece in pieces:
        _belongs(piece, boxes, below=0)
    boxes += [_box(time, None) for time in times if not _belongs(time, boxes, below=_TIME_BELOW)]
    boxes.sort(key=lambda box: (box.top, box.left))
    bubbles = [
        Bubble(_side(box, boxes, width), "\n".join(line.text for line in box.lines), box.clock, box.name)
        for box in boxes
    ]
    return Picture(bubbles, [*frame, *names], len(read), sum(word.confidence < HARD_TO_READ for word in read))


def _without_frame(lines: list[Line], width: int, height: int) -> tuple[list[Line], list[str]]:
    """The lines of the conversation, and what is around it: the telephone's clock, a bar, the empty field."""
    above: list[Line] = []
    if height > _TELEPHONE * width and any(line.clock and line.bottom <= _CLOCK_ABOVE * height for line in lines):
        above = [line for line in lines if line.bottom <= _BARS_ABOVE * height]
    below = [line for line in lines[-1:] if _ASKS_FOR_WORDS.fullmatch(line.text)]
    frame = [*above, *below]
    return [line for line in lines if line not in frame], [line.text for line in frame]


def _boxes(lines: list[Line]) -> tuple[list[_Box], list[str]]:
    """Lines grouped into bubbles, names in capitals taken off where the owner has one; and names with nothing below."""
    named = any(line.text in _OWN_NAME for line in lines)
    boxes: list[_Box] = []
    unused: list[str] = []
    name: str | None = None
    for line in lines:
        if named and line.text.isupper() and _NAME_IN_CAPITALS.fullmatch(line.text):
            name = line.text
            unused.append(name)
            continue
        if unused and unused[-1] == name:
            unused.pop()
        for box in reversed(boxes):
            if box.name == name and _follows(line, box):
                box.lines.append(line)
                box.left, box.right = min(box.left, line.left), max(box.right, line.right)
                box.bottom = max(box.bottom, line.bottom)
                break
        else:
            boxes.append(_box(line, name))
    return boxes, unused


def _box(line: Line, name: str | None) -> _Box:
    return _Box([line], name, line.left, line.top, line.right, line.bottom)


def _follows(line: Line, box: _Box) -> bool:
    high = max(line.high, box.lines[-1].high)
    return abs(line.left - box.left) <= _SAME_EDGE * high and -high < line.top - box.bottom <= _FOLLOWS * high


def _belongs(time: Line, boxes: list[_Box], below: float) -> bool:
    """Give a time to the bubble that it stands in or beside, or at most `below` lines under it; False without one."""
    middle = (time.top + time.bottom) / 2
    near = [
        box
        for box in boxes
        if box.clock is None
        and box.lines[0].clock is None
        and box.top <= middle <= box.bottom + below * box.lines[-1].high
        and (box.left - time.high if below else box.right) <= time.left <= box.right + _TIME_BESIDE * time.high
    ]
    if not near:
        return False
    nearest = min(near, key=lambda box: abs(box.bottom - time.bottom))
    nearest.clock = time.text
    nearest.right, nearest.bottom = max(nearest.right, time.right), max(nearest.bottom, time.bottom)
    return True


def _side(box: _Box, others: list[_Box], width: int) -> Side:
    """Which side a bubble stands on, by the room that it leaves at its left and at its right.

    A bubble nearly as wide as the picture is told by the edges that it shares with other bubbles.
    """
    if box.name:
        return "owner" if box.name in _OWN_NAME else "other"
    at_left, at_right = box.left, width - box.right
    if abs(at_left - at_right) > 2 * _MIDDLE * width:
        return "other" if at_left < at_right else "owner"
    if min(at_left, at_right) >= _ROOM * width:
        return "middle"
    at_left -= min(other.left for other in others)
    at_right -= width - max(other.right for other in others)
    if abs(at_left - at_right) <= _SHARED * width:
        return "unclear"
    return "other" if at_left < at_right else "owner"
