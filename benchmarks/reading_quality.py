"""How well posts are read: precision and recall of each field on annotated, invented posts.

Run it as `python benchmarks/reading_quality.py`. It reads the development corpus of
tests/reading/corpus and the example wave with its labels, each in two halves: vocabulary and weights are tuned on the
first and judged on the second, which nobody looks at.
"""

import json
import math
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rempart.examples import WAVE
from rempart.reading import PostReader
from rempart.reading.exports import parse_posts
from rempart.records.post import Post, Statement

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests" / "reading" / "corpus"
WAVE_LABELS = ROOT / "tests" / "examples" / "gold.jsonl"
LISTS = ("accused", "concerns", "conduct", "conduct_services", "met_on", "evidence")


class Judged(NamedTuple):
    """A statement beside what people say it should be."""

    statement: Statement
    labels: dict[str, Any]


def judged_corpus(half: str | None = None) -> Iterator[Judged]:
    """The development corpus, or its half `tuning` or `judged`: lines alternate within each phenomenon."""
    reader = PostReader(default_service="tiktok")
    for file in sorted(CORPUS.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines()):
            if half is not None and (half == "judged") != bool(number % 2):
                continue
            labels = json.loads(line)
            post = Post(
                id=f"{file.stem}-{number}",
                service=labels.pop("service", "twitter"),
                author=labels.pop("author", "quelquun"),
                created_at="2020-06-18T12:00:00Z",
                text=labels.pop("text"),
                in_reply_to=labels.pop("in_reply_to", None),
                repost_of=labels.pop("repost_of", None),
            )
            yield Judged(reader.read(post), labels)


def judged_wave(half: str | None = None) -> Iterator[Judged]:
    """The example wave that ships with Rempart, or its half `tuning` or `judged`: equal texts are in the same half."""
    labels = {}
    for line in WAVE_LABELS.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        labels[label["service"], label["id"]] = label
    reader = PostReader(default_service="tiktok")
    for name in ("x", "bluesky", "mastodon"):
        for line in (WAVE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            for post in parse_posts(json.loads(line)):
                if half is not None and (half == "judged") != bool(zlib.crc32(post.text.encode()) % 2):
                    continue
                if (post.service, post.id) in labels:
                    yield Judged(reader.read(post), labels[post.service, post.id])


def _items(value: Any) -> set[str]:
    return {f"{item['service']}:{item['handle']}" if isinstance(item, dict) else str(item) for item in value or ()}


def figures(judged: Iterable[Judged]) -> dict[str, float]:
    """The figures by name: `FIELD_precision`, `FIELD_recall`, `FIELD_f1`, `stance_macro_f1`, `stance_calibration`, …"""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])  # right, read, labelled
    stances: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    ages = [0, 0]
    bins: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    posts = wrongly_naming = loss = 0.0
    for statement, labels in judged:
        posts += 1
        for field in LISTS:
            read = {str(item) for item in getattr(statement, field)}
            labelled = _items(labels.get(field))
            if field == "concerns" and "concerns" not in labels:
                continue
            tally(counts[field], read, labelled)
            if field == "accused" and read - labelled:
                wrongly_naming += 1
        tally(
            counts["minor"],
            {"y"} if statement.complainant_minor else set(),
            {"y"} if labels.get("complainant_minor") else set(),
        )
        ages[0] += statement.complainant_age == labels.get("complainant_age")
        ages[1] += 1
        right = statement.stance == labels["stance"]
        tally(stances[statement.stance], {statement.stance}, {labels["stance"]} & {statement.stance})
        if not right:
            tally(stances[labels["stance"]], set(), {labels["stance"]})
        group = bins[min(9, int(statement.stance_probability * 10))]
        group[0] += 1
        group[1] += statement.stance_probability
        group[2] += right
        probability = statement.stance_probability if right else 1 - statement.stance_probability
        loss -= math.log(max(probability, 1e-9))
    result: dict[str, float] = {"posts": posts}
    for field, (right_ones, read_ones, labelled_ones) in counts.items():
        precision, recall = right_ones / max(read_ones, 1), right_ones / max(labelled_ones, 1)
        result |= {f"{field}_precision": precision, f"{field}_recall": recall}
        result[f"{field}_f1"] = 2 * precision * recall / max(precision + recall, 1e-9)
    scores = []
    for stance, (right_ones, read_ones, labelled_ones) in sorted(stances.items()):
        result[f"stance_{stance}_f1"] = 2 * right_ones / max(read_ones + labelled_ones, 1)
        scores.append(result[f"stance_{stance}_f1"])
    result["stance_macro_f1"] = sum(scores) / max(len(scores), 1)
    result["stance_accuracy"] = sum(group[2] for group in bins.values()) / max(posts, 1)
    result["stance_calibration_error"] = sum(abs(group[1] - group[2]) for group in bins.values()) / max(posts, 1)
    result["stance_log_loss"] = loss / max(posts, 1)
    result["age_accuracy"] = ages[0] / max(ages[1], 1)
    result["posts_naming_somebody_wrongly"] = wrongly_naming / max(posts, 1)
    return result


def tally(count: list[int], read: set[str], labelled: set[str]) -> None:
    """Add one post to [right, read, labelled]."""
    count[0] += len(read & labelled)
    count[1] += len(read)
    count[2] += len(labelled)


def main() -> None:
    """Print the figures of each set side by side."""
    sets = {
        "corpus, tuning": figures(judged_corpus("tuning")),
        "corpus, judged": figures(judged_corpus("judged")),
        "wave, tuning": figures(judged_wave("tuning")),
        "wave, judged": figures(judged_wave("judged")),
    }
    names = dict.fromkeys(name for one in sets.values() for name in one)
    sys.stdout.write(f"{'':32}" + "".join(f"{name:>16}" for name in sets) + "\n")
    for name in names:
        row = "".join(f"{one[name]:16.3f}" if name in one else f"{'–':>16}" for one in sets.values())
        sys.stdout.write(f"{name:32}{row}\n")


if __name__ == "__main__":
    main()
