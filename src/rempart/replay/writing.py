"""Writes a simulated wave into a folder, streaming, so that a million testimonies need little memory."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rempart.records.lines import Writer
from rempart.records.progress import progress
from rempart.replay.hashtag import raw_posts
from rempart.replay.simulator import stream
from rempart.replay.stars import Parameters, Star


def write_wave(folder: Path, *, accounts: int, seed: int, parameters: Parameters | None = None) -> None:
    """Write `testimonies.jsonl`, `accounts.jsonl` and `truth.jsonl` into `folder`, made if need be.

    Raises ValueError when `accounts` is negative.
    """
    stars, testimonies = stream(accounts=accounts, seed=seed, parameters=parameters)
    _write_stars(folder, stars)
    _write(folder / "testimonies.jsonl", progress(testimonies, what="testimonies"))


def write_posts(folder: Path, *, accounts: int, posts: int, seed: int) -> None:
    """Write `posts.jsonl` (raw posts in native shapes), `accounts.jsonl` and `truth.jsonl` into `folder`.

    Raises ValueError when `accounts` or `posts` is negative.
    """
    stars, natives = raw_posts(accounts=accounts, posts=posts, seed=seed)
    _write_stars(folder, stars)
    _write(folder / "posts.jsonl", progress(natives, what="posts", total=posts))


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
