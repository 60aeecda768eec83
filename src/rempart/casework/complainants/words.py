"""The sentences of words.yaml: messages kept in both languages, and the page in the reader's.

`message("before_lift", day=at, child=False)` gives `{"fr": …, "en": …}`; `page("fr", False)` every sentence of the
page by its name. A child's words are used where the file has them.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files

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
    child: bool,
    measures: Iterable[str] = (),
    day: datetime | None = None,
    what: str = "all_of_it",
    reason: Texts | str = "",
    service: str = "",
) -> Texts:
    """What this message says in each language.

    child: in a child's words. day: a date, told without its hour. what: `all_of_it` or `a_part` of what was done.
    measures: those that the account is under, of which some are never told.
    reason: {"fr", "en"}, or a text for both. service: the name of another one.
    Raises KeyError for a message that does not exist.
    """
    told = list(measures)
    filled = {}
    for language in LANGUAGES:
        with translation.override(language):
            filled[language] = _words("messages", name, language, child).format(
                measures=sentences(told, language),
                what=_words("what", what, language, child),
                day=written_day(day) if day else "",
                reason=reason[language] if isinstance(reason, dict) else reason,
                service=service,
            )
    return filled


def sentences(measures: Iterable[str], language: Language) -> str:
    """What an account under these measures can no longer do, as sentences."""
    known = words()["measures"]
    told = [known[measure][language] for measure in measures if known.get(measure)]
    return " ".join(told) or _words("measures", "none_told", language, False)


@cache
def page(language: Language, child: bool) -> Texts:
    """Every sentence of the page in one language, values not filled in."""
    return {name: _words("page", name, language, child) for name in words()["page"]}


def said_of(state: str) -> Texts:
    """Where a report stands, in a sentence of each language: what its author reads at the top of their page."""
    return {language: page(language, False)[f"where_{state}"] for language in LANGUAGES}


def _words(part: str, name: str, language: Language, child: bool) -> str:
    texts = words()[part][name]
    plain = texts[language]
    return typeset(texts.get(f"{language}_child", plain) if child else plain, language)
