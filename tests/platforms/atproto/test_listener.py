"""What is heard on a real personal data server, and that nothing of it is missed or doubled."""

import itertools
import threading
from contextlib import closing

import pytest

from rempart.intake.models import Account, Post
from rempart.intake.services import watch_tag
from rempart.ledger.clock import now
from rempart.platforms.atproto.listener import AtprotoListener
from rempart.platforms.connector import PermanentFailure, TemporaryFailure
from rempart.platforms.listening import keep
from rempart.platforms.models import Cursor
from waiting import until

from .test_connector import take_down

AUTHORS, BATCH, POSTS, ONE_IN, KILLS = 4, 100, 20_000, 5, 5


_numbers = itertools.count(1)


@pytest.fixture
def tag(home):
    """A hashtag of this test's own, watched: the server remembers what the tests before said."""
    name = f"inventee{next(_numbers)}"
    watch_tag(name)
    return name


@pytest.fixture
def heard(home):
    """Take in what the server says until it has been silent for a moment, on from where it was left."""

    def listen():
        position = Cursor.objects.filter(listener=home.name).values_list("position", flat=True).first()
        stop = threading.Event()
        with closing(AtprotoListener.of(home).listen(position, stop=stop)) as stream:
            silence = threading.Timer(1.5, stop.set)
            silence.start()
            for batch in stream:
                keep(home.name, batch)
                silence.cancel()
                silence = threading.Timer(0.6, stop.set)
                silence.start()
            silence.cancel()

    return listen


def stored():
    """The posts that are kept with what they say."""
    return set(Post.objects.filter(erased_at=None).values_list("post_id", flat=True))


def test_a_post_deleted_at_its_source_disappears_here(pds, heard, tag, someone):
    author = someone()
    gone, stays = (pds.post(author, f"{word} #{tag}") for word in ("Un", "Deux"))
    heard()
    assert stored() == {gone, stays}
    pds.delete(author, gone)
    heard()
    assert stored() == {stays}
    assert Post.objects.get(post_id=gone).text == ""


def test_a_post_written_and_deleted_while_nobody_listened_is_never_kept(pds, heard, tag, someone):
    author = someone()
    pds.delete(author, pds.post(author, f"Trop vite #{tag}"))
    heard()
    assert stored() == set()


@pytest.mark.parametrize("method", ["com.atproto.server.deactivateAccount", "com.atproto.admin.deleteAccount"])
def test_what_an_account_published_disappears_when_its_owner_leaves(pds, heard, tag, someone, method):
    leaves, stays = someone(), someone()
    pds.post(leaves, f"Un #{tag}")
    kept = pds.post(stays, f"Deux #{tag}")
    heard()
    if "admin" in method:
        pds.call(method, admin=True, data={"did": leaves.did}).raise_for_status()
    else:
        pds.call(method, by=leaves, data={}).raise_for_status()
    heard()
    assert stored() == {kept}


def test_a_takedown_by_moderators_erases_nothing(pds, heard, tag, someone):
    author = someone()
    said = pds.post(author, f"Un #{tag}")
    heard()
    take_down(pds, author.did)
    heard()
    assert stored() == {said}


def test_an_account_is_followed_to_its_new_handle(pds, heard, someone):
    star = someone("star")
    Account.objects.create(service="bluesky", handle=star.handle, platform_id=star.did, first_seen_at=now())
    renamed = f"new-{star.handle}"
    pds.call("com.atproto.identity.updateHandle", by=star, data={"handle": renamed}).raise_for_status()
    heard()
    assert Account.objects.get(platform_id=star.did).handle == renamed


def test_hashtags_shown_beside_the_text_count(pds, heard, tag, someone):
    author = someone()
    record = {"$type": "app.bsky.feed.post", "text": "Sans le dire", "tags": [tag], "createdAt": "2026-06-17T18:04:00Z"}
    data = {"repo": author.did, "collection": "app.bsky.feed.post", "record": record}
    address = pds.call("com.atproto.repo.createRecord", by=author, data=data).raise_for_status().json()["uri"]
    heard()
    assert stored() == {address}


def test_a_server_that_was_set_up_anew_goes_to_a_person(home):
    with (
        closing(AtprotoListener.of(home).listen({"firehose": 10**9}, stop=threading.Event())) as stream,
        pytest.raises(PermanentFailure),
    ):
        next(stream)


def test_a_server_that_is_away_is_listened_to_again(home):
    home.address = "http://127.0.0.1:9"
    with (
        closing(AtprotoListener.of(home).listen(None, stop=threading.Event())) as stream,
        pytest.raises(TemporaryFailure),
    ):
        next(stream)


def test_every_watched_post_is_in_once_though_the_listener_was_killed_five_times(pds, home, tag, own_database, someone):
    authors = [someone("author") for _ in range(AUTHORS)]
    wanted = set()

    def publish(author):
        for batch in range(POSTS // AUTHORS // BATCH):
            texts = [f"Message {batch}-{n} #{'autrechose' if n % ONE_IN else tag}" for n in range(BATCH)]
            addresses = pds.post_many(author, texts)
            wanted.update(addresses[::ONE_IN])

    writers = [threading.Thread(target=publish, args=(author,)) for author in authors]
    for writer in writers:
        writer.start()
    for share in range(1, KILLS + 1):
        listener = own_database.spawn("listen", home.name)
        goal = share * POSTS / ONE_IN / (KILLS + 1)
        assert until(lambda goal=goal: Post.objects.count() >= goal, within=600)
        assert listener.poll() is None
        listener.kill()
        listener.wait()
    for writer in writers:
        writer.join()
    listener = own_database.spawn("listen", home.name)
    assert until(lambda: Post.objects.count() >= len(wanted), within=600)
    assert stored() == wanted
    assert Post.objects.count() == len(wanted) == POSTS // ONE_IN
