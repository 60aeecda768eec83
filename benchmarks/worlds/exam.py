"""An invented wave set as an exam: what would somebody write who must grade a system that weighs testimonies?

Theory: an examiner does not tell stories, but fills a table. Each account draws a kind of attack from a list with
probabilities; a kind is a handful of groups of speakers; a group is a row of distributions, one for each field of the
record. The grade is worth something only if no column gives the answer: the rows overlap, every seed redraws them from
wide ranges, what is missing is missing for all alike, and the same people, exits, lots and sentences serve both sides.
The full exam has 1,200 accounts, with about 108 testimonies each.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import log
from typing import get_args

from worlds._making import mark, wave_by_time, words_beside

from rempart.records import AccountReference, Evidence, Origin, Reporter, Testimony, Truth
from rempart.records.references import Service
from rempart.records.vocabulary import CHANNELS, CONDUCTS, Conduct, EvidenceKind, TestimonyStance
from rempart.replay.arrivals import Kind
from rempart.replay.simulator import Wave

FULL_SIZE = 1_200
TESTIMONIES_EACH = 108
SENTENCES = words_beside(__file__)
KINDS_OF_EVIDENCE: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
SERVICES: tuple[Service, ...] = get_args(Service)[:7]

# How likely each kind of attack is, on an innocent and on a guilty account.
KINDS = {
    "none": (0.24, 0.66),
    "crude": (0.08, 0.02),
    "moderate": (0.09, 0.025),
    "careful": (0.10, 0.03),
    "adaptive": (0.10, 0.03),
    "bandwagon": (0.11, 0.06),
    "drowned": (0.0, 0.05),
    "poisoned": (0.0, 0.05),
    "mass_disputes": (0.03, 0.05),
    "lone_false": (0.12, 0.015),
    "mistaken": (0.12, 0.01),
}
CAMPAIGNS = ("crude", "moderate", "careful", "adaptive", "drowned")
# As what the speakers of a row speak; the public relays or disputes.
PARTS: dict[str, Kind] = {
    "victim": "true",
    "organised": "true",
    "poisoned": "true",
    "mistaken": "mistaken",
    "liar": "mistaken",
    "crude": "crude",
    "moderate": "moderate",
    "careful": "careful",
    "adaptive": "adaptive",
}

Range = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """The distributions of one group of speakers, as ranges from which a seed draws each number.

    `new`: share of accounts made days before; `upheld`, `rejected`: share with such records; `shows`: share with
    evidence; `passes`, `fails`: of that, found genuine or refuted; `hours`: median lag; `spread`: its log deviation;
    `copies`: share of sentences taken from a common text; `exits`: share with a network or device of a small pool;
    `lots`: share of accounts made together; `fans`: share in the star's groups; `guarded`: share that uses neither
    posts nor reports.
    """

    new: Range
    upheld: Range
    rejected: Range
    shows: Range
    passes: Range
    fails: Range
    hours: Range
    spread: Range
    copies: Range = (0.0, 0.1)
    exits: Range = (0.0, 0.06)
    lots: Range = (0.0, 0.08)
    fans: Range = (0.35, 0.75)
    guarded: Range = (0.15, 0.4)


FALSE_PASSES, FALSE_FAILS = (0.005, 0.035), (0.25, 0.55)
ROWS = {
    "victim": Row(
        (0.2, 0.5), (0.1, 0.25), (0.02, 0.07), (0.35, 0.6), (0.55, 0.85), (0.01, 0.04), (10, 70), (0.9, 1.6),
        guarded=(0.25, 0.5),
    ),
    "organised": Row(
        (0.2, 0.6), (0.1, 0.25), (0.02, 0.07), (0.3, 0.6), (0.55, 0.85), (0.01, 0.04), (3, 30), (0.3, 0.8),
        copies=(0.2, 0.85), exits=(0.0, 0.2), lots=(0.05, 0.4), fans=(0.6, 0.95), guarded=(0.2, 0.5),
    ),
    "mistaken": Row(
        (0.12, 0.4), (0.03, 0.12), (0.04, 0.15), (0.15, 0.4), (0.005, 0.04), (0.1, 0.35), (10, 80), (0.9, 1.6)
    ),
    "liar": Row((0.2, 0.5), (0.01, 0.08), (0.2, 0.45), (0.15, 0.45), FALSE_PASSES, FALSE_FAILS, (8, 80), (0.8, 1.6)),
    "crude": Row(
        (0.4, 0.9), (0.0, 0.04), (0.15, 0.5), (0.05, 0.4), FALSE_PASSES, FALSE_FAILS, (1, 12), (0.3, 0.9),
        copies=(0.75, 1.0), exits=(0.3, 0.9), lots=(0.3, 0.9), fans=(0.1, 0.6), guarded=(0.05, 0.4),
    ),
    "moderate": Row(
        (0.25, 0.7), (0.0, 0.06), (0.1, 0.4), (0.1, 0.45), FALSE_PASSES, FALSE_FAILS, (4, 36), (0.4, 1.2),
        copies=(0.35, 0.7), exits=(0.1, 0.5), lots=(0.15, 0.6), fans=(0.2, 0.7),
    ),
    "careful": Row(
        (0.1, 0.4), (0.01, 0.08), (0.08, 0.3), (0.15, 0.45), FALSE_PASSES, FALSE_FAILS, (12, 90), (0.6, 1.5),
        copies=(0.02, 0.3), exits=(0.02, 0.2), lots=(0.02, 0.25),
    ),
    "adaptive": Row(
        (0.08, 0.4), (0.03, 0.15), (0.03, 0.2), (0.2, 0.55), (0.01, 0.05), (0.2, 0.4), (24, 160), (0.6, 1.5),
        copies=(0.0, 0.2), exits=(0.0, 0.12), lots=(0.0, 0.2), guarded=(0.2, 0.45),
    ),
    "public": Row((0.08, 0.3), (0.02, 0.08), (0.02, 0.08), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (10, 70), (0.8, 1.5),
        guarded=(0.0, 0.06)),
}  # fmt: skip


@dataclass
class Group:
    """Speakers of one row about one account, and what they may share. `roster`: reporters who also strike elsewhere."""

    row: str
    script: dict[str, str]
    pool: list[str]
    made: float
    server: str | None = None
    roster: list[Reporter] = field(default_factory=list)


@dataclass
class Candidate:
    """An account of the exam. `begins` in hours, as all times here, from the opening of the exam."""

    about: AccountReference
    guilty: bool
    begins: float
    reach: float
    groups: list[str]
    conduct: list[Conduct]
    hashtag: str


class Exam:
    """One seed: the rows as drawn, the pools, and the records written so far."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(f"exam/{seed}")
        self.opens = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=rng.uniform(0, 8000))
        self.rows = {name: {key: rng.uniform(*span) for key, span in vars(row).items()} for name, row in ROWS.items()}
        self.known = {key: rng.uniform(0.35, 0.95) for key in ("made", "followers", "groups", "origin", "minor")}
        self.known["text"] = rng.uniform(0.85, 1.0)
        self.rows["poisoned"] = self.rows["victim"] | {"rejected": rng.uniform(0.25, 0.6)}  # reported beforehand
        self.kinds = {name: [p * rng.lognormvariate(0, 0.4) for p in pair] for name, pair in KINDS.items()}
        self.english, self.slips, self.again = rng.uniform(0, 0.3), rng.uniform(0.1, 0.5), rng.uniform(0.02, 0.12)
        self.victims, self.callers = rng.uniform(0.4, 0.65), rng.uniform(1.1, 1.7)
        self.together, self.second_hand, self.looked_at = (
            rng.uniform(0.05, 0.2),
            rng.uniform(0, 0.05),
            rng.uniform(0.7, 1),
        )
        self.networks = [self.hash(16) for _ in range(rng.randint(20, 100))]
        self.devices = [self.hash(16) for _ in range(rng.randint(20, 100))]
        self.servers = [self.hash(10) for _ in range(rng.randint(50, 150))]
        self.public_exits = rng.uniform(0.1, 0.35), rng.uniform(0.02, 0.1)
        self.hashtags = rng.sample(SENTENCES["hashtags"], rng.randint(2, 5))
        self.passers_by: list[Reporter] = []
        self.rosters = {name: [list[Reporter]() for _ in range(rng.randint(2, 5))] for name in CAMPAIGNS}
        self.records: list[tuple[Testimony, Kind]] = []

    def hash(self, length: int) -> str:
        return mark(self.rng, length)

    def group(self, row: str) -> Group:
        """Fresh speakers of this row, with a text, exits and a day of creation that they may share."""
        rng = self.rng
        script = {slot: rng.choice(SENTENCES["fr"][slot]) for slot in ("start", "how", "what", "then", "end")}
        pool = [self.hash(16) for _ in range(rng.randint(2, 6))]
        return Group(row, script, pool, -rng.lognormvariate(6 if row in ("careful", "adaptive") else 4.5, 1.2))

    def text(self, candidate: Candidate, group: Group, stance: TestimonyStance) -> str:
        rng, language = self.rng, "en" if self.rng.random() < self.english else "fr"
        words = SENTENCES[language]
        if stance == "testimony":
            copies = self.rows[group.row]["copies"] if language == "fr" else 0.0
            parts = [
                group.script[slot] if rng.random() < copies else rng.choice(words[slot])
                for slot in group.script
                if slot == "what" or rng.random() < 0.65 + 0.3 * copies
            ]
            if rng.random() < 0.3 * (1 - copies):
                rng.shuffle(parts)
        else:
            parts = [rng.choice(words[stance])]
        said = rng.choice((", ", ". ", "\n", " ")).join(parts)
        said = said.format(**{slot: rng.choice(words[slot]) for slot in ("lieu", "quand", "appli")})
        if rng.random() < self.slips:
            spot = rng.randrange(len(said) - 1)
            said = said[:spot] + said[spot + 1] + said[spot] + said[spot + 2 :]
        said = said.lower() if rng.random() < 0.4 else said
        tag = f" {candidate.hashtag if rng.random() < 0.6 else rng.choice(self.hashtags)}" if rng.random() < 0.5 else ""
        return f"{said}{rng.choice(SENTENCES['ends'])}{tag}"

    def reporter(self, candidate: Candidate, group: Group, at: float) -> Reporter:
        """Who speaks: somebody of the roster, a passer-by who reports often, or somebody new."""
        rng, row = self.rng, self.rows[group.row]
        if group.roster and rng.random() < 0.6:
            return rng.choice(group.roster)
        if self.passers_by and rng.random() < self.again:
            return rng.choice(self.passers_by)
        age = rng.expovariate(1 / 200) if rng.random() < row["new"] else rng.lognormvariate(9.3, 1.0)
        made = group.made + rng.uniform(0, 30) if rng.random() < row["lots"] else at - age
        groups = rng.sample(candidate.groups, min(2, len(candidate.groups))) if rng.random() < row["fans"] else []
        followers = int(rng.lognormvariate(0.45 * log(2 + age), 1.3))
        groups += rng.sample(self.servers, rng.randint(1, 3)) + ([group.server] if group.server else [])
        one = Reporter(
            id=self.hash(12),
            account_created_at=self.time(min(made, at - 0.2)) if rng.random() < self.known["made"] else None,
            followers=followers if rng.random() < self.known["followers"] else None,
            upheld=1 + int(rng.expovariate(1)) if rng.random() < row["upheld"] else 0,
            rejected=1 + int(rng.expovariate(1)) if rng.random() < row["rejected"] else 0,
            communities=groups if rng.random() < self.known["groups"] else [],
        )
        if rng.random() < 0.01:
            self.passers_by.append(one)
        return one

    def origin(self, group: Group) -> Origin | None:
        rng, exits = self.rng, self.rows[group.row]["exits"]
        if rng.random() > self.known["origin"]:
            return None
        network, device = (
            rng.choice(group.pool) if rng.random() < exits else rng.choice(pool) if rng.random() < p else self.hash(16)
            for pool, p in zip((self.networks, self.devices), self.public_exits, strict=True)
        )
        return Origin(network=network, device=device if rng.random() < 0.7 else None)

    def evidence(self, group: Group) -> list[Evidence]:
        rng, row, joined = self.rng, self.rows[group.row], list[Evidence]()
        while rng.random() < row["shows"] and len(joined) < 2:
            luck = rng.random() / self.looked_at
            verified = True if luck < row["passes"] else False if luck < row["passes"] + row["fails"] else None
            joined.append(Evidence(kind=rng.choices(KINDS_OF_EVIDENCE, (8, 2, 1, 1, 1, 2))[0], verified=verified))
        return joined

    def time(self, hours: float) -> datetime:
        return self.opens + timedelta(hours=hours)

    def speak(self, candidate: Candidate, group: Group, stance: TestimonyStance, number: int) -> None:
        """`number` records of one group, each field from its row."""
        rng, row = self.rng, self.rows[group.row]
        kind: Kind = PARTS[group.row] if stance == "testimony" else stance
        for place in range(number):
            lag = rng.lognormvariate(log(row["hours"]), row["spread"]) if place else rng.expovariate(1)
            at = candidate.begins + lag
            if at % 24 < 6 and rng.random() < 0.6:
                at += rng.uniform(2, 9)
            first_hand = stance == "testimony"
            channels = (0.0, 0.5, 0.3, 0.0, 0.2) if rng.random() < row["guarded"] else (0.7, 0.0, 0.0, 0.3, 0.0)
            self.records.append(
                (
                    Testimony(
                        id=self.hash(14),
                        received_at=self.time(at),
                        channel=rng.choices(CHANNELS, channels)[0],
                        about=candidate.about,
                        stance=stance,
                        conduct=rng.sample(candidate.conduct, rng.choice((1, 1, 1, 2))) if stance != "dispute" else [],
                        conduct_services=[candidate.about.service] if first_hand else [],
                        met_on=[rng.choice(SERVICES)] if first_hand and rng.random() < 0.4 else [],
                        complainant_minor=rng.random() < 0.4
                        if first_hand and rng.random() < self.known["minor"]
                        else None,
                        text=self.text(candidate, group, stance) if rng.random() < self.known["text"] else None,
                        reporter=self.reporter(candidate, group, at),
                        origin=self.origin(group),
                        evidence=self.evidence(group) if first_hand else [],
                    ),
                    kind,
                )
            )

    def tail(self, alpha: float, most: int) -> int:
        return min(most, int(self.rng.paretovariate(alpha)))

    def strike(self, candidate: Candidate, style: str, number: int) -> None:
        """A campaign: part of it from a roster that strikes several accounts of the exam."""
        rng, group = self.rng, self.group("crude" if style == "drowned" else style)
        roster = rng.choice(self.rosters[style])
        if rng.random() < 0.5:
            group.roster = roster
        while len(roster) < 12:
            roster.append(self.reporter(candidate, Group(group.row, {}, [], group.made), candidate.begins))
        self.speak(candidate, group, "testimony", number)

    def ask(self, candidate: Candidate) -> str:
        """Draw the kind of attack of one account, and write everything that is received about it."""
        rng = self.rng
        kind = rng.choices(list(self.kinds), [pair[candidate.guilty] for pair in self.kinds.values()])[0]
        size = 3 + min(150, int(rng.lognormvariate(2.2, 0.9)))
        if candidate.guilty and rng.random() > self.second_hand:
            number = self.tail(self.victims, 100)
            row = "organised" if number > 3 and rng.random() < self.together else "victim"
            victims = self.group("poisoned" if kind == "poisoned" else row)
            victims.server = self.hash(10) if row == "organised" else None
            self.speak(candidate, victims, "testimony", number)
        if kind in CAMPAIGNS:
            self.strike(candidate, kind, size)
        elif kind == "lone_false":
            self.speak(candidate, self.group("liar"), "testimony", self.tail(1.6, 5))
        elif kind in ("mistaken", "bandwagon"):
            self.speak(candidate, self.group("mistaken"), "testimony", self.tail(self.callers, 15))
        elif not candidate.guilty and rng.random() < 0.25:
            self.speak(candidate, self.group(rng.choice(("liar", "mistaken"))), "testimony", 1)
        louder = rng.uniform(1.5, 5) if kind == "bandwagon" else 1.0
        against = rng.uniform(3, 12) if kind == "mass_disputes" else 1.0
        self.speak(candidate, self.group("public"), "relay", 1 + int(min(500, candidate.reach * louder)))
        share = 0.12 * rng.lognormvariate(0, 1) * against
        self.speak(candidate, self.group("public"), "dispute", int(min(250, candidate.reach * share)))
        return kind


def world(seed: int, accounts: int = FULL_SIZE) -> Wave:
    """An exam about this many accounts, half of them guilty; the same for a seed."""
    exam = Exam(seed)
    rng, width = exam.rng, exam.rng.uniform(1.5, 2.1)
    middle = log(TESTIMONIES_EACH * 0.8) - width**2 / 2
    sides = [number % 2 == 1 for number in range(accounts)]
    rng.shuffle(sides)
    candidates = [
        Candidate(
            about=AccountReference(
                rng.choice(SERVICES), f"{rng.choice(('lune', 'kilo', 'zephyr', 'nova', 'mika'))}_{number:04}"
            ),
            guilty=guilty,
            begins=rng.uniform(0, 600),
            reach=rng.lognormvariate(middle, width),
            groups=[exam.hash(10) for _ in range(rng.randint(1, 5))],
            conduct=rng.sample(CONDUCTS, rng.randint(2, 4)),
            hashtag=rng.choice(exam.hashtags),
        )
        for number, guilty in enumerate(sides)
    ]
    kinds = [exam.ask(candidate) for candidate in candidates]
    truth = [
        Truth(about=candidate.about, guilty=candidate.guilty, campaign=kind in CAMPAIGNS, attack=kind)
        for candidate, kind in zip(candidates, kinds, strict=True)
    ]
    return wave_by_time(exam.records, truth)
