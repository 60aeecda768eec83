"""An invented wave in which fandoms are factions at war.

Theory: stars belong to fandoms, and fandoms have rivals. A fandom is a standing people: members who joined in waves (so
that many sincere accounts are of an age), servers of their own, and habits of talking about every star. True victims
come from inside the star's own fandom, and pay for it there. Rivals raid: bursts with a cadence, under a
discipline that decides how much of the order of the day is repeated and how well accounts are prepared; spies join the
enemy's servers and write as victims. Defenders deny, get reporters rejected, or raid their own star under a false flag.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, get_args

from worlds._making import mark, sides_of, wave_by_time, words_beside

from rempart.records import AccountReference, Evidence, Origin, Reporter, Testimony, Truth
from rempart.records.references import Service
from rempart.records.vocabulary import CHANNELS, Conduct, EvidenceKind, TestimonyStance
from rempart.replay.arrivals import Kind
from rempart.replay.simulator import Wave

LINES = words_beside(__file__)
PLACES = ("entrance", "scene", "act", "trace", "close")
CHARGES: tuple[Conduct, ...] = (
    "nude_request",
    "sexual_messages",
    "grooming",
    "sextortion",
    "sexual_assault",
    "harassment",
)
SERVICES: tuple[Service, ...] = ("tiktok", "instagram", "youtube", "twitch", "twitter", "snapchat")
PROOFS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
ACCUSING = ("crude", "moderate", "careful", "adaptive", "drowned")


@dataclass(frozen=True)
class Fan:
    """A member of a fandom; `joined` is the age of their account in days when the wave begins."""

    name: str
    joined: float
    followers: int
    servers: tuple[str, ...]
    network: str
    device: str
    upheld: int
    rejected: int
    english: bool


@dataclass
class Fandom:
    """A faction. `discipline` (0 to 1) is how well its raids are prepared, `cadence` the hours between two bursts."""

    servers: list[str]
    members: list[Fan]
    discipline: float
    cadence: float
    zeal: float
    farm: list[str]
    rivals: list[int]


@dataclass
class Idol:
    """A star and what hangs on them; `day` is when the first word falls, in hours."""

    about: AccountReference
    guilty: bool
    fandom: int
    renown: float
    day: float
    charges: list[Conduct]
    rally: str


class Order(NamedTuple):
    """What a group was told to write, and the share of it that its members repeat."""

    lines: dict[bool, dict[str, str]]
    repeated: float


CARES: dict[str, Kind] = {"crude": "crude", "moderate": "moderate", "careful": "careful", "adaptive": "adaptive"}
PARTS: dict[str, Kind] = {"harmed": "true", "mistaken": "mistaken", "spite": "mistaken"}


class Motive(NamedTuple):
    """Why somebody accuses: how often proof is shown, how often it stands or falls when looked at, and their record."""

    shows: float
    stands: float
    falls: float
    upheld: float
    rejected: float


class War:
    """One seed: the factions, their dials, and the chronicle of what was said."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(f"factions:{seed}")
        between = rng.uniform
        self.dawn = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=between(0, 6000))
        self.public_networks = [self.mark(16) for _ in range(rng.randint(30, 120))]
        self.public_devices = [self.mark(16) for _ in range(rng.randint(30, 120))]
        self.crossroads = [self.mark(8) for _ in range(rng.randint(20, 80))]
        self.throwaway, self.english = between(0.2, 0.5), between(0.03, 0.3)
        self.shared_line, self.shared_screen = between(0.15, 0.45), between(0.05, 0.2)
        self.known = {
            what: between(0.4, 0.95) for what in ("joined", "followers", "servers", "network", "device", "minor")
        }
        looked_at = between(0.65, 1.0)
        self.motives = {
            "harmed": Motive(
                between(0.45, 0.7), between(0.6, 0.88) * looked_at, 0.03 * looked_at, between(0.12, 0.25), 0.05
            ),
            "mistaken": Motive(
                between(0.15, 0.4), 0.03 * looked_at, between(0.1, 0.3) * looked_at, 0.07, between(0.05, 0.15)
            ),
            "spite": Motive(
                between(0.15, 0.45), 0.02 * looked_at, between(0.25, 0.5) * looked_at, 0.04, between(0.15, 0.4)
            ),
            "raid": Motive(
                between(0.1, 0.4), 0.02 * looked_at, between(0.2, 0.5) * looked_at, 0.03, between(0.1, 0.35)
            ),
            "spy": Motive(
                between(0.25, 0.55), 0.03 * looked_at, between(0.15, 0.4) * looked_at, 0.09, between(0.05, 0.2)
            ),
        }
        self.many_victims, self.contagion = between(0.36, 0.6), between(5, 50)
        self.channels = {
            "quiet": [w * rng.lognormvariate(0, 0.4) for w in (4, 2, 1.3, 2.2, 0.7)],
            "loud": [w * rng.lognormvariate(0, 0.3) for w in (20, 0.2, 0.05, 1.5, 0.1)],
        }
        self.open_groups = between(0.06, 0.2)
        self.fandoms = [self.raise_fandom() for _ in range(rng.randint(5, 14))]
        for number, fandom in enumerate(self.fandoms):
            others = [other for other in range(len(self.fandoms)) if other != number]
            fandom.rivals = rng.sample(others, rng.randint(1, 3))
        # The fates of the innocent and of the guilty, bent by the seed.
        self.fates = {
            False: {"none": 4.0, "lone_false": 2.6, "mistaken": 2.4, "bandwagon": 1.8, "mass_disputes": 0.4}
            | dict.fromkeys(("crude", "moderate", "careful", "adaptive"), 1.3),
            True: {
                "none": 9.0,
                "bandwagon": 1.2,
                "drowned": 0.6,
                "poisoned": 0.6,
                "mass_disputes": 0.7,
                "lone_false": 0.2,
            }
            | dict.fromkeys(("crude", "moderate", "careful", "adaptive"), 0.4),
        }
        for fates in self.fates.values():
            fates.update({fate: weight * rng.lognormvariate(0, 0.35) for fate, weight in fates.items()})
        self.past: dict[str, tuple[int, int]] = {}
        self.chronicle: list[tuple[Testimony, Kind]] = []

    def mark(self, length: int) -> str:
        return mark(self.rng, length)

    def raise_fandom(self) -> Fandom:
        """A people with its servers; members joined in waves, after each album or season."""
        rng = self.rng
        servers = [self.mark(8) for _ in range(rng.randint(2, 7))]
        farm = [self.mark(16) for _ in range(rng.randint(3, 10))]
        fandom = Fandom(
            servers, [], rng.betavariate(1.2, 1.2), rng.uniform(2, 20), rng.lognormvariate(-2.3, 0.6), farm, []
        )
        waves = [rng.uniform(30, 2500) for _ in range(rng.randint(3, 9))]
        for _ in range(rng.randint(300, 900)):
            joined = rng.choice(waves) + rng.expovariate(1 / 20) if rng.random() < 0.35 else rng.lognormvariate(6, 1)
            fandom.members.append(self.fan(servers, joined))
        return fandom

    def fan(self, servers: Sequence[str], joined: float) -> Fan:
        rng = self.rng
        line, screen = rng.random() < self.shared_line, rng.random() < self.shared_screen
        frequented = rng.sample(list(servers), rng.randint(1, min(3, len(servers))))
        return Fan(
            name=self.mark(12),
            joined=joined,
            followers=int(rng.lognormvariate(1 + 0.4 * math.log1p(joined), 1.4)),
            servers=(*frequented, *rng.sample(self.crossroads, rng.randint(0, 2))),
            network=rng.choice(self.public_networks) if line else self.mark(16),
            device=rng.choice(self.public_devices) if screen else self.mark(16),
            upheld=0,
            rejected=0,
            english=rng.random() < self.english,
        )

    def volunteer(self, fandom: Fandom, idol: Idol, motive: str, *, masked: float) -> Fan:
        """A member who speaks under the usual name or, with the chance `masked`, from an account just made for it."""
        rng, fan = self.rng, self.rng.choice(fandom.members)
        if rng.random() < masked:
            fresh = rng.expovariate(1 / 6) - idol.day / 24
            fan = replace(
                self.fan(fandom.servers, 0), joined=fresh, followers=int(rng.expovariate(1 / 6)), english=fan.english
            )
        return self.with_record(fan, motive)

    def with_record(self, fan: Fan, motive: str) -> Fan:
        """The same fan with a record, mostly none: drawn the first time, after this motive, and kept ever after."""
        rng, drive = self.rng, self.motives[motive]
        if fan.name not in self.past:
            found = [1 + int(rng.expovariate(1.1)) if rng.random() < p else 0 for p in (drive.upheld, drive.rejected)]
            self.past[fan.name] = found[0], found[1]
        upheld, rejected = self.past[fan.name]
        return replace(fan, upheld=upheld, rejected=rejected)

    def order(self, repeated: float) -> Order:
        said = {
            flag: {place: self.rng.choice(LINES["en" if flag else "fr"][place]) for place in PLACES}
            for flag in (True, False)
        }
        return Order(said, repeated)

    def words(self, idol: Idol, fan: Fan, stance: TestimonyStance, order: Order | None) -> str:
        rng, lines = self.rng, LINES["en" if fan.english else "fr"]
        if stance != "testimony":
            parts = [rng.choice(lines[stance])]
        else:
            repeated = order.repeated if order else 0.0
            parts = []
            for place in PLACES:
                if place == "act" or rng.random() < 0.6 + 0.3 * repeated:
                    parts.append(
                        order.lines[fan.english][place]
                        if order and rng.random() < repeated
                        else rng.choice(lines[place])
                    )
            if rng.random() < 0.35 * (1 - repeated):
                parts.reverse()
        said = (
            rng.choice((". ", ", ", " / ", " "))
            .join(parts)
            .format(ou=rng.choice(lines["ou"]), depuis=rng.choice(lines["depuis"]))
        )
        if rng.random() < 0.45:
            said = said.lower()
        if rng.random() < 0.3:
            letter = rng.randrange(len(said))
            said = said[:letter] + said[letter + 1 :]
        rally = f" {idol.rally}" if rng.random() < 0.5 else f" @{idol.about.handle}" if rng.random() < 0.2 else ""
        return f"{said}{rally}{rng.choice(LINES['tails'])}"

    def speak(
        self, idol: Idol, fan: Fan, at: float, *, motive: str | None = None, stance: TestimonyStance = "testimony",
        order: Order | None = None, sent: Kind | None = None,
    ) -> None:  # fmt: skip
        """Write one word into the chronicle; what was not kept of it does not depend on who speaks.

        `sent`: the care of the raid that it is part of.
        """
        rng = self.rng
        if at % 24 < 6 and rng.random() < 0.65:  # asleep
            at += rng.uniform(2, 10)
        kept = {what: rng.random() < share for what, share in self.known.items()}
        first_hand = motive is not None
        channels = self.channels["quiet" if first_hand else "loud"]
        kind: Kind = sent or (PARTS[motive] if motive else "relay" if stance == "relay" else "dispute")
        self.chronicle.append(
            (
                Testimony(
                    id=self.mark(14),
                    received_at=self.dawn + timedelta(hours=at),
                    channel=rng.choices(CHANNELS, channels)[0],
                    about=idol.about,
                    stance=stance,
                    conduct=rng.sample(idol.charges, rng.choice((1, 1, 2))) if stance != "dispute" else [],
                    conduct_services=[idol.about.service] if first_hand and rng.random() < 0.6 else [],
                    met_on=[rng.choice(SERVICES)] if first_hand and rng.random() < 0.5 else [],
                    complainant_minor=rng.random() < 0.4 if first_hand and kept["minor"] else None,
                    text=self.words(idol, fan, stance, order) if rng.random() < 0.93 else None,
                    reporter=Reporter(
                        id=fan.name,
                        account_created_at=self.dawn + timedelta(hours=min(-24 * fan.joined, at - 0.3))
                        if kept["joined"]
                        else None,
                        followers=fan.followers if kept["followers"] else None,
                        upheld=fan.upheld,
                        rejected=fan.rejected,
                        communities=list(fan.servers) if kept["servers"] else [],
                    ),
                    origin=Origin(
                        network=fan.network if kept["network"] else None, device=fan.device if kept["device"] else None
                    ),
                    evidence=self.proofs(self.motives[motive]) if motive else [],
                ),
                kind,
            )
        )

    def proofs(self, motive: Motive) -> list[Evidence]:
        rng, shown = self.rng, list[Evidence]()
        while rng.random() < motive.shows and len(shown) < 3:
            luck = rng.random()
            found = True if luck < motive.stands else False if luck > 1 - motive.falls else None
            shown.append(Evidence(kind=rng.choices(PROOFS, (10, 2, 1, 2, 1, 1))[0], verified=found))
        return shown

    def confide(self, idol: Idol, number: int, motive: str, reprisals: float = 0.0) -> None:
        """People of the star's own fandom, each encouraged by one who spoke. Some agree in the open on an evening and a
        text, which is no raid. `reprisals`: the share whom defenders had got rejected before they spoke."""
        rng, fandom = self.rng, self.fandoms[idol.fandom]
        together = number > 3 and rng.random() < self.open_groups
        order, evening = self.order(rng.uniform(0.2, 0.85)) if together else None, idol.day + rng.uniform(3, 70)
        said = [idol.day + rng.expovariate(0.5)]
        for _ in range(number - 1):
            said.append(rng.choice(said[-8:]) + rng.lognormvariate(math.log(self.contagion), 1.3))
        for at in said:
            speaker = self.volunteer(fandom, idol, motive, masked=self.throwaway)
            if rng.random() < reprisals:
                speaker = replace(speaker, rejected=speaker.rejected + rng.randint(1, 3))
            when = evening + rng.expovariate(1 / 3) if together and rng.random() < 0.85 else at
            self.speak(idol, speaker, when, motive=motive, order=order)

    def raid(self, idol: Idol, raiders: Fandom, style: str, number: int) -> None:
        """Bursts at the raiders' cadence. The better the discipline, the less is shared, and the more spies."""
        rng, enemy = self.rng, self.fandoms[idol.fandom]
        low, high = {"crude": (0, 0.25), "moderate": (0.25, 0.6), "careful": (0.6, 0.9)}.get(style, (0.8, 1.0))
        discipline = min(high, max(low, raiders.discipline))
        order = self.order((1 - discipline) * rng.uniform(0.85, 1.1))
        bursts = 1 + int(rng.expovariate(1 / (1 + 7 * discipline)))
        core = rng.sample(raiders.members, min(12, len(raiders.members)))
        lot = rng.uniform(5, 40) + 300 * discipline * rng.random()
        begins = idol.day + rng.expovariate(1 / 10)
        for _ in range(number):
            spy = rng.random() < 0.15 + 0.65 * discipline
            fan = rng.choice(core) if rng.random() < 0.4 else rng.choice(raiders.members[:150])
            if rng.random() < 0.35 + 0.4 * discipline:  # an account kept, or bought, for this
                prepared = lot + rng.expovariate(1 / 4) if rng.random() > discipline else rng.lognormvariate(5.5, 1.2)
                fan = replace(
                    self.fan(raiders.servers, prepared), device=rng.choice((rng.choice(raiders.farm), self.mark(16)))
                )
            if rng.random() < 0.5 * (1 - discipline):
                fan = replace(fan, device=rng.choice(raiders.farm), network=raiders.farm[0])
            if spy:
                fan = replace(fan, servers=(*rng.sample(enemy.servers, 1), *fan.servers[-1:]))
            fan = self.with_record(fan, "spy" if spy else "raid")
            at = begins + rng.randrange(bursts) * raiders.cadence * rng.uniform(0.7, 1.3) + rng.expovariate(1 / 2)
            if style == "adaptive" and rng.random() < 0.7:  # at the pace of people who encourage each other
                at = begins + rng.lognormvariate(math.log(self.contagion * 1.5), 1.3)
            self.speak(idol, fan, at, motive="spy" if spy else "raid", order=order, sent=CARES[style])

    def crowd(self, idol: Idol, stance: TestimonyStance, number: float, fandoms: Sequence[Fandom]) -> None:
        rng, pace = self.rng, self.rng.uniform(15, 90)
        for _ in range(int(number)):
            fan = self.volunteer(rng.choice(fandoms), idol, "mistaken", masked=0.15)
            self.speak(idol, fan, idol.day + rng.expovariate(1 / pace), stance=stance)

    def tail(self, alpha: float, most: int) -> int:
        return min(most, int(self.rng.paretovariate(alpha)))

    def fall_upon(self, idol: Idol) -> str:
        """All that is said of one star; returns the kind of attack that touched it."""
        rng, own = self.rng, self.fandoms[idol.fandom]
        fate = rng.choices(list(self.fates[idol.guilty]), list(self.fates[idol.guilty].values()))[0]
        force = 2 + min(150, int(rng.lognormvariate(2.3, 0.9)))
        if idol.guilty and rng.random() > 0.015:
            reprisals = rng.uniform(0.2, 0.6) if fate == "poisoned" else 0.0
            self.confide(idol, self.tail(self.many_victims, 100), "harmed", reprisals)
        if fate == "drowned":  # a false flag: one's own fandom plays the clumsy enemy
            self.raid(idol, own, "crude", force)
        elif fate in ACCUSING:
            self.raid(idol, self.fandoms[rng.choice(own.rivals)], fate, force)
        elif fate in ("mistaken", "bandwagon") and not idol.guilty:
            self.confide(idol, self.tail(1.2, 14), "mistaken")
        elif fate == "lone_false" or (not idol.guilty and rng.random() < 0.2):
            self.confide(idol, self.tail(2.0, 4), "spite")
        echo = rng.uniform(1.5, 4) if fate == "bandwagon" else 1.0
        self.crowd(idol, "relay", 1 + min(500.0, idol.renown * echo), self.fandoms)
        shields = idol.renown * own.zeal + (rng.uniform(10, 90) if fate == "mass_disputes" else 0)
        self.crowd(idol, "dispute", min(250.0, shields), [own])
        return fate


def world(seed: int, accounts: int) -> Wave:
    """An invented war around this many accounts, half of them guilty; the same for a seed."""
    war = War(seed)
    rng, spread = war.rng, war.rng.uniform(1.5, 2.1)
    middle = math.log(rng.uniform(60, 100)) - spread**2 / 2
    sides = sides_of(rng, accounts)
    idols = [
        Idol(
            about=AccountReference(
                rng.choice(SERVICES), f"{rng.choice(('neo', 'kyro', 'yume', 'vel', 'oz', 'tam'))}{number}.off"
            ),
            guilty=guilty,
            fandom=rng.randrange(len(war.fandoms)),
            renown=rng.lognormvariate(middle, spread),
            day=rng.uniform(0, 24 * 25),
            charges=rng.sample(CHARGES, rng.randint(2, 4)),
            rally=rng.choice(LINES["rallies"]),
        )
        for number, guilty in enumerate(sides)
    ]
    fates = [war.fall_upon(idol) for idol in idols]
    truth = [
        Truth(about=idol.about, guilty=idol.guilty, campaign=fate in ACCUSING, attack=fate)
        for idol, fate in zip(idols, fates, strict=True)
    ]
    return wave_by_time(war.chronicle, truth)
