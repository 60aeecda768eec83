"""Writes a simulated wave into a folder, streaming, so that a million testimonies need little memory."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from rempart.records.lines import Writer
from rempart.records.progress import progress
from rempart.replay.simulator import stream
from rempart.replay.stars import Parameters


def write_wave(folder: Path, *, accounts: int, seed: int, parameters: Parameters | None = None) -> None:
    """Write `testimonies.jsonl`, `accounts.jsonl` and `truth.jsonl` into `folder`, made if need be.

    Raises ValueError when `accounts` is negative.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stars, testimonies = stream(accounts=accounts, seed=seed, parameters=parameters)
    write_lines(folder / "accounts.jsonl", (star.row for star in stars))
    write_lines(folder / "truth.jsonl", (star.truth for star in stars))
    write_lines(folder / "testimonies.jsonl", progress(testimonies, what="testimonies"))


def write_lines(path: Path, records: Iterable[msgspec.Struct]) -> None:
    """Write records to a file as JSON Lines."""
    with path.open("wb") as out:
        writer = Writer(out)
        for record in records:
            writer.write(record)
        writer.flush()
