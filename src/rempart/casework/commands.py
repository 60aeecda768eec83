"""`rempart replay --shadow`: whom a draft would treat otherwise, of the cases that are open. It only reads."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click
import msgspec

from rempart.casework.services.policy import ComparedNow, open_cases, rules_of_today
from rempart.casework.services.policy import compare as compare_cases
from rempart.records.progress import progress
from rempart.rulebook import Explanation, Rulebook, Term, written
from rempart.rulebook.differing import Treatment, Why

_NOTHING = "nothing"


def compare(draft: Rulebook) -> list[ComparedNow]:
    """The open cases that a draft would treat otherwise than the rules in force; all are counted aloud."""
    live = rules_of_today()
    found = list(progress(compare_cases(live, draft), what="cases", total=open_cases().count()))
    different = [one for one in found if one.difference is not None]
    failed = sum(one.failed for one in found)
    told = f"open cases: {len(found)}; treated otherwise by {draft.name} {draft.version}: {len(different)}"
    click.echo(f"rempart: {told}; in force is {live.name} {live.version}", err=True)
    if failed:
        click.echo(f"rempart: cases that cannot be judged under both: {failed}", err=True)
    return different


def as_json(different: Sequence[ComparedNow]) -> str:
    """One JSON array: the case, its account, the direction, and what each rulebook requires and why."""
    return msgspec.json.encode([_row(one) for one in different]).decode()


def as_table(different: Sequence[ComparedNow]) -> str:
    """A line for each case, and under it one for each article by which the rulebooks part."""
    lines = []
    for one in different:
        if one.difference is not None:
            before, after = _asked(one.difference.before), _asked(one.difference.after)
            lines.append(
                f"{one.case.pk}  {one.case.account.reference}  {one.difference.direction}: {before} -> {after}"
            )
            lines += [f"    {_line(why)}" for why in one.difference.because]
    return "\n".join(lines)


def _row(one: ComparedNow) -> dict[str, Any]:
    said = msgspec.to_builtins(one.difference)
    return {"case": one.case.pk, "about": msgspec.to_builtins(one.case.account.reference), **said}


def _asked(treatment: Treatment) -> str:
    if not treatment.measures:
        return _NOTHING
    length = f" for {written(treatment.lasts)}" if isinstance(treatment.lasts, timedelta) else ""
    return f"{' + '.join(treatment.measures)}{length} ({treatment.mode}, {treatment.approval})"


def _line(why: Why) -> str:
    """The article, and what in its condition the account meets or does not, as the draft says it where it can."""
    looked: Explanation | None = why.after or why.before
    terms = ", ".join(_term(term) for term in looked.terms) if looked else ""
    outside = "" if looked is None or looked.scope_holds else "out of its scope; "
    return f"{why.article} ({why.kind.replace('_', ' ')}): {outside}{terms}"


def _term(term: Term) -> str:
    values = ", ".join(f"{name} {_value(value)}" for name, value in term.read.items())
    return f"{term.text} {'holds' if term.holds else 'does not hold'} ({values})"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " and ".join(value) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value).lower()
