"""What in a text could lead to whoever spoke: handles, exact times, dates, ages, places, small counts, their own words.

A check for texts that people write about facts. It finds what gives somebody away by its form or because it was taken
from a testimony; it cannot know everything that a respondent would recognise, so the complainant concerned agrees too.
"""

import re
from collections.abc import Iterable

from rempart.rulebook.saying import Found
from rempart.text.normalise import normalise

COPIED = 5
"""So many words in a row taken from a testimony are its author's wording."""

_MONTHS = (
    "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|"
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
_WORD = re.compile(r"[a-z0-9]+")
_BY_FORM = (
    r"(?<![\w.])@[\w.-]{2,}",  # a handle
    r"https?://\S+|www\.\S+",
    r"[\w.+-]+@[\w-]+\.[\w.]+",
    r"(?:\+|\b)(?:\d[ .-]?){8,13}\d\b",  # a telephone number, longer than a date
)
_IN_A_FACT = (
    rf"\b\d{{1,2}}(?:er|st|nd|rd|th)? (?:{_MONTHS})\b|\b(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?\b",
    r"\b\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?\b|\b\d{4}-\d{2}-\d{2}\b",
    r"\b\d{1,2} ?[h:] ?\d{2}\b|\b\d{1,2} ?h\b|\b\d{1,2} ?(?:am|pm)\b",
    r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    r"\b\d{1,2} ?(?:ans|years? old|yo)\b",
    r"\b(?:ecole|college|lycee|universite|faculte|campus|classe|club|school|university|classroom)s?\b",
    r"\b(?:une?|deux|one|two|1|2) (?:\w+ ){0,2}(?:personnes?|filles?|garcons?|jeunes?|mineure?s?|sources?|temoins?|"
    r"temoignages?|signalements?|people|person|girls?|boys?|minors?|witness(?:es)?|reports?|testimon(?:y|ies))\b",
)
_FORMS = [re.compile(pattern) for pattern in _BY_FORM]
_FACT_FORMS = [re.compile(pattern) for pattern in (*_BY_FORM, *_IN_A_FACT)]


def leads_to_somebody(
    text: str, *, names: Iterable[str], said: Iterable[str], fact: bool, by_form: bool = True
) -> list[Found]:
    """What in `text` could lead to whoever spoke, in the order of the text.

    names: handles and names of those who spoke. said: their testimonies. fact: whether the text tells a fact, where
    times, dates, ages, places and small counts give people away too (a letter may say when a review is due). by_form:
    whether to look for anybody's handle, address or number, beside those who spoke and their words.
    """
    folded = normalise(text)
    forms = (_FACT_FORMS if fact else _FORMS) if by_form else []
    ranges = [match.span() for form in forms for match in form.finditer(folded.text)]
    tokens = list(_WORD.finditer(folded.text))
    words = [token[0] for token in tokens]
    for name in names:
        parts = _WORD.findall(normalise(name).text)
        ranges += [_range(tokens, at, len(parts)) for at in _places(words, parts)]
    copied = {run for one in said for run in _runs(_WORD.findall(normalise(one).text))}
    ranges += [_range(tokens, at, COPIED) for at, run in enumerate(_runs(words)) if run in copied]
    return [Found(text[slice(*folded.span(start, end))]) for start, end in _merged(ranges)]


def _places(words: list[str], parts: list[str]) -> list[int]:
    """Where `parts` stand in a row; a name of one or two letters is no name."""
    if sum(map(len, parts)) < 3:
        return []
    return [at for at in range(len(words) - len(parts) + 1) if words[at : at + len(parts)] == parts]


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + COPIED]) for at in range(len(words) - COPIED + 1)]


def _range(tokens: list[re.Match[str]], at: int, count: int) -> tuple[int, int]:
    return tokens[at].start(), tokens[at + count - 1].end()


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
