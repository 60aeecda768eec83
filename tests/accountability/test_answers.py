"""An answer in figures: what it holds, whom it names, and what somebody with only its folder can check."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from datetime import timedelta

import click
import pytest
from msgspec import structs

from rempart.accountability.answers import commands, document, layout
from rempart.accountability.answers.assembling import assemble
from rempart.accountability.answers.charts import over_time
from rempart.accountability.answers.checking import NotAnAnswer, check
from rempart.accountability.answers.writing import write
from rempart.accountability.figures.counting import figures_of
from rempart.accountability.figures.model import Window
from rempart.accountability.figures.protecting import numbers_of, protected
from rempart.cli import cli
from rempart.intake.models import Testimony
from rempart.ledger import log
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow


@pytest.fixture(scope="module")
def wave(django_db_setup, django_db_blocker):
    """The example wave, loaded once for the tests of this file and undone after them."""
    from django.db import transaction

    from rempart import demo

    with django_db_blocker.unblock():
        undo = transaction.atomic()
        undo.__enter__()
        try:
            yield demo.load()[0]
        finally:
            transaction.set_rollback(True)
            undo.__exit__(None, None, None)


@pytest.fixture
def window(wave, db):
    """The days of the example wave, up to now."""
    return Window(wave.hashtag, now() - timedelta(days=7), now())


@pytest.fixture
def draft(window):
    """An answer about it, to nobody in particular."""
    log.checkpoint_now()
    return assemble(None, window, language="fr", acting=None)


@pytest.fixture
def folder(draft, tmp_path):
    """Its folder."""
    write(draft.files(), tmp_path / "answer")
    return tmp_path / "answer"


def page(data):
    """The document's text, every string that the template shows."""

    def strings(one):
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            for value in one.values():
                yield from strings(value)
        elif isinstance(one, list):
            for value in one:
                yield from strings(value)

    from django.utils import translation

    with translation.override(data["language"]):
        said = document._Page(data).said()
    return "\n".join(strings({name: value for name, value in said.items() if name != "words"}))


def brief(data):
    from django.utils import translation

    with translation.override(data["language"]):
        return {one["question"]: one for one in document._Page(data).said()["brief"]}


def test_the_document_is_tagged_and_made_to_be_kept(draft):
    assert draft.pdf.startswith(b"%PDF-")
    assert b"pdfuaid" in draft.pdf or b"/StructTreeRoot" in draft.pdf


def test_the_same_data_give_the_same_document(draft):
    assert document.render(draft.data) == draft.pdf


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_first_page_answers_every_question(window, language):
    log.checkpoint_now()
    draft = assemble(None, window, language=language, acting=None)
    asked = list(document.words()[language]["questions"].values())
    answered = brief(draft.data)
    assert list(answered) == asked
    assert all(one["answer"] or one["more"] for one in answered.values())


def test_the_first_page_says_how_much_came_in(draft):
    answer = brief(draft.data)["Qu'avez-vous reçu ?"]["answer"]
    assert answer == f"{draft.figures.received.total} témoignages"


def test_both_languages_have_the_same_words():
    def shape(one):
        return {name: shape(value) for name, value in one.items()} if isinstance(one, dict) else type(one)

    words = document.words()
    assert shape(words["fr"]) == shape(words["en"])


def test_every_standing_reason_and_state_has_words(draft):
    data = draft.data["figures"]
    for words in document.words().values():
        assert words["standings"].keys() == data["accounts"]["by_standing"].keys()
        assert words["lifts"].keys() == data["lifted"]["by_reason"].keys()
        assert words["times"].keys() == data["speed"]["by_time"].keys()
        assert words["appeal_states"].keys() == data["appeals"]["by_state"].keys()
        assert words["uses"].keys() == data["received"]["by_use"].keys()
        assert words["carried"].keys() == data["carried"]["by_action"]["apply"].keys()


def test_nobody_is_named(draft, wave):
    handles = set(Testimony.everything.values_list("account__handle", flat=True))
    reporters = set(Testimony.everything.values_list("reporter", flat=True))
    files = [content.decode() for path, content in draft.files().items() if path != layout.DOCUMENT]
    written = "\n".join([page(draft.data), *files])
    words = set(re.findall(r"[\w.:@-]+", written))
    assert len(handles) > 20
    assert not (handles | reporters) & words


def test_no_row_of_the_ledger_is_opened(draft):
    written = b"".join(content for path, content in draft.files().items() if path != layout.DOCUMENT)
    for row in LedgerRow.objects.all():
        assert bytes(row.nonce).hex().encode() not in written


def test_small_counts_are_withheld(draft):
    assert not [count for count in numbers_of(draft.figures).values() if count in range(1, 5)]


def test_what_is_told_is_what_is_counted(draft, window):
    exact = numbers_of(protected(figures_of(window)))
    assert numbers_of(draft.figures) == exact


def test_the_answer_has_its_row_in_the_ledger(draft):
    row = LedgerRow.objects.filter(event="answer_assembled").latest("pk")
    said = json.loads(row.content.canonical)
    assert said["pdf"] == hashlib.sha256(draft.pdf).hexdigest()


def test_an_answer_checks(folder):
    report = check(folder, key=log.public_key())
    assert (report.wrong, list(report.checked)) == ("", ["key", "files", "log", "rules", "before", "figures"])


@pytest.mark.parametrize("path", [layout.DOCUMENT, layout.DATA])
def test_a_changed_letter_is_found(folder, path):
    content = bytearray((folder / path).read_bytes())
    place = content.index(b"2026") if path == layout.DATA else len(content) // 2
    content[place] = content[place] ^ 1
    (folder / path).write_bytes(content)
    assert path in check(folder).wrong


def test_figures_changed_with_a_note_of_ones_own_are_found(folder):
    from rempart.tlog import note
    from rempart.tlog.keys import SigningKey

    forged = SigningKey.generate("rempart.local/ledger")
    data = json.loads((folder / layout.DATA).read_text())
    data["figures"]["received"]["total"] += 100
    (folder / layout.DATA).write_text(json.dumps(data))
    files = {path: (folder / path).read_bytes() for path in (layout.DOCUMENT, layout.DATA)}
    text = layout.note_text(data["log"]["origin"], data["log"]["size"], data["log"]["root"], files)
    (folder / layout.NOTE).write_text(note.sign(text, forged))
    (folder / layout.KEY).write_text(forged.vkey)
    assert "not the key" in check(folder, key=log.public_key()).wrong
    assert check(folder).wrong


def test_a_rule_proved_with_another_entry_is_found(folder):
    data = json.loads((folder / layout.DATA).read_text())
    data["log"]["rules"][0]["entry"] = "00" * 32
    (folder / layout.DATA).write_text(json.dumps(data))
    _sign_again(folder, data)
    assert check(folder).wrong


def test_parts_that_do_not_add_up_are_found(folder):
    data = json.loads((folder / layout.DATA).read_text())
    data["figures"]["received"]["by_stance"]["testimony"] += 10
    (folder / layout.DATA).write_text(json.dumps(data))
    _sign_again(folder, data)
    assert "received.total" in check(folder).wrong


def test_a_small_count_that_is_shown_is_found(folder):
    data = json.loads((folder / layout.DATA).read_text())
    data["figures"]["measures"]["confirmed"] = 3
    (folder / layout.DATA).write_text(json.dumps(data))
    _sign_again(folder, data)
    assert "measures.confirmed" in check(folder).wrong


def _sign_again(folder, data):
    """As the platform itself could: it holds the key."""
    files = {path: (folder / path).read_bytes() for path in (layout.DOCUMENT, layout.DATA)}
    text = layout.note_text(data["log"]["origin"], data["log"]["size"], data["log"]["root"], files)
    (folder / layout.NOTE).write_text(log.sign_text(text))


def test_a_folder_of_something_else_is_no_answer(tmp_path):
    (tmp_path / layout.DATA).write_text('{"format": "another"}')
    with pytest.raises(NotAnAnswer):
        check(tmp_path)


@pytest.mark.parametrize("lacks", ["log", "figures", "exact"])
def test_data_without_what_they_must_hold_are_no_answer(folder, lacks):
    data = json.loads((folder / layout.DATA).read_text())
    kept = {name: value for name, value in data.items() if name != lacks}
    (folder / layout.DATA).write_text(json.dumps(kept))
    _sign_again(folder, data)
    with pytest.raises(NotAnAnswer):
        check(folder)


def test_it_is_checked_without_django(folder):
    code = (
        "import sys; from pathlib import Path; from rempart.accountability.answers.checking import check;"
        f"r = check(Path({str(folder)!r})); sys.exit(bool(r.wrong) or 'django' in sys.modules)"
    )
    environment = {"PATH": "/usr/bin:/bin"}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def test_writing_again_replaces_an_answer_and_leaves_the_rest(folder, draft):
    (folder / "letter.txt").write_text("kept")
    (folder / layout.RULES / "old.tlog-proof").write_text("of the answer before")
    write(draft.files(), folder)
    assert (folder / "letter.txt").exists()
    assert not (folder / layout.RULES / "old.tlog-proof").exists()
    assert sorted(one.name for one in folder.iterdir()) == ["answer.json", "answer.pdf", "letter.txt", "proofs"]


def test_a_hashtag_never_heard_gets_an_answer_that_says_so(db, wave):
    log.checkpoint_now()
    draft = assemble(None, Window("unheard", now() - timedelta(days=7), now()), language="fr", acting=None)
    assert "ni suivi ni importé" in page(draft.data)


def test_the_chart_shows_every_step_and_what_is_withheld_as_such(draft):
    days = list(draft.figures.received.over_time)
    assert len(days) > 1
    received = structs.replace(draft.figures.received, over_time={**draft.figures.received.over_time, days[1]: None})
    bars = over_time(received, str, document.words()["fr"]["charts"])
    assert bars.values == [(str(day), received.over_time[day]) for day in days]
    assert bars.values[1][1] is None


# --- answers to requests


def test_a_question_gets_the_promises_made_to_whoever_asks(acknowledged, wave, liaison, second):
    from rempart.accountability.services.commitments import make_commitment

    request = acknowledged("question")
    make_commitment(
        request.authority, words="Un bilan chaque mois.", owner=liaison, due=now() + timedelta(days=30), acting=second
    )
    draft = assemble(request, Window(wave.hashtag, now() - timedelta(days=7), now()), language="fr", acting=liaison)
    assert "Un bilan chaque mois." in page(draft.data)
    assert draft.data["commitments"][0]["state"] == "due"


def test_a_question_is_answered_without_small_counts_and_an_order_exactly(acknowledged, window, liaison):
    question, order = acknowledged("question"), acknowledged("order_to_inform", accounts=["tiktok:star.1"])
    protected_one = assemble(question, window, language="fr", acting=liaison)
    exact = assemble(order, window, language="fr", acting=liaison)
    assert protected_one.data["figures"]["withheld"] > 0
    assert (exact.data["exact"], exact.data["figures"]["withheld"]) == (True, 0)


@pytest.fixture
def sent(acknowledged, wave, liaison, second):
    """A question with an answer handed over."""
    from rempart.accountability.services import answering

    request = acknowledged("question")
    drafted = answering.draft_answer(request, language="fr", acting=liaison)
    answering.approve_answer(drafted, reason="Read.", acting=second)
    answering.send_answer(drafted, how="the portal", acting=liaison)
    return request


def test_the_next_answer_proves_that_the_log_continues_the_last(sent, window, liaison, tmp_path):
    log.checkpoint_now()
    again = assemble(sent, window, language="fr", acting=liaison)
    write(again.files(), tmp_path)
    report = check(tmp_path)
    assert report.wrong == ""
    assert "continues" in report.checked["before"]


def test_a_folder_can_be_copied(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    assert check(tmp_path / "copy").wrong == ""


def test_the_commands_write_and_check(own_database, tmp_path, capsys):
    out = tmp_path / "answer"
    done = own_database.command(
        "authority", "answer", "--hashtag", "#nobody", "--from", "2020-06-17", "--to", "2020-06-22", "--out", str(out)
    )
    assert done.returncode == 0, done.stderr
    assert "nothing was ever kept under #nobody" in done.stderr
    assert commands.check_answer(out, "table", key="", witnesses=(), since="") == 0
    (out / "answer.pdf").write_bytes(b"%PDF- of another")
    assert commands.check_answer(out, "table", key="", witnesses=(), since="") == 1
    assert "WRONG    answer.pdf" in capsys.readouterr().out


@pytest.mark.parametrize("times", [("yesterday", "2020-06-22"), ("2020-06-22", "2020-06-17")])
def test_times_that_are_none_are_wrong_usage(tmp_path, times):
    arguments = ["authority", "answer", "--from", times[0], "--to", times[1], "--out", str(tmp_path)]
    with pytest.raises(click.UsageError):
        cli.main(arguments, standalone_mode=False)
