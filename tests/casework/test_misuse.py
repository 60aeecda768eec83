"""Misuse of reporting: two people find, one warns, another suspends; it ends by itself; no danger is turned away."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from rempart import records
from rempart.casework import errors
from rempart.casework.services import misuse
from rempart.ledger.clock import now

BOTH = {"fr": "Trois récits contredits par les faits.", "en": "Three stories that the facts contradict."}


@pytest.fixture
def reported(book):
    """Hand over a report: `reported("star.1", reporter="troll")`; returns its Report."""
    from rempart.intake.services import HandedReport, receive_report

    numbers = iter(range(1000))

    def hand_over(handle="star", *, reporter="troll", **more):
        return receive_report(
            HandedReport(
                number=f"m{next(numbers)}",
                about=records.AccountReference("tiktok", handle),
                text="Il vole des chats.",
                conduct=["harassment"],
                reporter=records.Reporter(id=reporter),
                **more,
            )
        )

    return hand_over


@pytest.fixture
def senior(staff_member):
    """A senior reviewer."""
    return staff_member("senior_reviewer", name="Claire Fabre")


@pytest.fixture
def unfounded(reported, reviewer, colleague):
    """A report that two people found manifestly unfounded."""

    def find(handle="star", *, gravity=1, intent="unknown", **more):
        report = reported(handle, **more)
        finding = misuse.find_unfounded(report, gravity=gravity, intent=intent, acting=reviewer, reason="Impossible.")
        return misuse.agree_unfounded(finding, acting=colleague, reason="So it is.")

    return find


def test_why_a_report_is_found_unfounded_copies_nobody_elses_words(reported, reviewer):
    from rempart.casework.services.disclosing import LeadsToSomebody

    report = reported()
    other = reported(reporter="zoe").testimony
    other.text = "Il est venu devant chez moi à vélo."
    other.save(update_fields=["text"])
    with pytest.raises(LeadsToSomebody):
        misuse.find_unfounded(
            report, gravity=1, intent="unknown", acting=reviewer, reason="« Il est venu devant chez moi », dit zoe."
        )


@pytest.fixture
def warned(unfounded, reviewer):
    """Somebody who was warned; returns their pseudonym."""
    findings = [unfounded(f"star.{number}") for number in range(3)]
    reporter = findings[0].report.testimony.reporter
    misuse.warn_reporter(reporter, because=BOTH, acting=reviewer)
    return reporter


@pytest.fixture
def suspended(warned, unfounded, senior, clock):
    """Somebody whose right to report is suspended; returns the suspension."""
    clock.move(timedelta(days=1))
    for number in range(2):
        unfounded(f"other.{number}")
    return misuse.suspend_reporter(warned, because=BOTH, acting=senior)


def last_words(report):
    """The last thing that the author of a report reads, in English."""
    return report.conversation.messages.order_by("sent_at", "pk").last().text["en"]


# --- one report


def test_one_person_alone_finds_nothing_unfounded(reported, reviewer):
    from rempart.intake.selectors import records_about

    report = reported()
    finding = misuse.find_unfounded(report, gravity=1, intent="unknown", acting=reviewer, reason="Impossible.")
    with pytest.raises(errors.SecondPersonNeeded):
        misuse.agree_unfounded(finding, acting=reviewer, reason="I am sure.")
    assert len(records_about([report.testimony.account])) == 1


def test_the_database_refuses_the_same_person_twice(reported, reviewer):
    from rempart.casework.models import UnfoundedReport

    finding = misuse.find_unfounded(reported(), gravity=1, intent="unknown", acting=reviewer, reason="Impossible.")
    with pytest.raises(IntegrityError, match="unfounded_takes_two_people"), transaction.atomic():
        UnfoundedReport.objects.filter(pk=finding.pk).update(
            agreed_by=reviewer, agreed_at=now(), agreed_because="I am sure."
        )


def test_what_two_people_find_unfounded_leaves_the_assessment_and_its_author_is_told_why(unfounded):
    from rempart.intake.selectors import records_about

    report = unfounded().report
    assert records_about([report.testimony.account]) == []
    assert "Impossible." in last_words(report)


def test_rejected_grows_in_everything_else_that_the_person_says_and_then_only(reported, reviewer, colleague):
    from rempart.intake.selectors import records_about

    other = reported("elsewhere").testimony.account
    report = reported()
    finding = misuse.find_unfounded(report, gravity=1, intent="unknown", acting=reviewer, reason="Impossible.")
    assert records_about([other])[0].reporter.rejected == 0
    misuse.agree_unfounded(finding, acting=colleague, reason="So it is.")
    assert records_about([other])[0].reporter.rejected == 1


def test_what_was_undone_counts_as_before(reported, unfounded, colleague):
    from rempart.intake.selectors import records_about

    finding = unfounded()
    other = reported("elsewhere").testimony.account
    misuse.undo_unfounded(finding, acting=colleague, reason="We were wrong.")
    assert len(records_about([finding.report.testimony.account])) == 1
    assert records_about([other])[0].reporter.rejected == 0
    assert "your message counts again" in last_words(finding.report)


def test_an_unproved_report_counts_as_neither(reported, judged, reviewer):
    from rempart.casework.services import take_no_action
    from rempart.intake.selectors import records_about

    other = reported("elsewhere").testimony.account
    case = judged(reported().testimony.account, credibility=0.2)
    take_no_action(case, acting=reviewer, reason="Nothing can be established.")
    counted = records_about([other])[0].reporter
    assert (counted.upheld, counted.rejected) == (0, 0)


def test_a_final_measure_counts_for_what_its_authors_say_of_others_and_not_of_the_same(
    reported, judged, reviewer, senior
):
    from rempart.casework.services import approve_decision, lift_decision
    from rempart.intake.selectors import records_about

    other, account = reported("elsewhere").testimony.account, reported().testimony.account
    case = judged(account, credibility=0.97, severity=3, verified_evidence=2)
    (final,) = case.decisions.filter(state="proposed", mode="final")
    for acting in (reviewer, senior):
        approve_decision(final, acting=acting, reason="Established.")
    assert [records_about([one])[0].reporter.upheld for one in (other, account)] == [1, 0]
    final.refresh_from_db()
    lift_decision(final, acting=senior, reason="A mistake.", at_once=True)
    assert records_about([other])[0].reporter.upheld == 0


def test_what_a_final_measure_upheld_cannot_be_unfounded(reported, reviewer):
    from rempart.intake.services import mark_upheld

    report = reported()
    mark_upheld(report.testimony.account, now())
    report.testimony.refresh_from_db()
    with pytest.raises(errors.FoundTrue):
        misuse.find_unfounded(report, gravity=1, intent="unknown", acting=reviewer, reason="Impossible.")


def test_nobody_finds_where_they_declared_a_conflict(reported, reviewer):
    from rempart.casework.services import declare_conflict

    report = reported()
    declare_conflict(report.testimony.account.case, acting=reviewer, reason="I know him.")
    with pytest.raises(errors.Excluded):
        misuse.find_unfounded(report, gravity=1, intent="unknown", acting=reviewer, reason="Impossible.")


# --- often


def test_two_reports_among_many_are_not_frequent(reported, unfounded, reviewer):
    finding = unfounded("star.1")
    unfounded("star.2")
    for number in range(3):
        reported(f"good.{number}")
    with pytest.raises(errors.NotFrequent):
        misuse.warn_reporter(finding.report.testimony.reporter, because=BOTH, acting=reviewer)


@pytest.mark.parametrize(("intents", "enough"), [
    (["unknown"] * 3, True),
    (["unknown"] * 2, False),
    (["knowing"] * 2, True),
    (["knowing"], False),
    (["mistaken"] * 5, False),
    (["mistaken"] * 6, True),
])  # fmt: skip
def test_number_share_gravity_and_intent_are_weighed(unfounded, intents, enough):
    findings = [unfounded(f"star.{number}", intent=intent) for number, intent in enumerate(intents)]
    assert misuse.may_be_warned(findings[0].report.testimony.reporter) == enough


def test_what_lies_further_back_than_the_window_no_longer_counts(unfounded, clock):
    findings = [unfounded(f"star.{number}") for number in range(3)]
    clock.move(timedelta(days=181))
    assert not misuse.may_be_warned(findings[0].report.testimony.reporter)


def test_nobody_is_suspended_without_a_warning(unfounded, senior):
    findings = [unfounded(f"star.{number}") for number in range(5)]
    with pytest.raises(errors.NotWarned):
        misuse.suspend_reporter(findings[0].report.testimony.reporter, because=BOTH, acting=senior)


def test_what_led_to_the_warning_does_not_count_again(warned, senior, clock):
    clock.move(timedelta(days=1))
    with pytest.raises(errors.NotFrequent):
        misuse.suspend_reporter(warned, because=BOTH, acting=senior)


def test_only_a_senior_reviewer_suspends(warned, unfounded, colleague, clock):
    clock.move(timedelta(days=1))
    for number in range(2):
        unfounded(f"other.{number}")
    with pytest.raises(errors.NotAllowed):
        misuse.suspend_reporter(warned, because=BOTH, acting=colleague)


def test_the_database_refuses_a_suspension_by_who_warned(suspended):
    from rempart.casework.models import ReportingRestriction

    with pytest.raises(IntegrityError, match="somebody else"), transaction.atomic():
        ReportingRestriction.objects.filter(pk=suspended.pk).update(decided_by=suspended.after.decided_by)


@pytest.mark.parametrize(("changed", "constraint"), [
    ({"after": None}, "a_suspension_follows_a_warning"),
    ({"ends_at": None}, "null value"),
    ({"reporter": "another"}, "needs a warning"),
])  # fmt: skip
def test_the_database_refuses_a_suspension_without_warning_or_end(suspended, changed, constraint):
    from rempart.casework.models import ReportingRestriction

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ReportingRestriction.objects.filter(pk=suspended.pk).update(**changed)


def test_the_database_refuses_a_suspension_that_lasts_too_long(suspended):
    from rempart.casework.models import ReportingRestriction

    with pytest.raises(IntegrityError, match="not_for_long"), transaction.atomic():
        ReportingRestriction.objects.filter(pk=suspended.pk).update(ends_at=suspended.begins_at + timedelta(days=181))


def test_a_suspended_persons_reports_are_kept_aside_and_they_are_told_until_when(suspended, reported):
    from rempart.intake.selectors import records_about

    report = reported("new.star")
    assert records_about([report.testimony.account]) == []
    assert report.testimony.text == "Il vole des chats."
    assert "We keep this message aside" in last_words(report)


@pytest.mark.parametrize("said", [{"danger": True}, {"minor": True}])
def test_a_child_or_a_danger_is_never_turned_away(suspended, reported, said):
    from rempart.intake.selectors import records_about

    assert len(records_about([reported("new.star", **said).testimony.account])) == 1


def test_a_suspension_ends_by_itself(suspended, reported, clock):
    clock.set(suspended.ends_at)
    assert misuse.suspension_of(suspended.reporter) is None
    assert reported("new.star").testimony.set_aside_at is None


def test_the_next_suspension_lasts_longer(suspended, unfounded, warned, senior, clock):
    clock.set(suspended.ends_at)
    for number in range(2):
        unfounded(f"again.{number}")
    again = misuse.suspend_reporter(warned, because=BOTH, acting=senior)
    assert (suspended.ends_at - suspended.begins_at, again.ends_at - again.begins_at) == (
        timedelta(days=30), timedelta(days=90),
    )  # fmt: skip


def test_an_upheld_appeal_ends_it_undoes_what_it_rests_on_and_takes_in_what_was_kept_aside(
    suspended, reported, staff_member
):
    from rempart.casework.services.appealing import answer_appeal, file_appeal
    from rempart.intake.selectors import records_about

    aside = reported("new.star")
    appeal = file_appeal(
        None, by="reporter", conversation=suspended.conversation, grounds="I saw it.", restriction=suspended
    )
    answer_appeal(appeal, upheld=True, acting=staff_member("senior_reviewer", name="Other"), reasons="You are right.")
    assert misuse.suspension_of(suspended.reporter) is None
    assert not suspended.rests_on.filter(undone_at=None).exists()
    assert len(records_about([aside.testimony.account])) == 1


def test_the_figures_of_art_24_count_what_was_decided(suspended):
    told = misuse.figures(now() - timedelta(days=30), now() + timedelta(days=1))
    assert told == {
        "reports_found_manifestly_unfounded": 5,
        "findings_undone": 0,
        "warnings": 1,
        "suspensions_for_manifestly_unfounded_notices": 1,
        "suspensions_lifted_early": 0,
    }


def test_a_suspension_leaves_a_year_after_its_end_and_then_its_warning(suspended):
    from rempart.casework.models import ReportingRestriction
    from rempart.casework.retention import erase_reporting_restrictions

    assert erase_reporting_restrictions(suspended.ends_at) == 0
    assert erase_reporting_restrictions(suspended.after.ends_at + timedelta(days=1)) == 2
    assert not ReportingRestriction.objects.exists()


def test_a_case_leaves_with_what_was_found_of_its_reports(unfounded):
    from rempart.casework.models import UnfoundedReport
    from rempart.casework.retention import forget_cases
    from rempart.ledger.models import Content
    from rempart.ledger.services import reference

    finding = unfounded()
    name = reference(finding)
    forget_cases([finding.report.testimony.account.case], because="retention")
    assert not UnfoundedReport.objects.exists()
    assert not Content.objects.filter(row__subject=name).exclude(row__event="content_erased").exists()
