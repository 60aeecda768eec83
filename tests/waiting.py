"""Waiting for what other processes do: until it is seen, for far longer than it takes."""

import time
from collections.abc import Callable
from typing import Any


def until(look: Callable[[], Any], wanted: Any = True, *, within: float = 120.0) -> Any:
    """Look again and again until `wanted` is seen, for at most so many seconds; what was seen last."""
    deadline = time.monotonic() + within
    while (seen := look()) != wanted and time.monotonic() < deadline:
        time.sleep(0.05)
    return seen
