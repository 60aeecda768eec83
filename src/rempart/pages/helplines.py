"""Numbers to call in somebody's country, for pages that people open on a bad day. The data is helplines.yaml."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.utils.translation import get_language

EUROPE = frozenset(
    (
        *("AT", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU"),
        *("LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
"""Countries that the harmonised European numbers serve and that have no list of their own here."""


@dataclass(frozen=True, kw_only=True)
class Helpline:
    """Somebody to call. `number` is empty where there is only a page; `audience` is young, all or danger."""

    number: str
    name: str
    audience: str
    about: str
    hours: str
    url: str

    @property
    def dialled(self) -> str:
        """The number without spaces, for a `tel:` link."""
        return self.number.replace(" ", "")


def helplines_for(
    country: str, *, young: bool = True, ages: tuple[int, int] | None = None, language: str | None = None
) -> list[Helpline]:
    """The numbers of a country (ISO 3166-1; any other text counts as unknown), in the order to show them.

    young: with those for children and young people. ages: between which ages the reader is, where that is known; only
    then are lines shown that answer some ages alone. language: `fr` or `en`, the reader's by default.
    """
    code = country.upper()
    lists = _lists()
    entries = lists.get(code) or lists["EU" if code in EUROPE else "any"]
    spoken = (language or get_language() or "fr")[:2]
    shown = [one for one in entries if (young or one["for"] != "young") and _answers(one, ages)]
    return [_helpline(one, "fr" if spoken == "fr" else "en") for one in shown]


def _answers(entry: dict[str, Any], ages: tuple[int, int] | None) -> bool:
    if "ages" not in entry:
        return True
    return ages is not None and entry["ages"][0] <= ages[1] and ages[0] <= entry["ages"][1]


def _helpline(entry: dict[str, Any], language: str) -> Helpline:
    return Helpline(
        number=entry["number"],
        name=str(entry["name"]),
        audience=entry["for"],
        about=entry["about"][language].replace("'", "’"),
        hours=entry["hours"][language].replace("'", "’").replace(" ;", "\u00a0;"),
        url=entry["url"],
    )


@cache
def _lists() -> dict[str, list[dict[str, Any]]]:
    return yaml.safe_load((files("rempart.pages") / "helplines.yaml").read_text(encoding="utf-8"))
