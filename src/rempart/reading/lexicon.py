"""The vocabulary of one language, ready for use: which classes of meaning each word or phrase belongs to.

A token that belongs to the classes {ASK, SAY} becomes one symbol (a private-use character); the symbols of a text make
a string on which patterns run as ordinary regular expressions (see patterns.py). Words and phrases live in
`vocabulary/*.yaml`, whose header explains how they are written.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from itertools import product
from typing import Any

import yaml

from rempart.reading.tokens import ADDRESS, BARE, HANDLE, NUMBER, TAG, TOKEN

_FIRST_SYMBOL = 0xF0000  # plane 15, private use
_MOST_REMEMBERED = 100_000
_BUILT_IN = {HANDLE: "HANDLE", ADDRESS: "ADDRESS", TAG: "TAG", NUMBER: "NUMBER", BARE: "BARE"}
PLAIN = "\U000f0000"  # the symbol of a word that no class knows

# Classes that a phrase has from its words, unless it names people itself; a denial keeps its negation.
_INHERITED = ("I", "ME", "MY", "WE", "YOU", "HE", "SHE", "HAVE", "HAD")
_DENIALS = ("SELF_DENY", "LEAVE_ALONE", "DEFEND")
_PEOPLE = ("KIN", "GIRLS", "HE", "I", "ME", "SHE", "YOU")
_DIGITS_THEN_LETTERS = re.compile(r"(?<=\d)(?=[a-z])(?<![a-z]\d)(?<![a-z]\d\d)")

Phrase = tuple[tuple[tuple[str, bool], ...], str, int]  # the words after the first (word, is a prefix), symbol, mask
# The phrases that start with a word: by their second word, and those whose second word is a prefix; longest first.
Phrases = tuple[dict[str, list[Phrase]], list[Phrase]]
Entry = tuple[str, int, Phrases | None]


@cache
def vocabulary(name: str) -> dict[str, Any]:
    """One file of the vocabulary."""
    text = resources.files("rempart.reading").joinpath("vocabulary", f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506 (strings alone)
    return loaded


def languages() -> list[str]:
    """The languages that have a file."""
    folder = resources.files("rempart.reading").joinpath("vocabulary", "languages")
    return sorted(file.name.removesuffix(".yaml") for file in folder.iterdir() if file.name.endswith(".yaml"))


class Lexicon:
    """Words and phrases of one language by class.

    `bit(NAME)` is the bit of a class in masks; `symbols(mask)` the symbols of tokens in any class of the mask.
    """

    def __init__(self, classes: Mapping[str, Iterable[str]]) -> None:
        names = list(dict.fromkeys([*_BUILT_IN.values(), *classes]))
        self.classes = tuple(names)
        self._bits = {name: 1 << index for index, name in enumerate(names)}
        self._exact: dict[str, int] = {}
        self._prefixes: dict[str, int] = {}
        self._except_exact: dict[str, int] = {}
        self._except_prefixes: dict[str, int] = {}
        phrases: dict[tuple[str, ...], int] = {}
        for name, entries in classes.items():
            bit = self._bits[name]
            for entry in entries:
                for words in _variants(str(entry)):
                    if len(words) > 1:
                        phrases[words] = phrases.get(words, 0) | bit
                        continue
                    self._note(words[0], bit)
        self._symbol_of: dict[int, str] = {0: PLAIN}
        for entry in [*self._exact, *self._except_exact]:
            self._symbol(self._mask(entry))
        for prefix in [*self._prefixes, *self._except_prefixes]:
            self._symbol(self._mask(prefix + "\0"))  # a word that goes on after the prefix
        self.shape_symbols = {
            kind: (self._symbol(self._bits[name]), self._bits[name]) for kind, name in _BUILT_IN.items()
        }
        self._phrases: dict[str, list[Phrase]] = {}
        self._open_phrases: list[tuple[str, Phrase]] = []
        for words, own in phrases.items():
            mask = own | self._inherited(words, own)
            rest = tuple((word.rstrip("*"), word.endswith("*")) for word in words[1:])
            phrase = (rest, self._symbol(mask), mask)
            if words[0].endswith("*"):
                self._open_phrases.append((words[0][:-1], phrase))
            else:
                self._phrases.setdefault(words[0], []).append(phrase)
        # Numbers that are words of the vocabulary (« 3018 ») or begin a phrase (« 4 eme »).
        self.numbered = frozenset(word for word in [*self._exact, *self._phrases] if word.isdigit())
        self._mask_of = {symbol: mask for mask, symbol in self._symbol_of.items()}
        self._remembered: dict[str, Entry] = {}

    def _inherited(self, words: tuple[str, ...], own: int) -> int:
        """The classes that a phrase has from its words: « j'ai porté plainte » still has its « j' »."""
        from_words = 0
        for word in words:
            from_words |= self._mask(word.replace("*", "\0"))
        inherited = 0
        if not own & self._any_of(_PEOPLE):  # « ma sœur » no longer speaks of me
            inherited |= self._any_of(_INHERITED)
        if own & self._any_of(_DENIALS):
            inherited |= self._any_of(("NEG",))
        return from_words & inherited

    def _any_of(self, names: Iterable[str]) -> int:
        return sum(self._bits.get(name, 0) for name in names)

    def bit(self, name: str) -> int:
        """The bit of class `name`. Raises KeyError when no file defines it."""
        return self._bits[name]

    def symbols(self, mask: int) -> str:
        """The symbols of the tokens that belong to any class of `mask`."""
        return "".join(symbol for classes, symbol in self._symbol_of.items() if classes & mask)

    def knows(self, name: str) -> bool:
        """Whether any file defines class `name`."""
        return name in self._bits

    def mask_of(self, symbol: str) -> int:
        """The mask of the classes that a symbol stands for."""
        return self._mask_of[symbol]

    def look_up(self, word: str) -> Entry:
        """The symbol of a word, the mask of its classes, and the phrases that may start with it."""
        found = self._remembered.get(word)
        if found is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            mask = self._mask(word)
            phrases = list(self._phrases.get(word, ()))
            phrases += [phrase for prefix, phrase in self._open_phrases if word.startswith(prefix)]
            found = self._remembered[word] = (self._symbol_of[mask], mask, _by_second_word(phrases))
        return found

    def _note(self, word: str, bit: int) -> None:
        exact, prefixes = self._exact, self._prefixes
        if word.startswith("!"):
            word, exact, prefixes = word[1:], self._except_exact, self._except_prefixes
        table = prefixes if word.endswith("*") and len(word) > 1 else exact
        word = word.removesuffix("*") if table is prefixes else word
        table[word] = table.get(word, 0) | bit

    def _mask(self, word: str) -> int:
        mask, excluded = self._exact.get(word, 0), self._except_exact.get(word, 0)
        for end in range(1, len(word) + 1):
            start = word[:end]
            mask |= self._prefixes.get(start, 0)
            excluded |= self._except_prefixes.get(start, 0)
        return mask & ~excluded

    def _symbol(self, mask: int) -> str:
        return self._symbol_of.setdefault(mask, chr(_FIRST_SYMBOL + len(self._symbol_of)))


class Tokens:
    """A text as the lexicon sees it: per token its word, where it starts and ends in the folded text, and its symbol.

    `mask` says which classes occur at all. A phrase of the vocabulary is one token.
    """

    __slots__ = ("ends", "kinds", "mask", "starts", "symbols", "words")

    def __init__(self, text: str, lexicon: Lexicon) -> None:
        found = [(match.lastindex or 0, match[match.lastindex or 0], match.span()) for match in TOKEN.finditer(text)]
        raw = [word for _, word, _ in found]
        words: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        kinds: list[int] = []
        symbols: list[str] = []
        shapes, numbered, look_up = lexicon.shape_symbols, lexicon.numbered, lexicon.look_up
        mask, index, count = 0, 0, len(raw)
        while index < count:
            kind, word, (start, end) = found[index]
            index += 1
            if kind == BARE and look_up(word)[1]:
                kind = 0  # « musical.ly » is a word of the vocabulary
            if kind and (kind != NUMBER or word not in numbered):
                symbol, bits = shapes[kind]
            else:
                symbol, bits, phrases = look_up(word)
                if phrases is not None and index < count:
                    by_second, others = phrases
                    phrase = None
                    if (exact := by_second.get(raw[index])) is not None:
                        phrase = _first_that_follows(raw, index, exact)
                    if others and (phrase is None or len(others[0][0]) > len(phrase[0])):
                        open_one = _first_that_follows(raw, index, others)
                        if open_one is not None and (phrase is None or len(open_one[0]) > len(phrase[0])):
                            phrase = open_one
                    if phrase is not None:
                        rest, symbol, bits = phrase
                        stop = index + len(rest)
                        word = " ".join(raw[index - 1 : stop])
                        end = found[stop - 1][2][1]
                        index = stop
            if kind and not bits:
                symbol, bits = shapes[kind]
            words.append(word)
            starts.append(start)
            ends.append(end)
            kinds.append(kind)
            symbols.append(symbol)
            mask |= bits
        self.words, self.starts, self.ends, self.kinds = words, starts, ends, kinds
        self.symbols = "".join(symbols)
        self.mask = mask


def _first_that_follows(words: list[str], index: int, phrases: list[Phrase]) -> Phrase | None:
    for phrase in phrases:
        if _follows(words, index, phrase[0]):
            return phrase
    return None


def _follows(words: list[str], index: int, rest: tuple[tuple[str, bool], ...]) -> bool:
    if index + len(rest) > len(words):
        return False
    for word, is_prefix in rest:
        if words[index] != word and not (is_prefix and words[index].startswith(word)):
            return False
        index += 1
    return True


def _by_second_word(phrases: list[Phrase]) -> Phrases | None:
    if not phrases:
        return None
    exact: dict[str, list[Phrase]] = {}
    others: list[Phrase] = []
    for phrase in sorted(phrases, key=lambda phrase: -len(phrase[0])):
        word, is_prefix = phrase[0][0]
        if is_prefix:
            others.append(phrase)
        else:
            exact.setdefault(word, []).append(phrase)
    return exact, others


def _variants(entry: str) -> list[tuple[str, ...]]:
    """The phrases that an entry stands for: `a|b` is a choice, `word?` may be missing."""
    choices = []
    for part in _DIGITS_THEN_LETTERS.sub(" ", entry).split():
        options = part.removesuffix("?").split("|") if len(part) > 1 else [part]
        if part.endswith("?") and len(part) > 1:
            options.append("")
        choices.append(options)
    return [words for chosen in product(*choices) if (words := tuple(word for word in chosen if word))]


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language: what all languages share, and its own words."""
    classes: dict[str, list[str]] = {}
    for source in (vocabulary("shared"), vocabulary(f"languages/{language}")):
        for name, entries in source["classes"].items():
            classes.setdefault(name, []).extend(entries or ())
    classes.setdefault("NUMBER", []).extend(vocabulary(f"languages/{language}")["numbers"])
    services = vocabulary("services")["services"]
    for service, names in services.items():
        classes.setdefault("SERVICE", []).extend(names["names"])
        classes.setdefault(f"SERVICE_{service}", []).extend(names["names"])
        for creator in names.get("creators", ()):
            classes.setdefault("CREATOR", []).append(creator)
            classes.setdefault(f"CREATOR_{service}", []).append(creator)
    return Lexicon(classes)
