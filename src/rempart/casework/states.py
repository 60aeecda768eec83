"""The life of a case: its states, what moves it from one to the next, and nothing else.

opened → assessed → inquiry → decided → closed, with appeals on the way and new facts that bring it back. A preventive
measure is no state: whether one is in force is computed from its dates, in any state but closed. The database refuses
every other move (a trigger holds the same list), and docs/case-life.md is drawn from it.
"""

from enum import StrEnum


class State(StrEnum):
    """How far a case is."""

    OPENED = "opened"
    ASSESSED = "assessed"
    INQUIRY = "inquiry"
    DECIDED = "decided"
    APPEALED = "appealed"
    CLOSED = "closed"


class Move(StrEnum):
    """What brings a case from one state to another."""

    ASSESS = "assess"
    INQUIRE = "inquire"
    DECIDE = "decide"
    APPEAL = "appeal"
    ANSWER_APPEAL = "answer_appeal"
    CLOSE = "close"
    REOPEN = "reopen"
    UNDO = "undo"


class Impossible(ValueError):
    """The life of a case has no such move from where it stands."""


# From, by, to. An appeal is answered into the state that it came from, a closed case's into decided.
MOVES: frozenset[tuple[State, Move, State]] = frozenset(
    {
        (State.OPENED, Move.ASSESS, State.ASSESSED),
        (State.ASSESSED, Move.INQUIRE, State.INQUIRY),
        (State.DECIDED, Move.INQUIRE, State.INQUIRY),
        (State.ASSESSED, Move.DECIDE, State.DECIDED),
        (State.INQUIRY, Move.DECIDE, State.DECIDED),
        (State.ASSESSED, Move.APPEAL, State.APPEALED),
        (State.INQUIRY, Move.APPEAL, State.APPEALED),
        (State.DECIDED, Move.APPEAL, State.APPEALED),
        (State.CLOSED, Move.APPEAL, State.APPEALED),
        (State.APPEALED, Move.ANSWER_APPEAL, State.ASSESSED),
        (State.APPEALED, Move.ANSWER_APPEAL, State.INQUIRY),
        (State.APPEALED, Move.ANSWER_APPEAL, State.DECIDED),
        (State.ASSESSED, Move.CLOSE, State.CLOSED),
        (State.INQUIRY, Move.CLOSE, State.CLOSED),
        (State.DECIDED, Move.CLOSE, State.CLOSED),
        (State.CLOSED, Move.REOPEN, State.ASSESSED),
        (State.CLOSED, Move.REOPEN, State.INQUIRY),
        (State.CLOSED, Move.UNDO, State.DECIDED),
        (State.CLOSED, Move.UNDO, State.ASSESSED),
        (State.CLOSED, Move.UNDO, State.INQUIRY),
        (State.DECIDED, Move.UNDO, State.INQUIRY),
        (State.DECIDED, Move.UNDO, State.ASSESSED),
        (State.INQUIRY, Move.UNDO, State.ASSESSED),
        (State.INQUIRY, Move.UNDO, State.DECIDED),
        (State.INQUIRY, Move.UNDO, State.CLOSED),
        (State.DECIDED, Move.UNDO, State.CLOSED),
    }
)


def ensure_possible(before: State, move: Move, after: State) -> None:
    """Raises Impossible unless the life of a case has this move."""
    if (before, move, after) not in MOVES:
        raise Impossible(f"{move} does not bring a case from {before} to {after}")
