"""What owners of accounts, and those who vouch, read: the sentences of `words/*.yaml`, French and English.

They speak as to a child of twelve, since that is who may read them.
"""

from datetime import datetime
from functools import cache
from importlib.resources import files

import yaml
from django.utils import translation

from rempart.casework.statements.sentences import typeset
from rempart.pages.writing import day

LANGUAGES = ("fr", "en")


def both(name: str, key: str, **values: object) -> dict[str, str]:
    """One sentence of `words/NAME.yaml` in both languages. values: the same in both, moments written as days."""
    return {language: filled(texts(name, language)[key], language, values) for language in LANGUAGES}


@cache
def texts(name: str, language: str) -> dict[str, str]:
    """The sentences of `words/NAME.yaml` in one language, values not filled in."""
    data = yaml.safe_load(files("rempart.age").joinpath(f"words/{name}.yaml").read_text(encoding="utf-8"))
    return {key: _set(words[language], language) for key, words in data.items()}


def filled(sentence: str, language: str, values: dict[str, object]) -> str:
    """A sentence with its values: a moment is its day, what is kept in both languages is said in this one."""
    with translation.override(language):
        return sentence.format(**{key: _said(value, language) for key, value in values.items()})


def _said(value: object, language: str) -> object:
    if isinstance(value, datetime):
        return day(value)
    return value[language] if isinstance(value, dict) else value


def _set(text: str, language: str) -> str:
    lines = text.strip().split("\n")
    return "\n".join(typeset(line, "fr" if language == "fr" else "en") for line in lines)
