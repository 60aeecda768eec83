"""How fast a shield takes comments in and makes its folder, and what a protection costs a homeserver's question.

The peer of the question is what is asked for measures already (`restraints_on`); of the folder, writing its members
into a zip alone. Run as `python benchmarks/care.py`, with other numbers of comments if given.
"""

import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME / "rempart")
os.environ.pop("DATABASE_URL", None)

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

SIZES = (500, 2_000, 10_000)
PROTECTED = (100, 10_000)
AT_ONCE, TIMES = 500, 200
WORDS = ("tu", "chantes", "faux", "arrête", "rentre", "chez", "toi", "personne", "veut", "cette", "voix", "refrain")


def collected(number: int, dice: random.Random) -> tuple[list[float], float]:
    """Seconds that each delivery of AT_ONCE comments took, and one of a single comment at the end (the median of ten).

    A third repeat one text.
    """
    from rempart.care.models import By
    from rempart.care.services.files import open_file
    from rempart.care.services.shields import Said, collect, open_shield
    from rempart.ledger.clock import now
    from rempart.records import AccountReference
    from rempart.staff.services import add_member

    carer = add_member(f"care{number}@rempart.example", name="Care", roles=["care"])
    file = open_file(AccountReference("tiktok", f"star.{number}"), acting=carer, because="benchmark")
    shield = open_shield(file, by=By.YOUNG)

    def delivery(begin: int, end: int) -> float:
        said = [
            Said(
                number=str(place),
                author=AccountReference("tiktok", f"autrui.{place % 3_000}"),
                said_at=now(),
                text="Va te cacher, personne ne veut de toi" if place % 3 == 0 else " ".join(dice.choices(WORDS, k=12)),
            )
            for place in range(begin, end)
        ]
        started = time.perf_counter()
        collect(shield, said)
        return time.perf_counter() - started

    took = [delivery(begin, begin + AT_ONCE) for begin in range(0, number, AT_ONCE)]
    return took, statistics.median(delivery(place, place + 1) for place in range(number, number + 10))


def folded() -> tuple[float, float, int]:
    """Seconds that the folder of the newest shield took, and its zip alone; its comments."""
    from rempart.care.models import By, Shield
    from rempart.care.services.evidence import make_folder
    from rempart.casework.referrals import archive
    from rempart.files.services import hand_over

    shield = Shield.objects.latest("pk")
    started = time.perf_counter()
    folder = make_folder(shield, by=By.YOUNG)
    whole = time.perf_counter() - started
    members = archive.read(hand_over(folder.file, to=shield.file))
    started = time.perf_counter()
    archive.write(members)
    return whole, time.perf_counter() - started, folder.comments


def protect(begin: int, end: int) -> None:
    """Put a protection in force for each of these accounts of a homeserver."""
    from rempart.care.models import CareFile, CareOrder, Protection
    from rempart.ledger.clock import now

    moment = now()
    ends = moment + timedelta(days=30)
    files = CareFile.objects.bulk_create(
        [
            CareFile(service="matrix", handle=f"@star.{n}:home.example", alert="b:1", priority=1)
            for n in range(begin, end)
        ],
        batch_size=5_000,
    )
    kept = Protection.objects.bulk_create(
        [
            Protection(
                file=file, kind="no_strangers_messages", lasts=timedelta(days=30), proposed_at=moment,
                accepted_at=moment, accepted_by="young", begins_at=moment, ends_at=ends,
            )
            for file in files
        ],
        batch_size=5_000,
    )  # fmt: skip
    CareOrder.objects.bulk_create(
        [
            CareOrder(
                file=one.file, kind="protect", protection=one, ordered_at=moment, begins_at=moment, ends_at=ends,
            )
            for one in kept
        ],
        batch_size=5_000,
    )  # fmt: skip


def timed(ask: Callable[[str], object], number: int) -> str:
    """The median and the 99th percentile of asking about accounts, in milliseconds."""
    took = []
    for place in range(TIMES):
        started = time.perf_counter()
        ask(f"@star.{place * number // TIMES}:home.example")
        took.append((time.perf_counter() - started) * 1000)
    return f"{statistics.median(took):6.2f} / {statistics.quantiles(took, n=100)[98]:6.2f}"


def main() -> None:
    """Print the tables."""
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    try:
        set_up()
        from django.db import connections

        from rempart.platforms.matrix.protecting import protected_on
        from rempart.platforms.matrix.restraints import restraints_on

        dice = random.Random(6)
        titles = ("comments", "a second", "last 500, s", "one, ms", "folder, s", "its zip alone, s")
        print("{:>9} {:>9} {:>12} {:>8} {:>10} {:>17}".format(*titles))
        for size in sizes:
            took, one = collected(size, dice)
            whole, alone, comments = folded()
            rate = size / sum(took)
            print(f"{comments:>9} {rate:>9.0f} {took[-1]:>12.2f} {one * 1000:>8.0f} {whole:>10.2f} {alone:>17.2f}")
        print(f"\n{'protected':>9} {'who is protected, ms p50/p99':>30} {'who is held back':>18}")
        before = 0
        for number in PROTECTED:
            protect(before, number)
            before = number
            with connections["owner"].cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
            asked = timed(lambda who: protected_on([who], "no_strangers_messages"), number)
            print(f"{number:>9} {asked:>30} {timed(restraints_on, number):>18}")
        connections.close_all()
    finally:
        EmbeddedServer(HOME / "rempart").stop()
        shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    main()
