"""A world of lives: reporters exist before and after what they report, and are met again under other accounts.

Persons have a temper (straight, rash, quarrelsome, hired), a town, telephones, communities, and accounts opened over
years. Each account drags its past: earlier reports, true or not as the temper goes, ruled upheld or rejected by a
moderator who is hurried and sometimes wrong. Cases then draw persons out of that crowd: those who were wronged, those
who are mistaken, a quarrel, an echo. Some open an account for the occasion, keep it, and use it again elsewhere. A crew
is a group with a shared past: accounts opened the same weeks, common targets, burnt accounts replaced by new or bought
ones. Everything is told in the order of time, and what is ruled during the season weighs on the next reports.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple, get_args

from worlds._making import known_origin, mark, wave_by_time, words_beside

from rempart.records import AccountReference, Evidence, Reporter, Testimony, Truth
from rempart.records.references import Service
from rempart.records.vocabulary import CHANNELS, CONDUCTS, Conduct, EvidenceKind
from rempart.replay import Wave
from rempart.replay.arrivals import Kind

_WORDS = words_beside(__file__)
_DAWN = datetime(2024, 3, 1, tzinfo=UTC)
_KINDS = get_args(EvidenceKind)
_SERVICES: tuple[Service, ...] = ("tiktok", "snapchat", "instagram", "twitch", "discord", "yubo", "twitter")
_STEMS = ("aster", "brume", "ciel", "delta", "ecume", "foudre", "givre", "houle", "iris", "jade", "kohl", "lune")
_CLAUSES = ("hello", "then", "since", "bye")
# How often the reports of a temper are true, before anybody rules on them.
_TRUTHFUL = {"straight": 0.9, "rash": 0.5, "quarrelsome": 0.3, "hired": 0.15}


# The clauses of a text: which kind, and the number that picks its head, its tail and its figures.
Sheet = list[tuple[str, int]]


class Moderator(NamedTuple):
    """Who ruled on earlier reports: how many, how well the true and the false are told apart, how often the reverse."""

    rules: float
    sees: float
    strict: float
    errs: float

    def ruling(self, dice: Random, true: bool) -> str:
        """`upheld`, `rejected`, or `` when nobody ruled or it stayed unproved."""
        if dice.random() > self.rules:
            return ""
        right, wrong = ("upheld", "rejected") if true else ("rejected", "upheld")
        roll = dice.random()
        return right if roll < (self.sees if true else self.strict) else wrong if roll > 1 - self.errs else ""


@dataclass(slots=True)
class Account:
    """An account of a person, with what was ruled and what is still to be."""

    name: str
    opened: float
    followers: int
    upheld: int = 0
    rejected: int = 0
    pending: list[tuple[float, str]] = field(default_factory=list)

    def settle(self, now: float) -> None:
        """Count the rulings given by now."""
        due = [verdict for at, verdict in self.pending if at <= now]
        self.pending = [(at, verdict) for at, verdict in self.pending if at > now]
        self.upheld += due.count("upheld")
        self.rejected += due.count("rejected")


@dataclass(slots=True)
class Person:
    """A life: `hides` are the fields that nobody knows of them, `habit` what their sentences have in common."""

    temper: str
    network: str
    device: str
    scenes: list[str]
    habit: int
    language: str
    hides: frozenset[str]
    accounts: list[Account]


class Manner(NamedTuple):
    """How a kind of speech is made: weights of tempers and of channels, then chances."""

    tempers: tuple[float, float, float, float]
    channels: tuple[float, ...]
    proof: float
    holds: float
    fresh: float
    again: float
    near: float


class Crew(NamedTuple):
    """A group with a past, and how careful it became."""

    people: list[Person]
    care: float
    attack: str


class Case(NamedTuple):
    """An account spoken about: its surroundings, its loudness, and how luck bends proof, records and new accounts."""

    about: AccountReference
    guilty: bool
    start: float
    loud: float
    conducts: list[Conduct]
    scenes: list[str]
    town: str
    tags: list[str]
    luck: dict[str, float]


PARTS: dict[str, Kind] = {
    "wronged": "true",
    "mistaken": "mistaken",
    "quarrel": "mistaken",
    "joiner": "mistaken",
    "relay": "relay",
    "dispute": "dispute",
}
CARES: dict[str, Kind] = {
    "crude_copy": "crude",
    "paraphrase": "moderate",
    "careful": "careful",
    "adaptive": "adaptive",
}


class Turn(NamedTuple):
    """Somebody's turn to speak; `sheet` is the text that they were handed, if any, `loose` how freely they use it."""

    at: float
    case: Case
    manner: str
    who: Callable[[], Person]
    sheet: Sheet | None = None
    loose: float = 1.0
    poisoned: int = 0
    sent: Kind | None = None  # the care of the crew that sends them


def world(seed: int, accounts: int) -> Wave:
    """A season of cases about this many accounts, half of them guilty, told in order; the same for a seed."""
    return _Season(Random(seed), accounts).told()


class _Season:
    def __init__(self, dice: Random, accounts: int) -> None:
        self.dice, wide = dice, dice.uniform
        self.moderator = Moderator(wide(0.3, 0.8), wide(0.5, 0.85), wide(0.3, 0.7), wide(0.04, 0.15))
        fields = ("age", "followers", "scenes", "network", "device", "conduct", "services", "met", "minor")
        self.hidden = {name: wide(0.05, 0.55) for name in fields}
        self.silent, self.english, self.past = wide(0.02, 0.15), wide(0.03, 0.3), wide(0.5, 1.6)
        self.looked, self.passes, self.delay = wide(0.35, 0.75), wide(0.01, 0.06), wide(24, 24 * 8)
        self.pace, self.quiet, self.luck = wide(4, 30), wide(0.3, 0.45), wide(0.4, 0.8)
        self.wronged, self.crowd, self.fans = wide(5, 12), wide(22, 60), wide(7, 25)
        self.hit, self.hit_guilty, self.shielded, self.evening = wide(0.35, 0.55), wide(0.05, 0.2), wide(0.1, 0.3), 0.15
        self.band = wide(4, 12)
        self.scenes = [self.token() for _ in range(40 + accounts // 4)]
        self.towns = [self.token() for _ in range(50 + accounts // 3)]
        self.known: dict[str, list[Person]] = defaultdict(list)
        self.manners = self.draw_manners()
        self.turns: list[Turn] = []
        self.crews = [self.crew() for _ in range(max(3, accounts // 14))]
        self.sides = [index % 2 == 1 for index in range(accounts)]
        dice.shuffle(self.sides)

    def draw_manners(self) -> dict[str, Manner]:
        """The same tempers are on both sides, in other proportions; the rest is drawn for the season."""
        wide = self.dice.uniform
        proof, holds, new, near = wide(0.18, 0.45), wide(0.85, 0.97), wide(0.1, 0.45), wide(0.3, 0.7)
        calm, loud = (47, 18, 13, 19, 3), (68, 8, 4, 19, 1)
        return {
            "wronged": Manner((70, 18, 10, 2), calm, proof, holds, new, 0.05, near),
            "mistaken": Manner((45, 40, 13, 2), calm, proof * wide(0.4, 1), 0, new * 0.9, 0.06, near * 0.8),
            "quarrel": Manner((15, 25, 57, 3), loud, proof * wide(0.4, 1.3), 0, new * 1.3, 0.08, near * 0.8),
            "joiner": Manner((25, 50, 20, 5), loud, proof * wide(0.1, 0.5), 0, new, 0.12, near * 0.8),
            "crew": Manner((5, 15, 20, 60), loud, proof * wide(0.2, 0.9), 0, new, 0, near * 0.7),
            "relay": Manner((45, 35, 17, 3), (93, 1, 1, 4, 1), 0.02, 0.5, new * 0.2, wide(0.1, 0.35), near * 0.6),
            "dispute": Manner((40, 35, 20, 5), (90, 4, 1, 4, 1), 0.02, 0.5, new * 0.3, wide(0.1, 0.35), near * 1.3),
        }

    def token(self) -> str:
        return mark(self.dice, 11)

    def heavy(self, median: float, sigma: float, most: int) -> int:
        return min(most, int(median * self.dice.lognormvariate(0, sigma)))

    # --- lives ------------------------------------------------------------------------------------------------------

    def account(self, temper: str, opened: float, now: float, reports: float) -> Account:
        """An account opened then, and what was ruled of the reports made from it so far."""
        dice = self.dice
        years = max(0.0, now - opened) / 8760
        made = int(dice.expovariate(1) * reports * self.past * min(2.0, years))
        account = Account(self.token(), opened, int(dice.lognormvariate(3 + min(1.5, years), 1.5)))
        for _ in range(min(made, 12)):
            verdict = self.moderator.ruling(dice, dice.random() < _TRUTHFUL[temper])
            account.upheld += verdict == "upheld"
            account.rejected += verdict == "rejected"
        return account

    def birth(self, temper: str, scenes: list[str], town: str, now: float) -> Person:
        dice = self.dice
        scenes = scenes + [self.scenes[int(dice.random() ** 2 * len(self.scenes))] for _ in range(dice.randint(0, 4))]
        dice.shuffle(scenes)
        first = now - 24 * dice.lognormvariate(6.3, 0.9)
        return Person(
            temper,
            town if dice.random() < 0.35 else self.token(),
            self.token(),
            list(dict.fromkeys(scenes)),
            dice.getrandbits(40),
            "en" if dice.random() < self.english else "fr",
            frozenset(name for name, chance in self.hidden.items() if dice.random() < chance),
            [self.account(temper, first, now, dice.lognormvariate(-0.2, 0.8))],
        )

    def meet(self, case: Case, manner: Manner, at: float) -> Person:
        """A person of that manner around the account: met before, or not yet."""
        dice = self.dice
        scene = dice.choice(case.scenes)
        if self.known[scene] and dice.random() < manner.again:
            return dice.choice(self.known[scene])
        temper = dice.choices(tuple(_TRUTHFUL), manner.tempers)[0]
        near = [mine for mine in case.scenes if dice.random() < manner.near]
        town = case.town if dice.random() < 0.12 else dice.choice(self.towns)
        person = self.birth(temper, near, town, at)
        self.known[scene].append(person)
        return person

    def crew(self) -> Crew:
        """People who struck together before: hired, or fans of the same scene."""
        dice, care = self.dice, self.dice.random()
        scene, towns = dice.choice(self.scenes), [self.token() for _ in range(2 + int(care * 25))]
        lots = [dice.uniform(-8760 * 2, -300) for _ in range(1 + int(care * 8))]
        phones = [self.token() for _ in range(3 + int(care * 40))]
        people = []
        for _ in range(6 + self.heavy(self.band * 2, 0.8, 200)):
            temper = dice.choices(tuple(_TRUTHFUL), self.manners["crew"].tempers)[0]
            shares = [scene] if dice.random() < 0.85 - care * 0.5 else []
            person = self.birth(temper, shares, dice.choice(self.towns), 0.0)
            if dice.random() < 0.8 - care * 0.65:
                person.network = dice.choice(towns)
            if dice.random() < 0.5 - care * 0.45:
                person.device = dice.choice(phones)
            if dice.random() < 0.85 - care * 0.6:
                person.accounts = [self.account(temper, dice.choice(lots) + dice.uniform(0, 60), 0.0, 1.2)]
            people.append(person)
        attack = ("crude_copy", "paraphrase", "careful")[int(care * 2.999)]
        return Crew(people, care, "adaptive" if care > 0.5 and dice.random() < 0.4 else attack)

    def uses(self, person: Person, turn: Turn) -> Account:
        """The account that they speak from: one they have, or one opened (by crews also bought) for the occasion."""
        dice, fresh = self.dice, self.manners[turn.manner].fresh * turn.case.luck["fresh"]
        ready = [account for account in person.accounts if account.opened < turn.at]
        hired = turn.manner == "crew"
        burnt = hired and turn.loose > 0.4 and bool(ready) and ready[-1].rejected > 1
        if ready and not burnt and dice.random() > fresh:
            return dice.choice(ready) if dice.random() < 0.3 else ready[-1]
        if hired and dice.random() < turn.loose * 0.7:
            account = self.account("straight", turn.at - 24 * dice.lognormvariate(6.3, 0.9), turn.at, 0.5)
        else:
            account = self.account(person.temper, turn.at - dice.expovariate(1 / 60) - 0.2, turn.at, 0.0)
        person.accounts.append(account)
        return account

    # --- cases ------------------------------------------------------------------------------------------------------

    def told(self) -> Wave:
        truth = [self.open(index, guilty) for index, guilty in enumerate(self.sides)]
        turns = sorted(self.turns, key=lambda turn: turn.at)
        out = [(self.speak(turn), turn.sent or PARTS[turn.manner]) for turn in turns]
        return wave_by_time(out, truth)

    def open(self, index: int, guilty: bool) -> Truth:
        """Everything that will be said of one account."""
        dice = self.dice
        name = f"{dice.choice(_STEMS)}.{dice.choice(_STEMS)}"
        tags = [tag.format(who=name.replace(".", "")) for tag in dice.sample(_WORDS["any"]["tags"], 3)]
        case = Case(
            AccountReference(dice.choice(_SERVICES), f"{name}{index}"),
            guilty,
            dice.uniform(0, 24 * 60),
            0.0 if dice.random() < self.quiet else dice.lognormvariate(0, 1.0),
            dice.choices(CONDUCTS, k=dice.choice((1, 2, 3))),
            dice.sample(self.scenes, dice.randint(1, 3)),
            dice.choice(self.towns),
            tags,
            {name: dice.lognormvariate(0, self.luck) for name in ("proof", "fresh")},
        )
        before = len(self.turns)
        attack, campaign, poison, defended = "none", False, 0, 1.0
        if dice.random() < (self.hit_guilty if guilty else self.hit):
            crew = self.crews[int(dice.random() ** 1.5 * len(self.crews))]
            attack, campaign = crew.attack, True
            self.strike(case, crew, crew.care, self.sheet(case, "crew"), CARES[crew.attack])
        elif guilty and dice.random() < self.shielded:
            attack = dice.choice(("mass_dispute", "poisoned_record", "drowning"))
            poison, defended = int(attack == "poisoned_record"), 6.0 if attack == "mass_dispute" else 1.0
        if guilty:
            self.harmed(case, poison, drowned=attack == "drowning")
        else:
            attack = self.wrongly(case, attack)
        self.echo(case, defended, needed=len(self.turns) == before)
        return Truth(about=case.about, guilty=guilty, campaign=campaign or attack == "drowning", attack=attack)

    def turn(self, at: float, case: Case, manner: str, **more: Any) -> None:
        def anybody() -> Person:
            return self.meet(case, self.manners[manner], at)

        self.turns.append(Turn(at, case, manner, more.pop("who", anybody), **more))

    def follow(self, number: int, start: float, pace: float) -> list[float]:
        """Each one who speaks gives courage to others: the gaps shrink, then the wave dies down."""
        at, times = start, []
        for place in range(number):
            times.append(at)
            at += self.dice.expovariate(1) * pace * (0.2 + abs(place - number * 0.4) / (number + 1))
        return times

    def harmed(self, case: Case, poison: int, *, drowned: bool) -> None:
        """Those who were wronged, one after the other, or together on an evening that somebody organised openly."""
        dice = self.dice
        number = 1 + self.heavy(self.wronged * (0.4 + case.loud), 1.0, 110)
        evening = number > 3 and dice.random() < self.evening
        sheet = self.sheet(case, "wronged") if evening or drowned else None
        start = case.start + dice.expovariate(1 / 12)
        for at in self.follow(number, start, 0.3 if evening else self.pace * dice.lognormvariate(0, 0.5)):
            spoilt = dice.randint(0, 4) if poison else 0
            self.turn(at, case, "wronged", sheet=sheet if evening else None, loose=0.5, poisoned=spoilt)
        if drowned:
            self.strike(case, dice.choice(self.crews), dice.uniform(0, 0.4), sheet, "crude")
        for _ in range(int(dice.expovariate(1) * 0.8)):
            self.turn(start + dice.expovariate(1 / 60), case, "mistaken")

    def wrongly(self, case: Case, attack: str) -> str:
        """Sincere mistakes, and now and then a quarrel: one life, its accounts and its friends."""
        dice = self.dice
        number = self.heavy(0.8 + case.loud * 0.8, 0.9, 16)
        for at in self.follow(number, case.start + dice.expovariate(1 / 20), self.pace):
            self.turn(at, case, "mistaken")
        if dice.random() > 0.35:
            return attack
        friends = [self.birth("quarrelsome", case.scenes[:1], case.town, case.start) for _ in range(dice.randint(1, 3))]
        for at in self.follow(dice.randint(1, 6), case.start + dice.expovariate(1 / 15), self.pace):
            self.turn(at, case, "quarrel", who=lambda: dice.choice(friends))
        return "grudge" if attack == "none" else attack

    def strike(self, case: Case, crew: Crew, care: float, sheet: Sheet | None, sent: Kind) -> None:
        """A crew is sent, at once or over days; the more care, the fewer of its people are met a second time."""
        dice = self.dice
        chosen = dice.sample(crew.people, min(len(crew.people), 2 + self.heavy(self.band, 0.9, 160)))
        start = case.start + dice.expovariate(1 / 30)
        times = self.follow(len(chosen), start, self.pace * dice.uniform(0.5, 2))
        if care < 0.6:
            times = [start + dice.expovariate(1) * (1 + 40 * care) for _ in chosen]
        for at, person in zip(times, chosen, strict=True):
            if dice.random() < care * (0.9 if crew.attack == "adaptive" else 0.5):
                self.turn(at, case, "crew", sheet=sheet, loose=care, sent=sent)
            else:
                self.turn(at, case, "crew", who=lambda person=person: person, sheet=sheet, loose=care, sent=sent)

    def echo(self, case: Case, defended: float, *, needed: bool) -> None:
        """Those who pass it on, those who defend, and a few who say that it happened to them because they read it."""
        relays = self.heavy(self.crowd * case.loud, 0.7, 600)
        counts = {
            "relay": max(relays, int(needed)),
            "dispute": self.heavy((self.fans * case.loud + (defended > 1) * 3) * defended, 0.7, 350),
            "joiner": int(relays * self.dice.random() ** 3 * 0.08),
        }
        for manner, number in counts.items():
            for at in self.follow(number, case.start + self.dice.expovariate(1 / 20), self.pace * 25 / (number + 10)):
                self.turn(at, case, manner)

    # --- speech -----------------------------------------------------------------------------------------------------

    def sheet(self, case: Case, manner: str, habit: int | None = None) -> Sheet:
        """What a text will say; where a habit is given it weighs on the picks."""
        dice = self.dice
        special = {"relay": "rumour", "dispute": "defend"}.get(manner)
        kinds: list[str] = [special] if special else [dice.choice(case.conducts)]
        if not special and dice.random() < 0.15:
            kinds = [dice.choice(CONDUCTS)]
        kinds += [kind for kind in _CLAUSES if dice.random() < (0.2 if special else 0.65)]
        dice.shuffle(kinds)
        picks = [dice.getrandbits(30) for _ in kinds]
        if habit is not None:
            picks = [habit & 0x3FFFFFFF if dice.random() < 0.15 else pick for pick in picks]
        return list(zip(kinds, picks, strict=True))

    def text(self, sheet: Sheet, person: Person, case: Case) -> str:
        pool, common, habit, dice = _WORDS[person.language], _WORDS["any"], person.habit, self.dice
        clauses = []
        for kind, pick in sheet:
            if kind in pool["deed"]:
                clause = pool["deed"][kind][pick % len(pool["deed"][kind])]
            else:
                heads, tails = pool[kind]["heads"], pool[kind]["tails"]
                clause = f"{heads[pick % len(heads)]} {tails[(pick >> 8) % len(tails)]}"
            who = case.about.handle.partition(".")[0]
            clauses.append(clause.format(n=2 + (pick >> 14) % 16, app=common["app"][(pick >> 18) % 7], who=who))
        if habit & 3 == 0:
            clauses.insert(dice.randrange(len(clauses) + 1), common["tics"][(habit >> 2) % 14])
        text = (". ", ", ", " et ", " ", "\n", "... ")[(habit >> 6) % 6].join(clauses)
        if habit >> 9 & 1:
            text = text.lower()
        if habit >> 10 & 3 == 0:
            text = text.replace("j'", "j").replace("qu", "k").replace("c'", "c")
        if habit >> 12 & 3 == 0 and len(text) > 10:
            slip = dice.randrange(1, len(text) - 1)
            text = text[:slip] + text[slip + 1 :]
        return " ".join([text, *(tag for tag in case.tags if dice.random() < 0.4)])

    def speak(self, turn: Turn) -> Testimony:
        dice, case, manner = self.dice, turn.case, self.manners[turn.manner]
        person = turn.who()
        account = self.uses(person, turn)
        account.settle(turn.at)
        account.rejected += turn.poisoned
        sheet = self.sheet(case, turn.manner, person.habit)
        if turn.sheet is not None and dice.random() > turn.loose**3:
            sheet = [
                (kind, pick if dice.random() > turn.loose else dice.getrandbits(30))
                for kind, pick in turn.sheet
                if kind in CONDUCTS or dice.random() > turn.loose * 0.4
            ]
        stance: Any = turn.manner if turn.manner in ("relay", "dispute") else "testimony"
        if stance == "testimony":
            verdict = self.moderator.ruling(dice, case.guilty and turn.manner == "wronged")
            account.pending.append((turn.at + self.delay * dice.lognormvariate(0, 0.7), verdict))
        hides, told = person.hides, [kind for kind, _ in sheet if kind in CONDUCTS] or [dice.choice(case.conducts)]
        origin = known_origin(
            network=None if "network" in hides else person.network, device=None if "device" in hides else person.device
        )
        return Testimony(
            id=self.token(),
            received_at=_moment(turn.at),
            channel=dice.choices(CHANNELS, manner.channels)[0],
            about=case.about,
            stance=stance,
            conduct=[] if "conduct" in hides else told,
            conduct_services=[] if "services" in hides else [case.about.service],
            met_on=[] if "met" in hides else [dice.choice((case.about.service, *_SERVICES))],
            complainant_minor=None if "minor" in hides else dice.random() < 0.5,
            text=None if dice.random() < self.silent else self.text(sheet, person, case),
            reporter=Reporter(
                id=account.name,
                account_created_at=None if "age" in hides else _moment(account.opened),
                followers=None if "followers" in hides else account.followers,
                upheld=account.upheld,
                rejected=account.rejected,
                communities=[] if "scenes" in hides else person.scenes,
            ),
            origin=origin,
            evidence=self.proof(case, manner),
        )

    def proof(self, case: Case, manner: Manner) -> list[Evidence]:
        """What they join, and what came of it where somebody looked."""
        dice, joined = self.dice, list[Evidence]()
        while len(joined) < 3 and dice.random() < manner.proof * case.luck["proof"] / (1 + 2 * len(joined)):
            holds = dice.random() < (manner.holds if case.guilty and manner.holds else self.passes)
            kind = dice.choices(_KINDS, (58, 15, 2, 8, 6, 11))[0]
            joined.append(Evidence(kind=kind, verified=holds if dice.random() < self.looked else None))
        return joined


def _moment(hours: float) -> datetime:
    return _DAWN + timedelta(seconds=int(hours * 3600))
