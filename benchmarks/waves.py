"""How early waves are seen, how often nothing is taken for one, how fast; on real hashtags and real counts.

    python benchmarks/waves.py [--data FOLDER] [--texts FOLDER] [--waves N] [--seed N]

FOLDER holds `hashtags/german_elections_hashtags.parquet` (which account used which hashtag when, MIT,
nicolarighetti/CooRTweet) and `nab/` (counts of mentions with labelled windows, MIT, numenta/NAB), by default
`../shared/data` beside the checkout or $REMPART_SHARED_DATA. The hashtags have no texts: everyday ones are invented, or
taken from --texts (one text a line, a file a kind). Waves are planted: see wave_posts.py.
Peers in the same run, on counts alone: Poisson, EARS C2, Mastodon's trend score, at as many false alarms.
"""

import argparse
import io
import json
import math
import os
import random
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import duckdb
import msgspec
from wave_posts import corpus, everyday, real_texts, wave_text

from rempart.radar.waves import Parameters, WaveDetector
from rempart.radar.waves.trend import BIN, Trend
from rempart.reading import PostReader, hashtags
from rempart.reading.exports import parse_posts
from rempart.records import Post, Statement, WaveAlert
from rempart.records.lines import Reader, Rejects, Writer
from rempart.records.references import Service

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
    rows = duckdb.execute(
        "select post_id, min(account_id), min(timestamp), list(distinct hashtag_id) from read_parquet(?)"
        " group by post_id order by 3, 1",
        [str(data / HASHTAGS)],
    ).fetchall()
    kind_of: dict[int, str] = {}
    posts = []
    for number, account, at, tags in rows:
        kind = kind_of.setdefault(tags[0], dice.choice(kinds))
        if dice.random() < 0.2:
            kind = dice.choice(kinds)
        written = " ".join(f"#tag{tag}" for tag in tags)
        posts.append(post(str(number), account, at, f"{text_of(kind)} {written}"))
    count = len({tag for row in rows for tag in row[3]})
    return Background(posts, count, rows[0][2], rows[-1][2])


def post(number: str, author: str, at: float, text: str, role: str = "") -> Post:
    """A post; Facebook's accounts begin with `fb`. `role`: what its author does in a wave."""
    service: Service = "facebook" if author.startswith("fb") else "twitter"
    when = datetime.fromtimestamp(at, UTC)
    return Post(id=number, service=service, author=author, created_at=when, text=text, extra={"role": role})


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
            posts.append(post(f"w{number}-{index}", f"w{number}-{index}", at, f"{text} #{tag}", role))
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
            f"  {size:4} who testify: {sum(hits[wave.tag] for wave in mine)}/{len(mine)}, after {_median(delays):.1f} h"
            f" and {_median(needed):.0f} posts (medians); beginning off by {_median(wrong):.1f} h; alerts {len(delays)}"
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
                f"  {recall:.1f} {false:.1%}: {sum(hits) / len(hits):.1%}"
                f" (of the smallest {sum(small) / len(small):.1%}), {len(false_tags(alerts, waves))}"
            )


def speed(stream: Background) -> None:
    """Posts a second of one core from lines of JSON to alerts, on texts that differ and that repeat; and the state."""
    source = [one.text for one in stream.posts]
    print("speed, from lines of JSON to alerts, one core:")
    for name, texts in (("mostly distinct texts", source), ("a text in five new", source[: len(source) // 5] * 5)):
        tags = [text[text.find("#") :] if "#" in text else "" for text in source]
        bodies = [text.split("#")[0] for text in texts]
        for size in (len(source) // 4, len(source)):
            lines = [
                msgspec.json.encode(msgspec.structs.replace(one, text=f"{body}{tag}"))
                for one, body, tag in zip(stream.posts[:size], bodies, tags, strict=False)
            ]
            out = io.BytesIO()
            reader = Reader(Post, Rejects(out), parse=parse_posts)
            detector, writer = WaveDetector(), Writer(out)
            before = time.process_time()
            for one in reader.read(lines):
                for alert in detector.see(one):
                    writer.write(alert)
            spent = time.process_time() - before
            state = len(detector.state())
            distinct = len(set(bodies[:size])) / size
            print(f"  {name} ({distinct:.0%} new), {size:,}: {size / spent:,.0f} posts/s; state {state / 1024:,.0f} kB")


class Series(NamedTuple):
    """A series of counts with its labelled windows (seconds)."""

    times: list[float]
    counts: list[int]
    windows: list[tuple[float, float]]


def series_of(data: Path) -> list[Series]:
    found = []
    for name, windows in json.loads((data / "nab" / "windows.json").read_text()).items():
        rows = [line.split(",") for line in (data / "nab" / name).read_text().splitlines()[1:]]
        times = [_seconds(moment) for moment, _ in rows]
        found.append(
            Series(
                times, [int(count) for _, count in rows], [(_seconds(start), _seconds(end)) for start, end in windows]
            )
        )
    return found


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


def judged(series: list[Series], alerts: list[list[float]]) -> tuple[int, float]:
    """Windows hit, and alerts outside of any a series and week, after the first 15 %, as NAB does."""
    hit, false, weeks = 0, 0, 0.0
    for one, mine in zip(series, alerts, strict=True):
        start = one.times[int(0.15 * len(one.times))]
        weeks += (one.times[-1] - start) / (7 * 86400)
        inside = [{place for place, (a, b) in enumerate(one.windows) if a <= at <= b} for at in mine if at >= start]
        hit += len(set().union(*inside))
        false += sum(not places for places in inside)
    return hit, false / weeks


def poisson(counts: list[int]) -> list[float]:
    """Surprise of each count under a Poisson distribution with the mean of the day before (normal approximation)."""
    scores, total = [], 0
    for place, count in enumerate(counts):
        mean = max(total / min(place, 288), 0.1) if place else 1.0
        scores.append((count - mean) / math.sqrt(mean))
        total += count - (counts[place - 288] if place >= 288 else 0)
    return scores


def ears_c2(counts: list[int]) -> list[float]:
    """EARS C2 (Hutwagner and others 2003) on hours: seven days' mean and spread, two days' gap."""
    hours = _rolled(counts, 12)
    lag, span = 2 * 288, 7 * 288
    sums, squares = [0.0], [0.0]
    for count in hours:
        sums.append(sums[-1] + count)
        squares.append(squares[-1] + count * count)
    scores = []
    for place, count in enumerate(hours):
        end, start = max(0, place - lag), max(0, place - lag - span)
        many = end - start
        if many < 288:
            scores.append(0.0)
            continue
        mean = (sums[end] - sums[start]) / many
        spread = math.sqrt(max((squares[end] - squares[start]) / many - mean * mean, 0.25))
        scores.append((count - mean) / spread)
    return scores


def mastodon(counts: list[int]) -> list[float]:
    """Mastodon's trend score of a tag: (observed - expected)^2 / expected of a day against the day before."""
    days = _rolled(counts, 288)
    scores = []
    for place, observed in enumerate(days):
        expected = max(1.0, days[place - 288] if place >= 288 else observed)
        scores.append((observed - expected) ** 2 / expected if observed > expected else 0.0)
    return scores


def _rolled(counts: list[int], size: int) -> list[int]:
    total, sums = 0, []
    for place, count in enumerate(counts):
        total += count - (counts[place - size] if place >= size else 0)
        sums.append(total)
    return sums


def alerts_above(series: list[Series], scores: list[list[float]], level: float) -> list[list[float]]:
    """When scores exceed a level, once a day at most."""
    found = []
    for one, mine in zip(series, scores, strict=True):
        told: list[float] = []
        for at, score in zip(one.times, mine, strict=True):
            if score > level and (not told or at - told[-1] >= 86400):
                told.append(at)
        found.append(told)
    return found


def counts_alone(data: Path) -> None:
    """The windows of NAB's Twitter series that the count alone finds, and what peers find at their best level."""
    series = series_of(data)
    settings = Parameters()
    alerts = []
    for one in series:
        trend = Trend(int(one.times[0] // BIN))
        rises = [
            trend.add(at, count, surprise=settings.rise, quiet=settings.rise_quiet.total_seconds())
            for at, count in zip(one.times, one.counts, strict=True)
        ]
        alerts.append([rise.at for rise in rises if rise is not None])
    hit, false = judged(series, alerts)
    total = sum(len(one.windows) for one in series)
    print(f"counts alone: {hit}/{total} windows, {false:.2f} false alerts a series and week, at the default setting")
    for name, peer in (("Poisson", poisson), ("EARS C2", ears_c2), ("Mastodon", mastodon)):
        scores = [peer(one.counts) for one in series]
        every = sorted(score for mine in scores for score in mine)
        levels = [
            every[int(len(every) * (1 - share))] for share in (0.0003, 0.0006, 0.001, 0.002, 0.003, 0.006, 0.012, 0.02)
        ]
        best = max(
            (found for level in levels if (found := judged(series, alerts_above(series, scores, level)))[1] <= 1),
            default=(0, 0.0),
        )
        print(f"  {name}, at its best level within one false alert a series and week: {best[0]}/{total}, {best[1]:.2f}")


def counting_peers(stream: Background, count: int, seed: int) -> None:
    """The planted waves as counts alone would find them: the surprise of a tag's hour, at 3 false tags and at 300."""
    waves = planted(stream, count, seed)
    posts = merged(stream, waves)
    authors: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one in posts:
        for tag in set(hashtags(one.text)):
            authors[tag][int(one.created_at.timestamp() // HOUR)].add(one.author)
    # For each tag its hours in order with a score: distinct authors against those of the 7 days before.
    scored: dict[str, list[tuple[int, float, float]]] = {}
    for tag, hours in authors.items():
        rows = []
        for hour in sorted(hours):
            before = sum(len(hours[past]) for past in hours if hour - 168 <= past < hour)
            mean, seen = max(before / 168, 1 / 168), len(hours[hour])
            yesterday = max(1.0, sum(len(hours[past]) for past in hours if hour - 48 <= past < hour - 24))
            today = sum(len(hours[past]) for past in hours if hour - 24 <= past <= hour)
            rows.append((hour, (seen - mean) / math.sqrt(mean), (today - yesterday) ** 2 / yesterday))
        scored[tag] = rows
    tags = {wave.tag: wave for wave in waves}
    for name, place in (("Poisson by the hour", 1), ("Mastodon by the day", 2)):
        ordinary = sorted(
            (max(row[place] for row in rows) for tag, rows in scored.items() if tag not in tags), reverse=True
        )
        for allowed in (3, 300):
            level = ordinary[allowed]
            hits = 0
            for tag, wave in tags.items():
                first = wave.posts[0].created_at
                late = max(first + timedelta(hours=3), wave.posts[min(24, len(wave.posts) - 1)].created_at).timestamp()
                hits += any(
                    row[place] > level and first.timestamp() // HOUR <= row[0] <= late // HOUR for row in scored[tag]
                )
            print(f"  {name}, counts alone, at {allowed} false tags: {hits / len(tags):.1%} found in time")


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
        print(f"{given.data / HASHTAGS} is not there: nothing measured; say where the data are with --data")
        return
    stream = background(given.data, given.texts, given.seed)
    detection(stream, given.waves, given.seed)
    counting_peers(stream, given.waves, given.seed)
    speed(stream)
    if (given.data / "nab").exists():
        counts_alone(given.data)
    sensitivity(stream, given.waves, given.seed)


if __name__ == "__main__":
    main()
