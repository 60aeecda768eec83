"""Whether a comment insults or threatens, by a small lexicon of French and English.

It is read for numbers, never for a verdict: how many hostile comments one gets in an hour against how many one usually
gets. So it need not know every insult, it must not take a word told (« ils la traitent de … ») for a word said, and
it must be quick: texts that hold none of the words that tell, known by their hashes, are not looked at any closer.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from rempart.text.near_duplicates import Words, hashed_words
from rempart.text.normalise import normalise

_NOT_LETTERS = re.compile(r"[^a-z0-9]+")
_BEFORE = re.compile(r"(?: \w+){0,4}$")  # words in which an insult that follows may be announced as told
_NOT_DENIED = r"(?: (?!pas|jamais|not|never)\w+){0,2}"


def is_hostile(text: str) -> bool:
    """Whether a comment insults or threatens whoever it is about."""
    return any(language.is_hostile(_folded(text)) for language in _languages())


def hostile_texts(texts: Sequence[str], words: Words) -> NDArray[np.bool_]:
    """Whether each text is hostile: array of shape (n,). words: those of `texts`, hashed."""
    hostile = np.zeros(len(texts), np.bool_)
    for language in _languages():
        may_be = np.zeros(len(texts), np.bool_)
        may_be[words.owner[language.tell(words.words)]] = True
        for place in np.flatnonzero(may_be & ~hostile).tolist():
            hostile[place] = language.is_hostile(_folded(texts[place]))
    return hostile


def _folded(text: str) -> str:
    """The words of a text in lower case without accents, one space before and after each."""
    letters = text.lower() if text.isascii() else normalise(text).text
    return f" {_NOT_LETTERS.sub(' ', letters).strip()} "


class _Language:
    """The patterns of one language, over words in lower case with a space on either side."""

    def __init__(self, entries: dict[str, list[str]]) -> None:
        insults, addressed, to, told = ("|".join(entries[name]) for name in ("insults", "addressed", "to", "told"))
        self._insults = re.compile(f" (?:(?:{insults})|(?:{to}){_NOT_DENIED} (?:{addressed}))(?= )")
        self._told = re.compile(f" (?:{told})(?= |$)")
        threats = [row.split(" / ") for row in entries["threats"]]
        self._threats = re.compile("|".join(_row(slots) for slots in threats))
        tell = [slot[1:] for slots in threats for slot in slots if slot.startswith("!")]
        # Of a phrase, the longest word: the rarest, as a rule.
        words = {max(phrase.split(), key=len) for phrase in "|".join([insults, addressed, *tell]).split("|")}
        self._hashes = np.unique(hashed_words(sorted(words)).words)

    def tell(self, words: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Where, in hashes of words, those stand of which every hostile text holds one."""
        beginnings = np.zeros(1 << 16, np.bool_)
        beginnings[self._hashes >> np.uint64(48)] = True
        may_be = np.flatnonzero(beginnings[words >> np.uint64(48)])
        return may_be[np.isin(words[may_be], self._hashes)]

    def is_hostile(self, folded: str) -> bool:
        """Whether some folded words, a space before and after each, are hostile."""
        if self._threats.search(folded):
            return True
        for insult in self._insults.finditer(folded):
            before = _BEFORE.search(folded, 0, insult.start())
            if before is None or not self._told.search(before[0]):
                return True
        return False


def _row(slots: list[str]) -> str:
    """The pattern of slots that follow one another."""
    pattern = ""
    for slot in slots:
        words = slot.removeprefix("!")
        pattern += f"(?: (?:{words[:-2]}))?" if words.endswith("|?") else f" (?:{words})"
    return f"(?:{pattern})(?= )"


@lru_cache(maxsize=1)
def _languages() -> list[_Language]:
    import yaml

    text = files("rempart.radar.pile_ons").joinpath("hostility.yaml").read_text(encoding="utf-8")
    return [_Language(entries) for entries in yaml.safe_load(text).values()]
