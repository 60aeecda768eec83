"""How early waves are seen, how often nothing is taken for one, how fast; on real hashtags and real counts.

    python benchmarks/waves.py [--data FOLDER] [--texts FOLDER] [--waves N] [--seed N]

FOLDER holds `hashtags/german_elections_hashtags.parquet` (which account used which hashtag when, MIT,
nicolarighetti/CooRTweet) and `nab/` (counts of mentions with labelled windows, MIT, numenta/NAB), by default
`../shared/data` beside the checkout or $REMPART_SHARED_DATA. The hashtags have no texts: everyday ones are invented, or
taken from --texts (one text a line, a file a kind). Waves are planted: see wave_posts.py.
Peers in the same run, on counts alone: Poisson, EARS C2, Mastodon's trend score, at as many false alarms.
"""

import argparse
import math
import os
import random
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
from wave_posts import corpus, everyday, real_texts, wave_text

from rempart.radar.waves import Parameters, WaveDetector
from rempart.reading import PostReader
from rempart.records import Post, Statement, WaveAlert

HASHTAGS = "hashtags/german_elections_hashtags.parquet"
HOUR = 3600.0
SIZES = (8, 12, 20, 40, 100, 300)
# Shares of roles among the authors of a wave besides those who testify.
AROUND = {"relay": 0.1, "support": 0.35, "dispute": 0.12, "hijack": 0.1, "news": 0.05}


class Planted(NamedTuple):
    """A wave: its tag, its size in authors who testify or relay, its posts in order."""

    tag: str
    size: int
    posts: list[Post]


class Background(NamedTuple):
    """The real stream with invented texts, in order."""

    posts: list[Post]
    tags: int
    since: float
    until: float


def background(data: Path, texts: Path | None, seed: int) -> Background:
    """The German stream; each tag keeps to one kind of text four times in five."""
    dice = random.Random(seed)
    kinds, text_of = real_texts(texts, dice) if texts else everyday(dice)
    rows = duckdb.sql(
        f"select post_id, any_value(account_id), min(timestamp), list(distinct hashtag_id) from '{data / HASHTAGS}'"
        " group by post_id order by 3, 1"
    ).fetchall()
    kind_of: dict[int, str] = {}
    posts = []
    for number, account, at, tags in rows:
        kind = kind_of.setdefault(tags[0], dice.choice(kinds))
        if dice.random() < 0.2:
            kind = dice.choice(kinds)
        written = " ".join(f"#tag{tag}" for tag in tags)
        service = "facebook" if account.startswith("fb") else "twitter"
        posts.append(post(str(number), service, account, at, f"{text_of(kind)} {written}"))
    count = len({tag for row in rows for tag in row[3]})
    return Background(posts, count, rows[0][2], rows[-1][2])


def post(number: str, service: str, author: str, at: float, text: str, role: str = "") -> Post:
    when = datetime.fromtimestamp(at, UTC)
    return Post(id=number, service=service, author=author, created_at=when, text=text, extra={"role": role})  # type: ignore[arg-type]


def planted(stream: Background, count: int, seed: int) -> list[Planted]:
    """Waves at all sizes and speeds, a quarter of them under a tag that people use already."""
    dice = random.Random(seed)
    written = corpus()
    used = defaultdict(int)
    for one in stream.posts:
        used[one.text.rsplit("#", 1)[1]] += 1
    old = [tag for tag, times in used.items() if times >= 10]
    waves = []
    for number in range(count):
        size = SIZES[number % len(SIZES)]
        hours = math.exp(dice.uniform(math.log(1), math.log(48)))
        first = dice.uniform(stream.since + 2 * 86400, stream.until - 3 * 86400)
        tag = dice.choice(old) if number % 4 == 3 else f"balancetast{'a' * (number % 3)}r{number}"
        roles = ["testimony"] * size + [
            role for role, share in AROUND.items() for _ in range(sum(dice.random() < share for _ in range(size)))
        ]
        dice.shuffle(roles)
        times = sorted(first + hours * HOUR * dice.random() ** dice.choice((0.6, 1, 1.6)) for _ in roles)
        posts = []
        for index, (role, at) in enumerate(zip(roles, times, strict=True)):
            language = "fr" if dice.random() < 0.65 else "en"
            text = wave_text(role, language, dice, written)
            posts.append(post(f"w{number}-{index}", "twitter", f"w{number}-{index}", at, f"{text} #{tag}", role))
        waves.append(Planted(tag, size, posts))
    return waves


def found(wave: Planted, alerts: list[WaveAlert]) -> bool:
    """Whether an alert came within 3 hours of the first post or 25 posts."""
    first = wave.posts[0].created_at
    late = max(first + timedelta(hours=3), wave.posts[min(24, len(wave.posts) - 1)].created_at)
    return any(alert.tag == wave.tag and first <= alert.detected_at <= late for alert in alerts)


def merged(stream: Background, waves: list[Planted]) -> list[Post]:
    return sorted([*stream.posts, *(one for wave in waves for one in wave.posts)], key=lambda one: one.created_at)


def run(posts: list[Post], parameters: Parameters | None = None, reader: PostReader | None = None) -> list[WaveAlert]:
    detector = WaveDetector(parameters, reader)
    return [alert for one in posts for alert in detector.see(one)]


def false_tags(alerts: list[WaveAlert], waves: list[Planted]) -> set[str]:
    return {alert.tag for alert in alerts} - {wave.tag for wave in waves}


def read_by(posts: list[Post], recall: float, false: float, seed: int) -> list[Statement]:
    """The posts as a reader would give them that finds this share of testimonies, and takes this share of the others
    for one: a mean, from which tags differ by factors of 0.1 to 3."""
    dice = random.Random(seed)
    bad: dict[str, float] = {}
    statements = []
    for one in posts:
        extra = one.extra if isinstance(one.extra, dict) else {}
        tag = one.text.rsplit("#", 1)[-1]
        share = bad.setdefault(tag, min(0.5, false * dice.choice((0.1, 0.3, 0.6, 1, 3))))
        real = extra.get("role") in ("testimony", "relay")
        says = dice.random() < (recall if real else share)
        # As reading does: three testimonies in four name an account or an age, and one in three of those misread.
        named = says and dice.random() < (0.75 if real else 0.35)
        statements.append(
            Statement(
                id=one.id, service=one.service, author=one.author, created_at=one.created_at, text=one.text,
                stance="testimony" if says else "other", stance_probability=0.9,
                conduct=["nude_request"] if says else [], complainant_minor=True if named else None,
            )
        )  # fmt: skip
    return statements


def detection(stream: Background, count: int, seed: int) -> None:
    """Waves found by size and speed, and false tags."""
    waves = planted(stream, count, seed)
    began = time.process_time()
    posts = merged(stream, waves)
    alerts = run(posts)
    spent = time.process_time() - began
    hits = {wave.tag: found(wave, alerts) for wave in waves}
    print(f"{len(posts):,} posts, {stream.tags:,} tags, {len(waves)} waves; {len(posts) / spent:,.0f} posts/s")
    print(f"found in time: {sum(hits.values()) / len(hits):.1%}; false tags: {len(false_tags(alerts, waves))}")
    for size in SIZES:
        mine = [wave for wave in waves if wave.size == size]
        delays = [
            (alert.detected_at - wave.posts[0].created_at).total_seconds() / 3600
            for wave in mine
            for alert in alerts
            if alert.tag == wave.tag
        ]
        needed = [
            sum(one.created_at <= alert.detected_at for one in wave.posts)
            for wave in mine
            for alert in alerts
            if alert.tag == wave.tag
        ]
        wrong = [
            abs((alert.started_at - wave.posts[0].created_at).total_seconds()) / 3600
            for wave in mine
            for alert in alerts
            if alert.tag == wave.tag
        ]
        print(
            f"  {size:4} who testify: {sum(hits[wave.tag] for wave in mine)}/{len(mine)}, median {_median(delays):5.1f} h,"
            f" {_median(needed):4.0f} posts; beginning off by {_median(wrong):.1f} h; alerts {len(delays)}"
        )
    for alert in alerts:
        if alert.tag in false_tags(alerts, waves):
            print(
                "  false:",
                alert.tag,
                alert.authors,
                alert.testimonies,
                f"{alert.score:.1f}",
                alert.signal,
                alert.examples,
            )


def sensitivity(stream: Background, count: int, seed: int) -> None:
    """The same with readers of other quality."""
    waves = planted(stream, count, seed)
    posts = merged(stream, waves)
    print("reader's recall, false positives: found in time, false tags")
    for false in (0.001, 0.005, 0.02, 0.05):
        for recall in (0.9, 0.7, 0.5):
            alerts = run(read_by(posts, recall, false, seed))  # type: ignore[arg-type]
            hits = [found(wave, alerts) for wave in waves]
            small = [found(wave, alerts) for wave in waves if wave.size == SIZES[0]]
            print(
                f"  {recall:.1f} {false:.1%}: {sum(hits) / len(hits):.1%} (of the smallest {sum(small) / len(small):.1%}), "
                f"{len(false_tags(alerts, waves))}"
            )


def _median(values: list[float] | list[int]) -> float:
    return float(sorted(values)[len(values) // 2]) if values else math.nan


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    beside = Path(__file__).parents[2] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("REMPART_SHARED_DATA", beside)))
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--waves", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if not (given.data / HASHTAGS).exists():
        sys.exit(f"{given.data / HASHTAGS}: not there; say where with --data")
    stream = background(given.data, given.texts, given.seed)
    detection(stream, given.waves, given.seed)
    sensitivity(stream, given.waves, given.seed)


if __name__ == "__main__":
    main()
