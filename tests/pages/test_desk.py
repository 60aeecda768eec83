"""The desk, asked without a browser: who may do what, what is hidden, and how many queries a page takes."""

import html
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from rempart import records
from rempart.casework.models import Case, Decision
from rempart.casework.services import approve_decision, record_assessment, rulebook_in_force
from rempart.casework.services.desk import order
from rempart.intake.models import Account, Wave
from rempart.ledger.clock import now
from rempart.lookout.models import WaveAlert
from rempart.pages.labels import words_for

CREDIBLE = {
    "testimonies": 6,
    "relays": 0,
    "disputes": 0,
    "credibility": 0.9,
    "independent_sources": 4.0,
    "coordination": 0.0,
    "severity": 3,
    "met_on": ["tiktok"],
}


@pytest.fixture
def reviewer(db, staff_member, client):
    """A reviewer, signed in."""
    member = staff_member("reviewer", "auditor")
    client.force_login(member)
    return member


@pytest.fixture
def open_case(db):
    """Make the case of an account of which credible things are said: `open_case("leo.vrtx")`."""

    def make(handle: str, **numbers) -> Case:
        account, _created = Account.objects.get_or_create(
            service="tiktok", handle=handle, defaults={"age_band": "18_plus", "first_seen_at": now()}
        )
        said = records.Assessment(about=account.reference, as_of=now(), **{**CREDIBLE, **numbers})
        return record_assessment(account, said, *rulebook_in_force())

    return make


def address_of(kind, case, about):
    """Where the form that does something on a case is sent."""
    return reverse("casework:act", args=[case.pk, f"{kind}-{about.pk}"])


def proposal(case):
    """The decision of a case that waits for an approval."""
    return case.decisions.get(state=Decision.State.PROPOSED)


@pytest.fixture
def approve_by_all(staff_member):
    """Have a proposal approved by as many people as it needs."""

    def approve(decision: Decision) -> None:
        while decision.state == Decision.State.PROPOSED:
            decision = approve_decision(decision, acting=staff_member("reviewer"), reason="Enough.")

    return approve


@pytest.mark.parametrize("name", ["waves", "cases", "due", "rulebooks", "simulations", "ledger", "keys"])
def test_each_page_of_the_desk_stands_without_any_data(reviewer, client, name):
    assert client.get(reverse(f"casework:{name}")).status_code == 200


def test_the_first_page_is_the_list_of_waves(reviewer, client):
    assert client.get("/").headers["Location"] == "/waves/"


def test_a_reader_sees_a_case_and_no_form(staff_member, client, open_case):
    client.force_login(staff_member("reader"))
    page = client.get(reverse("casework:case", args=[open_case("leo.vrtx").pk])).content.decode()
    assert "Votre rôle vous permet de lire" in page
    assert "data-action" not in page


def test_a_reader_who_sends_a_form_changes_nothing(staff_member, client, open_case):
    client.force_login(staff_member("reader"))
    case = open_case("leo.vrtx")
    client.post(address_of("approve", case, proposal(case)), {"reason": "I want to"})
    assert proposal(case).approved_by is None


def test_an_act_is_never_done_by_opening_an_address(reviewer, client, open_case):
    case = open_case("leo.vrtx")
    assert client.get(address_of("approve", case, proposal(case))).status_code == 405


def test_a_reason_that_is_refused_is_shown_again_with_its_error(reviewer, client, open_case):
    case = open_case("leo.vrtx")
    answer = client.post(address_of("decline", case, proposal(case)), {"reason": "x" * 2001})
    assert answer.status_code == 422
    assert "x" * 2001 in answer.content.decode()


def test_what_has_become_impossible_is_told_not_done(reviewer, client, open_case, staff_member):
    case = open_case("leo.vrtx")
    decision = proposal(case)
    approve_decision(decision, acting=staff_member("reviewer"), reason="Enough.")
    answer = client.post(address_of("decline", case, decision), {"reason": "Late."}, follow=True)
    assert "le dossier a changé" in answer.content.decode()


def test_a_form_left_open_acts_on_no_other_proposal(reviewer, client, open_case):
    case = open_case("leo.vrtx", severity=2, credibility=0.7)
    before = proposal(case)
    open_case("leo.vrtx", severity=4, credibility=0.95, independent_sources=6.0)
    after = proposal(case)
    assert before != after
    client.post(address_of("approve", case, before), {"reason": "They agree."})
    after.refresh_from_db()
    assert after.approved_by is None


def test_only_some_of_the_measures_can_be_lifted(reviewer, client, open_case, approve_by_all):
    case = open_case("leo.vrtx", severity=4, complainant_minors=4, independent_sources=6.0, credibility=0.99)
    decision = proposal(case)
    approve_by_all(decision)
    names = [one.measure for one in decision.measures.all()]
    assert len(names) > 1
    client.post(address_of("lift", case, decision), {"reason": "Not this one.", "measures": names[:1]})
    left = decision.measures.filter(lifted_at=None).values_list("measure", flat=True)
    assert list(left) == names[1:]


def test_two_decisions_of_one_case_have_a_form_each(reviewer, client, open_case, approve_by_all):
    case = open_case("leo.vrtx", severity=2, credibility=0.4)
    first = proposal(case)
    approve_by_all(first)
    # Few sources: what is approved now begins later, and what is in force holds until then.
    open_case("leo.vrtx", severity=4, credibility=0.95, independent_sources=2.0)
    second = proposal(case)
    approve_by_all(second)
    page = client.get(reverse("casework:case", args=[case.pk])).content.decode()
    assert page.count('data-action="lift"') == 2
    client.post(address_of("lift", case, second), {"reason": "Not this one."})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.in_force, second.to_come) == (True, False)


def test_what_no_platform_carries_out_is_said(reviewer, client, open_case, clock):
    case = open_case("leo.vrtx")
    page = reverse("casework:case", args=[case.pk])
    with translation.override("fr"):
        words = words_for("on_platform", "nowhere", capital=True)
    assert words not in html.unescape(client.get(page).content.decode())
    approve_decision(proposal(case), acting=reviewer, reason="They agree.")
    clock.move(timedelta(minutes=2))
    assert words in html.unescape(client.get(page).content.decode())


@pytest.fixture
def blind(monkeypatch):
    """Every case is among those whose score is hidden."""
    monkeypatch.setattr(order, "BLIND_IN", 1)


def test_a_hidden_score_stands_nowhere_on_the_pages_until_one_judged(blind, reviewer, client, open_case):
    case = open_case("leo.vrtx", credibility=0.8765)
    for address in (reverse("casework:cases"), reverse("casework:case", args=[case.pk])):
        assert "0,88" not in client.get(address).content.decode()
    approve_decision(proposal(case), acting=reviewer, reason="They agree.")
    assert "0,88" in client.get(reverse("casework:case", args=[case.pk])).content.decode()


def test_a_tenth_of_the_cases_is_judged_without_the_score():
    assert 150 < sum(order.is_drawn(Case(pk=pk)) for pk in range(1, 2001)) < 250


def test_filters_find_by_handle_and_by_state(reviewer, client, open_case):
    open_case("leo.vrtx")
    open_case("someone.else", severity=1, credibility=0.1)
    assert [line.about.handle for line in client.get("/cases/?q=@Leo").context["page"].object_list] == ["leo.vrtx"]
    waiting = client.get("/cases/?state=waiting").context["page"].object_list
    assert [line.about.handle for line in waiting] == ["leo.vrtx"]


@pytest.mark.parametrize("address", ["/cases/", "/due/", "/waves/"])
def test_queries_do_not_grow_with_the_cases(reviewer, client, open_case, address):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        return len(asked)

    open_case("a.first")
    queries()
    few = queries()
    for number in range(5):
        open_case(f"another.{number}")
    assert queries() == few


def test_a_review_that_is_late_says_so(reviewer, client, open_case, approve_by_all, clock):
    case = open_case("leo.vrtx", independent_sources=5.0)
    decision = proposal(case)
    approve_by_all(decision)
    decision.refresh_from_db()
    clock.set(decision.review_due + timedelta(minutes=1))
    client.force_login(reviewer)
    assert "en retard" in client.get("/due/").content.decode()


def test_the_page_of_a_case_shows_what_was_done_and_what_comes_in_order(reviewer, client, open_case, approve_by_all):
    case = open_case("leo.vrtx", independent_sources=5.0)
    decision = proposal(case)
    approve_by_all(decision)
    events = client.get(reverse("casework:case", args=[case.pk])).context["timeline"]
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert [event.ahead for event in events] == sorted(event.ahead for event in events)


def test_an_alert_is_shown_until_somebody_has_seen_it(reviewer, client):
    wave = Wave.objects.create(hashtag="balancetontiktokeur", opened_at=now())
    alert = WaveAlert.objects.create(wave=wave, hour=now(), observed=49, expected=1.6, raised_at=now())
    address = reverse("casework:wave", args=[wave.pk])
    assert "Afflux soudain" in client.get(address).content.decode()
    answer = client.post(reverse("lookout:seen", args=[alert.pk]), {"next": address}, follow=True)
    assert answer.redirect_chain == [(address, 302)]
    assert "Afflux soudain" not in answer.content.decode()


def test_an_alert_never_sends_anybody_to_another_site(reviewer, client):
    wave = Wave.objects.create(hashtag="balancetontiktokeur", opened_at=now())
    alert = WaveAlert.objects.create(wave=wave, hour=now(), observed=49, expected=1.6, raised_at=now())
    answer = client.post(reverse("lookout:seen", args=[alert.pk]), {"next": "https://elsewhere.example/"})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("address", ["/cases/999/", "/waves/999/", "/rulebooks/nothing/", "/simulations/999/"])
def test_what_does_not_exist_is_not_found(reviewer, client, address):
    assert client.get(address).status_code == 404
