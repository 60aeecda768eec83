"""How old the person harmed was at the time, as far as the text says, and whether that was under 18.

A number is an age by what stands around it: « j'avais 14 ans » is, « 14 ans de danse » and « il a 22 ans » are not the
age of the person harmed, and « j'ai 17 ans maintenant, c'était il y a 3 ans » makes 14.
"""

from typing import Literal, NamedTuple

from rempart.reading.grammar import Grammar
from rempart.reading.lexicon import Tokens

ADULT = 18
_YOUNGEST, _OLDEST = 5, 60
_CREATOR = 15  # « il a 16 ans » may well be the age of the one accused; « il a 11 ans » hardly
_SUBJECTS = ("KIN", "I", "ME", "MY", "SHE", "HE", "HANDLE", "BARE", "GIRLS", "YOU")
_REACH = 7  # tokens back to whom a number is about

Kind = Literal["target", "now", "ago", "other"]


class Age(NamedTuple):
    """`age` in years or None, `minor` or None, and the tokens they were read from."""

    age: int | None
    minor: bool | None
    age_tokens: list[tuple[int, int]]
    minor_tokens: list[tuple[int, int]]
    of: str | None = None  # whose: `author`, `other`, or None when no age was read


class _Number(NamedTuple):
    """What a number of the text is. The surest `target` is the age."""

    kind: Kind
    sureness: int = 0
    of: str = ""


_OTHER = _Number("other")
_OTHERS = {
    "KIN": _Number("target", 3, "other"),
    "GIRLS": _Number("target", 3, "other"),
    "SHE": _Number("target", 2, "other"),
}


def find_age(tokens: Tokens, grammar: Grammar) -> Age:
    """The age of the person harmed at the time of the facts."""
    found = _numbers(tokens, grammar) if tokens.mask & grammar.lexicon.bit("NUMBER") else {}
    now = next((index for index, (number, _) in found.items() if number.kind == "now"), None)
    ago = next((index for index, (number, _) in found.items() if number.kind == "ago"), None)
    targets = [index for index, (number, _) in found.items() if number.kind == "target"]
    best = max(targets, key=lambda index: found[index][0].sureness, default=None)
    if best is None and now is not None:
        if ago is not None and (age := found[now][1] - found[ago][1]) >= _YOUNGEST:
            where = sorted([_with_unit(tokens.symbols, now, grammar), _with_unit(tokens.symbols, ago, grammar)])
            return Age(age, age < ADULT, where, where, "author")
        best = now
    if best is not None:
        number, age = found[best]
        if number.kind == "now" and age >= ADULT:
            # « j'ai 40 ans, un de mes élèves … » : the age of who reports.
            minor, where = _minority(tokens.symbols, grammar)
            if minor:
                return Age(None, True, [], where, "other")
        where = [_with_unit(tokens.symbols, best, grammar)]
        return Age(age, age < ADULT, where, where, number.of)
    if not tokens.mask & grammar.minority:
        return Age(None, None, [], [])
    minor, where = _minority(tokens.symbols, grammar)
    return Age(None, minor, [], where)


def _numbers(tokens: Tokens, grammar: Grammar) -> dict[int, tuple[_Number, int]]:
    """Token → what the number there is, and its value."""
    found = {}
    numbers = grammar["NUMBER"]
    for index, symbol in enumerate(tokens.symbols):
        if symbol in numbers:
            word = tokens.words[index]
            value = grammar.numbers.get(word)
            if value is None and word.isdecimal() and len(word) <= 2:
                value = int(word)
            if value is not None:
                found[index] = (_reading_of(tokens.symbols, index, value, grammar), value)
    return found


def _with_unit(symbols: str, index: int, grammar: Grammar) -> tuple[int, int]:
    has_unit = index + 1 < len(symbols) and symbols[index + 1] in grammar["YEARS"]
    return index, index + 2 if has_unit else index + 1


def _reading_of(symbols: str, index: int, value: int, grammar: Grammar) -> _Number:
    """What the number at `index` is."""
    before = symbols[index - 1] if index else ""
    has_unit = _with_unit(symbols, index, grammar)[1] == index + 2
    after = symbols[index + 2] if has_unit and index + 2 < len(symbols) else ""
    if has_unit and (before in grammar["AGO_BEFORE"] or after in grammar["AGO_AFTER"]):
        return _Number("ago")
    is_duration = has_unit and (after in grammar["AFTER_YEARS"] or before in grammar["FOR_YEARS"])
    if is_duration or before in grammar["AGE_LAW"] or not _YOUNGEST <= value <= _OLDEST:
        return _OTHER
    subject, distance, had, have = _subject(symbols, index, grammar)
    if subject == "HE" and value < _CREATOR and not grammar["KIN"].isdisjoint(symbols[:index]):
        subject = "SHE"  # « mon fils … il a onze ans »
    in_brackets = before in grammar["OPEN"] and subject == "KIN" and distance == 2
    # « il a 22 ans, j'en ai 15 »
    is_plain = in_brackets or (before in grammar["OF_THEM"] and not grammar["YEARS"].isdisjoint(symbols))
    if not has_unit and not is_plain and not _is_age_without_unit(subject, distance, had, have, grammar):
        return _OTHER
    around = set(symbols[max(0, index - 6) : index + 6])
    if subject in ("I", "ME", "MY"):
        return _own(had, have, bool(around & grammar["THEN"]), bool(around & grammar["NOW"]))
    if subject in ("HE", "HANDLE", "BARE") or (subject not in ("KIN", "GIRLS") and value >= ADULT):
        return _OTHER
    return _OTHERS.get(subject, _Number("target", 1, "author"))


def _own(had: bool, have: bool, then: bool, now: bool) -> _Number:
    """The author's own age: at the time, now, or nobody says."""
    if had or (then and not now):
        return _Number("target", 4, "author")
    return _Number("now", 0, "author") if have or now else _Number("target", 2, "author")


def _subject(symbols: str, index: int, grammar: Grammar) -> tuple[str, int, bool, bool]:
    """Whom the number at `index` is about, how many tokens before, and whether « had » or « have » is between."""
    had = have = False
    at = index > 0 and symbols[index - 1] in grammar["AT"]  # « à @leo à 15 ans »
    for distance in range(1, _REACH + 1):
        look = index - distance
        if look < 0 or symbols[look] in grammar["END"]:
            break
        symbol = symbols[look]
        had = had or symbol in grammar["HAD"]
        have = have or symbol in grammar["HAVE"]
        for name in _SUBJECTS:
            # « @leo (24 ans) » is leo's age; in « leo.vrtx, snap, 13 ans » the number no longer is.
            if symbol in grammar[name] and (name not in ("HANDLE", "BARE") or (distance <= 2 and not at)):
                return name, distance, had, have
    return "", _REACH + 1, had, have


def _is_age_without_unit(subject: str, distance: int, had: bool, have: bool, grammar: Grammar) -> bool:
    if had and distance <= 3:
        return True
    if subject == "ME" and distance == 1:
        return True
    return grammar.age_without_unit and subject in ("I", "KIN", "SHE") and (have or had)


def _minority(symbols: str, grammar: Grammar) -> tuple[bool | None, list[tuple[int, int]]]:
    """Whether words other than an age say that the person harmed was a minor (« mineure », « en 4e »)."""
    own: list[tuple[int, int]] = []
    groups: list[tuple[int, int]] = []
    adult: list[tuple[int, int]] = []
    for index, symbol in enumerate(symbols):
        before = symbols[index - 1] if index else ""
        if symbol in grammar["MINOR_GROUP"]:
            groups.append((index, index + 1))
        elif symbol in grammar["MINOR_TARGET"] and not _about_somebody_else(symbols, index, grammar):
            own.append((index, index + 1))
        elif symbol in grammar["SCHOOL"] and (before in grammar["SCHOOL_IN"] or _is_apposed(symbols, index, grammar)):
            if not _about_somebody_else(symbols, index, grammar):
                own.append((index - 1, index + 1))
        elif symbol in grammar["NOT_MINOR"] and before in grammar["HAD_BEEN"]:
            adult.append((index, index + 1))
    for found, minor in ((own, True), (adult, False), (groups, True)):
        if found:
            return minor, found
    return None, []


def _is_apposed(symbols: str, index: int, grammar: Grammar) -> bool:
    """Whether a school year follows who is in it (« ma sœur, 4e », « my student (year 10) »)."""
    return (
        index > 1
        and symbols[index - 1] in grammar["COMMA"] | grammar["OPEN"]
        and symbols[index - 2] in grammar["KIN"] | grammar["GIRLS"]
    )


def _about_somebody_else(symbols: str, index: int, grammar: Grammar) -> bool:
    """Whether a school year or « mineur » is denied, or said of a teacher or of the one accused."""
    for look in range(index - 1, max(-1, index - 6), -1):
        symbol = symbols[look]
        if symbol in grammar["END"] or symbol in grammar.harmed:
            return False
        if symbol in grammar["NEG"] or symbol in grammar["SCHOOL_STAFF"] or symbol in grammar["PUBLISH"]:
            return True
        if symbol in grammar["SEND"] and look >= index - 2:
            return True  # « tout envoyer au lycée »
        if symbol in grammar["HE"] and symbols[look + 1] in grammar["IS"]:
            return True
    return False
