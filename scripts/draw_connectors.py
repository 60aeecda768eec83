"""Draw the table measures × platforms into docs/connectors.md; with --check, fail if it is out of date.

What each platform can do is what its connector declares (`abilities`). Each cell that a connector says it can carry out
is linked to the tests marked `@pytest.mark.carries_out(kind, measure, …)`; one without a test fails the drawing, so
that nothing is promised that was never tried. The markers are read from the tests' source: nothing is run.
"""

import ast
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/connectors.md"
TESTS = ROOT / "tests/platforms"
BEGIN, END = "<!-- drawn by scripts/draw_connectors.py: begin -->", "<!-- drawn: end -->"
MARKER = "carries_out"

Cell = tuple[str, str]
"""A kind of connector and a measure."""
Proof = tuple[str, str]
"""A test file's path from the root, and the test's name."""


def proofs(tests: Path = TESTS) -> dict[Cell, list[Proof]]:
    """The tests that say which cells they ran. Raises ValueError for a marker whose arguments are not plain strings."""
    found: dict[Cell, list[Proof]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        where = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
        for test in _tests_of(path):
            for kind, measure in _claims(test, where):
                found[kind, measure].append((where, test.name))
    return dict(found)


def _tests_of(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def _claims(test: ast.FunctionDef, where: str) -> Iterator[Cell]:
    """The cells named in the test's decorators, those of its parameters included."""
    for decorator in test.decorator_list:
        for call in ast.walk(decorator):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == MARKER):
                continue
            words = [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            if len(words) != len(call.args) or len(words) < 2 or call.keywords:
                raise ValueError(f"{where}: {test.name}: {MARKER} takes a kind and measures, written out as strings")
            yield from ((words[0], measure) for measure in words[1:])


def drawing(abilities: Mapping[str, Mapping], tried: Mapping[Cell, list[Proof]]) -> str:
    """The table in Markdown, and what stands for what where a platform does something else.

    abilities: by kind of connector, what it says of each measure. Raises ValueError naming every cell that nobody
    tried, and every test that claims what no connector says it can do.
    """
    from rempart.platforms.connector import Support
    from rempart.records.vocabulary import MEASURES

    asked = [measure for measure in MEASURES if measure != "watch"]  # ours alone: no platform is asked for it
    wrong = [
        f"{kind} says nothing of {measure}" for kind in abilities for measure in asked if measure not in abilities[kind]
    ]
    if wrong:
        raise ValueError("; ".join(wrong))
    can = {
        (kind, measure)
        for kind, declared in abilities.items()
        for measure in asked
        if declared[measure].support is not Support.IMPOSSIBLE
    }
    wrong = [f"no test carries out {measure} on {kind}" for kind, measure in sorted(can - set(tried))]
    wrong += [
        f"{tried[cell][0][0]}: {tried[cell][0][1]} claims {cell[1]} on {cell[0]}, which does not do it"
        for cell in sorted(set(tried) - can)
    ]
    if wrong:
        raise ValueError("; ".join(wrong))

    lines = ["| measure | " + " | ".join(abilities) + " |", "|---" * (len(abilities) + 1) + "|"]
    for measure in asked:
        cells = [_cell(declared[measure], tried.get((kind, measure), [])) for kind, declared in abilities.items()]
        lines.append(f"| `{measure}` | " + " | ".join(cells) + " |")
    lines += [
        "",
        "⏲ the platform itself takes it off at its end; elsewhere Rempart does.",
        "",
        "What the person concerned reads where it is not native:",
        "",
    ]
    for kind, declared in abilities.items():
        for measure in asked:
            if declared[measure].support is not Support.NATIVE:
                lines.append(f"- {kind}, `{measure}`: {declared[measure].how['en']}")
    return "\n".join(lines)


def _cell(ability: object, tests: list[Proof]) -> str:
    """One cell; the first test is linked from its word, any further ones from a number."""
    words = str(ability.support)  # type: ignore[attr-defined]
    if ability.as_measure:  # type: ignore[attr-defined]
        words += f" as `{ability.as_measure}`"  # type: ignore[attr-defined]
    links = [f'[{word}](../{path} "{name}")' for word, (path, name) in zip(_words(words), tests, strict=False)]
    return " ".join(links or [words]) + (" ⏲" if ability.ends_by_itself else "")  # type: ignore[attr-defined]


def _words(first: str) -> Iterator[str]:
    yield first
    yield from map(str, range(2, 10))


def main() -> int:
    """Rewrite the page, or with --check compare it. Returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.site.settings")
    import django

    django.setup()
    from rempart.platforms.registry import CONNECTORS, connector_class

    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    try:
        table = drawing({kind: connector_class(kind).abilities for kind in CONNECTORS}, proofs())
    except ValueError as error:
        print(f"docs/connectors.md: {error}", file=sys.stderr)
        return 1
    drawn = f"{before}{BEGIN}\n{table}\n{END}{after}"
    if "--check" in sys.argv:
        if drawn != page:
            print(
                "docs/connectors.md does not show what the connectors declare any more: run make docs", file=sys.stderr
            )
            return 1
        return 0
    PAGE.write_text(drawn)
    return 0


if __name__ == "__main__":
    sys.exit(main())
