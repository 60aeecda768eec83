"""A progress bar on a terminal, nothing in a pipe."""

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

    yield from tqdm(items, total=total, unit=f" {what}", file=sys.stderr, mininterval=0.2)
