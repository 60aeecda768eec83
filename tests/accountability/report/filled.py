"""A record of many invented cases, written by COPY: as many as one likes, each different, in and around a year.

Nothing here asks the services: what they would refuse the database refuses too.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, connections, models

FIRST = 5_000_000
"""Row numbers begin here, far from what sequences give."""
MOST = 50
"""More rows of a table than one case has."""
YEAR = 2026
BEGINS, ENDS = datetime(YEAR, 1, 1, tzinfo=UTC), datetime(YEAR + 1, 1, 1, tzinfo=UTC)
CHANNELS = ("public_post", "public_post", "user_report", "form", "trusted_flagger")
CONDUCT = (
    *("nude_request", "sexual_messages", "unsolicited_nudes", "grooming", "sextortion", "image_abuse"),
    *("sexual_assault", "harassment", "financial_exploitation"),
)
MEASURES = (
    *("watch", "no_recommendation", "no_contact_with_minors", "no_new_contacts", "no_live", "no_monetisation"),
    *("read_only", "suspend"),
)
DECLARED = (
    ("STATEMENT_CATEGORY_PROTECTION_OF_MINORS", ["KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS"]),
    ("STATEMENT_CATEGORY_CYBER_VIOLENCE", ["KEYWORD_CYBER_HARASSMENT"]),
    ("STATEMENT_CATEGORY_CYBER_VIOLENCE", []),
    ("STATEMENT_CATEGORY_SCAMS_AND_FRAUD", ["KEYWORD_OTHER"]),
    ("STATEMENT_CATEGORY_OTHER_VIOLATION_TC", []),
)
TITLES = ("Contact began on our service", "Several people say the same")
FILLED = (
    *("intake_account", "casework_case", "intake_testimony", "correspondence_conversation", "intake_report"),
    *("casework_assessmentrecord", "casework_decision", "casework_measuretaken", "casework_platformorder"),
    *("casework_statement", "casework_outcome", "casework_appeal"),
)


def insert(model: type[models.Model], rows: Iterable[dict[str, Any]]) -> None:
    """Write rows by COPY; what a row leaves out has the model's default."""
    from psycopg.types.json import Jsonb

    fields = [one for one in model._meta.local_concrete_fields if not one.generated]
    names = ", ".join(f'"{one.column}"' for one in fields)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
        for row in rows:
            values = []
            for one in fields:
                value = row[one.attname] if one.attname in row else one.get_default()
                values.append(Jsonb(value) if isinstance(one, models.JSONField) and value is not None else value)
            copy.write_row(values)


def owning(statement: str) -> None:
    """Run a statement on each table that is filled, as their owner."""
    with connections["owner"].cursor() as cursor:
        for table in FILLED:
            cursor.execute(statement.format(table=table))


class Filler:
    """Writes cases; `chance` decides everything, so the same seed gives the same record."""

    def __init__(self, staff: list[int], rulebook: int, *, seed: int, first: int) -> None:
        """first: how many cases were written before."""
        self.chance = random.Random(seed)
        self.staff, self.rulebook, self.first = staff, rulebook, first
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.numbers: dict[str, int] = {}

    def add(self, table: str, **row: Any) -> int:
        """Keep a row for its table; returns its number."""
        number = self.numbers[table] = self.numbers.get(table, FIRST + self.first * MOST) + 1
        self.rows.setdefault(table, []).append(row | {"id": number})
        return number

    def fill(self, cases: int, *, batch: int = 2_000) -> None:
        """Write this many cases, with what belongs to them."""
        for made in range(cases):
            self.case(self.first + made)
            if made % batch == batch - 1:
                self.write()
        self.write()

    def write(self) -> None:
        """Write what was kept, in the order in which rows refer to one another."""
        from rempart.casework import models as casework
        from rempart.correspondence.models import Conversation
        from rempart.intake.models import Account, Report, Testimony

        tables: dict[str, type[models.Model]] = {
            "account": Account,
            "case": casework.Case,
            "testimony": Testimony,
            "conversation": Conversation,
            "report": Report,
            "record": casework.AssessmentRecord,
            "decision": casework.Decision,
            "measure": casework.MeasureTaken,
            "order": casework.PlatformOrder,
            "statement": casework.Statement,
            "outcome": casework.Outcome,
            "appeal": casework.Appeal,
        }
        for name, model in tables.items():
            insert(model, self.rows.pop(name, []))
        assert not self.rows

    def moment(
        self, since: datetime = BEGINS - timedelta(days=40), until: datetime = ENDS + timedelta(days=10)
    ) -> datetime:
        """Some moment, by default in and around the year."""
        return since + timedelta(seconds=self.chance.randrange(int((until - since).total_seconds())))

    def case(self, number: int) -> None:
        """One account with what is said of it, what was decided, and what was said of that."""
        opened = self.moment()
        account = self.add(
            "account", service="tiktok", handle=f"star.{number}", age_band="18_plus", first_seen_at=opened
        )
        case = self.add("case", account_id=account, state="opened", opened_at=opened)
        channels: dict[str, int] = {}
        conversations = []
        for n in range(self.chance.randrange(4)):
            channel = self.chance.choice(CHANNELS)
            conversations += self.testimony(account, f"{number}.{n}", channel, opened + timedelta(hours=n * 7.3))
            channels[channel] = channels.get(channel, 0) + 1
        record = self.add(
            "record",
            case_id=case,
            made_at=opened,
            assessment={"by_channel": channels},
            credibility=0.9,
            independent_sources=3.0,
            coordination=0.0,
            severity=3,
        )
        decided = list(self.decisions(case, record, opened + timedelta(hours=self.chance.uniform(1, 200)), channels))
        for decision, state, at in decided:
            if self.chance.random() < 0.15:
                self.appeal(case, decision, state, at, conversations)
        if self.chance.random() < 0.2:
            at = opened + timedelta(hours=self.chance.uniform(1, 900))
            self.add(
                "outcome",
                case_id=case,
                kind="no_action",
                decided_at=at,
                decided_by_id=self.staff[0],
                because="Nothing.",
            )

    def testimony(self, account: int, name: str, channel: str, at: datetime) -> list[int]:
        """What one person says; a notice unless it is a public post. Returns its conversation."""
        said = self.add(
            "testimony",
            uid=f"t.{name}",
            account_id=account,
            received_at=at,
            channel=channel,
            stance=self.chance.choices(("testimony", "relay", "dispute"), (8, 1, 1))[0],
            conduct=sorted(self.chance.sample(CONDUCT, self.chance.randrange(3))),
            conduct_services=[],
            met_on=[],
            complainant_minor=self.chance.choice((True, False, None)),
            reporter=f"r.{name}",
            reporter_facts={},
            evidence=[],
        )
        if channel == "public_post":
            return []
        conversation = self.add(
            "conversation",
            kind="complainant",
            about=f"intake.account:{account}",
            person=f"p.{name}",
            service="tiktok",
            report=name,
            opened_at=at,
        )
        self.add(
            "report",
            testimony_id=said,
            conversation_id=conversation,
            service="tiktok",
            number=name,
            digest=b"0",
            arrived_at=at,
        )
        return [conversation]

    def decisions(
        self, case: int, record: int, at: datetime, channels: dict[str, int]
    ) -> Iterator[tuple[int, str, datetime]]:
        """A run of decisions: number, state, and when it began or was declined."""
        kind = self.chance.choices(("none", "declined", "waits", "automatic", "preventive"), (2, 2, 1, 2, 5))[0]
        common = {
            "case_id": case,
            "assessment_id": record,
            "rulebook_id": self.rulebook,
            "articles": ["a"],
            "reasons": {},
        }
        if kind == "none":
            return
        if kind in ("declined", "waits"):
            declined = {} if kind == "waits" else self.said("declined", at)
            state = "proposed" if kind == "waits" else "declined"
            proposal = self.add(
                "decision",
                mode="preventive",
                approval="one_reviewer",
                state=state,
                proposed_at=at,
                **declined,
                **common,
            )
            self.measures(proposal, at, None)
            yield proposal, state, at
            return
        lasts = timedelta(days=3 if kind == "automatic" else 14)
        since, measures = at, None
        for turn in range(1 if kind == "automatic" else self.chance.randrange(1, 4)):
            lifted = self.chance.random() < 0.2
            ended = at + lasts * self.chance.random() if lifted else None
            confirmed = self.said("confirmed", at + lasts / 2) if self.chance.random() < 0.3 and not lifted else {}
            approved = {} if kind == "automatic" else self.said("approved", at)
            decision = self.add(
                "decision",
                mode="preventive",
                approval="automatic" if kind == "automatic" else "one_reviewer",
                state="taken",
                proposed_at=at - timedelta(hours=self.chance.uniform(0, 30)),
                proposed_by_id=self.staff[1] if turn and self.chance.random() < 0.5 else None,
                taken_at=at,
                since=since,
                begins_at=at,
                review_due=at + lasts / 2,
                ends_at=at + lasts,
                ended_at=ended,
                ended="lifted" if lifted else "",
                **approved,
                **confirmed,
                **common,
            )
            measures = self.measures(decision, at, ended, measures if self.chance.random() < 0.7 else None)
            self.statement(decision, at, channels, kind)
            yield decision, "taken", at
            if lifted:
                return
            at += lasts
            if self.chance.random() < 0.2:
                at += timedelta(hours=1)  # a gap: what follows begins anew
        if kind == "preventive" and self.chance.random() < 0.4:
            ends = None if self.chance.random() < 0.5 else at + timedelta(days=90)
            final = self.add(
                "decision",
                mode="final",
                approval="one_reviewer",
                state="taken",
                proposed_at=at,
                proposed_by_id=self.staff[1],
                taken_at=at,
                begins_at=at,
                ends_at=ends,
                **self.said("approved", at),
                **common,
            )
            self.measures(final, at, None, measures)
            self.statement(final, at, channels, "final")
            yield final, "taken", at

    def said(self, what: str, at: datetime) -> dict[str, Any]:
        """Who did something to a decision, when and why."""
        return {f"{what}_at": at, f"{what}_by_id": self.staff[0], f"{what}_because": "They looked."}

    def measures(
        self, decision: int, at: datetime, ended: datetime | None, which: list[str] | None = None
    ) -> list[str]:
        """The measures of a decision, lifted with it, and how long the platform took."""
        which = which or sorted(self.chance.sample(MEASURES, self.chance.randrange(1, 4)))
        for name in which:
            lifted = (
                {"lifted_at": ended, "lifted_by_id": self.staff[0], "lifted_because": "It is over."} if ended else {}
            )
            measure = self.add("measure", decision_id=decision, measure=name, articles=["a"], **lifted)
            if name != "watch" and self.chance.random() < 0.6:
                done = at + timedelta(minutes=self.chance.uniform(0, 300)) if self.chance.random() < 0.8 else None
                self.add("order", measure_id=measure, action="apply", due_at=at, ordered_at=at, carried_out_at=done)
        return which

    def statement(self, decision: int, at: datetime, channels: dict[str, int], kind: str) -> None:
        """The statement of reasons, which one decision in ten lacks."""
        if self.chance.random() < 0.1:
            return
        category, keywords = self.chance.choice(DECLARED)
        law = self.chance.random() < 0.3
        declared = {
            "decision_ground": f"DECISION_GROUND_{'ILLEGAL' if law else 'INCOMPATIBLE'}_CONTENT",
            f"{'illegal_content_legal' if law else 'incompatible_content'}_ground": self.chance.choice(TITLES),
            "illegal_content_explanation": "Long words. " * 20,
            "category": category,
            "category_specification": keywords,
            "source_type": "SOURCE_ARTICLE_16" if set(channels) - {"public_post"} else "SOURCE_VOLUNTARY",
            "automated_detection": "Yes" if "public_post" in channels else "No",
            "automated_decision": "AUTOMATED_DECISION_FULLY" if kind == "automatic" else "AUTOMATED_DECISION_PARTIALLY",
        }
        texts = {"fr": [], "en": []}
        self.add("statement", decision_id=decision, made_at=at, fields={"transparency": declared}, texts=texts)

    def appeal(self, case: int, decision: int, state: str, at: datetime, conversations: list[int]) -> None:
        """A complaint about a decision, by the person concerned, or by somebody who reported if it was declined."""
        if state == "proposed" or (state == "declined" and not conversations):
            return
        by = "complainant" if state == "declined" else "respondent"
        conversation = (
            conversations[0]
            if by == "complainant"
            else self.add(
                "conversation",
                kind="respondent",
                about=f"casework.case:{case}",
                person=f"d.{decision}",
                service="tiktok",
                account=f"d.{decision}",
                opened_at=at,
            )
        )
        filed = at + timedelta(hours=self.chance.uniform(1, 400))
        answered = filed + timedelta(hours=self.chance.uniform(1, 300))
        became = self.chance.choice(("filed", "upheld", "rejected", "withdrawn"))
        told: dict[str, Any] = {"withdrawn_at": answered} if became == "withdrawn" else {}
        if became in ("upheld", "rejected"):
            told = {"decided_at": answered, "decided_by_id": self.staff[2], "decided_because": {"en": "Read again."}}
        self.add(
            "appeal",
            case_id=case,
            by=by,
            conversation_id=conversation,
            decision_id=decision,
            filed_at=filed,
            grounds="It was not me.",
            due_at=filed + timedelta(days=14),
            state=became,
            state_before="assessed",
            **told,
        )


def fill(cases: int, *, seed: int = 7, first: int = 0) -> None:
    """Write this many cases after the first ones, and the few people who decided."""
    from rempart.casework.services import rulebook_in_force
    from rempart.staff.models import StaffMember
    from rempart.staff.services import add_member

    people = (
        ("m0@rempart.example", "reviewer"),
        ("m1@rempart.example", "reviewer"),
        ("m2@rempart.example", "senior_reviewer"),
    )
    staff = [
        StaffMember.objects.filter(email=email).first() or add_member(email, name=email, roles=[role])
        for email, role in people
    ]
    with connection.cursor() as cursor:
        # Tables that were empty when they were last analysed would be read whole by the trigger of every row.
        cursor.execute("SET LOCAL enable_seqscan = off")
    Filler([one.pk for one in staff], rulebook_in_force()[0].pk, seed=seed, first=first).fill(cases)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = on")
