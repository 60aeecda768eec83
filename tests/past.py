"""What happened some time ago, done by the services themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from rempart.ledger import clock


@contextmanager
def ago(days: int) -> Iterator[None]:
    """Whatever is done in the block happened so many days before now."""
    offset = clock.offset()
    clock.set_offset(offset - timedelta(days=days))
    try:
        yield
    finally:
        clock.set_offset(offset)
