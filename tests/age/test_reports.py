"""The report door: three steps, no account; a person decides within seven days and tells whoever reported."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from rempart.age.errors import NotAllowed, ReasonMissing, SafetyFirst, WrongState
from rempart.age.models import AgeMatter, Attempt, Challenge, ClosedYoung, Comeback, ProtectionCase, UnderAgeReport
from rempart.age.services import comebacks, gate, reports
from rempart.correspondence.links import link_for
from rempart.correspondence.models import Delivery
from rempart.records import AccountReference

pytestmark = pytest.mark.django_db
LOU = AccountReference("tiktok", "lou.dessine")
HERE = "http://localhost:8000"


@pytest.fixture(autouse=True)
def _empty_counts():
    cache.clear()


@pytest.fixture
def reported():
    """Report an account: `reported(text="…", network="n1")`."""

    def make(account=LOU, **said):
        return reports.report_account(account, **{"reason": "said_so"} | said)

    return make


# The door.


def test_a_link_that_names_the_account_leaves_two_steps(client):
    where = "/age/report/?account=tiktok:lou.dessine&language=fr"
    first = client.get(where).content.decode()
    assert "@lou.dessine" in first
    second = client.post(where, {"step": "why", "reason": "said_so", "text": "elle a écrit qu’elle est en CM1"})
    assert 'name="email"' in second.content.decode()
    sent = client.post(where, {"step": "send", "reason": "said_so", "text": "CM1", "email": ""})
    page = client.get(sent.headers["Location"].removeprefix(HERE)).content.decode()
    assert "Gardez l’adresse de cette page" in page
    assert UnderAgeReport.objects.count() == 1


def test_without_a_link_the_account_is_asked_first(client):
    asked = client.post(
        "/age/report/?language=en", {"step": "account", "handle": "https://www.tiktok.com/@Lou.Dessine"}
    )
    assert asked.headers["Location"] == "/age/report/?account=tiktok%3Alou.dessine&language=en"


@pytest.mark.parametrize("handle", ["", "@", "a\0b", "x" * 600], ids=["empty", "nothing left", "NUL", "too long"])
def test_a_name_that_cannot_be_read_is_asked_again(client, handle):
    answer = client.post("/age/report/", {"step": "account", "handle": handle})
    assert answer.status_code == 422
    assert "aria-invalid" in answer.content.decode()


@pytest.mark.parametrize(
    "account", ["facebook:lou", "nowhere:lou", "lou", ""], ids=["not ours", "unknown", "bare", "none"]
)
def test_a_link_to_what_is_no_account_of_ours_asks_which(client, account):
    assert 'name="handle"' in client.get("/age/report/", {"account": account}).content.decode()


@pytest.mark.parametrize(("language", "said"), [("fr", "sept jours"), ("en", "seven days")])
def test_the_door_speaks_both_languages_without_a_cookie(client, language, said):
    answer = client.get("/age/report/", {"language": language})
    page = answer.content.decode()
    assert said in page
    assert not answer.cookies
    assert "<script" not in page


def test_the_language_can_be_changed_and_the_account_stays(client):
    answer = client.post("/age/report/?account=tiktok:lou.dessine", {"language": "en"})
    assert answer.headers["Location"] == "/age/report/?account=tiktok%3Alou.dessine&language=en"


def test_a_wrong_email_is_told_and_what_was_said_stays(client):
    answer = client.post(
        "/age/report/?account=tiktok:lou", {"step": "send", "reason": "other", "text": "a « b »", "email": "me@"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'name="text" value="a « b »"' in page
    assert not UnderAgeReport.objects.exists()


def test_one_place_sends_so_many_an_hour(client, clock):
    where, sent = "/age/report/?account=tiktok:lou", {"step": "send", "reason": "other", "email": ""}
    answers = [client.post(where, sent).status_code for _ in range(reports.MOST_AN_HOUR + 1)]
    assert answers == [302] * reports.MOST_AN_HOUR + [429]
    clock.move(timedelta(hours=1))
    assert client.post(where, sent).status_code == 302


def test_nothing_tells_who_reported(client):
    client.post(
        "/age/report/?account=tiktok:lou",
        {"step": "send", "reason": "other", "email": "maud@example.org", "text": "je suis sa voisine Maud"},
        REMOTE_ADDR="203.0.113.77",
    )
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        dumped = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            dumped += [row[0] for row in cursor.fetchall()]
    assert not [row for row in dumped if "203.0.113.77" in row or "maud@" in row or "voisine" in row]


# Matters.


def test_all_that_is_said_of_an_account_is_one_matter(reported):
    matters = {reported(network=f"n{n}").matter_id for n in range(3)}
    assert len(matters) == 1


def test_a_brigade_is_seen_as_one_place_and_changes_nothing_by_number(reported):
    for _ in range(30):
        report = reported(network="one office")
    assert reports.places_of(report.matter) == reports.Places(30, 1)
    assert not Challenge.objects.exists()


def test_many_reports_from_many_places_change_nothing_by_themselves_either(reported):
    for n in range(30):
        report = reported(network=f"n{n}")
    assert reports.places_of(report.matter).places >= 29
    assert not Challenge.objects.exists()


def test_places_are_forgotten_once_it_is_decided(reported, decider):
    matter = reported(network="n1").matter
    reports.decide_matter(matter, outcome="nothing", because="rien ne le dit", acting=decider)
    matter.refresh_from_db()
    assert matter.salt is None


def test_a_matter_is_due_within_seven_days(reported):
    matter = reported().matter
    assert matter.due_at - matter.opened_at == timedelta(days=7)


def test_nobody_decided_in_time_calls_the_team_once(reported, decider, clock):
    matter = reported().matter
    assert reports.alarm_overdue() == 0
    clock.move(timedelta(days=7))
    assert [reports.alarm_overdue(), reports.alarm_overdue()] == [1, 0]
    assert Delivery.objects.filter(page=f"/age/matters/{matter.pk}/", staff=decider).exists()


@pytest.mark.parametrize(
    ("outcome", "step", "asked"),
    [
        ("nothing", "ask", []),
        ("asked", "ask", ["ask"]),
        ("asked", "prove", ["prove"]),
        ("restrict", "ask", ["restrict"]),
    ],
    ids=["nothing", "ask", "prove", "restrict"],
)
def test_a_person_decides_what_is_asked(reported, decider, outcome, step, asked):
    matter = reported().matter
    reports.decide_matter(matter, outcome=outcome, step=step, because="CM1, deux fois", acting=decider)
    assert [one.step for one in Challenge.objects.all()] == asked


@pytest.mark.parametrize(
    ("outcome", "said"), [("nothing", "pas trouvé de raison"), ("asked", "On lui demande son âge")]
)
def test_whoever_reported_learns_what_came_of_it(reported, decider, client, outcome, said):
    report = reported(email="maud@example.org")
    reports.decide_matter(report.matter, outcome=outcome, because="parce que", acting=decider)
    page = client.get(link_for(report.conversation).removeprefix(HERE)).content.decode()
    assert said in page
    assert "parce que" not in page
    assert report.conversation.messages.get().deliveries.filter(channel="mail").exists()


def test_a_decision_wants_a_reason_and_somebody_who_may(reported, decider, staff_member):
    matter = reported().matter
    with pytest.raises(ReasonMissing):
        reports.decide_matter(matter, outcome="nothing", because=" ", acting=decider)
    with pytest.raises(NotAllowed):
        reports.decide_matter(matter, outcome="nothing", because="x", acting=staff_member("care"))


def test_what_was_decided_is_decided_once(reported, decider):
    matter = reported().matter
    reports.decide_matter(matter, outcome="nothing", because="x", acting=decider)
    with pytest.raises(WrongState):
        reports.decide_matter(matter, outcome="asked", because="x", acting=decider)


def test_a_later_report_begins_another_matter(reported, decider):
    first = reported().matter
    reports.decide_matter(first, outcome="nothing", because="x", acting=decider)
    assert reported().matter != first
    assert AgeMatter.objects.count() == 2


def test_who_says_that_a_child_is_hurt_brings_officers_first(reported, decider):
    matter = reported(hurt=True).matter
    assert ProtectionCase.objects.get().reference == LOU
    with pytest.raises(SafetyFirst):
        reports.decide_matter(matter, outcome="restrict", because="CM1", acting=decider)


# Coming back.


@pytest.fixture
def closed(settings):
    """An account that was closed, which came of a sign-up on device d1."""
    settings.REMPART_AGE_RETURN = ["https://app.example"]

    def make(handle="lou.dessine", **more):
        attempt = signed_up("s-1", handle, **{"device": "d1", "network": "n1"} | more)
        comebacks.remember(AccountReference("tiktok", handle, f"#{handle}"))
        return attempt

    return make


def signed_up(number, handle, *, same_as=(), years=20, **more):
    from datetime import date

    attempt = gate.make_attempt(service="tiktok", number=number, return_to="https://app.example", **more).attempt
    gate.answer(attempt, date(2026 - years, 1, 1))
    return gate.bind(attempt, AccountReference("tiktok", handle, f"#{handle}"), same_as=same_as)


@pytest.mark.parametrize(
    ("handle", "more", "because"),
    [
        ("tout.autre", {"device": "d1"}, ["device"]),
        ("lou_dessine2", {}, ["handle"]),
        ("lou.dessine.bis", {}, None),
        ("tout.autre", {"network": "n1"}, None),
        ("tout.autre", {"same_as": [LOU]}, ["platform"]),
        ("lou_dessine2", {"device": "d1", "network": "n1"}, ["device", "handle", "network"]),
        ("tout.autre", {}, None),
    ],
    ids=["device", "almost the same name", "another name", "network alone", "the platform says so", "all", "nothing"],
)
def test_a_new_account_that_resembles_a_closed_one_is_put_before_a_person(closed, handle, more, because):
    closed()
    signed_up("s-2", handle, **more)
    found = [one.because for one in Comeback.objects.all()]
    assert found == ([because] if because else [])
    assert not Challenge.objects.exists()


def test_who_is_the_same_child_is_asked_to_show_their_age(closed, decider):
    closed()
    signed_up("s-2", "lou_dessine2")
    comebacks.decide_comeback(Comeback.objects.get(), same=True, acting=decider, reason="même dessins, même chat")
    challenge = Challenge.objects.get()
    assert (challenge.handle, challenge.step) == ("lou_dessine2", "prove")


def test_who_is_somebody_else_is_asked_nothing(closed, decider):
    closed()
    signed_up("s-2", "lou_dessine2")
    comebacks.decide_comeback(Comeback.objects.get(), same=False, acting=decider, reason="une autre Lou")
    assert not Challenge.objects.exists()


def test_an_account_that_two_people_close_is_remembered_and_forgotten_when_it_opens(restricted, decider):
    from rempart.age.services import deciding

    challenge = restricted("lou.dessine")
    assert ClosedYoung.objects.get().handle == "lou.dessine"
    deciding.decide(challenge, "clear", acting=decider, reason="une carte d’élève")
    assert not ClosedYoung.objects.exists()


# The desk.


def test_a_reviewer_reads_and_decides_on_the_desk(reported, client, decider):
    matter = reported(text="elle a écrit qu’elle est en CM1").matter
    client.force_login(decider)
    page = client.get(f"/age/matters/{matter.pk}/").content.decode()
    assert "elle a écrit qu’elle est en CM1" in page
    client.post(f"/age/matters/{matter.pk}/", {"decision": "prove", "because": "CM1"})
    assert Challenge.objects.get().step == "prove"


def test_a_comeback_is_decided_on_the_desk(closed, client, decider):
    closed()
    signed_up("s-2", "lou_dessine2")
    comeback = Comeback.objects.get()
    client.force_login(decider)
    assert "lou.dessine" in client.get(f"/age/comebacks/{comeback.pk}/").content.decode()
    client.post(f"/age/comebacks/{comeback.pk}/", {"same": "no", "reason": "une autre"})
    comeback.refresh_from_db()
    assert comeback.same is False


def test_what_an_attempt_says_of_a_device_is_a_keyed_hash(closed):
    closed()
    assert Attempt.objects.exclude(device="d1").count() == 1
    assert len(Attempt.objects.get().device) == 64
