"""How long the harmonised transparency report of a year takes over 1,000, 10,000 and 100,000 cases, and the checker.

The peer is the naive script of the tests, which reads every table whole and loops over it; the two must agree on every
total. Cases are invented, written by COPY. Run as `python benchmarks/report.py`, with other sizes if given.
"""

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)
# In place of this folder, whose modules have the names of rooms too.
sys.path[0] = str(Path(__file__).resolve().parent.parent / "tests")

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

SIZES = (1_000, 10_000, 100_000)


def timed(do: Callable[[], Any]) -> tuple[float, Any]:
    """How long it took, and what it gave."""
    start = time.perf_counter()
    found = do()
    return time.perf_counter() - start, found


def peak() -> int:
    """The most memory that this process held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def agree(counts: Any, naive: Any) -> None:
    """Every count of sheets 4 to 6 is the naive one."""
    from rempart.accountability.report.categories import Place
    from rempart.accountability.report.template import template

    for number, tally in ((4, counts.notices), (5, counts.illegal), (6, counts.terms)):
        for key in template().sheet(number).keys("count"):
            assert tally.number(Place("TOTAL"), key) == naive.counts[number, "TOTAL", "", key], (number, key)
    for key in ("hours_to_action", "hours_to_action_flagger"):
        assert counts.notices.median(Place("TOTAL"), key) == naive.median("TOTAL", "", key)


def row(size: int, made: int) -> str:
    """One line of the table: a record of this size, counted both ways, written and checked."""
    from accountability.report.filled import YEAR, fill, owning
    from accountability.report.naive import Naive
    from rempart.accountability.report import files, tables
    from rempart.accountability.report.categories import Place
    from rempart.accountability.report.checking import check
    from rempart.accountability.report.counting import count
    from rempart.accountability.report.inputs import Inputs
    from rempart.accountability.report.record import Window

    out = HOME / f"report-{size}"
    fill(size - made, seed=size, first=made)
    owning("ANALYZE {table}")
    counting, counts = timed(lambda: count(Window("tiktok", date(YEAR, 1, 1), date(YEAR, 12, 31))))
    writing, _none = timed(
        lambda: files.write(tables.fill(counts, Inputs(), made_on=date(YEAR + 1, 2, 1), service="TikTok"), out)
    )
    ours = peak()
    checking, problems = timed(lambda: [one for one in check(out) if one.breaks])
    naively, naive = timed(lambda: Naive(YEAR))
    agree(counts, naive)
    assert not problems, problems[0]
    notices = counts.notices.number(Place("TOTAL"), "notices")
    return (
        f"{size:>9,}  {notices:>9,}  {counting:>8.2f}  {writing:>8.2f}  {checking:>8.2f}  {ours:>8,}"
        f"  {naively:>8.2f}  {naively / counting:>7.1f}  {peak():>8,}"
    )


def main() -> None:
    """Print the table."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    try:
        set_up()
        from accountability.report.filled import owning

        print(
            "    cases    notices   count s   write s   check s       MiB   naive s  × naive   its MiB",
            flush=True,
        )
        # What triggers ask of every row is asked of few at a time in life; here it would take longer than the report.
        owning("ALTER TABLE {table} DISABLE TRIGGER USER")
        made = 0
        for size in sorted(sizes):
            print(row(size, made), flush=True)
            made = size
    finally:
        EmbeddedServer(HOME).remove()
        shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    main()
