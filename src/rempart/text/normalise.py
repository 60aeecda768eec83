"""Text folded so that the same words compare equal however they were typed.

Case, accents, look-alike letters, invisible characters, digits and signs used as letters inside words (« nud3s »,
« sn@p »), and stretched letters (« nooon ») are folded. Addresses and @handles keep their digits and repeated letters.
Every character of the folded text remembers the code point of the original that it came from, so that what is found in
the folded text can be shown in the original.
"""

import re
import unicodedata

from rempart.records.lookalikes import INVISIBLE, LOOKALIKES

_IRREGULAR = "\uf8ff"  # stands in the quick fold for a character that folds to none or to several
_SIGNS = {
    **dict.fromkeys("’‘ʼ`´′＇‛", "'"),
    **dict.fromkeys("“”„«»‟❝❞″", '"'),
    **dict.fromkeys("–—‒―−‐‑", "-"),
    **dict.fromkeys("\u00a0\u202f\u2009\u2003\u2002\u200a\u3000", " "),
    "…": ".",
    "œ": "oe",
    "Œ": "oe",
    "æ": "ae",
    "Æ": "ae",
    "ø": "o",
    "Ø": "o",
    "ł": "l",
    "đ": "d",
}


def _fold_character(character: str) -> str:
    """What one character folds to: any number of characters, none when it is invisible or a combining mark."""
    if character in _SIGNS:
        return _SIGNS[character]
    if INVISIBLE.match(character):
        return ""
    unified = unicodedata.normalize("NFKC", character).translate(LOOKALIKES).lower().translate(LOOKALIKES)
    if unified.isascii():
        return unified
    bare = "".join(part for part in unicodedata.normalize("NFD", unified) if not unicodedata.combining(part))
    return bare.lower()


class _Folds(dict[int, str]):
    """Code point → what it folds to, worked out when first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


class _QuickFolds(dict[int, str]):
    """The same, one character for one, with a stand-in for the characters that fold to none or to several."""

    def __missing__(self, code: int) -> str:
        folded = _FOLDS[code]
        self[code] = quick = folded if len(folded) == 1 else _IRREGULAR
        return quick


_FOLDS = _Folds()
_QUICK = _QuickFolds()

_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "€": "e"}
# Addresses, @handles, #tags and user@host, each tried once for a run of letters, so that no text takes long.
_KEPT = (
    r"https?://\S++|www\.\S++|(?<![a-z0-9._])[@#][^\s@#]++(?:@[a-z0-9.-]++)?"
    r"|(?<![a-z0-9._-])[a-z0-9._-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}"
    r"|(?<![a-z0-9.-])[a-z0-9-]{1,63}\.[a-z]{2,12}/\S++"
)
# A digit counts as a letter between two letters, alone or doubled (« n00ds »): « jai14ans » keeps its number.
_LEET_SIGN = re.compile(
    rf"(?P<kept>{_KEPT})"
    r"|(?<=[a-z])(?P<digits>0{1,3}|1|3{1,3}|4|5|7)(?=[a-z$@€])"
    r"|(?<=[a-z])@(?=[a-z]{0,3}(?![a-z0-9._@]))"
    r"|(?<![\w$])\$(?=[a-z]{2})|(?<=[a-z])\$(?![\d\s$]*\d)|(?<=[a-z])€(?=[a-z])"
)
_LEET_HINT = re.compile(r"[a-z](?:[013457]+[a-z$@€]|[@$€])|\$[a-z]")
_STRETCHED = re.compile(rf"(?P<kept>{_KEPT})|([a-z])\2{{2,}}")
_STRETCH_HINT = re.compile(r"([a-z])\1\1")


class Normalised:
    """A folded text and where each of its characters stood in the original.

    `text` is the folded text. `span(start, end)` turns a range of it into a range of the original.
    """

    __slots__ = ("_offsets", "original", "text")

    def __init__(self, original: str, text: str, offsets: list[int] | None) -> None:
        self.original = original
        self.text = text
        self._offsets = offsets

    def offset(self, index: int) -> int:
        """The code point of the original that character `index` of the folded text came from."""
        return index if self._offsets is None else self._offsets[index]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The range of the original that folded characters `start` to `end` came from, end excluded."""
        if self._offsets is None:
            return start, end
        # What was dropped before the next folded character (stretched, invisible) belongs to the one before it.
        following = self._offsets[end] if end < len(self._offsets) else len(self.original)
        return self._offsets[start], max(self._offsets[end - 1] + 1, following)


def normalise(text: str) -> Normalised:
    """Fold `text`. The offsets of the result never decrease."""
    if text.isascii():
        folded = text.lower()
        offsets = None
    else:
        folded = text.translate(_QUICK)
        offsets = None
        if _IRREGULAR in folded:
            folded, offsets = _fold_irregular(text)
    if _LEET_HINT.search(folded):
        folded = _LEET_SIGN.sub(_as_letters, folded)
    if _STRETCH_HINT.search(folded):
        folded, offsets = _shorten(folded, offsets)
    return Normalised(text, folded, offsets)


def _fold_irregular(text: str) -> tuple[str, list[int]]:
    parts: list[str] = []
    offsets: list[int] = []
    for index, character in enumerate(text):
        folded = _FOLDS[ord(character)]
        if folded:
            parts.append(folded)
            offsets.extend([index] * len(folded))
    return "".join(parts), offsets


def _as_letters(match: re.Match[str]) -> str:
    if match["kept"] is not None:
        return match["kept"]
    return "".join(_LEET[sign] for sign in match[0])


def _shorten(folded: str, offsets: list[int] | None) -> tuple[str, list[int]]:
    """One letter for three or more of the same."""
    kept: list[str] = []
    moved: list[int] = []
    last = 0
    source = offsets if offsets is not None else list(range(len(folded)))
    for match in _STRETCHED.finditer(folded):
        if match["kept"] is not None:
            continue
        kept.append(folded[last : match.start() + 1])
        moved.extend(source[last : match.start() + 1])
        last = match.end()
    kept.append(folded[last:])
    moved.extend(source[last:])
    return "".join(kept), moved
