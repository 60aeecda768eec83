"""How long figures and whole answers take over 1,000, 10,000 and 100,000 cases: a month, a year, a hashtag.

The peer is the naive script of the tests, which fetches every row and decides one by one; it is asked up to 1,000
cases, where the two must agree on what counts most. Cases are invented, written by COPY; half of what was said in
public stands under a hashtag. An answer is a year's figures, protected, with its document, data and proofs. Run as
`python benchmarks/accountability.py`, with other sizes if given.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)
# In place of this folder, where this very file would hide the tests' folder of the same name.
sys.path[0] = str(Path(__file__).resolve().parent.parent / "tests")

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
NAIVE = 1_000
TAG = "avague"
_UNDER_THE_TAG = """
WITH wave AS (INSERT INTO intake_wave (hashtag, invented, opened_at) VALUES (%(tag)s, false, now()) RETURNING id),
public AS (SELECT id, uid, received_at, stance FROM intake_testimony WHERE channel = 'public_post' AND id %% 2 = 0),
posts AS (
    INSERT INTO intake_post
        (service, post_id, source, author, created_at, text, stance, stance_probability, read, stored_at)
    SELECT 'bluesky', uid, 'example', 'somebody', received_at, '', stance, 1, '{}', received_at FROM public
    RETURNING id, post_id
),
tied AS (INSERT INTO intake_wavepost (wave_id, post_id) SELECT wave.id, posts.id FROM wave, posts)
UPDATE intake_testimony SET post_id = posts.id FROM posts WHERE intake_testimony.uid = posts.post_id
"""


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    """How long it took, and what it gave."""
    start = time.perf_counter()
    found = do()
    return time.perf_counter() - start, found


def row(size: int) -> str:
    """One line of the table: a record of this size."""
    from django.db import connection, transaction

    from accountability.naive_figures import Naive
    from accountability.report.filled import YEAR, fill
    from rempart.accountability.answers.assembling import assemble
    from rempart.accountability.figures.counting import figures_of
    from rempart.accountability.figures.model import Window
    from rempart.accountability.figures.protecting import protected
    from rempart.ledger import clock, log

    def window(tag: str | None, first: int, last: int) -> Window:
        return Window(tag, datetime(YEAR, first, 1, tzinfo=UTC), datetime(YEAR, last, 28, tzinfo=UTC))

    with transaction.atomic():
        clock.set_offset(datetime(YEAR + 1, 2, 1, tzinfo=UTC) - datetime.now(UTC))
        fill(size, seed=size)
        with connection.cursor() as cursor:
            cursor.execute(_UNDER_THE_TAG, {"tag": TAG})
            cursor.execute("ANALYZE")
        month, _figures = timed(lambda: figures_of(window(None, 5, 5)))
        year, figures = timed(lambda: figures_of(window(None, 1, 12)))
        tagged, _figures = timed(lambda: figures_of(window(TAG, 1, 12)))
        protecting, _figures = timed(lambda: protected(figures))
        log.checkpoint_now()
        answer, _draft = timed(lambda: assemble(None, window(TAG, 1, 12), language="fr", acting=None))
        naively, ratio = "–", "–"
        if size <= NAIVE:
            seconds, naive = timed(lambda: Naive(window(None, 1, 12), clock.now()))
            assert figures.received.total == len(naive.testimonies)
            assert figures.measures.restrained == len(naive.restrained)
            assert figures.accounts.concerned == len(naive.concerned)
            naively, ratio = f"{seconds:.2f}", f"{seconds / year:.0f}"
        clock.set_offset(timedelta(0))
        transaction.set_rollback(True)
    return (
        f"{size:>9,}  {figures.received.total:>12,}  {month:>8.2f}  {year:>8.2f}  {tagged:>8.2f}  {protecting:>9.3f}"
        f"  {answer:>8.2f}  {naively:>8}  {ratio:>7}"
    )


def main() -> None:
    """Print the table."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    try:
        set_up()
        print(
            "    cases   testimonies   month s    year s     tag s  protect s  answer s   naive s  × naive",
            flush=True,
        )
        for size in sizes:
            print(row(size), flush=True)
    finally:
        EmbeddedServer(HOME).remove()
        shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    main()
