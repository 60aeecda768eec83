"""What no text may say: of guilt while a measure is preventive, of adult-only offences to somebody who may be a minor.

The lists are data (`findings_of_guilt.yaml`, `adult_only.yaml`). A text is folded before it is searched (case, accents,
look-alike letters, invisible characters), so a word is found however it was typed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext_lazy as _

from rempart.casework.errors import Refused
from rempart.casework.statements.sentences import read
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


class WordsRefused(Refused):
    """A text says what it may not; `found` names the words."""

    words = _("These words cannot be sent.")

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__(self.words)
        self.found = tuple(found)

    def __str__(self) -> str:
        said = "; ".join(
            f"« {one.words} » → « {one.instead} »" if one.instead else f"« {one.words} »"
            for one in dict.fromkeys(self.found)
        )
        return f"{self.words} {said}"


class FindingOfGuilt(WordsRefused):
    """A text sent while a measure is preventive speaks of guilt."""

    words = _("Nothing is final yet: a text to the person concerned cannot speak of guilt.")


class AdultOnlyOffence(WordsRefused):
    """A text to somebody who is a minor, or may be one, cites an offence that only adults can be tried for."""

    words = _("This person is under 18, or may be: an offence that only adults are tried for cannot be cited.")


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


def ensure_said_fairly(texts: Iterable[str], *, preventive: bool, adult: bool) -> None:
    """Refuse texts to a respondent that say what they may not.

    preventive: nothing final was decided. adult: the respondent is known to be 18 or over.
    Raises FindingOfGuilt, AdultOnlyOffence.
    """
    whole = "\n".join(texts)
    if preventive and (guilt := findings_of_guilt(whole)):
        raise FindingOfGuilt(guilt)
    if not adult and (offences := adult_only_offences(whole)):
        raise AdultOnlyOffence(offences)


def _search(text: str, entries: dict[str, list[_Entry]]) -> list[Found]:
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


def _indexed(entries: Iterable[_Entry]) -> dict[str, list[_Entry]]:
    index: dict[str, list[_Entry]] = {}
    for entry in entries:
        index.setdefault(entry.parts[0][:2], []).append(entry)
    return index


def _parts(words: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9]+\*?", normalise(words).text))


@cache
def _guilt() -> tuple[str, dict[str, list[_Entry]]]:
    listed = read("findings_of_guilt.yaml")
    groups = [*listed["fr"], *listed["en"]]
    entries = [_Entry(_parts(words), group["instead"]) for group in groups for words in group["words"]]
    return str(listed["version"]), _indexed(entries)


@cache
def _adult_only() -> tuple[dict[str, list[_Entry]], frozenset[str]]:
    listed = read("adult_only.yaml")
    said = [*listed["words"], *(str(article["number"]) for article in listed["articles"])]
    return _indexed(_Entry(_parts(words), "") for words in said), frozenset(listed["keywords"])
