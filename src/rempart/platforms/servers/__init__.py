"""Real servers of other people's, for tests, the demonstration and the benchmarks: installed once, run on 127.0.0.1.

They are no part of what ships: each has a lock in `servers/NAME/` of the checkout and an environment of its own. A
server is a context manager over a folder: the same folder holds the same state and the same port after a restart.
"""

import signal
from abc import ABC, abstractmethod
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import ClassVar, Self

from rempart.platforms.servers.installing import NotInstallable, installed, locks_of
from rempart.platforms.servers.processes import DidNotStart, Leashed, free_port, kept_port

__all__ = [
    "INSTALLABLE",
    "DidNotStart",
    "Leashed",
    "NotInstallable",
    "Server",
    "free_port",
    "installed",
    "kept_port",
    "locks_of",
    "server_class",
]

# What `python -m rempart.platforms.servers install` installs.
INSTALLABLE = {
    "mediawiki": "rempart.platforms.servers.mediawiki.MediaWiki",
    "pds": "rempart.platforms.servers.pds.PersonalDataServer",
    "synapse": "rempart.platforms.servers.synapse.Synapse",
}


class Server(ABC):
    """A server in a folder. Whoever starts it may be killed: it ends with them."""

    name: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self.processes: Sequence[Leashed] = ()

    @classmethod
    @abstractmethod
    def install(cls) -> Path:
        """Have it installed, and return where. Raises NotInstallable."""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where it answers: `http://…`, without a slash at the end."""

    @abstractmethod
    def _launch(self) -> Sequence[Leashed]:
        """Start its processes and wait until they answer."""

    def start(self) -> Self:
        """Start it (again), installed if need be. Raises NotInstallable, DidNotStart."""
        if not self.running:
            self.processes = self._launch()
        return self

    @property
    def running(self) -> bool:
        """Whether all its processes live; a paused one does."""
        return bool(self.processes) and all(one.alive for one in self.processes)

    def stop(self) -> None:
        """End it in order; its state stays in its folder."""
        for one in reversed(self.processes):
            one.stop()
        self.processes = ()

    def kill(self) -> None:
        """End it at once, as a failing machine would."""
        for one in reversed(self.processes):
            one.kill()
        self.processes = ()

    def pause(self) -> None:
        """Freeze it: connections are still taken, and nobody answers."""
        for one in self.processes:
            one.signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a frozen one go on."""
        for one in self.processes:
            one.signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exception: object) -> None:
        self.stop()


def server_class(name: str) -> type[Server]:
    """The class of an installable server."""
    module, _, attribute = INSTALLABLE[name].rpartition(".")
    found: type[Server] = getattr(import_module(module), attribute)
    return found
