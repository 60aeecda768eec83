"""All that reading a language needs, compiled once: its lexicon and the patterns of `vocabulary/patterns.yaml`."""

import re
from fnmatch import translate
from functools import cache
from typing import NamedTuple

from rempart.reading.lexicon import lexicon, vocabulary
from rempart.reading.patterns import Pattern, compile_pattern
from rempart.records.references import SERVICES, Service, canonical_handle
from rempart.records.vocabulary import Conduct, MentionedEvidence


class Cue(NamedTuple):
    """Something weighed to tell the stance. `mask`: classes of which any occurring is enough; patterns for the rest."""

    name: str
    mask: int
    patterns: tuple[Pattern, ...]


class Grammar:
    """The compiled patterns of one language, and the symbols of classes that code asks for by name."""

    def __init__(self, language: str) -> None:
        """Raises ValueError when a pattern cannot be read."""
        words = lexicon(language)
        source = vocabulary("patterns")
        own = vocabulary(f"languages/{language}")

        def compiled(patterns: list[str]) -> tuple[Pattern, ...]:
            return tuple(compile_pattern(pattern, words) for pattern in patterns)

        self.language = language
        self.lexicon = words
        self.function_words = frozenset(own["function_words"])
        self.numbers: dict[str, int] = {word: int(value) for word, value in own["numbers"].items()}
        # « I was 14 » needs no « years old »; « j'avais 14 » does not say of what, unless « avais » is right before.
        self.age_without_unit = own.get("age_without_unit") == "yes"
        self.conduct: list[tuple[Conduct, Pattern]] = [
            (kind, pattern) for kind, patterns in source["conduct"].items() for pattern in compiled(patterns)
        ]
        self.evidence: list[tuple[MentionedEvidence, Pattern]] = [
            (kind, pattern) for kind, patterns in source["evidence"].items() for pattern in compiled(patterns)
        ]
        self.accused = compiled(source["accused"])
        self.bystander = compiled(source["bystander"])
        self.victim = compiled(source["victim"])
        self.told = compiled(source["told"])
        self.met = compiled(source["met"])
        self.met_only = compiled(source["met_only"])
        self.moved = compiled(source["moved"])
        self.fame = compiled(source["fame"])
        self.named = compiled(source["named"])
        self.cues: list[Cue] = []
        for name, patterns in source["stance"].items():
            classes = [pattern for pattern in patterns if words.knows(pattern)]
            others = [pattern for pattern in patterns if not words.knows(pattern)]
            mask = 0
            for one in classes:
                mask |= words.bit(one)
            self.cues.append(Cue(name, mask, compiled(others)))
        self.services: list[tuple[int, Service]] = [
            (words.bit(f"SERVICE_{name}"), name) for name in SERVICES if words.knows(f"SERVICE_{name}")
        ]
        self.creators: list[tuple[int, Service]] = [
            (words.bit(f"CREATOR_{name}"), name) for name in SERVICES if words.knows(f"CREATOR_{name}")
        ]
        self.minority = (
            words.bit("MINOR_GROUP") | words.bit("MINOR_TARGET") | words.bit("SCHOOL") | words.bit("NOT_MINOR")
        )
        self.accounts = words.bit("HANDLE") | words.bit("ADDRESS") | words.bit("BARE")
        self.harmed = frozenset(words.symbols(words.bit("I") | words.bit("ME") | words.bit("KIN") | words.bit("SHE")))
        verbs = (
            "ASK",
            "WANT",
            "SEND",
            "SAY",
            "HARASS",
            "ASSAULT",
            "MET",
            "THREATEN",
            "PUBLISH",
            "SHOW",
            "FLATTER",
            "BLACKMAIL",
        )
        self.verbs = frozenset(symbol for name in verbs for symbol in words.symbols(words.bit(name)))
        doing = ("ASK", "WANT", "SEND", "SAY", "PUBLISH", "HARASS")
        self.doing = frozenset(symbol for name in doing for symbol in words.symbols(words.bit(name)))
        between = words.bit("HAVE") | words.bit("NEG") | words.bit("NEG_NE") | words.bit("AUXILIARY")
        self.auxiliaries = frozenset(words.symbols(between))
        self.persons = words.bit("I") | words.bit("ME") | words.bit("MY") | words.bit("YOU") | words.bit("WE")
        self._symbols = {name: frozenset(words.symbols(words.bit(name))) for name in words.classes}
        self._symbols_of: dict[int, frozenset[str]] = {}

    def __getitem__(self, name: str) -> frozenset[str]:
        """The symbols of the tokens of class `name`."""
        return self._symbols[name]

    def symbols_of(self, mask: int) -> frozenset[str]:
        """The symbols of the tokens of any class in `mask`."""
        symbols = self._symbols_of.get(mask)
        if symbols is None:
            symbols = self._symbols_of[mask] = frozenset(self.lexicon.symbols(mask))
        return symbols

    def services_of(self, symbol: str) -> list[Service]:
        """The service that a token names, if any."""
        mask = self.lexicon.mask_of(symbol)
        return [name for bit, name in self.services if mask & bit]

    def creators_of(self, symbol: str) -> list[Service]:
        """The service whose creators a token names (« tiktokeur »), if any."""
        mask = self.lexicon.mask_of(symbol)
        return [name for bit, name in self.creators if mask & bit]


@cache
def grammar(language: str) -> Grammar:
    """The grammar of a language."""
    return Grammar(language)


class Gazetteer:
    """Accounts that are never accused, and names that merely look like such an account's."""

    def __init__(self) -> None:
        lists = vocabulary("accounts")
        likely = lists.pop("likely")
        entries = [
            canonical_handle(entry, "other") if "*" not in entry else entry
            for names in lists.values()
            for entry in names
        ]
        self._known = frozenset(entry for entry in entries if "*" not in entry)
        self._known_shapes = re.compile("|".join(translate(entry) for entry in entries if "*" in entry))
        self._likely = re.compile("|".join(translate(entry) for entry in likely))

    def knows(self, handle: str) -> bool:
        """Whether the account is in the list."""
        return handle in self._known or self._known_shapes.match(handle) is not None

    def doubts(self, handle: str) -> bool:
        """Whether the name looks like an association's, a public body's or a newsroom's."""
        return self._likely.match(handle) is not None


@cache
def gazetteer() -> Gazetteer:
    """The list shipped in `vocabulary/accounts.yaml`."""
    return Gazetteer()
