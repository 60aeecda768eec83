"""What `rempart dsa` does: statements written to a file, anybody's file checked, and what waits sent now."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from rempart.accountability.dsa.checking import Problem, doubts, validate
from rempart.accountability.dsa.personal import personal_data
from rempart.records import exits
from rempart.records.lines import BadLine, Rejects, Writer, decode_object, lines_of, opened
from rempart.records.post import Instant

PARIS = ZoneInfo("Europe/Paris")


def moment(option: str, text: str | None) -> datetime | None:
    """A time with its zone (RFC 3339), or a day, which begins at midnight in Paris. Raises click.BadParameter."""
    if text is None:
        return None
    with suppress(ValueError):
        return datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time(), PARIS)
    try:
        return msgspec.convert(text, Instant)
    except msgspec.ValidationError:
        wrong = f"{text} is no time such as 2020-06-17T18:00:00+02:00, nor a day such as 2020-06-17"
        raise click.BadParameter(wrong, param_hint=option) from None


def write_statements(writer: Writer, rejected: Rejects, *, since: datetime | None, until: datetime | None) -> int:
    """Write what is declared for the statements made in a period, a JSON object a line; those that cannot be declared
    are set aside by their number in the period. Returns how many were written.

    Statements that are due and were not made yet, as where no worker ran, are made first: that hands nothing out.
    """
    from rempart.accountability.services.submitting import declared, enlist
    from rempart.casework.services.respondents import tell_respondents

    tell_respondents()
    enlist()
    written = 0
    for number, one in enumerate(declared(since=since, until=until).iterator(1000), start=1):
        if one.payload:
            writer.write(one.payload)
            written += 1
        for problem in () if one.payload else one.problems:
            rejected.add(number, f"{one.puid}: {problem['message']}", problem["field"])
    return written


def check_file(name: str, form: str) -> int:
    """Check statements of reasons, one JSON object a line; the exit status.

    0 when the database would take every one, 1 when not, 65 when no line was a statement. What the documentation says
    otherwise than the API is told and does not count.
    """
    rows, lines, seen = [], 0, dict[str, int]()
    objects = 0
    with opened(name) as stream:
        for number, line in enumerate(lines_of(stream), start=1):
            if not line.strip():
                continue
            lines += 1
            try:
                statement = decode_object(line.strip())
            except BadLine as bad:
                rows.append(_row(number, Problem(bad.field, "type", str(bad))))
                continue
            objects += 1
            rows += [_row(number, one) for one in _wrong(statement, number, seen)]
            rows += [_row(number, one, counts=False) for one in doubts(statement)]
    wrong = {row["line"] for row in rows if row["counts"]}
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            click.echo(f"{'line' if row['counts'] else 'note, line'} {row['line']}: {row['field']} {row['message']}")
        click.echo(f"{lines - len(wrong)} of {lines} statements would be taken")
    if lines and not objects:
        return exits.DATA_ERROR
    return 1 if wrong else exits.OK


def _wrong(statement: Mapping[str, Any], number: int, seen: dict[str, int]) -> Iterator[Problem]:
    yield from validate(statement)
    yield from personal_data(statement)
    puid = statement.get("puid")
    if isinstance(puid, str) and seen.setdefault(puid.strip(), number) != number:
        yield Problem("puid", "unique", f"is that of line {seen[puid.strip()]} too")


def _row(number: int, problem: Problem, *, counts: bool = True) -> dict[str, Any]:
    return {"line": number, **problem._asdict(), "counts": counts}


def send_now() -> int:
    """Declare what was not declared yet and send all that waits; the exit status: 1 when something is in the way."""
    from rempart.accountability.services.submitting import counts, enlist, is_set_up, send_due, standing_in_the_way

    click.echo(f"{enlist()} statements declared")
    if not is_set_up():
        click.echo("nothing is sent: REMPART_DSA_TOKEN is not set")
        return 1
    sent = send_due(at_once=True)
    click.echo(f"{sent.taken} taken, {sent.refused} refused, {sent.put_off} put off")
    standing = counts()
    if trouble := standing_in_the_way():
        click.echo(f"{standing['waits']} wait: {trouble}")
    if standing["refused"]:
        click.echo(f"{standing['refused']} wait for a person (rempart dsa list, or the desk)")
    return 1 if standing["waits"] else exits.OK


def rows(state: str | None, limit: int) -> Iterator[dict[str, Any]]:
    """Submissions as rows of a table, the newest first."""
    from rempart.accountability.models import Submission

    found = Submission.objects.order_by("-made_at", "-pk")
    for one in (found.filter(state=state) if state else found)[:limit]:
        yield {
            "puid": one.puid,
            "made_at": one.made_at.isoformat(timespec="seconds"),
            "state": one.state,
            "attempts": one.attempts,
            "uuid": one.uuid,
            "problem": "; ".join(f"{said['field']} {said['message']}" for said in one.problems) or one.trouble,
        }
