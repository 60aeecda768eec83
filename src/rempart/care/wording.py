"""What people looked after read: the sentences of their page, the letters, and the duties that the law sets.

The data is `words/*.yaml` and `duties.yaml`: French in “tu” and in “vous”, English. Numbers to call come from
`pages/helplines.yaml`, by country and age.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.conf import settings

from rempart.casework.statements.dates import LANGUAGES, Language
from rempart.casework.statements.sentences import typeset
from rempart.intake.models import Account
from rempart.pages.helplines import Helpline, helplines_for

Texts = dict[str, str]

AGES = {
    Account.AgeBand.UNDER_13: (0, 12),
    Account.AgeBand.FROM_13: (13, 15),
    Account.AgeBand.FROM_16: (16, 17),
    Account.AgeBand.ADULT: (18, 120),
}
_UNKNOWN = (0, 17)  # counts as a minor wherever that protects


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One thing that the law asks, in the reader's words, with where it comes from."""

    key: str
    title: str
    text: str
    source: str
    url: str


@cache
def sentences(name: str, language: Language, adult: bool) -> Texts:
    """The sentences of `words/NAME.yaml`, values not filled in. adult: “vous” and not “tu”, where they differ."""
    return {key: _chosen(texts, language, adult) for key, texts in _read(f"words/{name}.yaml").items()}


def welcome_letter(age_band: str | None, country: str | None) -> Texts:
    """The first message in each language, for whoever is this old in this country; null is “not known”."""
    data, adult = _read("words/welcome.yaml"), age_band == Account.AgeBand.ADULT
    wanted = data["letters"][age_band or Account.AgeBand.UNDER_13.value]
    law = bool(duties(country, age_band, "young", "fr", key="agreement"))
    letter = {}
    for language in LANGUAGES:
        paragraphs = [_chosen(data["paragraphs"][one], language, adult) for one in wanted if one != "law" or law]
        numbers = "\n".join(_line(one) for one in helplines(country, age_band, language))
        letter[language] = "\n\n".join(paragraphs).replace("{numbers}", numbers)
    return letter


def guardian_letter(age_band: str | None, country: str | None) -> Texts:
    """What a guardian reads first, in each language."""
    letter = {}
    for language in LANGUAGES:
        numbers = "\n".join(_line(one) for one in helplines(country, age_band, language))
        letter[language] = sentences("guardian", language, True)["letter"].replace("{numbers}", numbers)
    return letter


def helplines(country: str | None, age_band: str | None, language: Language) -> list[Helpline]:
    """Whom to call, by country and age. An unknown country is the platform's own."""
    young = age_band != Account.AgeBand.ADULT
    return helplines_for(country or settings.REMPART_COUNTRY, young=young, ages=_ages(age_band), language=language)


def duties(
    country: str | None, age_band: str | None, reader: str, language: Language, *, key: str | None = None
) -> list[Duty]:
    """What the law asks around somebody this old, in the words of its reader: `young` or `guardian`.

    key: that duty alone. Empty for a country without rows in duties.yaml.
    """
    return list(_duties(country or settings.REMPART_COUNTRY, age_band, reader, language, key))


def _duties(country: str, age_band: str | None, reader: str, language: Language, key: str | None) -> Iterator[Duty]:
    youngest, oldest = _ages(age_band)
    adult = age_band == Account.AgeBand.ADULT or reader == "guardian"
    for row in _read("duties.yaml").get(country.upper(), ()):
        if reader not in row or row["ages"][0] > oldest or youngest > row["ages"][1] or key not in {None, row["key"]}:
            continue
        yield Duty(
            key=row["key"],
            title=_chosen(row["title"][reader], language, adult),
            text=_chosen(row[reader], language, adult),
            source=row["source"],
            url=row["url"],
        )


def _ages(age_band: str | None) -> tuple[int, int]:
    return _UNKNOWN if age_band is None else AGES[Account.AgeBand(age_band)]


def _line(line: Helpline) -> str:
    about = line.about[:1].lower() + line.about[1:]
    return f"• {line.number or line.url} – {about} ({line.hours})"


def _chosen(texts: Texts, language: Language, adult: bool) -> str:
    chosen = texts.get(f"{language}_adult", texts[language]) if adult else texts[language]
    return typeset(chosen, language)


@cache
def _read(path: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load(files(__package__).joinpath(path).read_text(encoding="utf-8"))
    return data
