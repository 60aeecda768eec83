"""`rempart authority answer` and `rempart authority check`: what they print, and how they end."""

import json
from datetime import datetime
from pathlib import Path

import click

from rempart.accountability.answers.checking import NotAnAnswer, Report, check
from rempart.records import exits
from rempart.tlog.errors import Malformed


def write_answer(
    hashtag: str | None, start: datetime, end: datetime, out: Path, *, language: str, request: str | None
) -> None:
    """Assemble an answer, write its folder, and say in a few lines what is in it.

    request: the number (Q-12) or the reference of a registered request. Raises click.ClickException.
    """
    from rempart.accountability.answers.assembling import assemble
    from rempart.accountability.answers.writing import write
    from rempart.accountability.figures.model import Window
    from rempart.casework.services import rulebook_in_force
    from rempart.intake.models import Wave
    from rempart.intake.services import EmptyHashtag, normal_hashtag
    from rempart.ledger import log

    try:
        tag = normal_hashtag(hashtag) if hashtag is not None else None
    except EmptyHashtag as error:
        raise click.BadParameter(str(error), param_hint="--hashtag") from error
    window = Window(tag, start, end)
    asked = _request(request) if request else None
    rulebook_in_force()  # the shipped one, where nothing was ever done here
    log.checkpoint_now()
    draft = assemble(asked, window, language=language, acting=None)
    write(draft.files(), out)
    received, measures = draft.figures.received, draft.figures.measures
    click.echo(f"written to {out}")
    click.echo(
        f"testimonies {_shown(received.total)}, accounts {_shown(draft.figures.accounts.concerned)}, "
        f"restrained {_shown(measures.restrained)}; {draft.figures.withheld} numbers withheld"
    )
    if not draft.figures.heard:
        known = ", ".join(f"#{one}" for one in Wave.objects.values_list("hashtag", flat=True)[:5]) or "none"
        click.echo(f"nothing was ever kept under #{tag} here (hashtags known: {known})", err=True)


def _shown(count: int | None) -> str:
    return "withheld" if count is None else str(count)


def _request(name: str):
    from rempart.accountability.models import Request

    number = name.upper().removeprefix("Q-")
    by = {"pk": number} if number.isdecimal() else {"reference": name}
    found = list(Request.objects.filter(**by)[:2])
    if len(found) != 1:
        many = "several requests have" if found else "no request has"
        raise click.ClickException(f"{many} the number or reference {name}")
    return found[0]


def check_answer(folder: Path, form: str, *, key: str, witnesses: tuple[str, ...], since: str) -> int:
    """Check an answer's folder and print what was found; the exit status: 0, 1 when something is wrong, 65, 66."""
    try:
        report = check(folder, key=key, witnesses=witnesses, since=since)
    except (NotAnAnswer, Malformed) as error:
        click.echo(f"rempart: {folder}: {error}", err=True)
        return exits.DATA_ERROR
    click.echo(_as_json(report) if form == "json" else _as_table(report))
    return 1 if report.wrong else exits.OK


def _as_table(report: Report) -> str:
    lines = [*report.checked.items(), *([("WRONG", report.wrong)] if report.wrong else [])]
    return "\n".join(f"{subject:<9}{said}" for subject, said in lines)


def _as_json(report: Report) -> str:
    rows = [{"subject": subject, "holds": True, "said": said} for subject, said in report.checked.items()]
    if report.wrong:
        rows.append({"subject": "wrong", "holds": False, "said": report.wrong})
    return json.dumps(rows, ensure_ascii=False)
