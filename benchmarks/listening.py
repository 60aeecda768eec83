"""Posts and reports a second taken in by a listener: each batch, with its cursor, in one transaction.

The peer is the same storing, a transaction a post, as a receiver of webhooks does. A stream of which one post in a
hundred carries a watched hashtag shows what looking costs; a wave that grows shows what its size does to the next
batch. Run as `python benchmarks/listening.py`.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

BEGIN = datetime(2026, 6, 17, 16, 4, tzinfo=UTC)
SAYS = (
    "#balancetontiktokeur @star{star} m'a demandé des nudes sur snap, j'avais 14 ans, message {number}",
    "#balancetontiktokeur courage à toutes, message {number}",
    "#balancetontiktokeur il m'a écrit tous les soirs sur insta et il voulait me voir, @star{star}, message {number}",
)
BATCH = 200


def posts(first: int, size: int, *, watched: int = 1) -> list[Any]:
    """So many posts, one in `watched` of which carries the hashtag."""
    from rempart import records

    return [
        records.Post(
            id=f"{watched}-{number}",
            service="tiktok",
            author=f"author{number}",
            created_at=BEGIN + timedelta(seconds=number),
            text=SAYS[number % 3]
            .format(star=number % 40, number=number)
            .replace("#balancetontiktokeur", "#balancetontiktokeur" if number % watched == 0 else "#autrechose"),
        )
        for number in range(first, first + size)
    ]


def reports(size: int) -> list[Any]:
    """So many reports of forty accounts."""
    from rempart import records
    from rempart.intake.services import HandedReport

    return [
        HandedReport(
            number=f"bench-{number}",
            about=records.AccountReference("tiktok", f"star{number % 40}"),
            text="Il m'a demandé des photos, j'avais 14 ans.",
            conduct=["nude_request"],
            reporter=records.Reporter(id=f"user{number}"),
        )
        for number in range(size)
    ]


def taken_in(batches: Sequence[Any], *, name: str = "bench") -> float:
    """Seconds that it takes to keep these batches."""
    from rempart.platforms.listening import keep

    begun = time.perf_counter()
    for place, heard in enumerate(batches):
        heard.position = place
        keep(name, heard)
    return time.perf_counter() - begun


def in_batches(things: Sequence[Any], field: str, size: int = BATCH) -> list[Any]:
    """What was heard, in batches of that size."""
    from rempart.platforms.listener import Heard

    return [Heard(**{field: list(things[at : at + size])}) for at in range(0, len(things), size)]


def main() -> None:
    """Print the table."""
    try:
        EmbeddedServer(HOME).start()
        set_up()
        from rempart.intake.services import watch_tag

        watch_tag("balancetontiktokeur")
        print(f"{'what':<58}{'a second':>10}")

        def told(what: str, size: int, seconds: float) -> float:
            print(f"{what:<58}{size / seconds:>10,.0f}", flush=True)
            return size / seconds

        grown, at = [], 0
        for size in (1_000, 3_000, 6_000):
            grown.append(
                told(f"watched posts, {BATCH} a batch, wave of {at:,} to {at + size:,}", size, _posts(at, size))
            )
            at += size
        alone = told("peer: watched posts, one a transaction, the same wave", 200, _posts(at, 200, batch=1))
        told("posts of which 1 in 100 is watched", 20_000, _posts(0, 20_000, watched=100))
        told("reports, 50 a batch", 1_000, taken_in(in_batches(reports(1_000), "reports", 50)))
        told("the same reports again", 1_000, taken_in(in_batches(reports(1_000), "reports", 50)))
        print(f"batches / one by one: {grown[-1] / alone:.1f} ×; large wave / small wave: {grown[-1] / grown[0]:.2f} ×")
    finally:
        EmbeddedServer(HOME).remove()
        shutil.rmtree(HOME, ignore_errors=True)


def _posts(first: int, size: int, *, watched: int = 1, batch: int = BATCH) -> float:
    return taken_in(in_batches(posts(first, size, watched=watched), "posts", batch))


if __name__ == "__main__":
    main()
