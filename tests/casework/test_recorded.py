"""What people read on their pages is what the ledger holds, and the file they are given proves it to anybody."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from rempart import records
from rempart.ledger import log, proof_file
from rempart.tlog.keys import VerifierKey

MINUTE = timedelta(minutes=1)
WORDS = "Il m'a demandé des photos, et j'ai dit non."


@pytest.fixture
def reported(book):
    """Hand over a report about an account: `reported(account)`."""
    from rempart.intake.services import HandedReport, receive_report

    def hand_over(account, *, reporter="zephyrine77", text=WORDS, number="n-7301"):
        about = records.AccountReference(account.service, account.handle)
        author = records.Reporter(id=reporter)
        return receive_report(
            HandedReport(number=number, about=about, text=text, conduct=["nude_request"], reporter=author)
        )

    return hand_over


@pytest.fixture
def told(judged, respondent, reviewer, colleague, reported, clock):  # noqa: PLR0917
    """A report, and the case of its account, whose respondent was told of a measure."""
    from rempart.casework.services import approve_decision
    from rempart.casework.services.respondents import tell

    report = reported(respondent(age_band="18_plus"))
    case = judged(report.testimony.account, credibility=0.92, severity=3)
    proposal = case.decisions.get(state="proposed")
    for person in (reviewer, colleague):
        approve_decision(proposal, acting=person, reason="It holds together.")
    clock.move(2 * MINUTE)
    tell(case)
    clock.move(MINUTE)
    log.checkpoint_now()
    return case, report


@pytest.fixture
def page(client):
    """Open somebody's page, or another of their addresses (`record`): the answer."""
    from rempart.correspondence.links import token_for

    def opened(conversation, name=""):
        address = f"casework:{conversation.kind}{f'-{name}' if name else ''}"
        return client.get(reverse(address, args=[token_for(conversation)]))

    return opened


def said(answer):
    """A page's words on one line."""
    return " ".join(re.sub("[\u00a0\u202f]", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def checked(answer):
    """The rows of a proof file, checked as its reader does: with the key that the ledger publishes."""
    return proof_file.check(proof_file.read(answer.content), log=VerifierKey.parse(log.public_key()))


def test_a_respondents_page_says_that_it_is_what_the_ledger_holds_and_where(told, page):
    case, _report = told
    from rempart.ledger.models import LedgerRow

    row = LedgerRow.objects.filter(event="statement_made").last()
    shown = said(page(case.respondent_side.conversation))
    assert "mot pour mot" in shown
    assert f"ligne {row.link.index} du registre" in shown
    assert f"rempart ledger check record.json --key {log.public_key()}" in shown.replace("&#43;", "+").replace(
        "&#x2B;", "+"
    )


def test_the_file_proves_the_statement_word_for_word_with_nothing_but_the_published_key(told, page):
    case, _report = told
    from rempart.casework.models import Statement

    answer = page(case.respondent_side.conversation, "record")
    statements = Statement.objects.filter(decision__case=case).order_by("made_at", "pk")
    assert answer["Content-Disposition"] == 'attachment; filename="record.json"'
    assert [(row.event, row.documented) for row in checked(answer)] == [
        *[("statement_made", True)] * 2,
        *[("message_said", True)] * 2,
    ]
    assert [row.document for row in proof_file.read(answer.content).rows[:2]] == [
        [one.fields, one.texts] for one in statements
    ]


def test_one_word_changed_in_the_file_is_named(told, page):
    case, _report = told
    file = page(case.respondent_side.conversation, "record").content.decode()
    assert '"mode": "preventive"' in file
    with pytest.raises(proof_file.Broken, match=r"Row 1 of the file .statement_made.: the document is not the one"):
        proof_file.check(
            proof_file.read(file.replace('"mode": "preventive"', '"mode": "final"').encode()),
            log=VerifierKey.parse(log.public_key()),
        )


def test_the_respondents_file_tells_nothing_of_who_reported_nor_of_who_decided(told, page, reviewer, colleague):
    case, report = told
    file = page(case.respondent_side.conversation, "record").content.decode()
    for betraying in (
        "zephyrine",
        WORDS[:20],
        "n-7301",
        report.testimony.reporter,
        reviewer.name,
        colleague.name,
        "staffmember",
    ):
        assert betraying not in file
    subjects = {row.row.subject.partition(":")[0] for row in proof_file.read(file.encode()).rows}
    assert subjects == {"casework.statement", "correspondence.message"}


def test_the_complainants_file_holds_their_words_and_ours_and_nothing_of_the_team_or_of_others(
    told, page, reported, reviewer, clock
):
    case, report = told
    from rempart.correspondence.services import say

    reported(case.account, reporter="ondine55", text="Another voice.", number="r2")
    say(report.conversation, text="Merci, je m'en occupe.", acting=reviewer)
    clock.move(2 * MINUTE)
    log.checkpoint_now()
    answer = page(report.conversation, "record")
    rows = checked(answer)
    documents = [row.document for row in proof_file.read(answer.content).rows]
    assert rows[0].event == "report_received"
    assert documents[0] == WORDS
    assert all(row.documented for row in rows)
    file = answer.content.decode()
    for betraying in ("ondine55", "Another voice", "je m'en occupe", "staffmember", reviewer.name):
        assert betraying not in file


def test_the_complainants_page_never_says_the_accounts_side_of_it(told, page):
    case, report = told
    shown = said(page(report.conversation))
    assert "Ce que vous avez envoyé le" in shown
    assert "La décision envoyée" not in shown
    assert str(case.decisions.first().statement.fields["number"]) not in shown


def test_a_message_changed_behind_the_ledgers_back_is_owned_up_to_and_proves_nothing(told, page):
    case, _report = told
    conversation = case.respondent_side.conversation
    conversation.messages.update(text={"fr": "Autre chose.", "en": "Something else."})
    shown = said(page(conversation))
    assert "Cette page n’est pas la même que notre registre. L’erreur est de notre côté" in shown
    assert "Télécharger la preuve" not in shown
    assert page(conversation, "record").status_code == 302


def test_what_is_not_published_yet_is_said_to_come(told, page, clock, settings):
    case, _report = told
    settings.REMPART_LEDGER_MINUTES = 10
    conversation = case.respondent_side.conversation
    from rempart.ledger.published import published

    assert published() is None or published().size < log.size()
    assert "La preuve pour cette page arrive dans quelques minutes" in said(page(conversation))
    clock.move(timedelta(minutes=13))
    assert "mot pour mot" in said(page(conversation))


def test_a_proof_outlives_the_erasure_of_what_it_is_about(told, page):
    case, report = told
    from rempart.intake.services import withdraw_reports

    kept = page(report.conversation, "record")
    withdraw_reports(case.account, report.testimony.reporter)
    log.checkpoint_now()
    assert checked(kept)[0].documented
    later = page(report.conversation, "record")
    received = checked(later)[0]
    assert (received.event, received.documented) == ("report_received", False)
    assert WORDS not in later.content.decode()
    assert "Ce que vous aviez envoyé le" in said(page(report.conversation))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("child", [False, True])
def test_nothing_on_verifying_is_hard_to_read_or_speaks_of_guilt(language, child):
    from rempart.casework.complainants.words import page as complainants
    from rempart.casework.statements.sentences import Sentences

    for words in (complainants(language, child), Sentences("page.yaml", language, child=child).all()):
        said = [text for name, text in words.items() if name.startswith("verify_")]
        assert len(said) >= 10
        for text in said:
            for sentence in re.split(r"(?<=[.:?]) ", text):
                assert len(sentence.split()) <= 25, sentence
            assert not re.search(
                r"coupable|accus|guilt|accuse|hash|Merkle|crypto|checkpoint|victim", text, re.IGNORECASE
            )
            if child and language == "fr":
                assert not re.search(r"\bvous\b|\bvotre\b", text, re.IGNORECASE)
