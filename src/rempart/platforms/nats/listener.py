"""Listening to a platform that publishes its events on NATS JetStream, by a durable consumer that workers share.

A message is acknowledged once the database has it. Until then it belongs to one worker, and when that one dies it comes
to another: what was taken in twice is stored once. What cannot be read is set aside at once; what brought a worker
down is tried again by itself, so that it takes nothing else with it, and is set aside after several tries.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Generator, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Self, TypeVar

import nats
from django.utils.translation import gettext_noop
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import NotFoundError

from rempart.platforms.connector import PermanentFailure, TemporaryFailure
from rempart.platforms.listener import Heard, Listener
from rempart.platforms.models import Platform
from rempart.platforms.nats import messages
from rempart.platforms.nats.settings import NatsSettings
from rempart.platforms.services import secret_of
from rempart.platforms.settings import settings_of

logger = logging.getLogger("rempart.listening")
T = TypeVar("T")

PATIENCE = 0.5  # seconds that a worker waits for a first message before it looks whether it should end
GATHERING = 0.02  # and for others to come along with the first
ALIVE_EVERY = 30.0  # seconds between two signs of life when nothing comes


class NatsListener(Listener):
    """One worker of the consumer group."""

    shares: ClassVar[bool] = True

    def __init__(self, *, server: str, settings: NatsSettings, secret: str, service: str, name: str) -> None:
        self._server, self._settings, self._secret = server, settings, secret
        self._service, self._name = service, name

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The listener of a platform. Raises PermanentFailure when a setting is wrong."""
        settings = settings_of(platform, NatsSettings)
        if not platform.address.startswith(("nats://", "tls://")):
            raise PermanentFailure(gettext_noop("the address of a NATS server begins with nats:// or tls://"))
        return cls(
            server=platform.address,
            settings=settings,
            secret=secret_of(platform),
            service=platform.service,
            name=platform.name,
        )

    def listen(self, position: Any, *, stop: threading.Event) -> Generator[Heard, None, None]:
        """Batches of messages, each acknowledged once it is stored. `position` is the consumer's own affair."""
        with asyncio.Runner() as runner:
            client: Client | None = None
            try:
                client = runner.run(_spoken(self._connected()))
                consumer = runner.run(_spoken(self._consumer(client)))
                yield from self._batches(runner, client, consumer, stop)
            finally:
                if client is not None:
                    runner.run(_closed(client))

    def _batches(
        self,
        runner: asyncio.Runner,
        client: Client,
        consumer: JetStreamContext.PullSubscription,
        stop: threading.Event,
    ) -> Generator[Heard, None, None]:
        alive = 0.0
        while not stop.is_set():
            taken = runner.run(_spoken(self._taken(consumer)))
            if not taken and time.monotonic() - alive < ALIVE_EVERY:
                continue
            alive = time.monotonic()
            waiting = list(taken)
            try:
                for batch in self._in_turn(runner, client, taken):
                    heard, unread = self._read(batch)
                    yield heard
                    runner.run(_spoken(self._done(client, batch, unread)))
                    waiting = waiting[len(batch) :]
                    if stop.is_set():
                        break
                if not taken:
                    yield Heard()
            finally:
                if waiting:
                    # What this worker will not take in any more goes to another at once.
                    with suppress(Exception):
                        runner.run(_given_back(client, consumer, waiting))

    async def _connected(self) -> Client:
        options: dict[str, Any] = {}
        if self._settings.user:
            options = {"user": self._settings.user, "password": self._secret}
        elif self._secret:
            options = {"token": self._secret}
        client = Client()
        try:
            await client.connect(
                self._server,
                connect_timeout=3,
                allow_reconnect=False,
                max_reconnect_attempts=1,
                error_cb=_unheard,
                name=f"rempart {self._name}",
                **options,
            )
        except nats.errors.Error as error:
            await _closed(client)
            if "authorization" in str(error).lower():
                raise PermanentFailure(
                    gettext_noop("the platform refuses our credentials: look at its secret and its rights")
                ) from error
            raise
        return client

    async def _consumer(self, client: Client) -> JetStreamContext.PullSubscription:
        settings = self._settings
        try:
            return await client.jetstream(timeout=10).pull_subscribe(
                f"{settings.subjects}.>",
                durable=settings.durable,
                stream=settings.stream,
                config=ConsumerConfig(
                    ack_policy=AckPolicy.EXPLICIT, ack_wait=settings.wait, max_ack_pending=20 * settings.batch
                ),
            )
        except NotFoundError as error:
            raise PermanentFailure(
                gettext_noop("the NATS server has no stream of that name: the platform makes it, or says its name")
            ) from error

    async def _taken(self, consumer: JetStreamContext.PullSubscription) -> Sequence[Msg]:
        """What waits, up to a batch; nothing when nothing came for a moment."""
        try:
            first = await consumer.fetch(1, timeout=PATIENCE)
        except TimeoutError:
            return []
        with suppress(TimeoutError):
            if self._settings.batch > 1:
                return [*first, *await consumer.fetch(self._settings.batch - 1, timeout=GATHERING)]
        return first

    def _in_turn(
        self, runner: asyncio.Runner, client: Client, taken: Sequence[Msg]
    ) -> Generator[list[Msg], None, None]:
        """What comes for the first time, together; what came before, one by one, in its order.

        The first in line of those that were tried too often is the one that never got through: the others behind it
        may never have had their turn.
        """
        fresh = [message for message in taken if _deliveries(message) == 1]
        again = [message for message in taken if _deliveries(message) > 1]
        if again and _deliveries(again[0]) > self._settings.tries:
            stuck = again.pop(0)
            runner.run(_spoken(self._set_aside(client, stuck, [f"it was tried {self._settings.tries} times"])))
        if fresh:
            yield fresh
        for message in again:
            yield [message]

    def _read(self, batch: Sequence[Msg]) -> tuple[Heard, dict[int, list[str]]]:
        """What a batch says, and what is wrong with which of its messages (by sequence number)."""
        heard, unread = Heard(), {}
        for message in batch:
            problems = messages.read(message.subject, message.data, service=self._service, into=heard)
            if problems:
                unread[message.metadata.sequence.stream] = problems
                heard.unreadable += len(problems)
        return heard, unread

    async def _done(self, client: Client, batch: Sequence[Msg], unread: dict[int, list[str]]) -> None:
        """Acknowledge what is stored; set aside what could not be read, which no other try would change."""
        for message in batch:
            if problems := unread.get(message.metadata.sequence.stream):
                await self._set_aside(client, message, problems)
            else:
                await message.ack()
        await client.flush(timeout=10)

    async def _set_aside(self, client: Client, message: Msg, problems: Sequence[str]) -> None:
        """Have a message come no more; it goes to the subject for rejects as it is, with what was wrong."""
        number = message.metadata.sequence.stream
        why = "; ".join(dict.fromkeys(problems))[:500]
        logger.warning("%s: message %s on %s is set aside: %s", self._name, number, message.subject, why)
        headers = {"Rempart-Subject": message.subject, "Rempart-Sequence": str(number), "Rempart-Why": why}
        await client.publish(self._settings.rejects, message.data, headers=headers)
        await client.flush(timeout=10)
        await message.term()


def _deliveries(message: Msg) -> int:
    return message.metadata.num_delivered or 1


async def _closed(client: Client) -> None:
    with suppress(Exception):
        await client.close()
    # A connection that was refused is left half open by the library.
    transport = client._transport
    if transport is not None:
        with suppress(Exception):
            transport.close()
            await transport.wait_closed()


async def _given_back(client: Client, consumer: JetStreamContext.PullSubscription, waiting: Sequence[Msg]) -> None:
    await consumer.unsubscribe()  # or they would come back to what we asked for and no longer wait for
    for message in waiting:
        await message.nak()
    await client.flush(timeout=2)


async def _spoken(said: Awaitable[T]) -> T:
    """The outcome of something asked of the server. Raises TemporaryFailure when the connection or the server fails."""
    try:
        return await said
    except (nats.errors.Error, OSError, TimeoutError) as error:
        raise TemporaryFailure(f"NATS: {type(error).__name__}") from error


async def _unheard(_error: Exception) -> None:
    """Errors of the connection come out of what was asked; the library would also log them, addresses included."""
