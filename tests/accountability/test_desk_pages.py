"""The life of a request walked through its pages, as two people see them."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rempart.accountability.models import Answer, Authority, Commitment, Request
from rempart.casework.services import approve_decision
from rempart.ledger.clock import now
from rempart.ledger.sequencer import sequence_pending

DAY = timedelta(days=1)


@pytest.fixture
def held(respondent, judged):
    """A case about leo.vrtx, with measures proposed."""
    return judged(respondent(handle="leo.vrtx"), credibility=0.9)


class Walker:
    """Somebody at the desk: opens pages, fills in forms, follows where they lead."""

    def __init__(self, member):
        self.client = Client(HTTP_ACCEPT_LANGUAGE="en")
        self.client.force_login(member)

    def opens(self, name: str, /, *args, **query) -> str:
        """The page."""
        response = self.client.get(reverse(f"accountability:{name}", args=args), query)
        assert response.status_code == 200, (name, response.status_code)
        return response.content.decode()

    def sends(self, where: str, /, *args, status: int = 200, **form) -> str:
        """The page that a form leads to."""
        response = self.client.post(reverse(f"accountability:{where}", args=args), form, follow=True)
        assert response.status_code == status, response.content.decode()[-3000:]
        return response.content.decode()


def written(moment) -> str:
    """A moment as a browser sends it."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def noe(liaison):
    """Who registers."""
    return Walker(liaison)


@pytest.fixture
def lina(second):
    """Who checks and approves."""
    return Walker(second)


def asked(authority: Authority, kind: str, **form) -> dict:
    """The form of a request, received an hour ago."""
    return {
        "authority": authority.pk,
        "kind": kind,
        "reference": "2026/17",
        "language": "fr",
        "received_at": written(now() - timedelta(hours=1)),
        **form,
    }


def test_a_ministers_question_from_the_letter_to_a_corrected_answer(noe, lina, second):
    noe.sends(
        "authorities", kind="ministry", name="Ministry of Childhood", country="FR", language="en", contact="switchboard"
    )
    authority = Authority.objects.get()
    letter = SimpleUploadedFile("letter.txt", b"What measures did you take?")
    page = noe.sends(
        "register",
        **asked(authority, "question", words="What measures did you take?", document=letter),
        hashtag="#BalanceTonTikTokeur",
        start=written((now() - 30 * DAY).replace(hour=12)),  # never an hour that clocks repeat
        end=written(now()),
    )
    request = Request.objects.get()
    assert request.asked.hashtag == "balancetontiktokeur"
    assert "You registered it: somebody else makes sure that it is authentic." in page
    assert "Found authentic" not in page

    page = lina.opens("request", request.pk)
    assert "switchboard" in page
    lina.sends("request", request.pk, do="authenticate", how="called_back", because="Madame Roux confirmed it.")
    page = noe.sends("request", request.pk, do="acknowledge", how="by post")
    assert "We received your request" in page

    sequence_pending()
    noe.sends("draft", request.pk, language="en", words="Minister, here are the figures.")
    answer = Answer.objects.get()
    assert "somebody else reads and approves it" in noe.opens("answer", answer.pk)
    refused = noe.sends("answer", answer.pk, do="approve", because="I drafted it well.")
    assert "does not stand where this can be done" in refused
    document = lina.client.get(reverse("accountability:answer-file", args=[answer.pk, "document"]))
    assert document.content.startswith(b"%PDF-")
    lina.sends("answer", answer.pk, do="approve", because="The figures are those of the record.")
    page = noe.sends("answer", answer.pk, do="send", how="by post, registered")
    assert "by post, registered" in page
    request.refresh_from_db()
    assert request.state == "answered"

    noe.sends("commitments", authority=authority.pk, words="A report each month.", owner=second.pk,
              promised_at=written(now() - timedelta(minutes=2)), due=written(now() + 30 * DAY))  # fmt: skip
    noe.sends("draft", request.pk, language="en", words="Corrected.", because="A day was missing.")
    corrected = Answer.objects.get(version=2)
    assert corrected.corrects == answer
    assert [one["words"] for one in corrected.figures["commitments"]] == ["A report each month."]
    assert "It corrects version 1: “A day was missing.”" in noe.opens("answer", corrected.pk)


def test_an_order_to_act_from_the_court_to_the_person_told(noe, lina, authority, held, reviewer):
    noe.sends(
        "register",
        **asked(authority, "order_to_act", legal_basis="Art. 131-35-1", territory="France", accounts="tiktok:leo.vrtx"),
    )
    request = Request.objects.get()
    lina.sends("request", request.pk, do="authenticate", how="signature", because="The seal is the court's.")
    noe.sends("request", request.pk, do="acknowledge", how="the courts' portal")
    page = noe.opens("request", request.pk)
    assert "to be told" in page
    assert "Nothing is decided here" in page

    proposal = held.decisions.get(state="proposed")
    approve_decision(proposal, acting=reviewer, reason="What is described is grave.")
    noe.sends("request", request.pk, do="carry_out", decision=proposal.pk)
    person = request.concerned.get()
    page = noe.sends(
        "person",
        person.pk,
        fr="Le tribunal a ordonné de suspendre le compte.",
        en="The court ordered to suspend the account.",
        redress_fr="Vous pouvez faire appel.",
        redress_en="You can appeal.",
    )
    assert "The court ordered to suspend the account." in page
    noe.sends("draft", request.pk, language="fr", words="L'injonction a reçu effet.")
    answer = Answer.objects.get()
    lina.sends("answer", answer.pk, do="approve", because="It is so.")
    noe.sends("answer", answer.pk, do="send", how="the courts' portal")
    request.refresh_from_db()
    assert (request.state, request.effect_at) == ("answered", proposal.begins_at or request.effect_at)


def test_an_order_to_inform_with_an_enclosure_and_silence(noe, lina, authority):
    noe.sends("register", **asked(authority, "order_to_inform", legal_basis="Art. 60-1", accounts="tiktok:leo.vrtx"))
    request = Request.objects.get()
    lina.sends("request", request.pk, do="authenticate", how="channel", because="It came by the portal.")
    noe.sends("request", request.pk, do="acknowledge", how="the portal")
    noe.sends("draft", request.pk, language="fr", words="Voici ce que nous avons.")
    answer = Answer.objects.get()
    data = SimpleUploadedFile("leo.txt", b"Signed up on 3 May 2026")
    noe.sends("answer", answer.pk, do="enclose", file=data, because="Point 2 of the order.")
    assert "leo.txt" in lina.opens("answer", answer.pk)
    lina.sends("answer", answer.pk, do="approve", because="Exactly what is asked.")
    page = noe.sends("answer", answer.pk, do="send", how="the portal")
    assert "has to be told first" in page
    noe.sends("request", request.pk, do="silence", until=written(now() + 5 * DAY), because="An inquiry is under way.")
    noe.sends("answer", answer.pk, do="send", how="the portal")
    assert Answer.objects.get().state == "sent"
    assert "An inquiry is under way." in noe.opens("request", request.pk)


def test_a_production_order_says_that_the_authority_tells(noe, lina, authority):
    form = asked(authority, "production_order", legal_basis="2023/1543", accounts="tiktok:leo.vrtx", emergency="on")
    noe.sends("register", **form)
    request = Request.objects.get()
    page = noe.opens("request", request.pk)
    assert request.due_at - request.received_at == timedelta(hours=8)
    assert "the authority tells the person" in page
    assert "8 hours" in noe.opens("requests")
    assert noe.client.get(reverse("accountability:person", args=[request.concerned.get().pk])).status_code == 404


@pytest.mark.usefixtures("held")
def test_a_preservation_order_through_its_pages(noe, lina, authority):
    noe.sends("register", **asked(authority, "preservation_order", legal_basis="2023/1543", accounts="tiktok:leo.vrtx"))
    request = Request.objects.get()
    lina.sends("request", request.pk, do="authenticate", how="channel", because="e-CODEX.")
    noe.sends("request", request.pk, do="acknowledge", how="e-CODEX")
    page = noe.sends("request", request.pk, do="preserve", because="The case is held.")
    assert "Legal hold on the case of" in page
    page = noe.sends("request", request.pk, do="extend", because="Annex VI.")
    assert "Extended on" in page
    assert "Keep it 30 days more" not in page
    noe.sends("request", request.pk, do="end", because="No longer needed.")
    assert "released" in noe.opens("request", request.pk)


def test_what_is_wrong_with_a_form_is_said_beside_it(noe, authority):
    page = noe.sends("register", status=422, **asked(authority, "question", accounts="tiktok:leo.vrtx"))
    assert "answered by figures alone" in page
    page = noe.sends("register", status=422, **asked(authority, "order_to_act", accounts="tiktok:leo.vrtx"))
    assert "names its legal basis" in page
    page = noe.sends(
        "register", status=422, **asked(authority, "question"), start=written(now()), end=written(now() - DAY)
    )
    assert "The period ends before it begins." in page
    assert not Request.objects.exists()


def test_what_cannot_be_done_here_any_more_is_said(noe, lina, registered):
    request = registered("question")
    assert "does not stand where" in noe.sends("request", request.pk, do="authenticate", how="channel", because="x")
    lina.sends("request", request.pk, do="unauthentic", because="The domain is not theirs.")
    assert "does not stand where" in noe.sends("request", request.pk, do="acknowledge", how="mail")
    assert "does not stand where" in noe.sends("draft", request.pk, language="fr", words="x")
    assert "not authentic" in noe.opens("requests", show="all")


def test_a_promise_is_kept_or_withdrawn_on_its_page(noe, authority, second):
    for words in ("A", "B"):
        noe.sends("commitments", authority=authority.pk, words=words, owner=second.pk,
                  promised_at=written(now() - timedelta(minutes=2)), due=written(now() + DAY))  # fmt: skip
    first, other = Commitment.objects.order_by("pk")
    sequence_pending()
    assert "It was kept" in noe.opens("commitment", first.pk)
    noe.sends("commitment", first.pk, do="keep", because="On the site since today.")
    assert "On the site since today." in noe.opens("commitment", first.pk)
    noe.sends("commitment", other.pk, do="withdraw", because="The law changed.")
    page = noe.opens("commitments")
    assert "Kept or withdrawn" in page
    noe.sends("commitments", status=422, authority=authority.pk, words="C", owner=second.pk,
              promised_at=written(now()), due=written(now() - DAY))  # fmt: skip


def test_a_reviewer_sees_an_order_to_act_on_the_case_and_no_confidential_one(held, acknowledged, reviewer):
    told = {"accounts": ["tiktok:leo.vrtx"]}
    order = acknowledged("order_to_act", legal_basis="Art. 131-35-1", **told)
    secret = [acknowledged(kind, **told) for kind in ("order_to_inform", "production_order", "preservation_order")]
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(reviewer)
    page = client.get(reverse("casework:case", args=[held.pk])).content.decode()
    assert f"{order.number} · Tribunal judiciaire de Villeneuve" in page
    assert "An order decides nothing by itself here" in page
    assert not [one.number for one in secret if one.number in page]
