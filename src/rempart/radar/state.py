"""What the radar remembers from tick to tick: a folder that holds yesterday's state or today's, never a mixture.

    STATE/CURRENT                        the name of the newest whole tick: its instant, `20200618T000000Z`
    STATE/ticks/20200618T000000Z/        tick.json, alerts.jsonl; and, of the newest alone, its tables
    STATE/scratch/                       what passes between engines; worth nothing once a tick has ended

A tick is written beside the others under a name that nobody reads, brought to disk, given its name, and only then named
by CURRENT, which is replaced in one step. Whoever is killed before that has changed nothing, and the tick runs again
with the same result. Its alerts belong to it: they are told again, not raised again, when the same counters come again.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import ibis
import msgspec

from rempart.records import FameAlert
from rempart.records.post import Instant

# Alerts name people: the folder forgets them. What must be kept is kept by whoever was told.
ALERTS_KEPT = timedelta(days=90)


class StateUnusable(Exception):
    """The folder of the state cannot be used; the message is one sentence that says why and what to do."""


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """A tick that was taken. `rows`: how many rows bore its instant, good or bad; `columns`: of the tables it left."""

    at: Instant
    rows: int
    columns: dict[str, dict[str, str]]


class State:
    """The folder of the state, which one process at a time holds: see `held`."""

    def __init__(self, folder: Path, schemas: Mapping[str, ibis.Schema]) -> None:
        self.folder = folder
        self.scratch = folder / "scratch"
        self._ticks = folder / "ticks"
        self._current = folder / "CURRENT"
        self._columns = {name: {key: str(kind) for key, kind in schema.items()} for name, schema in schemas.items()}

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep others out until the block ends, and sweep what a killed process left. Raises StateUnusable."""
        try:
            self._ticks.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise StateUnusable(f"{self.folder} is no folder: name one for the radar's state.") from error
        with (self.folder / "LOCK").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StateUnusable(f"Another radar works on {self.folder}: try again once it has ended.") from error
            self._sweep()
            self.scratch.mkdir()
            try:
                yield
            finally:
                shutil.rmtree(self.scratch, ignore_errors=True)

    def newest(self) -> Tick | None:
        """The newest whole tick; None before the first one. Raises StateUnusable."""
        try:
            name = self._current.read_text().strip()
        except FileNotFoundError:
            return None
        tick = self._read(self._ticks / name)
        if tick.columns != self._columns:
            raise StateUnusable(
                f"The state in {self.folder} was written by another version of the radar: begin in a new folder, with"
                " the counters of the last weeks."
            )
        return tick

    def of(self, at: datetime) -> Tick | None:
        """The tick of an instant, if it was taken. Raises StateUnusable."""
        place = self._place(at)
        return self._read(place) if place.exists() else None

    def _read(self, place: Path) -> Tick:
        try:
            return msgspec.json.decode((place / "tick.json").read_bytes(), type=Tick)
        except (OSError, msgspec.DecodeError) as error:
            raise StateUnusable(f"{place} is damaged: begin in a new folder, or restore this one.") from error

    def table(self, at: datetime, name: str) -> Path:
        """The folder of a table of the newest tick."""
        return self._place(at) / name

    def alerts(self, at: datetime) -> list[FameAlert]:
        """The alerts of a tick that was taken; none of one that is older than ALERTS_KEPT."""
        try:
            lines = (self._place(at) / "alerts.jsonl").read_bytes().splitlines()
        except FileNotFoundError:
            return []
        return [msgspec.json.decode(line, type=FameAlert) for line in lines]

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """An empty folder in which to write the tables of a tick; gone when the block ends, unless kept."""
        # Never the same one twice: what a killed run's machines still write must not get into another's tick.
        draft = self._ticks / f"draft-{uuid4().hex}"
        draft.mkdir()
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def keep(self, draft: Path, *, at: datetime, rows: int, alerts: Sequence[FameAlert]) -> None:
        """Make what was drafted the newest tick, in one step, and forget the tables of the one before."""
        before = self.newest()
        tick = Tick(at=at, rows=rows, columns=self._columns)
        (draft / "tick.json").write_bytes(msgspec.json.encode(tick))
        (draft / "alerts.jsonl").write_bytes(b"".join(msgspec.json.encode(alert) + b"\n" for alert in alerts))
        for place in (*draft.rglob("*"), draft):
            _to_disk(place)
        target = self._place(at)
        draft.rename(target)
        _to_disk(self._ticks)
        following = self._current.with_name("CURRENT.new")
        following.write_text(f"{target.name}\n")
        _to_disk(following)
        following.replace(self._current)
        _to_disk(self.folder)
        if before:
            self._forget_tables(self._place(before.at))

    def _sweep(self) -> None:
        """Remove what was drafted and never became current, tables of ticks gone by, and alerts of long ago."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        newest = self.newest()
        for place in list(self._ticks.iterdir()):
            if newest is None or place.name > _name(newest.at):  # a draft's name is beyond any instant's
                shutil.rmtree(place)
            elif place.name < _name(newest.at):
                self._forget_tables(place)
            if newest and place.name < _name(newest.at - ALERTS_KEPT):
                (place / "alerts.jsonl").unlink(missing_ok=True)

    def _forget_tables(self, place: Path) -> None:
        for name in self._columns:
            shutil.rmtree(place / name, ignore_errors=True)

    def _place(self, at: datetime) -> Path:
        return self._ticks / _name(at)


def _name(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _to_disk(place: Path) -> None:
    """Have a file, or the names in a folder, outlast a failure of power."""
    number = os.open(place, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
