"""The people of a simulated wave: what a platform knows of each, where they speak from and what evidence they bring.

Whoever speaks, for whatever reason, is made here, so that no format tells one kind from another: names are opaque, and
what is missing is missing as often for all.
"""

from datetime import datetime, timedelta

from rempart.records import Channel, Evidence, EvidenceKind, Origin, Reporter
from rempart.replay.dice import Dice, Weighted
from rempart.replay.parameters import Parameters, Voice
from rempart.replay.phrases import Language
from rempart.replay.stars import Star

_PIECES: Weighted[EvidenceKind] = Weighted(
    {"screenshot": 0.48, "video": 0.12, "audio": 0.12, "witness": 0.16, "platform_log": 0.12}
)
_MOST_PIECES = 3
NEW = 4  # days


class People:
    """Makes the people of one wave."""

    def __init__(self, dice: Dice, parameters: Parameters) -> None:
        self._dice = dice
        self._parameters = parameters
        self._artists = tuple(dice.name("c") for _ in range(400))

    def person(self, at: datetime, star: Star, voice: Voice) -> Reporter:
        """Somebody who was not there before."""
        dice = self._dice
        created = None
        if dice.chance(self._parameters.known_creation):
            days = dice.heavy(20, 0.6, 3_000) * dice.between(0.2, 1)
            days = dice.between(0, NEW) if dice.chance(voice.new) else days
            created = (at - timedelta(days=days)).replace(microsecond=0)
        communities = []
        if dice.chance(self._parameters.known_communities):
            if dice.chance(voice.fans):
                communities.append(star.fans)
            communities += dice.some(self._artists, dice.integer(0, 4))
            if dice.chance(0.3):
                communities.append(dice.name("c"))  # a server among friends
        return Reporter(
            id=dice.name("r"),
            account_created_at=created,
            followers=int(dice.heavy(1, 0.45, 80_000)) - 1 if dice.chance(0.7) else None,
            upheld=dice.integer(1, 3) if dice.chance(voice.upheld) else 0,
            rejected=dice.integer(1, 4) if dice.chance(voice.rejected) else 0,
            communities=communities,
        )

    def flagger(self) -> Reporter:
        """One of a few associations with a long record."""
        number = self._dice.integer(1, 12)
        return Reporter(
            id=f"r{number:013x}",
            account_created_at=self._parameters.begins - timedelta(days=400 + 90 * number),
            upheld=30 * number,
            rejected=number % 4,
        )

    def evidence(self, voice: Voice) -> list[Evidence]:
        """The pieces that somebody joins, and what was found when they were looked at, if they were."""
        dice = self._dice
        pieces: list[Evidence] = []
        while len(pieces) < _MOST_PIECES and dice.chance(voice.evidence):
            draw = dice.random()
            found = True if draw < voice.verified else False if draw < voice.verified + voice.refuted else None
            kind: EvidenceKind = "export" if dice.chance(voice.exports) else _PIECES.draw(dice)
            pieces.append(Evidence(kind=kind, verified=found))
        return pieces

    def origin(self, channel: Channel, star: Star) -> Origin | None:
        """Where a testimony came from, which the platform knows of its own reports and forms alone."""
        dice = self._dice
        if channel not in {"user_report", "form"} or not dice.chance(self._parameters.known_origin):
            return None
        # A school, a mobile operator's gateway: honest people share networks too.
        network = dice.pick(star.networks) if dice.chance(0.04) else dice.name("n")
        device = dice.name("d") if dice.chance(0.6) else None
        return Origin(network=network if dice.chance(0.9) else None, device=device)

    def language(self) -> Language:
        """The language that somebody writes in."""
        return "fr" if self._dice.chance(self._parameters.french) else "en"
