"""The text of a rulebook as YAML nodes that remember where they stand, and the problems found in it.

Only plain YAML is taken: one document of mappings, lists and text, without anchors, aliases or tags, so that what is
read is what is written and a small file cannot grow large.
"""

import re
from bisect import bisect_right
from typing import Any, NamedTuple

import yaml

LARGEST = 256 * 1024
DEEPEST = 16

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)


class Problem(NamedTuple):
    """Something wrong at a place of a file; line and column count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class RulebookErrors(Exception):
    """A rulebook that is refused, with every problem found, in the order of the file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Source:
    """The text of one file: its YAML tree, and the problems noted while it is read."""

    def __init__(self, text: str, file: str) -> None:
        """Raises RulebookErrors when the text is not the plain YAML that rulebooks are written in."""
        self.file = file
        self.text = text.removeprefix("\ufeff")
        self.problems: list[Problem] = []
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(self.text))]
        self.root = self._compose()

    def note(self, node: yaml.Node, message: str) -> None:
        """Note a problem where a node begins."""
        self._note(node.start_mark, message)

    def note_inside(self, node: yaml.ScalarNode, offset: int, message: str) -> None:
        """Note a problem at an offset (code points) of a scalar's value, however the scalar is written."""
        place = self._place_inside(node, offset)
        line = bisect_right(self._lines, place)
        self.problems.append(Problem(self.file, line, place - self._lines[line - 1] + 1, message))

    def with_scalar(self, node: yaml.ScalarNode, text: str) -> str:
        """The whole text with another value in place of a scalar written on one line."""
        start = self._lines[node.start_mark.line] + node.start_mark.column
        end = self._lines[node.end_mark.line] + node.end_mark.column
        return self.text[:start] + text + self.text[end:]

    def with_words(self, node: yaml.ScalarNode, start: int, end: int, words: str) -> str:
        """The whole text with other words in place of [start, end) of a scalar's value, which hold no space.

        Raises ValueError where the scalar spells those words by escapes.
        """
        place = self._place_inside(node, start)
        written = node.value[start:end]
        if not self.text.startswith(written, place):
            raise ValueError(f"{written} is not written out")
        return self.text[:place] + words + self.text[place + len(written) :]

    def _note(self, mark: yaml.Mark, message: str) -> None:
        self.problems.append(Problem(self.file, mark.line + 1, mark.column + 1, message))

    def _compose(self) -> yaml.Node:
        try:
            self._refuse_fancy()
            root = yaml.compose(self.text, Loader=_LOADER)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = f"not YAML: {error.problem or error.context}"
            if mark is not None and "cannot start any token" in message and self._at(mark) == "\t":
                message = "not YAML: a tab; indent with spaces"
            raise RulebookErrors([self._problem_at(mark, message)]) from error
        except yaml.YAMLError as error:
            raise RulebookErrors([self._unreadable(error)]) from error
        if root is None:
            raise RulebookErrors([Problem(self.file, 1, 1, "the file is empty")])
        return root

    def _refuse_fancy(self) -> None:
        depth = documents = 0
        for event in yaml.parse(self.text, Loader=_LOADER):
            documents += isinstance(event, yaml.DocumentStartEvent)
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            refused, tag = None, getattr(event, "tag", None)
            if documents > 1:
                refused = "a second document; a rulebook is one"
            elif depth > DEEPEST:
                refused = f"nested more than {DEEPEST} deep"
            elif getattr(event, "anchor", None):
                refused = "anchors and aliases are not allowed: write it out"
            elif tag:
                refused = f"tags are not allowed: {tag}"
            if refused:
                raise RulebookErrors([self._problem_at(event.start_mark, refused)])

    def _problem_at(self, mark: Any, message: str) -> Problem:
        return Problem(self.file, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, message)

    def _at(self, mark: yaml.Mark) -> str:
        start = self._lines[min(mark.line, len(self._lines) - 1)] + mark.column
        return self.text[start : start + 1]

    def _unreadable(self, error: yaml.YAMLError) -> Problem:
        """YAML's reader refuses characters before there are lines: find the place again."""
        for at, letter in enumerate(self.text):
            if not letter.isprintable() and letter not in "\t\n\r\x85\u2028\u2029\ufeff\xa0\xad" and ord(letter) < 0xA0:
                line = bisect_right(self._lines, at)
                return Problem(
                    self.file, line, at - self._lines[line - 1] + 1, f"not text: control character U+{ord(letter):04X}"
                )
        return Problem(self.file, 1, 1, f"not YAML: {str(error).splitlines()[0]}")

    def _place_inside(self, node: yaml.ScalarNode, offset: int) -> int:
        """The place in the text of a scalar's value: both are walked together, since folding only moves spaces."""
        place = self._lines[node.start_mark.line] + node.start_mark.column
        end = self._lines[min(node.end_mark.line, len(self._lines) - 1)] + node.end_mark.column
        if node.style in {"|", ">"}:
            header_end = _LINE_END.search(self.text, place)
            place = header_end.end() if header_end else end
        elif node.style in {"'", '"'}:
            place += 1
        value = node.value[: offset + 1]
        wanted = [at for at, letter in enumerate(value) if not letter.isspace()]
        if offset >= len(node.value.rstrip()):  # at the end: just after the last letter
            return self._walk(node, place, end, wanted) + (1 if wanted else 0)
        return self._walk(node, place, end, wanted)

    def _walk(self, node: yaml.ScalarNode, place: int, end: int, wanted: list[int]) -> int:
        last = place
        for at in wanted:
            while place < end:
                escape = _ESCAPE.match(self.text, place) if node.style == '"' else None
                if escape:
                    last, place = place, escape.end()
                    if escape[0][1] not in "nrt \n\r":
                        break
                elif self.text[place] == node.value[at]:
                    last, place = place, place + (2 if node.style == "'" and self.text[place] == "'" else 1)
                    break
                else:
                    place += 1
        return last


def text_of(data: bytes, file: str) -> str:
    """The text of a rulebook's bytes. Raises RulebookErrors when they are too many, binary or not UTF-8."""
    if len(data) > LARGEST:
        raise RulebookErrors([Problem(file, 1, 1, f"larger than {LARGEST >> 10} KiB: not a rulebook")])
    if not data.strip():
        raise RulebookErrors([Problem(file, 1, 1, "the file is empty")])
    if (at := data.find(b"\0")) >= 0:
        raise RulebookErrors([_problem_in_bytes(data, at, file, "a binary file, not text")])
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise RulebookErrors([_problem_in_bytes(data, error.start, file, "not valid UTF-8")]) from error


def _problem_in_bytes(data: bytes, at: int, file: str, message: str) -> Problem:
    before = data[:at].decode(errors="replace")
    return Problem(file, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1, message)
