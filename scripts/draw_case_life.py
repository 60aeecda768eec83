"""Draw the life of a case from casework.states.MOVES: docs/case-life.svg, and the table of moves in docs/case-life.md.

With --check, fail if either is out of date.
"""

import sys
from pathlib import Path
from typing import NamedTuple

from rempart.casework.states import MOVES, Move, State

DOCS = Path(__file__).parent.parent / "docs"
SVG, PAGE = DOCS / "case-life.svg", DOCS / "case-life.md"
BEGIN, END = "<!-- drawn by scripts/draw_case_life.py: begin -->", "<!-- drawn: end -->"


class Box(NamedTuple):
    """Where a state stands: the middle of its box, and how wide that is."""

    x: int
    y: int
    width: int = 130


# A state that stands nowhere fails the drawing, so that none is forgotten. Appeals come from everywhere: a bar above.
PLACES = {
    State.OPENED: Box(90, 300),
    State.ASSESSED: Box(300, 300),
    State.INQUIRY: Box(510, 300),
    State.DECIDED: Box(720, 300),
    State.CLOSED: Box(930, 300),
    State.APPEALED: Box(615, 40, 760),
}
HEIGHT = 48
SAID = {
    Move.ASSESS: "assess",
    Move.INQUIRE: "inquire",
    Move.DECIDE: "decide",
    Move.APPEAL: "appeal",
    Move.ANSWER_APPEAL: "answer",
    Move.CLOSE: "close",
    Move.REOPEN: "reopen",
    Move.UNDO: "undo",
}
STYLE = """
    text { font: 14px system-ui, sans-serif; fill: #1c2430; text-anchor: middle; }
    .state { fill: #eef2f8; stroke: #2b4c7e; stroke-width: 1.5; }
    .name { font-weight: 600; }
    .move { fill: none; stroke: #2b4c7e; stroke-width: 1.5; }
    .undo { stroke: #8a94a6; stroke-dasharray: 5 4; }
    .said { font-size: 12px; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; }
"""


def drawing() -> str:
    """The diagram as SVG. Raises ValueError for a state that has no place."""
    if strays := set(State) - set(PLACES):
        raise ValueError(f"no place for: {', '.join(sorted(strays))}")
    pairs: dict[tuple[State, State], set[Move]] = {}
    for before, move, after in MOVES:
        pairs.setdefault((before, after), set()).add(move)
    parts = [_arrow(before, after, moves) for (before, after), moves in sorted(pairs.items())]
    parts += [_box(state) for state in State]
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1020 500" role="img" aria-labelledby="title">',
            '  <title id="title">The life of a case: its states, and the moves between them</title>',
            f"  <style>{STYLE}  </style>",
            '  <rect width="1020" height="500" fill="#ffffff"/>',
            '  <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
            ' orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="#2b4c7e"/></marker></defs>',
            *parts,
            "</svg>",
            "",
        ]
    )


def _box(state: State) -> str:
    x, y, width = PLACES[state]
    return (
        f'  <rect class="state" x="{x - width // 2}" y="{y - HEIGHT // 2}" width="{width}" height="{HEIGHT}" rx="8"/>'
        f'<text class="name" x="{x}" y="{y + 5}">{state}</text>'
    )


def _arrow(before: State, after: State, moves: set[Move]) -> str:
    """One line for all moves of a pair, dashed where it is only undoing."""
    said = ", ".join(SAID[move] for move in Move if move in moves)
    kind = "move undo" if moves == {Move.UNDO} else "move"
    if State.APPEALED in (before, after):
        path, x, y = _upright(before, after)
    else:
        path, x, y = _along(PLACES[before], PLACES[after])
    words = f'<text class="said" x="{x:g}" y="{y:g}">{said}</text>'
    return f'  <path class="{kind}" d="{path}" marker-end="url(#tip)"/>{words}'


def _upright(before: State, after: State) -> tuple[str, float, float]:
    """Up to the appeal on the left of a state, down from it on its right."""
    appealed, up = PLACES[State.APPEALED], after is State.APPEALED
    state = PLACES[before if up else after]
    x = state.x + (-48 if up else 48)
    low, high = state.y - HEIGHT // 2, appealed.y + HEIGHT // 2
    return (f"M{x} {low}V{high}" if up else f"M{x} {high}V{low}"), x, high + 22


def _along(start: Box, end: Box) -> tuple[str, float, float]:
    """To the next state straight, further on in an arc above the row, back in an arc below it."""
    steps, on = abs(end.x - start.x) // 210, end.x > start.x
    if on and steps == 1:
        x1, x2 = start.x + start.width // 2, end.x - end.width // 2
        return f"M{x1} {start.y - 8}H{x2}", (x1 + x2) / 2, start.y - 14
    aside = 14 if on else -14
    x1, x2 = start.x + aside, end.x - aside
    y = start.y + (-HEIGHT // 2 if on else HEIGHT // 2)
    depth = -34 * steps if on else 44 * steps
    bend = y + depth * 4 / 3
    return f"M{x1} {y}C{x1} {bend:g} {x2} {bend:g} {x2} {y}", (x1 + x2) / 2, y + depth + 4


def table() -> str:
    """Every move as a line of a table, in the order of the states and of the moves."""
    states, moves = list(State), list(Move)
    rows = sorted(MOVES, key=lambda one: (states.index(one[0]), moves.index(one[1]), states.index(one[2])))
    return "\n".join(
        ["| from | move | to |", "|---|---|---|", *(f"| {one} | {move} | {other} |" for one, move, other in rows)]
    )


def page() -> str:
    """The page with its table drawn again."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


def main() -> int:
    """Rewrite the drawing and the table, or with --check compare them. Returns the exit status."""
    drawn = {SVG: drawing(), PAGE: page()}
    if "--check" in sys.argv:
        stale = [path for path, text in drawn.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
        for path in stale:
            print(f"{path.name} is out of date: run `make docs`")
        return 1 if stale else 0
    for path, text in drawn.items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
