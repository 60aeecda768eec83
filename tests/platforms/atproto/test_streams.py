"""What each message of a stream comes to: frames of the firehose, and events of a Jetstream as its README gives them.

No Jetstream can be installed for the tests; its events are said by a websocket of this machine.
"""

import json
import socket
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import libipld
import pytest
from websockets.sync.server import serve

from rempart.platforms.atproto.listener import AtprotoListener
from rempart.platforms.connector import PermanentFailure, TemporaryFailure
from rempart.platforms.models import Platform
from rempart.records import AccountReference

DID = "did:plc:s5ta5bdgmhnwub3uwxpcjoog"
POST = "app.bsky.feed.post"
RECORD = {"$type": POST, "text": "Bonsoir #inventee", "createdAt": "2026-06-17T18:04:00.000Z", "langs": ["fr"]}


@contextmanager
def saying(*messages, stays=True):
    """A server that says these messages to whoever connects, and then stays or not: its address, what it was asked."""
    asked = []

    def say(connection):
        asked.append(connection.request.path)
        for message in messages:
            connection.send(message)
        for _ in connection if stays else ():
            pass

    with serve(say, "127.0.0.1", 0) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}", asked
        server.shutdown()
        thread.join()


def hear(address, position=None, *, jetstream=False):
    """The first batch that is heard there."""
    settings = {"jetstream": address} if jetstream else {}
    platform = Platform(service="bluesky", address=address.replace("ws", "http", 1), settings=settings)
    with closing(AtprotoListener.of(platform).listen(position, stop=threading.Event())) as stream:
        return next(stream)


def frame(kind, body, op=1):
    """A frame of the firehose."""
    header = {"op": op, "t": kind} if kind else {"op": op}
    return libipld.encode_dag_cbor(header) + libipld.encode_dag_cbor(body)


def event(kind, time_us=1, **said):
    """An event of a Jetstream."""
    return json.dumps({"did": DID, "time_us": time_us, "kind": kind, **said})


def commit(operation="create", record=None, key="3abc"):
    """A commit as a Jetstream tells it."""
    return {
        "rev": "3a",
        "operation": operation,
        "collection": POST,
        "rkey": key,
        **({"record": record} if record else {}),
    }


def test_a_jetstream_tells_posts_edits_deletions_and_handles(db):
    said = (
        event("commit", 1, commit=commit(record=RECORD)),
        event("commit", 2, commit=commit("update", RECORD | {"text": "Corrigé #inventee"})),
        event("commit", 3, commit=commit("delete", key="3abd")),
        event("identity", 4, identity={"did": DID, "handle": "new.test", "seq": 1, "time": "2026-06-17T18:04:00Z"}),
        event("account", 5, account={"active": True, "did": DID, "seq": 2, "time": "2026-06-17T18:04:00Z"}),
    )
    with saying(*said) as (address, _asked):
        heard = hear(address, jetstream=True)
    (post,) = heard.posts
    assert (post.id, post.author, post.text) == (f"at://{DID}/{POST}/3abc", DID, "Bonsoir #inventee")
    assert [edit.text for edit in heard.edited] == ["Corrigé #inventee"]
    assert heard.deleted == [("bluesky", f"at://{DID}/{POST}/3abd")]
    assert heard.renamed == [AccountReference("bluesky", "new.test", DID)]
    assert (heard.position, heard.unreadable) == ({"jetstream": 5}, 0)


def test_a_jetstream_is_gone_on_with_a_little_before_where_it_was_left(db):
    with saying(event("commit", 12_000_000, commit=commit(record=RECORD))) as (address, asked):
        hear(address, {"jetstream": 10_000_000}, jetstream=True)
    assert asked == [f"/subscribe?wantedCollections={POST}&cursor=8000000"]


def test_another_stream_is_not_gone_on_with_by_mistake(db):
    before = int(datetime.now(UTC).timestamp() * 1_000_000) - 10_000_000
    with saying(event("commit", 1, commit=commit(record=RECORD))) as (address, asked):
        hear(address, {"firehose": 7}, jetstream=True)
    assert int(asked[0].rpartition("=")[2]) > before


@pytest.mark.parametrize(
    "message",
    [
        "",
        "[]",
        "{",
        "null",
        b"\xff",
        event("commit"),
        event("commit", commit=commit(record={"$type": POST, "text": 1})),
        event("commit", commit={"collection": POST}),
        event("identity", identity={"handle": "new.test"}),
        event("account", account={}),
        '{"kind": "commit", "time_us": 1, "commit": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
)
def test_what_a_jetstream_says_that_cannot_be_read_is_counted_and_stops_nothing(db, message):
    with saying(message, event("commit", 9, commit=commit(record=RECORD))) as (address, _asked):
        heard = hear(address, jetstream=True)
    assert (heard.unreadable, len(heard.posts), heard.position) == (1, 1, {"jetstream": 9})


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\xff\xff",
        b"\x81" * 5000 + b"\x80",
        "of text",
        frame("#commit", {"seq": 1}),
        frame(
            "#commit",
            {"seq": 1, "repo": DID, "ops": [{"path": f"{POST}/3a", "action": "create", "cid": b"x"}], "blocks": b"x"},
        ),
        frame("#identity", {"seq": 1, "handle": "new.test"}),
        frame("#account", {"seq": 1}),
        frame("#account", {}),
    ],
)
def test_a_frame_that_cannot_be_read_is_counted_and_stops_nothing(db, message):
    last = frame("#identity", {"seq": 9, "did": DID, "handle": "new.test"})
    with saying(message, last) as (address, _asked):
        heard = hear(address)
    assert (heard.unreadable, len(heard.renamed), heard.position) == (1, 1, {"firehose": 9})


def test_what_the_firehose_says_of_other_things_is_passed_over(db):
    said = (frame("#info", {"name": "OutdatedCursor"}), frame("#sync", {"seq": 3}), frame("#unheard_of", {"seq": 4}))
    with saying(*said) as (address, asked):
        heard = hear(address, {"firehose": 2})
    assert (heard.unreadable, heard.position) == (0, {"firehose": 4})
    assert asked == ["/xrpc/com.atproto.sync.subscribeRepos?cursor=2"]


@pytest.mark.parametrize(
    ("error", "failure"), [("ConsumerTooSlow", TemporaryFailure), ("FutureCursor", PermanentFailure)]
)
def test_what_the_server_ends_a_stream_with_is_told_apart(db, error, failure):
    with saying(frame(None, {"error": error}, op=-1)) as (address, _asked), pytest.raises(failure):
        hear(address)


def test_a_stream_that_breaks_off_is_a_passing_failure(db):
    with saying(stays=False) as (address, _asked), pytest.raises(TemporaryFailure, match="broke off"):
        hear(address)


def test_a_server_that_hangs_up_at_once_is_a_passing_failure(db):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up():
            server.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        with pytest.raises(TemporaryFailure, match="cannot be reached"):
            hear(f"ws://127.0.0.1:{server.getsockname()[1]}")
