"""Birth dates and years: « née le 3 mai 2013 », "born in 2014", « 07.03.13 », « 2013 🎂 », « je suis de 2014 »."""

import re
from collections.abc import Iterator
from datetime import date

from rempart.radar.age.dates import MONTH, MONTHS, YEAR
from rempart.radar.age.signs import Ages, Sign, at_age
from rempart.radar.age.text import Text

_YEAR = r"(?:(?P<y>(?:19[3-9]|20[0-2])\d)|(?P<k>2k[0-2]\d)|'(?P<s>[0-2]\d))(?![\d]|[.,:/]\d)"
_NOT_IN = r"(?<![\d.,:/#$€£+_-])"
DATE = re.compile(
    rf"(?<!\d)(?P<d>[0-3]?\d)(?:er|st|nd|rd|th)?(?: of)?[\s.-]?(?P<m>{MONTH})[\s,.-]{{0,3}}(?P<y>(?:19"
    rf"|20)\d\d|'?\d\d)(?!\d)"
    rf"|(?<![a-z])(?P<m2>{MONTH}) (?P<d2>[0-3]?\d)(?:st|nd|rd|th)?[\s,]{{1,2}}(?P<y2>(?:19|20)\d\d|'\d\d)(?!\d)"
    r"|(?<![\d.,:/+-])(?P<a>[0-3]?\d)(?P<sep>[./-]| [./-] |·| )(?P<b>[0-3]?\d)(?P=sep)(?P<y3>(?:19|20)\d\d"
    r"|\d\d)(?![\d]|[.,/:-]\d)"
    r"|(?<![\d.,:/+-])(?P<y4>(?:19|20)\d\d)-(?P<b4>[01]\d)-(?P<a4>[0-3]\d)(?!\d)"
    rf"|(?<![a-z])(?P<m5>{MONTH}) (?P<y5>(?:19|20)\d\d)(?!\d)"
)
_BARE_YEAR = re.compile(_NOT_IN + _YEAR)
_BORN = re.compile(
    r"(?:(?<![a-z])(?:nee?s?|nait|naissance|ne\(e\)|ne/e|date de naissance|annee de naissance|born|b\."
    r"|d\.?o\.?b|date of birth|birth ?(?:day|date|year)?|b-?day|anniv(?:ersaire)?s?|cuvee|millesime"
    r"|since birth|made in|edition|version)"
    r"|🎂|🎈|🍰|🐣|🎉|🥳)[\s:.,!-]*(?:(?:le|en|un|une|in|on|the|est|is|c'est|:|mon|ma|au|fin|debut|d')[\s:]+){0,2}$"
)
_OWN = re.compile(
    r"(?:^|[^a-z])(?:je suis|j'?suis|chuis?|suis|moi|i was|i'?m|i am|im|was|j'etais)[\s:]*(?:(?:une?|a|an"
    r"|aussi|also|proudly|only|just|que|juste) )?(?:(?:fille|garcon|enfant|bebe|girl|boy|kid|baby|meuf|mec"
    r"|nee?|born) )?(?:de|d'|from|en|in|le|on|the|du)?\s*$"
)
_KID_OF = re.compile(
    r"(?:^|[^a-z])(?:fille|garcon|enfant|bebe|gamine?|generation|gen|team|les|cru|meuf|mec|la"
    r"|genre) (?:de |d'|des )?\s*$"
)
_YEAR_KID = re.compile(
    r"\s?(?:baby|babies|kid|kids|liner|line|born|baby girl|baby boy|generation|gen(?![a-z])|🎂|🎈|🐣|🍼|bb(?![a-z]))"
)
_NOT_BIRTH = re.compile(
    r"(?:^|[^a-z])(?:depuis|since|est\.?|estd\.?|established|fonde(?:e|es|s)?|founded|cree(?:e|es)? (?:en"
    r"|le)?|created|launched|lance(?:e)? en|copyright|c|©|®|promo(?:tion)?|class of|classe de|tour|tournee"
    r"|season|saison|fan|champion\w*|winner|vainqueur\w*|bac|brevet|diplomee?|graduated?|grad|world cup"
    r"|cdm|mondial|euro|jo|olympics|miss|mister|album|film|song|remix|iphone|fifa|nba|pes|f1|windows"
    r"|marie(?:e|es|s)?|married|mariage|wedding|together|ensemble|maman|papa|mum|mom|dad|mother|couple"
    r"|love|in a relationship|en couple|joined|here|ici|sober|clean|vegan|ig|insta|until|jusqu'?(?:a|en)"
    r"|avant|apres|before|after|by|from|to|ete|summer|hiver|winter|printemps|automne|noel|best of|top"
    r"|throwback|tbt|souvenirs?|back in|flashback|circa|vintage|modele|golf|polo|clio|bmw|audi|agenda"
    r"|calendrier|planner|rentree|objectif|goals?|vivement|hello|bye|bonne annee|happy new year|new year"
    r"|edition|vacances|rip|r\.i\.p|survivor|survived|diagnosed|cancer|transplant|adopted|adoptee?"
    r"|rescued?)[\s:.'-]*(?:(?:in|en|le|of|on|de|the|a|d'|since|depuis|\d{1,2}[./-]\d{1,2}[./-]?|"
    + MONTH
    + r"|\d{1,2}) ?){0,3}$"
)
_NOT_BIRTH_AFTER = re.compile(
    r"\s?(?:-|–|/|→|>|a|to|until|jusqu)\s?(?:19|20)?\d\d(?!\d)|\s?(?:tour|world|cup|season|saison"
    r"|collection|champion\w*|winner|finalist\w*|alum\w*|graduate|grad|edition|vibes|was|etait|throwback"
    r"|remix|version|album|💍|👰|🎓|🏆|🥇|€|euros|abonnes|followers|wrapped|goals|model)"
)
_COUPLE = re.compile(
    r"💍|👰|🤵|💑|💒|👩‍❤️|mari[eé]|married|taken|ensemble|together|en couple|🔒|\bmon coeur\b|my love|my man"
    r"|my girl|babe|fianc|🎓|rip|🕊|🪦|👼"
)
_BABY = re.compile(r"(?:👶|🍼|🤰|🤱|💙|🩵)\s*$")
_PRETENDED = re.compile(
    r"(?:dit|mis|mettre|ecrit|said|put|faked?|pretend\w*|pretendu) (?:que |that )?(?:j'?etais "
    r"|i was )?(?:nee? |born )?(?:en |in )?$"
)
OLDEST, YOUNGEST = 90, 4


def births_told(text: Text, as_of: date) -> Iterator[Sign]:
    """The signs that dates and years of birth are."""
    if not text.numbers:
        return
    taken: list[tuple[int, int]] = []
    for found in DATE.finditer(text.folded):
        taken.append(found.span())
        born = _born(found, as_of)
        if born is None:
            continue
        sure = _sure(text, found.start(), found.end(), dated=True, of_year=found["m5"] is not None)
        if sure is not None:
            yield Sign(
                "born", born, sure[0], found.start(), found.end(), primary=born[0][0] < 14, explicit=sure[1], fixed=True
            )
    years = list(_BARE_YEAR.finditer(text.folded))
    for found in years:
        if text.bio and len(years) > 1 and not _BORN.search(text.folded, max(0, found.start() - 30), found.start()):
            continue  # « 💙 2015 💗 2018 »: others' births
        if any(start <= found.start() < end for start, end in taken):
            continue
        year = int(found["y"] or (found["k"] and "20" + found["k"][2:]) or "20" + found["s"])
        age = as_of.year - year
        if not YOUNGEST <= age <= OLDEST:
            continue
        if found["s"] and not _BORN.search(text.folded, max(0, found.start() - 30), found.start()):
            continue
        sure = _sure(text, found.start(), found.end(), dated=False, of_year=True)
        if sure is not None:
            yield Sign(
                "born",
                _of_year(year, as_of),
                sure[0],
                found.start(),
                found.end(),
                primary=age < 15,
                explicit=sure[1],
                fixed=True,
            )


def _sure(text: Text, start: int, end: int, *, dated: bool, of_year: bool) -> tuple[float, bool] | None:  # noqa: PLR0911, PLR0912
    """How sure it is that a date or year is the owner's birth, and whether they say so; None when it is not."""
    folded = text.folded
    before = folded[max(0, start - 40) : start]
    if text.framed(start) or text.spoken(start) or _PRETENDED.search(before):
        return None
    born = _BORN.search(folded, max(0, start - 34), start)
    if born is not None:
        said = born[0]
        at = born.start()
        own = _OWN.search(folded, max(0, at - 24), at) is not None
        who = text.subject(at, max(0, at - 60) if text.bio else None)
        if (who == "other" and not own) or _NOT_BIRTH.search(folded, max(0, at - 30), at) or "👶" in before:
            return None
        clear = (
            re.match(r"(?:nee?s?|born|ne\(e\)|ne/e|d\.?o\.?b|birth|date de|nait|naissance|annee de)", said) is not None
        )
        if own:
            return 0.95, True
        if not clear and re.search(r"(?:edition|version|made in|cuvee|millesime)", said):
            return (0.75, True) if text.bio else None
        if re.search(r"(?:anniv|birth ?day|bday)", said) and not dated:
            return (0.6, False) if text.bio else None
        if text.bio:
            return (0.9 if clear or dated else 0.8), True
        return (
            (0.75, True)
            if clear and text.subject(at) != "other" and (dated or text.first_person)
            else ((0.6, False) if dated else None)
        )
    if (
        _NOT_BIRTH.search(folded, max(0, start - 40), start)
        or _NOT_BIRTH_AFTER.match(folded, end)
        or _BABY.search(before)
    ):
        return None
    if (
        not dated
        and (_OWN.search(folded, max(0, start - 24), start))
        and re.search(r"(?:de|d'|from|nee?|born|an?|en|in|fille|moi|the) ?$", before)
    ):
        return (
            (0.9, True)
            if not re.search(r"(?:en|in|the) ?$", before) or re.search(r"(?:nee?|born)", before[-12:])
            else None
        )
    if _YEAR_KID.match(folded, end) and not dated and text.subject(start) != "other":
        return (0.8, True) if text.bio or text.first_person else None
    if _KID_OF.search(before) and not dated and text.subject(start) != "other":
        return (0.8, True) if text.bio else (0.4, False)
    if not text.bio or _COUPLE.search(folded):
        return None
    if text.subject(start, max(0, start - 60)) == "other":
        return None
    head, tail = text.segment(start, end)
    head, tail = head.strip(" :'-"), tail.strip(" :'-")
    if dated and not of_year:
        return (0.68, False) if len(head) + len(tail) < 16 else None
    if not head and not tail:
        return 0.72, False
    if re.search(r"^\s?[🎂🎈🎉🥳🍰]", folded[end : end + 3]) and len(head) <= 14:
        return 0.85, False
    if not tail and re.fullmatch(r"[a-z]{2,14}", head) and not _NOT_BIRTH.search(head + " "):
        return 0.6, False
    return None


def _born(found: re.Match[str], as_of: date) -> Ages | None:
    """The ages of somebody born on a date as it was matched; None when nobody of the kind has an account."""
    if found["m5"]:
        year, month, day = int(found["y5"]), MONTHS[found["m5"].rstrip(".")], None
    elif found["m"] or found["m2"]:
        month, day = MONTHS[(found["m"] or found["m2"]).rstrip(".")], int(found["d"] or found["d2"])
        year = _full((found["y"] or found["y2"]).lstrip("'"))
    elif found["y4"]:
        year, month, day = int(found["y4"]), int(found["b4"]), int(found["a4"])
    else:
        year, month, day = _full(found["y3"]), int(found["b"]), int(found["a"])
        if month > 12 >= day:
            month, day = day, month  # month first, as Americans write
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31) or not YOUNGEST <= as_of.year - year <= OLDEST:
        return None
    months = (as_of.year - year) * 12 + as_of.month - month
    if day is None:
        return at_age((months - 1) / 12 + 0.001, (months + 1) / 12)
    months -= as_of.day < day
    return at_age(months / 12 + 0.001, (months + 1) / 12 - 0.001)


def _full(digits: str) -> int:
    year = int(digits)
    return year if year > 99 else year + (2000 if year < 30 else 1900)


def _of_year(year: int, as_of: date) -> Ages:
    """The ages of those born in a year."""
    gone = (as_of - date(as_of.year, 1, 1)).days / YEAR
    return at_age(as_of.year - year - 1 + gone, as_of.year - year + gone)
