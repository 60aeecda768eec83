"""Where a witness keeps the last checkpoint that it cosigned of each log: a file each, in a folder of its own.

A checkpoint is on the disk before its signature leaves. Killed at any moment, a witness has either the one before or
the one after, never half of one; two processes on one folder take turns.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path


class FolderState:
    """The state of a witness (rempart.tlog.witnessing.WitnessState) in a folder, which is made when it is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def latest(self, origin: str) -> str | None:
        """The note kept for this log."""
        try:
            return self._file(origin).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def replace(self, origin: str, before: str | None, after: str) -> bool:
        """Keep `after`, durably, if and only if `before` is still what is kept; says whether it was."""
        with self._alone():
            if self.latest(origin) != before:
                return False
            file = self._file(origin)
            draft = file.with_suffix(".draft")
            with draft.open("w", encoding="utf-8") as stream:
                stream.write(after)
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(file)
            self._settle()
        return True

    def _file(self, origin: str) -> Path:
        return self._folder / f"{sha256(origin.encode()).hexdigest()}.checkpoint"

    def _settle(self) -> None:
        """Make the names in the folder durable."""
        directory = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the folder against every other thread and process; let go however this one ends."""
        lock = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
