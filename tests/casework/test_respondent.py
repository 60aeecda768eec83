"""The respondent's side: what they are told, when, and what they can do, without an account, a cookie or a script."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from rempart.ledger.clock import now

TWO_MINUTES = timedelta(minutes=2)


@pytest.fixture
def restrained(judged, respondent, reviewer, colleague, clock):
    """A case whose account may not go live (two reviewers): `restrained(age_band="16_17", credibility=0.92)`."""
    from rempart.casework.services import approve_decision

    def make(account=None, *, age_band="18_plus", wait=TWO_MINUTES, **numbers):
        account = account or respondent(age_band=age_band)
        case = judged(account, **{"credibility": 0.92, "severity": 3} | numbers)
        decision = case.decisions.get(state="proposed")
        approve_decision(decision, acting=reviewer, reason="It holds together.")
        decision.refresh_from_db()
        if decision.state == "proposed":
            approve_decision(decision, acting=colleague, reason="I agree.")
        clock.move(wait)
        return case

    return make


@pytest.fixture
def token_of(db):
    """The token of the link to the page of a case's respondent."""
    from rempart.casework.services.respondents import respondent_link

    def made(case):
        link = respondent_link(case)
        return link.rstrip("/").rpartition("/")[2] if link else None

    return made


@pytest.fixture
def page_of(client, token_of):
    """Open a respondent's page as they do: its HTML, tags left out unless `html=True`."""

    def opened(case, *, html=False):
        answer = client.get(reverse("casework:respondent", args=[token_of(case)]))
        assert answer.status_code == 200
        said = answer.content.decode()
        return said if html else squeezed(re.sub(r"<[^>]+>", " ", said))

    return opened


@pytest.fixture
def complainant_in(db):
    """Somebody who reported and can be reached: `complainant_in(case)`."""
    from rempart.casework.models import Complainant
    from rempart.correspondence.services import open_conversation

    def make(case):
        conversation = open_conversation("complainant", about=f"casework.case:{case.pk}", person="reporter:1")
        return Complainant.objects.create(
            case=case, reporter="platform:1", conversation=conversation, joined_at=now() - timedelta(days=1)
        )

    return make


def squeezed(text):
    """A text on one line, its unbreakable spaces made plain."""
    return " ".join(re.sub("[\u00a0\u202f]", " ", text).split())


def decision_of(case):
    """The newest decision that was taken."""
    return case.decisions.filter(state="taken").latest("taken_at")


def sayings(case):
    """What the house said to the respondent, in French."""
    from rempart.casework.services.respondents import side_of

    side = side_of(case)
    return [message.text["fr"] for message in side.conversation.messages.filter(author="system")] if side else []


def tick():
    from rempart.casework.services.respondents import tell_respondents

    return tell_respondents()


# --- when something is told


def test_a_statement_is_made_when_the_measure_takes_effect(restrained):
    case = restrained()
    tick()
    statement = decision_of(case).statement
    assert {one["measure"] for one in statement.fields["restrictions"]} == {"no_new_contacts", "no_live"}
    assert any("Quelque chose change" in said for said in sayings(case))


def test_nothing_is_told_before_a_beginning_drawn_at_random(restrained, token_of, clock):
    from rempart.casework.services.respondents import side_of

    case = restrained(age_band="16_17", independent_sources=1.0)
    decision = decision_of(case)
    assert decision.begins_at > now()
    tick()
    assert side_of(case) is None
    assert token_of(case) is None
    clock.set(decision.begins_at + TWO_MINUTES)
    tick()
    assert decision_of(case).statement.fields["begins_at"] == decision.begins_at.isoformat()


def test_imminent_danger_tells_them_at_once_since_it_begins_at_once(restrained, reviewer, clock):
    from rempart.casework.services import record_danger

    case = restrained(age_band="16_17", independent_sources=1.0)
    record_danger(case, acting=reviewer, reason="Somebody is to be met tonight.")
    clock.move(TWO_MINUTES)
    tick()
    assert decision_of(case).statement


def test_within_the_minute_in_which_it_can_be_undone_nothing_is_told(restrained, colleague, clock):
    from rempart.casework.services.respondents import side_of
    from rempart.casework.services.undoing import undo

    case = restrained(age_band="16_17", wait=timedelta(seconds=20))
    tick()
    assert side_of(case) is None
    undo(case, acting=colleague)
    clock.move(timedelta(hours=1))
    tick()
    assert side_of(case) is None


def test_a_statement_that_is_late_by_ten_days_still_says_when_it_began(restrained, clock):
    case = restrained(age_band="16_17")
    decision = decision_of(case)
    clock.move(timedelta(days=10))
    tick()
    assert decision_of(case).statement.fields["begins_at"] == decision.begins_at.isoformat()


def test_telling_twice_says_once(restrained, events_of):
    case = restrained(age_band="16_17")
    tick()
    before = sayings(case)
    tick()
    assert sayings(case) == before
    assert events_of(decision_of(case).statement) == ["statement_made"]


def test_nobody_is_told_that_they_are_watched(judged, respondent, clock):
    from rempart.casework.services.respondents import side_of

    case = judged(respondent(), credibility=0.4, severity=1)
    clock.move(TWO_MINUTES)
    tick()
    assert decision_of(case).measures.get().measure == "watch"
    assert side_of(case) is None


def test_a_statement_never_changes(restrained):
    from rempart.casework.models import Statement

    case = restrained(age_band="16_17")
    tick()
    with pytest.raises(IntegrityError, match="kept as it was sent"), transaction.atomic():
        Statement.objects.filter(decision=decision_of(case)).update(texts={"fr": [], "en": []})


def test_one_case_that_cannot_be_told_does_not_hold_up_another(restrained, caplog):
    from rempart.casework.models import RulebookVersion

    broken, sound = restrained(age_band="16_17"), restrained(age_band="16_17")
    other = RulebookVersion.objects.create(name="x", version="1", text="no: rulebook", digest="f" * 64, stored_at=now())
    broken.decisions.update(rulebook=other)
    tick()
    assert decision_of(sound).statement
    assert f"case {broken.pk} could not be told" in caplog.text


def test_the_end_is_told_once_and_is_not_held_against_them(restrained, page_of, clock):
    case = restrained(age_band="16_17")
    tick()
    clock.set(decision_of(case).ends_at + TWO_MINUTES)
    tick()
    tick()
    assert len([said for said in sayings(case) if "C’est fini depuis" in said]) == 1
    page = page_of(case)
    assert "Ton compte marche comme d’habitude" in page
    assert "Cela ne compte pas contre toi" in page


def test_a_lift_is_told_after_the_minute_and_gives_everything_back(restrained, page_of, reviewer, clock):
    from rempart.casework.models import PlatformOrder
    from rempart.casework.services import lift_decision

    case = restrained()
    tick()
    lift_decision(decision_of(case), acting=reviewer, reason="Nothing of it holds.")
    tick()
    assert not any("C’est terminé" in said for said in sayings(case))
    clock.move(TWO_MINUTES)
    tick()
    assert any("C’est terminé" in said for said in sayings(case))
    page = page_of(case)
    assert "Rien n’est limité sur votre compte" in page
    assert "Nous avons demandé à la plateforme de tout vous rendre" in page
    PlatformOrder.objects.update(carried_out_at=now())
    assert "Tout vous a été rendu" in page_of(case)


def test_a_lift_of_one_measure_says_that_a_part_is_over(restrained, page_of, reviewer, clock):
    from rempart.casework.services import lift_measure

    case = restrained()
    tick()
    lift_measure(decision_of(case).measures.get(measure="no_live"), acting=reviewer, reason="No lives since.")
    clock.move(TWO_MINUTES)
    tick()
    assert any("Une partie de ce qui était limité a été levée" in said for said in sayings(case))
    page = page_of(case)
    assert "Vous ne pouvez pas écrire en premier à quelqu’un jusqu’au" in page
    assert "vos directs sont en pause" not in page.partition("Ce que vous pouvez faire")[0].partition("levée")[0]


def test_a_lift_that_lies_ahead_is_not_promised(restrained, page_of, clock):
    case = restrained(age_band="16_17")
    tick()
    decision, ahead = decision_of(case), now() + timedelta(hours=48)
    first = page_of(case).partition(".")[0]
    decision.measures.update(
        lifted_at=ahead, lifted_because="x", lifted_by=decision.approved_by, lift_announced_at=now()
    )
    decision.ended_at, decision.ended = ahead, "lifted"
    decision.save()
    tick()
    assert page_of(case).partition(".")[0] == first
    assert not any("fini" in said for said in sayings(case))


def test_a_warning_reaches_somebody_who_was_never_restricted(judged, respondent, reviewer, clock, token_of):
    from rempart.casework.services import warn

    case = judged(respondent(age_band="16_17"), credibility=0.4, severity=1)
    warn(case, acting=reviewer, text={"fr": "Relis nos règles, s’il te plaît.", "en": "Please read our rules again."})
    tick()
    assert token_of(case) is None
    clock.move(TWO_MINUTES)
    tick()
    assert "Relis nos règles, s’il te plaît." in sayings(case)


def test_a_warning_that_speaks_of_guilt_is_refused_and_nothing_of_it_happened(judged, respondent, reviewer):
    from rempart.casework.services import warn
    from rempart.casework.statements.wording import FindingOfGuilt

    case = judged(respondent(age_band="16_17"), credibility=0.4, severity=1)
    with pytest.raises(FindingOfGuilt):
        warn(case, acting=reviewer, text={"fr": "Vous êtes coupable.", "en": "You are guilty."})
    assert not case.outcomes.exists()


def test_a_renewal_has_a_statement_of_its_own_and_nobody_is_told_that_it_is_over(
    restrained, page_of, staff_member, clock
):
    from rempart.casework.services import approve_decision, renew_decision

    case = restrained(age_band="16_17")
    tick()
    decision = decision_of(case)
    third, fourth = staff_member("reviewer", name="Ana Ruiz"), staff_member("reviewer", name="Omar Haddad")
    clock.set(decision.ends_at - timedelta(hours=1))
    renewal = renew_decision(decision, acting=third, reason="Two exports are still to be read.")
    approve_decision(renewal, acting=fourth, reason="I agree.")
    clock.set(decision.ends_at + TWO_MINUTES)
    tick()
    renewal.refresh_from_db()
    assert renewal.statement.fields["ends_at"] == renewal.ends_at.isoformat()
    assert not any("fini" in said for said in sayings(case))
    assert "C’est une précaution" in page_of(case)


def test_an_announced_lift_is_told_when_it_takes_effect(restrained, complainant_in, page_of, reviewer, clock):
    from rempart.casework.services import lift_decision, record_lifts

    case = restrained(age_band="16_17")
    complainant_in(case)
    tick()
    lift_decision(decision_of(case), acting=reviewer, reason="Nothing of it holds.")
    clock.move(timedelta(hours=47))
    tick()
    assert "C’est une précaution" in page_of(case)
    clock.move(timedelta(hours=2))
    record_lifts()
    tick()
    assert len([said for said in sayings(case) if "C’est fini depuis" in said]) == 1


def test_once_the_platform_knows_that_they_are_an_adult_they_are_spoken_to_as_one(restrained, page_of):
    case = restrained(age_band=None, credibility=0.85, severity=2)
    assert "Ce que tu peux faire" in page_of(case)
    case.account.age_band = "18_plus"
    case.account.save()
    restrained(case.account)
    assert "Ce que vous pouvez faire" in page_of(case)


# --- the page


def test_the_first_line_says_what_is_restricted_and_until_when(restrained, page_of):
    from django.utils.translation import override

    from rempart.pages.writing import moment

    case = restrained()
    page = page_of(case, html=True)
    heading = squeezed(re.search(r"<h1>(.*?)</h1>", page)[1])
    with override("fr"):
        end = squeezed(moment(decision_of(case).ends_at))
    assert heading == f"Vous ne pouvez pas écrire en premier à quelqu’un et vos directs sont en pause jusqu’au {end}."
    after = re.sub(r"<[^>]+>", " ", page.partition("</h1>")[2])
    assert squeezed(after).startswith(
        "C’est une précaution. Personne n’a décidé que vous avez fait quelque chose de mal."
    )


def test_the_page_needs_no_cookie_and_no_script_and_is_kept_by_no_cache(restrained, token_of, client):
    case = restrained()
    answer = client.get(reverse("casework:respondent", args=[token_of(case)]))
    assert not answer.cookies
    assert "<script" not in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_language_is_theirs_to_choose_and_stays(restrained, token_of, client):
    case = restrained()
    address = reverse("casework:respondent", args=[token_of(case)])
    assert client.post(address, {"language": "en"}).status_code == 302
    page = squeezed(client.get(address).content.decode())
    assert "your live streams are paused until" in page
    assert '<html lang="en">' in page


def test_a_page_of_nobody_or_of_a_complainant_is_not_there(restrained, client):
    from rempart.correspondence.links import token_for
    from rempart.correspondence.services import open_conversation

    case = restrained()
    other = open_conversation("complainant", about=f"casework.case:{case.pk}", person="reporter:1")
    for token in ("1.1.s.zzzzzz.AAAAAAAAAAAAAAAAAAAAAA", token_for(other)):
        assert client.get(reverse("casework:respondent", args=[token])).status_code == 404


def test_no_page_of_a_preventive_measure_speaks_of_guilt(restrained, page_of):
    from rempart.rulebook.saying import findings_of_guilt

    for age_band in ("18_plus", "13_15", None):
        assert findings_of_guilt(page_of(restrained(age_band=age_band))) == []


SPOKEN = ("lea.martin07", "Il m’a écrit à 23h17 au lycée Colbert, près de Lille.")


@pytest.fixture
def spoken_of(respondent, restrained, reviewer, clock):
    """A restrained account of which people spoke at odd times: `spoken_of("13_15", sources=1.0)`."""
    from rempart.casework.services import record_danger
    from rempart.intake.models import Testimony

    def make(age_band, *, sources):
        account = respondent(age_band=age_band)
        for number in range(4):
            Testimony.objects.create(
                uid=f"planted:{number}",
                account=account,
                received_at=now() - timedelta(days=number, hours=5, minutes=43),
                channel="user_report",
                stance="testimony",
                conduct=["sexual_messages"],
                conduct_services=["snapchat"],
                met_on=["tiktok"],
                text=SPOKEN[1],
                reporter=f"{SPOKEN[0]}:{number}",
                reporter_facts={},
                evidence=[],
            )
        case = restrained(account, independent_sources=sources)
        record_danger(case, acting=reviewer, reason="Somebody is to be met tonight.")
        clock.move(TWO_MINUTES)
        return case

    return make


@pytest.mark.parametrize("age_band", ["18_plus", "13_15"])
@pytest.mark.parametrize("sources", [1.0, 4.0])
def test_nothing_on_the_page_leads_to_whoever_spoke(spoken_of, page_of, age_band, sources):
    page = page_of(spoken_of(age_band, sources=sources), html=True)
    for planted in (*SPOKEN, "23h17", "23 h 17", "Colbert", "Lille", "met tonight"):
        assert planted not in page
    assert "des messages à caractère sexuel" in page
    assert ("Snapchat" in page) == (sources >= 3)


@pytest.mark.parametrize("age_band", ["under_13", "13_15", "16_17", None])
def test_whoever_may_be_a_minor_reads_a_childs_words_and_numbers_to_call_first(restrained, page_of, age_band):
    page = page_of(restrained(age_band=age_band))
    places = [page.index(number) for number in ("3114", "119", "3018")]
    assert places == sorted(places)
    assert max(places) < page.index("Ce que tu peux faire")
    assert "C’est toi qui décides" in page


def test_an_adults_page_speaks_to_an_adult(restrained, page_of):
    page = page_of(restrained())
    assert "Ce que vous pouvez faire" in page
    assert "3018" not in page


def test_held_earnings_are_stated_once_the_platform_says_how_much(restrained, page_of, clock):
    from rempart.casework.services.respondents import record_held_sum

    case = restrained()
    tick()
    decision = decision_of(case)
    decision.measures.filter(measure="no_live").update(measure="no_monetisation")
    assert "sera écrite ici dès que la plateforme nous la donne" in page_of(case)
    record_held_sum(case, amount=Decimal("1234.50"), currency="EUR", as_of=now())
    page = page_of(case)
    assert "1 234,50 € sont mis de côté depuis le" in page
    assert "la somme vous est versée" in page
    clock.set(decision.ends_at + TWO_MINUTES)
    assert "La somme mise de côté doit vous être versée" in page_of(case)


@pytest.mark.parametrize(("amount", "currency"), [("-1", "EUR"), ("1", "eur"), ("1", "EURO")])
def test_a_sum_that_cannot_be_is_refused(restrained, amount, currency):
    from rempart.casework.services.respondents import record_held_sum

    with pytest.raises(ValueError, match="a sum is positive"):
        record_held_sum(restrained(), amount=Decimal(amount), currency=currency, as_of=now())


def test_a_later_decision_leaves_the_earlier_statement_where_it_can_be_read(restrained, page_of):
    case = restrained()
    page = page_of(case)
    assert case.decisions.filter(state="taken").count() == 2
    assert page.count("comme elle vous a été envoyée") == 2
    assert "Ce qui est passé" in page


def test_a_final_decision_says_so_with_its_own_reasons(restrained, page_of, staff_member, clock):
    from rempart.casework.services import approve_decision, decide_final

    case = restrained()
    reasons = {"fr": "Deux exports ont été vérifiés.", "en": "Two exports were checked."}
    deciding, seconding = staff_member("senior_reviewer"), staff_member("senior_reviewer", name="Ana Ruiz")
    decision = decide_final(case, measures=["no_live"], articles=["live"], acting=deciding, reasons=reasons)
    decision.refresh_from_db()
    if decision.state == "proposed":
        approve_decision(decision, acting=seconding, reason="I agree.")
    clock.move(TWO_MINUTES)
    tick()
    page = page_of(case)
    assert "Cette décision n’est pas une précaution" in page
    assert "Deux exports ont été vérifiés." in page
    assert "C’est une précaution" not in page.partition("La conversation")[0]


# --- what they do


def test_an_answer_with_a_file_arrives_and_says_so(restrained, token_of, client):
    from rempart.casework.services.respondents import side_of

    case = restrained()
    token = token_of(case)
    upload = SimpleUploadedFile("export.txt", b"What really happened", "text/plain")
    answer = client.post(
        reverse("casework:respondent", args=[token]), {"text": "Ce n’est pas moi.", "files": upload}, follow=True
    )
    assert answer.redirect_chain[-1][0] == reverse("casework:respondent-sent", args=[token, "reply"])
    assert "Nous avons reçu votre message" in answer.content.decode()
    message = side_of(case).conversation.messages.get(author="them")
    assert (message.kind, message.text["fr"], message.files.count()) == ("reply", "Ce n’est pas moi.", 1)


def test_an_answer_after_the_window_is_still_read_and_the_page_says_so(restrained, page_of, token_of, client, clock):
    from rempart.casework.services.respondents import side_of

    case = restrained()
    token = token_of(case)
    clock.move(timedelta(days=30))
    assert "ce qui arrive est toujours lu" in page_of(case)
    client.post(reverse("casework:respondent", args=[token]), {"text": "Plus tard."})
    assert side_of(case).conversation.messages.filter(author="them").exists()


def test_an_empty_answer_is_shown_again_and_nothing_is_kept(restrained, token_of, client):
    case = restrained()
    answer = client.post(reverse("casework:respondent", args=[token_of(case)]), {"text": "  "})
    assert answer.status_code == 422
    assert not case.respondent_side.conversation.messages.filter(author="them").exists()


def test_an_appeal_is_filed_and_answered_for_by_a_date(restrained, page_of, token_of, client):
    case = restrained()
    token = token_of(case)
    answer = client.post(
        reverse("casework:respondent-appeal", args=[token]), {"text": "Je n’étais pas là."}, follow=True
    )
    assert "Votre appel est arrivé" in answer.content.decode()
    appeal = case.appeals.get()
    assert (appeal.by, appeal.grounds, appeal.decision) == ("respondent", "Je n’étais pas là.", decision_of(case))
    assert "Votre appel est arrivé le" in page_of(case)


def test_an_appeal_without_words_is_not_filed(restrained, token_of, client):
    case = restrained()
    answer = client.post(reverse("casework:respondent-appeal", args=[token_of(case)]), {"text": ""})
    assert answer.status_code == 422
    assert not case.appeals.exists()


def test_once_the_six_months_are_over_no_appeal_is_offered(restrained, page_of, clock):
    case = restrained()
    assert "Faire appel" in page_of(case).partition("Pourquoi")[0]
    clock.move(timedelta(days=200))
    assert "Faire appel" not in page_of(case).partition("La conversation")[0]


def test_a_copy_of_their_data_is_a_task_until_a_member_hands_it_over(restrained, token_of, client, reviewer, events_of):
    from rempart.casework.services.respondents import hand_over_data
    from rempart.files.services import keep

    case = restrained()
    token = token_of(case)
    for _again in range(2):
        client.post(reverse("casework:respondent-data", args=[token]))
    asked = case.data_requests.get()
    assert asked.due_at - asked.asked_at <= timedelta(days=31)
    hand_over_data(asked, copy=keep(b"{}", name="copy.json"), acting=reviewer)
    message = case.respondent_side.conversation.messages.latest("pk")
    assert message.files.get().name == "copy.json"
    assert {"data_asked", "data_handed_over"} <= set(events_of(case))


def test_an_adult_is_invited_by_them_alone(restrained, token_of, client):
    from rempart.correspondence.links import token_for
    from rempart.correspondence.services import invite_adult

    case = restrained(age_band="13_15")
    token = token_of(case)
    conversation = case.respondent_side.conversation
    assert conversation.adult_since is None
    assert b"Inviter un adulte" in client.get(reverse("casework:respondent", args=[token])).content
    invite_adult(conversation)
    conversation.refresh_from_db()
    page = client.get(reverse("casework:respondent", args=[token_for(conversation, "adult")])).content
    assert b"Inviter un adulte" not in page


# --- the desk


def test_a_reviewer_answers_them(restrained, reviewer):
    from rempart.casework.services.respondents import write_to_respondent

    case = restrained()
    tick()
    message = write_to_respondent(case, text="Merci, nous avons bien reçu votre export.", acting=reviewer)
    assert message.author == "staff"


def test_an_answer_that_speaks_of_guilt_is_shown_again_with_what_was_typed(restrained, reviewer, client):
    case = restrained()
    tick()
    client.force_login(reviewer)
    answer = client.post(
        reverse("casework:write-to-respondent", args=[case.pk]), {"text": "Vous êtes coupable de cela."}
    )
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "coupable" in said
    assert "la personne concernée" in said
    assert not case.respondent_side.conversation.messages.filter(author="staff").exists()


def test_an_answer_that_names_somebody_is_refused(restrained, reviewer):
    from rempart.casework.services.disclosing import LeadsToSomebody
    from rempart.casework.services.respondents import write_to_respondent

    case = restrained()
    tick()
    with pytest.raises(LeadsToSomebody):
        write_to_respondent(case, text="C’est @lea.martin qui nous l’a dit.", acting=reviewer)


def test_an_answer_may_name_their_own_account_and_a_date(restrained, respondent, reviewer):
    from rempart.casework.services.respondents import write_to_respondent

    case = restrained(respondent(handle="leo.vrtx"))
    tick()
    assert write_to_respondent(case, text="@leo.vrtx : nous regardons le 2026-11-29 à 18 h.", acting=reviewer)


def test_who_only_reads_cannot_answer_them(restrained, staff_member):
    from rempart.casework.errors import NotAllowed
    from rempart.casework.services.respondents import write_to_respondent

    case = restrained()
    tick()
    with pytest.raises(NotAllowed):
        write_to_respondent(case, text="Bonjour.", acting=staff_member("reader"))


def test_the_desk_shows_what_they_were_told_and_whether_they_opened_it(restrained, reviewer, token_of, client):
    from rempart.casework.selectors import whole_cases
    from rempart.casework.views.respondent_panel import panel

    case = restrained()
    client.get(reverse("casework:respondent", args=[token_of(case)]))
    shown = panel(whole_cases(reviewer).get(pk=case.pk), reviewer)
    assert shown["side"].conversation.seen_at
    assert shown["handed_over"] is None
    assert shown["statements"]


def test_taking_the_link_to_hand_it_over_is_recorded(restrained, reviewer, client, events_of):
    case = restrained()
    tick()
    client.force_login(reviewer)
    answer = client.post(reverse("casework:respondent-link", args=[case.pk]))
    assert "/r/" in answer.content.decode()
    assert events_of(case)[-1] == "respondent_link_taken"
    case.respondent_side.refresh_from_db()
    assert case.respondent_side.handed_over_at


def test_a_case_that_leaves_takes_statements_and_conversation_with_it(restrained, clock):
    from rempart.casework.models import Statement
    from rempart.casework.retention import erase_cases
    from rempart.correspondence.models import Conversation

    restrained(age_band="16_17")
    tick()
    clock.move(timedelta(days=400))
    tick()
    assert erase_cases(now() - timedelta(days=365)) == 1
    assert not Statement.objects.exists()
    assert not Conversation.objects.filter(kind="respondent").exists()
