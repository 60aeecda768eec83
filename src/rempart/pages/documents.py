"""Documents set by typst: tagged for screen readers, archivable, and the same bytes each time for the same content.

What people wrote reaches the page as data (`sys.inputs.said`, JSON) and is never read as markup. The fonts are those
that typst carries, so that no machine sets it otherwise; a character that they lack is written by its name, and one
that would hide or reorder others (controls, bidirectional overrides) too.
"""

import json
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, partial
from importlib.metadata import version as version_of
from importlib.resources.abc import Traversable
from itertools import groupby
from typing import Any

import typst

_FONTS = ("Libertinus Serif", "DejaVu Sans Mono", "New Computer Modern")
# Tagged for assistive technology (ISO 14289-1) and made to be kept (ISO 19005-2, level A).
STANDARDS = ["ua-1", "a-2a"]
# Beyond it come scripts and pictures of which the fonts hold next to nothing: not worth trying one by one.
_WORTH_TRYING = 0x2E80
_LAID_OUT = {"\n", "\t"}
# Only say how the character before them is drawn, or join it to the next.
_JOINERS = {"\u200c", "\u200d", "\ufe0e", "\ufe0f", "\u00ad"}


def version() -> str:
    """The version of what sets documents: another one may give other bytes for the same text."""
    return version_of("typst")


def typeset(template: Traversable, said: Any, *, made_at: int) -> bytes:
    """The PDF of a template (a .typ file, which reads `said`) dated `made_at`, in seconds since 1970.

    The same content gives the same bytes. Raises typst.TypstError for a template that does not compile.
    """
    used = _characters(said)
    try:
        return _set(template, _shown(said, _unshowable(used)), made_at)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        # Characters that show one by one and not beside each other: plain letters alone are sure to.
        return _set(template, _shown(said, {char for char in used if ord(char) > 0x17F} | _unshowable(used)), made_at)


def _set(template: Traversable, said: Any, made_at: int) -> bytes:
    path = str(template)
    return bytes(
        typst.compile(
            path,
            root=path.rpartition("/")[0],
            ignore_system_fonts=True,
            sys_inputs={"said": json.dumps(said, ensure_ascii=False)},
            pdf_standards=STANDARDS,
            timestamp=made_at,
        )
    )


def _characters(said: Any) -> set[str]:
    """Every character of every text in the data."""
    if isinstance(said, str):
        return set(said)
    values = said.values() if isinstance(said, Mapping) else said if isinstance(said, list | tuple) else ()
    return set[str]().union(*(_characters(value) for value in values))


def _shown(said: Any, missing: set[str]) -> Any:
    """The same data, every text of it as the fonts can show it."""
    if isinstance(said, str):
        return showable(said, missing)
    if isinstance(said, Mapping):
        return {key: _shown(value, missing) for key, value in said.items()}
    if isinstance(said, list | tuple):
        return [_shown(value, missing) for value in said]
    return said


def showable(text: str, missing: set[str]) -> str:
    """A text as it can be printed: what is missing or would mislead the eye is written by its name.

    A run of letters without a font, or of one sign repeated, is said once: by its first name and how many there are.
    """
    if not missing.intersection(text):
        return text
    out = []
    for kind, run in groupby((char for char in text if char not in _JOINERS), partial(_kind, missing)):
        chars = list(run)
        if not kind:
            out.append("".join(chars))
        else:
            times = f"{len(chars)} × " if len(chars) > 1 else ""
            out.append(f"[{times}{_name(chars[0])}{' …' if len(set(chars)) > 1 else ''}]")
    return "".join(out)


def _kind(missing: set[str], char: str) -> str:
    """Nothing for what can be printed; else what is said together with its neighbours."""
    if char not in missing:
        return ""
    return "letters" if unicodedata.category(char) == "Lo" else char


def _name(char: str) -> str:
    named = unicodedata.name(char, "").lower()
    return f"U+{ord(char):04X} {named}".rstrip()


def _unshowable(chars: Iterable[str]) -> set[str]:
    """Of these characters, those that are not to be printed as they are."""
    asked = set(chars) - _LAID_OUT
    hidden = {char for char in asked if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")}
    far = {char for char in asked - hidden if ord(char) >= _WORTH_TRYING}
    return hidden | far | _without_glyph("".join(sorted(asked - hidden - far)))


@cache
def _without_glyph(chars: str) -> frozenset[str]:
    """Of these characters, those of which no font at hand has a picture: halved until each is known, by trying."""
    if not chars or _can_set(chars):
        return frozenset()
    if len(chars) == 1:
        return frozenset(chars)
    half = len(chars) // 2
    return _without_glyph(chars[:half]) | _without_glyph(chars[half:])


_TRIAL = """#set document(title: "-")
#set text(font: ({fonts}))
#for char in json(bytes(sys.inputs.chars)) [#char #parbreak()]"""


def _can_set(chars: str) -> bool:
    source = _TRIAL.replace("{fonts}", ", ".join(f'"{name}"' for name in _FONTS))
    try:
        typst.compile(
            source.encode(),
            ignore_system_fonts=True,
            sys_inputs={"chars": json.dumps(list(chars))},
            pdf_standards=STANDARDS,
            timestamp=0,
        )
    except typst.TypstError:
        return False
    return True
