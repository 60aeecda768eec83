"""What a message says: posts, edits, deletions, reports or renames, as its subject ends; one JSON object a line.

README.md beside this file describes them for those who publish.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from rempart import records
from rempart.intake.services import HandedReport
from rempart.platforms.listener import Heard
from rempart.records.lines import BadLine, decode_object, to_record
from rempart.records.references import Service


class Deletion(msgspec.Struct):
    """A post that is gone."""

    service: Service
    id: str


def read(subject: str, data: bytes, *, service: str, into: Heard) -> list[str]:
    """Add what a message says to `into`; returns what was wrong with its lines, without what they said.

    service: the platform's own, where a line names none.
    """
    take = _KINDS.get(subject.rpartition(".")[2])
    if take is None:
        return ["nothing is expected on this subject"]
    lines = [line for line in data.splitlines() if line.strip()]
    problems = [] if lines else ["the message is empty"]
    for line in lines:
        try:
            take({"service": service} | decode_object(line), into)
        except BadLine as error:
            # The message of an error may quote what somebody wrote: the field is enough to find it.
            problems.append(f"a line is refused for its `{error.field}`")
    return problems


def _post(raw: dict[str, Any], into: Heard) -> None:
    into.posts.append(to_record(raw, records.Post))


def _edit(raw: dict[str, Any], into: Heard) -> None:
    into.edited.append(to_record(raw, records.Post))


def _deletion(raw: dict[str, Any], into: Heard) -> None:
    gone = to_record(raw, Deletion)
    into.deleted.append((gone.service, gone.id))


def _report(raw: dict[str, Any], into: Heard) -> None:
    into.reports.append(to_record(raw, HandedReport))


def _rename(raw: dict[str, Any], into: Heard) -> None:
    reference = to_record(raw, records.AccountReference)
    if reference.id is None:
        raise BadLine("a rename names the account's immutable `id`", "id")
    into.renamed.append(reference)


_KINDS: dict[str, Callable[[dict[str, Any], Heard], None]] = {
    "posts": _post,
    "edits": _edit,
    "deletions": _deletion,
    "reports": _report,
    "renames": _rename,
}
