"""Whether to inform the authorities is asked by itself and answered within a day; holds keep what would be erased."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from rempart.casework import errors
from rempart.casework.models import Case, HeldCopy, LegalHold, Outcome, Referral, ThreatDecision
from rempart.casework.services import authorities, close_case, declare_conflict
from rempart.casework.services.holds import place_hold, release_hold
from rempart.correspondence.services import hear, open_conversation
from rempart.files.errors import NotAllowed
from rempart.files.models import StoredFile
from rempart.files.services import open_file
from rempart.intake.models import Account, Post, Testimony
from rempart.intake.services import erase_post
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.services import reference
from rempart.ledger.verification import verify
from rempart.privacy.retention import apply_retention

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWER = {"inform": True, "article_434_3": "asks", "offence_state": "FR", "reason": "A minor describes threats."}


@pytest.fixture
def liaison(staff_member, db):
    return staff_member("authority_liaison", name="Noé Vasseur")


@pytest.fixture
def case(respondent, judged):
    return judged(respondent(), severity=3, complainant_minors=1)


@pytest.fixture
def threat(case):
    return case.threats.get()


@pytest.fixture
def posted(respondent, judged):
    """A case and the public post of a complainant in it."""
    account = respondent()
    post = Post.objects.create(
        service="tiktok",
        post_id="77",
        source="platform",
        author="lea.example",
        created_at=now(),
        text="il m'a écrit",
        stance="testimony",
        stance_probability=1.0,
        read={},
        stored_at=now(),
    )
    Testimony.objects.create(
        uid="tiktok:77",
        account=account,
        post=post,
        received_at=now(),
        channel="public_post",
        stance="testimony",
        conduct=[],
        conduct_services=[],
        met_on=[],
        reporter="ab12",
        reporter_facts={},
        evidence=[],
    )
    return judged(account, credibility=0.1), post


def held(case, liaison, days=30):
    return place_hold(case, acting=liaison, reason="Asked for by the police.", review_at=now() + days * DAY)


# -- the question of Art. 18


def test_a_very_serious_account_of_a_minor_asks_by_itself(threat):
    assert (threat.ground, threat.opened_by, threat.due_at - threat.opened_at) == ("minor", None, DAY)


@pytest.mark.parametrize("numbers", [{"severity": 2, "complainant_minors": 1}, {"severity": 4}])
def test_nothing_less_asks(respondent, judged, numbers):
    assert not judged(respondent(), **numbers).threats.exists()


def test_it_asks_once_until_there_are_new_facts(case, threat, judged, liaison):
    account = case.account
    judged(account, severity=3, complainant_minors=1, credibility=0.8)
    assert case.threats.count() == 1
    authorities.decide_threat(threat, acting=liaison, **ANSWER)
    judged(account, severity=4, complainant_minors=1)
    assert case.threats.count() == 1
    judged(account, severity=3, complainant_minors=2)
    assert case.threats.filter(decided_at=None).get().facts == 2


def test_what_came_while_it_was_open_is_answered_with_it(case, threat, judged, liaison):
    judged(case.account, severity=3, complainant_minors=3)
    authorities.decide_threat(threat, acting=liaison, **ANSWER)
    judged(case.account, severity=4, complainant_minors=3)
    assert case.threats.count() == 1


def test_a_person_asks_and_so_does_somebody_outside(case, reviewer, liaison, staff_member):
    first = authorities.open_threat(case, acting=reviewer, because="She writes that she will not live.")
    assert authorities.open_threat(case, because="A person who reported says they are in danger.") == first
    authorities.decide_threat(first, acting=liaison, **ANSWER)
    again = authorities.open_threat(case, because="They say it again.")
    assert (again.pk != first.pk, again.opened_by) == (True, None)
    with pytest.raises(errors.NotAllowed):
        authorities.open_threat(case, acting=staff_member("reader"), because="x")


def test_only_a_liaison_answers_with_a_reason_and_a_state(threat, reviewer, liaison):
    with pytest.raises(errors.NotAllowed):
        authorities.decide_threat(threat, acting=reviewer, **ANSWER)
    with pytest.raises(errors.ReasonMissing):
        authorities.decide_threat(threat, acting=liaison, **(ANSWER | {"reason": " "}))
    with pytest.raises(errors.NobodyNamed):
        authorities.decide_threat(threat, acting=liaison, **(ANSWER | {"offence_state": ""}))
    with pytest.raises(ValueError, match="nothing considered"):
        authorities.decide_threat(threat, acting=liaison, **(ANSWER | {"article_434_3": "nothing considered"}))
    answered = authorities.decide_threat(threat, acting=liaison, **(ANSWER | {"offence_state": "", "europol": True}))
    assert (answered.inform, answered.europol, answered.states) == (True, True, [])
    with pytest.raises(errors.NotOpen):
        authorities.decide_threat(threat, acting=liaison, **ANSWER)


def test_not_to_inform_needs_its_reason_and_names_nobody(threat, liaison):
    said = ANSWER | {"inform": False, "article_434_3": "not_concerned"}
    answered = authorities.decide_threat(threat, acting=liaison, **said)
    assert (answered.inform, answered.states, answered.because) == (False, [], "A minor describes threats.")


def test_who_keeps_out_of_the_case_does_not_answer(threat, staff_member):
    both = staff_member("authority_liaison", "reviewer")
    declare_conflict(threat.case, acting=both, reason="A cousin.")
    with pytest.raises(errors.Excluded):
        authorities.decide_threat(threat, acting=both, **ANSWER)


def test_the_alarm_and_the_end_of_the_day_are_written_once_as_of_their_time(threat, clock, events_of):
    clock.move(12 * HOUR)
    assert authorities.record_alarms() == 1
    assert authorities.record_alarms() == 0
    clock.move(30 * HOUR)
    assert authorities.record_alarms() == 1
    assert events_of(threat)[-2:] == ["threat_alarm", "threat_overdue"]
    rows = LedgerRow.objects.filter(subject=reference(threat), event__in=["threat_alarm", "threat_overdue"])
    assert list(rows.order_by("pk").values_list("effective_at", flat=True)) == [threat.alarm_at, threat.due_at]


def test_an_answer_that_comes_late_is_recorded_as_late_though_no_worker_ran(threat, clock, liaison, events_of):
    clock.move(25 * HOUR)
    authorities.decide_threat(threat, acting=liaison, **ANSWER)
    assert events_of(threat) == ["threat_opened", "threat_alarm", "threat_overdue", "threat_decided"]


def test_the_database_refuses_an_answer_without_somebody(threat):
    for wrong in ({"inform": True}, {"decided_at": now()}, {"article_434_3": "asks"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ThreatDecision.objects.filter(pk=threat.pk).update(**wrong)


# -- files for authorities


def assembled(case, liaison, **options) -> Referral:
    asked = {"kind": "justice", "language": "fr", "addressee": "Parquet de Paris", "reason": "Une mineure est menacée."}
    return authorities.assemble_referral(case, acting=liaison, **(asked | options))


def test_a_file_is_read_approved_and_the_case_was_referred(case, liaison, events_of):
    made = assembled(case, liaison, threat=case.threats.get(), states=["FR"])
    assert made.number == f"R-{case.pk}-1"
    assert authorities.take_out(made, acting=liaison, document=True).startswith(b"%PDF-")
    authorities.approve_referral(made, acting=liaison, reason="Complete.")
    assert Outcome.objects.get(case=case).kind == "referred"
    assert events_of(made) == ["referral_assembled", "referral_taken_out", "referral_approved"]
    said = LedgerRow.objects.get(subject=reference(made), event="referral_approved").content.canonical
    assert json.loads(said)["sha256"] == made.file.sha256
    with pytest.raises(errors.NotToBeApproved):
        authorities.discard_referral(made, acting=liaison, reason="Too late.")


def test_a_second_file_has_the_next_number_and_holds_the_first_in_its_ledger(case, liaison):
    assembled(case, liaison)
    assert assembled(case, liaison).number == f"R-{case.pk}-2"


def test_only_liaisons_assemble_read_and_approve(case, liaison, reviewer, staff_member):
    with pytest.raises(errors.NotAllowed):
        assembled(case, reviewer)
    made = assembled(case, liaison)
    for member in (reviewer, staff_member("reader"), staff_member("auditor"), staff_member("child_safety")):
        with pytest.raises(errors.NotAllowed):
            authorities.take_out(made, acting=member)
        with pytest.raises(errors.NotAllowed):
            authorities.approve_referral(made, acting=member, reason="x")
        with pytest.raises(NotAllowed):
            open_file(made.file, acting=member)


def test_a_discarded_file_is_erased_with_its_hold(case, liaison):
    made = authorities.discard_referral(assembled(case, liaison), acting=liaison, reason="A mistake in it.")
    assert made.file is None
    assert not case.holds.standing().exists()
    assert not StoredFile.objects.exists()


def test_every_file_comes_with_a_hold(case, liaison):
    made = assembled(case, liaison)
    (hold,) = case.holds.standing()
    assert hold.referral == made


# -- legal holds


def test_a_held_case_outlives_its_retention_and_leaves_after_the_release(posted, reviewer, liaison, clock):
    case, _post = posted
    close_case(case, acting=reviewer, reason="Nothing in it.")
    hold = held(case, liaison)
    clock.move(800 * DAY)
    apply_retention()
    assert Case.objects.filter(pk=case.pk).exists()
    assert Testimony.objects.filter(account=case.account).exists()
    release_hold(hold, acting=liaison, reason="The police closed it.")
    apply_retention()
    assert not Case.objects.exists()
    assert not Account.objects.exists()
    sequence_pending()
    assert verify().holds


def test_a_post_erased_at_its_source_leaves_every_page_and_its_sealed_copy_stays(posted, liaison, reviewer, clock):
    case, post = posted
    hold = held(case, liaison)
    erase_post("tiktok", "77")
    post.refresh_from_db()
    assert post.text == ""
    assert not Testimony.everything.exists()
    copy = HeldCopy.objects.get(case=case)
    with pytest.raises(NotAllowed):
        open_file(copy.file, acting=reviewer)
    sealed = json.loads(open_file(copy.file, acting=liaison))
    assert (sealed["post"]["text"], sealed["post"]["author"]) == ("il m'a écrit", "lea.example")
    clock.move(400 * DAY)
    apply_retention()
    assert StoredFile.objects.filter(pk=copy.file_id).exists()
    release_hold(hold, acting=liaison, reason="No longer needed.")
    assert not HeldCopy.objects.exists()
    assert not StoredFile.objects.filter(pk=copy.file_id).exists()
    sequence_pending()
    assert verify().holds


def test_a_post_erased_where_nothing_is_held_leaves_no_copy(posted):
    erase_post("tiktok", "77")
    assert not HeldCopy.objects.exists()
    assert not StoredFile.objects.exists()


def test_the_sealed_copy_goes_with_the_next_file_for_an_authority(posted, liaison):
    case, _post = posted
    held(case, liaison)
    erase_post("tiktok", "77")
    archive = authorities.take_out(assembled(case, liaison), acting=liaison)
    assert "il m'a écrit".encode() in archive


def test_two_holds_both_have_to_be_released(posted, liaison):
    case, _post = posted
    first, second = held(case, liaison), held(case, liaison)
    erase_post("tiktok", "77")
    release_hold(first, acting=liaison, reason="a")
    assert HeldCopy.objects.exists()
    release_hold(second, acting=liaison, reason="b")
    assert not HeldCopy.objects.exists()
    with pytest.raises(errors.HoldNotStanding):
        release_hold(second, acting=liaison, reason="c")


def test_what_is_sent_after_the_hold_is_held_too(posted, liaison):
    case, _post = posted
    held(case, liaison)
    for about in (reference(case), reference(case.account)):
        talk = open_conversation("complainant", about=about, person="intake.reporter:ab12")
        message = hear(talk, text="Voilà.", files=[("a.txt", b"text")])
        assert message.files.get().held


def test_a_hold_needs_a_liaison_a_reason_and_a_day_to_come(case, reviewer, liaison):
    with pytest.raises(errors.NotAllowed):
        held(case, reviewer)
    with pytest.raises(errors.ReviewInThePast):
        held(case, liaison, days=-1)
    with pytest.raises(errors.ReasonMissing):
        place_hold(case, acting=liaison, reason=" ", review_at=now() + DAY)


def test_the_database_refuses_to_delete_a_standing_hold_or_its_case(posted, liaison):
    case, _post = posted
    held(case, liaison)
    for things in (LegalHold.objects.all(), Case.objects.filter(pk=case.pk)):
        with pytest.raises(DatabaseError, match="a legal hold stands"), transaction.atomic():
            things.delete()


# -- pages


def pages_of(member):
    """Get a page as this member, or send it a form: `get("threat", 3)`, `get("threat", 3, data={…})`."""
    client = Client()
    client.force_login(member)

    def get(name, *args, data=None):
        url = reverse(f"casework:{name}", args=args)
        return client.post(url, data) if data is not None else client.get(url)

    return get


@pytest.fixture
def page(liaison):
    return pages_of(liaison)


def test_the_question_its_answer_and_the_file_are_pages(page, threat, case):
    assert str(threat.pk) in page("authorities").content.decode()
    assert page("threat", threat.pk).status_code == 200
    assert page("threat", threat.pk, data={"inform": "yes"}).status_code == 422
    sent = ANSWER | {"inform": "yes"}
    answer = page("threat", threat.pk, data=sent)
    assert answer["Location"] == f"{reverse('casework:refer', args=[case.pk])}?threat={threat.pk}"
    made = page("refer", case.pk, data={"kind": "justice", "language": "fr", "addressee": "Parquet", "reason": "x"})
    referral = Referral.objects.get()
    assert made["Location"] == reverse("casework:referral", args=[referral.pk])
    document = page("referral-file", referral.pk, "document")
    assert (document["Content-Type"], document.content[:5]) == ("application/pdf", b"%PDF-")
    archive = page("referral-file", referral.pk, "archive")
    assert (archive["Content-Type"], archive.content[:2]) == ("application/zip", b"PK")
    page("referral", referral.pk, data={"do": "approve", "reason": "Complete."})
    referral.refresh_from_db()
    assert referral.state == "approved"
    assert page("case", case.pk).status_code == 200


def test_an_overdue_question_is_said_on_its_page_the_list_and_the_case(liaison, threat, case, clock):
    clock.move(25 * HOUR)
    page = pages_of(liaison)
    for answer in (page("threat", threat.pk), page("authorities"), page("case", case.pk)):
        assert 'data-late="overdue"' in answer.content.decode()


def test_holds_are_put_and_released_from_the_case(page, case):
    page("hold", case.pk, data={"reason": "Asked for.", "review_at": (now() + 90 * DAY).date().isoformat()})
    hold = case.holds.get()
    page("release-hold", hold.pk, data={"reason": "Over."})
    hold.refresh_from_db()
    assert not hold.standing


def test_a_locked_image_is_only_said_on_the_case(page, case):
    talk = open_conversation("complainant", about=reference(case), person="intake.reporter:ab12")
    message = hear(talk, text="", files=[("mine.png", b"\x89PNG\r\n\x1a\nx")], suspected_intimate=True)
    file = message.files.get()
    html = page("case", case.pk).content.decode()
    assert file.sha256 not in html
    assert reverse("files:open", args=[file.pk]) not in html
    assert reverse("files:image", args=[file.pk]) not in html


def test_a_report_taken_back_leaves_its_sealed_copy_under_a_hold(respondent, judged, liaison):
    from rempart import records
    from rempart.casework.services.withdrawing import withdraw
    from rempart.intake.services import HandedReport, receive_report

    account = respondent(handle="leo.vrtx")
    report = receive_report(
        HandedReport(
            number="1",
            about=records.AccountReference("tiktok", "leo.vrtx"),
            text="il m'a écrit",
            reporter=records.Reporter(id="lea"),
        )
    )
    hear(report.conversation, text="et encore hier")
    case = judged(account, credibility=0.5)
    held(case, liaison)
    withdraw(report.conversation)
    assert Testimony.everything.get().text is None
    sealed = open_file(HeldCopy.objects.get(case=case).file, acting=liaison).decode()
    assert "il m'a écrit" in sealed
    assert "et encore hier" in sealed
