"""A witness as a server (C2SP tlog-witness): what rempart.tlog.witnessing says, over HTTP and with a folder as memory.

It needs neither a database nor settings, so that anybody can run one: a regulator, a newspaper, another platform. It
speaks plain HTTP; a proxy in front of it ends TLS.
"""

import os
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from rempart.ledger.witnessing.state import FolderState
from rempart.tlog.errors import Malformed
from rempart.tlog.keys import SignatureType, SigningKey, VerifierKey
from rempart.tlog.witnessing import Response, Status, Witness

LONGEST_BODY = 1_000_000
"""Bytes of the longest request that is read: 63 hashes and a note with many signatures are far below it."""
PATIENCE = 20
"""Seconds that a connection may stay silent."""


def key_of(file: Path, *, name: str | None) -> SigningKey:
    """The witness's secret key in a file; made there (mode 0600) under this name when the file is missing.

    Raises Malformed when the file holds no witness's key, FileNotFoundError when it is missing and no name was given.
    """
    try:
        key = SigningKey.from_text(file.read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        if name is None:
            raise
        key = SigningKey.generate(name, SignatureType.COSIGNATURE_V1)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(f"{key.to_text()}\n")
            stream.flush()
            os.fsync(stream.fileno())
    if not key.cosigns:
        raise Malformed(f"{file} holds the key of a log, not of a witness.")
    return key


def witness_server(
    host: str, port: int, *, key: SigningKey, logs: Iterable[VerifierKey], state: Path
) -> ThreadingHTTPServer:
    """A server bound to this address (port 0: any that is free) that cosigns for these logs; not serving yet."""
    witness = Witness(key, logs, FolderState(state), lambda: int(time.time()))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = PATIENCE

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not (length.isascii() and length.isdigit() and int(length) <= LONGEST_BODY):
                self.close_connection = True
                self._answer(Response(Status.BAD_REQUEST, "A request says its length, of at most a million bytes.\n"))
                return
            body = self.rfile.read(int(length))
            if self.path == "/add-checkpoint":
                self._answer(witness.add_checkpoint(body))
            else:
                self._answer(Response(Status.NOT_FOUND, "Nothing is served under this address.\n"))

        def do_GET(self) -> None:
            origin_hash, _, rest = self.path.removeprefix("/").partition("/")
            if rest == "checkpoint":
                self._answer(witness.checkpoint(origin_hash))
            else:
                self._answer(Response(Status.NOT_FOUND, "Nothing is served under this address.\n"))

        def _answer(self, response: Response) -> None:
            body = response.body.encode()
            self.send_response(response.status)
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing is said of requests: whoever runs a proxy has its log."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

    return Server((host, port), Handler)
