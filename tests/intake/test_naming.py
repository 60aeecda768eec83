"""Whom testimonies name is found by an index that holds at least what is read in them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rempart.intake.models import Account, Post, Testimony
from rempart.intake.naming import handles_in, is_spoken_of, mails_in
from rempart.ledger.clock import now
from rempart.records import AccountReference

LONG = "a" * 300


@pytest.fixture
def testified(db):
    """A testimony in these words, its own or its post's: `testified("…", by_post=True)`."""

    def make(text: str, *, by_post: bool = False) -> Testimony:
        account, _new = Account.objects.get_or_create(
            service="tiktok", handle="somebody.else", defaults={"first_seen_at": now()}
        )
        post = None
        if by_post:
            post = Post.objects.create(
                service="tiktok", post_id="1", source="file", author="x", created_at=now(), text=text,
                stance="testimony", stance_probability=0.9, read={}, stored_at=now(),
            )  # fmt: skip
        return Testimony.objects.create(
            uid="t", account=account, post=post, received_at=now(), channel="form", stance="testimony", conduct=[],
            conduct_services=[], met_on=[], text=None if by_post else text, reporter="r", reporter_facts={},
            evidence=[],
        )  # fmt: skip

    return make


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="aB7@@@._-+é ", max_size=40))
@example("écris à A+b@exemple.org_demain ou à @Beau.Pere. ou à @-x")
@example(f"@{LONG} {LONG}@{LONG}.org")
def test_the_index_holds_whatever_is_read_as_named(db, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT intake_named_in(%s)", [text])
        held = set(cursor.fetchone()[0])
    domains = {mail.rpartition("@")[2] for mail in mails_in(text)}
    assert {one[:254].rstrip("._-") for one in domains | handles_in(text)} <= held


@pytest.mark.parametrize("by_post", [False, True], ids=["its own words", "its post's"])
@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("son adresse : Beau.Pere+lui@Example.org", {"mail": "beau.pere@example.org"}),
        ("c’est @Beau.Pere.", {"account": AccountReference("instagram", "beau.pere")}),
    ],
    ids=["an address", "a handle"],
)
def test_who_is_named_in_a_testimony_is_found(testified, text, asked, by_post):
    testified(text, by_post=by_post)
    assert is_spoken_of(**asked)


def test_a_post_of_which_no_testimony_came_names_nobody(testified):
    testified("c’est @beau.pere", by_post=True).delete()
    assert not is_spoken_of(account=AccountReference("tiktok", "beau.pere"))


def test_no_table_of_words_is_read_from_end_to_end(db):
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("SET LOCAL enable_seqscan = off")
        is_spoken_of(mail="beau.pere@example.org")
        plans = []
        for query in [one["sql"] for one in asked.captured_queries if "intake_named_in" in one["sql"]]:
            cursor.execute(f"EXPLAIN {query[query.index('SELECT') :]}")
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    assert ["testimonies_by_whom" in plans[0], "posts_by_whom" in plans[1]] == [True, True]
