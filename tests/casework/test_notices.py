"""Notices to where it happened: nothing leaves without a yes and an approval, and nothing that identifies anybody."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from xarf import parse

from rempart import records
from rempart.casework.models import ServiceContact, ServiceNotice
from rempart.casework.notices import composing
from rempart.casework.selectors import menu_counts
from rempart.casework.services import notifying
from rempart.ledger.clock import now
from rempart.records import AccountReference
from rempart.records.references import parse_profile

SNAP = AccountReference("snapchat", "leo.snap")
SECRET_WORDS = "Il m'a dit de venir derrière la gare."


@pytest.fixture
def notifier(settings):
    """The platform says who sends notices."""
    settings.REMPART_NOTIFIER = "Safety of Example <safety@platform.example>"


@pytest.fixture
def administrator(staff_member, db):
    """Who enters addresses."""
    return staff_member("administrator", name="Nadia Petit")


@pytest.fixture
def contact(notifier, administrator) -> ServiceContact:
    """Snapchat takes notices by e-mail, in English, as an administrator found out."""
    found, _secret = notifying.set_contact(
        "snapchat", email="notices@snap.example", source="Their answer of 3 June.", acting=administrator
    )
    return found


@pytest.fixture
def tell(book):
    """Hand over a report: `tell("leo.snap", service="snapchat")`; returns its Report."""
    from rempart.intake.services import HandedReport, receive_report

    numbers = iter(range(1000))

    def hand_over(handle="leo.snap", *, service="snapchat", conduct=("nude_request",), minor=True, **more):
        number = next(numbers)
        return receive_report(
            HandedReport(
                number=f"r{number}",
                service="tiktok",
                about=AccountReference(service, handle),
                text=SECRET_WORDS,
                conduct=list(conduct),
                minor=minor,
                reporter=records.Reporter(id="zoe.handle"),
                **more,
            )
        )

    return hand_over


@pytest.fixture
def asked(contact, tell) -> ServiceNotice:
    """Somebody under 18 reported an account on Snapchat, and is asked whether Snapchat may be told."""
    return tell().notices.get()


@pytest.fixture
def approved(asked, reviewer) -> ServiceNotice:
    """The person agreed and a reviewer approved."""
    notifying.answer_notice(asked, agreed=True)
    return notifying.approve_notice(asked, acting=reviewer)


# --- whether it may be asked


def test_nobody_is_asked_while_no_address_was_entered(notifier, tell):
    assert not tell().notices.exists()


def test_no_address_is_shipped(db):
    assert not ServiceContact.objects.exists()


def test_who_reports_an_account_elsewhere_is_asked_in_words_for_their_age(asked):
    said = asked.report.conversation.messages.last().text
    assert (asked.state, asked.drafted_by) == ("asked", None)
    assert "C’est toi qui décides" in said["fr"]
    assert "nothing leaves unless you say yes" in said["en"]


def test_a_report_about_an_account_of_ours_asks_nothing_by_itself(contact, tell):
    assert not tell("leo", service="tiktok").notices.exists()


def test_a_reviewer_drafts_one_for_what_happened_elsewhere_after_contact_here(contact, tell, reviewer):
    report = tell("leo", service="tiktok")
    notice = notifying.draft_notice(report, SNAP, links=["https://snapchat.com/t/1"], acting=reviewer)
    assert (notice.state, notice.handle, notice.drafted_by) == ("asked", "leo.snap", reviewer)


def test_only_an_administrator_enters_an_address_and_says_where_it_is_from(notifier, administrator, reviewer):
    from rempart.casework.errors import NotAllowed, ReasonMissing

    with pytest.raises(NotAllowed):
        notifying.set_contact("snapchat", email="notices@snap.example", source="Guess.", acting=reviewer)
    with pytest.raises(ReasonMissing):
        notifying.set_contact("snapchat", email="notices@snap.example", source=" ", acting=administrator)


def test_no_notice_goes_to_ourselves(contact, tell, reviewer):
    from rempart.casework.errors import ServiceIsOurs

    with pytest.raises(ServiceIsOurs):
        notifying.draft_notice(tell(), AccountReference("tiktok", "leo"), acting=reviewer)


# --- their answer


def test_without_an_answer_nothing_is_approved(asked, reviewer):
    from rempart.casework.errors import NoticeNotWaiting

    with pytest.raises(NoticeNotWaiting):
        notifying.approve_notice(asked, acting=reviewer)


def test_the_database_refuses_what_was_not_agreed_to_and_approved(asked, reviewer):
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceNotice.objects.filter(pk=asked.pk).update(approved_at=now(), approved_by=reviewer, state="approved")
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceNotice.objects.filter(pk=asked.pk).update(sent_at=now(), state="sent")


def test_a_yes_is_taken_back_until_it_has_left(approved, mail_server):
    notifying.answer_notice(approved, agreed=False)
    assert notifying.send_due() == 0
    assert mail_server.taken == []
    approved.refresh_from_db()
    assert (approved.state, approved.approved_by) == ("refused", None)


def test_another_yes_needs_another_approval(approved, mail_server):
    notifying.answer_notice(approved, agreed=False)
    notifying.answer_notice(approved, agreed=True)
    assert notifying.send_due() == 0


def test_once_it_has_left_it_cannot_be_taken_back(approved, mail_server):
    from rempart.casework.errors import NoticeGone

    notifying.send_due()
    with pytest.raises(NoticeGone):
        notifying.answer_notice(approved, agreed=False)


def test_who_takes_their_report_back_takes_their_yes_back(approved, mail_server):
    from rempart.casework.services.withdrawing import withdraw

    withdraw(approved.report.conversation)
    assert notifying.send_due() == 0
    assert not mail_server.taken


# --- what leaves


def test_it_leaves_to_the_address_that_was_entered_with_its_two_attachments(approved, mail_server):
    assert notifying.send_due() == 1
    (mail,) = mail_server.taken
    assert (mail["To"], mail["Reply-To"]) == ("notices@snap.example", "Safety of Example <safety@platform.example>")
    assert [part.get_filename() for part in mail.iter_attachments()] == ["notice.json", "xarf.json"]
    assert str(approved.uid) in mail["Subject"]


def test_it_has_the_four_elements_of_article_16(approved, mail_server):
    notifying.send_due()
    notice = json.loads(next(mail_server.taken[0].iter_attachments()).get_content())
    assert notice["conduct"] == ["nude_request"]
    assert "this person says that this account did this to them" in notice["reasons"]
    assert notice["location"]["account"] == "leo.snap"
    assert notice["location"]["addresses"] == ["https://www.snapchat.com/add/leo.snap"]
    assert notice["notifier"] == {"name": "Safety of Example", "email": "safety@platform.example"}
    assert "good faith" in notice["good_faith"]


def test_nothing_in_it_says_who_spoke(tell, contact, reviewer, mail_server):
    report = tell(email="zoe@example.org")
    notice = report.notices.get()
    notifying.answer_notice(notice, agreed=True, with_address=True)
    notifying.approve_notice(notice, acting=reviewer)
    notifying.send_due()
    (mail,) = mail_server.taken
    whole = mail.get_body().get_content() + "".join(part.get_content().decode() for part in mail.iter_attachments())
    for word in ("zoe", "gare", report.testimony.reporter, f"{now():%Y-%m-%d}"):
        assert word not in whole


def test_an_adult_s_address_goes_along_if_they_chose_so(tell, contact, reviewer, mail_server):
    notice = tell(minor=False, email="zoe@example.org").notices.get()
    notifying.answer_notice(notice, agreed=True, with_address=True)
    notifying.approve_notice(notice, acting=reviewer)
    notifying.send_due()
    assert "zoe@example.org" in mail_server.taken[0].get_body().get_content()


@pytest.fixture
def handed_in(asked):
    """The person handed in a file, then was asked about another service: a notice whose files may be joined."""
    from rempart.correspondence.services import hear

    message = hear(asked.report.conversation, text="Voilà.", files=[("chat.txt", b"What he wrote, line by line.")])
    file = message.files.get()
    asked.files.set([file])
    return file


def test_what_they_sent_goes_along_only_if_they_said_so(asked, handed_in, reviewer):
    notifying.answer_notice(asked, agreed=True)
    assert "evidence" not in notifying.parts_of(asked, "en").xarf
    asked = notifying.answer_notice(asked, agreed=True, with_files=True)
    (evidence,) = notifying.parts_of(asked, "en").xarf["evidence"]
    assert evidence["size"] == 28


def test_what_was_locked_meanwhile_never_goes_along(asked, handed_in, reviewer):
    from rempart.files.services import lock_file

    notifying.answer_notice(asked, agreed=True, with_files=True)
    lock_file(handed_in, acting=None, reason="Example")
    asked.refresh_from_db()
    assert "evidence" not in notifying.parts_of(asked, "en").xarf


def test_a_locked_image_is_never_offered(contact, tell, reviewer):
    from rempart.correspondence.services import hear

    report = tell("leo", service="tiktok")
    hear(report.conversation, text="Voilà.", files=[("x.txt", b"x")], suspected_intimate=True)
    assert not notifying.draft_notice(report, SNAP, acting=reviewer).files.exists()


# --- XARF, held to the official schemas


@pytest.mark.parametrize("conduct", sorted(composing.EXPLOITATION))
def test_xarf_holds_to_the_official_schema(asked, handed_in, conduct):
    asked.conduct = [conduct]
    asked.with_files = True
    asked.agreed_at = now()
    report = notifying.parts_of(asked, "en").xarf
    read = parse(json.dumps(report))
    assert read.errors == []
    assert read.report.type == "csem"
    assert report["exploitation_type"] == composing.EXPLOITATION[conduct]


def test_the_official_schema_refuses_what_is_wrong(asked):
    report = notifying.parts_of(asked, "en").xarf
    assert parse(json.dumps(report | {"exploitation_type": "something"})).errors


def test_what_xarf_has_no_type_for_goes_without(asked):
    asked.conduct = ["harassment"]
    assert notifying.parts_of(asked, "en").xarf is None
    asked.conduct, asked.minor = ["nude_request"], False
    assert notifying.parts_of(asked, "en").xarf is None


@given(st.sampled_from(sorted(composing._PROFILES)), st.from_regex(r"[a-z0-9]{2,12}", fullmatch=True))
def test_the_address_of_an_account_leads_back_to_it(service, handle):
    handle = f"@{handle}:example.org" if service == "matrix" else handle
    if service in ("facebook", "instagram", "twitter", "twitch", "vsco", "kik", "telegram") and not parse_profile(
        composing.profile_of(service, handle)
    ):
        return  # one of the site's own pages
    assert parse_profile(composing.profile_of(service, handle)) == (service, handle)


# --- delivery


def test_it_is_tried_again_until_it_arrives(approved, mail_server, clock):
    mail_server.answer = "451 later"
    assert notifying.send_due() == 0
    approved.refresh_from_db()
    assert (approved.state, approved.problem) == ("approved", "SMTP 451")
    mail_server.answer = "250 ok"
    assert notifying.send_due() == 0
    clock.move(timedelta(minutes=1))
    assert notifying.send_due() == 1
    assert mail_server.taken[0]["Message-ID"] == f"<{approved.uid}@platform.example>"


def test_it_is_given_up_where_nobody_is_there_and_tried_again_by_hand(approved, mail_server, reviewer):
    mail_server.answer = "550 nobody here"
    notifying.send_due()
    approved.refresh_from_db()
    assert approved.state == "failed"
    mail_server.answer = "250 ok"
    notifying.retry_notice(approved, acting=reviewer)
    assert notifying.send_due() == 1


def test_nothing_leaves_once_the_address_was_removed(approved, mail_server, administrator):
    notifying.remove_contact("snapchat", acting=administrator)
    assert notifying.send_due() == 0
    approved.refresh_from_db()
    assert approved.state == "failed"


def test_a_webhook_gets_it_signed(notifier, administrator, tell, reviewer, platform):
    from standardwebhooks import Webhook

    _contact, secret = notifying.set_contact(
        "snapchat", url=platform.url, source="Their answer of 3 June.", acting=administrator
    )
    notice = tell().notices.get()
    notifying.answer_notice(notice, agreed=True)
    notifying.approve_notice(notice, acting=reviewer)
    assert notifying.send_due() == 1
    (received,) = platform.received
    data = Webhook(secret).verify(received.body, received.headers)["data"]
    assert data["notice"]["location"]["account"] == "leo.snap"
    assert data["xarf"]["type"] == "csem"


def test_the_life_of_a_notice_stands_in_the_ledger(approved, mail_server, reviewer, events_of):
    notifying.send_due()
    notifying.record_answer(approved, answer="They look at it.", acting=reviewer)
    assert events_of(approved) == [
        "notice_drafted",
        "notice_asked",
        "notice_answered",
        "notice_approved",
        "notice_sent",
        "notice_replied",
    ]
    said = [one.text["en"] for one in approved.report.conversation.messages.order_by("pk")]
    assert said[-1] == "Snapchat answered us: They look at it."


# --- pages


@pytest.fixture
def page(client, asked):
    """The address of the page where the person answers."""
    from django.urls import reverse

    from rempart.correspondence.links import token_for

    return reverse("casework:complainant-notice", args=[token_for(asked.report.conversation), asked.pk])


def test_the_page_shows_everything_that_would_leave_and_nothing_is_chosen(client, page, asked):
    shown = client.get(page).content.decode()
    assert "leo.snap" in shown
    assert "safety@platform.example" in shown
    assert "exploitation_type" in shown
    assert " checked" not in shown
    assert SECRET_WORDS not in shown


def test_the_answer_on_the_page_counts(client, page, asked):
    assert client.post(page, {"agree": "yes"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.with_files) == ("agreed", False)
    client.post(page, {"agree": "no"})
    asked.refresh_from_db()
    assert asked.state == "refused"


def test_no_answer_on_the_page_is_none(client, page, asked):
    assert client.post(page, {}).status_code == 422
    asked.refresh_from_db()
    assert asked.state == "asked"


def test_a_trusted_adult_does_not_answer_for_them(client, asked):
    from django.urls import reverse

    from rempart.correspondence.links import token_for
    from rempart.correspondence.services import invite_adult

    invite_adult(asked.report.conversation, email="")
    asked.report.conversation.refresh_from_db()
    token = token_for(asked.report.conversation, "adult")
    assert client.get(reverse("casework:complainant-notice", args=[token, asked.pk])).status_code == 404


def test_numbers_to_call_and_plain_words_stand_before_the_words_of_the_law(client, asked):
    from django.urls import reverse

    from rempart.correspondence.links import token_for

    page = reverse("casework:complainant-notice", args=[token_for(asked.report.conversation), asked.pk])
    shown = client.get(page).content.decode()
    law = shown.index("2011/93/UE")
    assert 0 < shown.find('href="tel:119"') < law
    assert 0 < shown.find("que tu as moins de 18 ans") < law


def test_the_page_of_who_reported_leads_there(client, asked):
    from django.urls import reverse

    from rempart.correspondence.links import token_for

    shown = client.get(reverse("casework:complainant", args=[token_for(asked.report.conversation)])).content.decode()
    assert "Dire à Snapchat ce qui s’est passé" in shown


def test_a_reviewer_approves_on_the_page_of_the_notice(client, asked, reviewer):
    from django.urls import reverse

    client.force_login(reviewer)
    notifying.answer_notice(asked, agreed=True)
    shown = client.get(reverse("casework:notice", args=[asked.pk])).content.decode()
    assert "leo.snap" in shown
    client.post(reverse("casework:notice-act", args=[asked.pk, "approve"]))
    asked.refresh_from_db()
    assert (asked.state, asked.approved_by) == ("approved", reviewer)


def test_an_administrator_enters_an_address_on_its_page(client, notifier, administrator):
    from django.urls import reverse

    client.force_login(administrator)
    filled = {"service": "snapchat", "email": "notices@snap.example", "language": "en", "source": "Their answer."}
    assert client.post(reverse("casework:service-contacts"), filled).status_code == 302
    shown = client.get(reverse("casework:service-contacts")).content.decode()
    assert "notices@snap.example" in shown
    client.post(reverse("casework:remove-contact", args=["snapchat"]))
    assert not ServiceContact.objects.filter(removed_at=None).exists()


def test_one_that_cannot_be_written_holds_up_no_others_and_a_person_is_told(approved, tell, reviewer, mail_server):
    other = tell("other.snap").notices.get()
    notifying.answer_notice(other, agreed=True)
    notifying.approve_notice(other, acting=reviewer)
    ServiceNotice.objects.filter(pk=approved.pk).update(month="0000-00")  # no month that anybody can write
    assert notifying.send_due() == 1
    approved.refresh_from_db()
    assert (approved.state, len(mail_server.taken)) == ("failed", 1)
    assert menu_counts(reviewer, {})["notices"] == 1


# --- who has to look


def test_a_notice_that_waits_for_a_reviewer_stands_under_due(client, asked, reviewer):
    client.force_login(reviewer)
    notifying.answer_notice(asked, agreed=True)
    context = client.get("/due/").context
    assert [line["url"] for line in context["approvals"]] == [f"/notices/{asked.pk}/"]
    assert context["approvals_in_all"] == "1"


@pytest.mark.parametrize(("state", "waits"), [("asked", 0), ("agreed", 1), ("failed", 1), ("refused", 0)])
def test_what_waits_for_a_reviewer_is_counted_in_the_menu(asked, reviewer, state, waits):
    if state in ("agreed", "failed"):
        notifying.answer_notice(asked, agreed=True)
    elif state == "refused":
        notifying.answer_notice(asked, agreed=False)
    if state == "failed":
        notifying.approve_notice(asked, acting=reviewer)
        ServiceNotice.objects.filter(pk=asked.pk).update(state="failed", next_at=None)
    assert menu_counts(reviewer, {})["notices"] == waits
