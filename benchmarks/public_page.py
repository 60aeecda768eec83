"""What the public page costs: publishing a month, and a visit, over 1,000, 10,000 and 100,000 cases.

There is no peer: what is shown is that a visit costs the same however much was done, and how a month grows. Cases are
invented, written by COPY, spread over a year of which some months are published. Run as
`python benchmarks/public_page.py`, with other sizes if given.
"""

import os
import shutil
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)
# In place of this folder, whose modules have the names of rooms too.
sys.path[0] = str(Path(__file__).resolve().parent.parent / "tests")

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

SIZES = (1_000, 10_000, 100_000)
MONTHS, VISITS = (3, 7, 11), 20


def row(size: int, made: int) -> str:
    """One line of the table: months counted and protected one by one, then the page visited."""
    from django.test import Client

    from accountability.report.filled import YEAR, fill, owning
    from rempart.accountability.public.counts import protected
    from rempart.accountability.services import publishing

    fill(size - made, seed=size, first=made)
    owning("ANALYZE {table}")
    counting, protecting = [], []
    for number in MONTHS:
        start = time.perf_counter()
        month = publishing.count(date(YEAR, number, 1))
        counted = time.perf_counter()
        protected(month)
        counting.append(counted - start)
        protecting.append(time.perf_counter() - counted)
        publishing.publish(date(YEAR - 10 + len(str(size)), number, 1), month, invented=True)
    visits = []
    for _visit in range(VISITS):
        start = time.perf_counter()
        answer = Client(headers={"Host": "localhost"}).get("/transparency/")
        visits.append(time.perf_counter() - start)
        assert answer.status_code == 200
    return (
        f"{size:>9,}  {month.counts['received']:>9,}  {median(counting):>8.2f}  {median(protecting) * 1000:>10.1f}"
        f"  {median(visits) * 1000:>8.1f}"
    )


def main() -> None:
    """Print the table."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    try:
        set_up()
        from accountability.report.filled import owning

        print("    cases  testimonies  count s  protect ms  visit ms", flush=True)
        # What triggers ask of every row is asked of few at a time in life; here it would take longer than the figures.
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
