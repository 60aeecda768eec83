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


class _Number(NamedTuple):
    """A number between `start` and `end`, its unit included, and what stands at it.

    bare_end: where the number ends without its unit. before: where the words that say little begin before it. is_year:
    a unit makes years of it; old: "years old"; length: "years", which may be a length of time. half: a half is added.
    soon: it is said to come.
    """

    text: Text
    start: int
    bare_end: int
    end: int
    before: int
    value: int
    is_year: bool
    old: bool
    length: bool
    half: bool
    soon: bool

    @property
    def ages(self) -> Ages:
        """Of somebody of that age today."""
        return at_age(self.value + 0.25, self.value + 0.8) if self.half else at_age(self.value, self.value + 1)

    def sign(
        self,
        sure: float,
        ages: Ages | None = None,
        *,
        explicit: bool = False,
        began: int | None = None,
        end: int | None = None,
    ) -> Sign:
        """The sign that the number is. began, end: of the words that tell it, where there are others than its own."""
        start = self.start if began is None else began
        return Sign("age", ages or self.ages, sure, start, self.end if end is None else end, explicit=explicit)


def _read(text: Text, found: re.Match[str], value: int, previous: tuple[int, int] | None) -> Sign | None:
    """The sign that a number is. previous: an age told before, and where it ended."""
    if found["word"] in frames.ORDINALS or frames.BIRTHDAY_AFTER.match(text.folded, found.end()):
        return _birthday(text, found.start(), found.end(), value)
    number = _number(text, found, value)
    return _introduced(number, previous) if number is not None else None


def _introduced(number: _Number, previous: tuple[int, int] | None) -> Sign | None:
    """The sign that a number is, by what stands before it."""
    text, folded, start, value = number.text, number.text.folded, number.start, number.value
    if _shared(number):
        return number.sign(0.85, at_age(value, value + 1), explicit=True)
    if number.soon and previous is None:
        number = number._replace(before=_stripped(folded, number.before)[0])
    elif number.soon and previous is not None and start - previous[1] <= 22 and value == previous[0] + 1:
        return number.sign(0.9, at_age(value - 0.6, value), explicit=True)
    own = frames.OWN.search(folded, max(0, number.before - 40), number.before)
    if own is None:
        married = number.length and text.segment(start, number.end)[0].strip()  # « married 11 years »
        return None if married else _bare(number)
    if own["mine"] and number.is_year and folded[: own.start()].endswith(("avant ", "jusqu'a ")):
        return _not_before(text, own.start(), number.end, value)
    if own["mine"] and own["mine"].endswith("my"):
        return _bare(number)
    return _owned(number, own)


def _number(text: Text, found: re.Match[str], value: int) -> _Number | None:
    """A number with its unit, unless what follows makes of it a length of time, a size, a score or a thing's age."""
    folded, start = text.folded, found.start()
    unit = frames.UNIT.match(folded, found.end())
    if unit is None:  # every part may be missing
        return None
    end, half = unit.end(), bool(unit["half"] or unit["half2"])
    is_year = bool(unit["ans"] or unit["old"]) or "an" in (unit["half"] or "").replace("and", "")
    if unit["years"] and not is_year:
        if not frames.YEARS_ARE_AGE.match(folded, end) and not (
            text.bio and frames.BESIDE_AGE.match(folded, end) and not text.segment(start, end)[0].strip()
        ):
            return None
        is_year = unit["years"].strip() != "y" or text.bio
    if is_year and frames.DURATION.match(folded, end) and not unit["old"]:
        return None
    if not is_year and not half and frames.NOT_AGE_AFTER.match(folded, found.end()):
        return None
    if frames.MENTALLY.match(folded, end) or (unit["old"] and frames.OLD_THINGS.match(folded, end)):
        return None
    before, soon = _stripped(folded, start)
    return _Number(
        text=text,
        start=start,
        bare_end=found.end(),
        end=end,
        before=before,
        value=value,
        is_year=is_year,
        old=bool(unit["old"]),
        length=bool(unit["years"]),
        half=half,
        soon=soon,
    )


def _shared(number: _Number) -> bool:
    """Whether others of the same age are looked for: « 11 ans comme moi », "who else is 12"."""
    folded, start = number.text.folded, number.start
    return (
        5 < number.value < frames.GROWN
        and bool(
            frames.LIKE_ME.match(folded, number.bare_end) or frames.WHO_ELSE.search(folded, max(0, start - 34), start)
        )
        and not number.text.framed(start)
    )


def _owned(number: _Number, own: re.Match[str]) -> Sign | None:
    """A number that follows « j'ai », "I'm", « j'aurai », "I turned", « mes »: without a unit, more has to say so."""
    text, folded, words = number.text, number.text.folded, own[0].strip()
    if own[0].strip(" :,") in ("am", "aged", "me", "agee de", "age de") and text.subject(own.start()) == "other":
        return None
    if number.is_year or number.half:
        return _said(number, own)
    needs_a_day = words in ("mes", "moi", "me", "am", "perso", "turned", "officially")
    if needs_a_day and not (words == "moi" and frames.MATES.search(folded)):
        day = when_follows(folded, number.end, text.written, past=False)
        if day is None and not frames.BIRTHDAY.search(folded):
            return None
    if frames.PLAIN_AFTER.match(folded, number.bare_end):
        return _said(number, own)
    dated = own["had"] and when_follows(folded, number.bare_end, text.written, past=True)
    counts = own["mine"] or (own["have"] and "m" not in own["have"])  # « j'ai 11 … », « mes 12 … »
    if not dated and (counts or frames.THINGS_AFTER.match(folded, number.bare_end)):
        return None
    sign = _said(number, own)
    return sign._replace(sure=min(sign.sure, 0.75)) if sign is not None else None


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


def _said(number: _Number, own: re.Match[str]) -> Sign | None:
    """What a number says that « j'ai », "I'm", « j'aurai », "I turned" or « mes » introduces."""
    text, began = number.text, own.start()
    they_have = not number.is_year and own["have"] and own["have"].startswith("on a")  # « on a 11 … »
    if they_have or _another_turns(number, own) or text.spoken(began):
        return None
    if text.framed(began):
        return _to_come(text, own, number.start, number.end, number.value)
    sure = _sure(number, own)
    if not sure:
        return None
    if frames.NEGATED.search(text.folded, max(0, number.start - 14), number.start):
        return _not_yet(number, began)
    if own["mine"]:
        return _of_mine(number, own)
    return _turned(number, own, sure) if own["had"] else _is_or_will_be(number, own, sure)


_TURNED = ("turned", "just turned", "officially")
_TURNING = ("turning", " turning", "gonna be", "about to be", "about to turn")


def _another_turns(number: _Number, own: re.Match[str]) -> bool:
    """Whether somebody else does what is said without « je »: "mason turned 11", « ma sœur ... about to be 12 »."""
    if own["had"] not in _TURNED and own["will"] not in _TURNING:
        return False
    text, began = number.text, own.start()
    if text.subject(began) == "other" or frames.OTHERS_DO.search(text.folded, max(0, began - 20), began):
        return True
    return not text.first_person and _named_before(text.folded, began)


def _sure(number: _Number, own: re.Match[str]) -> float:
    """How sure it is that the number is an age; 0 where « j'ai 11 » may count anything."""
    folded, have = number.text.folded, own["have"]
    if not number.is_year and have and frames.FRENCH_HAVE.match(have):
        asked = frames.MATES.search(folded)
        if not asked and not frames.ENDS.match(folded[number.end : number.end + 3]):
            return 0.0
        return 0.8 if own["of_it"] and asked else 0.6
    if have in ("moi", "me", "perso", "aged", "agee de", "age de"):
        return 0.7
    return 0.95 if number.is_year else 0.85


def _not_yet(number: _Number, began: int) -> Sign | None:
    """« j'ai même pas 12 ans », "I'm not 13 yet": younger; what is denied otherwise tells nothing."""
    folded, start, value = number.text.folded, number.start, number.value
    if not frames.UNDER_YET.search(folded, max(0, start - 18), start) and not frames.YET.match(folded, number.end):
        return None
    ages = ((value - 3.0, value - 1.0, 0.5), (value - 1.0, float(value), 1.0))
    return number.sign(0.85, ages, explicit=True, began=began)


def _of_mine(number: _Number, own: re.Match[str]) -> Sign | None:
    """« mes 12 ans », « c'est mes 11 ans demain »."""
    text, folded, began, value = number.text, number.text.folded, own.start(), number.value
    when = (
        when_follows(folded, number.end, text.written, past=True)
        or when_follows(folded, number.end, text.written, past=False)
        or when_before(folded, began, text.written, past=False)
    )
    if when is not None:
        return number.sign(0.9, turning(value, when), explicit=True, began=began, end=last_of(number.end, when))
    if frames.MEMORY_BEFORE.search(folded[max(0, began - 16) : began]):
        return None
    return number.sign(0.85 if own["mine"].startswith("c") else 0.62, at_age(value - 0.4, value + 0.9), began=began)


def _turned(number: _Number, own: re.Match[str], sure: float) -> Sign | None:
    """« j'ai eu 11 ans hier », "I just turned 12"."""
    text, folded, began, end, value = number.text, number.text.folded, own.start(), number.end, number.value
    if years := frames.IN_A_YEAR.match(folded[end : end + 12]):
        gone = text.written.year - int(years[1])
        return number.sign(0.9, at_age(value + max(gone - 1, 0), value + gone + 1), explicit=True, began=began)
    when = when_follows(folded, end, text.written, past=True) or when_before(folded, began, text.written, past=True)
    if when is None and own["had"].endswith("pris") and not frames.CHEERED.match(folded[end : end + 3]):
        return None  # « j'ai pris dix ans en voyant la facture »
    ages = turning(value, when) if when else ((float(value), value + 0.5, 1.0), (value + 0.5, value + 1.0, 0.5))
    return number.sign(sure, ages, explicit=True, began=began, end=last_of(end, when))


def _is_or_will_be(number: _Number, own: re.Match[str], sure: float) -> Sign:
    """« j'ai 11 ans », "I'm almost 12", « j'aurai 12 ans en mars »."""
    text, folded, began, end, value = number.text, number.text.folded, own.start(), number.end, number.value
    coming = bool(own["will"]) or number.soon
    when = when_follows(folded, end, text.written, past=False)
    if when is None and (own["will"] or number.is_year):
        when = when_before(folded, began, text.written, past=False)
    if coming:
        ages = turning(value, when) if when else ((value - 0.35, float(value), 1.0), (value - 1.0, value - 0.35, 0.5))
        return number.sign(sure, ages, explicit=True, began=began, end=last_of(end, when))
    if when is not None and when.days[1] > 1 and (when.end > end or number.is_year):
        return number.sign(0.92, turning(value, when), explicit=True, began=began, end=last_of(end, when))
    return number.sign(sure, explicit=True, began=began)


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


def _bare(number: _Number) -> Sign | None:
    """A number that no « j'ai » introduces: « Léa, 11 ans, Lyon », "11 yo here", « bientôt 12 ans !! »."""
    text, folded, start, end, before = number.text, number.text.folded, number.start, number.end, number.before
    if text.framed(before) or text.spoken(before) or frames.NEGATED.search(folded, max(0, start - 12), start):
        return None
    if frames.OWN_ARTICLE.search(folded, max(0, start - 24), start) and number.old:
        return None if frames.OF_A_MEMORY.match(folded[end : end + 90]) else number.sign(0.8, explicit=True)
    if frames.NOT_BEFORE.search(folded, max(0, start - 14), start) and not number.soon:
        return None
    if number.is_year and (
        frames.I_AM_ONE.search(folded, max(0, start - 60), start)
        or frames.WE_ARE.search(folded, max(0, start - 44), start)
    ):
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
    if frames.ANOTHER_ASKED.search(folded[:start]):
        return None
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
