"""Which conduct a text reports, and who suffered it: the author, somebody else, or nobody said."""

from typing import Literal, NamedTuple

from rempart.reading.grammar import Grammar
from rempart.reading.lexicon import Tokens
from rempart.records.vocabulary import Conduct

Sufferer = Literal["author", "other", "reader", "unsaid"]


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
    for conduct, pattern in grammar.conduct:
        if mask & pattern.all_of != pattern.all_of or not pattern.may_match(mask):
            continue
        for start, end in pattern.find(tokens):
            if _is_denied(symbols, start, end, grammar):
                denied += 1
                continue
            sufferer = _sufferer(symbols, start, end, grammar)
            if sufferer != "author" and _is_supposed(symbols, start, grammar):
                continue
            facts.append(Fact(conduct, start, end, sufferer))
    facts.sort(key=lambda fact: (fact.start, fact.end))
    return facts, denied


def _is_denied(symbols: str, start: int, end: int, grammar: Grammar) -> bool:
    negations, ends = grammar["NEG"], grammar["END"]
    for index in range(end - 1, max(-1, start - 3), -1):
        if symbols[index] in negations:
            return True
        if symbols[index] in ends:
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


def _sufferer(symbols: str, start: int, end: int, grammar: Grammar) -> Sufferer:
    ends, author, kin, girls = grammar["END"], grammar["ME"], grammar["KIN"], grammar["GIRLS"]
    left = start
    while left > 0 and start - left < 8 and symbols[left - 1] not in ends:
        left -= 1
    right = end
    while right < len(symbols) and right - end < 6 and symbols[right] not in ends:
        right += 1
    close = set(symbols[max(left, start - 3) : min(right, end + 1)])
    if close & author:
        return "author"
    around = set(symbols[left:right])
    if around & (kin | girls):
        return "other"
    if around & (author | grammar["I"]):
        return "author"
    if around & grammar["YOU"]:
        return "reader"
    return "unsaid"
