"""What the ledger holds of the pages that outsiders read: their own decisions, reports and messages, and nothing else.

Rows that somebody of the team wrote are left out: opened, they would say who.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from rempart.casework.models import Case, Statement
from rempart.correspondence.links import LinkAccess, page_of
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.selectors import messages_of
from rempart.intake.models import Report
from rempart.ledger import log
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow
from rempart.ledger.proof_file import ProofFile
from rempart.ledger.proving import record_of
from rempart.ledger.services import reference
from rempart.pages.writing import day

FILE_NAME = "record.json"  # says nothing to whoever finds it on a phone
SAID = {
    Message.Author.SYSTEM: "verify_told",
    Message.Author.THEM: "verify_written",
    Message.Author.ADULT: "verify_written_by_adult",
}
"""Who wrote a message → the words for it. Not here: the team, whose members are never named to outsiders."""


@dataclass(frozen=True)
class _Thing:
    """Something that they read: its row, what it says in full, and how the page names it."""

    row: LedgerRow
    document: Any
    words: str
    at: datetime


def of_respondent(case: Case, conversation: Conversation, words: Mapping[str, str]) -> dict[str, Any]:
    """What a respondent's page shows of the ledger, in these words, with the file that proves it."""
    return _shown([*_statements(case), *_messages(conversation)], words)


def of_complainant(conversation: Conversation, words: Mapping[str, str]) -> dict[str, Any]:
    """What a complainant's page shows of the ledger, in these words, with the file that proves it."""
    return _shown([*_reports(conversation), *_messages(conversation)], words)


def handed_over(shown: dict[str, Any], access: LinkAccess) -> HttpResponse:
    """The file that proves what a page shows, to be kept; while there is none, the page, which says why."""
    if shown["file"] is None:
        return redirect(page_of(access))
    name = f'attachment; filename="{FILE_NAME}"'
    return HttpResponse(shown["file"].text, content_type="application/json", headers={"Content-Disposition": name})


def _shown(things: list[_Thing], words: Mapping[str, str]) -> dict[str, Any]:
    """`state`: none, waits, holds or broken; `lines`: what was checked; `file`: a ProofFile or None."""
    record = record_of([(thing.row, thing.document) for thing in things])
    state = "broken" if record.broken else "holds" if record.rows else "waits" if things else "none"
    file: ProofFile | None = None if record.broken else record.file
    named = {thing.row.pk: thing for thing in things}
    lines = []
    for proved, checked in zip(record.file.rows if record.file else [], record.rows, strict=False):
        thing = named[proved.row.row]
        # Nothing is said of words that a row does not hold: they were not compared.
        name = thing.words if checked.documented else "verify_erased" if proved.row.content is None else ""
        if name in words:
            lines.append(words[name].format(day=day(thing.at), leaf=checked.leaf))
    return {
        "state": state,
        "said": words.get(f"verify_{state}", ""),
        "lines": lines,
        "waiting": record.waiting,
        "file": file,
        "command": f"rempart ledger check {FILE_NAME} --key {log.public_key()}" if file else "",
    }


def _statements(case: Case) -> Iterator[_Thing]:
    found = {one.pk: one for one in Statement.objects.filter(decision__case=case).order_by("made_at", "pk")}
    for row, one in _rows([Event.STATEMENT_MADE], list(found.values())):
        yield _Thing(row, [one.fields, one.texts], "verify_decision", one.made_at)


def _reports(conversation: Conversation) -> Iterator[_Thing]:
    found = Report.objects.filter(conversation=conversation).select_related("testimony").order_by("arrived_at", "pk")
    for row, report in _rows([Event.REPORT_RECEIVED], list(found)):
        yield _Thing(row, report.testimony.text, "verify_sent", report.arrived_at)


def _messages(conversation: Conversation) -> Iterator[_Thing]:
    found = [one for one in messages_of(conversation, outside=True) if one.staff_id is None]
    for row, message in _rows([Event.MESSAGE_SAID, Event.MESSAGE_HEARD], found):
        yield _Thing(row, message.text, SAID[Message.Author(message.author)], message.sent_at)


def _rows(events: list[Event], things: list[Any]) -> Iterator[tuple[LedgerRow, Any]]:
    """The rows by which these things came to be, in order."""
    by_reference = {reference(thing): thing for thing in things}
    rows = LedgerRow.objects.filter(event__in=events, subject__in=by_reference, acting="").order_by("pk")
    for row in rows:
        yield row, by_reference[row.subject]
