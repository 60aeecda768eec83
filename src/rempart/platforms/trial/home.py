"""A home folder for one demonstration, with a database of its own; nothing of the user's is read or written."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rempart.database.embedded import EmbeddedServer

SERVERS = {"matrix": "synapse", "atproto": "pds"}
"""The server that each platform of the demonstration runs."""
SERVICES = {"matrix": "matrix:matrix.example", "atproto": "bluesky"}
"""What REMPART_PLATFORM_SERVICES says on each."""


@contextmanager
def throw_away_home(services: str, *, keep: bool) -> Iterator[Path]:
    """Have this process and those it starts work in a new home folder, removed at the end unless `keep`.

    services: the accounts that are the platform's own there (REMPART_PLATFORM_SERVICES). Django must not be set up yet.
    """
    home = Path(tempfile.mkdtemp(prefix="rempart-"))
    for name in [name for name in os.environ if name.startswith("REMPART_")]:
        del os.environ[name]
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {
        "REMPART_HOME": str(home),
        "REMPART_PLATFORM_SERVICES": services,
        "REMPART_SECOND_FACTOR": "optional",  # everybody in it is invented
    }
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # what is open is closed on the way out
    try:
        yield home
    finally:
        if not keep:
            EmbeddedServer(home).remove()
            shutil.rmtree(home, ignore_errors=True)
