"""What is said on a personal data server, from its firehose; or from a Jetstream, where the settings name one.

The firehose is `com.atproto.sync.subscribeRepos` (https://atproto.com/specs/event-stream, sync): DAG-CBOR frames, each
with its number, from which it is gone on with. A Jetstream says the same in JSON, by microseconds
(https://github.com/bluesky-social/jetstream). Posts, their edits and deletions are taken in, and handles that change;
the posts of an account that its owner deleted or deactivated disappear here too. A takedown is somebody else's decision
about them and erases nothing.
"""

import logging
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Generator, Mapping
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

import libipld
import msgspec
from websockets.exceptions import ConnectionClosed, InvalidURI, WebSocketException
from websockets.sync.client import ClientConnection, connect

from rempart.intake.models import Post as StoredPost
from rempart.ledger.clock import now
from rempart.platforms.atproto.settings import atproto_settings
from rempart.platforms.connector import PermanentFailure, TemporaryFailure
from rempart.platforms.listener import Heard, Listener
from rempart.platforms.models import Platform
from rempart.reading.exports import parse_posts
from rempart.reading.exports.bluesky import POST
from rempart.records import AccountReference
from rempart.records.lines import BadLine

logger = logging.getLogger("rempart.listening")

FIREHOSE = "/xrpc/com.atproto.sync.subscribeRepos"
LARGEST = 16 * 1024 * 1024
"""Bytes of one message."""
FULL = 500
"""Things heard that make a batch."""
PATIENCE = 0.25
"""Seconds that a batch waits for more."""
ALIVE = 10.0
"""Seconds of silence after which an empty batch says how far we are."""
OVERLAP = 2_000_000
"""Microseconds of a Jetstream heard again after an interruption: its numbers are times, which several events share."""
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What an event raises that is not as promised, or nested so deeply that nobody could read it."""
WITHDRAWN = frozenset({"deleted", "deactivated"})
"""What an account's owner does; the other states are decided by moderators."""


class AtprotoListener(Listener):
    """One stream of events. Positions name their stream, so that another one is not gone on with by mistake."""

    def __init__(self, stream: "_Stream") -> None:
        self.stream = stream

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The firehose of the platform's own server, or the Jetstream of its settings."""
        settings = atproto_settings(platform)
        if settings.jetstream:
            return cls(_Jetstream(settings.jetstream))
        return cls(_Firehose(platform.address.replace("http", "ws", 1)))

    def listen(self, position: Any, *, stop: threading.Event) -> Generator[Heard, None, None]:
        """What was said after `position`; at first, as far back as the server remembers (a Jetstream: from now on)."""
        after = position.get(self.stream.name) if isinstance(position, dict) else None
        after = after if after is not None else self.stream.beginning()
        with _open(self.stream.uri(after)) as connection:
            batch, since, heard_at = Heard(position={self.stream.name: after}), 0.0, time.monotonic()
            while not stop.is_set():
                message = _next(connection, within=PATIENCE)
                moment = time.monotonic()
                if message is not None:
                    since = since or moment
                    after = self.stream.take(message, batch) or after
                    batch.position = {self.stream.name: after}
                if (since and (_size(batch) >= FULL or moment - since >= PATIENCE)) or moment - heard_at >= ALIVE:
                    yield batch
                    batch, since, heard_at = Heard(position={self.stream.name: after}), 0.0, time.monotonic()


class _Stream(ABC):
    """How a stream is asked for and what its messages say."""

    name: ClassVar[str]

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    @abstractmethod
    def beginning(self) -> int:
        """Where to begin when nothing was heard yet."""

    @abstractmethod
    def uri(self, after: int) -> str:
        """Where to connect to hear what came after."""

    @abstractmethod
    def take(self, message: str | bytes, batch: Heard) -> int | None:
        """Add what a message says to the batch; its place in the stream, None when it has none."""


class _Firehose(_Stream):
    """The server's own stream, which it remembers for a while (a day, unless its administrator chose otherwise)."""

    name = "firehose"

    def beginning(self) -> int:
        return 0

    def uri(self, after: int) -> str:
        return f"{self.address}{FIREHOSE}?{urlencode({'cursor': after})}"

    def take(self, message: str | bytes, batch: Heard) -> int | None:
        kind, body = "of no kind", {}
        try:
            header, body = libipld.decode_dag_cbor_multi(message if isinstance(message, bytes) else message.encode())
            if header["op"] == -1:
                raise _told(str(body.get("error", "")))
            kind = str(header["t"])
            if kind == "#info":
                logger.warning("the server says: %s", str(body.get("name", ""))[:60])
                return None
            self._take(kind, body, batch)
            return int(body["seq"])
        except _UNREADABLE:
            batch.unreadable += 1
            logger.warning("an event (%s) could not be read", kind[:60])
            # It is passed all the same, or it would be heard again for ever.
            place = body.get("seq") if isinstance(body, dict) else None
            return place if isinstance(place, int) else None

    def _take(self, kind: str, body: Mapping[str, Any], batch: Heard) -> None:
        if kind == "#commit":
            wanted = [operation for operation in body["ops"] if operation["path"].startswith(f"{POST}/")]
            if not wanted:
                return
            _header, blocks = libipld.decode_car(body["blocks"])
            for operation in wanted:
                key = operation["path"].partition("/")[2]
                record = blocks.get(operation["cid"]) if operation["cid"] is not None else None
                _post(batch, body["repo"], key, operation["action"], record)
        elif kind == "#identity":
            _identity(batch, body)
        elif kind == "#account":
            _account(batch, body)


class _Jetstream(_Stream):
    """A Jetstream, asked for posts alone; it tells of identities and accounts unasked."""

    name = "jetstream"

    def beginning(self) -> int:
        return int(now().timestamp() * 1_000_000)

    def uri(self, after: int) -> str:
        return f"{self.address}/subscribe?{urlencode({'wantedCollections': POST, 'cursor': after - OVERLAP})}"

    def take(self, message: str | bytes, batch: Heard) -> int | None:
        try:
            event = msgspec.json.decode(message)
            place = int(event["time_us"])
            if event["kind"] == "commit" and event["commit"]["collection"] == POST:
                commit = event["commit"]
                _post(batch, event["did"], commit["rkey"], commit["operation"], commit.get("record"))
            elif event["kind"] == "identity":
                _identity(batch, event["identity"])
            elif event["kind"] == "account":
                _account(batch, event["account"])
        except _UNREADABLE:
            batch.unreadable += 1
            logger.warning("an event could not be read")
            return None
        return place


def _post(batch: Heard, did: str, key: str, action: str, record: Any) -> None:
    """A post that was written, changed or deleted."""
    if action == "delete":
        batch.deleted.append(("bluesky", f"at://{did}/{POST}/{key}"))
        return
    commit = {"operation": action, "collection": POST, "rkey": key, "record": _with_its_hashtags(record)}
    try:
        posts = parse_posts({"kind": "commit", "did": did, "commit": commit})
    except BadLine as error:
        batch.unreadable += 1
        logger.warning("a post could not be read for its `%s`", error.field)
        return
    (batch.edited if action == "update" else batch.posts).extend(posts)


def _with_its_hashtags(record: Any) -> Any:
    """The record with the hashtags that apps show beside its text, or under words of it, written out at its end."""
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return record
    listed = record.get("tags")
    named = [tag for tag in listed if isinstance(tag, str)] if isinstance(listed, list) else []
    facets = record.get("facets")
    for facet in facets if isinstance(facets, list) else []:
        features = facet.get("features") if isinstance(facet, dict) else None
        for feature in features if isinstance(features, list) else []:
            if isinstance(feature, dict) and isinstance(feature.get("tag"), str):
                named.append(feature["tag"])
    said = record["text"].casefold()
    missing = [tag for tag in dict.fromkeys(named) if f"#{tag.casefold()}" not in said]
    return {**record, "text": " ".join([record["text"], *(f"#{tag}" for tag in missing)])} if missing else record


def _identity(batch: Heard, said: Mapping[str, Any]) -> None:
    handle = said.get("handle")
    if isinstance(handle, str) and handle != "handle.invalid":
        batch.renamed.append(AccountReference("bluesky", handle, said["did"]))


def _account(batch: Heard, said: Mapping[str, Any]) -> None:
    """What an account's owner withdrew disappears here, with every post of theirs that is stored."""
    if said["active"] or said.get("status") not in WITHDRAWN:
        return
    theirs = StoredPost.objects.filter(service="bluesky", post_id__startswith=f"at://{said['did']}/", erased_at=None)
    batch.deleted.extend(("bluesky", number) for number in theirs.values_list("post_id", flat=True))


def _size(batch: Heard) -> int:
    return len(batch.posts) + len(batch.edited) + len(batch.deleted) + len(batch.renamed)


def _open(uri: str) -> ClientConnection:
    """Connect, without a proxy of the environment. Raises TemporaryFailure, PermanentFailure."""
    try:
        return connect(uri, open_timeout=10, close_timeout=1, max_size=LARGEST, proxy=None, user_agent_header="Rempart")
    except InvalidURI as error:
        raise PermanentFailure("the stream's address is not one") from error
    except (OSError, WebSocketException) as error:
        raise TemporaryFailure("the stream cannot be reached") from error


def _next(connection: ClientConnection, *, within: float) -> str | bytes | None:
    """The next message, None when there is none in time. Raises TemporaryFailure when the connection ends."""
    try:
        return connection.recv(timeout=within)
    except TimeoutError:
        return None
    except (ConnectionClosed, OSError) as error:
        raise TemporaryFailure("the stream broke off") from error


def _told(error: str) -> TemporaryFailure | PermanentFailure:
    """What the server ends the stream with (com.atproto.sync.subscribeRepos, errors)."""
    if error == "FutureCursor":
        return PermanentFailure("the server knows nothing of where we stood: it was set up anew; forget the cursor")
    return TemporaryFailure(f"the server ended the stream ({error[:60]})")
