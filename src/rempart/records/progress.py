"""A progress bar on a terminal, nothing in a pipe."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def progress(items: Iterable[T], *, what: str, total: int | None = None) -> Iterator[T]:
    """`items` as they are, counted on standard error when that is a terminal. `what` names one item, in the plural."""
    if not sys.stderr.isatty():
        yield from items
        return
    from tqdm import tqdm

    # A terminal that says nothing of its size (a recorded session) is as wide as most.
    width = None if os.get_terminal_size(sys.stderr.fileno()).columns else 80
    yield from tqdm(items, total=total, unit=f" {what}", file=sys.stderr, mininterval=0.2, ncols=width)
