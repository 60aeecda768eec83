"""How long the desk's pages take, and how many queries, with 100, 10,000 and 200,000 open cases in its database.

The peer is the queue as it is usually written, and as ours first was: ordered by a subquery for each case's latest
score, counted in full, paged by OFFSET. Pages are asked through the whole stack of middleware as a senior reviewer,
each several times with other cases and other words. Run as `python benchmarks/desk.py`, with other sizes if given.
"""

import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)
os.environ["REMPART_SECOND_FACTOR"] = "optional"  # nobody types a code here

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

SIZES = (100, 10_000, 200_000)
TIMES = 15
BATCH = 5_000
WRITTEN = 10_000
SHIFT = 10_000_000
TESTIMONIES = 2
WORDS = (
    *("message", "photo", "live", "collège", "snap", "demandé", "insisté", "rencontre", "numéro", "bloqué", "peur"),
    *("cadeau", "secret", "argent", "ami", "école", "vidéo", "nuit", "concert", "train", "menace", "compte", "appel"),
)
PEOPLE = 40


def rare(number: int) -> str:
    """A word that stands in about one text of a thousand."""
    return f"mot{number % 1000:03d}x"


def copying(copy: int) -> Iterator[str]:
    """Statements that copy every case written before, with all that belongs to it, under other numbers and handles."""
    from django.db.models import ForeignKey, Model

    from rempart.casework import models
    from rempart.intake.models import Account, Post, Testimony

    copied: tuple[type[Model], ...] = (
        *(Account, models.Case, models.AssessmentRecord, models.Decision, models.MeasureTaken),
        *(Post, Testimony, models.CaseText),
    )
    shift = copy * SHIFT
    longer = f"regexp_replace(words, '(\\w+)', '\\1{copy}', 'g')"
    other: dict[tuple[type[Model], str], str] = {
        (Account, "handle"): f"handle || '.{copy}'",
        (Post, "post_id"): f"post_id || '.{copy}'",
        (Testimony, "uid"): f"uid || '.{copy}'",
        (models.Case, "state"): "'opened'",
        (models.Case, "queue_order"): "queue_order + random()",
        (models.CaseText, "words"): f"CASE kind WHEN 'handle' THEN {longer} ELSE words END",
    }
    for model in copied:
        taken = []
        fields = [field for field in model._meta.local_concrete_fields if not field.generated]
        for field in fields:
            ours = isinstance(field, ForeignKey) and field.related_model in copied
            moved = f"{field.column} + {shift}" if field.primary_key or ours else field.column
            taken.append(other.get((model, field.name), moved))
        table = model._meta.db_table
        names = ", ".join(f'"{field.column}"' for field in fields)
        written = f'SELECT {", ".join(taken)} FROM "{table}" WHERE id <= {SHIFT}'  # noqa: S608
        yield f'INSERT INTO "{table}" ({names}) {written}'
    yield f"UPDATE casework_case SET state = 'assessed' WHERE id > {shift} AND state = 'opened'"  # noqa: S608


class Filler:
    """Puts cases in the database, all open: three in ten wait for an approval, two in ten are restricted."""

    def __init__(self) -> None:
        from rempart.casework.services import rulebook_in_force
        from rempart.ledger.clock import now
        from rempart.staff.services import add_member

        self.made = 0
        self.chance = random.Random(20)
        self.now: datetime = now()
        self.rulebook, self.book = rulebook_in_force()
        self.senior = add_member("senior@rempart.example", name="Ada Senior", roles=["senior_reviewer"])
        self.others = [
            add_member(f"r{number}@rempart.example", name=f"Reviewer {number}", roles=["reviewer"])
            for number in range(PEOPLE)
        ]

    def fill(self, size: int) -> None:
        """Add cases until there are `size`: written one by one up to WRITTEN, then copied by the database."""
        from django.db import connection, transaction

        while self.made < min(size, WRITTEN):
            with transaction.atomic():
                self._batch(min(BATCH, size - self.made))
        written = self.made
        for copy in range(1, size // written):
            with transaction.atomic(), connection.cursor() as cursor:
                for statement in copying(copy):
                    cursor.execute(statement)
            self.made += written
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _batch(self, count: int) -> None:
        from django.db import connection

        from rempart.casework.models import AssessmentRecord, Case
        from rempart.intake.models import Account

        numbers = range(self.made, self.made + count)
        accounts = Account.objects.bulk_create(
            Account(
                service="tiktok",
                handle=f"star.{number:06d}",
                age_band="18_plus",
                reach=int(10 ** self.chance.uniform(2, 7)),
                first_seen_at=self.now,
            )
            for number in numbers
        )
        cases = Case.objects.bulk_create(
            Case(account=account, opened_at=self.now - timedelta(hours=self.chance.uniform(0, 600)))
            for account in accounts
        )
        with connection.cursor() as cursor:
            cursor.execute("UPDATE casework_case SET state = 'assessed' WHERE id >= %s", [cases[0].pk])
        records = AssessmentRecord.objects.bulk_create(self._record(case) for case in cases)
        self._decide(cases, records)
        self._say(cases)
        self._place(cases, records)
        self.made += count

    def _record(self, case: Any) -> Any:
        import msgspec

        from rempart.casework.models import AssessmentRecord
        from rempart.records import Assessment
        from rempart.records.assessment import Factor

        numbers = {
            "credibility": self.chance.random(),
            "independent_sources": self.chance.uniform(0, 6),
            "coordination": self.chance.random() ** 4,
            "severity": self.chance.randrange(5),
        }
        said = Assessment(
            about=case.account.reference,
            as_of=self.now,
            testimonies=TESTIMONIES,
            relays=0,
            disputes=0,
            because=[Factor(factor="prior", weight=0.0), Factor(factor="public_post", weight=2.1)],
            **numbers,
        )
        return AssessmentRecord(case=case, made_at=self.now, assessment=msgspec.to_builtins(said), **numbers)

    def _decide(self, cases: list[Any], records: list[Any]) -> None:
        from rempart.casework.models import Decision, MeasureTaken

        article = next(one for one in self.book.articles if one.mode == "preventive")
        decisions = []
        for number, (case, record) in enumerate(zip(cases, records, strict=True)):
            common = {
                "case": case,
                "assessment": record,
                "rulebook": self.rulebook,
                "mode": "preventive",
                "articles": [article.id],
                "reasons": {},
                "approval": "one_reviewer",
                "lasts": timedelta(days=14),
                "review_within": timedelta(days=7),
                "proposed_at": case.opened_at,
            }
            if number % 10 < 3:
                decisions.append(Decision(state="proposed", **common))
            elif number % 10 < 5:
                begins = self.now - timedelta(hours=self.chance.uniform(1, 160))
                decisions.append(
                    Decision(
                        state="taken",
                        taken_at=begins,
                        since=begins,
                        begins_at=begins,
                        review_due=begins + timedelta(days=7),
                        ends_at=begins + timedelta(days=14),
                        approved_at=begins,
                        approved_by=self.chance.choice(self.others),
                        approved_because="They agree.",
                        **common,
                    )
                )
        Decision.objects.bulk_create(decisions)
        MeasureTaken.objects.bulk_create(
            MeasureTaken(decision=decision, measure="no_new_contacts", articles=[article.id]) for decision in decisions
        )

    def _say(self, cases: list[Any]) -> None:
        from rempart.casework.models import CaseText
        from rempart.casework.services.desk.texts import endings
        from rempart.intake.models import Post, Testimony
        from rempart.text.normalise import normalise

        places = [
            (case, self.made * TESTIMONIES + n) for n, case in enumerate(c for c in cases for _ in range(TESTIMONIES))
        ]
        texts = [" ".join([*self.chance.choices(WORDS, k=18), rare(n)]) for _case, n in places]
        posts = Post.objects.bulk_create(
            Post(
                service="tiktok",
                post_id=f"p{n}",
                source="example",
                author=f"author{n}",
                created_at=self.now,
                text=text,
                lang="fr",
                stance="testimony",
                stance_probability=1.0,
                read={},
                stored_at=self.now,
            )
            for (_case, n), text in zip(places, texts, strict=True)
        )
        said = Testimony.objects.bulk_create(
            Testimony(
                uid=f"tiktok:p{n}",
                account_id=case.account_id,
                post=post,
                received_at=self.now,
                channel="public_post",
                stance="testimony",
                conduct=["sexual_messages"],
                conduct_services=[],
                met_on=[],
                reporter=f"r{n}",
                reporter_facts={},
                evidence=[],
            )
            for (case, n), post in zip(places, posts, strict=True)
        )
        CaseText.objects.bulk_create(
            CaseText(case=case, kind="handle", words=" ".join(endings(case.account.handle))) for case in cases
        )
        CaseText.objects.bulk_create(
            CaseText(case=case, kind="testimony", testimony=one, words=normalise(text).text)
            for (case, _n), one, text in zip(places, said, texts, strict=True)
        )

    def _place(self, cases: list[Any], records: list[Any]) -> None:
        from rempart.casework.models import Case
        from rempart.casework.priority import queue_order
        from rempart.casework.services.desk import waiting_of

        found = Case.objects.select_related("account").prefetch_related("decisions__measures")
        known = {case.pk: case for case in found.filter(pk__gte=cases[0].pk)}
        for record in records:
            case = known[record.case_id]
            case.queue_order = queue_order(waiting_of(case, record))
        Case.objects.bulk_update(known.values(), ["queue_order"], batch_size=1000)


def first_version() -> None:
    """The queries of the queue as it was first written: the first page and how many there are."""
    from django.core.paginator import Paginator
    from django.db.models import F, OuterRef, Subquery

    from rempart.casework import selectors
    from rempart.casework.models import AssessmentRecord

    latest = AssessmentRecord.objects.filter(case=OuterRef("pk")).order_by("-made_at", "-pk")
    found = selectors.cases().annotate(score=Subquery(latest.values("credibility")[:1])).exclude(score=None)
    page = Paginator(found.order_by(F("score").desc(), "pk"), 50).get_page(1)
    assert len(page.object_list) <= page.paginator.count


def our_version() -> None:
    """The same with ours."""
    from rempart.casework import keyset, selectors

    found = selectors.queue()
    assert len(keyset.slice_of(found, {}, 50).object_list) <= keyset.counted(found)


def pages(filler: Filler, size: int) -> list[tuple[str, Callable[[int], tuple[str, dict[str, str] | None]]]]:
    """What is asked: a name, and for each repetition an address and what is sent to it, if anything."""
    from rempart.casework.models import Case

    keys = list(Case.objects.order_by("?").values_list("pk", flat=True)[: TIMES + 3])
    deep = Case.objects.order_by("-queue_order", "-pk")[size // 2]
    place = f"{deep.queue_order!r}_{deep.pk}"

    def key(n: int) -> int:
        return keys[n % len(keys)]

    return [
        ("queue", lambda _n: ("/cases/", None)),
        ("queue, half-way down", lambda _n: (f"/cases/?after={place}", None)),
        ("queue, waiting", lambda _n: ("/cases/?state=waiting", None)),
        ("queue, restricted", lambda _n: ("/cases/?state=in_force", None)),
        ("queue, by handle", lambda n: (f"/cases/?q={n * 61 % size:04d}", None)),
        ("case", lambda n: (f"/cases/{key(n)}/", None)),
        ("next case", lambda n: ("/cases/next/", {"after": str(key(n))})),
        ("search, a rare word", lambda n: (f"/search/?q={rare(n * 7)}", None)),
        ("search, common words", lambda n: (f"/search/?q={WORDS[n % len(WORDS)]}+{WORDS[(n + 5) % len(WORDS)]}", None)),
        ("search, a handle", lambda n: (f"/search/?q=star.{n * 61 % size:06d}", None)),
        ("palette", lambda n: (f"/palette/?q={n * 61 % size:05d}", None)),
        ("due", lambda _n: ("/due/", None)),
        ("desk", lambda _n: ("/desk/", None)),
    ]


def asked(client: Any, address: str, sent: dict[str, str] | None) -> None:
    """Ask for a page, or send a form."""
    answer = client.get(address) if sent is None else client.post(address, sent)
    assert answer.status_code in (200, 302), (address, answer.status_code)


def times(work: Callable[[int], None]) -> list[float]:
    """Milliseconds of each repetition, after three that are not counted."""
    taken = []
    for n in range(TIMES + 3):
        began = time.perf_counter()
        work(n)
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(islice(taken, 3, None))


def measured(filler: Filler, size: int) -> Iterator[tuple[str, float, float, int]]:
    """For each page: its name, its median and 95th percentile in milliseconds, its number of queries."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="localhost")
    client.force_login(filler.senior)
    for name, address in pages(filler, size):
        taken = times(lambda n, address=address: asked(client, *address(n)))
        with CaptureQueriesContext(connection) as queries:
            asked(client, *address(TIMES))
        yield name, statistics.median(taken), taken[int(0.95 * (len(taken) - 1))], len(queries)


def main() -> None:
    """Print a table for each size."""
    set_up()
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    filler = Filler()
    for size in sizes:
        began = time.perf_counter()
        filler.fill(size)
        print(f"\n{size:,} open cases (made in {time.perf_counter() - began:.0f} s)")
        print(f"{'page':<24} {'median ms':>10} {'p95 ms':>8} {'queries':>8}")
        for name, median, high, queries in measured(filler, size):
            print(f"{name:<24} {median:>10.0f} {high:>8.0f} {queries:>8}", flush=True)
        ours = statistics.median(times(lambda _n: our_version()))
        first = statistics.median(times(lambda _n: first_version()))
        print(
            f"queue's first page and count alone: {ours:.1f} ms; as first written: {first:.1f} ms, {first / ours:.0f} ×"
        )


if __name__ == "__main__":
    try:
        main()
    finally:
        EmbeddedServer(HOME).remove()
        shutil.rmtree(HOME, ignore_errors=True)
