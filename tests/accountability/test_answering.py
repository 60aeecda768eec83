"""An answer is drafted, approved by somebody else, handed over as it was approved, and corrected by another version."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from rempart.accountability import errors
from rempart.accountability.models import Answer, Request
from rempart.accountability.scope import Scope
from rempart.accountability.services import answering, telling
from rempart.accountability.services.commitments import make_commitment
from rempart.accountability.services.requests import carry_out, clear_request
from rempart.casework.errors import NotAllowed
from rempart.files.models import StoredFile
from rempart.files.services import open_file
from rempart.ledger.clock import now
from rempart.ledger.sequencer import sequence_pending

DAY = timedelta(days=1)
LETTER = "Madame la Présidente, la vidéo a été retirée."


@pytest.fixture
def informing(acknowledged):
    """An order to give information about an account of another service: nobody here to tell."""
    return acknowledged("order_to_inform", accounts=["snapchat:leo.vrtx"])


@pytest.fixture
def drafted(informing, liaison):
    """Its answer, drafted."""
    return answering.draft_answer(informing, language="fr", words=LETTER, acting=liaison)


def _members(file, member) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(open_file(file, acting=member))) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_whoever_drafted_does_not_approve(drafted, liaison, second):
    with pytest.raises(errors.SamePerson):
        answering.approve_answer(drafted, reason="I read it.", acting=liaison)
    with pytest.raises(DatabaseError, match="an_answer_is_approved_by_another"), transaction.atomic():
        Answer.objects.filter(pk=drafted.pk).update(
            state="approved", approved_at=now(), approved_by=liaison, approved_because="x"
        )
    assert answering.approve_answer(drafted, reason="I read it.", acting=second).state == "approved"


def test_nothing_is_handed_over_unapproved(drafted, liaison):
    with pytest.raises(errors.WrongMoment):
        answering.send_answer(drafted, how="the portal", acting=liaison)
    with pytest.raises(errors.WrongMoment):
        answering.read_answer(drafted, acting=liaison, document=False)


def test_what_was_approved_is_what_is_handed_over(drafted, second, liaison):
    answering.approve_answer(drafted, reason="I read it.", acting=second)
    for change in ({"words": "Something else."}, {"package": None}, {"note": "x"}):
        with pytest.raises(DatabaseError, match="stays as it was approved"), transaction.atomic():
            Answer.objects.filter(pk=drafted.pk).update(**change)
    sent = answering.send_answer(drafted, how="the courts' portal", acting=liaison)
    _file, package = answering.read_answer(sent, acting=liaison, document=False)
    with zipfile.ZipFile(io.BytesIO(package)) as packed:
        assert packed.read("letter.txt").decode() == LETTER + "\n"
    assert Request.objects.get(pk=drafted.request_id).state == "answered"


def test_the_ledger_names_the_hashes(drafted, second, liaison, events_of):
    answering.approve_answer(drafted, reason="I read it.", acting=second)
    answering.send_answer(drafted, how="the portal", acting=liaison)
    assert events_of(drafted) == ["answer_drafted", "answer_approved", "answer_sent"]
    assert events_of(drafted.request)[-1] == "request_answered"


def test_one_version_is_under_way_at_a_time(drafted, liaison):
    with pytest.raises(errors.AnswerUnderWay):
        answering.draft_answer(drafted.request, language="fr", words="Another.", acting=liaison)


def test_a_discarded_version_leaves_no_file(drafted, liaison):
    files = [drafted.document_id, drafted.package_id]
    answering.discard_answer(drafted, reason="A typing mistake.", acting=liaison)
    assert not StoredFile.objects.filter(pk__in=files).exists()
    again = answering.draft_answer(drafted.request, language="fr", words=LETTER, acting=liaison)
    assert again.version == 2


def test_a_correction_says_why_and_keeps_what_was_handed_over(drafted, second, liaison):
    answering.approve_answer(drafted, reason="I read it.", acting=second)
    first = answering.send_answer(drafted, how="the portal", acting=liaison)
    request = Request.objects.get(pk=first.request_id)
    corrected = answering.draft_answer(
        request, language="fr", words="Two videos.", corrects=first, because="One was forgotten.", acting=second
    )
    answering.approve_answer(corrected, reason="I read it.", acting=liaison)
    answering.send_answer(corrected, how="the portal", acting=second)
    kept = Answer.objects.get(pk=first.pk)
    assert (kept.state, kept.words, kept.package_id) == ("sent", LETTER, first.package_id)
    assert (corrected.version, corrected.corrects, corrected.because) == (2, kept, "One was forgotten.")


def test_only_those_who_deal_with_authorities_answer(informing, reviewer):
    with pytest.raises(NotAllowed):
        answering.draft_answer(informing, language="fr", words=LETTER, acting=reviewer)


# --- data about somebody


def test_what_is_enclosed_is_approved_with_the_answer(drafted, liaison, second):
    answering.enclose(
        drafted, content=b"last seen: 2026", name="leo.txt", because="The order, point 2.", acting=liaison
    )
    approved = answering.approve_answer(drafted, reason="I read it all.", acting=second)
    assert _members(approved.package, second)["enclosures/01-leo.txt"] == b"last seen: 2026"
    with pytest.raises(errors.WrongMoment):
        answering.enclose(approved, content=b"more", name="more.txt", because="x", acting=liaison)


@pytest.mark.parametrize("kind", ["question", "research", "order_to_act"])
def test_nothing_about_somebody_goes_where_no_order_asks_for_it(acknowledged, liaison, kind):
    accounts = ["snapchat:leo.vrtx"] if kind == "order_to_act" else []
    request = acknowledged(kind, accounts=accounts)
    if kind == "order_to_act":
        carry_out(request, words="removed", acting=liaison)
    answer = answering.draft_answer(request, language="fr", words=LETTER, figures=False, acting=liaison)
    with pytest.raises(errors.NotThatKind):
        answering.enclose(answer, content=b"x y", name="x.txt", because="x", acting=liaison)
    with pytest.raises(DatabaseError, match="data about somebody are enclosed"), transaction.atomic():
        answer.enclosures.create(file=answer.document, because="x")


# --- orders


def test_an_order_to_act_is_not_answered_before_effect_was_noted(acknowledged, liaison):
    request = acknowledged("order_to_act", accounts=["tiktok:leo.vrtx"])
    with pytest.raises(errors.NoEffect):
        answering.draft_answer(request, language="fr", words=LETTER, acting=liaison)


def test_the_person_is_told_at_the_latest_when_the_order_is_answered(acknowledged, liaison, second):
    request = acknowledged("order_to_act", accounts=["tiktok:leo.vrtx"])
    carry_out(request, words="the video was removed", acting=liaison)
    answer = answering.draft_answer(request, language="fr", words=LETTER, acting=liaison)
    answering.approve_answer(answer, reason="I read it.", acting=second)
    with pytest.raises(errors.NotTold):
        answering.send_answer(answer, how="the portal", acting=liaison)
    telling.tell_person(request.concerned.get(), reasons="Un tribunal le demande.", acting=liaison)
    assert answering.send_answer(answer, how="the portal", acting=liaison).state == "sent"


def test_silence_that_the_authority_asked_for_lets_the_answer_go(acknowledged, liaison, second):
    request = acknowledged("order_to_inform", accounts=["tiktok:leo.vrtx"])
    answer = answering.draft_answer(request, language="fr", words=LETTER, acting=liaison)
    answering.approve_answer(answer, reason="I read it.", acting=second)
    telling.silence_request(request, until=now() + DAY, because="An inquiry.", acting=liaison)
    assert answering.send_answer(answer, how="the portal", acting=liaison).state == "sent"


def test_the_notified_authority_has_ten_days_to_object(acknowledged, liaison, second, clock):
    request = acknowledged("production_order", accounts=["tiktok:leo.vrtx"], enforcing_notified=True)
    answer = answering.draft_answer(request, language="fr", words=LETTER, acting=liaison)
    answering.approve_answer(answer, reason="I read it.", acting=second)
    with pytest.raises(errors.TooEarly):
        answering.send_answer(answer, how="e-CODEX", acting=liaison)
    clear_request(request, because="Its letter of today.", acting=liaison)
    assert answering.send_answer(answer, how="e-CODEX", acting=liaison).state == "sent"


def test_a_preservation_order_has_no_answer(acknowledged, liaison):
    with pytest.raises(errors.NotThatKind):
        answering.draft_answer(
            acknowledged("preservation_order", accounts=["tiktok:leo.vrtx"]), language="fr", words="x", acting=liaison
        )


# --- questions


def test_a_question_is_answered_by_figures_of_its_period(acknowledged, liaison, second, authority):
    make_commitment(
        authority, words="To publish the rules.", owner=second, due=now() + DAY, promised_at=now(), acting=liaison
    )
    sequence_pending()
    answer = answering.draft_answer(acknowledged("question"), language="fr", acting=liaison)
    assert answer.document.media_type == "application/pdf"
    assert [one["words"] for one in answer.figures["commitments"]] == ["To publish the rules."]
    members = _members(answer.package, liaison)
    assert json.loads(members["answer.json"]) == answer.figures
    assert members["answer.pdf"] == open_file(answer.document, acting=liaison)
    assert answer.note.encode() == members["proofs/answer.note"]


def test_figures_are_of_a_period(acknowledged, liaison):
    request = acknowledged("question", scope=Scope(hashtag="balancetontiktokeur", words="What did you do?"))
    with pytest.raises(errors.NoPeriod):
        answering.draft_answer(request, language="fr", acting=liaison)
