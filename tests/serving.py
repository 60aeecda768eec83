"""A little HTTP server on this machine, for whatever stands in for somebody else's in a test."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from typing import Any


class Answers(BaseHTTPRequestHandler):
    """Base of handlers: reads a body, answers, and writes nothing to a log."""

    def body(self) -> bytes:
        """What was sent along."""
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, content: Any = b"", headers: Mapping[str, str] | None = None) -> None:
        """Answer with bytes as they are, or with anything else as JSON; `headers` replace those that go with it."""
        sent = content if isinstance(content, bytes) else json.dumps(content).encode()
        kind = {} if isinstance(content, bytes) else {"Content-Type": "application/json"}
        self.send_response(status)
        for name, value in (kind | {"Content-Length": str(len(sent))} | dict(headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def running(server: HTTPServer) -> Iterator[str]:
    """Serve from a thread while this lasts; the server's address."""
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Serve by this handler, each connection in a thread, on a free port; its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    with running(server) as address:
        yield address
