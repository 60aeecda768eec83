"""The gate: asked once, the first answer stands, and what was typed is kept nowhere."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rempart.age.models import Assurance, Attempt
from rempart.age.services import gate
from rempart.age.signals import guardian_needed
from rempart.ledger.clock import now
from rempart.records import AccountReference

pytestmark = pytest.mark.django_db
RETURN = "https://app.example/signup"


@pytest.fixture(autouse=True)
def _returns(settings):
    settings.REMPART_AGE_RETURN = [RETURN]
    settings.REMPART_COUNTRY = "FR"


@pytest.fixture
def attempt():
    """A sign-up: `attempt("s-1", country="FR", device="d")`."""

    def make(number="s-1", **more):
        return gate.make_attempt(service="tiktok", number=number, return_to=RETURN, **more).attempt

    return make


def born(years):
    """The birth date of somebody who has been so many years old for half a year."""
    return now().date() - timedelta(days=int(365.25 * years + 180))


def bits(attempt):
    return {one["over"]: one["met"] for one in gate.results_of(attempt)}


@pytest.mark.parametrize(
    ("country", "years", "way"),
    [
        ("FR", 12, "not_yet"),
        ("FR", 13, "guardian"),
        ("FR", 15, "on"),
        ("BE", 13, "on"),
        ("CA-QC", 13, "guardian"),
        ("CA-QC", 14, "on"),
        ("", 14, "guardian"),
        ("BR", 13, "on"),
    ],
    ids=["FR 12", "FR 13", "FR 15", "BE 13", "QC 13", "QC 14", "ours 14", "elsewhere 13"],
)
def test_the_answer_leads_where_the_countrys_policy_says(attempt, country, years, way):
    assert gate.answer(attempt(country=country), born(years)).way == way


def test_the_platform_learns_one_bit_a_threshold_that_it_asked_for(attempt):
    asked = attempt(thresholds=[13, 18], features=["direct_messages"])
    gate.answer(asked, born(16))
    assert bits(asked) == {13: True, 16: True, 18: False}


def test_who_has_their_birthday_today_is_of_age(attempt, clock):
    clock.move(datetime(2029, 6, 1, 12, tzinfo=UTC) - now())
    gate.answer(asked := attempt(country="BE"), date(2016, 6, 1))
    assert bits(asked) == {13: True}


@pytest.mark.parametrize(("day", "over"), [(28, False), (1, True)], ids=["28 February", "1 March"])
def test_who_was_born_on_29_february_turns_on_1_march(attempt, clock, day, over):
    clock.move(datetime(2027, 2 if day == 28 else 3, day, 12, tzinfo=UTC) - now())
    gate.answer(asked := attempt(thresholds=[15]), date(2012, 2, 29))
    assert bits(asked) == {15: over}


def test_another_answer_changes_nothing(attempt):
    asked = attempt()
    gate.answer(asked, born(10))
    gate.answer(asked, born(30))
    asked.refresh_from_db()
    assert (asked.way, bits(asked), Assurance.objects.count()) == ("not_yet", {13: False}, 1)


def test_the_same_number_is_the_same_attempt(attempt):
    first = attempt()
    again = gate.make_attempt(service="tiktok", number="s-1", return_to=RETURN)
    assert (again.is_new, again.attempt.pk) == (False, first.pk)


def test_a_number_asked_about_in_another_country_is_refused(attempt):
    attempt(country="FR")
    with pytest.raises(gate.NumberTaken):
        attempt(country="BE")


@pytest.mark.parametrize("first", [10, 14], ids=["too young", "needs a guardian"])
def test_on_the_same_device_the_first_answer_stands_for_a_new_attempt(attempt, first):
    before = gate.answer(attempt("s-1", device="d1"), born(first))
    after = gate.answer(attempt("s-2", device="d1"), born(30))
    assert (after.way, after.follows, bits(after)) == (before.way, before, bits(before))


def test_the_page_of_a_new_attempt_on_the_same_device_asks_nothing(attempt, client):
    gate.answer(attempt("s-1", device="d1"), born(10))
    page = client.get(path(attempt("s-2", device="d1"))).content.decode()
    assert "Pas de compte pour le moment" in page
    assert 'name="year"' not in page


def test_a_yes_is_no_yes_for_the_next_child_on_the_same_device(attempt):
    gate.answer(attempt("s-1", device="d1"), born(40))
    assert gate.answer(attempt("s-2", device="d1"), born(9)).way == "not_yet"


def test_a_shared_network_decides_for_nobody(attempt):
    gate.answer(attempt("s-1", network="n1"), born(9))
    assert gate.answer(attempt("s-2", network="n1"), born(16)).way == "on"


def test_a_day_later_a_device_is_asked_again(attempt, clock):
    gate.answer(attempt("s-1", device="d1"), born(10))
    clock.move(timedelta(days=1, minutes=1))
    assert gate.answer(attempt("s-2", device="d1"), born(30)).way == "on"


def test_who_needs_a_guardian_is_told_to_whoever_asks_them(attempt):
    told = []

    def hear(sender, attempt, **_rest):
        told.append(attempt.pk)

    guardian_needed.connect(hear)
    try:
        asked = gate.answer(attempt(), born(14))
    finally:
        guardian_needed.disconnect(hear)
    assert told == [asked.pk]


def test_a_bit_ends_on_no_birthday(attempt):
    ends = set()
    for number, years in enumerate((10, 12)):
        gate.answer(asked := attempt(f"s-{number}"), born(years))
        (one,) = gate.results_of(asked)
        ends.add(one["expires_at"] - asked.made_at > timedelta(days=29))
    lasts = {one.expires_at - one.made_at for one in Assurance.objects.all()}
    assert ends == {True}
    assert {round(one / timedelta(days=1)) for one in lasts} == {30}


def test_what_is_held_of_an_attempt_becomes_the_accounts(attempt):
    from rempart.age.models import Subject
    from rempart.age.services.assurances import is_over

    asked = gate.answer(attempt(thresholds=[13, 16]), born(17))
    gate.bind(asked, AccountReference("tiktok", "lou.dessine", "7001"))
    assert is_over(Subject.account("tiktok", "7001"), 16, now()) is True


def test_there_is_no_column_for_a_birth_date():
    kept = {field.name for field in Attempt._meta.get_fields()}
    assert not {name for name in kept if "birth" in name or "born" in name or name in {"age", "years", "year"}}


# The page.


def path(attempt):
    return gate.address_of(attempt).removeprefix("http://localhost:8000")


def typed(day, **more):
    return {"day": str(day.day), "month": f"{day.month:02}", "year": str(day.year)} | more


def test_the_question_tells_nothing_of_a_good_answer(attempt, client):
    import re

    page = client.get(path(attempt())).content.decode()
    main = page[page.index("<main") : page.index("</main")]
    inputs = re.findall(r"<input[^>]*>", main)
    assert [re.search(r'name="(\w+)"', one)[1] for one in inputs] == ["day", "month", "year"]
    assert not any("value=" in one or "placeholder=" in one for one in inputs)
    assert not re.search(r"\b(1[0-9]|20\d\d|19\d\d)\b", re.sub(r"<[^>]*>", " ", main))
    assert "<script" not in page


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_question_is_asked_in_both_languages(attempt, client, language):
    page = client.get(path(attempt(language=language))).content.decode()
    asked = {"fr": "Quelle est votre date de naissance\N{NO-BREAK SPACE}?", "en": "What is your date of birth?"}
    assert asked[language] in page
    assert f'<html lang="{language}"' in page


def test_the_language_can_be_changed(attempt, client):
    where = path(attempt())
    client.post(where, {"language": "en"})
    assert "What is your date of birth?" in client.get(where).content.decode()


def test_who_is_old_enough_goes_back_to_the_platform(attempt, client):
    where = path(attempt())
    assert client.post(where, typed(born(20))).status_code == 302
    assert f'href="{RETURN}"' in client.get(where).content.decode()


def test_who_is_too_young_reads_no_age_and_no_way_round(attempt, client):
    where = path(attempt())
    client.post(where, typed(born(11)))
    page = client.get(where).content.decode()
    main = page[page.index("<main") : page.index("<details")]
    assert "Tu n’as rien fait de mal" in main
    assert "13" not in main
    assert RETURN not in page
    assert "119" in page


def test_reloading_and_going_back_ask_nothing_again(attempt, client):
    where = path(attempt())
    client.post(where, typed(born(11)))
    answer = client.post(where, typed(born(30)), follow=True)
    assert "Pas de compte pour le moment" in answer.content.decode()
    assert client.get(where).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "31", "month": "2"},
        {"year": "12"},
        {"year": ""},
        {"year": "2999"},
        {"month": "<b>"},
        {"year": "0000"},
    ],
    ids=["no such day", "two digits", "empty", "to come", "markup", "year 0"],
)
def test_what_is_no_date_is_no_answer_yet(attempt, client, wrong):
    asked = attempt()
    answer = client.post(path(asked), typed(born(20)) | wrong)
    asked.refresh_from_db()
    assert (answer.status_code, asked.answered_at) == (422, None)
    assert "aria-invalid" in answer.content.decode() or "notice-error" in answer.content.decode()


def test_an_address_of_ours_that_is_over_looks_like_one_that_never_was(attempt, client, clock):
    asked = attempt()
    where = path(asked)
    clock.move(gate.LASTS)
    over, never = client.get(where), client.get("/age/gate/1.forged/")
    assert (over.status_code, over.content) == (404, never.content)


def test_what_was_typed_is_in_no_table_and_no_log(attempt, client, caplog):
    from django.db import connection

    day = date(2009, 10, 27)
    with caplog.at_level("DEBUG"):
        for number in range(20):
            client.post(path(attempt(f"s-{number}", device=f"d{number}")), typed(day))
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        dumped = []
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            dumped += [row[0] for row in cursor.fetchall()]
    everything = "\n".join(dumped) + caplog.text
    assert Attempt.objects.filter(way="on").count() == 20
    for written in ("2009-10-27", "27/10/2009", "20091027", "10/27/2009", "2009, 10, 27", "year=2009"):
        assert written not in everything
