"""Levels of school and how old pupils in them are: CP to terminale, 1H to 11H, Year 1 to 13, 1st to 12th grade."""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from rempart.radar.age.numerals import ENGLISH, ORDINALS
from rempart.radar.age.text import Text


@cache
def systems() -> dict[str, Any]:
    """The school systems of `schools.yaml`."""
    text = files("rempart.radar.age").joinpath("schools.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


class Level(NamedTuple):
    """Pupils who on the first of September are `age` to a year older; several where it is not clear which (weights).

    clear: how sure the words are a school year at all.
    """

    ages: tuple[tuple[float, float], ...]
    clear: float = 1.0
    width: float = 1.0


_ENGLISH = {word: number for word, number in ENGLISH.items() if number <= 13}
_ORDINAL = {word: number for word, number in ORDINALS.items() if number <= 12}
_FRENCH = {"sixieme": 6, "cinquieme": 5, "quatrieme": 4, "troisieme": 3, "premiere": 1, "deuxieme": 2}
_NUMERAL = "|".join(_ENGLISH)
_ORDINALS = "|".join(_ORDINAL)


def _country(country: str | None, *those: str) -> bool:
    return country is not None and country.upper() in those


def _french_low(found: re.Match[str], text: Text, country: str | None) -> Level | None:
    level = found[1].replace(" ", "")
    if (
        level == "cp"
        and not re.search(
            r"(?:^|[^a-z])(?:en|au|de|du|le|mon|class?e|eleve|les|et)\s*$",
            text.folded[max(0, found.start() - 8) : found.start()],
        )
        and not (text.bio and not text.segment(*found.span())[0].strip())
    ):
        return None
    return Level(((systems()["france"][level], 1.0),))


def _french_numbered(found: re.Match[str], text: Text, country: str | None) -> Level | None:  # noqa: PLR0911
    number = int(found["n"]) if found["n"] else _FRENCH[found["w"]]
    kind = found["kind"]
    known = systems()
    if kind and kind.startswith("prim"):
        return Level(((known["belgian_primary"] + number - 1, 1.0),)) if number <= 6 else None
    if kind and kind.startswith(("sec", "human")):
        base = known["quebec_secondary"] if _country(country, "CA") else known["belgian_secondary"]
        return Level(((base + number - 1, 1.0),)) if number <= 7 else None
    if kind and kind.startswith("h"):
        return Level(((known["swiss"] + number - 1, 1.0),)) if number <= 11 else None
    if kind and kind.startswith("a"):
        if number > 6:
            return (
                Level(((known["swiss"] + number - 1, 1.0),), 0.8) if _country(country, "CH") and number <= 11 else None
            )
        if _country(country, "CA"):
            return Level(((known["quebec_primary"] + number - 1, 1.0),))
        if _country(country, "BE"):
            return Level(((known["belgian_primary"] + number - 1, 1.0),), 0.8)
        return Level(((known["quebec_primary"] + number - 1, 1.0),), 0.9 if number >= 4 else 0.35)
    if number not in (3, 4, 5, 6) or (found["w"] and number < 3):
        if (
            number in (1, 2)
            and found["n"]
            and _country(country, "BE", "CA", "CH") is False
            and re.search(r"(?:en|de) $", text.folded[max(0, found.start() - 3) : found.start()])
        ):
            return Level(((known["france"][str(number)], 1.0),), 0.7)
        return None
    ages = [(known["france"][str(number)], 1.0)]
    if _country(country, "BE"):
        ages = [(known["belgian_primary"] + number - 1, 0.6), (known["belgian_secondary"] + number - 1, 1.0)]
    elif _country(country, "CA"):
        ages = [(known["quebec_primary"] + number - 1, 1.0)]
    elif _country(country, "CH"):
        ages = [(known["swiss"] + number - 1, 1.0), (known["belgian_primary"] + number - 1, 0.5)]
    return Level(tuple(ages))


def _quebec_secondary(found: re.Match[str], text: Text, country: str | None) -> Level | None:
    return Level(((systems()["quebec_secondary"] + int(found[1]) - 1, 1.0),))


_SWISS = re.compile(r"(?:geneve|lausanne|suisse|vaud|neuchatel|fribourg|valais|sion|🇨🇭|ch(?![a-z]))")


def _swiss(found: re.Match[str], text: Text, country: str | None) -> Level | None:
    number = int(found[1])
    if not 1 <= number <= 11:
        return None
    start, end = text.span(*found.span())
    upper = "H" in text.original[start:end]
    if text.folded[found.end() - 1] == "p":  # « 6P », the same level's older name
        if "P" not in text.original[start:end] or not (_country(country, "CH") or _SWISS.search(text.folded)):
            return None
        return Level(((systems()["swiss"] + number - 1, 1.0),))
    taught = bool(re.search(r"\b(?:en|in) $", text.folded[max(0, found.start() - 3) : found.start()]))
    lone = text.bio and not text.segment(*found.span())[0].strip() and not text.segment(*found.span())[1].strip()
    said = "armos" in text.folded[found.start() : found.end() + 7]
    if said or (upper and (taught or text.bio) and _SWISS.search(text.folded)):
        clear = 1.0
    elif _country(country, "CH"):
        clear = 1.0 if upper or taught else 0.0
    else:
        clear = 0.85 if upper and (taught or lone) else 0.0
    if re.search(
        r"(?:a|vers|de|avant|apres|jusqu'a|des|depuis|pendant|fait|dormi|at|for|en) $",
        text.folded[max(0, found.start() - 9) : found.start()],
    ) and not (taught and (upper or _country(country, "CH"))):
        return None
    return Level(((systems()["swiss"] + number - 1, 1.0),), clear) if clear else None


def _english(found: re.Match[str], text: Text, country: str | None) -> Level | None:
    number = _ENGLISH.get(found[1]) or int(found[1])
    if not 1 <= number <= 13:
        return None
    if _country(country, "AU", "NZ"):
        return Level(((systems()["english"] + number - 0.4, 1.0),))
    return Level(((systems()["english"] + number - 1, 1.0),))


def _american(found: re.Match[str], text: Text, country: str | None) -> Level | None:
    word = next(group for group in found.groups() if group)
    number = _ORDINAL.get(word) or int(word)
    return Level(((systems()["american"] + number - 1, 1.0),)) if 1 <= number <= 12 else None


def _irish(found: re.Match[str], text: Text, country: str | None) -> Level | None:
    word = found[1]
    number = _ORDINAL.get(word) or int(word)
    return Level(((systems()["irish"] + number - 0.8, 1.0),), 0.9 if _country(country, "IE") else 0.6)


def _scottish(found: re.Match[str], text: Text, country: str | None) -> Level | None:
    kind, number = found[1], int(found[2])
    long = len(kind) > 1
    if (kind.startswith("p") and number > 7) or (kind.startswith("s") and number > 6):
        return None
    around = text.folded[max(0, found.start() - 14) : found.start()]
    placed = (
        re.search(
            r"(?:^|[^a-z])(?:in|en|into|of|from|to|finish\w*|start\w*|classe de|now|going into|i'?m|im|i am) (?:a )?$",
            around,
        )
        is not None
    )
    head, tail = text.segment(*found.span())
    lone = text.bio and not head.strip() and (len(tail.strip()) < 12 or _PUPIL.search(text.folded) is not None)
    if _country(country, "BE"):
        if not (placed or lone or long):
            return None
        base = systems()["belgian_primary" if kind.startswith("p") else "belgian_secondary"]
        return Level(((base + number - 1, 1.0),), 0.95)
    if not (long or placed or lone or (kind == "p" and _PUPIL.search(text.folded))):
        return None
    if kind == "s" and not (placed or _country(country, "GB", "UK")):
        return None
    ages = [(systems()["scottish_primary" if kind.startswith("p") else "scottish_secondary"] + number - 1, 1.0)]
    return Level(tuple(ages), 1.0 if long or _country(country, "GB", "UK") or placed else 0.75)


_PUPIL = re.compile(
    r"(?<![a-z])(?:primary|pupil|teacher|classmates?|playground|homework|nativity|leavers?|school|academy"
    r"|scotland|glasgow|edinburgh|aberdeen|dundee|belfast"
    r"|ni(?![a-z]))"
)


def _fixed(*ages: tuple[float, float], width: float = 1.0, clear: float = 1.0) -> Callable[..., Level | None]:
    def level(found: re.Match[str], text: Text, country: str | None) -> Level | None:
        return Level(ages, clear, width)

    return level


def _year_of_school(found: re.Match[str], text: Text, country: str | None) -> Level | None:
    """« première année de collège », "first year of secondary": the English say `college` of another school."""
    known, school, year = systems(), found["school"], found["n"]
    french = "annee" in found[0]
    if school.startswith("college") and not french:
        return None
    place = -1 if year in ("derniere", "last") else 0 if year[0] in "1pf" else 1
    first, last = {
        "c": (known["france"]["6"], known["france"]["3"]),
        "s": (known["english"] + 6, known["english"] + 10),
        "m": (known["american"] + 5, known["american"] + 7),
        "p": (known["france"]["cp"], known["france"]["cm2"]),
    }[school[0]]
    return Level(((last if place < 0 else first + place, 1.0),), 0.95)


_NOT_A_YEAR = (
    r"(?!\s?(?:places?|position|edition|jours?|fois|tour|arrondissement|arr(?![a-z])|etage|rang"
    r"|anniversaire|rue|saison|episode|tome|ligne|avenue|de couverture|degre|siecle"
    r"|republique|journee|victoire|buts?|partie|sens|doigt|essai|film|album|heure|set|match|division"
    r"|regiment|mois|semaine|bougie|anniv|chapitre|dan(?![a-z])|sur |au (?:classement|general|scratch)|mondial|reich"
    r"|volet|opus|video|compte|message|chat|chien|enfant|bebe|titre|medaille|vitesse|generation|round"
    r"|point|mort|vague|dose|dimension|art(?![a-z])|element|jeu|sous-sol|course|tentative|quart|cafe|verre"
    r"|partant|en partant|nuit|concert|but|annee (?:de (?!prim|sec)|d'|en (?:med|dro|lic|psy|phar|ec)"
    r"|a la fac|medecine|pharma|droit|licence|master|du (?!prim|sec)|d etud|que|consecutive|ensemble|au|avec"
    r"|universitaire|a |sans|dans)))"
)
# The words of which a text must hold one, the expression, and the level that is meant.
LEVELS: tuple[tuple[frozenset[str], re.Pattern[str], Callable[..., Level | None]], ...] = (
    (
        frozenset({"college", "secondary", "middle", "primaire"}),
        re.compile(
            r"(?<![a-z])(?P<n>1(?:e?re)?|premiere|first|1st|2(?:e|eme|nd)?|deuxieme|second|derniere|last) "
            r"(?:annee|year|yr) (?:de |au |du |of |at |in |d')(?:la |mon |my )?"
            r"(?P<school>college(?= |$|[^a-z ])(?! (?:life|student|degree|dorm))|secondary|middle ?school"
            r"|primaire|primary)"
        ),
        _year_of_school,
    ),
    (frozenset({"cp", "ce", "cm"}), re.compile(r"(?<![a-z0-9])(cp|ce ?[12]|cm ?[12])(?![a-z0-9']|€)"), _french_low),
    (
        frozenset(
            {
                "e",
                "eme",
                "ieme",
                "em",
                "re",
                "ere",
                "nd",
                "nde",
                "er",
                "sixieme",
                "cinquieme",
                "quatrieme",
                "troisieme",
                "premiere",
                "deuxieme",
            }
        ),
        re.compile(
            r"(?<![\d.,:/#-])(?<![a-z])(?:(?P<n>[1-9]|1[01])\s?(?:e|eme|ieme|em|er|re|ere|nde"
            r"|nd)(?![a-z'])|(?P<w>sixieme|cinquieme|quatrieme|troisieme|premiere|deuxieme)(?![a-z]))"
            + _NOT_A_YEAR
            + r"(?:\s?(?:annee )?(?:de |du |en )?(?P<kind>primaire|prim(?![a-z])|secondaires?|sec(?![a-z])"
            r"|humanites?|harmos|h(?![a-z])|annee(?![a-z])))?"
        ),
        _french_numbered,
    ),
    (
        frozenset({"sec", "secondaire"}),
        re.compile(r"(?<![a-z])sec(?:ondaire)?\.?\s?([1-5])(?![\d.,:/a-z]|\s?(?:sec|min))"),
        _quebec_secondary,
    ),
    (
        frozenset({"h", "p", "harmos"}),
        re.compile(r"(?<![\d.,:/a-z-])(\d{1,2})\s?(?:h|p|harmos|h harmos)(?![a-z\d'])(?!\s?\d)"),
        _swiss,
    ),
    (
        frozenset({"year", "yr", "y", "yrs"}),
        re.compile(
            rf"(?<![a-z0-9])(?<!\d )(?:year|yr|y)(?:\s|(?=\d))((?:{_NUMERAL})(?![a-z])"
            rf"|\d{{1,2}}(?![\d.,:/]\d|\d|st|nd|rd|th|%))s?(?!\s?(?:of (?!sec|school)|old|anniv|challenge"
            rf"|in a row|months?|running|deal|plan|contract|since|into|reunion|later|ago|together"
            rf"|and counting|university|uni(?![a-z])|undergrad|post|warranty|in (?:the )?(?:business"
            rf"|teaching|lockdown|a row)))"
        ),
        _english,
    ),
    (
        frozenset({"grade", "grader", "graders", "grades", "gr"}),
        re.compile(
            rf"(?<![a-z0-9])(?:(\d{{1,2}})(?:st|nd|rd|th)?[ -]?gr(?:ade|ader|aders|d)(?![a-z])"
            rf"|({_ORDINALS})[ -]grade(?:r|rs)?(?![a-z])|gr(?:ade)?\.? (\d{{1,2}})(?!\d|[.,]\d))"
            r"(?!'?s? ?(?:piano|violin|flute|cello|guitar|ballet|theory|music|abrsm|singing|vocal|exam"
            r"|climb|steel|reading level|level|tap|clarinet|drum|saxophone|bolt|titanium|listed|teacher(?!"
            r" (?:just |always |never )?(?:gave|gives|lets?|makes|told|hates) us )"
            r"|classroom decor|humou?r|ela|curriculum|pointe|essay energy))"
        ),
        _american,
    ),
    (
        frozenset({"th", "rd"}),
        re.compile(
            r"(?<![a-z])(?:in|into|starting|finish(?:ed|ing)?|start(?:ed)?|enter(?:ing)?|rising"
            r"|a) (?:the )?([3-9]|1[0-2])(?:th|rd)(?! ?-?(?:place|street|st(?![a-z])|ave|inning|floor|row"
            r"|position|edition|century|of|season|largest|day|week|hour|year|time|circle|ward|district"
            r"|house|gear|period|quarter|round|avenue|attempt|try|set|game|month|grade|grader|most"
            r"|best|world|century|chapter|episode|dimension|street|member|party|amendment|class|wheel|birthday|bday))"
        ),
        _american,
    ),
    (
        frozenset({"class"}),
        re.compile(r"(?<![a-z0-9])([3-6])(?:rd|th) class(?!\s?(?:of|ticket|citizen|stamp|seat))"),
        _irish,
    ),
    (
        frozenset({"p", "s", "primary", "secondary"}),
        re.compile(
            r"(?<![a-z0-9@#.'’-])(p|s|primary|secondary)\s?([1-7])(?![\da-z.,:/%])(?!\s?(?:sur|of|pro|lite|season|ep))"
        ),
        _scottish,
    ),
    (
        frozenset({"kindergarten", "kindergartner", "kindergartener", "kinder"}),
        re.compile(r"(?<![a-z])kindergart(?:en|e?ner)(?![a-z])(?! teacher)"),
        _fixed((5.0, 1.0)),
    ),
    (
        frozenset({"reception"}),
        re.compile(r"(?<![a-z])(?:in|start(?:ing|ed)?) reception(?![a-z])(?! (?:hall|area|desk|at))"),
        _fixed((4.0, 1.0), clear=0.5),
    ),
    (
        frozenset({"gs", "maternelle"}),
        re.compile(r"(?<![a-z])(?:en (?:gs|grande section)|en maternelle)(?![a-z])"),
        _fixed((4.667, 1.0), clear=0.6),
    ),
    (
        frozenset({"college", "collegienne", "collegien"}),
        re.compile(
            r"(?<![a-z])(?:au college|collegienne?|(?<!avant )mon college)(?![a-z])"
            r"(?! (?:de france|royal|des (?:freres|ecossais)|electoral))"
        ),
        _fixed((10.667, 1.0), width=4.3, clear=0.75),
    ),
    (
        frozenset(
            {
                "lycee",
                "lyceenne",
                "lyceen",
                "seconde",
                "premiere",
                "terminale",
                "tle",
                "term",
                "nde",
                "rheto",
                "cegep",
                "gymnase",
            }
        ),
        re.compile(
            r"(?<![a-z])(?:au lycee|lyceenne?|mon lycee|en (?:2nde|2de|seconde|1ere|1re|premiere|terminale"
            r"|tle|term|rheto)|terminale|rhetoricienne?|au cegep|au gymnase|2nde(?= )|terminale)(?![a-z])"
        ),
        _fixed((14.667, 1.0), width=3.3),
    ),
    (
        frozenset(
            {
                "highschool",
                "high",
                "freshman",
                "sophomore",
                "sixth",
                "gcse",
                "gcses",
                "levels",
                "hs",
                "varsity",
                "prom",
                "jv",
            }
        ),
        re.compile(
            r"(?<![a-z])(?:(?:in |my |a |at )?high ?school(?:er)?|freshman|sophomore|sixth form(?:er)?"
            r"|gcses?|a[- ]levels|varsity|jv)(?![a-z])(?! (?:teacher|sweetheart|musical|reunion|math|science|english))"
        ),
        _fixed((14.0, 1.0), width=4.5),
    ),
    (
        frozenset({"brevet"}),
        re.compile(r"(?<![a-z])(?:le|mon|au) brevet(?: blanc)?(?![a-z])(?! (?:de|d'))"),
        _fixed((13.667, 1.0)),
    ),
    (
        frozenset({"bac"}),
        re.compile(r"(?<![a-z])(?:le|mon|au) bac(?: blanc)?(?![a-z])(?! (?:a|de|\+))"),
        _fixed((15.667, 1.0), width=2.3),
    ),
)
