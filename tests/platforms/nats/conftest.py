"""A real NATS server, a platform that publishes its events there, and what it publishes."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass

import nats
import pytest

from rempart.platforms.servers.nats import NatsServer

ACCUSES = "#balancetontiktokeur @leo.vrtx m'a demandé des nudes sur snap, j'avais 14 ans"
TOKEN = "shown-by-whoever-connects"


@dataclass
class Publisher:
    """Publishes as the platform does: `publish("posts", {...}, {...})`, a message each."""

    server: NatsServer

    def make_stream(self) -> None:
        """The stream that holds the platform's events, and what we reject."""
        self._do(lambda js: js.add_stream(name="REMPART", subjects=["rempart.events.>", "rempart.rejects"]))

    def publish(self, kind: str, *things: dict | bytes) -> None:
        """Publish things, each as a message of its own."""

        async def all_of_them(js):
            for thing in things:
                data = thing if isinstance(thing, bytes) else json.dumps(thing).encode()
                await js.publish(f"rempart.events.{kind}", data)

        self._do(all_of_them)

    def posts(self, numbers: Iterable[int], **fields) -> None:
        """Publish posts that accuse, by number."""
        self.publish("posts", *(post(number, **fields) for number in numbers))

    def waiting(self, durable: str = "rempart") -> int:
        """How many messages nobody has acknowledged yet."""
        info = self._do(lambda js: js.consumer_info("REMPART", durable))
        return info.num_pending + info.num_ack_pending

    def rejected(self) -> list:
        """What was set aside, as messages."""

        async def every_one(js):
            last = (await js.stream_info("REMPART", subjects_filter="rempart.rejects")).state.subjects or {}
            found, sequence = [], 0
            while len(found) < last.get("rempart.rejects", 0):
                message = await js.get_msg("REMPART", sequence + 1, subject="rempart.rejects", next=True)
                sequence = message.seq
                found.append(message)
            return found

        return self._do(every_one)

    def _do(self, what):
        async def run():
            client = await nats.connect(self.server.address, token=self.server.token or None)
            try:
                return await what(client.jetstream())
            finally:
                await client.close()

        return asyncio.run(run())


def post(number: int, text: str = "", **fields) -> dict:
    """A post as the platform publishes it."""
    return {
        "id": f"p{number}",
        "author": f"author{number}",
        "created_at": f"2026-06-17T16:{number % 60:02}:00Z",
        "text": text or f"{ACCUSES} {number}",
    } | fields


def report(number: int, **fields) -> dict:
    """A report as the platform publishes it."""
    return {
        "number": f"r{number}",
        "about": {"service": "tiktok", "handle": "leo.vrtx"},
        "text": "Il m'a demandé des nudes, j'avais 14 ans.",
        "reporter": {"id": f"user{number}"},
    } | fields


@pytest.fixture(scope="session")
def _nats(tmp_path_factory):
    with NatsServer(tmp_path_factory.mktemp("nats"), token=TOKEN) as server:
        yield server


@pytest.fixture
def publisher(_nats):
    """The platform's side of a running server, with an empty stream."""
    there = Publisher(_nats)
    there.make_stream()
    yield there
    there._do(lambda js: js.delete_stream("REMPART"))


@pytest.fixture
def events(publisher):
    """Set up the platform that publishes, for the accounts of TikTok, with settings of one's own; a hashtag is watched.

    For use after `db` or `own_database`.
    """
    from rempart.intake.services import watch_tag
    from rempart.platforms.services import add_platform

    def make(**settings):
        watch_tag("balancetontiktokeur")
        return add_platform(
            "events",
            kind="nats",
            service="tiktok",
            address=publisher.server.address,
            secret=publisher.server.token,
            settings=settings,
            acting=None,
        )

    return make
