"""Which conduct a text reports, and who suffered it: the author, somebody else, or nobody said."""

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from rempart.reading.grammar import Grammar
from rempart.reading.lexicon import Tokens
from rempart.records.vocabulary import Conduct

Sufferer = Literal["author", "other", "reader", "unsaid"]

_ABOUT_IMAGES = frozenset(("nude_request", "unsolicited_nudes", "image_abuse", "sextortion"))
_PART_OF: dict[Conduct, Conduct] = {"image_abuse": "sextortion", "harassment": "sextortion"}


class Fact(NamedTuple):
    """Conduct found at tokens `start` to `end` (excluded)."""

    conduct: Conduct
    start: int
    end: int
    sufferer: Sufferer


def find_facts(tokens: Tokens, grammar: Grammar) -> tuple[list[Fact], int]:
    """The facts of a text in order, and how many were denied (« il n'a jamais demandé … »)."""
    facts: list[Fact] = []
    denied = 0
    symbols, mask = tokens.symbols, tokens.mask
    listening = {start for pattern in grammar.told for start, _ in pattern.find(tokens)}
    for conduct, pattern in grammar.conduct:
        if mask & pattern.all_of != pattern.all_of or not pattern.may_match(mask):
            continue
        for start, end in pattern.find(tokens):
            # « s'il n'en reçoit pas d'autres il publie tout »: the negation inside a threat belongs to it.
            if _is_denied(symbols, start, start + 1 if conduct == "sextortion" else end, grammar):
                if _is_of_another(symbols, end, grammar):
                    facts.append(Fact(conduct, start, end, "other"))
                else:
                    denied += 1
                continue
            if _is_by_author(symbols, start, grammar) or not grammar["PET"].isdisjoint(symbols[start : end + 3]):
                continue  # « un nude de mon chat »
            if conduct == "sextortion" and not listening.isdisjoint(range(start - 2, start + 2)):
                continue  # « ma sœur m'a dit qu'il avait publié … » is no threat
            sufferer = _sufferer(symbols, start, end, listening, grammar)
            if sufferer != "author" and _is_supposed(symbols, start, grammar):
                continue
            facts.append(Fact(conduct, start, end, sufferer))
    facts = [fact for fact in facts if not _is_part_of_graver(fact, facts)]
    facts.sort(key=lambda fact: (fact.start, fact.end))
    return facts, denied


def bare_facts(tokens: Tokens, facts: Sequence[Fact], grammar: Grammar) -> list[Fact]:
    """What a testimony says by a single word (« leo.vrtx, snap, 14 ans, des nudes »): nothing else says what was done.

    Only for texts already known to report facts: elsewhere the word alone says nothing.
    """
    if any(fact.conduct in _ABOUT_IMAGES for fact in facts):
        return []
    symbols = tokens.symbols
    negations = grammar["NEG"]
    return [
        Fact("nude_request", index, index + 1, "unsaid")
        for index, symbol in enumerate(symbols)
        if symbol in grammar["NUDES"] and not negations & set(symbols[max(0, index - 3) : index])
    ]


def _is_part_of_graver(fact: Fact, facts: Sequence[Fact]) -> bool:
    """Whether a threat to publish was also read as publishing, or as a threat and nothing more."""
    graver = _PART_OF.get(fact.conduct)
    return graver is not None and any(
        other.conduct == graver and other.start < fact.end + 2 and fact.start < other.end + 2 for other in facts
    )


def _is_denied(symbols: str, start: int, end: int, grammar: Grammar) -> bool:
    negations, ends = grammar["NEG"], grammar["END"]
    for index in range(end - 1, max(-1, start - 3), -1):
        if symbols[index] in negations:
            return True
        if symbols[index] in ends:
            return False
    return False


def _is_of_another(symbols: str, end: int, grammar: Grammar) -> bool:
    """Whether what is denied for oneself is said of somebody else (« pas à moi mais à ma cousine »)."""
    for index in range(end, min(len(symbols), end + 6)):
        if symbols[index] in grammar["END"]:
            return False
        if symbols[index] in grammar["BUT"]:
            return not (grammar["KIN"] | grammar["GIRLS"]).isdisjoint(symbols[index + 1 : index + 4])
    return False


def _is_by_author(symbols: str, start: int, grammar: Grammar) -> bool:
    """Whether the author is who asked or sent (« je lui ai demandé une photo »)."""
    if symbols[start] not in grammar.doing:
        return False
    for index in range(start - 1, max(-1, start - 5), -1):
        if symbols[index] in grammar["I"]:
            return True
        if symbols[index] not in grammar.auxiliaries:
            return False
    return False


def _is_supposed(symbols: str, start: int, grammar: Grammar) -> bool:
    conditions, ends = grammar["IF"], grammar["END"]
    for index in range(start - 1, max(-1, start - 8), -1):
        if symbols[index] in conditions:
            return True
        if symbols[index] in ends:
            return False
    return False


def _sufferer(symbols: str, start: int, end: int, listening: Collection[int], grammar: Grammar) -> Sufferer:
    """Who suffered the conduct at tokens `start` to `end`; `listening`: where the author is only who was told."""
    ends, author, kin, girls = grammar["END"], grammar["ME"] - grammar["RELAYING"], grammar["KIN"], grammar["GIRLS"]
    left = start
    while left > 0 and start - left < 8 and symbols[left - 1] not in ends:
        left -= 1
    right = end
    while right < len(symbols) and right - end < 6 and symbols[right] not in ends:
        right += 1
    near = range(max(left, start - 3), min(right, end + 1))
    if any(symbols[index] in author and index not in listening for index in near):
        return "author"
    around = set(symbols[left:right])
    if around & grammar["MA"] and any(
        symbols[index] in grammar["MA"] and symbols[index + 1] in grammar.verbs for index in range(left, right - 1)
    ):
        return "author"
    if around & (kin | girls):
        return "other"
    if around & (author | grammar["I"]):
        return "author"
    if around & grammar["YOU"]:
        return "reader"
    return "unsaid"
