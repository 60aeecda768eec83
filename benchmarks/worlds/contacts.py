"""A world of contacts: who knows whom decides who is harmed next, who dares to speak, who repeats it, who joins a crew.

People live in circles (fan groups, schools, servers) and have friends there. A story walks along friendships: somebody
speaks, a friend hears of it and speaks in turn, borrowing a few of the words heard. Harm, honest mistakes, rumours and
crews all spread by the same walk; they differ by where it starts, how fast it goes and what the walkers carry, and
each of these is a matter of degree. Crews are enlisted among the friends of a ringleader or bought from a herder, and
serve again against others.
"""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple, get_args

from worlds._making import known_origin, mark, numbered_wave, sides_of, words_beside

from rempart.records.decision import Truth
from rempart.records.references import AccountReference, Service
from rempart.records.testimony import Evidence, Origin, Reporter, Testimony
from rempart.records.vocabulary import CHANNELS, CONDUCTS, Channel, Conduct, EvidenceKind, TestimonyStance
from rempart.replay.arrivals import Kind
from rempart.replay.simulator import Wave

PHRASES = words_beside(__file__)
START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0
SERVICES: tuple[Service, ...] = ("tiktok", "snapchat", "instagram", "discord", "twitch", "twitter", "youtube")
KINDS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
CRUDE, REWORDED, CAREFUL, ADAPTIVE = "crude_copies", "paraphrases", "careful", "adaptive"
CARES: dict[str, Kind] = {CRUDE: "crude", REWORDED: "moderate", CAREFUL: "careful", ADAPTIVE: "adaptive"}
STANCES: dict[Kind, TestimonyStance] = {"relay": "relay", "dispute": "dispute"}


class Role(NamedTuple):
    """How the people who play one part in a story tend to behave; the ranges of the parts overlap."""

    channels: list[float]  # weights, in the order of CHANNELS
    evidence: float  # chance of joining a piece
    genuine: float  # chance that a piece somebody looked at was found true
    alias: float  # chance of speaking from a new account
    sure: float  # chance of naming the conduct that the story is about rather than any other
    upheld: float  # mean of earlier reports found true
    rejected: float  # mean of earlier reports found unfounded
    borrows: float = 1.0  # how much of what was heard goes into their words
    lag: float = 1.0  # how long they take to speak


class Climate:
    """The dials of one world, drawn once from wide ranges."""

    def __init__(self, dice: Random) -> None:
        u = dice.uniform
        self.french = u(0.6, 0.97)
        self.shows_age, self.shows_followers, self.shows_circles = u(0.5, 0.95), u(0.4, 0.95), u(0.35, 0.9)
        self.shows_network, self.shows_device = u(0.25, 0.8), u(0.2, 0.75)
        self.quiet = u(0.3, 0.5)
        self.spread = u(1.0, 1.4)
        self.harmed, self.mistaken, self.crew = u(10, 18), u(2.5, 5), u(20, 40)
        self.fame = u(1.6, 3.6)
        self.tempo = u(3, 20) * HOUR  # from hearing a friend to speaking
        self.drift = u(0.1, 0.4)  # how often a story jumps outside friendships
        self.echo = u(0.25, 0.6)
        self.slogans = u(0.2, 0.6)
        self.contagion = u(0.3, 0.55)  # honest mistakes that friends take over
        self.campaigns = u(0.36, 0.5)  # of innocent accounts
        self.struck = u(0.1, 0.2)  # of guilty ones
        self.protected = u(0.25, 0.45)
        self.reuse = u(0.3, 0.7)
        self.bought = u(0.3, 0.7)
        self.shared_devices = u(0.02, 0.25)
        self.typos = u(0.1, 0.5)
        self.looks = u(0.45, 0.7)
        self.night = u(0.4, 0.9)
        true, false = u(0.7, 0.88), u(0.03, 0.07)
        self.victim = Role(
            channels=[u(35, 55), u(10, 25), u(8, 24), u(15, 30), u(1, 6)], evidence=u(0.34, 0.54), genuine=true,
            alias=u(0.2, 0.4), sure=0.8, upheld=0.4, rejected=0.06, borrows=u(0.6, 1.0), lag=u(0.8, 1.8),
        )  # fmt: skip
        self.mistaken_role = Role(
            channels=[u(35, 60), u(8, 25), u(3, 14), u(15, 35), u(0, 3)], evidence=u(0.12, 0.28), genuine=false,
            alias=u(0.12, 0.32), sure=0.4, upheld=0.12, rejected=0.3, borrows=u(0.9, 1.6), lag=u(0.4, 1.1),
        )  # fmt: skip
        self.crew_role = Role(
            channels=[u(40, 65), u(8, 25), u(3, 14), u(15, 35), u(0, 2)], evidence=u(0.1, 0.32), genuine=false,
            alias=u(0.2, 0.5), sure=0.75, upheld=0.07, rejected=0.45,
        )  # fmt: skip
        self.talker = Role(
            channels=[u(75, 90), 2, 1, u(8, 18), 1], evidence=u(0.02, 0.06), genuine=0.3,
            alias=u(0.05, 0.15), sure=0.4, upheld=0.12, rejected=0.15,
        )  # fmt: skip


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with an account, friends and habits."""

    pseudonym: str
    born: float
    followers: int
    circles: list[str]
    network: str
    device: str
    english: bool
    age_shown: bool
    followers_shown: bool
    friends: list["Person"] = field(default_factory=list)
    upheld: int | None = None  # until their first report
    rejected: int = 0


class Town:
    """People in circles of very unequal sizes; most friendships are inside a circle."""

    def __init__(self, dice: Random, climate: Climate, size: int) -> None:
        self.dice, self.climate = dice, climate
        self.circles: list[list[Person]] = []
        self.people: list[Person] = []
        while len(self.people) < size:
            self._add_circle(min(400, int(25 * dice.paretovariate(0.9))))

    def _add_circle(self, size: int) -> None:
        dice = self.dice
        name, networks = self.mark(), [self.mark() for _ in range(1 + size // 30)]
        members = [self.person([name], dice.choice(networks) if dice.random() < 0.2 else None) for _ in range(size)]
        for place, one in enumerate(members):
            for _ in range(dice.randint(1, 4)):
                near = members[(place + int(dice.gauss(0, 12))) % size]
                other = dice.choice(self.people) if self.people and dice.random() < self.climate.drift / 2 else near
                if other is not one:
                    one.friends.append(other)
                    other.friends.append(one)
        for one in members:
            if self.circles and dice.random() < 0.6:
                one.circles += [guest.circles[0] for guest in dice.choices(self.people, k=dice.randint(1, 3))]
        self.people += members
        self.circles.append(members)

    def mark(self) -> str:
        return mark(self.dice, 12)

    def person(self, circles: list[str], network: str | None = None, born: float | None = None) -> Person:
        dice, climate = self.dice, self.climate
        born = -DAY * dice.lognormvariate(6.2, 1.1) if born is None else born
        return Person(
            self.mark(),
            born,
            int(dice.lognormvariate(4.6, 1.4)),
            circles,
            network or self.mark(),
            self.mark(),
            dice.random() > climate.french,
            dice.random() < climate.shows_age,
            dice.random() < climate.shows_followers,
        )

    def alias(self, person: Person, now: float) -> Person:
        """The new account from which `person` would rather speak; it shows little of the old one."""
        dice = self.dice
        other = self.person(
            person.circles[: dice.randint(0, 1)], person.network, now - DAY * dice.lognormvariate(0.3, 1.6)
        )
        other.followers = int(dice.lognormvariate(1.5, 1.2))
        other.device, other.english = person.device, person.english
        return other

    def walk(self, start: Person, size: int, leap: float) -> list[tuple[Person, int]]:
        """Up to `size` people reached from `start` along friendships, each with the place of whom they had it from."""
        dice = self.dice
        reached, seen = [(start, 0)], {start.pseudonym}
        for _ in range(6 * size):
            if len(reached) >= size:
                break
            teller = dice.randrange(len(reached))
            person = reached[teller][0]
            hearer = (
                dice.choice(person.friends) if person.friends and dice.random() > leap else dice.choice(self.people)
            )
            if hearer.pseudonym not in seen:
                seen.add(hearer.pseudonym)
                reached.append((hearer, teller))
        return reached

    def hub(self) -> Person:
        """Somebody whom many know: a friend of a friend of anybody."""
        person = self.dice.choice(self.people)
        for _ in range(2):
            person = self.dice.choice(person.friends or self.people)
        return person


class Crew(NamedTuple):
    """People who strike together, how much care they take (0 copies, 1 own words), and what they recite."""

    kind: str
    members: list[Person]
    care: float


Telling = dict[str, str]  # what is said, by slot


class Speech:
    """Puts tellings together from phrases; a heard phrase may take the place of one's own."""

    def __init__(self, dice: Random, climate: Climate) -> None:
        self.dice, self.climate = dice, climate

    def telling(self, stance: TestimonyStance, english: bool) -> Telling:
        tongue = PHRASES["en" if english else "fr"]
        slots = list(tongue[stance])
        kept = [slot for slot in slots if self.dice.random() < (0.62 if len(slots) > 3 else 0.75)] or slots[1:3]
        return {slot: self.phrase(tongue, stance, slot) for slot in kept}

    def phrase(self, tongue: dict[str, Any], stance: str, slot: str) -> str:
        dice = self.dice
        return str(dice.choice(tongue[stance][slot])).format(
            service=dice.choice(("snap", "insta", "tiktok", "discord", "twitch", "whatsapp")),
            when=dice.choice(tongue["months"]),
            age=dice.randint(13, 21),
            count=dice.randint(2, 9),
            hour=dice.randint(18, 23),
        )

    def reworded(self, script: Telling, stance: TestimonyStance, english: bool, share: float) -> Telling:
        """`script` with this share of its phrases said otherwise."""
        tongue = PHRASES["en" if english else "fr"]
        return {
            slot: self.phrase(tongue, stance, slot) if self.dice.random() < share else said
            for slot, said in script.items()
        }

    def written(self, telling: Telling, slogan: str | None) -> str:
        dice = self.dice
        parts = list(telling.values())
        if slogan:
            parts.insert(dice.choice((0, len(parts))), slogan)
        text = dice.choice((" ", " ", ", ", ". ", "\n")).join(parts)
        if dice.random() < self.climate.typos:
            for _ in range(dice.randint(1, 3)):
                at = dice.randrange(len(text))
                text = text[:at] + dice.choice(("", text[at] * 2, text[at : at + 2][::-1])) + text[at + 1 :]
        if dice.random() < 0.3:
            text = text.lower()
        return text + dice.choice(("", "", "", " 🙏", " 💔", " !!", "...", " 😶"))


class Story:
    """All that is said of one account."""

    def __init__(self, town: Town, speech: Speech, star: AccountReference, starts: float) -> None:
        dice, climate = town.dice, town.climate
        self.dice, self.climate, self.town, self.speech, self.star = dice, climate, town, speech, star
        self.starts = starts
        self.fandom = dice.choices(town.circles, k=dice.randint(1, 3))
        self.conduct: list[Conduct] = dice.sample(CONDUCTS, k=dice.randint(1, 2))
        self.services = dice.sample(SERVICES, k=2)
        self.quiet = dice.random() < climate.quiet
        self.looks = dice.betavariate(1.2, 1.2 * (1 - climate.looks) / climate.looks)  # of pieces, for this account
        self.minors = dice.betavariate(1.2, 2)
        self.tempo = climate.tempo * dice.lognormvariate(0, 0.8)
        handle = star.handle.split(".")[0]
        tag = [f"#{dice.choice(('balance', 'stop', 'justice', 'affaire', 'metoo'))}{handle}"]
        self.slogans = tag + [
            f"{p} {tag[0]}" for tongue in ("fr", "en") for p in dice.sample(PHRASES[tongue]["slogan"], k=2)
        ]
        self.heard: dict[bool, list[Telling]] = {True: [], False: []}  # in English, in French
        self.spoken: list[Testimony] = []
        self.kinds: list[Kind] = []  # of what was spoken, in the same order

    def speak(
        self,
        person: Person,
        at: float,
        role: Role,
        kind: Kind,
        *,
        script: Telling | None = None,
        care: float = 1.0,
        rejected: int = 0,
        channel: Channel | None = None,
    ) -> None:
        """One testimony by `person`: own words and some heard, or a script reworded with `care`."""
        dice, climate = self.dice, self.climate
        stance: TestimonyStance = STANCES.get(kind, "testimony")
        if (at / HOUR) % 24 < 6 and dice.random() < climate.night:
            at += dice.uniform(6, 9) * HOUR
        if dice.random() < role.alias:
            person = self.town.alias(person, at)
        channel = channel or dice.choices(CHANNELS, role.channels)[0]
        blind = channel == "sealed"
        if script is None:
            telling = self.speech.telling(stance, person.english)
            if self.heard[person.english] and not blind and dice.random() < climate.echo * role.borrows:
                heard = dice.choice(self.heard[person.english])
                telling |= {slot: heard[slot] for slot in telling if slot in heard and dice.random() < 0.4}
        else:
            telling = self.speech.reworded(script, stance, person.english, care)
        if not blind and stance == "testimony":
            self.heard[person.english].append(telling)
        slogan = dice.choice(self.slogans) if not blind and dice.random() < climate.slogans else None
        about_conduct = stance != "dispute" and dice.random() < (0.85 if stance == "testimony" else 0.4)
        conduct = [
            k if dice.random() < role.sure else dice.choice(CONDUCTS) for k in self.conduct[: dice.randint(1, 2)]
        ]
        self.kinds.append(kind)
        self.spoken.append(
            Testimony(
                id="",
                received_at=START + timedelta(seconds=round(at)),
                channel=channel,
                about=self.star,
                stance=stance,
                conduct=list(dict.fromkeys(conduct)) if about_conduct else [],
                conduct_services=[dice.choice(self.services)] if about_conduct and dice.random() < 0.5 else [],
                met_on=[dice.choice(self.services)] if about_conduct and dice.random() < 0.3 else [],
                complainant_minor=dice.random() < self.minors if about_conduct and dice.random() < 0.4 else None,
                text=self.speech.written(telling, slogan)
                if dice.random() < (0.97 if channel != "user_report" else 0.6)
                else None,
                reporter=self._reporter(person, role, rejected),
                origin=self._origin(person),
                evidence=self._evidence(role),
            )
        )

    def _reporter(self, person: Person, role: Role, rejected: int) -> Reporter:
        dice, climate = self.dice, self.climate
        if person.upheld is None:
            person.upheld = int(dice.expovariate(1 / role.upheld))
            person.rejected += int(dice.expovariate(1 / role.rejected))
        return Reporter(
            id=person.pseudonym,
            account_created_at=START + timedelta(seconds=round(person.born)) if person.age_shown else None,
            followers=person.followers if person.followers_shown else None,
            upheld=person.upheld,
            rejected=person.rejected + rejected,
            communities=sorted(set(person.circles)) if dice.random() < climate.shows_circles else [],
        )

    def _origin(self, person: Person) -> Origin | None:
        network = person.network if self.dice.random() < self.climate.shows_network else None
        device = person.device if self.dice.random() < self.climate.shows_device else None
        return known_origin(network, device)

    def _evidence(self, role: Role) -> list[Evidence]:
        dice = self.dice
        if dice.random() >= role.evidence:
            return []
        pieces = []
        for _ in range(dice.choice((1, 1, 1, 2))):
            found = True if dice.random() < role.genuine else False if dice.random() < 0.5 else None
            kind = dice.choices(KINDS, (60, 12, 5, 8, 7, 8))[0]
            pieces.append(Evidence(kind=kind, verified=found if dice.random() < self.looks else None))
        return pieces

    def size(self, median: float, most: int) -> int:
        return min(most, math.ceil(median * self.dice.lognormvariate(0, self.climate.spread)))

    def contagion(
        self, people: list[tuple[Person, int]], role: Role, kind: Kind, openly: bool = False, rejected: float = 0.0
    ) -> None:
        """People speak some time after the one they heard; `openly`: all in one evening, on one form."""
        dice, spoke, lag = self.dice, [self.starts], self.tempo * role.lag
        script = self.speech.telling("testimony", people[0][0].english) if openly else None
        for _, teller in people[1:]:
            heard = self.starts if openly else spoke[teller]
            spoke.append(heard + (dice.uniform(0, 5) * HOUR if openly else dice.expovariate(1 / lag)))
        for (person, _), at in sorted(zip(people, spoke, strict=True), key=lambda pair: pair[1]):
            templated = script is not None and dice.random() < 0.7
            self.speak(
                person,
                at,
                role,
                kind,
                script=script if templated else None,
                care=dice.uniform(0.4, 0.9),
                rejected=dice.randint(1, 3) if dice.random() < rejected else 0,
                channel="form" if templated and dice.random() < 0.6 else None,
            )

    def someone(self) -> Person:
        return self.dice.choice(self.dice.choice(self.fandom))

    def harm(self, poisoned: bool) -> None:
        """The star went from friend to friend: those harmed know one another more often than chance."""
        size = self.dice.choice((1, 1, 1, 2, 3)) if self.quiet else self.size(self.climate.harmed, 110)
        people = self.town.walk(self.someone(), size, self.climate.drift)
        openly = size > 3 and self.dice.random() < 0.2
        self.contagion(people, self.climate.victim, "true", openly, self.dice.uniform(0.2, 0.6) if poisoned else 0.0)

    def mistake(self, role: Role) -> None:
        """Somebody is wrong, or bears a grudge; friends may take it over and believe they saw it too."""
        dice, climate = self.dice, self.climate
        alone = self.quiet or dice.random() > climate.contagion
        size = dice.choice((1, 1, 1, 2, 3)) if alone else self.size(climate.mistaken, 90)
        people = self.town.walk(self.someone(), size, climate.drift)
        self.contagion(people, role, "mistaken", size > 3 and dice.random() < 0.1)

    def strike(self, crew: Crew, role: Role) -> None:
        """A crew accuses, each member at the pace and with the words that the crew's care allows."""
        dice, care = self.dice, crew.care
        share = dice.uniform(0.5, 1.0) * (0.3 if self.quiet else 1.0)
        present = [person for person in crew.members if dice.random() < share] or crew.members[:1]
        script = self.speech.telling("testimony", present[0].english)
        spoke, lasts = self.starts + dice.uniform(0, 12) * HOUR, self.tempo * len(present) ** 0.5 * (0.15 + care)
        for person in present:
            at = spoke + dice.expovariate(1 / lasts)
            recites = dice.random() > care * 0.8
            words = script if recites else None
            self.speak(person, at, role, CARES[crew.kind], script=words, care=dice.uniform(0.0, 0.15) + 0.8 * care)

    def talk(self, mass_dispute: bool) -> None:
        """Relays by people whom many know, disputes by fans; the famous get more of both."""
        dice, role = self.dice, self.climate.talker
        fame = self.climate.fame * dice.lognormvariate(0, 1.0) * (0.06 if self.quiet else 1.0)
        last = max((t.received_at for t in self.spoken), default=None)
        begun = min((t.received_at - START).total_seconds() for t in self.spoken) if self.spoken else self.starts
        lasts = max(DAY, (last - START).total_seconds() - begun) if last else DAY
        relays = max(int(fame * dice.lognormvariate(2.5, 1.0)), 0 if self.spoken else 1)
        disputes = int(fame * dice.lognormvariate(1.3, 1.1)) + (self.size(15, 200) if mass_dispute else 0)
        for _ in range(min(relays, 500)):
            self.speak(self.town.hub(), begun + 60 + dice.expovariate(1.5 / lasts), role, "relay")
        chant = self.speech.telling("dispute", dice.random() > self.climate.french)
        for _ in range(min(disputes, 300)):
            told = chant if mass_dispute and dice.random() < 0.4 else None
            self.speak(self.someone(), begun + 60 + dice.expovariate(1 / lasts), role, "dispute", script=told, care=0.5)


class Crews:
    """The crews of a world: a new one is enlisted or bought when none serves again."""

    def __init__(self, dice: Random, climate: Climate, town: Town) -> None:
        self.dice, self.climate, self.town, self.known = dice, climate, town, dict[str, list[Crew]]()

    def hire(self, kind: str, story: Story) -> Crew:
        dice, climate, town = self.dice, self.climate, self.town
        known = self.known.setdefault(kind, [])
        if known and dice.random() < climate.reuse:
            return dice.choice(known)
        low, high = {CRUDE: (0.0, 0.25), REWORDED: (0.25, 0.6), CAREFUL: (0.6, 1.0), ADAPTIVE: (0.75, 1.0)}[kind]
        care, size = dice.uniform(low, high), story.size(climate.crew * (0.8 if kind == ADAPTIVE else 1.0), 260)
        if dice.random() < climate.bought * (1 - care / 2):
            members = self._bought(size, care, story)
        else:
            members = [person for person, _ in town.walk(dice.choice(town.people), size, climate.drift)]
        for person in members:
            if dice.random() < 0.2 * (1.2 - care):
                person.rejected += 1
        known.append(Crew(kind, members, care))
        return known[-1]

    def _bought(self, size: int, care: float, story: Story) -> list[Person]:
        """Accounts made by lots, older where more was paid, some run from the same telephones."""
        dice, town = self.dice, self.town
        ages = [dice.lognormvariate(3 + 3.2 * care, 0.8) * DAY for _ in range(1 + size // 15)]
        members = [
            town.person(
                [circle[0].circles[0] for circle in dice.sample(story.fandom, k=1) if dice.random() < 0.3 + 0.6 * care],
                born=story.starts - dice.choice(ages) - dice.uniform(0, 3 + 60 * care) * DAY,
            )
            for _ in range(size)
        ]
        for person in members[1:]:
            if dice.random() < self.climate.shared_devices * (1.1 - care):
                person.device, person.network = (other := dice.choice(members)).device, other.network
        return members


def world(seed: int, accounts: int) -> Wave:
    """One world about `accounts` accounts, half of them guilty; the same for a seed."""
    dice = Random(f"contacts {seed}")
    climate = Climate(dice)
    town = Town(dice, climate, 60 * accounts + 500)
    speech, crews = Speech(dice, climate), Crews(dice, climate, town)
    sides = sides_of(dice, accounts)
    told: list[tuple[Testimony, Kind]] = []
    truths = []
    # Oldest first: a crew that serves again is never younger than what it says.
    beginnings = sorted(dice.uniform(0, 120) * DAY for _ in sides)
    for number, (guilty, starts) in enumerate(zip(sides, beginnings, strict=True)):
        name = "".join(dice.choice(("ka", "lo", "mi", "ren", "so", "ta", "vel", "zu")) for _ in range(3))
        star = AccountReference(dice.choice(SERVICES), f"{name}.{number}")
        story = Story(town, speech, star, starts)
        attack = _attack(dice, climate, guilty)
        campaign = attack in {CRUDE, REWORDED, CAREFUL, ADAPTIVE, "drowning"}
        if guilty:
            story.harm(attack == "poisoned_records")
        elif attack == "grudge":
            story.mistake(climate.crew_role)
        elif dice.random() < (0.26 if campaign else 0.75):  # otherwise nobody but the crew, or the rumour, speaks
            story.mistake(climate.mistaken_role)
        if campaign:
            crew = crews.hire(CRUDE if attack == "drowning" else attack, story)
            story.strike(crew, climate.crew_role)
        story.talk(attack == "mass_dispute")
        told += zip(story.spoken, story.kinds, strict=True)
        truths.append(Truth(about=star, guilty=guilty, campaign=campaign, attack=attack))
    return numbered_wave(told, truths, f"c{seed}")


def _attack(dice: Random, climate: Climate, guilty: bool) -> str:
    if guilty:
        if dice.random() < climate.struck:
            return dice.choice((CRUDE, REWORDED, CAREFUL, ADAPTIVE))
        if dice.random() < climate.protected:
            return dice.choice(("mass_dispute", "poisoned_records", "drowning"))
        return "none"
    if dice.random() < climate.campaigns:
        return dice.choices((CRUDE, REWORDED, CAREFUL, ADAPTIVE), (3, 3, 2, 2))[0]
    return "grudge" if dice.random() < 0.25 else "none"
