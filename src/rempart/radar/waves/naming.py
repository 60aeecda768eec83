"""Tags that may be a pile-on: somebody's name, mostly beside a word that accuses.

Such a tag gathers people against one person whatever that person did: an alert about it is for the desk alone.
"""

from collections.abc import Collection
from functools import cache
from importlib import resources
from typing import Any

import yaml

from rempart.reading.lexicon import languages, vocabulary

_SHORTEST_NAME = 4  # letters: shorter pieces of handles are found in any word


def names(tag: str, pieces: Collection[str]) -> bool:
    """Whether a folded tag holds one of these pieces of names (see `pieces_of`)."""
    bare = _letters(tag)
    return any(piece in bare for piece in pieces)


def pieces_of(handle: str) -> set[str]:
    """What of a handle would be recognised in a tag: its letters, and each part that is long and no common word."""
    folded = handle.removeprefix("@").partition("@")[0].partition(":")[0].lower()
    parts = "".join(letter if letter.isalpha() else " " for letter in folded).split()
    pieces = {"".join(parts), *parts}
    return {piece for piece in pieces if len(piece) >= _SHORTEST_NAME and not _is_made_of_words(piece)}


def may_be_pile_on(tag: str) -> bool:
    """Whether a tag accuses, and what it accuses is no word that we know: perhaps somebody's name."""
    return holds_unknown_word(tag) and accuses(_letters(tag))


def accuses(text: str) -> bool:
    """Whether folded letters hold a word by which people accuse, hunt or shame."""
    return any(word in text for word in _words()["accusations"])


def holds_unknown_word(text: str) -> bool:
    """Whether a part of a tag or phrase is not made of words that we know, as names mostly are not."""
    return any(not _is_made_of_words(_letters(part)) for part in text.split())


def _letters(text: str) -> str:
    return "".join(letter for letter in text if letter.isalpha())


def _is_made_of_words(text: str) -> bool:
    """Whether words that we know, one after the other, make up all of `text`."""
    known = _known()
    reached = {0}
    for end in range(1, len(text) + 1):
        if any(text[start:end] in known for start in reached):
            reached.add(end)
    return len(text) in reached


def _is_whole(word: str) -> bool:
    """Whether a word of the vocabulary is long enough not to be found in a name."""
    return word.isalpha() and len(word) >= _SHORTEST_NAME


@cache
def _words() -> dict[str, list[str]]:
    text = resources.files("rempart.radar.waves").joinpath("words.yaml").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = yaml.safe_load(text)
    return loaded


@cache
def _known() -> frozenset[str]:
    """Every whole word of the vocabulary, and the common ones."""
    known = set(_words()["common"])
    sources: list[dict[str, Any]] = [vocabulary("shared"), *(vocabulary(f"languages/{one}") for one in languages())]
    for source in sources:
        known.update(source.get("function_words", ()))
        for entries in source["classes"].values():
            for entry in entries or ():
                for word in str(entry).replace("|", " ").replace("?", "").split():
                    if _is_whole(word):
                        known.add(word)
    for names_of in vocabulary("services")["services"].values():
        known.update(
            word for word in (*names_of["names"], *names_of.get("creators", ())) if word.isalpha() and len(word) > 3
        )
    return frozenset(known)
