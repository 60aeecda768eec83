"""What a Mastodon server streams is taken in once: posts, edits, deletions, reports, and what was missed meanwhile."""

import threading
from collections.abc import Callable, Iterator

import pytest

from platforms.mastodon.streaming import HOST, TOKEN, Streaming, streaming
from rempart.intake.models import HourlyCount, Post, Report, Testimony
from rempart.intake.services import watch_tag
from rempart.platforms.connector import PermanentFailure, TemporaryFailure
from rempart.platforms.listening import keep, listener_of
from rempart.platforms.mastodon import listener
from rempart.platforms.mastodon.streams import events_of
from rempart.platforms.models import Cursor
from rempart.platforms.services import add_platform

ACCUSES = "#balancetontiktokeur @leo.vrtx m&#39;a demandé des nudes sur snap, j&#39;avais 14 ans"


@pytest.fixture
def there() -> Iterator[Streaming]:
    with streaming() as server:
        yield server


@pytest.fixture
def star(db, there, settings) -> Streaming:
    """The server is our own, set up, and a hashtag is watched."""
    settings.REMPART_PLATFORM_SERVICES = [f"mastodon:{HOST}"]
    add_platform(
        "star",
        kind="mastodon",
        service="mastodon",
        hosts=[HOST],
        address=there.address,
        secret=TOKEN,
        acting=None,
    )
    watch_tag("balancetontiktokeur")
    return there


def listen(until: Callable[[], bool], meanwhile: Callable[[], object] = lambda: None, *, most: int = 60) -> None:
    """Take in what comes until something holds; `meanwhile` happens once the streams are open."""
    stop, begun = threading.Event(), False
    position = Cursor.objects.filter(listener="star").values_list("position", flat=True).first()
    stream = listener_of("star").listen(position, stop=stop)
    for _turn in range(most):
        heard = next(stream, None)
        if heard is None:
            break
        keep("star", heard)
        if not begun and heard.position["tags"]:
            begun = True
            meanwhile()
        if begun and until():
            stop.set()
    stream.close()
    assert until()


def test_a_post_of_our_server_testifies_as_soon_as_it_is_streamed(star):
    listen(lambda: Testimony.objects.filter(channel="public_post").exists(), lambda: star.post(ACCUSES))
    post = Post.objects.get()
    assert (post.source, post.author) == ("platform", f"lea@{HOST}")


def test_what_was_posted_while_nobody_listened_is_read_from_the_timeline_once(star):
    numbers = [star.post(f"{ACCUSES} {number}", heard=False) for number in range(95)]
    listen(lambda: Post.objects.count() == 95)
    missed = star.post(f"{ACCUSES} encore", heard=False)
    listen(lambda: Post.objects.count() == 96)
    assert set(Post.objects.values_list("post_id", flat=True)) == {*numbers, missed}


def test_of_people_of_other_servers_only_counts_are_kept(star):
    star.post(ACCUSES, author="zoe@elsewhere.example", heard=False)
    listen(lambda: HourlyCount.objects.filter(posts=1).exists())
    assert not Post.objects.exists()


def test_a_deletion_and_an_edit_are_followed_as_they_are_streamed(star):
    gone, changed = (star.post(f"{ACCUSES} {number}", heard=False) for number in range(2))

    def meanwhile() -> None:
        star.delete(gone)
        star.edit(changed, "#balancetontiktokeur pardon, je me suis trompée de personne")

    listen(lambda: not Testimony.everything.exists() and Post.objects.count() == 2, meanwhile)
    assert set(Post.objects.exclude(erased_at=None).values_list("post_id", flat=True)) == {gone}


@pytest.mark.parametrize("several", [True, False], ids=["4.3", "before"])
def test_what_nobody_heard_of_is_found_when_listening_begins_again(star, several):
    star.several = several
    gone, hidden, changed, stays = (star.post(f"{ACCUSES} {number}", heard=False) for number in range(4))
    listen(lambda: Post.objects.count() == 4)
    star.delete(gone, heard=False)
    star.statuses[hidden]["visibility"] = "private"
    star.edit(changed, "#balancetontiktokeur je retire", heard=False)
    star.hidden_from_lists = {stays}
    listen(lambda: Post.objects.exclude(erased_at=None).count() == 2 and Testimony.everything.count() == 1)
    assert set(Post.objects.exclude(erased_at=None).values_list("post_id", flat=True)) == {gone, hidden}
    assert Testimony.objects.get().post.post_id == stays


def test_a_report_to_the_moderators_is_handed_over_once(star):
    star.report("Il m'a demandé des nudes sur snap, j'avais 14 ans")
    star.report("")
    listen(lambda: Report.objects.count() == 2)
    star.report("Il insulte tout le monde")
    listen(lambda: Report.objects.count() == 3)
    first, second, _third = Report.objects.order_by("pk")
    assert (first.number, str(first.testimony.account)) == (f"{HOST}:1", f"mastodon:leo.vrtx@{HOST}")
    assert first.testimony.conduct == ["nude_request"]
    assert first.testimony.complainant_minor is True
    assert second.testimony.text == "violation · No harassment"


def test_reports_that_were_resolved_before_anybody_listened_are_handed_over_too(star, monkeypatch):
    monkeypatch.setattr(listener, "REPORTS_PAGE", 4)
    for number in range(12):
        star.report(f"Il insulte, message {number}", action_taken=number in {0, 1, 10})
    listen(lambda: Report.objects.count() == 12)


def test_a_stream_that_breaks_off_is_a_passing_failure(star):
    star.post(ACCUSES, heard=False)
    stream = listener_of("star").listen(None, stop=threading.Event())
    keep("star", next(stream))
    star.break_off()
    with pytest.raises(TemporaryFailure, match="stream"):
        list(stream)


def test_a_bad_event_stops_nothing_and_is_not_told_to_the_log(star, caplog):

    def meanwhile() -> None:
        star.say("balancetontiktokeur", "update", '{"content": "secret words"')
        star.say("balancetontiktokeur", "update", '{"content": "secret words", "account": {"acct": "a"}}')
        star.post(ACCUSES)

    listen(Post.objects.exists, meanwhile)
    assert Cursor.objects.get().refused == 2
    assert "secret words" not in caplog.text


def test_a_token_that_is_refused_is_for_a_person(star):
    from rempart.platforms.models import Platform
    from rempart.platforms.services import change_platform

    change_platform(Platform.objects.get(), secret="another", acting=None)
    with pytest.raises(PermanentFailure, match="credentials"):
        next(listener_of("star").listen(None, stop=threading.Event()))


def test_events_are_told_apart_as_the_standard_says():
    lines = [":thump", "event: update", "data: a", "data:b", "id: 9", "", "", "data: c", "", "event: late", "data: d"]
    assert list(events_of(iter(lines))) == [("update", "a\nb"), ("message", "c")]


def test_an_event_too_long_to_be_a_post_is_left_out():
    lines = ["data: " + "x" * (2 << 20), "", "data: fine", ""]
    assert list(events_of(iter(lines))) == [("message", "fine")]
