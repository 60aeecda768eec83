"""Builders of testimonies, with invented people."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from rempart.records import AccountReference, Evidence, Origin, Reporter, Testimony

START = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)

# Nobody tells it in the same words.
WORDS = (
    *("live", "soir", "message", "photo", "lycée", "concours", "numéro", "secret", "insistait", "bloqué", "maman"),
    *("train", "snap", "vocal", "parcel", "rencontre", "nuit", "menace", "argent", "modératrice", "convention", "peur"),
    *("honte", "collège", "vidéo", "cousine", "jamais", "répondu", "preuve", "été", "compte", "ami", "bus", "chambre"),
)


class World:
    """Makes testimonies about one account, at random times about an hour apart unless told otherwise."""

    def __init__(self):
        self.made = 0
        self.clock = 0.0
        self.chance = random.Random(11)

    def testimony(self, about="leo.vrtx", *, minutes=None, **fields):
        self.made += 1
        number = self.made
        self.clock += self.chance.expovariate(1 / 60)
        minutes = self.clock if minutes is None else minutes
        given = {
            "id": f"t{number:05d}",
            "received_at": START + timedelta(minutes=minutes),
            "channel": "public_post",
            "about": AccountReference("tiktok", about) if isinstance(about, str) else about,
            "stance": "testimony",
            "conduct": ["nude_request"],
            "reporter": Reporter(id=f"r{number:05d}"),
        }
        return Testimony(**{**given, **fields})

    def victims(self, count, about="leo.vrtx", **fields):
        """People who know nothing of one another, each in their own words."""
        return [
            self.testimony(about, **{"text": " ".join(self.chance.choices(WORDS, k=18)), **fields})
            for _ in range(count)
        ]

    def copies(self, count, about="leo.vrtx", **fields):
        """People who all say the same sentence."""
        text = "ce type est un prédateur il m'a demandé des photos de moi quand j'avais quatorze ans partagez"
        return [self.testimony(about, **{"text": text, **fields}) for _ in range(count)]

    def brigade(self, count, about="leo.vrtx"):
        """People who answer one call: few networks, one server, a script, within two hours."""
        text = "attention à lui les filles il m'a envoyé des messages dégoûtants sur snap quand j'avais treize ans"
        return [
            self.testimony(
                about,
                minutes=500 + n,
                text=text if n % 3 else f"perso {text} faites tourner",
                origin=Origin(network=f"n{n % 4}", device=None),
                reporter=Reporter(id=f"b{n}", communities=["server"]),
            )
            for n in range(count)
        ]


@pytest.fixture
def world():
    return World()


def verified(kind="export"):
    return [Evidence(kind=kind, verified=True)]
