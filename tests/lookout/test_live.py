"""The live detector: what is heard passes it, a wave reaches the desk as it begins, and a kill loses nothing."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from rempart.files.sealing import unseal
from rempart.intake.models import Post as StoredPost
from rempart.intake.services import receive_posts
from rempart.ledger.clock import now
from rempart.lookout import live
from rempart.lookout.models import DetectorState, HeardPosts, LiveWave
from rempart.records import Post

BEGIN = datetime(2026, 6, 17, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SAID = (
    "il m'a demandé des nudes sur snap, j'avais {age} ans @leo.vrtx #{tag}",
    "moi aussi, @leo.vrtx m'a envoyé des photos de lui nu quand j'avais {age} ans #{tag}",
    "j'avais {age} ans quand @leo.vrtx m'a demandé une photo nue sur snapchat #{tag}",
)


def ordinary(number: int, at: datetime) -> Post:
    """A post that tells of nothing, under one of a few tags."""
    return Post(
        id=f"o{number}",
        service="bluesky",
        author=f"someone{number}",
        created_at=at,
        text=f"quelle belle journée, photo numéro {number} #jour{number % 7} #photo",
    )


def telling(number: int, at: datetime, tag: str = "balancetonyoutubeur") -> Post:
    """A post that testifies."""
    text = SAID[number % len(SAID)].format(age=13 + number % 4, tag=tag) + f" {'et encore ' * (number % 5)}"
    return Post(id=f"t{number}", service="bluesky", author=f"speaks{number}", created_at=at, text=text)


def stream(testimonies: int = 12) -> list[Post]:
    """A day of ordinary posts, then a wave among them."""
    posts = [ordinary(number, BEGIN + number * 8 * MINUTE) for number in range(150)]
    begun = posts[-1].created_at
    return posts + [telling(number, begun + number * 3 * MINUTE) for number in range(testimonies)]


@pytest.fixture
def detector(db, monkeypatch):
    """A detector that no other test has used; calling it makes another, as a process that starts would."""

    def another() -> live.Live:
        monkeypatch.setattr(live, "LIVE", live.Live())
        return live.LIVE

    return another


def test_a_wave_that_nobody_listens_for_reaches_the_desk(detector):
    receive_posts(stream())
    detector().look()
    (wave,) = LiveWave.objects.all()
    assert (wave.tag, wave.state, wave.public) == ("balancetonyoutubeur", "open", True)
    assert wave.accused == ["bluesky:leo.vrtx"]
    assert not StoredPost.objects.exists()


def test_a_batch_leaves_neither_names_nor_what_tells_nothing(db):
    receive_posts([ordinary(1, BEGIN), telling(2, BEGIN)])
    batch = msgspec.json.decode(unseal(HeardPosts.objects.get().sealed, purpose=live.PURPOSE))
    (plain,), (told,) = batch["posts"], batch["statements"]
    assert plain["text"] == "#jour1 #photo"
    assert "someone1" not in str(batch)
    assert "speaks2" not in str(batch)
    assert told["stance"] == "testimony"


def test_what_lies_in_the_table_can_be_read_by_nobody(db):
    receive_posts([telling(1, BEGIN)])
    assert b"leo.vrtx" not in bytes(HeardPosts.objects.get().sealed)


@pytest.mark.parametrize("text", ["bonne nuit", "RT @news: #balance tout", ""], ids=["no tag", "repeated", "empty"])
def test_nothing_is_left_of_a_post_that_the_detector_does_not_need(db, text):
    receive_posts([Post(id="1", service="bluesky", author="a", created_at=BEGIN, text=text)])
    assert not HeardPosts.objects.exists()


def test_the_switch_turns_it_off(db, settings):
    settings.REMPART_LIVE_WAVES = False
    receive_posts([telling(1, BEGIN)])
    assert not HeardPosts.objects.exists()


def test_a_checkpoint_saves_and_deletes(detector):
    receive_posts(stream())
    detector().look(checkpoint=True)
    assert not HeardPosts.objects.exists()
    assert DetectorState.objects.get().posts == len(stream())
    assert b"speaks" not in bytes(DetectorState.objects.get().state)


@pytest.mark.parametrize("checkpoint", [True, False], ids=["checkpoint", "none"])
def test_killed_at_any_point_it_sees_the_same_once(detector, checkpoint):
    posts = stream(testimonies=20)
    for first in range(0, len(posts), 25):
        receive_posts(posts[first : first + 25])
        # A process that dies here leaves its memory behind; the next one begins at the checkpoint.
        detector().look(checkpoint=checkpoint and first % 2 == 0)
    (killed,) = LiveWave.objects.values_list("tag", "detected_at", "testimonies")
    LiveWave.objects.all().delete()
    DetectorState.objects.all().delete()
    HeardPosts.objects.all().delete()
    receive_posts(posts)
    detector().look()
    assert [killed] == list(LiveWave.objects.values_list("tag", "detected_at", "testimonies"))


def test_two_processes_that_look_in_turn_tell_of_it_once(detector):
    one, other = live.Live(), live.Live()
    posts = stream(testimonies=20)
    for number, first in enumerate(range(0, len(posts), 50)):
        receive_posts(posts[first : first + 50])
        (one, other)[number % 2].look(checkpoint=number % 5 == 0)
    assert LiveWave.objects.count() == 1


def test_posts_that_say_they_come_from_the_future_do_not_stop_it(detector):
    ahead = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    one = detector()
    receive_posts([telling(number, ahead, tag="demain") for number in range(4)])
    one.look(checkpoint=True)
    receive_posts([telling(number, now() - (12 - number) * MINUTE) for number in range(12)])
    one.look()
    assert LiveWave.objects.filter(tag="balancetonyoutubeur").exists()
    assert not LiveWave.objects.filter(detected_at__gt=now()).exists()


def test_a_state_of_another_version_begins_anew(detector, caplog):
    DetectorState.objects.create(pk=1, version=4, state=b"damaged", saved_at=BEGIN)
    receive_posts(stream())
    detector().look(checkpoint=True)
    assert LiveWave.objects.count() == 1
    assert DetectorState.objects.get().version == 5
    assert "begins anew" in caplog.text


def test_what_cannot_be_opened_is_left_out_and_said(detector, caplog):
    HeardPosts.objects.create(heard_at=BEGIN, posts=1, sealed=b"of another key")
    detector().look(checkpoint=True)
    assert "cannot be opened" in caplog.text
    assert not HeardPosts.objects.exists()


def test_of_a_post_without_hashtag_only_the_followed_phrases_are_left(detector):
    DetectorState.objects.create(pk=1, version=1, state=b"", phrases=["leo vrtx"], saved_at=BEGIN)
    detector()
    text = "Moi je connais Léo Vrtx depuis longtemps, il est super"
    receive_posts([Post(id="1", service="bluesky", author="fan", created_at=BEGIN, text=text)])
    batch = msgspec.json.decode(unseal(HeardPosts.objects.get().sealed, purpose=live.PURPOSE))
    assert [one["text"] for one in batch["posts"]] == ["leo vrtx"]


def test_a_wave_without_a_hashtag_reaches_the_desk_by_its_phrase(detector):
    posts = []
    for one in stream(testimonies=20):
        posts.append(msgspec.structs.replace(one, text=one.text.replace("#balancetonyoutubeur", "le menteur Zorvex")))
    one = detector()
    for first in range(0, len(posts), 10):
        receive_posts(posts[first : first + 10])
        one.look(checkpoint=True)
    (wave,) = LiveWave.objects.all()
    assert (wave.type, wave.public) == ("phrase", False)
    assert "zorvex" in wave.tag
