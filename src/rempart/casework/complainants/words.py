"""The sentences of words.yaml: messages kept in both languages, and the page in the reader's.

`message("before_lift", day=at)` gives `{"fr": …, "en": …}`; `page("fr")` every sentence of the page by its name.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils import translation

from rempart.casework.statements.dates import LANGUAGES, Language
from rempart.casework.statements.sentences import typeset
from rempart.pages.writing import day as written_day

Texts = dict[str, str]


@cache
def words() -> dict[str, dict[str, Texts]]:
    """The file as data."""
    text = files(__package__).joinpath("words.yaml").read_text(encoding="utf-8")
    data: dict[str, dict[str, Texts]] = yaml.safe_load(text)
    return data


def message(
    name: str,
    *,
    measures: Iterable[str] = (),
    day: datetime | None = None,
    what: str = "all_of_it",
    reason: Texts | str = "",
) -> Texts:
    """What this message says in each language.

    measures: those that the account is under, of which some are never told. day: a date, told without its hour.
    what: `all_of_it` or `a_part` of what was done.
    reason: {"fr", "en"}, or a text for both. Raises KeyError for a message that does not exist.
    """
    told = list(measures)
    filled = {}
    for language in LANGUAGES:
        with translation.override(language):
            filled[language] = typeset(words()["messages"][name][language], language).format(
                measures=sentences(told, language),
                what=words()["what"][what][language],
                day=written_day(day) if day else "",
                reason=reason[language] if isinstance(reason, dict) else reason,
            )
    return filled


def sentences(measures: Iterable[str], language: Language) -> str:
    """What an account under these measures can no longer do, as sentences."""
    known = words()["measures"]
    told = [known[measure][language] for measure in measures if known.get(measure)]
    return " ".join(told) or known["none_told"][language]


@cache
def page(language: Language) -> Texts:
    """Every sentence of the page in one language, values not filled in."""
    return {name: typeset(texts[language], language) for name, texts in words()["page"].items()}


def said_of(state: str) -> dict[str, Any]:
    """Where a report stands, in a sentence of each language: what its author reads at the top of their page."""
    return {language: page(language)[f"where_{state}"] for language in LANGUAGES}
