"""Full-text search over cases, in French and English, by what a member may read.

Words are folded as everywhere (rempart.text.normalise), so that accents, case and disguised letters do not matter, and
compared by stems of both languages, since a French case is full of English words. Candidates are cut at MOST_RANKED
before they are ranked: a word that stands in every case costs no more than one that stands in two thousand.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank
from django.db.models import Exists, F, OuterRef, QuerySet, prefetch_related_objects

from rempart.casework.models import Case, CaseText, SecondReview
from rempart.casework.services.desk.notes import may_read_notes
from rempart.casework.services.desk.texts import REASONS, reasons_of
from rempart.staff.models import StaffMember
from rempart.text.normalise import normalise

MOST_RANKED = 2_000
MOST_FOUND = 40
MOST_WORDS = 30
_BEGINS, _ENDS = "\x02", "\x03"
_MARKED = re.compile(f"{_BEGINS}([^{_ENDS}]*){_ENDS}")
# Words, quotations and what is left out, as on the web; other signs would mean nothing, or too much, to PostgreSQL.
_ASKED = re.compile(r'-?"[^"\x00]*\w[^"\x00]*"|(?:(?<!\S)-)?\w+')
_NOT_A_LETTER = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Excerpt:
    """A text in which words were found: what it is of, as it was written, and the ranges [start, end) that matched."""

    kind: str
    text: str
    spans: Sequence[tuple[int, int]]


@dataclass
class Found:
    """A case that search found, and the texts of it in which it did, the best first."""

    case: Case
    excerpts: list[Excerpt]


def by_handle(text: str) -> "QuerySet[CaseText]":
    """The handles that hold `text` anywhere, its signs left aside."""
    part = _NOT_A_LETTER.sub("", normalise(text).text)
    handles = CaseText.objects.filter(kind=CaseText.Kind.HANDLE)
    return (
        handles.filter(vector=SearchQuery(f"{part}:*", config="simple", search_type="raw")) if part else handles.none()
    )


def search(text: str, *, member: StaffMember, most: int = MOST_FOUND) -> list[Found]:
    """The cases in which the words of `text` stand, the best first, as far as `member` may read them.

    Those whose handle holds it come before all others. Quotation marks, « or » and « - » work as on the web.
    """
    found = {case.pk: Found(case, []) for case in cases_by_handle(text, member=member, most=most)}
    folded = " ".join(_ASKED.findall(normalise(text).text)[:MOST_WORDS])
    if folded:
        rows = list(_ranked(_readable(member).exclude(kind=CaseText.Kind.HANDLE), folded))
        prefetch_related_objects([row.case for row in rows if row.kind == CaseText.Kind.REASON], *REASONS)
        for row in rows:
            if row.case_id not in found and len(found) >= most:
                continue
            found.setdefault(row.case_id, Found(row.case, [])).excerpts.append(_excerpt(row))
    return list(found.values())


def cases_by_handle(text: str, *, member: StaffMember, most: int) -> list[Case]:
    """The cases whose handle holds `text`, what waits worst first."""
    handles = by_handle(text).exclude(_blind(member))
    return [row.case for row in _with_case(handles).order_by(*_IN_ORDER)[:most]]


_IN_ORDER = (F("case__queue_order").desc(), F("case_id").desc())


def _readable(member: StaffMember) -> "QuerySet[CaseText]":
    texts = CaseText.objects.exclude(_blind(member))
    return texts if may_read_notes(member) else texts.exclude(kind=CaseText.Kind.NOTE)


def _blind(member: StaffMember) -> Exists:
    """Whether a text is of a case that somebody is to judge again without seeing what was judged before."""
    return Exists(SecondReview.objects.filter(case=OuterRef("case"), reviewer=member, judged_at=None))


def _with_case(texts: "QuerySet[CaseText]") -> "QuerySet[CaseText]":
    return texts.select_related("case__account")


def _ranked(texts: "QuerySet[CaseText]", folded: str) -> "QuerySet[CaseText]":
    french, english = (SearchQuery(folded, config=config, search_type="websearch") for config in ("french", "english"))
    newest = texts.filter(vector=french | english).order_by("-pk").values("pk")[:MOST_RANKED]
    best = CaseText.objects.filter(pk__in=newest).annotate(rank=SearchRank(F("vector"), french | english))
    marks = {"start_sel": _BEGINS, "stop_sel": _ENDS, "highlight_all": True}
    shown = (
        _with_case(best)
        .select_related("case__account", "testimony__post", "note")
        .annotate(
            in_french=SearchHeadline("words", french, config="french", **marks),
            in_english=SearchHeadline("words", english, config="english", **marks),
        )
    )
    return shown.order_by("-rank", "-pk")[: 2 * MOST_FOUND]


def _excerpt(row: CaseText) -> Excerpt:
    original = normalise(_text_of(row))
    spans = set()
    for headline in (row.in_french, row.in_english):
        taken = 0  # marks before this one, which the folded text does not have
        for match in _MARKED.finditer(headline):
            start = match.start() - taken
            spans.add(original.span(start, start + len(match[1])))
            taken += len(_BEGINS + _ENDS)
    return Excerpt(row.kind, original.original, sorted(spans))


def _text_of(row: CaseText) -> str:
    if row.kind == CaseText.Kind.NOTE:
        return str(row.note.text)
    if row.kind == CaseText.Kind.REASON:
        return reasons_of(row.case)
    said = row.testimony
    return str((said.post.text if said.post else said.text) or "")
