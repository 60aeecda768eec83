"""Draw the tables measures × platforms, protections × platforms and steps about ages × platforms into
docs/connectors.md; with --check, fail if they are out of date.

What each platform can do is what its connector declares (`abilities`; `protections` and `acts`; `age_steps`). Each cell
that a connector says it can carry out is linked to the tests marked `@pytest.mark.carries_out(kind, measure, …)`, or
`@pytest.mark.protects(kind, protection, …)` for the other tables; one without a test fails the drawing, so that nothing
is promised that was never tried. The markers are read from the tests' source: nothing is run.
"""

import ast
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rempart.platforms.connector import Ability

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/connectors.md"
TESTS = ROOT / "tests/platforms"
BEGIN, END = "<!-- drawn by scripts/draw_connectors.py: begin -->", "<!-- drawn: end -->"
MARKER, PROTECTS = "carries_out", "protects"
READ_BY_THEM = "What the person looked after reads beside the switch, where it is not native:"
READ = "What the person concerned reads in their statement of reasons, where it is not native:"

HELP = """## Protections, and what is done about comments

What somebody looked after may switch on, for a time and off at their word ([care-protections.md](care-protections.md)),
and what happens to comments in a shield: in the same words, with the same proof."""

AGES = """## Accounts whose owners may be too young

While their age is asked an account is private; people may close it for now, or have it erased
([age-challenges.md](age-challenges.md)): in the same words, with the same proof."""
READ_WHEN_ASKED = "What that is, where it is not native:"

Cell = tuple[str, str]
"""A kind of connector and a measure."""
Proof = tuple[str, str]
"""A test file's path from the root, and the test's name."""


def proofs(tests: Path = TESTS, *, marker: str = MARKER) -> dict[Cell, list[Proof]]:
    """The tests that say which cells they ran. Raises ValueError for a marker whose arguments are not plain strings."""
    found: dict[Cell, list[Proof]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        where = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
        for test in _tests_of(path):
            for kind, measure in _claims(test, where, marker):
                found[kind, measure].append((where, test.name))
    return dict(found)


def _tests_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def _claims(test: ast.FunctionDef | ast.AsyncFunctionDef, where: str, marker: str) -> Iterator[Cell]:
    """The cells named in the test's decorators, those of its parameters included."""
    for decorator in test.decorator_list:
        for call in ast.walk(decorator):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == marker):
                continue
            words = [word.value for word in call.args if isinstance(word, ast.Constant) and isinstance(word.value, str)]
            if len(words) != len(call.args) or len(words) < 2 or call.keywords:
                raise ValueError(f"{where}: {test.name}: {marker} takes a kind and measures, written out as strings")
            yield from ((words[0], measure) for measure in words[1:])


def drawing(
    abilities: "Mapping[str, Mapping[str, Ability]]",
    tried: Mapping[Cell, list[Proof]],
    *,
    asked: Sequence[str] = (),
    head: str = "measure",
    read: str = READ,
) -> str:
    """The table in Markdown, and what is read where a platform does something else.

    abilities: by kind of connector, what it says of each measure, or of each of `asked`. Raises ValueError naming every
    cell that nobody tried and every claim of a cell that is impossible, so that all are seen at once.
    """
    from rempart.records.vocabulary import MEASURES

    asked = asked or [measure for measure in MEASURES if measure != "watch"]  # ours alone: no platform is asked for it
    if silent := [f"{kind} says nothing of {one}" for kind in abilities for one in asked if one not in abilities[kind]]:
        raise ValueError("; ".join(silent))
    can = {(kind, one) for kind, said in abilities.items() for one in asked if said[one].support != "impossible"}
    wrong = [f"no test carries out {measure} on {kind}" for kind, measure in sorted(can - set(tried))]
    for kind, measure in sorted(set(tried) - can):
        path, name = tried[kind, measure][0]
        wrong.append(f"{path}: {name} carries out {measure} on {kind}, which does not do it")
    if wrong:
        raise ValueError("; ".join(wrong))

    heads = [f"[{kind}](../src/rempart/platforms/{kind}/README.md)" for kind in abilities]
    lines = [f"| {head} | {' | '.join(heads)} |", "|---" * (len(abilities) + 1) + "|"]
    for measure in asked:
        cells = [_cell(said[measure], tried.get((kind, measure), [])) for kind, said in abilities.items()]
        lines.append(f"| `{measure}` | {' | '.join(cells)} |")
    lines += ["", "⏲ the platform itself takes it off at its end; elsewhere Rempart does.", "", read, ""]
    for kind, said in abilities.items():
        by_words: dict[str, list[str]] = defaultdict(list)
        for measure in asked:
            if said[measure].support != "native":
                by_words[said[measure].how["en"]].append(f"`{measure}`")
        lines += [f"- {kind}, {', '.join(measures)}: {words}" for words, measures in by_words.items()]
    return "\n".join(lines)


def _cell(ability: "Ability", tests: list[Proof]) -> str:
    """One cell: its word leads to the first test, numbers to those that follow."""
    word = f"{ability.support} as `{ability.as_measure}`" if ability.as_measure else str(ability.support)
    words = [word, *map(str, range(2, len(tests) + 1))]
    links = [f'[{one}](../{path} "{name}")' for one, (path, name) in zip(words, tests, strict=False)]
    return " ".join(links or [word]) + (" ⏲" if ability.ends_by_itself else "")


def main() -> int:
    """Rewrite the page, or with --check compare it. Returns the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.site.settings")
    import django

    django.setup()
    from rempart.platforms.registry import CONNECTORS, connector_class
    from rempart.records.vocabulary import AGE_STEPS, COMMENT_ACTS, PROTECTIONS

    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    declared = {kind: connector_class(kind) for kind in CONNECTORS}
    try:
        table = drawing({kind: one.abilities for kind, one in declared.items()}, proofs())
        tried = proofs(marker=PROTECTS)
        ages = drawing(
            {kind: one.age_steps for kind, one in declared.items()},
            {cell: tests for cell, tests in tried.items() if cell[1] in AGE_STEPS},
            asked=AGE_STEPS,
            head="step",
            read=READ_WHEN_ASKED,
        )
        help_ = drawing(
            {kind: {**one.protections, **one.acts} for kind, one in declared.items()},
            {cell: tests for cell, tests in tried.items() if cell[1] not in AGE_STEPS},
            asked=[*PROTECTIONS, *COMMENT_ACTS],
            head="protection",
            read=READ_BY_THEM,
        )
    except ValueError as error:
        print(f"docs/connectors.md: {error}", file=sys.stderr)
        return 1
    drawn = f"{before}{BEGIN}\n{table}\n\n{HELP}\n\n{help_}\n\n{AGES}\n\n{ages}\n{END}{after}"
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
