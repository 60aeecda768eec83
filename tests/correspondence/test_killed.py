"""The worker is killed while a webhook is under way, for real: the next one sends it again, under the same id, once."""

import signal
import socket
import threading
import time

import psycopg
import pytest


class Slow:
    """A platform that takes requests and answers only when it is told to."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listening.getsockname()[1]}/"
        self.ids: list[str] = []
        self.answers = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                taken, _address = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._take, args=(taken,), daemon=True).start()

    def _take(self, taken: socket.socket) -> None:
        with taken:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (part := taken.recv(65536)):
                    return
                head += part
            self.ids.append(head.lower().partition(b"webhook-id: ")[2].partition(b"\r\n")[0].decode())
            self.answers.wait(30)
            taken.sendall(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")

    def wait_for(self, count: int, *, timeout: float = 60) -> None:
        """Until so many requests came."""
        until = time.monotonic() + timeout
        while len(self.ids) < count:
            assert time.monotonic() < until, f"{len(self.ids)} requests only"
            time.sleep(0.02)


@pytest.fixture
def slow():
    """A platform that is slow."""
    platform = Slow()
    yield platform
    platform.answers.set()
    platform.listening.close()


def value(own_database, sql: str):
    with psycopg.connect(own_database.owner_url, autocommit=True) as connection:
        return connection.execute(sql).fetchone()[0]


def test_a_delivery_killed_between_sending_and_noting_is_sent_again_under_its_id(own_database, slow):
    from rempart.correspondence.endpoints import add_endpoint
    from rempart.correspondence.services import open_conversation, say
    from rempart.correspondence.tasks import deliver_soon

    add_endpoint("The platform", slow.url, acting=None)
    conversation = open_conversation(
        "respondent", about="example.thing:1", person="example.person:1", service="tiktok", account="leo.vrtx"
    )
    say(conversation, text="Bonjour", once="decision:1")
    worker = own_database.spawn("worker")
    slow.wait_for(1)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert value(own_database, "SELECT attempts FROM correspondence_delivery") == 0

    say(conversation, text="Bonjour", once="decision:1")  # whoever asked is not sure either, and asks again
    slow.answers.set()
    deliver_soon()  # rather than wait for the next minute
    next_worker = own_database.spawn("worker")
    slow.wait_for(2)
    until = time.monotonic() + 30
    while not value(own_database, "SELECT count(*) FROM correspondence_delivery WHERE delivered_at IS NOT NULL"):
        assert time.monotonic() < until
        time.sleep(0.05)
    next_worker.terminate()
    next_worker.wait()
    assert len(set(slow.ids)) == 1
    assert value(own_database, "SELECT count(*) FROM correspondence_message") == 1
    told = "SELECT count(*) FROM ledger_ledgerrow WHERE event = 'message_delivered'"
    assert value(own_database, told) == 1
