"""Ages told by time to come or gone by: « plus que 3 mois avant mes 13 ans », "I was 12 in 2014"."""

import re
from collections.abc import Iterator

from rempart.radar.age.dates import YEAR, When, count_of, days_of
from rempart.radar.age.frames import GONE_BY, GROWN, OLDEST, YOUNGEST
from rempart.radar.age.signs import Ages, Sign, at_age
from rempart.radar.age.text import Text

_WISHES = re.compile(
    r"(?<![a-z])(?:wish i (?:was|were)|can'?t wait (?:to (?:be|turn|hit)|till i'?m|until i'?m|til i'?m)"
    r"|(?:hate|pressee?|impatiente?) d'avoir"
    r"|hate d'etre a|vivement (?:mes|que j'?aie)|reve d'avoir) (\d{1,2})(?![\d.,:/%]|\s?(?:k|m|million"
    r"|abonnes|followers|euros))"
)
_DAYS_TO_GO = re.compile(
    r"(?<![a-z])j ?- ?(\d{1,3})\s?(?:avant|pour|jusqu'a) (?:mes|mon|les) (\d{1,2}) ?(?:ans"
    r"|e anniv)"
)
_IN_A_NAME = re.compile(r"(?<![a-z])[a-z]{2,14}[._-]?(\d{1,2})ans(?![a-z])")
_NOW_AT = re.compile(
    r"(?:^|[^a-z])a (\d{1,2}) ans(?: et \w+(?: mois)?)?,? (?:je (?:peux|suis|fais|sais|joue|veux|vais|dois"
    r"|trouve|pense|confirme)|j'ai deja)(?![a-z])"
)
_HAVE_BEEN = re.compile(
    r"(?<![a-z])i'?ve been (\d{1,2}) for (?:like |about |only |just )?(?:a|an|one|two|\d+) (?:days?|weeks?"
    r"|months?)(?![a-z])"
)
_BEING = re.compile(
    r"(?<![a-z])(?:being|etre age de|avoir) (\d{1,2})(?: ans)? (?:is|isn'?t|sucks?|c'est|ca craint|rn|and"
    r" (?:having|not|still))(?![a-z])"
    r"(?! (?:when|in|where)(?![a-z]))"
)
_DISPUTED = re.compile(
    r"(?<![a-z])(?:(?:a|pour) (\d{1,2}) ans|(?:at|for) (\d{1,2})(?! (?:years|months|days))"
    r"|(\d{1,2}) (?:ans c'est|is) (?:too|trop|old|not|pas|assez))(?![\d%])"
)
_PARENTS_SAY = re.compile(
    r"(?<![a-z])(?:mes parents|ma mere|mon pere|maman|papa|ma daronne|mes darons) (?:elle |il |ils )?(?:veu(?:t"
    r"|lent)|di(?:t|sent)"
    r"|m'interdi\w+|refus\w+|trouve(?:nt)?|pense(?:nt)?)|(?<![a-z])my (?:mom|mum|dad|parents|mother|father)"
    r" (?:won'?t|wont"
    r"|don'?t|dont|doesn'?t|doesnt|says?|thinks?|said)(?![a-z])"
)
# « j'aurai le droit à insta qu'à 13 ans », "not allowed snapchat till 13"; what parents say needs no such verb.
_UNTIL = r"(?<![a-z])(?:qu'?a|avant|a partir de|until|till?|before)(?: age| l'age de)? "
_THAT_OLD = r"(\d{1,2})(?: ans)?(?!\d|[:%.,]\d| ?(?:h|am|pm|min\w*|mois|months?|e|euros)(?![a-z]))"
_ALLOWED_AT = re.compile(
    rf"(?<![a-z])(?:le droit|autorisee?|allowed|aloud|can (?:have|get))(?![a-z])[^.!?\n]{{0,40}}?"
    rf"(?:{_UNTIL}|(?<![a-z])(?:a|at) ){_THAT_OLD}"
)
_ONLY_AT = re.compile(_UNTIL + _THAT_OLD)
_AND_SO = re.compile(
    r"^\W*(\d{1,2})(?: ans)? (?:and|et) (?:already|still|never|thriving|tired|proud|bored|deja|toujours|jamais"
    r"|fiere?)(?![a-z])"
)
_COUNTDOWN = re.compile(
    r"(?<![\d.,:/])(\d{1,2}|un|une|deux|trois|one|two|three|a) (?:more |petits? |little )?(ans?|annees?"
    r"|mois|semaines?|jours?|years?|yrs?|months?|weeks?|days?)"
    r"(?: (?:et|and) (\d{1,2}|un|deux|trois|one|two|three|a) (mois|semaines?|jours?|months?|weeks?|days?))?"
    r"[^.!?\n]{0,16}?(?<![a-z])(?:avant|jusqu'a|til+|until|before|pour|to)(?![a-z])[^.!?\n]{0,12}?"
    r"(?:(?<![a-z])(?:mes|mes les|que j'?aie|d'avoir|avoir|i'?m|i am|i turn|i hit|i'?ll be|i be|turning|my"
    r"|im)) (\d{1,2})(?!\d)"
)


def turning(value: int, when: When) -> Ages:
    """The ages of somebody who turns `value` at that time."""
    low, high = when.days
    if when.days == (0, 1):
        return at_age(value, value + 0.05)
    return at_age(value - high / YEAR, value - low / YEAR)


def last_of(end: int, when: When | None) -> int:
    """Where an age ends, with the time that follows it."""
    return max(end, when.end) if when is not None and when.end > end else end


def younger_than(value: int) -> Ages:
    """The ages of those who speak of the day when they will be so old."""
    return ((value - 2.0, float(value), 1.0), (value - 4.0, value - 2.0, 0.5), (value - 7.0, value - 4.0, 0.15))


def countdowns(text: Text) -> Iterator[Sign]:
    """« plus que 3 mois avant mes 13 ans », "2 more years until i turn 13"; and "I've been 12 for a week"."""
    for found in _HAVE_BEEN.finditer(text.folded):
        yield Sign("age", at_age(int(found[1]), int(found[1]) + 1), 0.9, found.start(), found.end(), explicit=True)
    for found in _WISHES.finditer(text.folded):
        value = int(found[1])
        if value <= OLDEST and text.subject(found.start()) != "other":
            yield Sign(
                "to_come",
                younger_than(value),
                0.75 if value <= GROWN - 5 else 0.5,
                found.start(),
                found.end(),
                primary=value < GROWN,
            )
    for found in _DAYS_TO_GO.finditer(text.folded):
        value, days = int(found[2]), float(found[1])
        to_go = at_age(value - (days + 2) / YEAR, value - max(days - 2, 0.0) / YEAR)
        yield Sign("age", to_go, 0.9, found.start(), found.end(), primary=value < GROWN, explicit=True)
    for found in _COUNTDOWN.finditer(text.folded):
        value = int(found[5])
        days = days_of(found[1], found[2]) + (days_of(found[3], found[4]) if found[3] else 0.0)
        slack = max(1.0, days * 0.1) + (15.0 if found[2][0] in "ay" and not found[3] else 0.0)
        if YOUNGEST <= value <= OLDEST and text.subject(found.start()) != "other":
            to_go = at_age(value - (days + slack) / YEAR, value - max(days - slack, 0.0) / YEAR)
            yield Sign("age", to_go, 0.88, found.start(), found.end(), explicit=True)
    yield from _stated(text)


def _stated(text: Text) -> Iterator[Sign]:
    """« à 11 ans je fais mes vidéos », "being 12 is so annoying", « papa dit qu'à 12 ans c'est trop tôt »."""
    parents_say = _PARENTS_SAY.search(text.folded) is not None
    waited_for = list(_waited_for(text, parents_say=parents_say))
    yield from waited_for
    if parents_say and not waited_for:
        for found in _DISPUTED.finditer(text.folded):
            value = int(found[1] or found[2] or found[3])
            if 6 <= value < GROWN:
                yield Sign("age", at_age(value, value + 1), 0.66, found.start(), found.end())
    for pattern, sure in ((_NOW_AT, 0.75), (_BEING, 0.68), (_AND_SO, 0.62)):
        for found in pattern.finditer(text.folded):
            if 6 <= int(found[1]) < GROWN and not text.framed(found.start()):
                yield Sign("age", at_age(int(found[1]), int(found[1]) + 1), sure, found.start(), found.end())
    if text.bio:
        for found in _IN_A_NAME.finditer(text.folded):
            if 6 <= int(found[1]) < GROWN and found[0][:3] != "jai":
                yield Sign("age", at_age(int(found[1]), int(found[1]) + 1), 0.7, found.start(), found.end())


def _waited_for(text: Text, *, parents_say: bool) -> Iterator[Sign]:
    """« j'aurai le droit à insta qu'à 13 ans », "my mom says no instagram until 13": younger than that."""
    for pattern in (_ALLOWED_AT, _ONLY_AT) if parents_say else (_ALLOWED_AT,):
        for found in pattern.finditer(text.folded):
            value, sentence = int(found[1]), text.sentence(found.start())
            told = text.folded[sentence : found.end() + 60]
            if (
                8 <= value <= 16
                and (parents_say or text.subject(found.start()) == "own")
                and not text.framed(found.start())
                and GONE_BY.search(told) is None
            ):
                yield Sign("to_come", younger_than(value), 0.72, found.start(), found.end())
                return


_PAST_AGE = re.compile(
    r"(?:^|[^a-z])(?:quand |lorsque )?(?:j ?'?avais|javais|when i was|i was|back when i was|i used to be"
    r"|when i turned|at age|aged|since i was|depuis mes|des mes|a mes)(?: like| about| only| just| que"
    r"| genre| around)? ?(\d{1,2})(?!\d|[.,:/]\d|%)(?! ?(?:minutes|min|euros|e(?![a-z])|€|k|km|days|jours"
    r"|weeks|hours|heures|months|mois|points|followers))"
)
_LAST_YEAR = re.compile(r"l'an(?:nee)? (?:derniere?|passee?)|last year|y'?a un an|il y a un an|a year ago")
_YEARS_AGO = re.compile(
    r"(?:il y ?a|y'? ?a|ya) (\d{1,2}|un|deux|trois|quatre) ans?|(\d{1,2}|a|one|two|three|four) years? ago"
)
_IN_YEAR = re.compile(r"(?:en|in) (19[5-9]\d|20[0-3]\d)(?!\d)")


def ages_past(text: Text) -> Iterator[Sign]:
    """« quand j'avais 10 ans »: they are older now; by how much where it is said (« il y a deux ans », « en 2019 »)."""
    for found in _PAST_AGE.finditer(text.folded):
        value = int(found[1])
        wished = text.folded[max(0, found.start() - 6) : found.start() + 1].endswith(("wish ", "wish"))
        if (
            not 2 <= value <= OLDEST
            or wished
            or text.spoken(found.start())
            or (text.bio and "aged" in found[0])
            or ("mes" in found[0] and text.folded[: found.start()].endswith("jusqu"))
        ):
            continue
        near = text.folded[max(0, found.start() - 40) : found.end() + 40]
        if _LAST_YEAR.search(near):
            yield Sign("past", at_age(value + 0.5, value + 2), 0.8, found.start(), found.end(), primary=value < 13)
        elif ago := _YEARS_AGO.search(near):
            gone = count_of(ago[1] or ago[2]) or 0
            yield Sign(
                "past",
                at_age(value + gone - 0.3, value + gone + 1.3),
                0.85,
                found.start(),
                found.end(),
                primary=value + gone < 13,
            )
        elif year := _IN_YEAR.search(near):
            gone = text.written.year - int(year[1])
            if gone >= 0:
                yield Sign(
                    "past",
                    at_age(value + max(gone - 0.9, 0), value + gone + 1),
                    0.85,
                    found.start(),
                    found.end(),
                    primary=value + gone < 13,
                )
        else:
            yield Sign(
                "past",
                ((value + 0.5, value + 2.0, 0.3), (value + 2.0, 100.0, 1.0)),
                0.8,
                found.start(),
                found.end(),
                primary=False,
            )
