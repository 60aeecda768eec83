"""Writes a simulated wave into a folder, streaming, so that a million testimonies need little memory."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from rempart.records.lines import Writer
from rempart.records.progress import progress
from rempart.replay.hashtag import HALF_A_DAY, raw_posts
from rempart.replay.parameters import Parameters
from rempart.replay.simulator import stream
from rempart.replay.stars import Star


def write_wave(
    folder: Path, *, accounts: int, seed: int, base_rate: float | None = None, parameters: Parameters | None = None
) -> None:
    """Write `testimonies.jsonl`, `accounts.jsonl` and `truth.jsonl` into `folder`, made if need be.

    base_rate: in place of the one of `parameters`. Raises ValueError when `accounts` is negative.
    """
    parameters = _with(parameters or Parameters(), base_rate)
    stars, testimonies = stream(accounts=accounts, seed=seed, parameters=parameters)
    _write_stars(folder, stars)
    _write(folder / "testimonies.jsonl", progress(testimonies, what="testimonies"))


def write_posts(folder: Path, *, accounts: int, posts: int, seed: int, base_rate: float | None = None) -> None:
    """Write `posts.jsonl` (raw posts in native shapes), `accounts.jsonl` and `truth.jsonl` into `folder`.

    The truth is of the whole wave, of which the posts may show the beginning only. base_rate: see Parameters. Raises
    ValueError when `accounts` or `posts` is negative.
    """
    parameters = _with(HALF_A_DAY, base_rate)
    stars, natives = raw_posts(accounts=accounts, posts=posts, seed=seed, parameters=parameters)
    _write_stars(folder, stars)
    _write(folder / "posts.jsonl", progress(natives, what="posts", total=posts))


def _with(parameters: Parameters, base_rate: float | None) -> Parameters:
    return parameters if base_rate is None else msgspec.structs.replace(parameters, base_rate=base_rate)


def _write_stars(folder: Path, stars: list[Star]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "accounts.jsonl", (star.row for star in stars))
    _write(folder / "truth.jsonl", (star.truth for star in stars))


def _write(path: Path, records: Iterable[Any]) -> None:
    with path.open("wb") as out:
        writer = Writer(out)
        for record in records:
            writer.write(record)
        writer.flush()
