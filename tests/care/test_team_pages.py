"""The care team's pages: what stands first, what can be done there, and how little they ask of the database."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from rempart.care.models import Asked, CareFile, Guardian, Mandate, Postvention
from rempart.care.services import asking, files, follow_ups, mandates, people
from rempart.records.references import AccountReference

DAY = timedelta(days=1)


@pytest.fixture
def client(carer):
    signed_in = Client()
    signed_in.force_login(carer)
    return signed_in


def text(client, name, *args, language="en"):
    answer = client.get(reverse(f"care:{name}", args=args), headers={"accept-language": language})
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def send(client, file, do, of="", **given):
    posted = {"do": do, "of": of, **given}
    return client.post(reverse("care:file", args=[file.pk]), posted, headers={"accept-language": "en"})


def test_whoever_is_not_well_stands_before_calls_and_before_everything_else(client, looked_after):
    asking.ask_for_call(looked_after("cal.ls"))
    asking.say_not_well(looked_after("not.well"))
    page = text(client, "team")
    assert page.index("not.well") < page.index("cal.ls") < page.index("To be done")


def test_what_is_late_stands_first_and_says_so(client, looked_after, clock):
    looked_after("first.one")
    clock.move(2 * DAY)
    looked_after("second.one")
    due = text(client, "team").split('id="due"')[1].split('id="people"')[0]
    assert due.index("first.one") < due.index("second.one")
    assert due.count("late") == 1


def test_of_what_is_late_the_youngest_stand_first(client, looked_after, clock):
    looked_after("older.one", age_band="16_17")
    clock.move(DAY)
    looked_after("younger.one", age_band="13_15")
    clock.move(2 * DAY)
    due = text(client, "team").split('id="due"')[1].split('id="people"')[0]
    assert due.index("younger.one") < due.index("older.one")


def test_the_desk_opens_on_care_for_whoever_sees_nothing_else(client):
    assert client.get("/").url == reverse("care:team")


def test_a_handle_is_found_by_a_part_of_it(client, looked_after):
    looked_after("zoe.pixel")
    looked_after("tom.beat")
    answer = client.get(reverse("care:team"), {"q": "@PIX"})
    assert [one.handle for one in answer.context["page"].object_list] == ["zoe.pixel"]


def test_the_list_asks_as_much_of_the_database_for_thirty_people_as_for_one(
    client, looked_after, django_assert_max_num_queries
):
    for _number in range(30):
        asking.ask_for_call(looked_after())
    with django_assert_max_num_queries(14):
        text(client, "team")


def test_the_page_of_somebody_asks_little_of_the_database(client, looked_after, carer, django_assert_max_num_queries):
    file = looked_after(accepted=True)
    follow_ups.do_step(file, "welcome", acting=carer)
    for number in range(5):
        people.name_guardian(file, name=f"Guardian {number}", reach="06 00 00 00 00")
        mandates.give_mandate(file, name=f"Agent {number}", reach="agent@example.org", scope=["press"])
    with django_assert_max_num_queries(26):
        text(client, "file", file.pk)


def test_the_welcome_is_sent_from_the_page_and_the_follow_ups_begin(client, looked_after):
    file = looked_after(age_band="13_15")
    assert send(client, file, "welcome").status_code == 302
    assert file.conversation.messages.count() == 1
    assert file.steps.filter(kind="day_7", done_at=None).exists()


def test_a_step_is_done_with_a_note(client, looked_after, carer):
    file = looked_after()
    send(client, file, "welcome")
    send(client, file, "done", "protections", note="two proposed")
    step = file.steps.get(kind="protections")
    assert (step.done_by, step.note) == (carer, "two proposed")


def test_leaving_a_step_out_needs_a_reason_and_says_so_where_it_stands(client, looked_after):
    file = looked_after()
    answer = send(client, file, "leave-out", "welcome", reason=" ")
    assert answer.status_code == 422
    assert "Please say why" in answer.content.decode()
    assert file.steps.get(kind="welcome").waits


def test_a_guardian_is_written_down_and_told_only_once_it_is_said_to_be_safe(client, looked_after):
    file = looked_after(age_band="13_15")
    send(client, file, "guardian", name="Anne Pixel", reach="anne@example.org")
    guardian = Guardian.objects.get()
    send(client, file, "tell", guardian.pk)
    guardian.refresh_from_db()
    assert guardian.told_at is None
    files.say_whether_safe(file, True)
    assert "/g/" in (page := send(client, file, "tell", guardian.pk).content.decode()) or "http" in page
    guardian.refresh_from_db()
    assert guardian.told_at is not None


def test_a_mandate_is_written_down_checked_and_revoked(client, looked_after):
    file = looked_after()
    send(client, file, "mandate", name="Sam Agent", reach="sam@example.org", by="young", scope=["contracts"])
    mandate = Mandate.objects.get()
    assert "http" in send(client, file, "check", mandate.pk).content.decode()
    send(client, file, "revoke", mandate.pk, reason="they asked by telephone")
    mandate.refresh_from_db()
    assert not mandate.valid


def test_a_human_sees_to_a_call_and_says_what_was_done(client, looked_after, carer):
    wish = asking.ask_for_call(looked_after(), phone="+33 6 00 00 00 00", suits="evening")
    page = text(client, "asked", wish.pk)
    assert "+33 6 00 00 00 00" in page
    assert "in the evening" in page
    address = reverse("care:asked", args=[wish.pk])
    client.post(address, {"do": "take"})
    client.post(address, {"do": "settle", "outcome": "talked", "note": ""})
    wish = Asked.objects.get()
    assert (wish.taken_by, wish.settled_by, wish.outcome, wish.sealed_phone) == (carer, carer, "talked", None)


def test_support_is_offered_from_a_form(client):
    given = {
        "service": "tiktok",
        "handle": "@Tom.Beat",
        "age_band": "16_17",
        "country": "fr",
        "because": "the platform",
    }
    client.post(reverse("care:open"), given)
    file = CareFile.objects.get()
    assert (file.handle, file.age_band, file.country, file.priority) == ("tom.beat", "16_17", "FR", 3)


def test_a_death_is_stated_and_confirmed_by_another(client, other_carer, looked_after):
    looked_after("lou.sky")
    client.post(reverse("care:deaths"), {"service": "tiktok", "handle": "lou.sky", "source": "family"})
    death = Postvention.objects.get()
    client.post(reverse("care:death", args=[death.pk]), {"do": "confirm"})
    death.refresh_from_db()
    assert death.confirmed_at is None
    client.force_login(other_carer)
    client.post(reverse("care:death", args=[death.pk]), {"do": "confirm"})
    death.refresh_from_db()
    assert death.confirmed_by == other_carer


def test_nobody_of_the_desk_without_care_sees_a_file(looked_after, staff_member):
    file = looked_after()
    visitor = Client()
    for role in ("reader", "reviewer", "senior_reviewer", "auditor", "administrator"):
        visitor.force_login(staff_member(role))
        assert visitor.get(reverse("care:file", args=[file.pk])).status_code == 403


def test_whoever_judged_a_case_about_them_is_told_that_others_look_after_them(judged, respondent, staff_member, carer):
    from rempart.casework.services import approve_decision

    both = staff_member("reviewer", "care")
    decision = judged(respondent(handle="lea.vrtx"), credibility=0.9).decisions.get(state="proposed")
    file = files.open_file(AccountReference("tiktok", "lea.vrtx"), acting=carer, because="asked")
    approve_decision(decision, acting=both, reason="credible")
    visitor = Client()
    visitor.force_login(both)
    answer = visitor.get(reverse("care:file", args=[file.pk]))
    assert answer.status_code == 403
    assert "lea.vrtx" not in answer.content.decode()
