"""Repeated phrases: what people who testify without a tag have in common, be it a call or a name.

From every untagged post that testifies come its pairs and triples of neighbouring words that hold two words which say
nothing of conduct, or accuse (« leo vrtx », « balance ton tiktokeur »): all testimonies share the others. What a second
author repeats is live: from then on all untagged posts that hold it are counted as a tag's are. A phrase must also be
new: `surprise` asks how probable so many of the latest testimonies would hold it, given how many of the earlier ones
did. Until a second author comes only a hash of it is held.
"""

import hashlib
import math
import re
from collections.abc import Callable

import msgspec

_WORD = re.compile(r"[a-z]+")
_MARKED = re.compile(r"@[\w.]+|https?://\S+|#\S+")
_SHORTEST = 3  # letters of a word that makes a phrase
_MOST_HELD, _MOST_LIVE = 50_000, 200
_PRIOR, _PRIOR_OTHERS = 0.5, 20.0  # how often a phrase was met before anything was


class Phrases(msgspec.Struct, array_like=True):
    """What is remembered of phrases. Times are in seconds, authors salted hashes, `held` hashes of phrases."""

    held: dict[int, tuple[int, float]] = {}  # who first said it, when
    live: list[str] = []
    past: dict[str, float] = {}  # of live phrases: testimonies that held it before they were live, fading
    testimonies: float = 0.0  # untagged ones, fading
    latest: list[float] = []  # when the latest of them came

    def heard(self, phrases: set[str], author: int, at: float, *, since: float) -> list[tuple[str, int, float]]:
        """Take note of the phrases of a testimony; those that come alive by it, who said them first and when.

        What was first said before `since` is as if it had not been.
        """
        self.testimonies += 1
        self.latest = [time for time in self.latest if time >= since]
        self.latest.append(at)
        born = []
        for phrase in phrases:
            if phrase in self.past:
                continue
            key = int.from_bytes(hashlib.blake2b(phrase.encode(), digest_size=8).digest(), "little")
            first = self.held.get(key)
            if first is None or first[1] < since:
                self.held[key] = author, at
            elif first[0] != author:
                del self.held[key]
                self.live.append(phrase)
                self.past[phrase] = 0.0
                born.append((phrase, *first))
        return born

    def within(self, folded: str) -> list[str]:
        """The live phrases that a text may hold (its marks are spaces there)."""
        if not self.live:
            return []
        bare = " ".join(_WORD.findall(_MARKED.sub(" ", folded)))
        return [phrase for phrase in self.live if phrase in bare]

    def crowded(self) -> list[str]:
        """The oldest live phrases beyond what may be followed, and the oldest held ones, which are let go."""
        for key in list(self.held)[: len(self.held) - _MOST_HELD]:
            del self.held[key]
        return self.live[: max(0, len(self.live) - _MOST_LIVE)]

    def let_go(self, phrase: str) -> None:
        """Follow a phrase no more."""
        self.live.remove(phrase)
        del self.past[phrase]

    def fade(self, factor: float, before: float) -> None:
        """Let the past count for less, and forget what nobody repeated since `before`."""
        self.testimonies *= factor
        self.past = {phrase: count * factor for phrase, count in self.past.items()}
        for key in [key for key, (_, at) in self.held.items() if at < before]:
            del self.held[key]

    def surprise(self, phrase: str, holding: int, since: float) -> float:
        """How probable it is that at least `holding` of the testimonies since then hold a phrase that is not new.

        Beta-binomial with the phrase's own past for parameters.
        """
        testimonies = max(holding, sum(time >= since for time in self.latest))
        earlier = max(0.0, self.testimonies - testimonies)
        alpha = _PRIOR + self.past.get(phrase, 0.0)
        beta = _PRIOR_OTHERS + earlier
        total = 0.0
        for k in range(holding, testimonies + 1):
            term = math.exp(
                math.lgamma(testimonies + 1) - math.lgamma(k + 1) - math.lgamma(testimonies - k + 1)
                + math.lgamma(alpha + k) + math.lgamma(beta + testimonies - k) - math.lgamma(alpha + beta + testimonies)
                - math.lgamma(alpha) - math.lgamma(beta) + math.lgamma(alpha + beta)
            )  # fmt: skip
            total += term
            if term < 1e-9 * total:
                break
        return min(1.0, total)


def phrases_of(folded: str, counts: Callable[[str], bool]) -> set[str]:
    """The pairs and triples of words of a text with two words of which `counts` is true."""
    found = set()
    for part in re.split(r"[.!?\n]+", _MARKED.sub(". ", folded)):
        words = _WORD.findall(part)
        own = [len(word) >= _SHORTEST and counts(word) for word in words]
        for start in range(len(words) - 1):
            if own[start] and own[start + 1]:
                found.add(" ".join(words[start : start + 2]))
            elif own[start] and start + 2 < len(words) and own[start + 2]:
                found.add(" ".join(words[start : start + 3]))
    return found
