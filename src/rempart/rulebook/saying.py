"""Words that find somebody guilty or suggest it, and offences that only adults are tried for, found in a text.

The two lists are data beside this file (`findings_of_guilt.yaml`, `adult_only.yaml`). They hold for what a rulebook
says (`limits`) and for every text to a respondent. A text is folded before it is searched (case, accents, look-alike
letters, invisible characters), so a word is found however it was typed.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from rempart.text.normalise import normalise

_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Found:
    """A word that must not be said: as it stands in the text, and what can be said instead."""

    words: str
    instead: str = ""


@dataclass(frozen=True)
class _Entry:
    parts: tuple[str, ...]
    instead: str


_Index = dict[str, list[_Entry]]


def findings_of_guilt(text: str) -> list[Found]:
    """The words of `text` that find somebody guilty or suggest it, in the order of the text."""
    return _search(text, _guilt()[1])


def adult_only_offences(text: str) -> list[Found]:
    """The places of `text` that cite an offence for which only adults are tried, in the order of the text."""
    return _search(text, _adult_only()[0])


def guilt_version() -> str:
    """The version of the list of findings of guilt."""
    return _guilt()[0]


def adult_only_keywords() -> frozenset[str]:
    """Keywords of the DSA Transparency Database that name an adult-only offence."""
    return _adult_only()[1]


def _search(text: str, entries: _Index) -> list[Found]:
    folded = normalise(text)
    matches = list(_WORD.finditer(folded.text))
    tokens = [match[0] for match in matches]
    found: list[Found] = []
    for index, token in enumerate(tokens):
        # An entry is kept under the first letters of its first word: a handful are tried for each token.
        for entry in entries.get(token[:2], ()):
            end = index + len(entry.parts)
            if end <= len(tokens) and all(map(_is, tokens[index:end], entry.parts)):
                start, stop = folded.span(matches[index].start(), matches[end - 1].end())
                found.append(Found(text[start:stop], entry.instead))
                break
    return found


def _is(token: str, part: str) -> bool:
    return token.startswith(part[:-1]) if part.endswith("*") else token == part


def _indexed(entries: Iterable[_Entry]) -> _Index:
    index: _Index = {}
    for entry in entries:
        index.setdefault(entry.parts[0][:2], []).append(entry)
    return index


def _parts(words: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+\*?", normalise(words).text))


def _listed(file: str) -> dict[str, Any]:
    listed: dict[str, Any] = yaml.safe_load((files(__package__) / file).read_text(encoding="utf-8"))
    return listed


@cache
def _guilt() -> tuple[str, _Index]:
    listed = _listed("findings_of_guilt.yaml")
    groups = [*listed["fr"], *listed["en"]]
    entries = [_Entry(_parts(words), group["instead"]) for group in groups for words in group["words"]]
    return str(listed["version"]), _indexed(entries)


@cache
def _adult_only() -> tuple[_Index, frozenset[str]]:
    listed = _listed("adult_only.yaml")
    said = [*listed["words"], *(str(article["number"]) for article in listed["articles"])]
    return _indexed(_Entry(_parts(words), "") for words in said), frozenset(listed["keywords"])
