"""The radar's part of the demonstration: what it sees in the example wave, and in a quarrel that is invented.

The posts of the wave pass the detector one by one, as if they had been heard; the quarrel passes the search for
pile-ons. Nothing is written down as found that they did not find.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from rempart import records
from rempart.intake.models import Post, Wave
from rempart.ledger import clock
from rempart.ledger.clock import now
from rempart.lookout.models import LiveWave
from rempart.lookout.services import receive_pile_ons, receive_waves
from rempart.lookout.services.looking import chart
from rempart.radar.pile_ons import find
from rempart.radar.waves import waves

TARGET = "tiktok:tom.beat"
HOURS, ORDINARY, SHOUTING = 48, 2, 60
SAID = ("trop bien ton live", "le son est incroyable", "continue", "j'adore", "bof, pas fan de celle-ci")
SHOUTED = ("t'es nulle, dégage", "ferme ta gueule la star", "dégage d'ici espèce de clown", "tu fais pitié, dégage")


def load(wave: Wave) -> None:
    """Bring to the desk what the radar sees in the wave's posts and in the quarrel. For use inside a transaction."""
    ahead, present = clock.offset(), now()
    try:
        for alert in waves(_heard(wave)):
            clock.set_offset(ahead - (present - alert.detected_at))
            receive_waves([alert])
        clock.set_offset(ahead)
        quarrel = list(_quarrel(present.replace(minute=0, second=0, microsecond=0)))
        found = find(quarrel).alerts
        receive_pile_ons(found, service="tiktok", series={one.target: chart(quarrel, one) for one in found})
    finally:
        clock.set_offset(ahead)
    # The wave was imported and not listened for: what the radar saw is that wave.
    LiveWave.objects.filter(tag=wave.hashtag, state=LiveWave.State.OPEN).update(
        wave=wave, state=LiveWave.State.OPENED, opened_by_hand=True
    )


def _heard(wave: Wave) -> Iterator[records.Post]:
    """The posts of a wave, oldest first."""
    for post in Post.objects.filter(waves=wave).order_by("created_at", "pk"):
        yield records.Post(
            id=post.post_id, service=post.service, author=post.author, created_at=post.created_at, text=post.text
        )


def _quarrel(until: datetime) -> Iterator[records.Action]:
    """Two days of ordinary comments on one account, and three hours in which many more turn on it."""
    chance = random.Random(2020)  # noqa: S311 - no secret, and the same each time
    for number in range(HOURS * ORDINARY + SHOUTING):
        shouts = number >= HOURS * ORDINARY
        hours = chance.uniform(0, 3) if shouts else chance.uniform(0, HOURS)
        yield records.Action(
            id=f"example-{number}",
            at=until - timedelta(hours=hours),
            actor=f"tiktok:{'passant' if shouts else 'fan'}.{number}",
            object=f"video-{chance.randrange(3)}",
            target=TARGET,
            text=chance.choice(SHOUTED if shouts else SAID),
        )
