"""The streams of hashtags that a Mastodon server sends as events (SSE), one connection a hashtag, gathered in a queue.

Events as in https://docs.joinmastodon.org/methods/streaming/: `update`, `status.update`, `delete`; lines that begin
with a colon keep the connection alive. They cannot be resumed: what was missed is read from timelines.
"""

import logging
import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple, Self

import httpx

from rempart.platforms.connector import PlatformFailure, TemporaryFailure
from rempart.platforms.http import PlatformClient, said

logger = logging.getLogger("rempart.listening")
LONGEST_EVENT = 1 << 20  # characters
SILENCE = 60.0  # seconds; a server says that it is alive four times a minute
MOST_WAITING = 10_000  # events; beyond that a stream is read only as fast as it is stored


class Event(NamedTuple):
    """One event of the stream of a hashtag."""

    tag: str
    name: str
    data: str


def events_of(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """The events in the lines of a stream, with their names (HTML standard, 9.2.6); over-long ones are left out."""
    name, data, size = "", [], 0
    for line in lines:
        if not line:
            if data and size <= LONGEST_EVENT:
                yield name or "message", "\n".join(data)
            name, data, size = "", [], 0
        elif not line.startswith(":"):
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                size += len(value)
                data.append(value if size <= LONGEST_EVENT else "")


class Streams:
    """The streams of the hashtags that are followed."""

    def __init__(self, client: PlatformClient, address: str) -> None:
        self._client, self._address = client, address
        self._queue: queue.Queue[Event | PlatformFailure] = queue.Queue(MOST_WAITING)
        self._followed: dict[str, _Stream] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.follow([])

    def follow(self, tags: list[str]) -> list[str]:
        """Follow these hashtags and no others. Returns those that are new: their streams are open, or have failed."""
        for tag in self._followed.keys() - set(tags):
            self._followed.pop(tag).end()
        new = [tag for tag in tags if tag not in self._followed]
        for tag in new:
            self._followed[tag] = _Stream(self._client, f"{self._address}/api/v1/streaming/hashtag", tag, self._queue)
            self._followed[tag].start()
        for tag in new:
            self._followed[tag].opened.wait(15)
        return new

    def events(self, *, most: int, patience: float) -> list[Event]:
        """What came, up to `most`; nothing after `patience` seconds. Raises what a stream failed of."""
        found: list[Event] = []
        while len(found) < most:
            try:
                event = self._queue.get_nowait() if found else self._queue.get(timeout=patience)
            except queue.Empty:
                break
            if isinstance(event, PlatformFailure):
                raise event
            if event.tag in self._followed:
                found.append(event)
        return found


class _Stream(threading.Thread):
    """Reads one stream until it is told to end; what it fails of goes where its events go."""

    def __init__(
        self, client: PlatformClient, address: str, tag: str, into: "queue.Queue[Event | PlatformFailure]"
    ) -> None:
        super().__init__(name=f"#{tag}", daemon=True)
        self.opened = threading.Event()
        self._client, self._address, self._tag, self._into = client, address, tag, into
        self._ended = threading.Event()
        self._socket: socket.socket | None = None

    def run(self) -> None:
        """Hand over each event as it comes."""
        try:
            with self._client.stream(
                "GET", self._address, params={"tag": self._tag}, timeout=httpx.Timeout(10, read=SILENCE)
            ) as response:
                said(response)
                self._socket = response.extensions["network_stream"].get_extra_info("socket")
                self.opened.set()
                for name, data in events_of(response.iter_lines()):
                    self._hand_over(Event(self._tag, name, data))
            raise TemporaryFailure("the stream ended")
        except PlatformFailure as failure:
            self._hand_over(failure)
        except Exception as error:
            self._hand_over(TemporaryFailure(f"the stream broke off ({type(error).__name__})"))
        finally:
            self.opened.set()

    def _hand_over(self, what: Event | PlatformFailure) -> None:
        while not self._ended.is_set():
            with suppress(queue.Full):
                self._into.put(what, timeout=1)
                return

    def end(self) -> None:
        """End it, even while it waits for something to come."""
        self._ended.set()
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
