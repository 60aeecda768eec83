"""Which texts can report no conduct at all, told for a fraction of what reading costs.

A pattern of conduct needs certain classes of words. The classes that the words of a text could have, alone or as the
beginning of a phrase, are at least those that reading gives it; where they do not hold what some pattern needs, no fact
would be found. It errs on one side only: what it lets go, reading would have found without conduct.
"""

from operator import methodcaller

from rempart.reading.grammar import Grammar
from rempart.reading.lexicon import Phrase
from rempart.reading.tokens import TAG, TOKEN

_MOST_REMEMBERED = 100_000
_whole = methodcaller("group")
# What a word may mean: its classes; those of the phrases that it begins, by their second word, each with its further
# words; and of phrases whose second word is a prefix.
Meaning = tuple[int, dict[str, list[tuple[tuple[str, ...], int]]], tuple[tuple[str, int], ...]]


class Screen:
    """Tells the texts of one language that may report conduct."""

    def __init__(self, language: Grammar) -> None:
        self._lexicon = language.lexicon
        self._patterns = [pattern for _, pattern in language.conduct]
        self._bare = language.lexicon.bit("NUDES")  # one word of it is enough in a testimony
        self._needed = self._bare
        for pattern in self._patterns:
            self._needed |= pattern.all_of
            for need in pattern.needs:
                self._needed |= need
        # What is read by its shape may be of any of these; that a word has no letter alone is the cheapest sign.
        shapes = language.lexicon.shape_symbols
        self._shaped = sum(bits for kind, (_, bits) in shapes.items() if kind != TAG) & self._needed
        self._tag = shapes[TAG][1] & self._needed
        self._idle: set[str] = set()  # words that mean nothing to any pattern
        self._words: dict[str, Meaning] = {}
        self._answers: dict[int, bool] = {}

    def may_report(self, folded: str) -> bool:
        """Whether reading `folded`, a normalised text, could find conduct."""
        raw = list(map(_whole, TOKEN.finditer(folded)))
        idle, words = self._idle, self._words
        mask, last = 0, len(raw) - 1
        for index, word in enumerate(raw):
            if word in idle:
                continue
            meaning = words.get(word) or self._meaning(word)
            mask |= meaning[0]
            if index < last:
                following = raw[index + 1]
                for rest, bits in meaning[1].get(following, ()):
                    if not rest or _follow(raw, index + 2, rest):
                        mask |= bits
                for prefix, bits in meaning[2]:
                    if following.startswith(prefix):
                        mask |= bits
        answer = self._answers.get(mask)
        if answer is None:
            if len(self._answers) >= _MOST_REMEMBERED:
                self._answers.clear()
            answer = mask & self._bare != 0 or any(pattern.may_match(mask) for pattern in self._patterns)
            self._answers[mask] = answer
        return answer

    def says_nothing(self, word: str) -> bool:
        """Whether a word means nothing to any pattern of conduct, nor begins a phrase that does."""
        return word in self._idle or (word not in self._words and not any(self._meaning(word)))

    def _meaning(self, word: str) -> Meaning:
        """What a word may mean, of the classes that patterns need."""
        if word[0] == "#":
            return self._tag, {}, ()
        _, mask, phrases = self._lexicon.look_up(word)
        if not word.isalpha():
            mask |= self._shaped
        seconds: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        prefixes: tuple[tuple[str, int], ...] = ()
        if phrases is not None:
            exact, others = phrases
            seconds = {second: kept for second, several in exact.items() if (kept := self._kept(several))}
            prefixes = tuple((rest[0][0], bits) for rest, _, mine in others if (bits := mine & self._needed))
        found = (mask & self._needed, seconds, prefixes)
        if len(self._words) + len(self._idle) >= _MOST_REMEMBERED:
            self._words.clear()
            self._idle.clear()
        if any(found):
            self._words[word] = found
        else:
            self._idle.add(word)
        return found

    def _kept(self, phrases: list[Phrase]) -> list[tuple[tuple[str, ...], int]]:
        """The phrases that some pattern needs: the words after the second, as prefixes, and the classes."""
        needed = self._needed
        return [(tuple(word for word, _ in rest[1:]), mine & needed) for rest, _, mine in phrases if mine & needed]


def _follow(raw: list[str], index: int, rest: tuple[str, ...]) -> bool:
    """Whether the tokens from `index` on begin with the words of `rest`, one by one."""
    if index + len(rest) > len(raw):
        return False
    for word in rest:
        if not raw[index].startswith(word):
            return False
        index += 1
    return True
