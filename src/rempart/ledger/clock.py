"""The one clock: every room asks it what time it is, so that a test can move time."""

from datetime import UTC, datetime, timedelta

_offset = timedelta(0)


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC) + _offset


def set_offset(offset: timedelta) -> None:
    """Run `offset` ahead of the system's clock in this process. For tests and simulations."""
    global _offset  # noqa: PLW0603 - the one clock has one hand
    _offset = offset


def offset() -> timedelta:
    """How far this process runs ahead of the system's clock."""
    return _offset
