"""Reports that a platform hands over: kept once, by pseudonym, addresses apart; withdrawn as their authors wish."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart import records
from rempart.intake.services import HandedReport, NumberTaken, ReportRefused, receive_report, withdraw_reports
from rempart.ledger.clock import now
from rempart.records.vocabulary import CONDUCTS

SENT = HandedReport(
    number="R-1",
    about=records.AccountReference("tiktok", "leo.vrtx"),
    text="Il m’a demandé des photos.",
    conduct=["nude_request"],
    services=["snapchat"],
    met_on=["tiktok"],
    minor=True,
    reporter=records.Reporter(id="@Lea.Moreau", followers=12, rejected=1),
    origin=records.Origin(network="10.0.0.1"),
    email="lea@example.org",
)


def changed(**fields):
    """The report with other fields."""
    return msgspec.structs.replace(SENT, **fields)


def test_a_report_is_the_contracts_testimony(db):
    from rempart.intake.selectors import records_about

    report = receive_report(SENT)
    (said,) = records_about([report.testimony.account])
    assert (said.channel, said.stance, said.text) == ("user_report", "testimony", SENT.text)
    assert (said.conduct, said.conduct_services, said.met_on) == (["nude_request"], ["snapchat"], ["tiktok"])
    assert (said.complainant_minor, said.reporter.followers, said.reporter.rejected) == (True, 12, 1)


def test_its_author_is_the_same_pseudonym_as_when_they_post(db, bring_in, post, accuses):
    from rempart.intake.models import Testimony

    bring_in(post(1, accuses, service="tiktok", author="lea.moreau"), source="platform")
    report = receive_report(SENT)
    assert Testimony.objects.get(post__isnull=False).reporter == report.testimony.reporter
    assert "lea" not in report.testimony.reporter


def test_nothing_of_where_its_author_is_reached_or_came_from_stands_with_the_testimony(db):
    from rempart.intake.models import Testimony

    receive_report(SENT)
    stored = str(Testimony.objects.values().get())
    assert "lea@example.org" not in stored
    assert "10.0.0.1" not in stored
    assert "moreau" not in stored.lower()


def test_no_name_nor_address_is_required(db):
    report = receive_report(changed(email=""))
    assert report.conversation.sealed_email is None


def test_the_same_report_again_is_the_same_report(db):
    assert receive_report(SENT) == receive_report(SENT)


def test_another_content_under_its_number_is_refused(db):
    receive_report(SENT)
    with pytest.raises(NumberTaken):
        receive_report(changed(text="Autre chose."))


def test_two_platforms_may_use_the_same_number(db):
    assert receive_report(SENT) != receive_report(changed(service="instagram"))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"number": " "}, "number"),
        ({"text": "", "conduct": []}, "text"),
        ({"text": "x" * 70_000}, "text"),
        ({"channel": "public_post"}, "channel"),
        ({"service": "myspace"}, "service"),
        ({"language": "de"}, "language"),
        ({"country": "France"}, "country"),
        ({"email": "nobody"}, "email"),
        ({"received_at": now() + timedelta(hours=1)}, "received_at"),
        ({"reporter": records.Reporter(id="\0")}, "reporter.id"),
        ({"reporter": records.Reporter(id="lea", communities=["a"] * 201)}, "reporter.communities"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(db, fields, field):
    from rempart.intake.models import Report

    with pytest.raises(ReportRefused) as refused:
        receive_report(changed(**fields))
    assert refused.value.field == field
    assert not Report.objects.exists()


def test_a_report_is_in_the_ledger_without_its_words(db):
    from rempart.ledger.models import Content, LedgerRow

    receive_report(SENT)
    assert "report_received" in set(LedgerRow.objects.values_list("event", flat=True))
    told = " ".join(Content.objects.values_list("canonical", flat=True))
    assert "photos" not in told
    assert "lea" not in told


def test_ten_platforms_servers_that_hand_over_the_same_report_make_one(own_database):
    from django.db import connection

    from rempart.intake.models import Report

    def hand_over(_number):
        try:
            return receive_report(SENT).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        assert len(set(pool.map(hand_over, range(10)))) == 1
    assert Report.objects.count() == 1


def test_what_is_withdrawn_leaves_the_assessment_with_its_words(db):
    from rempart.intake.models import Testimony
    from rempart.intake.selectors import records_about

    report = receive_report(SENT)
    account, reporter = report.testimony.account, report.testimony.reporter
    assert withdraw_reports(account, reporter) == 1
    assert withdraw_reports(account, reporter) == 0
    assert records_about([account]) == []
    kept = Testimony.everything.get()
    assert (kept.text, kept.conduct, kept.evidence, kept.reporter_facts) == (None, [], [], {})


def test_a_public_post_is_not_withdrawn_here(db, bring_in, post, accuses):
    from rempart.intake.selectors import records_about

    bring_in(post(1, accuses, service="tiktok", author="lea.moreau"), source="platform")
    report = receive_report(changed(about=records.AccountReference("tiktok", "leo.vrtx")))
    withdraw_reports(report.testimony.account, report.testimony.reporter)
    assert [one.channel for one in records_about([report.testimony.account])] == ["public_post"]


def test_a_forgotten_account_leaves_with_its_reports_and_their_conversations(db):
    from rempart.correspondence.models import Conversation
    from rempart.intake.models import Report
    from rempart.intake.retention import forget_accounts
    from rempart.ledger.models import Content
    from rempart.ledger.services import reference

    report = receive_report(changed(about=records.AccountReference("snapchat", "leo")))
    forget_accounts([report.testimony.account_id])
    assert not Report.objects.exists()
    assert not Content.objects.filter(row__subject=reference(report)).exclude(row__event="content_erased").exists()
    assert not Conversation.objects.filter(kind="complainant").exists()


@given(
    text=st.text(max_size=200).filter(str.strip),
    conduct=st.lists(st.sampled_from(CONDUCTS), unique=True),
    handle=st.from_regex(r"\A[a-z][a-z0-9._]{0,20}[a-z0-9]\Z"),
    reporter=st.text(min_size=1, max_size=40).filter(lambda name: name.strip().removeprefix("@")),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_handed_over_is_kept_as_it_is_or_refused_by_name(db, text, conduct, handle, reporter):
    from django.db import transaction

    from rempart.intake.selectors import records_about

    with transaction.atomic():
        sent = changed(
            text=text,
            conduct=conduct,
            about=records.AccountReference("tiktok", handle),
            reporter=records.Reporter(id=reporter),
        )
        if "\0" in text + reporter:
            with pytest.raises(ReportRefused, match="null character"):
                receive_report(sent)
        else:
            (said,) = records_about([receive_report(sent).testimony.account])
            assert (said.text, said.conduct) == (text, conduct)
        transaction.set_rollback(True)
