"""What the live detector costs a listener, how fast it takes in what was heard, and how soon a wave is on the desk.

The peer is the same listening with the detector switched off. Posts carry one of some thousand hashtags; of a hundred,
one belongs to a wave that is listened for, and ten tell of something, as on no ordinary day. Run as
`python benchmarks/lookout.py`.
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
TELLS = "@star{star} m'a demandé des nudes sur snap, j'avais 14 ans, message {number} #tag{tag}"
SAYS = (
    "quelle belle journée au bord de la mer, photo numéro {number} #tag{tag} #photo",
    "je ne sais pas quoi regarder ce soir, une idée ? message {number} #tag{tag}",
    "nouvelle vidéo en ligne, merci à toutes et tous pour les messages ! {number}",
)
BATCH = 200


def posts(first: int, size: int, *, telling: int = 10, tags: int = 3_000) -> list[Any]:
    """So many posts, one in `telling` of which testifies, under one of `tags` hashtags; one in a hundred is watched."""
    from rempart.records import Post

    made = []
    for number in range(first, first + size):
        says = TELLS if number % telling == 0 else SAYS[number % 3]
        text = says.format(star=number % 400, number=number, tag=(number * 7919) % tags)
        if number % 100 == 0:
            text += " #balancetontiktokeur"
        at = BEGIN + timedelta(seconds=number / 50)
        made.append(
            Post(id=f"b{number}", service="tiktok", author=f"author{number % 90_000}", created_at=at, text=text)
        )
    return made


def wave(first: int, size: int, after: int) -> list[Any]:
    """So many posts of a wave under a hashtag of its own, from the moment of post `after` on."""
    from rempart.records import Post

    at = BEGIN + timedelta(seconds=after / 50)
    return [
        Post(
            id=f"w{number}",
            service="tiktok",
            author=f"speaks{number}",
            created_at=at + timedelta(minutes=number - first),
            text=TELLS.format(star=1, number=number, tag="x").replace("#tagx", "#balancetonyoutubeur"),
        )
        for number in range(first, first + size)
    ]


def keep_all(things: Sequence[Any], size: int = BATCH) -> float:
    """Seconds that it takes to keep these posts, in batches."""
    from rempart.platforms.listener import Heard
    from rempart.platforms.listening import keep

    batches = [Heard(posts=list(things[at : at + size])) for at in range(0, len(things), size)]
    begun = time.perf_counter()
    for place, heard in enumerate(batches):
        heard.position = place
        keep("bench", heard)
    return time.perf_counter() - begun


def main() -> None:
    """Print the table."""
    try:
        EmbeddedServer(HOME).start()
        set_up()
        from django.conf import settings

        from rempart.intake.services import watch_tag
        from rempart.lookout import live
        from rempart.lookout.models import DetectorState, HeardPosts, LiveWave

        watch_tag("balancetontiktokeur")
        print(f"{'what':<66}{'':>12}")
        size, at = 10_000, 2_000
        keep_all(posts(0, at))  # words, plans and caches are warm
        for telling in (10, 100):
            rates: dict[bool, float] = {}
            for on in (False, True, False, True):
                settings.REMPART_LIVE_WAVES = on
                rates[on] = max(rates.get(on, 0.0), size / keep_all(posts(at, size, telling=telling)))
                at += size
            for on, rate in rates.items():
                what = f"listening, 1 in {telling} testifies, detector {'on' if on else 'off'}"
                print(f"{what:<66}{rate:>10,.0f}/s", flush=True)
            print(f"{'  on / off':<66}{rates[True] / rates[False]:>11.2f}×")
        HeardPosts.objects.all().delete()
        settings.REMPART_LIVE_WAVES = True
        for at in range(0, 60_000, 20_000):
            keep_all(posts(100_000 + at, 20_000, telling=100), size=1_000)
            heard = sum(HeardPosts.objects.values_list("posts", flat=True))
            begun = time.perf_counter()
            live.LIVE.look()
            rate = heard / (time.perf_counter() - begun)
            print(f"{f'taken in by the detector, posts {at:,} to {at + 20_000:,}':<66}{rate:>10,.0f}/s", flush=True)
        begun = time.perf_counter()
        live.LIVE.look(checkpoint=True)
        print(f"{'a checkpoint':<66}{1000 * (time.perf_counter() - begun):>9,.0f} ms")
        print(f"{'its state':<66}{len(bytes(DetectorState.objects.get().state)) / 1e6:>9,.1f} MB")
        posted, delays = 0, []
        while not LiveWave.objects.filter(tag="balancetonyoutubeur").exists() and posted < 100:
            begun = time.perf_counter()
            keep_all(wave(posted, 1, 160_000))
            live.LIVE.look()
            delays.append(time.perf_counter() - begun)
            posted += 1
        print(f"{'posts of a wave until it is on the desk':<66}{posted:>12,}")
        print(f"{'from the last of them being heard to the desk':<66}{1000 * delays[-1]:>9,.0f} ms")
    finally:
        EmbeddedServer(HOME).remove()
        shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    main()
