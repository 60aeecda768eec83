"""The register as data, and the check that it and the tables agree column by column."""

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.apps import apps
from django.db.models import Model

ANSWERS = ("people", "purpose", "basis", "recipients", "retention")


@dataclass(frozen=True)
class Retention:
    """How long something is kept: `days` after a moment, or, when that is None, for the reason in `words`."""

    name: str
    days: int | None
    words: str


@dataclass
class Register:
    """The register: its retentions, what it says of each column, and whatever is wrong with the file itself."""

    retentions: dict[str, Retention] = field(default_factory=dict)
    impersonal: set[tuple[str, str]] = field(default_factory=set)
    personal: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    wholly_impersonal: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


@cache
def register() -> Register:
    """The register shipped with the package."""
    return parse(files("rempart.privacy").joinpath("register.yaml").read_text(encoding="utf-8"))


def parse(text: str) -> Register:
    """Read a register. What is wrong with it is listed in `problems`, never raised, save YAML that is none."""
    data = yaml.safe_load(text)
    found = Register()
    for name, given in data["retentions"].items():
        kinds = [kind for kind in ("days", "with", "kept") if kind in given]
        if len(kinds) != 1 or ("days" in given and not (isinstance(given["days"], int) and given.get("after"))):
            found.problems.append(f"retention {name}: give `days` and `after`, or `with`, or `kept`")
            continue
        words = given["after"] if "days" in given else given[kinds[0]]
        found.retentions[name] = Retention(name, given.get("days"), words)
    for table, rows in data["tables"].items():
        if rows.get("impersonal") == "*":
            found.wholly_impersonal.add(table)
            continue
        for column in rows.get("impersonal", []):
            _add(found, table, column, None)
        for group in rows.get("personal", []):
            answers = {answer: str(group.get(answer) or "").strip() for answer in ANSWERS}
            missing = [answer for answer, said in answers.items() if not said]
            if missing or answers["retention"] not in found.retentions:
                found.problems.append(f"{table} {group.get('columns')}: {', '.join(missing) or 'retention'} missing")
            for column in group["columns"]:
                _add(found, table, column, answers)
    return found


def _add(found: Register, table: str, column: str, answers: dict[str, str] | None) -> None:
    key = (table, column)
    if key in found.impersonal or key in found.personal:
        found.problems.append(f"{table}.{column} stands twice in the register")
    if answers is None:
        found.impersonal.add(key)
    else:
        found.personal[key] = answers


def problems(known: Register | None = None) -> list[str]:
    """What the register lacks or has too much of against the tables that exist, one sentence each."""
    from rempart.privacy.retention import erasers

    known = known or register()
    models: dict[str, type[Model]] = {
        model._meta.label: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed or model._meta.app_label == "procrastinate"
    }
    columns = {(label, column.name) for label, model in models.items() for column in model._meta.local_concrete_fields}
    rows = known.impersonal | known.personal.keys()
    found = list(known.problems)
    for label, column in sorted(columns - rows):
        if label not in known.wholly_impersonal:
            found.append(f"{label}.{column} has no row in the register")
    found += [
        f"the register speaks of {label}.{column}, which is no column" for label, column in sorted(rows - columns)
    ]
    for label in sorted(known.wholly_impersonal):
        if label not in models:
            found.append(f"the register speaks of {label}, which is no table")
        elif models[label].__module__.startswith("rempart."):
            found.append(f'{label} is a table of ours: "*" would let new columns pass unseen')
    found += _without_eraser(known, erasers())
    return found


def _without_eraser(known: Register, erasers: dict[str, Any]) -> list[str]:
    timed = {name for name, retention in known.retentions.items() if retention.days is not None}
    return [
        f"retention {name}: no room's retention.py says how to erase it" for name in sorted(timed - set(erasers))
    ] + [f"an eraser named {name} answers to no retention with `days`" for name in sorted(set(erasers) - timed)]
