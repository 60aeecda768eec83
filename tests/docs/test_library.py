"""The examples of docs/library.md run, and print what stands below them."""

import io
import re
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "library.md"
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_EXAMPLE = re.compile(r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A block of Python of the page, the line it begins at, and what it should print."""

    line: int
    code: str
    printed: str


def sections() -> dict[str, list[Example]]:
    """The examples under each heading; those of one section share their names, as in one session."""
    page = PAGE.read_text()
    found: dict[str, list[Example]] = {}
    headings = [*_HEADING.finditer(page)]
    for heading, after in zip(headings, [*headings[1:], None], strict=True):
        part = slice(heading.end(), after.start() if after else len(page))
        found[heading[1]] = [
            Example(page.count("\n", 0, match.start(1)) + 1, match[1], match[2])
            for match in _EXAMPLE.finditer(page, part.start, part.stop)
        ]
    return found


def printed(example: Example, names: dict[str, object], monkeypatch: pytest.MonkeyPatch) -> str:
    """What an example prints, as text and as bytes, in order."""
    written = io.BytesIO()
    out = io.TextIOWrapper(written, encoding="utf-8", write_through=True)
    monkeypatch.setattr(sys, "stdout", out)
    # Line numbers in a traceback are those of the page.
    exec(compile("\n" * (example.line - 1) + example.code, str(PAGE), "exec"), names)  # noqa: S102
    out.flush()
    return written.getvalue().decode()


@pytest.mark.parametrize("section", sections())
def test_the_examples_print_what_the_page_says(section, monkeypatch):
    names: dict[str, object] = {}
    for example in sections()[section]:
        assert printed(example, names, monkeypatch) == example.printed, f"{PAGE.name}:{example.line}"


def test_every_example_shows_what_it_prints():
    examples = [example for section in sections().values() for example in section]
    assert len(examples) == PAGE.read_text().count("```python")
    assert all(example.printed for example in examples)


def test_the_page_shows_every_room():
    assert {heading.partition(":")[0].lower() for heading in sections()} == {
        *("records", "reading", "corroboration", "rulebooks", "replay", "transparency logs", "proofs of age"),
    }
