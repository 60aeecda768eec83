"""Requests leave with all that belongs to them once the report that counts them is no longer public; promises stay."""

from datetime import timedelta

from rempart.accountability.models import Answer, Commitment, Concerned, Request
from rempart.accountability.services import answering, preserving, telling
from rempart.accountability.services.commitments import make_commitment
from rempart.correspondence.models import Conversation
from rempart.files.models import StoredFile
from rempart.ledger.clock import now
from rempart.ledger.models import Content
from rempart.ledger.services import reference
from rempart.privacy.register import register
from rempart.privacy.retention import apply_retention

DAY = timedelta(days=1)
KEPT = timedelta(days=register().retentions["authority_request"].days)


def test_a_settled_request_leaves_with_its_files_its_answers_and_its_conversation(
    acknowledged, liaison, second, clock, authority
):
    request = acknowledged("order_to_inform", accounts=["tiktok:leo.vrtx"], document=b"The order of the court.")
    telling.tell_person(request.concerned.get(), reasons="Un tribunal le demande.", acting=liaison)
    answer = answering.draft_answer(request, language="fr", words="Voici.", acting=liaison)
    answering.enclose(answer, content=b"3 May 2026", name="leo.txt", because="Point 2.", acting=liaison)
    answering.approve_answer(answer, reason="Read.", acting=second)
    answering.send_answer(answer, how="the portal", acting=liaison)
    promised = {"words": "A letter.", "owner": second, "due": now() + DAY}
    make_commitment(authority, request=request, acting=liaison, **promised)
    clock.move(KEPT - DAY)
    apply_retention()
    assert Request.objects.exists()
    clock.move(2 * DAY)
    apply_retention()
    for model in (Request, Answer, Concerned, Conversation, StoredFile):
        assert not model.objects.exists(), model
    left = Content.objects.filter(row__subject=reference(request)).exclude(row__event="content_erased")
    assert not left.exists()
    assert Commitment.objects.get().request is None


def test_an_open_request_and_what_is_preserved_stay(registered, acknowledged, liaison, clock):
    registered("question")
    kept = preserving.preserve(
        acknowledged("preservation_order", accounts=["tiktok:leo.vrtx"]), because="Nothing is here.", acting=liaison
    )
    production = acknowledged("production_order", accounts=["tiktok:leo.vrtx"])
    preserving.confirm_production(kept, production, acting=liaison)
    clock.move(KEPT + 100 * DAY)
    apply_retention()
    assert Request.objects.count() == 3
