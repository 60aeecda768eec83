"""How old the person harmed was at the time, as far as the text says, and whether that was under 18."""

from typing import NamedTuple

from rempart.reading.grammar import Grammar
from rempart.reading.lexicon import Tokens

ADULT = 18


class Age(NamedTuple):
    """`age` in years or None, `minor` or None, and the tokens they were read from."""

    age: int | None
    minor: bool | None
    age_tokens: list[tuple[int, int]]
    minor_tokens: list[tuple[int, int]]
    of: str | None = None  # whose: `author`, `other`, or None when nothing says


def find_age(tokens: Tokens, grammar: Grammar) -> Age:
    """The age of the person harmed at the time of the facts."""
    best: tuple[int, int, int, int, str] | None = None
    years_ago: tuple[int, int] | None = None
    now: tuple[int, int] | None = None
    symbols = tokens.symbols
    for index, symbol in enumerate(symbols):
        if symbol not in grammar["NUMBER"]:
            continue
        value = _value(tokens.words[index], grammar)
        if value is None:
            continue
        kind, rank, whose = _reading_of(symbols, index, value, grammar)
        if kind == "ago":
            years_ago = (value, index)
        elif kind == "now":
            now = (value, index)
        elif kind == "target" and (best is None or rank > best[0]):
            best = (rank, value, index, _unit_end(symbols, index, grammar), whose)
    if now is not None and (best is None or best[0] <= 1) and years_ago is not None and now[0] - years_ago[0] > 3:
        age = now[0] - years_ago[0]
        where = sorted([(now[1], now[1] + 1), (years_ago[1], years_ago[1] + 1)])
        return Age(age, age < ADULT, where, where, "author")
    if best is None and now is not None and years_ago is None:
        best = (1, now[0], now[1], _unit_end(symbols, now[1], grammar), "author")
    if best is not None:
        where = [(best[2], best[3])]
        return Age(best[1], best[1] < ADULT, where, where, best[4])
    minor, where = _minority(tokens, grammar)
    return Age(None, minor, [], where)


def _value(word: str, grammar: Grammar) -> int | None:
    value = grammar.numbers.get(word)
    if value is None and word.isdecimal() and len(word) <= 2:
        value = int(word)
    return value


def _unit_end(symbols: str, index: int, grammar: Grammar) -> int:
    return index + 2 if index + 1 < len(symbols) and symbols[index + 1] in grammar["YEARS"] else index + 1


def _reading_of(symbols: str, index: int, value: int, grammar: Grammar) -> tuple[str, int, str]:
    """What a number is: the target's age (and how surely), an age now, years ago, or something else."""
    before = symbols[index - 1] if index else ""
    has_unit = _unit_end(symbols, index, grammar) == index + 2
    after = symbols[index + 2] if has_unit and index + 2 < len(symbols) else ""
    if (has_unit and before in grammar["AGO_BEFORE"]) or after in grammar["AGO_AFTER"]:
        return "ago", 0, "author"
    if has_unit and (after in grammar["AFTER_YEARS"] or before in grammar["FOR_YEARS"]):
        return "other", 0, ""
    if before in grammar["AGE_LAW"] or not 5 <= value <= 60:
        return "other", 0, ""
    subject, had, have = "", False, False
    ends = grammar["END"]
    look = index - 1
    while look >= 0 and index - look <= 7 and symbols[look] not in ends:
        symbol = symbols[look]
        had = had or symbol in grammar["HAD"]
        have = have or symbol in grammar["HAVE"]
        for name in ("KIN", "I", "ME", "MY", "SHE", "HE", "HANDLE", "GIRLS", "YOU"):
            if symbol in grammar[name]:
                subject = name
                break
        if subject:
            break
        look -= 1
    if not has_unit and not (had and index - look <= 3) and not (subject == "ME" and index - look == 1):
        if not (grammar.age_without_unit and subject in ("I", "KIN", "SHE") and (have or had)):
            return "other", 0, ""
    around = set(symbols[max(0, index - 6) : index + 6])
    if subject in ("I", "ME", "MY"):
        if around & grammar["NOW"] and not had:
            return "now", 0, "author"
        return ("target", 4, "author") if had or around & grammar["THEN"] else ("now", 0, "author") if have else ("target", 2, "author")
    if subject in ("KIN", "GIRLS"):
        return "target", 3, "other"
    if subject == "SHE":
        return ("target", 2, "other") if value < ADULT else ("other", 0, "")
    if subject == "YOU":
        return ("target", 1, "author") if value < ADULT else ("other", 0, "")
    if subject in ("HE", "HANDLE"):
        return "other", 0, ""
    return ("target", 1, "author") if value < ADULT else ("other", 0, "")


def _minority(tokens: Tokens, grammar: Grammar) -> tuple[bool | None, list[tuple[int, int]]]:
    """Whether words other than an age say that the person harmed was a minor (« mineure », « en 4e »)."""
    symbols = tokens.symbols
    found: list[tuple[int, int]] = []
    for index, symbol in enumerate(symbols):
        if symbol in grammar["MINOR_TARGET"]:
            if not _about_somebody_else(symbols, index, grammar):
                found.append((index, index + 1))
        elif symbol in grammar["SCHOOL"] and index and symbols[index - 1] in grammar["SCHOOL_IN"]:
            if not _about_somebody_else(symbols, index, grammar):
                found.append((index - 1, index + 1))
        elif symbol in grammar["MINOR_GROUP"]:
            found.append((index, index + 1))
    if found:
        return True, found
    for index, symbol in enumerate(symbols):
        if symbol in grammar["NOT_MINOR"] and index and symbols[index - 1] in grammar["HAD_BEEN"]:
            return False, [(index, index + 1)]
    return None, []


def _about_somebody_else(symbols: str, index: int, grammar: Grammar) -> bool:
    ends = grammar["END"]
    for look in range(index - 1, max(-1, index - 6), -1):
        symbol = symbols[look]
        if symbol in ends:
            return False
        if symbol in grammar["NEG"] or symbol in grammar["SCHOOL_STAFF"]:
            return True
        if symbol in grammar["I"] or symbol in grammar["ME"] or symbol in grammar["KIN"] or symbol in grammar["SHE"]:
            return False
        if symbol in grammar["HE"] and symbols[look + 1] in grammar["IS"]:
            return True
    return False
