r"""Which accounts could say anything of their owner's age: one expression, for DuckDB's RE2 and Java's patterns alike.

It keeps too much rather than too little: what `AgeReader` finds in a text, the screen keeps. The two engines agree on
what is used here alone: classes of characters written out (no `(?i)`, whose folding differs, no `\b` nor `\w`, whose
alphabets do), choices and bounded repetition. A letter stands for itself in either case, with any accent, stretched or
not; digits typed as letters inside words, letters of other alphabets and numbers in boxes are kept unseen.
"""

import re
from functools import cache
from importlib.resources import files

import ibis
import yaml
from ibis import ir
from ibis.expr.types import BooleanValue, StringValue

# A table of accounts as the engine sees it: where a row stands, its bio, and its posts after one another.
TEXTS = ibis.schema({"number": "int64", "bio": "string", "posts": "string"})
KEPT = ibis.schema({"number": "int64"})

_ACCENTS = {
    "a": "àâäáãåÀÂÄÁÃÅ",
    "c": "çÇ",
    "e": "éèêëÉÈÊË",
    "i": "îïíìÎÏÍÌ",
    "o": "ôöóòõÔÖÓÒÕ",
    "u": "ùûüúÙÛÜÚ",
    "y": "ÿŸ",
    "n": "ñÑ",
}
_BEFORE = "(?:^|[^A-Za-z])"
_AFTER = "(?:$|[^A-Za-z])"


@cache
def _lists() -> dict[str, list[str]]:
    """The lists of `screening.yaml`."""
    text = files("rempart.radar.age").joinpath("screening.yaml").read_text(encoding="utf-8")
    return {name: [word.strip() for word in words.split(",")] for name, words in yaml.safe_load(text).items()}


def _letters(word: str) -> str:
    """A word in either case, with any accent, its letters stretched or not."""
    found = ""
    for letter in word:
        if letter.isalpha():
            found += f"[{letter}{letter.upper()}{_ACCENTS.get(letter, '')}]+"
        elif letter == "'":
            found += "['’‘ʼ`´]?"
        elif letter == " ":
            found += "[^A-Za-z0-9]{0,3}"
        else:
            found += letter
    return found


def _words(words: list[str]) -> str:
    """Any of some words on their own; those with a star may go on."""
    whole = "|".join(_letters(word) for word in words if not word.endswith("*"))
    begun = "|".join(_letters(word[:-1]) for word in words if word.endswith("*"))
    return f"{_BEFORE}(?:(?:{whole}){_AFTER}|(?:{begun}))" if begun else f"{_BEFORE}(?:{whole}){_AFTER}"


def _choice(name: str) -> str:
    """Any word of a list."""
    return "(?:" + "|".join(_letters(word) for word in _lists()[name]) + ")"


@cache
def patterns(year: int) -> tuple[str, ...]:
    """Of which one must be found in a bio or in a post. year: that of the day of the sweep."""
    born = _years(year)
    few, apart = "[^A-Za-z0-9]{0,3}", "(?:^|[^0-9.,:/#$€£])"
    age, some = f"(?:[4-9]|1[0-9]|{_choice('numbers')})", "(?:[1-9]|1[0-9])"
    end, apart_by = "(?:$|[^0-9])", "[^A-Za-z0-9]{1,3}"
    words = (
        _words(_lists()["words"]),
        _BEFORE + _choice("phrases"),
        _BEFORE + _choice("guardians") + few + _words(_lists()["forbid"]).removeprefix(_BEFORE),
    )
    numbers = (
        f"{_BEFORE}{_choice('leads')}(?:{apart_by}[A-Za-zÀ-ÿ'’]{{1,10}}){{0,2}}"
        f"(?:{few}(?:[4-9]|1[0-9])(?:$|[^0-9hH%€$:]|:(?:$|[^0-9]))|{apart_by}{_choice('numbers')}{_AFTER})",
        f"{_BEFORE}{_choice('right_before')}{few}{some}{end}",
        f"{apart}{age}[^A-Za-z0-9]{{0,2}}(?:1/2|½|{_choice('units')}{_AFTER}|[iI][nN] [0-9]|[dD][aA][nN][sS] [0-9])",
        f"{apart}{some}[ -]?{_choice('levels')}{_AFTER}|{apart}[123](?:st|er|nd|ST|ER|ND){few}{_choice('of_school')}",
        f"(?:^|[^0-9A-Za-z.,:/]){some} ?[HP]{_AFTER}|{_BEFORE}[Ee][Nn] {some} ?h{_AFTER}",
        f"{_BEFORE}{_choice('born_in')}{few}(?:[A-Za-zÀ-ÿ'’]{{1,5}} ?){{0,2}}(?:20|2[kK])?{born}{end}",
        f"{_BEFORE}[mMfF](?:[89]|1[0-7])(?:$|[^0-9A-Za-z])|[0-9][./-][0-9]{{1,2}}[./-](?:20)?{born}{end}",
        f"{_choice('months')}[^A-Za-z0-9]{{0,3}}(?:[0-3]?[0-9][^A-Za-z0-9]{{1,2}})?(?:20|['’]){born}{end}",
        f"(?:20|2[kK]){born}(?:[^A-Za-z0-9]?{_choice('born_as')}{_AFTER}| ?[🎂🎈🐣🍼])",
    )
    # The engines read a text once for each pattern, however long; one for all would be too much for their tables.
    return "|".join(words), "|".join([*numbers, *_UNSEEN]), of_harm()


# What only a closer look can read: signs typed as letters, digits in boxes, letters of other alphabets, invisible ones.
_UNSEEN = (
    "[A-Za-z][0134578@$€]{1,3}[A-Za-z]|[0-9][\ufe0f\u20e3]",
    "[０-９Ａ-Ｚａ-ｚ①-⑳🅰-🆉\U0001d400-\U0001d7ff\u0300-\u036f]",
    "[0-9A-Za-z][\u00ad\u200b-\u200f\u2060-\u2064\ufeff]+[0-9A-Za-z]",
    "[A-Za-z][\u0370-\u04ff\u1d00-\u1d2f]|[\u0370-\u04ff\u1d00-\u1d2f][A-Za-z]",
)


def _years(year: int) -> str:
    """The last two digits of the years in which those were born who may be under 13, and a few more."""
    return "(?:" + "|".join(f"{one % 100:02}" for one in range(year - 15, year - 3)) + ")"


@cache
def of_bios(year: int) -> str:
    """What is enough in a bio: a number on its own that may be an age, the year or the date of a birth."""
    born = _years(year)
    return (
        "(?:^|[^0-9.,:/$€£])(?:[4-9]|1[0-7])(?:$|[^0-9.,:/%]|[.,](?:$|[^0-9]))"
        f"|(?:20|2[kK]|['’]){born}(?:$|[^0-9])|[0-9][./ ·-]+(?:20)?{born}(?:$|[^0-9])|[0-9][aA][nN][sS]"
    )


@cache
def of_harm() -> str:
    """What may be the words of somebody who is harmed."""
    return _words(_lists()["harm"])


@cache
def _harm_words() -> tuple[dict[str, list[frozenset[str]]], dict[str, list[frozenset[str]]]]:
    """The longest word, or beginning of a word, of each entry of `harm`, and the other words that it then needs."""
    whole: dict[str, list[frozenset[str]]] = {}
    begun: dict[str, list[frozenset[str]]] = {}
    for entry in _lists()["harm"]:
        longest = max(re.split("[' ]", entry), key=len)
        others = frozenset(word for word in entry.split() if word.isalpha() and word != longest)
        (begun if longest.endswith("*") else whole).setdefault(longest.removesuffix("*"), []).append(others)
    return whole, begun


def may_tell_harm(words: frozenset[str]) -> bool:
    """Whether the words of a folded text hold all those of an entry of `harm`: quicker to ask than `of_harm`."""
    whole, begun = _harm_words()
    if any(others <= words for word in words & whole.keys() for others in whole[word]):
        return True
    beginnings = tuple(begun)
    told = [word for word in words if word.startswith(beginnings)]
    return any(
        others <= words
        for word in told
        for beginning in beginnings
        if word.startswith(beginning)
        for others in begun[beginning]
    )


def could_say(texts: ir.Table, year: int) -> ir.Table:
    """The numbers of the rows of TEXTS that could say something in a sweep of that year."""

    def found(text: StringValue, pattern: str) -> BooleanValue:
        return text.re_search(pattern)

    bio, posts = texts.bio.fill_null(""), texts.posts.fill_null("")
    both = bio + "\n" + posts
    kept = found(bio, of_bios(year))
    for pattern in patterns(year):
        kept = kept | found(both, pattern)
    return texts.filter(kept).select("number")


def keeps(bio: str | None, posts: list[str], year: int) -> bool:
    """What `could_say` says of one account, by Python's regular expressions."""
    both = "\n".join([bio or "", *posts])
    return re.search(of_bios(year), bio or "") is not None or any(
        re.search(pattern, both) for pattern in patterns(year)
    )
