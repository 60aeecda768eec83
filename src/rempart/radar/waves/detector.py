"""WaveDetector: posts in, in the order in which they come; alerts out, one a wave."""

from collections.abc import Iterable, Iterator
from typing import Self

from rempart.radar.waves.parameters import Parameters
from rempart.reading import PostReader
from rempart.records import Post, WaveAlert


class WaveDetector:
    """Watches every live tag of a stream of posts.

    parameters: settings. reader: reads the posts that come unread; a Statement is taken as it was read.
    Between posts it holds counts, salted hashes of authors, and for tags under which somebody testified the numbers of
    a few posts and the accounts accused: no text and no author's name.
    """

    def __init__(self, parameters: Parameters | None = None, reader: PostReader | None = None) -> None:
        self.parameters = parameters or Parameters()
        self._reader = reader or PostReader()

    def see(self, post: Post) -> list[WaveAlert]:
        """Take one post, or one Statement, and return the alerts that it raises, mostly none.

        Posts may come late by minutes: each counts at its own time; one older than the window counts for nothing.
        """
        return []

    def state(self) -> bytes:
        """All that is remembered, versioned, for `from_state`."""
        return b""

    @classmethod
    def from_state(cls, state: bytes, parameters: Parameters | None = None, reader: PostReader | None = None) -> Self:
        """A detector that goes on where the one that gave `state` stood.

        Raises ValueError when `state` is of another version or damaged.
        """
        return cls(parameters, reader)


def waves(
    posts: Iterable[Post], parameters: Parameters | None = None, reader: PostReader | None = None
) -> Iterator[WaveAlert]:
    """The alerts that a table of posts raises, given in the order of their times."""
    detector = WaveDetector(parameters, reader)
    for post in posts:
        yield from detector.see(post)
