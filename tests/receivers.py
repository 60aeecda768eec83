"""A platform that receives webhooks and a mail server, both real, on this machine: fixtures for those who send."""

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from serving import Answers, serving


@dataclass
class Received:
    """What the platform was sent: headers in lower case, and the body's bytes."""

    headers: dict[str, str]
    body: bytes


@dataclass
class Platform:
    """A platform's endpoint: `answers` says with which statuses it answers next, then 204."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)


@pytest.fixture
def platform() -> Iterator[Platform]:
    """A platform that listens on this machine."""
    mine = Platform()

    class Handler(Answers):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            mine.received.append(Received(headers, self.body()))
            self.answer(mine.answers.pop(0) if mine.answers else 204, headers=mine.headers)

    with serving(Handler) as address:
        mine.url = f"{address}/rempart"
        yield mine


@dataclass
class MailServer:
    """A mail server: what it took, and what it answers to recipients (250 takes them)."""

    url: str
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answer: str = "250 ok"


@pytest.fixture
def mail_server(settings) -> Iterator[MailServer]:
    """A mail server on this machine, which the site is set up to use."""

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().decode().strip():
                verb = line.split(" ")[0].upper()
                if verb == "RCPT":
                    if mine.answer.startswith("250"):
                        mine.recipients.append(line.partition("<")[2].partition(">")[0])
                    self.say(mine.answer)
                elif verb == "DATA":
                    self.say("354 go on")
                    mine.taken.append(message_from_bytes(self.data(), policy=policy.default))
                    self.say("250 taken")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def data(self) -> bytes:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            return b"".join(lines)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    mine = MailServer(f"smtp://127.0.0.1:{server.server_address[1]}")
    settings.REMPART_SMTP_URL = mine.url
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield mine
    server.shutdown()
    server.server_close()
    thread.join()
