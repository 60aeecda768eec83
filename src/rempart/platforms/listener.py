"""What a listener is: how a platform tells us what was said there, so that each thing is taken in once.

A listener is a module `listener.py` in a connector's folder with a class of this shape. It keeps nothing: where it
stands is stored with what it heard, in one transaction (`listening.keep`), and it can be killed at any point.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Generator
from typing import Any, ClassVar, Self

import msgspec

from rempart.intake.services import HandedReport
from rempart.platforms.models import Platform
from rempart.records import AccountReference, Post
from rempart.records.references import Service


class Heard(msgspec.Struct, kw_only=True):
    """A batch of what a platform said, in its order, and where to go on after it.

    edited: posts whose author changed them, as they are now. deleted: the service and number of each post that is gone
    or no longer public at its source. renamed: an immutable id with its new handle. unreadable: how many things could
    not be made sense of; the listener logged why, never what they said. position: any JSON value that `listen` can
    resume from; None when the source itself remembers where we stand.
    """

    posts: list[Post] = []
    edited: list[Post] = []
    deleted: list[tuple[Service, str]] = []
    reports: list[HandedReport] = []
    renamed: list[AccountReference] = []
    unreadable: int = 0
    position: Any = None


class Listener(ABC):
    """One platform, listened to.

    shares: whether the source itself shares its load between several that listen under one name (a consumer group);
    without it only one runs at a time.
    """

    shares: ClassVar[bool] = False

    @classmethod
    @abstractmethod
    def of(cls, platform: Platform) -> Self:
        """The listener of a platform as it is set up. Raises PermanentFailure when a setting is missing or wrong."""

    @abstractmethod
    def listen(self, position: Any, *, stop: threading.Event) -> Generator[Heard, None, None]:
        """What was said after `position` (None: from now, or from as far back as makes sense), in small batches.

        The next batch is asked for only once the last one is stored: what has to be acknowledged is acknowledged right
        after the `yield`. When a batch could not be stored the generator is closed there instead. Ends within a second
        or so of `stop` being set, and may give an empty batch to say that it is alive.
        Raises TemporaryFailure when the connection breaks, PermanentFailure when a person has to do something.
        """
