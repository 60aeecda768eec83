"""Whatever breaks while somebody listens, what is stored is what would have been: each thing once, none lost."""

import json
import signal
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platforms.mastodon.streaming import HOST, TOKEN, streaming
from rempart import records
from rempart.casework.models import Case, HeldCopy
from rempart.casework.services import assess_accounts
from rempart.casework.services.holds import place_hold, release_hold
from rempart.files.services import open_file
from rempart.intake.models import Account, DeletedAtSource, HourlyCount, Post, Report, Testimony, WatchedTag, WavePost
from rempart.intake.services import HandedReport, watch_tag
from rempart.ledger.clock import now
from rempart.platforms import listening, registry
from rempart.platforms.connector import TemporaryFailure
from rempart.platforms.listener import Heard, Listener
from rempart.platforms.listening import CannotListen, ListenedTo, keep, run
from rempart.platforms.models import Cursor, Platform
from rempart.platforms.services import add_platform, change_platform
from waiting import until

BEGIN = datetime(2026, 6, 17, 16, 4, tzinfo=UTC)
ACCUSES = "#balancetontiktokeur @leo.vrtx m'a demandé des nudes sur snap, j'avais 14 ans"


def post(number: int, text: str = ACCUSES, service: str = "tiktok") -> records.Post:
    moment = BEGIN + timedelta(minutes=number)
    return records.Post(id=f"p{number}", service=service, author=f"a{number}", created_at=moment, text=text)


def report(number: int, **fields) -> HandedReport:
    about = records.AccountReference("tiktok", "leo.vrtx", "77")
    said = {"about": about, "text": "Il m'a demandé des nudes.", "reporter": records.Reporter(id=f"u{number}")}
    return HandedReport(number=f"r{number}", **said | fields)


class Told(Listener):
    """A source that tells what a test wrote down; `breaks` are the turns at which the connection does."""

    batches: list[Heard] = []
    breaks: list[Exception] = []
    asked_from: list[int | None] = []

    @classmethod
    def of(cls, platform):
        return cls()

    def listen(self, position, *, stop):
        self.asked_from.append(position)
        for place, heard in enumerate(self.batches[position or 0 :], start=(position or 0) + 1):
            if self.breaks:
                raise self.breaks.pop(0)
            heard.position = place
            yield heard
        stop.wait(20)


@pytest.fixture
def told(db, monkeypatch):
    """The source, of a platform that is set up; a hashtag is watched."""
    Told.batches, Told.breaks, Told.asked_from = [], [], []
    monkeypatch.setitem(registry.LISTENERS, "told", f"{__name__}.Told")
    monkeypatch.setattr(registry, "listener_class", lambda kind: Told)
    monkeypatch.setattr(listening, "listener_class", lambda kind: Told)
    add_platform("there", kind="told", service="tiktok", address="http://localhost:1", acting=None)
    watch_tag("balancetontiktokeur")
    return Told


def listen(until) -> None:
    """Listen until something holds after a batch."""
    stop = threading.Event()
    run("there", stop, told=lambda kept: stop.set() if until() else None, longest=0.01)
    assert until()


def test_a_batch_is_stored_with_how_far_it_brings_us(told):
    told.batches = [Heard(posts=[post(1)]), Heard(posts=[post(2)], reports=[report(1)], unreadable=3)]
    listen(lambda: Post.objects.count() == 2)
    cursor = Cursor.objects.get()
    assert (cursor.listener, cursor.position) == ("there", 2)
    assert (cursor.posts, cursor.reports, cursor.refused) == (2, 1, 3)


def test_accounts_are_taken_in_one_order_whatever_the_order_heard(db):
    """Or two that listen could each hold what the other waits for."""
    names = ("zoe", "leo", "max", "leo")
    heard = [report(number, about=records.AccountReference("tiktok", name)) for number, name in enumerate(names)]
    keep("there", Heard(reports=heard))
    taken = Report.objects.order_by("pk").values_list("testimony__account__handle", "number")
    assert list(taken) == [("leo", "r1"), ("leo", "r3"), ("max", "r2"), ("zoe", "r0")]


def test_a_held_post_that_is_deleted_at_its_source_leaves_every_page_and_stays_sealed(told, book, staff_member):
    told.batches = [Heard(posts=[post(1)]), Heard(deleted=[("tiktok", "p1")])]
    listen(lambda: Post.objects.count() == 1)
    assess_accounts(Account.objects.all())
    case, liaison = Case.objects.get(), staff_member("authority_liaison")
    hold = place_hold(case, acting=liaison, reason="The police asked.", review_at=now() + timedelta(days=30))
    listen(lambda: not Testimony.everything.exists())
    assert Post.objects.get().text == ""
    copy = HeldCopy.objects.get(case=case)
    assert json.loads(open_file(copy.file, acting=liaison))["post"]["text"] == ACCUSES
    # Heard again, or by an import, it comes back neither as a post nor as another copy.
    keep("there", Heard(posts=[post(1)], deleted=[("tiktok", "p1")]))
    assert (Testimony.everything.count(), HeldCopy.objects.count()) == (0, 1)
    release_hold(hold, acting=liaison, reason="No longer needed.")
    assert not HeldCopy.objects.exists()


def test_it_goes_on_where_it_stood(told):
    told.batches = [Heard(posts=[post(number)]) for number in range(4)]
    listen(lambda: Post.objects.count() == 2)
    listen(lambda: Post.objects.count() == 4)
    assert told.asked_from == [None, 2]


def test_a_connection_that_breaks_is_made_again_from_what_is_stored(told, caplog):
    told.batches = [Heard(posts=[post(number)]) for number in range(3)]
    told.breaks = [TemporaryFailure("nobody answers"), TemporaryFailure("HTTP 503", after=timedelta(milliseconds=1))]
    # In a transaction of the test's the connection cannot really be closed.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "close", lambda: None)
        listen(lambda: Post.objects.count() == 3)
    assert told.asked_from == [None, None, None]
    assert "nobody answers" in caplog.text


def test_a_batch_that_the_database_refuses_comes_again(told, monkeypatch):
    told.batches = [Heard(posts=[post(1)])]
    store, broken = listening.keep, iter([True])

    def breaks_once(name, heard):
        if next(broken, False):
            raise OperationalError
        return store(name, heard)

    monkeypatch.setattr(listening, "keep", breaks_once)
    monkeypatch.setattr(connection, "close", lambda: None)
    listen(lambda: Post.objects.count() == 1)


def test_one_bad_report_stops_no_other_and_is_not_told_to_the_log(db, caplog):
    far = records.AccountReference("tiktok", "x" * 300)
    kept = keep(
        "there", Heard(reports=[report(1, text=""), report(2, about=far), report(3), report(3, text="otherwise")])
    )
    assert (kept.reports, kept.refused) == (1, 3)
    assert "nudes" not in caplog.text


def test_a_rename_without_a_number_is_refused_and_stops_nothing(db):
    kept = keep("there", Heard(renamed=[records.AccountReference("tiktok", "leo.new")], reports=[report(1)]))
    assert (kept.reports, kept.refused) == (1, 1)


def test_an_account_that_changed_its_handle_keeps_what_was_said(db):
    keep("there", Heard(reports=[report(1)]))
    keep("there", Heard(renamed=[records.AccountReference("tiktok", "leo.new", "77")]))
    assert Testimony.objects.get().account.handle == "leo.new"


def test_a_source_that_remembers_where_we_stand_says_at_least_that_it_lives(db):
    keep("there", Heard())
    keep("there", Heard())
    assert Cursor.objects.get().position is None


def test_who_is_not_there_or_switched_off_is_said_plainly(told):
    with pytest.raises(CannotListen, match="no platform is called 'nowhere'"):
        run("nowhere", threading.Event())
    change_platform(Platform.objects.get(), enabled=False, acting=None)
    with pytest.raises(CannotListen, match="disabled"):
        run("there", threading.Event())


def test_waits_grow_and_never_undercut_what_was_asked_for():
    waits = [listening._delay(failures, None, 60.0) for failures in (1, 4, 30)]
    assert 0.5 <= waits[0] <= 1.0
    assert 4 <= waits[1] <= 8
    assert 30 <= waits[2] <= 60
    assert listening._delay(1, timedelta(seconds=90), 60.0) == 90


# --- Whatever crashes, whenever

numbers = st.integers(0, 5)
texts = st.sampled_from(
    [
        ACCUSES,
        f"{ACCUSES} #metoostar",
        "#balancetontiktokeur @kyl.off m'a insulté",
        "#balancetontiktokeur pardon",
        "sans rien dire",
    ]
)
services = st.sampled_from(["tiktok", "twitter", "reddit"])
batches = st.lists(
    st.builds(
        Heard,
        posts=st.lists(st.builds(post, numbers, texts, services), max_size=3),
        edited=st.lists(st.builds(post, numbers, texts, st.just("tiktok")), max_size=1),
        deleted=st.lists(st.tuples(st.just("tiktok"), numbers.map("p{}".format)), max_size=2),
        reports=st.lists(st.builds(report, numbers), max_size=2),
        renamed=st.lists(
            st.builds(
                records.AccountReference, st.just("tiktok"), st.sampled_from(["leo.vrtx", "leo.new"]), st.just("77")
            ),
            max_size=1,
        ),
    ),
    max_size=6,
)
crashes = st.lists(st.sampled_from(["before", "after", "again", "none"]), max_size=12)


def stored() -> list[list]:
    """All that listening leaves in the database."""
    posts = Post.objects.values_list("service", "post_id", "text", "stance", "erased_at")
    tables = [
        [(*columns, erased_at is None) for *columns, erased_at in posts],
        WavePost.objects.values_list("wave__hashtag", "post__service", "post__post_id"),
        Testimony.everything.values_list("uid", "stance", "account__handle", "account__platform_id"),
        Report.objects.values_list("number", "testimony__account__handle"),
        Account.objects.values_list("handle", "platform_id", "holds_handle"),
        HourlyCount.objects.values_list("wave__hashtag", "source", "hour", "posts", "testimonies"),
        DeletedAtSource.objects.values_list("service", "post_id"),
        Cursor.objects.values_list("position", "posts", "deleted", "reports"),
    ]
    return [sorted(map(tuple, table), key=str) for table in tables]


def what_is_stored_of(told: list[Heard], crashing: list[str]) -> list[list]:
    """What is stored once all was told to listeners that crash as said, each followed by another; then rolled back."""
    with transaction.atomic():
        watch_tag("balancetontiktokeur")
        watch_tag("metoostar")
        crashing, place = list(crashing), 0
        while place < len(told):
            crash = crashing.pop(0) if crashing else "none"
            heard = told[place]
            heard.position = place + 1
            with transaction.atomic():
                keep("there", heard)
                transaction.set_rollback(crash == "before")  # killed before the commit: nothing of it is there
            if crash == "again":
                keep("there", heard)  # killed before it could be acknowledged: it comes again
            place = Cursor.objects.values_list("position", flat=True).first() or 0
        found = stored()
        transaction.set_rollback(True)
    return found


@settings(
    phases=[__import__("hypothesis").Phase.generate],
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(told=batches, crashing=crashes)
def test_crashes_and_repetitions_leave_the_database_as_it_would_have_been(db, told, crashing):
    assert what_is_stored_of(told, crashing) == what_is_stored_of(told, [])


# --- As processes


@pytest.fixture
def star(own_database, monkeypatch):
    """A server of our own that is listened to by processes, one at a time."""
    monkeypatch.setenv("REMPART_PLATFORM_SERVICES", f"mastodon:{HOST}")
    with streaming() as server:
        add_platform(
            "star", kind="mastodon", service="mastodon", hosts=[HOST], address=server.address, secret=TOKEN, acting=None
        )
        watch_tag("balancetontiktokeur")
        yield server


def test_a_listener_that_is_killed_again_and_again_takes_everything_in_once(own_database, star):
    everything = {star.post(f"{ACCUSES} {number}", heard=False) for number in range(600)}
    for goal in (40, 300):
        process = own_database.spawn("listen", "star")
        assert until(lambda goal=goal: Post.objects.count() >= goal)
        process.send_signal(signal.SIGKILL)
        process.wait()
    process = own_database.spawn("listen", "star")
    assert until(lambda: Post.objects.count() >= 600)
    process.send_signal(signal.SIGTERM)
    said, _nothing = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert set(Post.objects.values_list("post_id", flat=True)) == everything
    assert Testimony.objects.count() == 600
    assert Cursor.objects.get().posts == 600


def test_two_listeners_of_one_name_cannot_run_at_once(own_database, star):
    first = own_database.spawn("listen", "star")
    assert until(Cursor.objects.exists)
    second = own_database.command("listen", "star")
    assert second.returncode == 1
    assert "somebody listens to star already" in second.stderr
    with pytest.raises(ListenedTo):
        run("star", threading.Event())
    first.send_signal(signal.SIGKILL)
    first.wait()
    stop, heard = threading.Event(), []

    def listens():
        with suppress(ListenedTo):  # until the database has noticed that the other one is gone
            run("star", stop, told=lambda kept: (heard.append(kept), stop.set()))
        return bool(heard)

    assert until(listens)


def test_the_watch_list_is_kept_by_commands(own_database):
    assert own_database.command("watch", "add", "#BalanceTonTiktokeur", "--default-service", "tiktok").returncode == 0
    assert '"hashtag": "balancetontiktokeur"' in own_database.command("watch", "list", "--format", "json").stdout
    refused = own_database.command("watch", "add", "two words")
    assert (refused.returncode, "one word" in refused.stderr) == (1, True)
    assert own_database.command("watch", "remove", "balancetontiktokeur").returncode == 0
    assert not WatchedTag.objects.exists()
