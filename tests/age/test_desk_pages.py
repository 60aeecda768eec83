"""The desk's pages of ages: what waits, one account that is asked, who may do what there."""

import html
import re

import pytest

from age.conftest import WORDS
from rempart.age.models import AgeDecision, Challenge, ChallengeAppeal, Voucher
from rempart.age.services.appealing import appeal, name_voucher
from rempart.age.services.challenges import answer_age
from rempart.age.services.deciding import decide
from rempart.age.services.evidence import Evidence, Span
from rempart.age.services.reports import due, report_account
from rempart.age.services.safeguarding import look_first, settle
from rempart.records import AccountReference

State = Challenge.State
WHY = {"reason": "CM2, deux fois"}


@pytest.fixture
def at(client):
    """A page as a member sees it: `at(member, "/age/")`."""

    def get(member, address, posted=None):
        client.force_login(member)
        answer = client.get(address) if posted is None else client.post(address, posted)
        answer.text_said = html.unescape(re.sub(r"\s+", " ", answer.content.decode()))
        return answer

    return get


def address(challenge):
    return f"/age/challenges/{challenge.pk}/"


def test_the_list_shows_what_waits_and_not_who_answered_well(at, decider, challenged, restricted):
    answer_age(challenged("answered.well"), years=15)
    answer_age(challenged("to.decide"), years=11)
    appeal(restricted("has.appealed"))
    decide(challenged("to.second", step="restrict"), "restrict", acting=decider, reason="CM2", words=WORDS)
    said = at(decider, "/age/").text_said
    assert all(handle in said for handle in ("to.decide", "has.appealed", "to.second"))
    assert "answered.well" not in said


def test_what_it_rests_on_is_marked_where_an_age_is_spoken_of(at, decider, challenged):
    said = Evidence(source="bio", text="j’ai 11 ans <b>", spans=(Span(begin=5, end=11, says="says 11"),))
    shown = at(decider, address(challenged(evidence=[said])))
    assert 'title="says 11">11 ans</mark> &lt;b&gt;' in shown.content.decode()


def test_one_person_proposes_and_another_closes(at, decider, other_decider, challenged):
    challenge = challenged(step="restrict")
    at(decider, address(challenge), {"do": "restrict"} | WHY | WORDS)
    decision = AgeDecision.objects.get()
    at(decider, address(challenge), {"do": "agree", "of": decision.pk} | WHY)
    challenge.refresh_from_db()
    alone = challenge.state
    at(other_decider, address(challenge), {"do": "agree", "of": decision.pk} | WHY)
    challenge.refresh_from_db()
    assert (alone, challenge.state) == (State.DECIDING, State.RESTRICTED)


def test_a_decision_without_a_reason_is_asked_again_with_what_is_missing(at, decider, challenged):
    challenge = challenged(step="restrict")
    answer = at(decider, address(challenge), {"do": "clear", "reason": ""})
    assert (answer.status_code, AgeDecision.objects.count()) == (422, 0)


def test_words_that_find_a_fault_are_refused_beside_the_field(at, decider, challenged):
    words = {"fr": "Tu es coupable.", "en": "You are younger, we think."}
    answer = at(decider, address(challenged(step="restrict")), {"do": "restrict"} | WHY | words)
    assert (answer.status_code, AgeDecision.objects.count()) == (422, 0)


def test_whoever_decided_is_told_that_somebody_else_answers_the_appeal(at, decider, third_decider, restricted):
    challenge = restricted()
    made = appeal(challenge, text="C’était ma sœur.")
    page = address(challenge)
    overturned = {"do": "overturn", "of": made.pk} | WHY
    assert "overturn" not in at(decider, page).text_said
    at(decider, page, overturned)
    before = ChallengeAppeal.objects.get().outcome
    assert "C’était ma sœur." in at(third_decider, page).text_said
    at(third_decider, page, overturned)
    assert (before, ChallengeAppeal.objects.get().outcome) == ("", "overturned")


def test_an_address_is_checked_before_anybody_is_written_to(at, decider, challenged):
    challenge = challenged(step="prove")
    voucher = name_voucher(challenge, capacity="school", name="Mme Roy", email="direction@tilleuls.example")
    read = at(decider, address(challenge)).text_said
    at(decider, address(challenge), {"do": "check", "of": voucher.pk, "how": "site de l’école"})
    voucher.refresh_from_db()
    assert "direction@tilleuls.example" in read
    assert (voucher.checked_by, Voucher.objects.get().conversation.kind) == (decider, "voucher")


def test_a_member_asks_an_account_that_they_noticed(at, decider):
    given = {"service": "tiktok", "handle": "@lou.dessine", "country": "FR", "step": "ask", "note": "CM2 dans sa bio"}
    at(decider, "/age/ask/", given)
    challenge = Challenge.objects.get()
    assert (challenge.handle, challenge.opened_by, challenge.note) == ("lou.dessine", decider, "CM2 dans sa bio")


def test_it_speaks_french_and_english_and_names_no_reporter(at, decider, challenged, client):
    challenge = challenged(because="report", reports=3)
    client.cookies["django_language"] = "en"
    assert "3 places" in at(decider, address(challenge)).text_said


@pytest.mark.parametrize("role", ["reader", "care", "administrator"])
def test_whoever_decides_no_ages_sees_none(at, staff_member, challenged, role):
    assert at(staff_member(role), address(challenged())).status_code == 403


def test_the_list_says_which_account_waits_for_officers_first(at, decider, client):
    client.cookies["django_language"] = "en"
    held, other = AccountReference("tiktok", "held.first", "91"), AccountReference("tiktok", "to.decide.now", "92")
    for account in (held, other):
        report_account(account, reason="other")
    look_first(AccountReference("tiktok", "renamed.since", "91"), sign="said")
    looked_at = {one.handle: one.first for one in due()}
    said = at(decider, "/age/").text_said
    assert looked_at == {"held.first": True, "to.decide.now": False}
    assert said.count("child-safety officers look first") == 1
    assert said.index("held.first") < said.index("child-safety officers look first") < said.index("to.decide.now")


def test_the_page_of_a_report_offers_only_what_can_be_decided(at, decider, third_decider):
    account = AccountReference("tiktok", "held.first", "91")
    matter = report_account(account, reason="other").matter
    page, ways = f"/age/matters/{matter.pk}/", ('value="nothing"', 'value="ask"', 'value="restrict"')

    def offered():
        return [way in at(decider, page).text_said for way in ways]

    before, case = offered(), look_first(account, sign="said")
    meanwhile = offered()
    settle(case, finding="supported", note="appelée", go_ahead=False, acting=third_decider)
    assert (before, meanwhile, offered()) == ([True] * 3, [False] * 3, [True, False, False])
