"""Testimonies made of statements, and the two kinds of line told apart."""

from datetime import UTC, datetime

import pytest

from rempart.records import AccountReference, Statement, Testimony, testimonies
from rempart.records.lines import BadLine

LEO, MIA = AccountReference("tiktok", "leo.vrtx"), AccountReference("snapchat", "leo.vrtx")
AT = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)


def statement(**fields):
    given = {
        "id": "12",
        "service": "twitter",
        "author": "invented",
        "created_at": AT,
        "author_created_at": AT,
        "text": "des mots inventés",
        "stance": "testimony",
        "stance_probability": 0.9,
        "accused": [LEO, MIA],
        "concerns": [LEO],
        "conduct": ["grooming"],
        "complainant_minor": True,
        "evidence": ["screenshot", "complaint_filed"],
    }
    return Statement(**{**given, **fields})


def test_a_testimony_is_made_for_each_account_accused():
    first, second = testimonies.testimonies_of(statement())
    assert (first.about, second.about) == (LEO, MIA)
    assert first.id.startswith("twitter:12:")
    assert first.id != second.id


def test_what_the_statement_says_is_kept():
    first, _ = testimonies.testimonies_of(statement())
    assert (first.channel, first.received_at, first.conduct, first.complainant_minor) == (
        "public_post",
        AT,
        ["grooming"],
        True,
    )
    assert (first.reporter.id, first.reporter.account_created_at) == ("twitter:invented", AT)


def test_the_evidence_that_it_mentions_is_unverified():
    first, _ = testimonies.testimonies_of(statement())
    assert [(piece.kind, piece.verified) for piece in first.evidence] == [("screenshot", None)]


def test_a_denial_is_made_for_each_account_that_it_concerns():
    (denial,) = testimonies.testimonies_of(statement(stance="dispute"))
    assert (denial.about, denial.stance) == (LEO, "dispute")


@pytest.mark.parametrize("fields", [{"stance": "news"}, {"stance": "support"}, {"repost_of": "11"}, {"accused": []}])
def test_other_stances_reposts_and_nobody_accused_make_none(fields):
    assert testimonies.testimonies_of(statement(**fields)) == []


def test_an_account_named_twice_is_accused_once():
    assert len(testimonies.testimonies_of(statement(accused=[LEO, LEO]))) == 1


def test_a_testimony_line_is_one():
    line = {
        "id": "t1",
        "received_at": "2026-03-04T17:00:00Z",
        "channel": "sealed",
        "about": {"service": "tiktok", "handle": "leo.vrtx"},
        "stance": "relay",
        "reporter": {"id": "r1"},
    }
    (testimony,) = testimonies.read_testimonies(line)
    assert isinstance(testimony, Testimony)


def test_a_statement_line_that_lacks_a_field_names_it():
    with pytest.raises(BadLine) as caught:
        testimonies.read_testimonies(
            {"id": "12", "author": "invented", "created_at": "2026-03-04T17:00:00Z", "service": "twitter"}
        )
    assert caught.value.field == "text"
