"""`rempart corroborate`: testimony or statement lines in, assessments out."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rempart.corroboration.assessing import assess, collector_paused, timeline
from rempart.corroboration.parameters import Parameters
from rempart.records import AccountRow, Assessment, Testimony
from rempart.records.lines import Reader, Rejects, Writer, lines_of, opened
from rempart.records.progress import progress
from rempart.records.tables import read_table
from rempart.records.testimonies import read_testimonies


class TestimonyReader(Reader[Testimony]):
    """Reads testimony and statement lines; `dropped` counts the statements that make no testimony."""

    def __init__(self, rejects: Rejects) -> None:
        super().__init__(Testimony, rejects, parse=self._testimonies)
        self.dropped = 0

    def _testimonies(self, raw: dict[str, Any]) -> list[Testimony]:
        testimonies = read_testimonies(raw)
        self.dropped += not testimonies
        return testimonies


def corroborate(
    file: str,
    writer: Writer,
    rejects: Rejects,
    *,
    prior: float,
    accounts: str | None,
    as_of: datetime | None,
    whole_timeline: bool,
    parameters: Parameters | None,
) -> TestimonyReader:
    """Write the assessments, or the timeline, of a file's testimonies; the reader says what was read.

    accounts: the accounts table, if any. Raises FileNotFoundError.
    """
    rows = list(read_table(accounts, AccountRow, rejects)) if accounts else None
    reader = TestimonyReader(rejects)
    with opened(file) as stream:
        testimonies = list(reader.read(progress(lines_of(stream), what="lines")))
    assessments: Iterable[Assessment]
    if whole_timeline:
        assessments = timeline(testimonies, prior=prior, accounts=rows, parameters=parameters)
    else:
        assessments = assess(testimonies, prior=prior, accounts=rows, as_of=as_of, parameters=parameters)
    with collector_paused():
        for assessment in progress(assessments, what="assessments"):
            writer.write(assessment)
    return reader
