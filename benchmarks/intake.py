"""Posts a second from a file into stored posts and testimonies, then accounts a second from testimonies to decisions.

The peer is the same reading stored the usual way: each post, each link and each testimony saved as it comes, in one
transaction, through the same models. Reading alone is the floor that storing is added to. The wave is simulated, in
native shapes. Run as `python benchmarks/intake.py`.
"""

import io
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

SIZES = (1_000, 5_000, 15_000, 45_000)  # the last is as many as came in twelve hours of June 2020
LARGEST_OF_PEER = 5_000
TAG = "balancetontiktokeur"


def posts(size: int) -> list[bytes]:
    """The lines of a simulated wave about one account for every 300 posts."""
    from rempart.replay.writing import write_posts

    folder = HOME / f"wave-{size}"
    write_posts(folder, accounts=max(10, size // 300), posts=size, seed=7)
    return (folder / "posts.jsonl").read_bytes().splitlines()


def read_alone(lines: list[bytes]) -> None:
    """The floor: parse and read, store nothing."""
    from rempart import records
    from rempart.reading import PostReader
    from rempart.reading.exports import parse_posts
    from rempart.records.lines import Reader, Rejects

    reading = PostReader("tiktok", TAG)
    for post in Reader(records.Post, Rejects(io.BytesIO()), parse=parse_posts).read(lines):
        if reading.keeps(post):
            reading.read(post)


def import_wave(lines: list[bytes]) -> None:
    """Rempart's way."""
    from rempart.intake import services
    from rempart.records.lines import Rejects

    services.import_wave([lines], hashtag=TAG, rejects=Rejects(io.BytesIO()), source="example")


def save_each(lines: list[bytes]) -> None:
    """The peer's way."""
    from django.db import transaction

    from rempart import records
    from rempart.intake import sources
    from rempart.intake.models import Account, Post, Wave, WavePost
    from rempart.intake.services import stored_post, stored_testimony
    from rempart.ledger.clock import now
    from rempart.reading import PostReader
    from rempart.reading.exports import parse_posts
    from rempart.records.lines import Reader, Rejects
    from rempart.records.testimonies import testimonies_of

    reading, source = PostReader("tiktok", TAG), sources.named("example")
    with transaction.atomic():
        wave, _new = Wave.objects.get_or_create(hashtag=TAG, invented=True, defaults={"opened_at": now()})
        for post in Reader(records.Post, Rejects(io.BytesIO()), parse=parse_posts).read(lines):
            if not reading.keeps(post) or Post.objects.filter(service=post.service, post_id=post.id).exists():
                continue
            statement = reading.read(post)
            row = stored_post(source, statement)
            row.save()
            WavePost.objects.create(wave=wave, post=row)
            for said in testimonies_of(statement):
                account, _new = Account.objects.get_or_create(
                    service=said.about.service,
                    handle=said.about.handle,
                    holds_handle=True,
                    defaults={"first_seen_at": now()},
                )
                stored_testimony(said, account_id=account.pk, post_id=row.pk).save()


def timed(work: Callable[[], object]) -> float:
    """Seconds that it took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def emptied(work: Callable[[], object]) -> float:
    """Seconds that it took, everything it wrote undone."""
    from django.db import transaction

    class Undo(Exception):
        pass

    took = 0.0
    try:
        with transaction.atomic():
            took = timed(work)
            raise Undo
    except Undo:
        return took


def rate(size: int, seconds: float | None) -> str:
    """Posts a second, or a dash where nothing was timed."""
    return f"{size / seconds:,.0f}" if seconds else "–"


def main() -> None:
    """Print the table."""
    set_up()
    from rempart.casework import services
    from rempart.intake.models import Wave

    print("posts a second")
    print(f"{'posts':>8} {'read alone':>12} {'imported':>10} {'one by one':>12} {'ratio':>6} {'imported again':>16}")
    for size in SIZES:
        lines = posts(size)
        alone = timed(lambda lines=lines: read_alone(lines))
        peer = emptied(lambda lines=lines: save_each(lines)) if size <= LARGEST_OF_PEER else None
        if size == SIZES[-1]:
            ours, again = timed(lambda lines=lines: import_wave(lines)), timed(lambda lines=lines: import_wave(lines))
        else:
            ours, again = emptied(lambda lines=lines: import_wave(lines)), None
        ratio = f"{peer / ours:.1f}" if peer else "–"
        print(
            f"{size:>8,} {rate(size, alone):>12} {rate(size, ours):>10} {rate(size, peer):>12} {ratio:>6} "
            f"{rate(size, again):>16}"
        )
    wave = Wave.objects.get()
    took = timed(lambda: services.assess_wave(wave))
    cases = len(services.assess_wave(wave))
    replayed = timed(lambda: services.replay_wave(wave))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\n{cases} cases assessed and decided in {took:.1f} s; replayed under six rulebooks in {replayed:.1f} s;")
    print(f"memory at most {memory} MiB.")


if __name__ == "__main__":
    try:
        main()
    finally:
        EmbeddedServer(HOME).remove()
        shutil.rmtree(HOME, ignore_errors=True)
