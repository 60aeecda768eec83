"""Ages in numbers: « j'ai 11 ans », « bientôt 12 », "im 11", "turning 12 next week", "11 yo", "my 12th birthday"."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from rempart.radar.age import frames
from rempart.radar.age.births import DATE
from rempart.radar.age.dates import MONTH, When, when_before, when_follows
from rempart.radar.age.signs import Ages, Sign, at_age
from rempart.radar.age.text import Text
from rempart.radar.age.times import last_of, turning, younger_than


def ages_told(text: Text) -> Iterator[Sign]:
    """The signs that the numbers of a text are."""
    dates = [found.span() for found in DATE.finditer(text.folded)]
    previous: tuple[int, int] | None = None  # an age that the owner told, and where: « 11 going on 12 »
    for found in frames.NUMBER.finditer(text.folded):
        if found["digits"]:
            value = int(found["digits"])
        else:
            value = frames.NUMBER_WORDS.get(found["word"], 0) or frames.ORDINALS[found["word"]]
            if found["more"]:  # « dix-sept », "twenty-one"
                more = re.split("[ -]", found["more"])[-1]
                value += frames.NUMBER_WORDS.get(more, 1) if value >= 20 or found["word"] == "dix" else 0
        if not frames.YOUNGEST <= value <= frames.OLDEST or any(low <= found.start() < high for low, high in dates):
            continue
        sign = _read(text, found, value, previous)
        if sign is not None:
            if sign.ages[0][0] >= frames.YOUNGEST - 1:
                previous = value, sign.end
            yield sign if value < frames.GROWN else sign._replace(primary=False)


def _read(text: Text, found: re.Match[str], value: int, previous: tuple[int, int] | None) -> Sign | None:  # noqa: PLR0911, PLR0912
    folded, start = text.folded, found.start()
    if found["word"] in frames.ORDINALS or frames.BIRTHDAY_AFTER.match(folded, found.end()):
        return _birthday(text, start, found.end(), value)
    unit = frames.UNIT.match(folded, found.end())
    if unit is None:  # every part may be missing
        return None
    half = bool(unit["half"] or unit["half2"])
    end = unit.end()
    is_year = bool(unit["ans"] or unit["old"]) or "an" in (unit["half"] or "").replace("and", "")
    if unit["years"] and not is_year:
        if not frames.YEARS_ARE_AGE.match(folded, end) and not (
            text.bio and frames.BESIDE_AGE.match(folded, end) and not text.segment(start, end)[0].strip()
        ):
            return None
        is_year = unit["years"].strip() != "y" or text.bio
    if is_year and frames.DURATION.match(folded, end) and not unit["old"]:
        return None
    if not is_year and (half is False) and frames.NOT_AGE_AFTER.match(folded, found.end()):
        return None
    if frames.MENTALLY.match(folded, end) or (unit["old"] and frames.OLD_THINGS.match(folded, end)):
        return None
    like_me = frames.LIKE_ME.match(folded, found.end()) or frames.WHO_ELSE.search(folded, max(0, start - 34), start)
    if 5 < value < frames.GROWN and like_me and not text.framed(start):
        return Sign("age", at_age(value, value + 1), 0.85, start, end, explicit=True)
    before, soon = _stripped(folded, start)
    if previous is not None and soon and start - previous[1] <= 22 and value == previous[0] + 1:
        return Sign("age", at_age(value - 0.6, value), 0.9, start, end, explicit=True)
    if soon and previous is None:
        before = _stripped(folded, before)[0]
    own = frames.OWN.search(folded, max(0, before - 40), before)
    if own is None and unit["years"] and not unit["old"] and text.segment(start, end)[0].strip():
        return None  # « married 11 years »
    if own is not None and own["mine"] and is_year and folded[: own.start()].endswith(("avant ", "jusqu'a ")):
        return _not_before(text, own.start(), end, value)
    if own is None or (own["mine"] and own["mine"].endswith("my")):
        return _bare(_Number(text, start, end, before, value, is_year, bool(unit["old"]), half, soon))
    began, loose = own.start(), False
    if own[0].strip(" :,") in ("am", "aged", "me", "agee de", "age de") and text.subject(began) == "other":
        return None
    if not is_year and not half:
        if own[0].strip() in ("mes", "moi", "me", "am", "perso", "turned", "officially") and not (
            own[0].strip() == "moi" and frames.MATES.search(folded)
        ):
            after = when_follows(folded, end, text.written, past=False)
            if after is None and not frames.BIRTHDAY.search(folded):
                return None
        if not frames.PLAIN_AFTER.match(folded, found.end()):
            dated = own["had"] and when_follows(folded, found.end(), text.written, past=True)
            if not dated and (
                own["mine"]
                or (own["have"] and "m" not in own["have"])
                or frames.THINGS_AFTER.match(folded, found.end())
            ):
                return None
            loose = True
    sign = _said(text, own, start, end, value, plain=not is_year, half=half, soon=soon)
    return sign._replace(sure=min(sign.sure, 0.75)) if sign is not None and loose else sign


def _stripped(folded: str, at: int) -> tuple[int, bool]:
    """Where the words before `at` end once those that say little are left out; whether one of them says « soon »."""
    soon = False
    for _ in range(4):
        if found := frames.SOON.search(folded, max(0, at - 24), at):
            soon = True
        else:
            found = frames.FILLER.search(folded, max(0, at - 20), at)
        if found is None:
            break
        at = found.start()
    return at, soon


def _said(  # noqa: PLR0911, PLR0912
    text: Text, own: re.Match[str], start: int, end: int, value: int, *, plain: bool, half: bool, soon: bool
) -> Sign | None:
    """A number that follows « j'ai », "I'm", « j'aurai », "I turned", « mes »."""
    folded, began = text.folded, own.start()
    if (own["had"] and own["had"] in ("turned", "just turned", "officially")) or own["will"] in (
        "turning",
        " turning",
        "gonna be",
        "about to be",
        "about to turn",
    ):
        if text.subject(began) == "other" or frames.OTHERS_DO.search(folded, max(0, began - 20), began):
            return None
        if not text.first_person and _named_before(folded, began):
            return None
    if text.spoken(began):
        return None
    if own["have"] and own["have"].startswith("on a") and plain:
        return None
    if text.framed(began):
        return _to_come(text, own, start, end, value)
    sure = 0.95 if not plain else 0.85
    if own["have"] in ("moi", "me", "perso", "aged", "agee de", "age de"):
        sure = 0.7
    if plain and own["have"] and frames.FRENCH_HAVE.match(own["have"]):
        sure = 0.6  # « j'ai 11 » needs a question before it
        if not frames.MATES.search(folded) and not frames.ENDS.match(folded[end : end + 3]):
            return None
        if own["of_it"] and frames.MATES.search(folded):
            sure = 0.8
    if frames.NEGATED.search(folded, max(0, start - 14), start):
        if frames.UNDER_YET.search(folded, max(0, start - 18), start) or frames.YET.match(folded, end):
            return Sign(
                "age",
                ((value - 3.0, value - 1.0, 0.5), (value - 1.0, float(value), 1.0)),
                0.85,
                began,
                end,
                explicit=True,
            )
        return None
    if own["mine"]:
        past = when_follows(folded, end, text.written, past=True)
        coming = when_follows(folded, end, text.written, past=False) or when_before(
            folded, began, text.written, past=False
        )
        when = past or coming
        if when is not None:
            return Sign(
                "age", turning(value, when), 0.9, began, max(end, when.end if when.end > end else end), explicit=True
            )
        if frames.MEMORY_BEFORE.search(
            folded[max(0, began - 16) : began],
        ):
            return None
        return Sign(
            "age", at_age(value - 0.4, value + 0.9), 0.62 if not own["mine"].startswith("c") else 0.85, began, end
        )
    if own["had"]:
        when = when_follows(folded, end, text.written, past=True) or when_before(folded, began, text.written, past=True)
        years = frames.IN_A_YEAR.match(folded[end : end + 12])
        if years:
            gone = text.written.year - int(years[1])
            return Sign("age", at_age(value + max(gone - 1, 0), value + gone + 1), 0.9, began, end, explicit=True)
        if when is None and own["had"].endswith("pris") and not frames.CHEERED.match(folded[end : end + 3]):
            return None  # « j'ai pris dix ans en voyant la facture »
        ages = turning(value, when) if when else ((float(value), value + 0.5, 1.0), (value + 0.5, value + 1.0, 0.5))
        return Sign("age", ages, sure, began, last_of(end, when), explicit=True)
    when = when_follows(folded, end, text.written, past=False)
    if when is None and (own["will"] or (soon and not plain)):
        when = when_before(folded, began, text.written, past=False)
    if when is None and own["have"] and not plain:
        when = when_before(folded, began, text.written, past=False)
    if own["will"] or soon:
        ages = turning(value, when) if when else ((value - 0.35, float(value), 1.0), (value - 1.0, value - 0.35, 0.5))
        return Sign("age", ages, sure, began, last_of(end, when), explicit=True)
    if when is not None and when.days[1] > 1 and (when.end > end or not plain):
        return Sign("age", turning(value, when), 0.92, min(began, start), last_of(end, when), explicit=True)
    ages = at_age(value + 0.25, value + 0.8) if half else at_age(value, value + 1)
    return Sign("age", ages, sure, began, end, explicit=True)


def _to_come(text: Text, own: re.Match[str], start: int, end: int, value: int) -> Sign | None:
    """« quand j'aurai 13 ans », "when I'm 13": they are younger than that. Anything else in a frame tells nothing."""
    before = text.folded[max(0, own.start() - 26) : own.start()]
    if frames.UNTIL_BEFORE.search(before) and own["have"]:
        return _not_before(text, own.start(), end, value)
    will = own["will"] is not None and own["will"].startswith("j")
    if (will and frames.QUAND_BEFORE.search(before)) or frames.WHEN_BEFORE.search(before):
        if own["had"] or frames.TIME_GONE.search(before):
            return None
        if own["have"] and not frames.WHEN_BEFORE.search(before):
            return None
        return Sign("to_come", younger_than(value), 0.7 if value <= 13 else 0.55, own.start(), end)
    return None


def _not_before(text: Text, start: int, end: int, value: int) -> Sign | None:
    """« pas d'insta avant mes 13 ans », "no phone til i'm 13": younger than that, unless it is of time gone by."""
    sentence = text.folded[text.sentence(start) : end + 60]
    if text.subject(start) == "other" and not frames.SPEAKS_OF_ME.search(sentence):
        return None
    if frames.GONE_BY.search(sentence) or not frames.NOT_BEFORE_THEN.search(sentence):
        return None
    return Sign("to_come", younger_than(value), 0.75 if value <= 13 else 0.55, start, end)


def _named_before(folded: str, at: int) -> bool:
    """Whether a word that may be a name stands right before (« mason turned 11 »)."""
    return frames.NAME_BEFORE.search(folded[max(0, at - 24) : at]) is not None


def _birthday(text: Text, start: int, end: int, value: int) -> Sign | None:  # noqa: PLR0911
    """« my 12th birthday is tomorrow »."""
    folded = text.folded
    found = frames.BIRTHDAY_AFTER.match(folded, end)
    if found is None:
        return None
    before = folded[max(0, start - 30) : start]
    if (text.framed(start) and "when" in before) or frames.ANOTHERS_BEFORE.search(before):
        return None
    mine = frames.MY_BEFORE.search(before) is not None
    when = when_follows(folded, found.end(), text.written, past=False) or _after_is(folded, found.end(), text)
    past = _was(folded, found.end(), text)
    if past is not None:
        return Sign("age", turning(value, past), 0.9 if mine else 0.4, start, found.end(), explicit=mine)
    if when is None:
        when = when_before(folded, max(0, start - 3), text.written, past=False)
    if when is not None:
        return Sign("age", turning(value, when), 0.9 if mine else 0.4, start, last_of(found.end(), when), explicit=mine)
    if mine and not frames.SINCE_MY_BEFORE.search(before):
        return Sign("age", at_age(value - 0.4, value + 0.7), 0.65, start, found.end())
    if frames.TO_ME.search(folded[found.end() : found.end() + 12]):
        return Sign("age", at_age(value, value + 0.1), 0.9, start, found.end(), explicit=True)
    return None


def _after_is(folded: str, at: int, text: Text) -> When | None:
    found = frames.IS_ON.match(folded, at)
    return when_follows(folded, found.end(), text.written, past=False) if found else None


def _was(folded: str, at: int, text: Text) -> When | None:
    found = frames.WAS_ON.match(folded, at)
    return (
        when_follows(folded, found.end() if found else at, text.written, past=True)
        if found
        else when_follows_past_only(folded, at, text)
    )


def when_follows_past_only(folded: str, at: int, text: Text) -> When | None:
    """A time that can only be gone by (« yesterday »)."""
    when = when_follows(folded, at, text.written, past=True)
    return when if when is not None and when.days[1] <= 0 else None


class _Number(NamedTuple):
    """A number between `start` and `end`, and what stands at it.

    before: where the words that say little begin before it. is_year: a unit makes years of it; old: "years old".
    half: a half is added. soon: it is said to come.
    """

    text: Text
    start: int
    end: int
    before: int
    value: int
    is_year: bool
    old: bool
    half: bool
    soon: bool

    @property
    def ages(self) -> Ages:
        """Of somebody of that age today."""
        return at_age(self.value + 0.25, self.value + 0.8) if self.half else at_age(self.value, self.value + 1)

    def sign(self, sure: float, ages: Ages | None = None, *, explicit: bool = False) -> Sign:
        """The sign that the number is."""
        return Sign("age", ages or self.ages, sure, self.start, self.end, explicit=explicit)


def _bare(number: _Number) -> Sign | None:
    """A number that no « j'ai » introduces: « Léa, 11 ans, Lyon », "11 yo here", « bientôt 12 ans !! »."""
    text, folded, start, end, before = number.text, number.text.folded, number.start, number.end, number.before
    if text.framed(before) or text.spoken(before) or frames.NEGATED.search(folded, max(0, start - 12), start):
        return None
    if frames.OWN_ARTICLE.search(folded, max(0, start - 24), start) and number.old:
        return None if frames.OF_A_MEMORY.match(folded[end : end + 90]) else number.sign(0.8, explicit=True)
    if frames.NOT_BEFORE.search(folded, max(0, start - 14), start) and not number.soon:
        return None
    if number.is_year and frames.WE_ARE.search(folded, max(0, start - 44), start):
        return number.sign(0.8, explicit=True)
    who = text.subject(before, max(0, before - 90) if text.bio else None)
    if who == "other" or _of_another(text, start, end) or (not number.is_year and _IN_MONTH.match(folded, end)):
        return None
    return _of_nobody_else(number, own=who == "own")


def _of_nobody_else(number: _Number, *, own: bool) -> Sign | None:
    """A bare number that nothing gives to somebody else. own: its sentence says « je » or "I"."""
    text, folded, start, end, before = number.text, number.text.folded, number.start, number.end, number.before
    coming = when_follows(folded, end, text.written, past=False) or when_before(
        folded, before, text.written, past=False
    )
    short = not folded[:start].strip() and len(folded) < 24
    if number.soon or (coming is not None and (number.is_year or short or frames.BIRTHDAY.search(folded))):
        return None if _comes_to_another(number, coming) else _coming(number, coming)
    if _sought(number):
        return number.sign(0.75)
    if text.bio:
        left, right = text.segment(start, end)
        return _in_bio(
            text, start, end, left, right, number.value, number.ages, is_year=number.is_year, half=number.half
        )
    return _in_post(number, own=own)


def _comes_to_another(number: _Number, coming: When | None) -> bool:
    """Whether a number told with a day, outside a bio, is of somebody or something else (« mason 11 demain »)."""
    text, folded, start, before = number.text, number.text.folded, number.start, number.before
    if text.bio:
        return False
    if (
        text.segment(start, number.end)[0].strip()
        and not number.soon
        and not frames.BIRTHDAY.search(folded[max(0, start - 20) : start])
    ):
        return True
    if not number.is_year and (
        (coming is None and not frames.ENDS.match(folded, number.end))
        or not frames.ENDS_OR_COMES.match(folded[number.end : number.end + 10])
    ):
        return True
    return _named_before(folded, before) and not frames.CHEERING_BEFORE.search(folded[max(0, before - 12) : before])


def _coming(number: _Number, coming: When | None) -> Sign:
    """« bientôt 12 ans », « 12 ans demain »."""
    value = number.value
    told = turning(value, coming) if coming else ((value - 0.35, float(value), 1.0), (value - 1.0, value - 0.35, 0.4))
    sure = 0.8 if number.soon or frames.BIRTHDAY.search(number.text.folded) else 0.65
    if coming is not None and coming.days == (0, 1):
        told = at_age(value, value + 0.1)
    return Sign("age", told, sure, number.start, last_of(number.end, coming), explicit=sure >= 0.8)


def _sought(number: _Number) -> bool:
    """Whether the number follows an « m » or an « f » in the way of those who look for company (« f12 »)."""
    folded, start = number.text.folded, number.start
    return bool(
        start
        and folded[start - 1] in "mf"
        and not folded[start - 2 : start - 1].isalpha()
        and 8 <= number.value < frames.GROWN
        and ((number.text.bio and not folded[: start - 1].strip()) or frames.SEEKING.search(folded))
    )


def _in_post(number: _Number, *, own: bool) -> Sign | None:
    """A number in a post, by what stands around it: the most telling first. own: its sentence says « je » or "I"."""
    folded, start, value = number.text.folded, number.start, number.value
    if frames.PERSON_OF.search(folded, max(0, start - 30), start) and frames.AS_ONE_OF.search(
        folded[max(0, start - 45) : start]
    ):
        return number.sign(0.85, explicit=True)
    if number.is_year and frames.MY_BIRTHDAY.search(folded):
        return number.sign(0.8, at_age(value - 0.2, value + 0.4), explicit=True)
    if number.is_year and own and frames.YOUNG_WORDS.search(folded):
        return number.sign(0.72)
    if frames.JUST_NOW.search(folded, max(0, start - 16), start) and frames.BIRTHDAY.search(folded):
        return number.sign(0.8, at_age(value, value + 0.2), explicit=True)
    return _on_its_own(number, own=own)


def _on_its_own(number: _Number, *, own: bool) -> Sign | None:
    """A number in a post that begins it, stands between brackets or answers a question."""
    folded, start, end, value = number.text.folded, number.start, number.end, number.value
    left = number.text.segment(start, end)[0].strip()
    if frames.MATES.search(folded[:start]) and left in ("", "its", "it's", "c'est") and value < 30:
        return number.sign(0.85 if frames.ASL.match(folded[end:]) else 0.65)
    here = frames.HERE.match(folded[end : end + 12]) is not None
    if number.is_year and not left and (number.old or here or number.text.first_person):
        at_start = not folded[:start].strip(" .!,-") and not frames.A_NOUN.match(folded, end)
        return number.sign(0.75 if here else 0.62 if at_start else 0.3)
    if folded[start - 1 : start] == "(" and folded[end : end + 1] == ")" and own and 5 <= value <= 17:
        return number.sign(0.75)
    if frames.MY_AGE_BEFORE.search(folded[max(0, start - 9) : start]) and not frames.LIMIT_AFTER.match(folded[end:]):
        return number.sign(0.7)
    return None


_IN_MONTH = re.compile(rf"\s?{MONTH}")  # « 15 décembre »


def _of_another(text: Text, start: int, end: int) -> bool:
    """Whether a noun governs the number: an animal's, a bottle's, a dress's, « un gamin de 11 ans m'a battu »."""
    folded, before = text.folded, text.folded[max(0, start - 48) : start]
    if frames.BARE_OTHERS.search(before) or frames.OF_AGE.match(folded[end : end + 8]):
        return True
    if not text.bio and frames.SINCE.match(folded, end):
        return True
    if frames.SOLD.search(folded, text.sentence(start), end + 40) or frames.GOODS_BEFORE.search(before):
        return True
    if text.bio and (noun := frames.NOUN_OF.search(before)) is not None and not frames.PERSON.fullmatch(noun[1]):
        return True
    return frames.SOMEBODY.search(before) is not None and (
        not text.bio or frames.TELLS_OF_THEM.match(folded, end) is not None
    )


def _in_bio(  # noqa: PLR0911, PLR0917
    text: Text, start: int, end: int, left: str, right: str, value: int, ages: Ages, *, is_year: bool, half: bool
) -> Sign | None:
    """A number in a bio, by what shares its segment."""
    folded, head, tail = text.folded, left.strip(" :'-"), right.strip()
    if frames.PERSON_OF.search(folded, max(0, start - 30), start):
        return Sign("age", ages, 0.88, start, end, explicit=True)
    if frames.AGE_BEFORE.search(folded[max(0, start - 7) : start]):
        return Sign("age", ages, 0.9, start, end, explicit=True)
    name = not head or (frames.CAREFREE_BIO.match(head) is not None and frames.NOT_NAMES.isdisjoint(head.split()))
    if is_year or half:
        if not head:
            return Sign("age", ages, 0.88 if not tail or len(tail) < 30 else 0.7, start, end, explicit=True)
        return Sign("age", ages, 0.85 if name else 0.45, start, end, explicit=name)
    if not 6 <= value <= 17 or (head and folded[start].isalpha()):
        return None
    if not head and (frames.ASL.match(right) or frames.ASL_AFTER.match(folded[end : end + 8])):
        return Sign("age", ages, 0.8, start, end, explicit=True)
    if frames.SPORT_BEFORE.search(folded[max(0, start - 8) : start]) or frames.SPORT_AFTER.match(folded[end : end + 3]):
        return Sign("age", ages, 0.2, start, end)
    if not head and not tail:
        return Sign("age", ages, 0.72, start, end)
    if name and (not tail or len(tail) < 4):
        return Sign("age", ages, 0.66, start, end)
    return None
