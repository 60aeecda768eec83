"""Processes of a real server: started on a leash, paused, stopped and killed as a group; and ports that are free."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rempart.platforms.servers import leash

# Below what systems hand out to outgoing connections, so that a port is still free after a restart.
PORTS = range(20_000, 32_000)
STOPS_WITHIN = 20.0
LAST_LINES = 15


class DidNotStart(Exception):
    """A server ended or kept silent before it was ready; the message holds the end of its log."""


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, chosen at random so that several who ask at once rarely meet."""
    for _ in range(200):
        port = random.choice(PORTS)  # noqa: S311 - no secret
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise DidNotStart(f"No free port was found between {PORTS.start} and {PORTS.stop}.")


def kept_port(folder: Path, name: str = "port") -> int:
    """The port written in this folder, chosen and written there the first time: the same after a restart."""
    path = folder / name
    if not path.exists():
        path.write_text(str(free_port()))
    return int(path.read_text())


class Leashed:
    """A process and its descendants, which end with this one. Its output goes to the end of the file `log`."""

    def __init__(
        self, command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str], folder: Path
    ) -> None:
        self.log = log
        with log.open("ab") as stream:
            self._leash = subprocess.Popen(
                [sys.executable, "-S", "-E", leash.__file__, *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stream,
                cwd=folder,
                env=dict(environment),
                start_new_session=True,  # Ctrl-C reaches whoever started it, who stops it in order
            )
        stdout = self._leash.stdout
        said = stdout.readline() if stdout else b""
        if not said:
            self._end()
            raise DidNotStart(f"{command[0]} could not be started:\n{self.last_lines()}")
        self.group = int(said)

    @property
    def alive(self) -> bool:
        """Whether it still runs (or is paused)."""
        return self._leash.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.group, number)

    def stop(self) -> None:
        """Ask it to end, and kill it when it does not within twenty seconds."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._leash.wait(STOPS_WITHIN)
        self.kill()

    def kill(self) -> None:
        """Kill it at once."""
        self.signal(signal.SIGKILL)
        self._end()

    def _end(self) -> None:
        for stream in (self._leash.stdin, self._leash.stdout):
            if stream:
                stream.close()
        self._leash.wait()

    def wait_until(self, ready: Callable[[], bool], *, seconds: float = 60.0) -> None:
        """Wait until `ready()` says so. Raises DidNotStart when it ends before or takes longer, and kills it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.alive:
                break
            if ready():
                return
            time.sleep(0.05)
        self.kill()
        raise DidNotStart(
            f"The server was not ready after {seconds:.0f} s, or ended. Its log ends with:\n{self.last_lines()}"
        )

    def last_lines(self) -> str:
        """The end of its log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-LAST_LINES:])
