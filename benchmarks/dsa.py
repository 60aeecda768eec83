"""Statements of reasons checked and declared a second, and sent to a stand-in for the Commission's API.

Peers of the check, in the same run, with the same rules as a JSON Schema: `jsonschema` (Python) and `jsonschema-rs`
(Rust). A schema sees a statement as it is; our check first trims it and drops what belongs to another branch, as the
API does. What is sent goes to the stand-in of the tests in a process of its own, which holds every statement to rules
of its own; more of them waiting must not make any slower.
Run as `python benchmarks/dsa.py`.
"""

import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)
# The tests' stand-in; instead of this folder, where another benchmark has the name of theirs.
sys.path[0] = str(Path(__file__).resolve().parents[1] / "tests")

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

SECONDS = 1.0
WAITING = (1_000, 2_000, 4_000)


def a_second(act: Callable[[], object]) -> float:
    """How often a second something can be done."""
    act()
    done, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < SECONDS:
        for _again in range(20):
            act()
        done += 20
    return done / passed


def as_json_schema() -> dict[str, Any]:
    """The rules of `statement.yaml` as a JSON Schema (draft 2020-12)."""
    from rempart.accountability.dsa.shape import shape

    said = shape()
    properties: dict[str, Any] = {}
    conditions = []
    for name, field in said.fields.items():
        kind: dict[str, Any] = {"type": "string"}
        if field.kind == "choice":
            kind["enum"] = sorted(said.values[field.of])
        elif field.kind == "choices":
            kind = {"type": "array", "items": {"enum": sorted(said.values[field.of])}}
        elif field.kind == "date":
            kind["pattern"] = r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"
        elif field.kind == "product":
            kind = {"type": "object"}
        if field.most:
            kind["maxLength"] = field.most
        if field.like:
            kind["pattern"] = f"^{field.like}$"
        if field.kind in {"choices"} and field.required:
            kind["minItems"] = 1
        properties[name] = {"anyOf": [kind, {"type": "null"}]} if field.blank else kind
        if field.required == "kept" and field.kept:
            on, value, _wanted = field.kept
            is_list = said.fields[on].kind == "choices"
            holds = {"contains": {"const": value}} if is_list else {"const": value}
            conditions.append({"if": {"properties": {on: holds}, "required": [on]}, "then": {"required": [name]}})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": [name for name, field in said.fields.items() if field.required == "always"],
        "anyOf": [{"required": [name]} for name in said.at_least_one_of],
        "allOf": conditions,
    }


def checking() -> None:
    """Print statements checked a second."""
    import jsonschema
    import jsonschema_rs

    from accountability.dsa.statements import changed
    from rempart.accountability.dsa.checking import validate

    schema = as_json_schema()
    python, rust = jsonschema.Draft202012Validator(schema), jsonschema_rs.validator_for(schema)
    wrong = changed(category="SOMETHING", decision_facts="x" * 6000, puid="a b", content_type_other=...)
    print("Statements checked a second, every problem told")
    print(f"{'statement':<16} {'Rempart':>10} {'jsonschema':>12} {'ratio':>7} {'jsonschema-rs':>15} {'ratio':>7}")
    for name, statement in (("good", changed()), ("with 4 problems", wrong)):
        many = {len(validate(statement)), len(list(python.iter_errors(statement)))}
        assert many == {len(list(rust.iter_errors(statement)))}, many
        ours = a_second(lambda one=statement: validate(one))
        theirs = a_second(lambda one=statement: list(python.iter_errors(one)))
        fast = a_second(lambda one=statement: list(rust.iter_errors(one)))
        print(f"{name:<16} {ours:>10,.0f} {theirs:>12,.0f} {ours / theirs:>7.1f} {fast:>15,.0f} {ours / fast:>7.2f}")


def declaring() -> None:
    """Print statements declared a second: written from their fields, checked, and searched for personal data."""
    from accountability.dsa.test_declaring import generated
    from rempart.accountability.dsa.checking import validate
    from rempart.accountability.dsa.declaring import declare
    from rempart.accountability.dsa.personal import personal_data
    from rempart.casework.statements import fields

    dice = random.Random(1)
    built = [fields.build(one) for one in generated(500)]
    declared = [declare(one, puid=one["number"]) for one in built]
    print("\nStatements a second")
    print(f"{'declared':>12} {'checked':>12} {'searched':>12}")
    rates = (
        a_second(lambda: declare(dice.choice(built), puid="rempart-1")),
        a_second(lambda: validate(dice.choice(declared))),
        a_second(lambda: personal_data(dice.choice(declared))),
    )
    print(" ".join(f"{rate:>12,.0f}" for rate in rates))


def _stand_in(there: Connection) -> None:
    from accountability.dsa.commission import commission

    with commission() as api:
        there.send(api.address)
        there.recv()


def sending() -> None:
    """Print statements sent a second, each recorded with its row in the ledger, as more of them wait."""
    from django.conf import settings

    from accountability.dsa.commission import TOKEN
    from accountability.dsa.statements import changed
    from rempart.accountability.models import Submission
    from rempart.accountability.services.submitting import send_due
    from rempart.ledger.clock import now

    here, there = multiprocessing.Pipe()
    stand_in = multiprocessing.get_context("spawn").Process(target=_stand_in, args=(there,), daemon=True)
    stand_in.start()
    settings.REMPART_DSA_ADDRESS, settings.REMPART_DSA_TOKEN = here.recv(), TOKEN
    print("\nStatements sent a second, in batches of 100")
    print(f"{'wait':>10} {'sent':>10}")
    made = 0
    for count in WAITING:
        moment = now()
        Submission.objects.bulk_create(
            Submission(
                puid=f"bench-{number}",
                payload=changed(puid=f"bench-{number}"),
                made_at=moment,
                enlisted_at=moment,
                next_at=moment,
            )
            for number in range(made, made + count)
        )
        made += count
        begun = time.perf_counter()
        sent = send_due()
        assert sent.taken == count, sent
        print(f"{count:>10,} {count / (time.perf_counter() - begun):>10,.0f}")
    here.send("over")
    stand_in.join()


def main() -> None:
    """Print the tables."""
    server = EmbeddedServer(HOME)
    try:
        set_up()
        checking()
        declaring()
        sending()
    finally:
        from django.db import connections

        connections.close_all()
        server.remove()
        shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    main()
