"""The live detector: what is heard passes it, a wave reaches the desk as it begins, and a kill at any point loses nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from rempart.intake.models import Post as StoredPost
from rempart.intake.services import receive_posts
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


def testimony(number: int, at: datetime, tag: str = "balancetonyoutubeur") -> Post:
    """A post that testifies."""
    text = SAID[number % len(SAID)].format(age=13 + number % 4, tag=tag) + f" {'et encore ' * (number % 5)}"
    return Post(id=f"t{number}", service="bluesky", author=f"speaks{number}", created_at=at, text=text)


def stream(testimonies: int = 12) -> list[Post]:
    """A day of ordinary posts, then a wave among them."""
    posts = [ordinary(number, BEGIN + number * 2 * MINUTE) for number in range(600)]
    begun = posts[-1].created_at
    return posts + [testimony(number, begun + number * 3 * MINUTE) for number in range(testimonies)]


@pytest.fixture
def detector(db, monkeypatch):
    """A detector that no other test has used; calling it makes another, as a process that starts would."""

    def another() -> live.Live:
        one = live.Live()
        monkeypatch.setattr(live, "look", one.look)
        return one

    return another


def test_a_wave_that_nobody_listens_for_reaches_the_desk(detector):
    receive_posts(stream())
    detector().look()
    (wave,) = LiveWave.objects.all()
    assert (wave.tag, wave.state, wave.public) == ("balancetonyoutubeur", "open", True)
    assert wave.accused == ["bluesky:leo.vrtx"]
    assert not StoredPost.objects.exists()
