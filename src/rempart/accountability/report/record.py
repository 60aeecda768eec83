"""What the record holds of a service up to the end of a period, as rows to be counted: a query for each kind of thing.

Everything is read as it was known at the end of the period, so that a report made later says the same; what was erased
since is missing, which is why the worker makes the report as soon as a period is over.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from django.db import connection

from rempart.casework.models import AccountLink, Decision, RulebookVersion
from rempart.casework.services.rulebooks import book_of
from rempart.casework.statements.dates import PARIS
from rempart.intake.ours import own_services

FETCHED_AT_A_TIME = 5_000


@dataclass(frozen=True)
class Window:
    """A service and a period of whole days in Paris, both days in it."""

    service: str
    starts_on: date
    ends_on: date

    @cached_property
    def since(self) -> datetime:
        """The first moment of the period."""
        return datetime.combine(self.starts_on, time(), PARIS)

    @cached_property
    def until(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.ends_on + timedelta(days=1), time(), PARIS)

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment is in the period."""
        return moment is not None and self.since <= moment < self.until

    @property
    def main(self) -> bool:
        """Whether the service is the first of ours: what names no service is counted in its report alone."""
        return self.service == own_services()[0]


class Notice(NamedTuple):
    """A notice about an account; case: the case in which it counts, None when the account has none."""

    account: int
    case: int | None
    flagger: bool
    conduct: Sequence[str]
    minor: bool | None
    received_at: datetime


class Measure(NamedTuple):
    """A restriction as a decision carries it, from its beginning to its end; not what only watches.

    carried_out_at: when the platform did it. channels: by which what was told came. declared: what the statement of
    reasons declares, None where there is none. ordered: an authority's order was carried out by it.
    """

    case: int
    measure: str
    decision: int
    mode: str
    approval: str
    begins_at: datetime
    ends_at: datetime | None
    for_good: bool
    carried_out_at: datetime | None
    channels: frozenset[str]
    declared: dict[str, Any]
    ordered: bool


class Judged(NamedTuple):
    """A decision that software took or proposed.

    at: when it began or was answered. own: nobody had sent a notice. kept: what people made of it by the end of the
    period; None while nobody looked.
    """

    automatic: bool
    at: datetime
    own: bool
    kept: bool | None


class Complaint(NamedTuple):
    """An internal complaint. about: the measures of a decision that restricts, or nothing for a refusal to act."""

    by: str
    flagger: bool
    about: frozenset[str]
    state: str
    filed_at: datetime
    settled_at: datetime | None


class Order(NamedTuple):
    """An order of a Member State's authority: to act, or to give information. words: its legal basis and articles."""

    state: str
    to_act: bool
    items: int
    words: str
    received_at: datetime
    receipt_at: datetime | None
    effect_at: datetime | None


def _rows(sql: str, **values: Any) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        while rows := cursor.fetchmany(FETCHED_AT_A_TIME):
            yield from rows


NOTICES = """
    SELECT t.account_id, c.id, t.channel = 'trusted_flagger', t.conduct, t.complainant_minor, t.received_at
    FROM intake_report r
    JOIN intake_testimony t ON t.id = r.testimony_id
    LEFT JOIN casework_case c ON c.account_id = t.account_id
    WHERE r.service = %(service)s AND t.received_at < %(until)s AND t.stance IN ('testimony', 'relay')
    ORDER BY t.received_at, t.id
"""


def notices(window: Window) -> list[Notice]:
    """All notices received before the end, oldest first: withdrawn and unfounded ones too, which were received as well.

    Whoever denies what is said notifies of nothing.
    """
    elsewhere = dict(_cases_of_linked_accounts())
    return [
        Notice(account, elsewhere.get(account) if case is None else case, flagger, conduct, minor, at)
        for account, case, flagger, conduct, minor, at in _rows(NOTICES, service=window.service, until=window.until)
    ]


def _cases_of_linked_accounts() -> Iterator[tuple[int, int]]:
    """Accounts without a case whose word counts in the case of an account confirmed to be the same person's."""
    tied = AccountLink.objects.confirmed().values_list("first", "second", "first__case", "second__case")
    for first, second, case_of_first, case_of_second in tied:
        if case_of_first is None and case_of_second is not None:
            yield first, case_of_second
        elif case_of_second is None and case_of_first is not None:
            yield second, case_of_first


ERASED = """
    SELECT count(*) FROM ledger_ledgerrow row
    WHERE row.event = 'report_received' AND row.effective_at >= %(since)s AND row.effective_at < %(until)s
    AND NOT EXISTS (SELECT 1 FROM intake_report r WHERE 'intake.report:' || r.id = row.subject)
"""


def erased_notices(window: Window) -> int:
    """How many notices of the period were erased since, by their rows in the ledger, which stay.

    A row names no service: they count in the report of the first of ours.
    """
    return int(next(_rows(ERASED, since=window.since, until=window.until))[0]) if window.main else 0


MEASURES = """
    SELECT d.case_id, m.measure, d.id, d.mode, d.approval, d.begins_at,
           least(d.ends_at, d.ended_at, m.lifted_at), d.mode = 'final' AND d.ends_at IS NULL,
           (SELECT min(o.carried_out_at) FROM casework_platformorder o
            WHERE o.measure_id = m.id AND o.action = 'apply'),
           r.assessment -> 'by_channel',
           CASE WHEN told IS NOT NULL THEN jsonb_build_object(
               'source_type', told -> 'source_type', 'automated_detection', told -> 'automated_detection',
               'decision_ground', told -> 'decision_ground', 'category', told -> 'category',
               'category_specification', told -> 'category_specification',
               'incompatible_content_ground', told -> 'incompatible_content_ground',
               'illegal_content_legal_ground', told -> 'illegal_content_legal_ground') END,
           EXISTS (SELECT 1 FROM accountability_execution e WHERE e.decision_id = d.id),
           d.rulebook_id, m.articles
    FROM casework_measuretaken m
    JOIN casework_decision d ON d.id = m.decision_id
    JOIN casework_case c ON c.id = d.case_id
    JOIN intake_account a ON a.id = c.account_id
    JOIN casework_assessmentrecord r ON r.id = d.assessment_id
    LEFT JOIN (SELECT decision_id, fields -> 'transparency' AS told FROM casework_statement) s ON s.decision_id = d.id
    WHERE d.state = 'taken' AND m.measure <> 'watch' AND a.service = %(service)s AND d.begins_at < %(until)s
    AND (least(d.ends_at, d.ended_at, m.lifted_at) IS NULL
         OR least(d.ends_at, d.ended_at, m.lifted_at) > d.begins_at)
    ORDER BY d.case_id, m.measure, d.mode, d.begins_at, m.id
"""


def measures(window: Window) -> Iterator[Measure]:
    """Every restriction that began before the end, by case, measure and mode, then in the order in which they began."""
    legal = _legal_articles()
    for row in _rows(MEASURES, service=window.service, until=window.until):
        *known, channels, declared, ordered, rulebook, articles = row
        heard = frozenset(name for name, many in (_json(channels) or {}).items() if many)
        told = _json(declared) or _undeclared(legal.get(rulebook, {}), articles, heard)
        yield Measure(*known, heard, told, ordered)


@lru_cache(maxsize=4096)
def _json(value: str | None) -> Any:
    """What a column of JSON holds, not to be changed: Django's connections leave reading it to us. Most are alike."""
    return json.loads(value) if value is not None else None


def _legal_articles() -> dict[int, dict[str, Any]]:
    """What each article of each stored rulebook declares, in the rulebook's order."""
    return {
        version.pk: {one.id: one for one in book_of(version).articles if one.legal}
        for version in RulebookVersion.objects.filter(pk__in=Decision.objects.values("rulebook"))
    }


def _undeclared(legal: dict[str, Any], articles: Sequence[str], heard: frozenset[str]) -> dict[str, Any]:
    """What a statement would have declared where none was made: by the first article that declares something."""
    article = next((one for name, one in legal.items() if name in articles), None)
    declared = {
        "source_type": "SOURCE_ARTICLE_16" if heard - {"public_post"} else "SOURCE_VOLUNTARY",
        "automated_detection": "Yes" if "public_post" in heard else "No",
        "decision_ground": article.legal.ground if article else "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "category": article.legal.category if article else "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        "category_specification": list(article.legal.keywords) if article else [],
    }
    return declared | {"incompatible_content_ground": article.title["en"] if article else ""}


JUDGED = """
    SELECT d.approval = 'automatic', CASE WHEN d.approval = 'automatic' THEN d.begins_at
                                          WHEN d.state = 'declined' THEN d.declined_at ELSE d.taken_at END,
           d.state, d.confirmed_at < %(until)s, r.assessment -> 'by_channel',
           (SELECT min(m.lifted_at) < %(until)s FROM casework_measuretaken m WHERE m.decision_id = d.id),
           (SELECT bool_or(p.state = 'upheld') FROM casework_appeal p WHERE p.decision_id = d.id
            AND p.by = 'respondent' AND p.state IN ('upheld', 'rejected') AND p.decided_at < %(until)s)
    FROM casework_decision d
    JOIN casework_case c ON c.id = d.case_id
    JOIN intake_account a ON a.id = c.account_id
    JOIN casework_assessmentrecord r ON r.id = d.assessment_id
    WHERE a.service = %(service)s AND d.proposed_by_id IS NULL AND d.state IN ('taken', 'declined')
    AND EXISTS (SELECT 1 FROM casework_measuretaken m WHERE m.decision_id = d.id AND m.measure <> 'watch')
    AND CASE WHEN d.approval = 'automatic' THEN d.begins_at
             WHEN d.state = 'declined' THEN d.declined_at ELSE d.taken_at END < %(until)s
"""


def judged(window: Window) -> Iterator[Judged]:
    """Restrictions that software took or proposed before the end, and whether people kept them.

    An automatic one is kept by whoever confirms it, or rejects an appeal against it; not by being lifted, or by an
    appeal upheld. A proposal is kept by being taken, unless an appeal against it is upheld.
    """
    for automatic, at, state, confirmed, channels, lifted, reversed_ in _rows(
        JUDGED, service=window.service, until=window.until
    ):
        heard = {name for name, many in (_json(channels) or {}).items() if many}
        if reversed_ or state == "declined" or (automatic and lifted):
            kept: bool | None = False
        else:
            kept = True if not automatic or confirmed or reversed_ is False else None
        yield Judged(automatic, at, not heard - {"public_post"}, kept)


LOOKS = """
    SELECT d.case_id, moment FROM casework_decision d
    JOIN casework_case c ON c.id = d.case_id JOIN intake_account a ON a.id = c.account_id,
    LATERAL (VALUES (d.approved_at), (d.seconded_at), (d.declined_at), (d.confirmed_at)) looked (moment)
    WHERE a.service = %(service)s AND moment < %(until)s
    UNION ALL
    SELECT o.case_id, o.decided_at FROM casework_outcome o
    JOIN casework_case c ON c.id = o.case_id JOIN intake_account a ON a.id = c.account_id
    WHERE a.service = %(service)s AND o.decided_at < %(until)s
    UNION ALL
    SELECT d.case_id, coalesce(m.lift_announced_at, m.lifted_at) FROM casework_measuretaken m
    JOIN casework_decision d ON d.id = m.decision_id
    JOIN casework_case c ON c.id = d.case_id JOIN intake_account a ON a.id = c.account_id
    WHERE a.service = %(service)s AND coalesce(m.lift_announced_at, m.lifted_at) < %(until)s
"""


def last_looks(window: Window) -> dict[int, datetime]:
    """For each case, when a person last decided something on it before the end."""
    found: dict[int, datetime] = {}
    for case, moment in _rows(LOOKS, service=window.service, until=window.until):
        if case not in found or found[case] < moment:
            found[case] = moment
    return found


WAITING = """
    SELECT DISTINCT d.case_id FROM casework_decision d
    JOIN casework_case c ON c.id = d.case_id JOIN intake_account a ON a.id = c.account_id
    WHERE a.service = %(service)s AND d.proposed_at < %(until)s AND d.approval <> 'automatic'
    AND d.state IN ('proposed', 'taken', 'declined')
    AND coalesce(least(d.approved_at, d.declined_at), 'infinity') >= %(until)s
"""


def waiting_cases(window: Window) -> set[int]:
    """Cases in which a proposal waited for a person at the end."""
    return {case for (case,) in _rows(WAITING, service=window.service, until=window.until)}


COMPLAINTS = """
    SELECT p.by, EXISTS (SELECT 1 FROM intake_report r JOIN intake_testimony t ON t.id = r.testimony_id
                         WHERE r.conversation_id = p.conversation_id AND t.channel = 'trusted_flagger'),
           coalesce((SELECT array_agg(m.measure) FROM casework_measuretaken m
                     WHERE p.by = 'respondent' AND m.decision_id = p.decision_id), '{}'),
           p.state, p.filed_at, coalesce(p.decided_at, p.withdrawn_at)
    FROM casework_appeal p
    LEFT JOIN casework_case c ON c.id = p.case_id
    LEFT JOIN intake_account a ON a.id = c.account_id
    JOIN correspondence_conversation w ON w.id = p.conversation_id
    WHERE coalesce(a.service, w.service) = %(service)s AND p.filed_at < %(until)s
"""


def complaints(window: Window) -> Iterator[Complaint]:
    """Every complaint filed before the end."""
    for by, flagger, about, state, filed_at, settled_at in _rows(
        COMPLAINTS, service=window.service, until=window.until
    ):
        yield Complaint(by, flagger, frozenset(about) - {"watch"}, state, filed_at, settled_at)


REOPENED = """
    SELECT p.reopened_id FROM casework_appeal p
    WHERE p.by = 'complainant' AND p.state = 'upheld' AND p.reopened_id IS NOT NULL
"""


def reopened_decisions() -> set[int]:
    """Decisions taken up again because the complaint of somebody who had reported was upheld."""
    return {decision for (decision,) in _rows(REOPENED)}


SUSPENSIONS = """
    SELECT count(*) FROM casework_reportingrestriction s
    LEFT JOIN correspondence_conversation w ON w.id = s.conversation_id
    WHERE s.kind = 'suspension' AND s.begins_at >= %(since)s AND s.begins_at < %(until)s
    AND (w.service = %(service)s OR %(main)s AND coalesce(w.service, '') = '')
"""


def suspended_reporters(window: Window) -> int:
    """Suspensions of the right to report for manifestly unfounded notices, begun in the period (Art. 23(2))."""
    values = {"service": window.service, "since": window.since, "until": window.until, "main": window.main}
    return int(next(_rows(SUSPENSIONS, **values))[0])


ORDERS = """
    SELECT a.country, q.kind, q.scope, q.legal_basis, q.received_at, q.acknowledged_at, q.effect_at
    FROM accountability_request q JOIN accountability_authority a ON a.id = q.authority_id
    WHERE q.kind IN ('order_to_act', 'order_to_inform', 'production_order') AND q.state <> 'unauthentic'
    AND q.received_at < %(until)s
"""


def orders(window: Window) -> Iterator[Order]:
    """Orders received before the end (DSA Arts 9 and 10, European Production Orders), but those found not authentic.

    One that names accounts counts in the report of the first service of ours that it names one of, else in that of
    the first of ours.
    """
    ours = own_services()
    for country, kind, scope, basis, received_at, receipt_at, effect_at in _rows(ORDERS, until=window.until):
        asked = _json(scope)
        accounts = asked.get("accounts", [])
        named = {account["service"] for account in accounts}
        if next((one for one in ours if one in named), ours[0]) != window.service:
            continue
        yield Order(
            state="EL" if country == "GR" else country,
            to_act=kind == "order_to_act",
            items=len(accounts) + len(asked.get("items", [])),
            words=" ".join([basis, *asked.get("articles", [])]),
            received_at=received_at,
            receipt_at=receipt_at,
            effect_at=effect_at,
        )


INVENTED = """
    SELECT EXISTS (SELECT 1 FROM intake_wave w JOIN intake_wavepost wp ON wp.wave_id = w.id
                   JOIN intake_testimony t ON t.post_id = wp.post_id JOIN intake_account a ON a.id = t.account_id
                   WHERE w.invented AND a.service = %(service)s AND t.received_at < %(until)s)
"""


def invented(window: Window) -> bool:
    """Whether invented examples are among what is counted, as in a demonstration."""
    return bool(next(_rows(INVENTED, service=window.service, until=window.until))[0])
