"""`rempart radar waves`: a table or stream of posts in, alerts out."""

import heapq
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from rempart.radar.waves.detector import WaveDetector
from rempart.radar.waves.parameters import Parameters
from rempart.reading import PostReader
from rempart.reading.exports import parse_posts
from rempart.records import Post, Statement
from rempart.records.lines import BadLine, Reader, Rejects, Writer, lines_of, opened, to_record
from rempart.records.progress import progress
from rempart.records.references import Service
from rempart.records.tables import is_parquet, read_table

# A table is put in the order of time as far as this many posts allow; standard input is taken as it comes.
_HELD_BACK = 100_000


class WaveRun:
    """One run of the command. `good`: posts read; `late`: posts that came too late to count."""

    def __init__(self, rejects: Rejects) -> None:
        self.good = self.late = 0
        self._rejects = rejects

    @property
    def nothing_good(self) -> bool:
        """Whether there were lines and none was good."""
        return self.good == 0 and self._rejects.count > 0

    def run(
        self, file: str, writer: Writer, *, default_service: Service | None = None, parameters: Parameters | None = None
    ) -> None:
        """Write the alerts that the posts of a table, or of standard input for `-`, raise. Raises FileNotFoundError."""
        detector = WaveDetector(parameters, PostReader(default_service))
        posts = progress(self._counted(_posts(file, self._rejects)), what="posts")
        for post in posts if file == "-" else in_order(posts):
            for alert in detector.see(post):
                writer.write(alert)
                if file == "-":
                    writer.flush()
        self.late = detector.late

    def _counted(self, posts: Iterable[Post]) -> Iterator[Post]:
        for post in posts:
            self.good += 1
            yield post


def in_order(posts: Iterable[Post], held: int = _HELD_BACK) -> Iterator[Post]:
    """Posts by time, as far as `held` posts kept back allow; equal times keep their order."""
    heap: list[tuple[Any, int, Post]] = []
    for number, post in enumerate(posts):
        entry = (post.created_at, number, post)
        if len(heap) < held:
            heapq.heappush(heap, entry)
        else:
            yield heapq.heappushpop(heap, entry)[2]
    while heap:
        yield heapq.heappop(heap)[2]


def _posts(file: str, rejects: Rejects) -> Iterator[Post]:
    if is_parquet(file):
        for post in read_table(file, Post, rejects):
            yield _as_read(post)
        return
    with opened(file) as stream:
        yield from Reader(Post, rejects, parse=_parse).read(lines_of(stream))


def _parse(raw: dict[str, Any]) -> list[Post]:
    """Native exports and posts; a statement stays one, so that nothing is read twice. Raises BadLine."""
    if "stance" in raw and "stance_probability" in raw and "text" in raw:
        return [to_record(raw, Statement)]
    return parse_posts(raw)


def _as_read(post: Post) -> Post:
    """A row of a table that holds the columns of a statement, as a statement."""
    if post.extra is UNSET or "stance" not in post.extra:
        return post
    raw = {**msgspec.structs.asdict(post), **post.extra, "extra": {}}
    try:
        return to_record({key: value for key, value in raw.items() if value is not None}, Statement)
    except BadLine:
        return post
