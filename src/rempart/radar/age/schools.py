"""School years: whether a level that a text names is its writer's, and how old it makes them."""

import re
from collections.abc import Iterator
from datetime import date

from rempart.radar.age.dates import YEAR
from rempart.radar.age.levels import LEVELS, Level, systems
from rempart.radar.age.parameters import Parameters
from rempart.radar.age.signs import Ages, Sign
from rempart.radar.age.text import Text

_CLASS_OF = re.compile(
    r"(?<![a-z])(?:class of|c/o|co|promo(?:tion)?(?: de)?|classe de|grad(?:uating)?(?: in)?) ?'?(20\d\d|[2-4]\d)(?!\d)"
)

_GOING = re.compile(
    r"(?:^|[^a-z])(?:je rentre|j'?entre|jentre|jrentre|je passe|jpasse|je vais(?: entrer| rentrer| passer"
    r"| aller| etre)?|j'?irai|jirai|je serai|jserai|bientot|vivement|hate d'etre|l'annee pro\w*|l'an prochain"
    r"|en septembre|a la rentree"
    r"|going (?:in)?to|goin (?:in)?to|starting|start|entering|heading (?:in)?to|rising|i'?ll be|will be"
    r"|gonna be|next year|in september|in fall|this fall|soon to be|future|moving up to|can'?t wait (?:for"
    r"|to)|about to (?:start"
    r"|be))(?![a-z])[^.!?\n]{0,22}$"
)
_GOING_AFTER = re.compile(
    r"[^.!?\n]{0,14}(?:l'annee pro|l'an prochain|next year|a la rentree|en septembre|in september"
    r"|in the fall|this fall|after summer|bientot)"
)
_LAST = re.compile(r"(?:l'an(?:nee)? (?:derniere?|passee?)|last year)")
_PAST = re.compile(
    r"(?:^|[^a-z])(?:quand|kan|lorsque|j'?etais|jetais|etait|j'?avais|depuis|a l'epoque|epoque|souvenirs?"
    r"|when|back in|back when|since|remember|used to|was in|was a|were in|nostalgi\w*|old|ancienne?"
    r"|m'avait|(?:mon|ma) prof(?:esseure?)? (?:de|d')(?= *$)|throwback|tbt|once in|il y a|ago|in the|rentrais"
    r"|meilleure? (?:amie?|pote) (?:de|du|depuis)|finished college|my first|appris en|learned in"
    r"|taught me in|like (?:a |an )?|of a|than a|smarter|humou?r|peaked in|comme (?:un|une|des)|for my"
    r"|appris|devoirs? (?:de|du)|exo de|programme de|livres? de|cours de|niveau|manuel de|manuels de|for"
    r"|exercices? de|annales|revisions? de)(?![a-z])[^.!?\n,]{0,18}$"
)
_PAST_AFTER = re.compile(
    r"\s(?:etait|avait|disait|criait|faisait|nous [a-z]+ait|m'[a-z]+ait)(?![a-z])|"
    r"[^.!?\n]{0,10}(?:j'avais|j'etais|i was|i used|i had|we used|on avait|c'etait (?:le bon|quand)|(?:was"
    r"|were) (?:the (?:best|good) (?:days|times?|years?)|when|peak|my|a |such)|etait (?:ma|mon|une?|le|la) "
    r"|me manque|i miss)|\s?(?:prof(?:s|esseur)?(?![a-z])|teacher|classroom|curriculum|students|lesson|worksheets"
    r"|decor|read(?:ing)? level|level (?:math|reading)|parents|eleves|pupils|ages|resources"
    r"|maths worksheet|sats (?:papers|practice))"
)
_FOR_OTHERS = re.compile(
    r"(?<![a-z])(?:avec|pour|de|a|for|with) (?:le petit|la petite|la grande|le grand|les enfants|mon fils"
    r"|ma fille|ma niece"
    r"|mon neveu|mes eleves|my (?:son|daughter|kids?|students|niece|nephew)|the kids)(?![a-z])"
)
_STAFF = re.compile(
    r"(?:^|[^a-z])(?:une classe|une? (?:petite?|gamine?|enfant|eleve)|baby-?sit\w*|visit\w*|(?<!mon )(?<!ma"
    r" )(?<!notre )(?<!mes )prof\w*"
    r"|instit\w*|enseign\w*|maitresse|maitre|atsem|aesh|eleves?|parents?|(?<!my )(?<!our )(?<!the )teach\w*"
    r"|taught|tutor\w*|students?|pupils?|coach|subbing|sub(?: for)?|mes|classe a|eleve de|cahier d\w+|kids"
    r"|children|ressources?|fiches?|cours (?:pour|particuliers)|soutien|programme|lessons?|worksheets?|for"
    r"|pour|les|des|aux|ma fille|mon fils|a class of|marking|grading|corrige\w*|copies)(?![a-z])[^.!?\n]{0,22}$"
)
_OWN = re.compile(
    r"(?:^|[^a-z])(?:je suis|j'?suis|jsuis|chuis?|suis|jss|jui|je rentre|j'?entre|jentre|jrentre|je passe"
    r"|jpasse|je vais|j'?irai|moi|on est|je serai|je redouble|redouble|eleve|je viens d'entrer"
    r"|j'?ai (?:commence|fini)|being|etre"
    r"|i'?m|i am|im|i go|i start(?:ed)?|starting|start|going|goin|entering|rising|i just (?:finished"
    r"|started)|just (?:finished|started)|finished|i'?ll be|ill be|gonna be|will be|i got|still|proud|only"
    r"|currently|officially|(?:who|anyone|anybody)(?: else)?(?:'s| is)?(?: also)?|qui est(?: aussi)?"
    r"|qui d'autre est|des gens|du monde|quelqu'un)"
    r"(?: (?:deja|maintenant|actuellement|en|au|a|l'|la|le|une?|que|ma|mon|mtn|encore|et|toujours|juste"
    r"|pas|mais|in|into|to|an|the|my|only|just|still|now|like|officially|first|day|of|currently|being"
    r"|classe|class|de|year))*\s*$"
)
_SCHOOLISH = re.compile(
    r"(?:controle|interro|devoirs?|rentree|cantine|classe|prof|maitre|maitresse|ecole|recre|bulletin"
    r"|vacances|brevet|dictee|ds |eval|sortie|kermesse"
    r"|trip(?![a-z])|residential|assembly|homework|test|teacher|school|recess|class|quiz|exam|sats|lunch|locker|bus|math)"
)
_ONE_OF_THEM = re.compile(r"(?:^|[^a-z])(?:une?|an?|d'une?|some|another|autre) $")  # « une 6e m'a appelée maman »
_CALLED = re.compile(r"(?:^|[^a-z])(?:les |mes |hey |hello |salut )(?:les )?$")  # « les 6e vous êtes où ? »
_CALLED_UPON = re.compile(r"\s?(?:vous|ou|on se|levez|venez|like|courage|rassemble\w*|qui sont|wya|where)(?![a-z])")
_ASKED = re.compile(r"(?<![a-z])(?:des gens|du monde|quelqu'un|qui est|anyone|anybody|who)(?![a-z])[^.!?\n]{0,16}$")
# « on me prend pour une lycéenne », "people think i'm in 5th grade"
_OTHERS_THINK = re.compile(
    r"(?<![a-z])(?<!je )(?<!i )(?:croi(?:t|ent)|croyai(?:t|ent)|pens(?:e|ent|ait|aient)|imagin(?:e|ent)"
    r"|pren(?:d|nent) pour|thinks?|thought|assumed?s?|guess(?:es|ed)?)(?![a-z])"
)
_MY_CLASS = re.compile(r"(?:^|[^a-z])(?:ma|my|notre|our) (?:class?e|class|annee)?(?: de| of| d')?\s*$")
_LIKE_ME = re.compile(r"[^.!?\n]{0,8}(?:like me|comme moi)(?![a-z])")
_WE = re.compile(r"[\s,]{1,3}(?:on|nous|we) (?!a[a-z]ait|avions|were|was|used|had)")
_DROPPED = re.compile(r"\s*(?:still |currently |now |already |deja |toujours )?(?:in|en)(?: the)?\s*")
_IN = re.compile(r"(?:^|[^a-z])(?:en|au|in|the|de|classe|eleve|d')\s*$")


def school_years_told(text: Text, country: str | None, parameters: Parameters) -> Iterator[Sign]:
    """The signs that the school years of a text are."""
    taken: list[tuple[int, int]] = []
    for keys, pattern, level_of in LEVELS:
        if keys.isdisjoint(text.words):
            continue
        for found in pattern.finditer(text.folded):
            if any(start < found.end() and found.start() < end for start, end in taken):
                continue
            level = level_of(found, text, country)
            if level is None:
                continue
            taken.append(found.span())
            sign = _sign(text, found.start(), found.end(), level, parameters)
            if sign is not None:
                yield sign
    if (
        "class" in text.words
        or "promo" in text.words
        or "co" in text.words
        or "c" in text.words
        or "promotion" in text.words
    ):
        for found in _CLASS_OF.finditer(text.folded):
            year = int(found[1]) % 100 + 2000
            if text.subject(found.start()) == "other" or not 0 < year - text.written.year <= 14:
                continue
            last = date(year - 1, 9, 1)
            low = systems()["american"] + 11 + (text.written - last).days / YEAR
            sure = 0.85 if text.bio else 0.65
            if year - text.written.year <= 5:
                sure = 0.6  # perhaps a college's
            yield Sign("school", _spread(low, 1.0, parameters), sure, found.start(), found.end(), primary=low < 14)


def _sign(  # noqa: PLR0911, PLR0912 (the readings of a level, the first that holds)
    text: Text, start: int, end: int, level: Level, parameters: Parameters
) -> Sign | None:
    folded = text.folded
    before = folded[max(0, start - 60) : start]
    begins = text.sentence(start)
    clause = folded[begins:start]
    own = _OWN.search(folded, begins, start) is not None
    youngest = min(age for age, _ in level.ages)
    if text.spoken(start) or _OTHERS_THINK.search(folded, text.clause(start), start):
        return None
    going = _GOING.search(clause) is not None or _GOING_AFTER.match(folded, end) is not None
    past = _PAST.search(clause) is not None or _PAST_AFTER.match(folded, end) is not None
    if going and level.width > 1:
        level = level._replace(width=1.0)  # who enters a school begins with its first year
    if _LIKE_ME.match(folded, end) or (_WE.match(folded, end) and re.search(r"(?:nous |^|[^a-z])les $", before)):
        ages = _ages(level, text.written, 0.0, going=going, parameters=parameters)
        return Sign("school", ages, 0.85 * level.clear, start, end, primary=True, explicit=True)
    shift = 0.0
    if past and not own and _LAST.search(folded[max(0, start - 45) : end + 30]):
        shift, past, own = 1.0, False, text.first_person
    if past and not going and not (own and not _PAST_AFTER.match(folded, end)):
        ages = ((youngest + 1.5, youngest + 3.0, 0.4), (youngest + 3.0, 100.0, 1.0))
        return Sign("past", ages, 0.6, start, end, primary=False)
    if _CALLED.search(before) and _CALLED_UPON.match(folded, end):
        ages = _ages(level, text.written, 0.0, going=going, parameters=parameters)
        return Sign("school", ages, 0.6 * level.clear, start, end, primary=youngest < 13.9)
    if not own and (_STAFF.search(clause) or text.subject(start, max(0, start - 60) if text.bio else None) == "other"):
        return None
    if not own and (_FOR_OTHERS.search(folded, end, end + 60) or (not text.bio and _ONE_OF_THEM.search(before))):
        return None
    asked = _ASKED.search(clause) is not None and "?" in folded[end : end + 24]
    if (
        own
        and not asked
        and text.subject(start) == "other"
        and not re.search(r"(?:je|j'|i'm|im|i am|chui|jsuis)", clause[-24:])
    ):
        return None
    if own:
        sure, explicit = 0.93, True
    elif text.bio:
        head, _ = text.segment(start, end)
        sure, explicit = (0.88, True) if len(head.strip()) <= 14 else (0.6, False)
    elif _DROPPED.fullmatch(clause):
        sure, explicit = 0.78, False
    elif _MY_CLASS.search(before):
        sure, explicit = 0.5, False
    elif _IN.search(before) and text.first_person:
        sure, explicit = 0.7 if _SCHOOLISH.search(folded) else 0.6, False
    elif _IN.search(before) and _WE.match(folded, end):
        sure, explicit = 0.66, False
    elif text.first_person and _SCHOOLISH.search(folded):
        sure, explicit = 0.6, False
    elif text.first_person or _SCHOOLISH.search(folded) or going or "#" in before[-1:]:
        sure, explicit = 0.5, False
    else:
        sure, explicit = 0.3, False
    return Sign(
        "school",
        _ages(level, text.written, shift, going=going, parameters=parameters),
        sure * level.clear,
        start,
        end,
        primary=youngest < 13.9,
        explicit=explicit and level.clear >= 0.85,
    )


def _ages(level: Level, written: date, shift: float, *, going: bool, parameters: Parameters) -> Ages:
    """The ages, on the day of writing, of those who are (or will be, or were) in a level."""
    this_year = written.year if written.month >= 9 or (written.month == 8 and written.day > 24) else written.year - 1
    years = [(this_year, 1.0)]
    if going:
        years = [(this_year, 1.0)] if written.month in (9, 10) else [(this_year + 1, 1.0)]
    elif written.month in (7, 8) and this_year < written.year:
        years = [(this_year, 1.0), (this_year + 1, 0.5)]  # in the holidays: the year gone by or the one to come
    found: list[tuple[float, float, float]] = []
    for year, often in years:
        gone = (written - date(year, 9, 1)).days / YEAR + shift
        for age, weight in level.ages:
            found += [
                (low, high, one * often * weight) for low, high, one in _spread(age + gone, level.width, parameters)
            ]
    return tuple(found)


def _spread(low: float, width: float, parameters: Parameters) -> Ages:
    """Ages from `low`, with those who are ahead and those who are behind."""
    shares = ((-1, parameters.ahead), (0, parameters.on_time), (1, parameters.behind), (2, parameters.far_behind))
    return tuple((low + shift, low + shift + width, share / parameters.on_time) for shift, share in shares if share)
