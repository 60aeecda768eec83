"""The life of an authority's request: which state follows which, for each kind of request.

`services.requests` moves requests; a trigger of migration 0001 holds the same list, and a test compares the two.
"""

from enum import StrEnum


class State(StrEnum):
    """Where a request stands. The last five end it, save that what is preserved is preserved until `ended`."""

    RECEIVED = "received"
    AUTHENTICATED = "authenticated"
    ACKNOWLEDGED = "acknowledged"
    PRESERVED = "preserved"
    ANSWERED = "answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    UNAUTHENTIC = "unauthentic"
    ENDED = "ended"


NEXT: dict[State, tuple[State, ...]] = {
    State.RECEIVED: (State.AUTHENTICATED, State.UNAUTHENTIC, State.WITHDRAWN),
    State.AUTHENTICATED: (State.ACKNOWLEDGED, State.WITHDRAWN),
    State.ACKNOWLEDGED: (State.ANSWERED, State.PRESERVED, State.REFUSED, State.WITHDRAWN),
    State.PRESERVED: (State.ENDED,),
    State.ANSWERED: (),
    State.REFUSED: (),
    State.WITHDRAWN: (),
    State.UNAUTHENTIC: (),
    State.ENDED: (),
}
OPEN = (State.RECEIVED, State.AUTHENTICATED, State.ACKNOWLEDGED)
"""Those in which somebody has to do the next thing."""


def may_follow(before: State | str, after: State | str) -> bool:
    """Whether a request goes from one state to the other in one step."""
    return State(after) in NEXT[State(before)]
