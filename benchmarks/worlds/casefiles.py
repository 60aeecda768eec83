"""A world of case files: what a moderation desk sees pass, case after case, as its own log would tell it.

A case follows a story of a known type (casefiles.toml): a first report, an echo, evidence checked, a retraction, a
counter-campaign, each a stage with its people, its tempo and its publicity. The desk is part of the world. It looks at
some of the pieces and is wrong at times; it closes its cases with noisy verdicts, and these become the `upheld` and
`rejected` of the same reporters in later cases. So whoever reports often has a history that the desk itself wrote.
"""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple, get_args

from worlds._making import CARES, known_origin, mark, numbered_wave, sides_of, words_beside

from rempart.records.decision import Truth
from rempart.records.references import AccountReference, Service
from rempart.records.testimony import Evidence, Reporter, Testimony
from rempart.records.vocabulary import CHANNELS, CONDUCTS, EvidenceKind
from rempart.replay.arrivals import Kind
from rempart.replay.simulator import Wave

FILE = words_beside(__file__)
KINDS: dict[str, Kind] = {
    "harmed": "true",
    "mistaken": "mistaken",
    "grudge": "mistaken",
    "hearsay": "relay",
    "supporter": "dispute",
}
OPENED = datetime(2025, 11, 3, tzinfo=UTC)
PIECES: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
SERVICES: tuple[Service, ...] = ("tiktok", "instagram", "twitch", "youtube", "snapchat", "discord", "twitter")
SYMBOL = re.compile(r"\{(\w+)\}")
DAY = 24.0  # times are hours since OPENED

Tape = dict[str, float]  # the choice made at each symbol of the grammar, in [0, 1)


class Practice:
    """How one desk, its platform and its season work: the dials of a world."""

    def __init__(self, dice: Random) -> None:
        u = dice.uniform
        self.finds_true, self.doubts_true = u(0.68, 0.88), u(0.04, 0.12)  # of genuine pieces: found true, refuted
        self.passes_false, self.refutes_false = u(0.01, 0.06), u(0.3, 0.6)  # of the others
        self.upholds, self.rejects = u(0.4, 0.75), u(0.3, 0.6)  # right verdicts; the wrong ones are a tenth of these
        self.closes_after = u(3, 20) * DAY
        self.season = u(60, 200) * DAY
        self.publicity = u(0.5, 0.9)  # log-scale of what multiplies the sizes of a case
        self.size = u(1.1, 2.0)
        self.odds = u(0.8, 1.2)
        self.mix = {name: dice.lognormvariate(0, 0.5) for name in (story["name"] for story in FILE["stories"])}
        self.bias = {name: dice.lognormvariate(0, 0.2) for name in FILE["parts"]}
        self.logs = {name: u(0.35, 0.92) for name in ("created", "followers", "communities", "network", "device")}
        self.french = u(0.6, 0.97)
        self.slips = u(0.1, 0.5)
        self.slogans = u(0.15, 0.6)
        self.crews_again = u(0.3, 0.7)
        self.regulars = u(0.03, 0.15)
        self.shared_network = u(0.05, 0.3)
        self.lots = u(0.2, 0.8)
        self.night = u(0.4, 0.9)


@dataclass(slots=True, eq=False)
class Person:
    """A reporter as the platform knows them, and what the desk decided of their reports so far."""

    name: str
    created: float
    created_logged: bool
    followers: int | None
    communities: list[str]
    network: str
    device: str
    english: bool
    upheld: int
    rejected: int

    def record(self) -> Reporter:
        created = OPENED + timedelta(seconds=round(self.created * 3600)) if self.created_logged else None
        return Reporter(
            id=self.name, account_created_at=created, followers=self.followers, communities=self.communities,
            upheld=self.upheld, rejected=self.rejected,
        )  # fmt: skip


class Crew(NamedTuple):
    """People who strike on order, with so much care: 0 recites, 1 speaks like anybody."""

    care: float
    members: list[Person]


class Desk:
    """The registry of people and crews, and the verdicts to come."""

    def __init__(self, dice: Random, practice: Practice) -> None:
        self.dice, self.practice = dice, practice
        self.regulars: list[Person] = []
        self.crews: list[Crew] = []
        self.publics = [self.mark() for _ in range(dice.randint(30, 120))]
        self.networks = [self.mark() for _ in range(dice.randint(20, 150))]
        self.to_close: list[tuple[float, bool, list[Person]]] = []

    def mark(self) -> str:
        return mark(self.dice, 12)

    def enrol(self, part: dict[str, Any], at: float, fans_of: list[str], created: float | None = None) -> Person:
        """Somebody who reports for the first time."""
        dice, logs = self.dice, self.practice.logs
        new = created is None and dice.random() < part["new"]
        if created is None:
            created = at - DAY * (dice.lognormvariate(1.0, 1.5) if new else dice.lognormvariate(6.0, 1.1))
        circles = dice.sample(fans_of, k=min(len(fans_of), dice.randint(1, 2))) if dice.random() < part["fan"] else []
        circles += dice.sample(self.publics, k=dice.randint(0, 1 if new else 3))
        followers = int(dice.lognormvariate(2 if new else 5, 1.4))
        upheld, rejected = (int(dice.expovariate(1 / mean)) for mean in part["history"])
        shared = dice.random() < self.practice.shared_network
        return Person(
            name=self.mark(), created=created, created_logged=dice.random() < logs["created"],
            followers=followers if dice.random() < logs["followers"] else None,
            communities=sorted(set(circles)) if dice.random() < logs["communities"] else [],
            network=dice.choice(self.networks) if shared else self.mark(), device=self.mark(),
            english=dice.random() > self.practice.french, upheld=upheld, rejected=rejected,
        )  # fmt: skip

    def speaker(self, part: dict[str, Any], at: float, fans_of: list[str]) -> Person:
        """One of those who report now and then, or somebody new, who may become one of them."""
        dice = self.dice
        often = self.practice.regulars * (1.0 if part["stance"] == "testimony" else 4.0)
        if self.regulars and dice.random() < often and (person := dice.choice(self.regulars)).created < at:
            return person
        person = self.enrol(part, at, fans_of)
        if dice.random() < 0.3:
            self.regulars.append(person)
        return person

    def crew(self, care: float, size: int, at: float, fans_of: list[str]) -> Crew:
        """One that served before and takes about this care, or a new one; short of people, it enrols more."""
        dice = self.dice
        near = [crew for crew in self.crews if abs(crew.care - care) < 0.2]
        if near and dice.random() < self.practice.crews_again:
            crew = dice.choice(near)
        else:
            crew = Crew(care, [])
            self.crews.append(crew)
        lots = [at - DAY * dice.lognormvariate(2.8 + 3.2 * care, 0.7) for _ in range(1 + size // 12)]
        for _ in range(size - len(crew.members)):
            bought = dice.random() < self.practice.lots * (1.1 - 0.6 * care)
            created = dice.choice(lots) - DAY * dice.expovariate(1 / (1 + 25 * care)) if bought else None
            person = self.enrol(FILE["parts"]["crew"], at, fans_of, created)
            if crew.members and dice.random() < 0.2 * (1.1 - care):
                twin = dice.choice(crew.members)
                person.network, person.device = twin.network, twin.device
            crew.members.append(person)
        return crew

    def looks_at(self, genuine: bool) -> bool | None:
        """What is found of a piece: it proves what it is said to prove, it does not, or one cannot tell."""
        practice, luck = self.practice, self.dice.random()
        true = practice.finds_true if genuine else practice.passes_false
        refuted = practice.doubts_true if genuine else practice.refutes_false
        return True if luck < true else False if luck < true + refuted else None

    def close_until(self, now: float) -> None:
        """Verdicts on the cases that are ripe; each goes into the records of most of those who accused."""
        dice, practice = self.dice, self.practice
        ripe = [case for case in self.to_close if case[0] <= now]
        self.to_close = [case for case in self.to_close if case[0] > now]
        for _, guilty, accusers in ripe:
            upheld = practice.upholds * (1.0 if guilty else 0.1)
            rejected = practice.rejects * (0.1 if guilty else 1.0)
            luck = dice.random()
            for person in accusers:
                if luck < upheld:
                    person.upheld += dice.random() < 0.7
                elif luck < upheld + rejected:
                    person.rejected += dice.random() < 0.7


class Case:
    """One account and all that is received about it, stage after stage."""

    def __init__(self, desk: Desk, number: int, guilty: bool, opened: float) -> None:
        dice, practice = desk.dice, desk.practice
        self.desk, self.dice, self.practice, self.guilty, self.opened = desk, dice, practice, guilty, opened
        stories = [story for story in FILE["stories"] if story["guilty"] is guilty]
        weights = [story["weight"] * practice.mix[story["name"]] for story in stories]
        self.story: dict[str, Any] = dice.choices(stories, weights)[0]
        self.name = "".join(dice.choice(("ar", "bel", "cy", "dro", "eli", "fa", "gus", "ho")) for _ in range(2))
        self.about = AccountReference(dice.choice(SERVICES), f"{self.name}_{number}")
        self.care = dice.uniform(*self.story.get("care", (0.0, 1.0)))
        self.publicity = practice.size * dice.lognormvariate(0, practice.publicity)
        self.pace = dice.lognormvariate(0, 0.6)
        self.fans_of = [desk.mark() for _ in range(dice.randint(1, 4))]
        self.matters = dice.sample(CONDUCTS, k=dice.randint(1, 2))
        self.minors = dice.betavariate(1.2, 2.0)
        self.custom = {key: dice.lognormvariate(0, 0.35) for key in ("evidence", "new", "usual", "public")}
        self.tag = f"#{dice.choice(('stop', 'balance', 'metoo', 'justice', 'ecoutez'))}{self.name}"
        self.received: list[tuple[Testimony, Person]] = []
        self.kinds: list[Kind] = []  # of what was received, in the same order
        self.pieces: list[tuple[Evidence, bool]] = []

    def truth(self) -> Truth:
        attack = self.story.get("attack")
        if attack is None:
            steps = ("crude_copies", "paraphrases", "careful", "adaptive")
            attack = steps[int(self.care * 4)] if self.story.get("campaign") else "none"
        return Truth(about=self.about, guilty=self.guilty, campaign=self.story.get("campaign", False), attack=attack)

    def accusers(self) -> list[Person]:
        return [person for testimony, person in self.received if testimony.stance == "testimony"]

    def play(self) -> None:
        for stage in self.story["stages"]:
            if self.dice.random() >= stage.get("odds", 1.0) * self.practice.odds and self.received:
                continue
            if "who" in stage:
                self._come(stage)
            elif stage["act"] == "check":
                looked = self.dice.uniform(*stage["share"])
                for piece, genuine in self.pieces:
                    if self.dice.random() < looked:
                        piece.verified = self.desk.looks_at(genuine)
            elif stage["act"] == "retract":
                self._retract(self.dice.uniform(*stage["share"]))
            else:
                self._poison(self.dice.uniform(*stage["share"]))

    def _come(self, stage: dict[str, Any]) -> None:
        """The people of a stage, each at their hour; some recite a text that they share."""
        dice, part, who = self.dice, dict(FILE["parts"][stage["who"]]), stage["who"]
        for key in ("evidence", "new", "usual"):
            part[key] = min(0.95, part[key] * self.custom[key] * self.practice.bias[who])
        low, high = (math.log(bound) for bound in stage["many"])
        many = math.exp(dice.uniform(low, high))
        many = min(420, round(many * self.publicity)) if stage["many"][1] > 8 else round(many)
        start = self.opened + dice.uniform(*stage["after"]) * self.pace
        lasts = dice.uniform(*stage["lasts"]) * self.pace
        script: Tape = {}
        redrawn = 1.0  # of the choices of the script
        if who == "crew":
            people = dice.sample((crew := self.desk.crew(self.care, many, start, self.fans_of)).members, k=many)
            kind = CARES[min(int(crew.care * 4), 3)]
            redrawn, lasts = min(1.0, 0.05 + 1.1 * crew.care), lasts * (0.3 + crew.care)
        else:
            kind = KINDS[who]
            people = [self.desk.speaker(part, start, self.fans_of) for _ in range(many)]
            if stage.get("chorus") or (self.story.get("together") and who == "harmed"):
                redrawn = dice.uniform(0.3, 0.8)
        wave = dice.uniform(0.6, 1.6)  # below 1 most come early
        for person in dict.fromkeys(people):
            at = start + lasts * dice.betavariate(wave, 1.8)
            tape = {symbol: choice for symbol, choice in script.items() if dice.random() > redrawn}
            self._log(person, at, part, tape, kind=kind)
            script = script or tape

    def _log(
        self, person: Person, at: float, part: dict[str, Any], tape: Tape, *, kind: Kind, symbol: str | None = None
    ) -> None:
        """One line of the log: `tape` is filled with the choices that were still open."""
        dice, practice = self.dice, self.practice
        if at % 24 < 6 and dice.random() < practice.night:
            at += dice.uniform(6, 9)
        public, *private = part["channels"]
        channel = dice.choices(CHANNELS, [public * self.custom["public"], *private])[0]
        tells = part["stance"] != "dispute" and dice.random() < (0.85 if part["stance"] == "testimony" else 0.4)
        matters = [matter if dice.random() < part["usual"] else dice.choice(CONDUCTS) for matter in self.matters]
        pieces = []
        if symbol is None and dice.random() < part["evidence"]:
            for _ in range(dice.choice((1, 1, 1, 1, 2))):
                pieces.append(Evidence(kind=dice.choices(PIECES, (58, 13, 6, 8, 7, 8))[0]))
                self.pieces.append((pieces[-1], dice.random() < part["proves"]))
        network = person.network if dice.random() < practice.logs["network"] else None
        device = person.device if dice.random() < practice.logs["device"] else None
        text = self._text(symbol or part["stance"], person.english, tape, blind=channel == "sealed")
        testimony = Testimony(
            id="", received_at=OPENED + timedelta(seconds=round(at * 3600)), channel=channel, about=self.about,
            stance=part["stance"], conduct=list(dict.fromkeys(matters[: dice.randint(1, 2)])) if tells else [],
            conduct_services=[dice.choice((self.about.service, *SERVICES))] if tells and dice.random() < 0.5 else [],
            met_on=[dice.choice((self.about.service, *SERVICES))] if tells and dice.random() < 0.3 else [],
            complainant_minor=dice.random() < self.minors if tells and dice.random() < 0.45 else None,
            text=None if dice.random() < (0.35 if channel == "user_report" else 0.02) else text,
            reporter=person.record(), origin=known_origin(network, device),
            evidence=pieces,
        )  # fmt: skip
        self.received.append((testimony, person))
        self.kinds.append(kind)

    def _retract(self, share: float) -> None:
        """Some take back what they said: they were wrong, or they are afraid."""
        for testimony, person in list(self.received):
            if testimony.stance == "testimony" and self.dice.random() < share:
                said = (testimony.received_at - OPENED).total_seconds() / 3600
                at, part = said + self.dice.expovariate(1 / 60), FILE["parts"]["supporter"]
                self._log(person, at, part, {}, kind="dispute", symbol="retraction")

    def _poison(self, share: float) -> None:
        """The counter-campaign got earlier reports of some accusers rejected."""
        for testimony, person in self.received:
            if testimony.stance == "testimony" and self.dice.random() < share:
                person.rejected += self.dice.randint(1, 3)
                testimony.reporter.rejected = person.rejected

    def _text(self, symbol: str, english: bool, tape: Tape, *, blind: bool) -> str:
        dice, grammar = self.dice, FILE["grammar"]["en" if english else "fr"]

        def spoken(symbol: str) -> str:
            phrases: list[str] = grammar[symbol]
            chosen = phrases[int(tape.setdefault(symbol, dice.random()) * len(phrases))]
            return SYMBOL.sub(lambda found: spoken(found[1]), chosen)

        text = spoken(symbol)
        if not blind and dice.random() < self.practice.slogans:
            text = f"{text} {spoken('slogan')} {self.tag}" if dice.random() < 0.5 else f"{self.tag} {text}"
        for _ in range(dice.choice((1, 1, 2, 3)) if dice.random() < self.practice.slips else 0):
            at = dice.randrange(len(text))
            text = text[:at] + dice.choice(("", text[at] * 2, text[at : at + 2][::-1])) + text[at + 1 :]
        return text.lower() if dice.random() < 0.35 else text


def world(seed: int, accounts: int) -> Wave:
    """One world about `accounts` accounts, half of them guilty; the same for a seed."""
    dice = Random(f"casefiles {seed}")
    practice = Practice(dice)
    desk = Desk(dice, practice)
    sides = sides_of(dice, accounts)
    openings = sorted(dice.uniform(0, practice.season) for _ in sides)
    told: list[tuple[Testimony, Kind]] = []
    truths: list[Truth] = []
    for number, (guilty, opened) in enumerate(zip(sides, openings, strict=True)):
        desk.close_until(opened)
        case = Case(desk, number, guilty, opened)
        case.play()
        desk.to_close.append((opened + practice.closes_after * dice.lognormvariate(0, 0.5), guilty, case.accusers()))
        told += [(testimony, kind) for (testimony, _), kind in zip(case.received, case.kinds, strict=True)]
        truths.append(case.truth())
    return numbered_wave(told, truths, f"d{seed}")
