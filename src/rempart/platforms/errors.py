"""What can be refused when a platform is set up or looked after, each told to a person."""

from rempart.casework.errors import ReasonMissing

__all__ = ["AlreadySettled", "NothingToRetry", "PlatformRefused", "ReasonMissing"]


class PlatformRefused(ValueError):
    """A platform cannot be set up like this. `field`: which of its entries is wrong; the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NothingToRetry(Exception):
    """The order does not wait for a person."""


class AlreadySettled(Exception):
    """The difference was settled before."""
