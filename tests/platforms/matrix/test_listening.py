"""Reports that people make on a real Synapse become testimonies, each once."""

import threading

import pytest

from rempart.intake.models import Account, Report, Testimony
from rempart.platforms.listening import keep
from rempart.platforms.matrix import listener as module
from rempart.platforms.matrix.listener import MatrixListener
from rempart.platforms.matrix.reports import Report as Made
from rempart.platforms.matrix.reports import as_handed
from rempart.platforms.models import Cursor

REASON = "J'ai 14 ans et il m'a demandé des nudes."


@pytest.fixture
def leo(someone):
    return someone("18_plus")


@pytest.fixture
def ana(someone):
    return someone("13_15")


@pytest.fixture
def round_of(home):
    """Listen for one round from where the cursor stands, as the command does, or stop after some batches."""

    def listen(batches=None):
        stop = threading.Event()
        kept = Cursor.objects.filter(listener="home").first()
        heard = MatrixListener.of(home).listen(kept.position if kept else None, stop=stop)
        for number, batch in enumerate(heard, start=1):
            keep("home", batch)
            if number == batches or not batch.reports:
                stop.set()
        return Report.objects.count()

    return listen


def report_message(reporter, room, event, reason=REASON):
    reporter.ask("POST", f"rooms/{room}/report/{event}", reason=reason).raise_for_status()


def about(person):
    return Testimony.objects.filter(account=Account.objects.get(handle=person.mxid))


def test_a_reported_message_becomes_a_testimony_about_who_sent_it(round_of, leo, ana):
    room = leo.room(ana)
    event = leo.write(room, "Tu m'envoies une photo ?").json()["event_id"]
    report_message(ana, room, event)
    round_of()
    found = about(leo).get()
    assert found.channel == "user_report"
    assert found.text == f"{REASON}\n\n« Tu m'envoies une photo ? »"
    assert (found.conduct, found.complainant_minor, found.stance) == (["nude_request"], True, "testimony")
    assert ana.mxid not in found.reporter
    assert found.evidence[0]["kind"] == "platform_log"


def test_a_reported_account_becomes_a_testimony_about_it(round_of, leo, ana):
    ana.ask("POST", f"users/{leo.mxid}/report", reason=REASON).raise_for_status()
    round_of()
    assert about(leo).get().text == REASON


def test_a_report_that_says_nothing_of_the_reporter_is_somebody_elses_word(round_of, leo, ana):
    ana.ask("POST", f"users/{leo.mxid}/report", reason="Regardez ce compte").raise_for_status()
    round_of()
    assert (about(leo).get().stance, about(leo).get().conduct) == ("relay", [])


def test_each_report_is_taken_in_once_however_often_we_ask(round_of, leo, ana):
    before = round_of()
    ana.ask("POST", f"users/{leo.mxid}/report", reason=REASON).raise_for_status()
    assert [round_of(), round_of(), round_of()] == [before + 1] * 3


def test_more_reports_than_a_page_all_come_in_though_we_were_stopped_between_batches(round_of, monkeypatch, leo, ana):
    monkeypatch.setattr(module, "PAGE", 2)
    before = round_of()
    for _ in range(5):
        ana.ask("POST", f"users/{leo.mxid}/report", reason=REASON).raise_for_status()
    counts = [round_of(batches=1) for _ in range(3)]
    assert counts == [before + 2, before + 4, before + 5]


@pytest.mark.parametrize(
    "nothing", [{"sender": "@leo:home.example", "reason": " "}, {"reason": REASON}, {"sender": "@", "reason": REASON}]
)
def test_a_report_of_nobody_or_without_a_word_is_no_testimony(nothing):
    report = Made(id=1, received_ts=1_790_000_000_000, user_id="@ana:home.example", **nothing)
    assert as_handed(report, platform="home", since=None) is None


def test_two_homeservers_number_their_reports_apart():
    report = Made(id=1, received_ts=1_790_000_000_000, user_id="@ana:a.example", sender="@leo:a.example", reason=REASON)
    numbers = {as_handed(report, platform=name, since=None).number for name in ("home", "away")}
    assert len(numbers) == 2
