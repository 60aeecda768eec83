"""The conditions of articles: CEL over flat names, checked before it runs.

Every number is a CEL double. People write `independent_sources >= 3`, which CEL refuses for a double, so integer
literals become doubles before compiling (not inside `list[0]`), as does `size(list)`; positions in errors are mapped
back to what was written. A runtime error comes back from the library as a value: only a BOOL is ever an answer.
"""

import difflib
import itertools
import math
import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from cel_expr_python import cel

from rempart.rulebook.names import NAMES, WORDS, Kind, Value

LONGEST = 2000
DEEPEST_LOOPS = 2

_TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*)
    |(?P<text>[rRbB]{0,2}(?:\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''(?:[^\\]|\\.)*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))
    |(?P<float>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)
    |(?P<other_number>0[xX][0-9a-fA-F]+[uU]?|\d+[uU])
    |(?P<integer>\d+)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<sign>&&|\|\||[<>=!]=|.)""",
    re.VERBOSE | re.DOTALL,
)
_ERROR = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_OVERLOAD = re.compile(r"found no matching overload for '_?(.+?)_?' applied to '\((.*)\)'")
OPENING = frozenset("([{")
CLOSING = frozenset(")]}")
_LOOPS = {"all", "exists", "exists_one", "filter", "map"}
_BEFORE_COMPARISON = {None, "(", "[", ",", "&&", "||", "?", ":"}
_AFTER_COMPARISON = {None, ")", "]", ",", "&&", "||", "?", ":"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_IN_WORDS = {
    "double": "a number",
    "int": "a whole number",
    "uint": "a whole number",
    "string": "a text",
    "bool": "true or false",
    "list(string)": "a list",
    "list(double)": "a list of numbers",
}


class Fault(NamedTuple):
    """What is wrong with an expression and where: an offset in code points into its text."""

    offset: int
    message: str


class InvalidExpression(ValueError):
    """An expression that does not compile to true or false."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults


class NotATruthValue(ValueError):
    """An expression that failed while it ran."""


class Comparison(NamedTuple):
    """A number by its name, compared with a constant that stands at [start, end) of the expression's text.

    `sign` reads from the name to the constant, whichever was written first.
    """

    name: str
    sign: str
    constant: float
    start: int
    end: int


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


class Expression:
    """A compiled condition.

    `names` are the names it reads. `bounds` gives, for each number that it only ever compares with constants, the
    sorted values from which on a comparison may change: two values with no bound between them cannot be told apart by
    the expression, which is what makes remembering its answers exact.
    """

    def __init__(self, source: str) -> None:
        """Compile `source`. Raises InvalidExpression."""
        tokens = _tokens(source)
        _refuse_unbounded(source, tokens)
        _refuse_unknown_words(tokens)
        written, pieces = _as_doubles(tokens)
        try:
            self._program = _environment().compile(written)
        except RuntimeError as error:
            raise InvalidExpression(_faults(str(error), source, written, pieces)) from error
        kind = self._program.return_type().name()
        if kind != "BOOL":
            raise InvalidExpression([Fault(0, f"`when` must be true or false; this is of type {kind.lower()}")])
        self.source = source
        self._tokens = _joined(tokens)
        self.names = frozenset(token.text for token in self._tokens if token.kind == "name" and token.text in NAMES)
        self.bounds = self._bounds()

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Whether the condition is true for `values`. Raises NotATruthValue when it fails while running."""
        answer = self._program.eval(data=values)
        if answer.type().name() != "BOOL":
            raise NotATruthValue(str(answer.value()))
        return bool(answer.value())

    def terms(self) -> "list[Expression]":
        """The conditions that `&&` joins at the top, itself when there is one: it holds when all of them do."""
        cuts = [-2]
        depth = 0
        for token in self._tokens:
            depth += (token.text in OPENING) - (token.text in CLOSING)
            if depth == 0 and token.text in {"||", "?"}:
                return [self]
            if depth == 0 and token.text == "&&":
                cuts.append(token.offset)
        if len(cuts) == 1:
            return [self]
        cuts.append(len(self.source))
        return [Expression(self.source[start + 2 : end]) for start, end in itertools.pairwise(cuts)]

    def requires_adult(self) -> bool:
        """Whether the condition can only hold for an account known to be 18 or over, as far as can be read off it:
        `account_age_band == "18_plus"` stands on its own among terms joined by `&&`."""
        depth = 0
        found = False
        texts = [token.text for token in self._tokens]
        for at, text in enumerate(texts):
            depth += (text in OPENING) - (text in CLOSING)
            if depth:
                continue
            if text in {"||", "?"}:
                return False
            before = texts[at - 1] if at else None
            after = texts[at + 3] if at + 3 < len(texts) else None
            pair = {text.strip("'\""), texts[at + 2].strip("'\"")} if at + 2 < len(texts) else set()
            if pair == {"account_age_band", "18_plus"} and texts[at + 1] == "==":
                found = found or (before in {None, "&&"} and after in {None, "&&"})
        return found

    def comparisons(self, name: str) -> list[Comparison | None]:
        """Each use of a number's name, in the order of the text: what it is compared with, None for any other use."""
        return [
            self._comparison(at)
            for at, token in enumerate(self._tokens)
            if token.kind == "name" and token.text == name and NAMES[name].kind == "number"
        ]

    def _bounds(self) -> dict[str, list[float]]:
        """See the class. A name used in any other way than `name < constant` between two logical signs has none."""
        bounds: dict[str, list[float]] = {}
        for name in sorted(name for name in self.names if NAMES[name].kind == "number"):
            compared = self.comparisons(name)
            known = [comparison for comparison in compared if comparison is not None]
            if len(known) == len(compared):
                bounds[name] = sorted({bound for comparison in known for bound in _bounds_of(comparison)})
        return bounds

    def _comparison(self, at: int) -> Comparison | None:
        """What the name at token `at` is compared with, when that is all there is around it."""

        def text(index: int) -> str | None:
            return self._tokens[index].text if 0 <= index < len(self._tokens) else None

        def constant(first: int, last: int) -> tuple[float, int, int] | None:
            """The constant that tokens [first, last] write, perhaps after a minus: its value and its place."""
            if first < 0 or last >= len(self._tokens) or self._tokens[last].kind not in {"float", "integer"}:
                return None
            value = float(self._tokens[last].text)
            place = self._tokens[first].offset, self._tokens[last].offset + len(self._tokens[last].text)
            return (-value if first < last else value, *place)

        name = self._tokens[at].text
        sign = text(at + 1)
        if sign in _MIRRORED and text(at - 1) in _BEFORE_COMPARISON:
            last = at + 3 if text(at + 2) == "-" else at + 2
            right = constant(at + 2, last)
            if right and text(last + 1) in _AFTER_COMPARISON:
                return Comparison(name, sign, *right)
        sign = text(at - 1)
        if sign in _MIRRORED and text(at + 1) in _AFTER_COMPARISON:
            first = at - 3 if text(at - 3) == "-" and text(at - 4) in _BEFORE_COMPARISON else at - 2
            left = constant(first, at - 2)
            if left and text(first - 1) in _BEFORE_COMPARISON:
                return Comparison(name, _MIRRORED[sign], *left)
        return None


def _bounds_of(comparison: Comparison) -> list[float]:
    """The values from which on a comparison may change its answer."""
    bounds = []
    if comparison.sign in {">=", "<", "==", "!="}:
        bounds.append(comparison.constant)
    if comparison.sign in {">", "<=", "==", "!="}:
        bounds.append(math.nextafter(comparison.constant, math.inf))
    return bounds


@lru_cache(maxsize=1)
def _environment() -> Any:
    """The one CEL environment, with every name declared flat: the fields of a map would not be checked."""
    types: dict[Kind, Any] = {
        "number": cel.Type.DOUBLE,
        "text": cel.Type.STRING,
        "list": cel.Type.List(cel.Type.STRING),
        "truth": cel.Type.BOOL,
    }
    return cel.NewEnv(variables={name.name: types[name.kind] for name in NAMES.values()})


def _tokens(source: str) -> list[_Token]:
    return [_Token(match.lastgroup or "sign", match[0], match.start()) for match in _TOKEN.finditer(source)]


def _joined(tokens: list[_Token]) -> list[_Token]:
    """The tokens without spaces, a dotted name that is declared as one of them."""
    kept = [token for token in tokens if token.kind != "space"]
    joined: list[_Token] = []
    at = 0
    while at < len(kept):
        dotted = "".join(token.text for token in kept[at : at + 3])
        if dotted in NAMES and "." in dotted:
            joined.append(_Token("name", dotted, kept[at].offset))
            at += 3
        else:
            joined.append(kept[at])
            at += 1
    return joined


def _refuse_unbounded(source: str, tokens: list[_Token]) -> None:
    """What would escape the type checker or run for long."""
    if len(source) > LONGEST:
        raise InvalidExpression([Fault(LONGEST, f"`when` is longer than {LONGEST} characters")])
    if not source.strip():
        raise InvalidExpression([Fault(0, "`when` is empty")])
    kept = [token for token in tokens if token.kind != "space"]
    loops: list[bool] = []
    for token, before, after in zip(kept, [None, *kept], [*kept[1:], None], strict=False):
        if token.text == "dyn" and after and after.text == "(":
            raise InvalidExpression([Fault(token.offset, "`dyn` would escape the type checker")])
        if token.text == "(":
            loops.append(bool(before and before.kind == "name" and before.text in _LOOPS))
            if sum(loops) > DEEPEST_LOOPS:
                raise InvalidExpression([Fault(token.offset, f"more than {DEEPEST_LOOPS} loops inside one another")])
        elif token.text == ")" and loops:
            loops.pop()


def _refuse_unknown_words(tokens: list[_Token]) -> None:
    """Words that a name never is or holds: `'nudes' in conduct` would compile and never match."""
    kept = [token for token in tokens if token.kind != "space"]
    faults = []
    for first, sign, last in zip(kept, kept[1:], kept[2:], strict=False):
        word, name = (last, first) if first.kind == "name" else (first, last)
        if sign.text not in {"in", "==", "!="} or word.kind != "text" or name.text not in WORDS:
            continue
        known, said = WORDS[name.text], word.text.strip("'\"")
        if said not in known:
            close = difflib.get_close_matches(said, known, n=1)
            hint = f"; did you mean `{close[0]}`?" if close else f": it is one of {', '.join(known)}"
            faults.append(Fault(word.offset, f"`{name.text}` is never `{said}`{hint}"))
    if faults:
        raise InvalidExpression(faults)


def _as_doubles(tokens: list[_Token]) -> tuple[str, list[tuple[int, int, int]]]:
    """The expression with integer literals and sizes as doubles, and its pieces: (start there, start here, length)."""
    written: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    length = 0
    brackets: list[str] = []  # what each open bracket is: `index`, `size` or any other
    before: _Token | None = None

    def add(text: str, offset: int, verbatim: int) -> None:
        nonlocal length
        pieces.append((length, offset, verbatim))
        written.append(text)
        length += len(text)

    for at, token in enumerate(tokens):
        text = token.text
        closes = ""
        if token.kind == "integer" and "index" not in brackets:
            text += ".0"
        elif text == "[":
            indexes = before is not None and (before.kind in {"name", "text"} or before.text in {")", "]"})
            brackets.append("index" if indexes and before is not None and before.text != "in" else "list")
        elif text == "(":
            brackets.append("size" if before is not None and before.kind == "size" else "call")
        elif text in {")", "]"} and brackets:
            closes = ")" if brackets.pop() == "size" else ""
        elif text == "size" and (before is None or before.text != ".") and _opens(tokens, at + 1):
            add("double(", token.offset, 0)
        add(text, token.offset, len(token.text))
        if closes:
            add(closes, token.offset, 0)
        if token.kind != "space":
            sized = before is None or before.text != "."
            before = token._replace(kind="size") if text == "size" and sized else token
    return "".join(written), pieces


def _opens(tokens: list[_Token], at: int) -> bool:
    return next((token.text == "(" for token in tokens[at:] if token.kind != "space"), False)


def _faults(error: str, source: str, written: str, pieces: list[tuple[int, int, int]]) -> list[Fault]:
    faults = []
    lines = written.split("\n")
    for line, column, message in _ERROR.findall(error):
        there = sum(len(text) + 1 for text in lines[: int(line) - 1]) + int(column) - 1
        start, here, verbatim = pieces[max(0, bisect_right(pieces, (there, math.inf, 0)) - 1)]
        faults.append(Fault(min(here + min(there - start, max(verbatim, 0)), len(source)), _in_words(message)))
    return faults or [Fault(0, error.strip())]


def _in_words(message: str) -> str:
    """The compiler's message in plainer words."""
    message = message.removesuffix(" [INVALID_ARGUMENT]").replace(" (in container '')", "")
    if found := re.fullmatch(r"undeclared reference to '(.+)'", message):
        close = difflib.get_close_matches(found[1], NAMES, n=1)
        return f"unknown name `{found[1]}`" + (f" (did you mean `{close[0]}`?)" if close else "")
    if found := _OVERLOAD.fullmatch(message):
        kinds = [_IN_WORDS.get(kind.strip(), kind.strip()) for kind in found[2].split(", ")]
        hint = "; write `size(list)`" if "a whole number" in kinds else ""
        return f"wrong type: `{found[1].lstrip('@')}` does not go with {' and '.join(kinds)}{hint}"
    if message.startswith("Syntax error: "):
        return "syntax error: " + re.sub(r" expecting \{.*", "", message.removeprefix("Syntax error: "))
    return message
