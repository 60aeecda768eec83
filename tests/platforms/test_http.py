"""What answers mean, and what is never sent nor written down."""

import gzip
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from rempart.platforms import http
from rempart.platforms.connector import PermanentFailure, TemporaryFailure, UnknownAccount
from rempart.platforms.models import Platform
from serving import Answers, serving


def answer(status, **headers):
    return httpx.Response(status, headers=headers)


def test_what_succeeded_is_handed_on():
    assert http.said(answer(204)).status_code == 204


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_temporary(status):
    with pytest.raises(TemporaryFailure):
        http.said(answer(status))


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 422])
def test_what_will_not_pass_is_permanent(status):
    with pytest.raises(PermanentFailure):
        http.said(answer(status))


def test_not_found_is_an_unknown_account_where_the_request_is_about_one():
    with pytest.raises(UnknownAccount):
        http.said(answer(404), names_account=True)


def test_the_platform_says_how_long_to_wait():
    with pytest.raises(TemporaryFailure) as failure:
        http.said(answer(429, **{"retry-after": "120"}))
    assert failure.value.after == timedelta(minutes=2)


def test_a_date_to_wait_for_is_understood():
    at = datetime.now(UTC) + timedelta(hours=1)
    found = http.retry_after(answer(503, **{"retry-after": format_datetime(at, usegmt=True)}))
    assert timedelta(minutes=59) < found <= timedelta(hours=1)


@pytest.mark.parametrize("said", ["", "soon", "-5", "99999999999999"])
def test_what_cannot_be_understood_does_not_keep_us_waiting_for_ever(said):
    found = http.retry_after(answer(503, **{"retry-after": said}))
    assert found is None or found <= timedelta(days=1)


def test_an_address_where_nothing_listens_is_temporary():
    with http.client(Platform(address="http://127.0.0.1:9")) as client, pytest.raises(TemporaryFailure):
        client.get("/x")


def test_requests_are_not_logged(caplog):
    caplog.set_level("DEBUG")
    with http.client(Platform(address="http://127.0.0.1:9")) as client, pytest.raises(TemporaryFailure):
        client.get("/secret-name")
    assert "secret-name" not in caplog.text


@pytest.fixture
def server():
    """A server that answers what a test says, a piece after the other: `server(pieces)` is its address."""
    running = ExitStack()

    def serve(pieces, **headers):
        class Pieces(Answers):
            def do_GET(self):
                self.send_response(200)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                with suppress(OSError):
                    for piece in pieces:
                        self.wfile.write(piece)

        return running.enter_context(serving(Pieces))

    with running:
        yield serve


def test_an_answer_is_handed_on_decompressed(server):
    address = server([gzip.compress(b'{"a": 1}')], content_encoding="gzip", content_type="application/json")
    with http.client(Platform(address=address)) as client:
        assert client.get("/x").json() == {"a": 1}


def test_an_answer_that_is_small_only_while_compressed_is_not_held_in_memory(server, monkeypatch):
    monkeypatch.setattr(http, "LARGEST", 100_000)
    address = server([gzip.compress(bytes(1_000_000))], content_encoding="gzip")
    with http.client(Platform(address=address)) as client, pytest.raises(PermanentFailure, match="too large"):
        client.get("/x")


def test_an_answer_that_trickles_keeps_nobody_waiting(server, monkeypatch):
    monkeypatch.setattr(http, "LONGEST", 0.2)

    def trickles():
        while True:
            yield b"x"
            time.sleep(0.05)

    with http.client(Platform(address=server(trickles()))) as client, pytest.raises(TemporaryFailure, match="in time"):
        client.get("/x")
