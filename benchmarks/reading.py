"""Posts read a second on one core, how time and memory grow, and the two inner passes beside their best peers.

The posts are an invented hashtag in native shapes (`rempart simulate`); making them is not counted. Peers: the
vocabulary pass against pyahocorasick, which finds the same phrases as substrings; telling French from English against
py3langid, on the posts of the development corpus.
"""

import io
import re
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import ahocorasick
import msgspec
import py3langid
from reading_quality import judged_corpus

from rempart.reading import PostReader
from rempart.reading.exports import parse_posts
from rempart.reading.lexicon import Tokens, lexicon, vocabulary
from rempart.records.lines import Reader, Rejects, Writer
from rempart.records.post import Post
from rempart.text.normalise import normalise

SIZES = (5_000, 15_000, 45_000)


def simulated(posts: int, folder: Path) -> list[bytes]:
    """The lines of an invented hashtag."""
    command = [sys.executable, "-m", "rempart.cli", "simulate", "--accounts", "96", "--posts", str(posts)]
    subprocess.run([*command, "--out", str(folder)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return (folder / "posts.jsonl").read_bytes().splitlines()


def read_all(lines: list[bytes]) -> int:
    """From lines to lines, as the command does; how many posts."""
    reader = Reader(Post, Rejects(io.BytesIO()), parse=parse_posts)
    posts, count = PostReader(default_service="tiktok"), 0
    out = io.BytesIO()
    writer = Writer(out)
    for post in reader.read(lines):
        writer.write(posts.read(post))
        count += 1
        if out.tell() > 1 << 20:
            out.seek(0)
    return count


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The best processor time of a few runs."""
    best = float("inf")
    for _ in range(times):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def vocabulary_passes(texts: list[str]) -> tuple[float, float]:
    """Seconds of our pass (words, phrases, classes) and of pyahocorasick's (substrings) over the same folded texts."""
    words = lexicon("fr")
    automaton = ahocorasick.Automaton()
    for name, entries in vocabulary("languages/fr")["classes"].items():
        for entry in entries:
            for plain in re.split(r"[|*?!]", entry):
                if plain.strip():
                    automaton.add_word(plain.strip(), name)
    automaton.make_automaton()
    ours = seconds(lambda: [Tokens(text, words) for text in texts])
    return ours, seconds(lambda: [list(automaton.iter(text)) for text in texts])


def language_passes() -> tuple[float, float, float, float, int]:
    """Seconds and share right, ours then py3langid's, on the French and English posts of the corpus."""
    reader = PostReader()
    judged = list(judged_corpus())
    posts = [one.statement.text for one in judged]
    wanted = [one.labels.get("lang", "fr") for one in judged]
    py3langid.set_languages(["fr", "en"])
    folded = [normalise(text).text for text in posts]
    ours = seconds(lambda: [reader.language_of(text) for text in folded])
    theirs = seconds(lambda: [py3langid.classify(text) for text in posts])
    right = sum(reader.language_of(text) == label for text, label in zip(folded, wanted, strict=True))
    theirs_right = sum(py3langid.classify(text)[0] == label for text, label in zip(posts, wanted, strict=True))
    return ours, theirs, right / len(posts), theirs_right / len(posts), len(posts)


def main() -> None:
    """Print the tables."""
    print(f"{'posts':>8} {'seconds':>9} {'posts/s':>9} {'peak MiB':>9}")
    texts: list[str] = []
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            lines = simulated(size, Path(folder))
        taken = seconds(lambda lines=lines: read_all(lines), times=2)
        tracemalloc.start()
        read_all(lines)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        print(f"{len(lines):>8} {taken:>9.2f} {len(lines) / taken:>9.0f} {peak:>9.1f}")
        raws = (msgspec.json.decode(line) for line in lines[:5_000])
        texts = [normalise(post.text).text for raw in raws for post in parse_posts(raw)]
    ours, theirs = vocabulary_passes(texts)
    print(f"\nvocabulary pass over {len(texts)} texts: {ours:.2f} s (words and phrases, by class), "
          f"pyahocorasick {theirs:.2f} s (substrings only): ratio {ours / theirs:.1f}")  # fmt: skip
    ours, theirs, right, theirs_right, count = language_passes()
    print(f"language of {count} posts: {ours * 1e6 / count:.1f} µs each, {right:.3f} right; "
          f"langid {theirs * 1e6 / count:.1f} µs, {theirs_right:.3f} right: {theirs / ours:.0f}× slower")  # fmt: skip


if __name__ == "__main__":
    main()
