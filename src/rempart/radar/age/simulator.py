"""Invented accounts with a known age, from templates of which half are never seen while the sweep is made.

Children and teenagers say their age in the same ways, so that the sentence alone does not tell; adults are full of
other people's ages. Accents, capitals and apostrophes get lost as they do. The same seed gives the same accounts.
"""

import random
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

import yaml

from rempart.records import AccountRow
from rempart.replay.phrases import MONTHS

Half = Literal["development", "held_out"]
AS_OF = date(2026, 11, 23)
_NAMES = ("Lina", "Noah", "Jade", "Enzo", "Lou", "Mila", "Zoe", "Tom", "Ava", "Leo", "Nina", "Sacha", "Ella", "Max")
_FRENCH = {6: "CP", 7: "CE1", 8: "CE2", 9: "CM1", 10: "CM2", 11: "6e", 12: "5e", 13: "4e", 14: "3e", 15: "seconde"}
_FRENCH |= {16: "1ère", 17: "terminale", 5: "grande section"}
_SHARES = {"child": 0.3, "teen": 0.2, "adult": 0.5}


class Invented(NamedTuple):
    """An account and whether its owner is under 13."""

    row: AccountRow
    under_13: bool


def accounts(count: int, *, seed: int, half: Half, as_of: date = AS_OF) -> Iterator[Invented]:
    """So many accounts, drawn with `seed` from one half of the templates."""
    dice = random.Random(f"{seed} {half}")  # noqa: S311 - invented accounts
    for number in range(count):
        yield _account(dice, number, half, as_of)


@cache
def _templates(half: Half) -> dict[str, list[str]]:
    text = files("rempart.radar.age").joinpath("simulator.yaml").read_text(encoding="utf-8")
    return {name: some[half == "held_out" :: 2] for name, some in yaml.safe_load(text).items()}


def _account(dice: random.Random, number: int, half: Half, as_of: date) -> Invented:
    [kind] = dice.choices(list(_SHARES), list(_SHARES.values()))
    low, high = {"child": (7.0, 13.0), "teen": (13.0, 18.0), "adult": (18.0, 60.0)}[kind]
    born = as_of - timedelta(days=int(365.2425 * dice.uniform(low, high)) + 1)
    under_13 = _age(born, as_of) < 13
    known = _templates(half)
    language = dice.choice(["fr", "en"])
    slots = _Slots(_slots(dice, born, as_of))
    bio, posts = "", []
    if kind == "adult":
        if dice.random() < 0.6:
            bio = dice.choice(known[f"adult_{language}_bio"])
        posts += dice.sample(known[f"adult_{language}_post"], dice.choice([1, 1, 2, 3]))
    else:
        where = dice.random()
        if where < 0.6:
            bio = dice.choice(known[f"self_{language}_bio"])
        if where >= 0.45:
            posts.append(dice.choice(known[f"self_{language}_post"]))
        if under_13 and _age(born, as_of) < 12 and dice.random() < 0.3:
            posts.append(dice.choice(known[f"child_{language}"]))
        if under_13 and where > 0.9:
            bio = dice.choice(known["guardian"])
    posts += dice.sample(known["neutral"], dice.randrange(0, 4))
    dice.shuffle(posts)
    band: str | None = "18_plus" if kind == "adult" else dice.choice(["18_plus", "18_plus", "13_15", "16_17", None])
    if dice.random() < 0.1:
        band = None
    row = {
        "id": f"{half}-{number}",
        "bio": _noisy(dice, bio.format_map(slots)) if bio else None,
        "posts": [_noisy(dice, post.format_map(slots)) for post in posts],
        "country": {"fr": "FR", "en": "US"}[language] if dice.random() < 0.5 else None,
    }
    text = f"{bio} {' '.join(posts)}"
    for slot, country in (("{ch}", "CH"), ("{qc}", "CA"), ("{be}", "BE"), ("{uk}", "GB"), ("{sco}", "GB")):
        if slot in text:
            row["country"] = country
    return Invented(
        AccountRow(service="tiktok", handle=f"invented_{number}", age_band=band, language=language, **row),  # type: ignore[arg-type]
        under_13,
    )


class _Slots(dict[str, str]):
    """What templates are filled with."""


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _slots(dice: random.Random, born: date, as_of: date) -> dict[str, str]:
    age = _age(born, as_of)
    september = date(as_of.year if as_of.month >= 9 else as_of.year - 1, 9, 1)
    french = min(max(september.year - born.year, 5), 17)
    american = min(max(_age(born, september) - 5, 1), 12)
    swiss = min(max(_age(born, date(september.year, 8, 1)) - 3, 1), 11)
    belgian = min(max(september.year - born.year - 5, 1), 12)
    quebec = min(max(_age(born, date(september.year, 10, 1)) - 5, 1), 11)
    scottish = min(max(int((september - born).days / 365.2425 - 3.5), 1), 13)
    to_come = (_birthday(born, as_of, 1) - as_of).days
    gone = (as_of - _birthday(born, as_of, 0)).days
    other = dice.randrange(5, 13)
    level = dice.choice(["CP", "CE1", "CE2", "CM1", "CM2", "6e", "5e"])
    return {
        "n": str(age), "next": str(age + 1), "before": str(age - 1), "name": dice.choice(_NAMES),
        "friend": dice.choice(_NAMES),
        "year": str(born.year), "day": str(born.day), "mm": f"{born.month:02}", "month": MONTHS["fr"][born.month - 1],
        "monthen": MONTHS["en"][born.month - 1], "fr": _FRENCH[french], "frnext": _FRENCH[min(french + 1, 17)],
        "us": f"{_th(american)} grade", "usnext": f"{_th(min(american + 1, 12))} grade", "uk": f"Year {american + 1}",
        "ch": f"{swiss}H", "qc": f"{quebec}e année" if quebec <= 6 else f"sec {quebec - 6}",
        "be": f"{belgian}e primaire" if belgian <= 6 else f"{belgian - 6}e secondaire",
        "sco": f"P{scottish}" if scottish <= 7 else f"S{scottish - 7}", "classof": str(september.year + 13 - american),
        "nextth": _th(age + 1), "when": _in_french(to_come), "whenen": _in_english(to_come), "ago": _ago_french(gone),
        "agoen": _ago_english(gone), "other": str(other), "otherth": _th(other), "level": level, "level0": "6e",
        "us_other": f"{_th(dice.randrange(1, 8))} grade", "adult": str(max(age, 19)),
        "long": str(dice.randrange(5, 20)),
        "kidyear": str(as_of.year - dice.randrange(8, 14)),
    }  # fmt: skip


def _birthday(born: date, as_of: date, next_: int) -> date:
    year = born.year + _age(born, as_of) + next_
    return date(year, born.month, min(born.day, 28))


def _th(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number if number < 4 else 0, 'th') }"


def _in_french(days: int) -> str:
    return "demain" if days < 2 else f"dans {days} jours" if days < 21 else f"dans {round(days / 30.4)} mois"


def _in_english(days: int) -> str:
    return "tomorrow" if days < 2 else f"in {days} days" if days < 21 else f"in {round(days / 30.4)} months"


def _ago_french(days: int) -> str:
    return "hier" if days < 2 else f"il y a {days} jours" if days < 21 else f"il y a {round(days / 30.4)} mois"


def _ago_english(days: int) -> str:
    return "yesterday" if days < 2 else f"{days} days ago" if days < 21 else f"{round(days / 30.4)} months ago"


def _noisy(dice: random.Random, text: str) -> str:
    """The text as it might be typed."""
    if dice.random() < 0.25:
        text = text.lower()
    if dice.random() < 0.25:
        parts = unicodedata.normalize("NFD", text)
        text = "".join(part for part in parts if not 0x300 <= ord(part) <= 0x36F)
    if dice.random() < 0.2:
        text = text.replace("'", dice.choice(["’", ""]))
    if dice.random() < 0.15:
        text += dice.choice([" 😂", " !!!", " 🔥", " mdr", " lol", " ✨"])
    if dice.random() < 0.05:
        text = text.upper()
    return text
