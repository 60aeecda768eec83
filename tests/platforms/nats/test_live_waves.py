"""A wave that nobody listens for, end to end: a platform publishes posts, `rempart listen` hears, the desk sees it."""

import signal
from datetime import timedelta

from django.db.models import Sum

from platforms.nats.conftest import post
from rempart.intake.models import Post
from rempart.ledger.clock import now
from rempart.lookout.models import DetectorState, HeardPosts, LiveWave
from waiting import until

TELLS = "#balancetonyoutubeur @leo.vrtx m'a demandé des nudes sur snap, j'avais {age} ans, {words}"


def said(number: int, text: str) -> dict:
    """A post of this minute."""
    return post(number, text, created_at=(now() - timedelta(minutes=9 - number % 9)).isoformat())


def tells(number: int) -> dict:
    """A post that testifies under a hashtag that nobody listens for."""
    return said(number, TELLS.format(age=13 + number % 4, words=f"je n'ai rien dit {'à personne ' * (number % 7)}"))


def heard() -> int:
    """How many posts the detector took in, or is to."""
    left = HeardPosts.objects.aggregate(posts=Sum("posts"))["posts"] or 0
    return left + sum(DetectorState.objects.values_list("posts", flat=True))


def test_a_wave_reaches_the_desk_though_listener_and_worker_are_killed_in_the_middle_of_it(
    own_database, events, publisher
):
    events()
    publisher.publish("posts", *(said(number, f"belle journée #jour{number % 5} #photo") for number in range(60)))
    listener, worker = own_database.spawn("listen", "events"), own_database.spawn("worker")
    publisher.publish("posts", tells(100), tells(101))
    assert until(heard, 62) == 62
    for process in (listener, worker):
        process.send_signal(signal.SIGKILL)
        process.wait()
    publisher.publish("posts", *(tells(number) for number in range(102, 112)))
    listener, worker = own_database.spawn("listen", "events"), own_database.spawn("worker")
    assert until(LiveWave.objects.exists)
    (wave,) = LiveWave.objects.all()
    assert (wave.tag, wave.public, wave.state) == ("balancetonyoutubeur", True, "open")
    assert wave.accused == ["tiktok:leo.vrtx"]
    assert set(wave.examples) <= {f"p{number}" for number in range(100, 112)}
    assert until(publisher.waiting, 0) == 0
    publisher.publish("posts", *(tells(number) for number in range(112, 118)))
    assert until(publisher.waiting, 0) == 0
    for process in (listener, worker):
        process.send_signal(signal.SIGTERM)
        told, _nothing = process.communicate(timeout=120)
        assert "balancetonyoutubeur" not in told
        assert "nudes" not in told
    assert LiveWave.objects.count() == 1
    assert not Post.objects.exists()
