"""The arrows between rooms that an import linter cannot see: relations between tables, and rooms named in strings."""

import ast
import re
from pathlib import Path

import django
import pytest
from django.apps import apps

SOURCE = Path(__file__).parents[2] / "src/rempart"

# Left to right; a room may name only those that stand before it. The same order as the linter's layers.
ORDER = (
    *("records", "tlog", "attestation", "text", "corroboration", "rulebook", "reading", "replay", "radar"),
    *("database", "ledger", "pages", "staff", "privacy", "files", "correspondence"),
    *("intake", "lookout", "casework", "care", "age", "platforms", "accountability"),
    *("site", "demo", "cli"),
)
ROOMS = [
    place.name for place in sorted(SOURCE.iterdir()) if (place / "__init__.py").exists() and place.name != "examples"
]
# Settings name every app, and it is their job.
NAMES_ALL = {"site", "demo", "cli"}
ROOM_IN_STRING = re.compile(rf"(?:rempart\.)?({'|'.join(ORDER)})(?:\.\w+)+")


def test_every_room_has_a_place_in_the_order():
    assert set(ROOMS) <= set(ORDER)


@pytest.fixture(scope="module", autouse=True)
def _apps():
    django.setup()


def test_tables_relate_only_to_tables_on_their_left():
    for model in apps.get_models(include_auto_created=True):
        room = model.__module__.removeprefix("rempart.").split(".")[0]
        if not model.__module__.startswith("rempart."):
            continue
        for field in model._meta.get_fields():
            other = getattr(field, "related_model", None)
            # A relation is declared on one side only; the other is Django's own doing.
            if other is None or field.auto_created or not other.__module__.startswith("rempart."):
                continue
            other_room = other.__module__.split(".")[1]
            assert ORDER.index(other_room) <= ORDER.index(room), (
                f"{model.__name__}.{field.name} reaches right, to {other_room}"
            )


@pytest.mark.parametrize("room", [room for room in ROOMS if room not in NAMES_ALL])
def test_no_string_names_a_room_on_the_right(room):
    for file in (SOURCE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if found := ROOM_IN_STRING.fullmatch(text):
                assert ORDER.index(found[1]) <= ORDER.index(room), f"{file}:{node.lineno} names {text}"
