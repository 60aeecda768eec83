"""Sentences kept in data, in two languages and two registers, and set with the signs that each language wants."""

import re
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from rempart.casework.statements.dates import LANGUAGES, Language

_BEFORE = re.compile(r" (?=[:;!?»%])")


class Sentences:
    """The sentences of one file of this package, in one language and register.

    A child's words are used where the file has them; elsewhere the plain sentence serves both.
    """

    def __init__(self, file: str, language: Language, *, child: bool) -> None:
        self.language, self.child = language, child
        self._said = _sentences(file, language, child)

    def say(self, key: str, **values: str) -> str:
        """The sentence called `key` with its values. Raises KeyError for an unknown sentence or a missing value."""
        return self._said[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a sentence of this name."""
        return key in self._said

    def all(self) -> dict[str, str]:
        """Every sentence by its name, values not filled in."""
        return self._said


def typeset(text: str, language: Language) -> str:
    """Typographic apostrophes and, in French, unbreakable spaces where signs want them."""
    text = " ".join(text.split(" ")).replace("'", "’")
    if language == "fr":
        text = _BEFORE.sub("\u00a0", text).replace("« ", "«\u00a0")
    return text


@cache
def _sentences(file: str, language: Language, child: bool) -> dict[str, str]:
    said = {}
    for key, words in read(file).items():
        if unknown := words.keys() - {*LANGUAGES, "fr_child", "en_child"}:
            raise ValueError(f"{file}: {key} has words for {sorted(unknown)}")
        plain = words[language]
        chosen = words.get(f"{language}_child", plain) if child else plain
        said[key] = typeset(chosen.strip(), language)
    return said


@cache
def read(file: str) -> dict[str, Any]:
    """A data file of this package."""
    return yaml.safe_load((files("rempart.casework.statements") / file).read_text(encoding="utf-8"))
