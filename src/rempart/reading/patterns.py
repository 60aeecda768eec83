"""Patterns over classes of words, written for people and compiled to regular expressions over a text's symbols.

    ME ASK ..3 NUDES          one of each, at most three other tokens before the last, within one sentence
    HANDLE (WHO|HE)? ME       a choice, in brackets; `?` may be missing
    !NEG                      one token that is not of that class (nor the end of a sentence)
    WORD                      a word that is in no class
    _                         any one token within a sentence
    <HANDLE>                  the token that the pattern is about, when it is not the whole of it
    ^ and $                   the beginning and the end of the text

A pattern runs only on texts where every class that it must find occurs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rempart.reading.lexicon import PLAIN, Lexicon, Tokens

_PART = re.compile(
    r"\s*(?:(?P<gap>\.\.(?P<most>\d+))|(?P<sign>[<>^$_])|(?P<but>!)?(?:\((?P<many>[A-Za-z_|]+)\)|(?P<one>[A-Z][A-Za-z_]*))(?P<maybe>\?)?)"
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; `needs` are masks, at least one class of each must occur in the text."""

    source: str
    needs: tuple[int, ...]
    all_of: int
    regex: re.Pattern[str]

    def find(self, tokens: Tokens) -> Sequence[tuple[int, int]]:
        """The ranges of tokens (end excluded) that the pattern is about."""
        if not self.may_match(tokens.mask):
            return ()
        group = self.regex.groups
        return [match.span(group) for match in self.regex.finditer(tokens.symbols)]

    def occurs(self, tokens: Tokens) -> bool:
        """Whether the pattern is found at all."""
        return self.may_match(tokens.mask) and self.regex.search(tokens.symbols) is not None

    def may_match(self, mask: int) -> bool:
        """Whether every class that must be found occurs."""
        if mask & self.all_of != self.all_of:
            return False
        for need in self.needs:  # noqa: SIM110 (asked millions of times: a generator costs twice as much)
            if not mask & need:
                return False
        return True


def compile_pattern(source: str, lexicon: Lexicon) -> Pattern:
    """Compile one pattern. Raises ValueError saying what is wrong with it."""
    ends = re.escape(lexicon.symbols(lexicon.bit("END")))
    inside = f"[^{ends}]"
    signs = {"<": "(", ">": ")", "^": r"\A", "$": r"\Z", "_": inside}
    parts: list[str] = []
    needs: list[int] = []
    position = 0
    while position < len(source.rstrip()):
        match = _PART.match(source, position)
        if match is None:
            raise ValueError(f"pattern {source!r}: cannot be read from column {position + 1}")
        position = match.end()
        if match["gap"]:
            parts.append(f"{inside}{{0,{match['most']}}}?")
        elif match["sign"]:
            parts.append(signs[match["sign"]])
        else:
            mask, symbols = _classes(match["many"] or match["one"], source, lexicon)
            if match["but"]:
                parts.append(f"[^{ends}{symbols}]")
            elif match["maybe"]:
                parts.append(f"[{symbols}]?" if symbols else "")
            else:
                parts.append(f"[{symbols}]" if symbols else "(?!)")  # a class without words is never found
                if mask:
                    needs.append(mask)
    all_of = 0
    for need in needs:
        if need.bit_count() == 1:
            all_of |= need
    several = tuple(dict.fromkeys(need for need in needs if need.bit_count() > 1))
    return Pattern(source, several, all_of, re.compile("".join(parts)))


def _classes(names: str, source: str, lexicon: Lexicon) -> tuple[int, str]:
    """The mask and the escaped symbols of a choice of classes; `WORD` is a word of none, and has no mask."""
    if names == "WORD":
        return 0, re.escape(PLAIN)
    mask = 0
    for name in names.split("|"):
        if not lexicon.knows(name):
            raise ValueError(f"pattern {source!r}: no class is called {name}")
        mask |= lexicon.bit(name)
    return mask, re.escape(lexicon.symbols(mask))
