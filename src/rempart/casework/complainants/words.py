"""The messages of words.yaml, filled in: `message("before_lift", day=at)` gives `{"fr": …, "en": …}`."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils import translation

from rempart.pages.writing import day as written_day

LANGUAGES = ("fr", "en")
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
    reason: Any = "",
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
            filled[language] = words()["messages"][name][language].format(
                measures=sentences(told, language),
                what=words()["what"][what][language],
                day=written_day(day) if day else "",
                reason=reason.get(language) or next(iter(reason.values()), "") if isinstance(reason, dict) else reason,
            )
    return filled


def sentences(measures: Iterable[str], language: str) -> str:
    """What an account under these measures can no longer do, as sentences."""
    known = words()["measures"]
    told = [known[measure][language] for measure in measures if known.get(measure)]
    return " ".join(told) or known["none_told"][language]
