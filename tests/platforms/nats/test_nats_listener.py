"""A platform publishes its events on NATS: all is taken in once, whoever dies, and one bad message stops nobody."""

import json
import signal
import threading

import pytest
from django.db import OperationalError

from platforms.nats.conftest import ACCUSES, post, report
from rempart.intake.models import Account, Post, Report, Testimony, Wave
from rempart.platforms import listening
from rempart.platforms.connector import PermanentFailure
from rempart.platforms.errors import PlatformRefused
from rempart.platforms.listening import keep, listener_of
from rempart.platforms.models import Cursor, Platform
from rempart.platforms.services import change_platform
from waiting import until


def heard_by(name: str = "events", *, batches: int = 1) -> list:
    """What a worker hears, and stores, until so many batches came."""
    stop, found = threading.Event(), []
    for heard in listener_of(name).listen(None, stop=stop):
        keep(name, heard)
        found.append(heard)
        if len(found) == batches:
            stop.set()
    return found


def test_a_post_that_the_platform_publishes_testifies_in_the_wave_of_its_hashtag(db, events, publisher):
    events()
    publisher.posts([1])
    heard_by()
    testimony = Testimony.objects.get()
    assert str(testimony.account) == "tiktok:leo.vrtx"
    assert Wave.objects.get(hashtag="balancetontiktokeur").posts.get() == testimony.post
    assert publisher.waiting() == 0


def test_what_the_platform_deletes_disappears(db, events, publisher):
    events()
    publisher.posts([1])
    heard_by()
    publisher.publish("deletions", {"id": "p1"})
    heard_by()
    assert Post.objects.get().text == ""
    assert not Testimony.everything.exists()


def test_what_its_author_changed_says_what_it_says_now(db, events, publisher):
    events()
    publisher.posts([1])
    heard_by()
    publisher.publish("edits", post(1, text="#balancetontiktokeur Je me suis trompée de personne, pardon."))
    heard_by()
    assert Post.objects.get().text.endswith("pardon.")
    assert not Testimony.objects.filter(stance="testimony").exists()


def test_a_report_that_the_platform_publishes_is_one_however_often_it_comes(db, events, publisher):
    events()
    publisher.publish("reports", report(1), report(1), report(2))
    heard_by()
    assert sorted(Report.objects.values_list("service", "number")) == [("tiktok", "r1"), ("tiktok", "r2")]


def test_an_account_is_followed_to_its_new_handle(db, events, publisher):
    events()
    publisher.publish("reports", report(1, about={"service": "tiktok", "handle": "leo.vrtx", "id": "77"}))
    heard_by()
    publisher.publish("renames", {"id": "77", "handle": "leo.new"})
    heard_by()
    assert Account.objects.get(platform_id="77").handle == "leo.new"


def test_several_things_may_come_in_one_message_a_line_each(db, events, publisher):
    events()
    publisher.publish("posts", b"\n".join(json.dumps(post(number)).encode() for number in range(5)))
    heard_by()
    assert Post.objects.count() == 5


def test_what_cannot_be_read_is_set_aside_with_why_and_stops_nothing(db, events, publisher, caplog):
    events()
    publisher.publish("posts", b"{ no JSON of ours", post(1), post(2, created_at="soon"))
    publisher.publish("gossip", {"heard": "something"})
    heard_by()
    assert Post.objects.count() == 1
    assert publisher.waiting() == 0
    rejects = [(one.headers["Rempart-Subject"], one.headers["Rempart-Why"]) for one in publisher.rejected()]
    assert rejects == [
        ("rempart.events.posts", "a line is refused for its `line`"),
        ("rempart.events.posts", "a line is refused for its `created_at`"),
        ("rempart.events.gossip", "nothing is expected on this subject"),
    ]
    assert "something" not in caplog.text
    assert Cursor.objects.get(listener="events").refused == 3


def test_what_is_not_stored_comes_again_at_once(db, events, publisher):
    events()
    publisher.posts([1, 2, 3])
    stream = listener_of("events").listen(None, stop=threading.Event())
    next(stream)
    stream.close()  # as when the database refuses the batch
    assert publisher.waiting() == 3
    heard_by(batches=3)
    assert Post.objects.count() == 3


def test_a_message_that_brings_workers_down_is_set_aside_and_takes_no_other_with_it(db, events, publisher):
    events(tries=3)
    publisher.posts(range(6))

    def worker() -> None:
        """Dies of the third post, whenever it comes."""
        stop = threading.Event()
        stream = listener_of("events").listen(None, stop=stop)
        for heard in stream:
            if any(one.id == "p2" for one in heard.posts):
                stream.close()
                return
            keep("events", heard)
            if Post.objects.count() == 5:
                stop.set()

    for _life in range(20):
        worker()
        if publisher.waiting() == 0:
            break
    assert sorted(Post.objects.values_list("post_id", flat=True)) == ["p0", "p1", "p3", "p4", "p5"]
    (reject,) = publisher.rejected()
    assert json.loads(reject.data)["id"] == "p2"
    assert reject.headers["Rempart-Why"] == "it was tried 3 times"


def test_workers_share_and_one_that_is_killed_loses_nothing_and_doubles_nothing(own_database, events, publisher):
    events(batch=10, wait=2)
    publisher.posts(range(300))
    publisher.publish("reports", *(report(number) for number in range(50)))
    first, second = (own_database.spawn("listen", "events") for _ in range(2))
    assert until(lambda: Post.objects.count() > 60)
    first.send_signal(signal.SIGKILL)
    third = own_database.spawn("listen", "events")
    assert until(publisher.waiting, 0) == 0
    for worker in (second, third):
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=120)
        # One that had not begun to listen, as the others had taken everything, ends as any program does.
        assert worker.returncode in (0, -signal.SIGTERM)
    assert (Post.objects.count(), Testimony.objects.filter(channel="public_post").count()) == (300, 300)
    assert (Report.objects.count(), Cursor.objects.get().posts, Cursor.objects.get().reports) == (50, 300, 50)


def test_a_server_that_goes_away_and_comes_back_is_listened_to_again(own_database, events, publisher):
    events()
    worker = own_database.spawn("listen", "events")
    publisher.posts([1])
    assert until(Post.objects.count, 1) == 1
    publisher.server.kill()
    publisher.server.start()
    publisher.posts([2])
    assert until(Post.objects.count, 2) == 2
    worker.send_signal(signal.SIGTERM)
    said, _nothing = worker.communicate(timeout=120)
    assert worker.returncode == 0, said
    assert "NATS" in said
    assert ACCUSES not in said


def test_a_database_that_breaks_off_is_connected_to_again(own_database, events, publisher, monkeypatch):
    events()
    publisher.posts([1])
    stop, broken = threading.Event(), iter([True])
    store = listening.keep

    def breaks_once(name, heard):
        if next(broken, False):
            raise OperationalError
        return store(name, heard)

    monkeypatch.setattr(listening, "keep", breaks_once)
    listening.run("events", stop, told=lambda kept: stop.set() if kept.posts else None, longest=0.1)
    assert Post.objects.count() == 1


def test_a_stream_that_is_not_there_is_for_a_person(db, events, publisher):
    events(stream="ELSEWHERE")
    with pytest.raises(PermanentFailure, match="no stream of that name"):
        next(listener_of("events").listen(None, stop=threading.Event()))


def test_credentials_that_are_refused_are_for_a_person(db, events, publisher):
    change_platform(events(), secret="another", acting=None)
    with pytest.raises(PermanentFailure, match="credentials"):
        next(listener_of("events").listen(None, stop=threading.Event()))


@pytest.mark.parametrize(
    ("settings", "field"),
    [({"batch": 0}, "batch"), ({"rejects": "rempart.events.bad"}, "rejects"), ({"stream": "a b"}, "stream")],
)
def test_settings_that_cannot_work_are_refused_by_name(db, events, publisher, settings, field):
    with pytest.raises(PlatformRefused, match=field):
        events(**settings)


def test_a_platform_that_is_listened_to_only_has_no_measure_to_carry_out(db, events, publisher):
    from rempart.platforms.registry import platform_for

    events()
    assert Platform.objects.exists()
    assert platform_for(Account(service="tiktok", handle="leo.vrtx")) is None
