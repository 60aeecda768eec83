"""An invented wave as five intake desks hear it.

Theory: nobody sees a case, each desk sees its own public. Posts, a form, a sealed escrow, the reports of users and
trusted flaggers each have people of their own (how new their accounts are, how young, how fan), a delay before what was
said is received, fields that they fail to keep, and so many pieces of evidence that they can look at in a day, with
mistakes both ways. Around an account there are only urges to speak (harmed, mistaken, spiteful, hired, heralds of news,
defenders); which desk somebody turns to decides what is left of the urge. A quiet account may be heard at
one desk only.
"""

import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from worlds._making import CARES, known_origin, mark, sides_of, wave_by_time, words_beside

from rempart.records import AccountReference, Evidence, Reporter, Testimony, Truth
from rempart.records.references import Service
from rempart.records.vocabulary import CHANNELS, Channel, Conduct, EvidenceKind, TestimonyStance
from rempart.replay.arrivals import Kind
from rempart.replay.simulator import Wave

PHRASES = words_beside(__file__)
BEGINNING = datetime(2026, 2, 2, tzinfo=UTC)

Urge = Literal["harmed", "mistaken", "spite", "hired", "herald", "defender"]
Side = Literal["true", "false"]
Script = dict[str, str]
SERVICES: tuple[Service, ...] = ("tiktok", "instagram", "twitch", "youtube", "snapchat", "discord")
KINDS: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
PROTECTING = ("mass_disputes", "poisoned", "drowned")
PARTS: dict[Urge, Kind] = {
    "harmed": "true",
    "mistaken": "mistaken",
    "spite": "mistaken",
    "herald": "relay",
    "defender": "dispute",
}
# How likely each urge is to turn to each desk, before the seed bends it: post, form, sealed, user report, flagger.
TURNS_TO: dict[Urge, tuple[float, ...]] = {
    "harmed": (5, 2.2, 1.5, 2.2, 1.0),
    "mistaken": (5, 2.1, 1.2, 2.4, 0.8),
    "spite": (5, 2.0, 1.2, 2.6, 0.7),
    "hired": (5, 2.0, 1.2, 2.6, 0.6),
    "herald": (20, 0.1, 0.02, 1, 0.1),
    "defender": (14, 0.5, 0.05, 2, 0.05),
}


@dataclass
class Person:
    """Somebody who may speak; `born` is when their account was made, in hours from the beginning of the wave."""

    id: str
    born: float
    followers: int
    communities: list[str]
    network: str
    device: str
    language: str
    upheld: int
    rejected: int


@dataclass
class Star:
    """An account that is spoken of, and what is about it: its fans' groups, the usual places, the conducts said."""

    about: AccountReference
    guilty: bool
    fame: float
    first: float
    groups: list[str]
    conducts: list[Conduct]
    app: Service
    slogan: str


@dataclass
class Crew:
    """People who strike together. `care` is the share of what they say and own that they do not copy or share."""

    style: Kind
    care: float
    hours: float
    alias: float
    members: list[Person]


@dataclass
class Heard:
    """Somebody at the door of a desk."""

    at: float
    star: Star
    person: Person
    urge: Urge
    kind: Kind
    stance: TestimonyStance
    side: Side
    text: str
    conduct: list[Conduct]


class World:
    """The dials of a seed, and the people drawn from them."""

    def __init__(self, seed: int) -> None:
        self.rng = rng = random.Random(f"desks-{seed}")
        between = rng.uniform
        self.start = BEGINNING + timedelta(days=between(0, 300))
        self.english = between(0.02, 0.25)
        self.towns = [self.token(16) for _ in range(rng.randint(15, 60))]
        self.schools = [self.token(16) for _ in range(rng.randint(20, 90))]
        self.servers = [self.token(8) for _ in range(rng.randint(60, 200))]
        self.fresh = {"harmed": between(0.2, 0.5), "mistaken": between(0.1, 0.4), "spite": between(0.2, 0.5)}
        self.fans = {"harmed": between(0.35, 0.8), "mistaken": between(0.3, 0.7), "spite": between(0.15, 0.6)}
        self.shown = {"harmed": between(0.35, 0.6), "mistaken": between(0.15, 0.4), "spite": between(0.15, 0.45)}
        self.upheld = {"harmed": between(0.08, 0.2), "mistaken": between(0.03, 0.1), "spite": between(0.01, 0.06)}
        self.rejected = {"harmed": between(0.01, 0.06), "mistaken": between(0.03, 0.12), "spite": between(0.15, 0.45)}
        self.school_share = between(0.02, 0.15)
        self.slogans = rng.sample(PHRASES["tags"], rng.randint(2, 4))
        self.chatter = between(1.8, 2.8)
        self.pull = between(6, 60)  # hours within which half of those who follow have followed
        self.regulars: list[Person] = []
        self.regular_share = between(0.02, 0.12)
        self.computers = [self.token(16) for _ in range(rng.randint(20, 60))]  # of libraries, schools and families
        self.computer_share = between(0.02, 0.1)

    def token(self, length: int) -> str:
        return mark(self.rng, length)

    def person(self, star: Star, urge: str, fresh: float = -1.0) -> Person:
        """Somebody around `star`; some people report often, and are met again about others."""
        rng = self.rng
        if fresh < 0 and self.regulars and rng.random() < self.regular_share:
            return rng.choice(self.regulars)
        fresh = self.fresh.get(urge, 0.12) if fresh < 0 else fresh
        days = rng.expovariate(1 / 9) if rng.random() < fresh else rng.lognormvariate(6.3, 1.0)
        fan = rng.random() < self.fans.get(urge, 0.5)
        groups = rng.sample(star.groups, rng.randint(1, min(3, len(star.groups)))) if fan else []
        groups += rng.sample(self.servers, rng.choice((1, 1, 1, 2, 4)))
        place = rng.random()
        network = (
            rng.choice(self.schools)
            if place < self.school_share
            else rng.choice(self.towns)
            if place < 0.4
            else self.token(16)
        )
        met = Person(
            id=self.token(12),
            born=star.first - 24 * days,
            followers=int(rng.lognormvariate(1.5 + 0.35 * math.log1p(days), 1.3)),
            communities=groups,
            network=network,
            device=rng.choice(self.computers) if rng.random() < self.computer_share else self.token(16),
            language="en" if rng.random() < self.english else "fr",
            upheld=self.count(self.upheld.get(urge, 0.06)),
            rejected=self.count(self.rejected.get(urge, 0.06)),
        )
        if rng.random() < 0.004:
            self.regulars.append(met)
        return met

    def count(self, mean: float) -> int:
        """A count with a heavy tail: most people have no record at all."""
        return 1 + int(self.rng.expovariate(1.2)) if self.rng.random() < mean else 0

    def script(self, language: str, conduct: str) -> Script:
        """The sentences that one author would use."""
        words, pick = PHRASES[language], self.rng.choice
        deeds = words["deed"].get(conduct) or pick(list(words["deed"].values()))
        return {
            slot: pick(deeds if slot == "deed" else words[slot]) for slot in ("opening", "link", "deed", "detail")
        } | {"effect": pick(words["effect"])}

    def fill(self, phrase: str, language: str) -> str:
        words, pick = PHRASES[language], self.rng.choice
        return phrase.format(app=pick(PHRASES["app"]), when=pick(words["when"]), work=pick(words["work"]))

    def write(self, star: Star, person: Person, conduct: str, shared: Script | None = None, own: float = 1.0) -> str:
        """A testimony in words of one's own, but for the share 1 - `own` taken from a `shared` script."""
        rng = self.rng
        script = self.script(person.language, conduct)
        if shared is not None:
            script = {slot: words if rng.random() < own else shared[slot] for slot, words in script.items()}
        keeps = [slot for slot in script if slot == "deed" or rng.random() < (0.62 if own > 0.4 else 0.9)]
        if own > 0.4 and rng.random() < 0.4:
            rng.shuffle(keeps)
        sentence = rng.choice((", ", ". ", " ", " et ")).join(
            self.fill(script[slot], person.language) for slot in keeps
        )
        return self.hand(sentence, star, 0.55)

    def say(self, star: Star, person: Person, stance: str) -> str:
        return self.hand(self.fill(self.rng.choice(PHRASES[person.language][stance]), person.language), star, 0.5)

    def hand(self, sentence: str, star: Star, tags: float) -> str:
        """The same sentence as thumbs type it: slips, no capitals, hashtags, a mark at the end."""
        rng = self.rng
        if rng.random() < 0.4:
            sentence = sentence.lower()
        if rng.random() < 0.35:
            spot = rng.randrange(1, len(sentence) - 1)
            sentence = sentence[:spot] + rng.choice(("", sentence[spot] * 2)) + sentence[spot + 1 :]
        if rng.random() < 0.2:
            sentence = sentence.replace("pas", "pa").replace("you", "u")
        if rng.random() < tags:
            sentence += " " + (star.slogan if rng.random() < 0.7 else rng.choice(self.slogans))
        if rng.random() < 0.25:
            sentence = f"@{star.about.handle} " + sentence
        return f"{sentence}{rng.choice(PHRASES['marks'])}"

    def awake(self, at: float) -> float:
        """The same moment, or the next morning: few people speak before seven."""
        return at + self.rng.uniform(3, 9) if at % 24 < 6 and self.rng.random() < 0.7 else at


class Desk:
    """One channel: who comes, what it keeps, how late it is, how much it can check, and how well."""

    def __init__(self, world: World, channel: Channel) -> None:
        rng, between = world.rng, world.rng.uniform
        self.world, self.channel = world, channel
        late = {"public_post": 0.02, "form": 2.0, "sealed": 12.0, "user_report": 1.0, "trusted_flagger": 20.0}[channel]
        self.delay = late * between(0.5, 2.0)
        self.rounds = rng.choice((0.0, 0.0, 6.0, 24.0)) if channel in ("user_report", "trusted_flagger") else 0.0
        self.quorum = rng.choice((1, 1, 2)) if channel == "sealed" else 1
        seen = (0.7, 0.95) if channel in ("public_post", "user_report") else (0.1, 0.6)
        known = (0.0, 0.25) if channel == "public_post" else (0.3, 0.9)
        self.keeps = {name: between(*seen) for name in ("born", "followers", "communities")}
        self.keeps |= {name: between(*known) for name in ("network", "device", "minor", "conduct", "met")}
        self.keeps["text"] = between(0.3, 0.9) if channel in ("user_report", "sealed") else 1.0
        self.appetite = {"public_post": 0.7, "form": 1.5, "sealed": 1.2, "user_report": 0.6, "trusted_flagger": 1.6}[
            channel
        ]
        self.capacity = between(0.5, 1.0) if channel != "user_report" else between(0.15, 0.5)
        self.a_day = rng.randint(8, 60)
        self.passes = {"true": between(0.6, 0.9), "false": between(0.005, 0.035)}
        self.refuses = {"true": between(0.01, 0.06), "false": between(0.3, 0.7)}
        self.minors = between(0.15, 0.6)
        self.agents = [self.agent() for _ in range(rng.randint(2, 7))] if channel == "trusted_flagger" else []
        self.signs = between(0.2, 0.8)
        self.looked_at: Counter[int] = Counter()

    def agent(self) -> Person:
        """An association's account, which speaks for people about many others."""
        rng, world = self.world.rng, self.world
        born, followers = -24 * rng.uniform(300, 4000), int(rng.lognormvariate(6, 1.5))
        office, device = world.token(16), world.token(16)
        return Person(
            world.token(12), born, followers, [], office, device, "fr", rng.randint(0, 9), rng.choice((0, 0, 1, 3))
        )

    def receive(self, queue: list[Heard]) -> Iterator[tuple[Testimony, Kind]]:
        """What is left of each visit. The escrow opens once enough people left a word about the same account."""
        rng = self.world.rng
        left = Counter(str(heard.star.about) for heard in queue)
        for heard in sorted(queue, key=lambda heard: heard.at):
            at = heard.at + rng.lognormvariate(math.log(self.delay), 0.9)
            if self.rounds:
                at = math.ceil(at / self.rounds) * self.rounds + rng.uniform(0, 0.4)
            if left[str(heard.star.about)] < self.quorum:  # alone in the escrow: let out later, when its author asks
                at += rng.expovariate(1 / 72)
            yield self.record(heard, at), heard.kind

    def record(self, heard: Heard, at: float) -> Testimony:
        rng, world, star = self.world.rng, self.world, heard.star
        who = rng.choice(self.agents) if self.agents and rng.random() < self.signs else heard.person
        has = {name: rng.random() < share for name, share in self.keeps.items()}
        first_hand = heard.stance == "testimony"
        origin = known_origin(who.network if has["network"] else None, who.device if has["device"] else None)
        return Testimony(
            id=world.token(14),
            received_at=world.start + timedelta(hours=at),
            channel=self.channel,
            about=star.about,
            stance=heard.stance,
            conduct=heard.conduct if has["conduct"] or (first_hand and rng.random() < 0.5) else [],
            conduct_services=[star.app] if first_hand and has["met"] else [],
            met_on=[rng.choice((star.app, star.about.service, rng.choice(SERVICES)))]
            if first_hand and has["met"]
            else [],
            complainant_minor=rng.random() < self.minors if first_hand and has["minor"] else None,
            text=heard.text if has["text"] else None,
            reporter=Reporter(
                id=who.id,
                account_created_at=world.start + timedelta(hours=min(who.born, at - 1)) if has["born"] else None,
                followers=who.followers if has["followers"] else None,
                upheld=who.upheld,
                rejected=who.rejected,
                communities=who.communities if has["communities"] else [],
            ),
            origin=origin,
            evidence=self.evidence(heard, at) if first_hand else [],
        )

    def evidence(self, heard: Heard, at: float) -> list[Evidence]:
        """What was joined, and what came of looking at it while the day's capacity lasted."""
        world, rng = self.world, self.world.rng
        shown = {"hired": world.shown["spite"]}.get(heard.urge) or world.shown[heard.urge]
        if rng.random() > shown * self.appetite:
            return []
        joined = []
        for kind in rng.choices(KINDS, weights=(9, 2, 1, 1, 1, 1.5), k=rng.choice((1, 1, 1, 2))):
            verified = None
            if self.looked_at[int(at / 24)] < self.a_day and rng.random() < self.capacity:
                self.looked_at[int(at / 24)] += 1
                # A mistaken person's screenshot is real, and shows something else: it is seldom refuted.
                refused = self.refuses[heard.side] * (0.4 if heard.urge == "mistaken" else 1.0)
                luck = rng.random()
                verified = True if luck < self.passes[heard.side] else False if luck > 1 - refused else None
            joined.append(Evidence(kind=kind, verified=verified))
        return joined


class Town:
    """What happens around each account, before any desk hears of it."""

    def __init__(self, world: World, stars: list[Star]) -> None:
        rng = world.rng
        self.world, self.rng, self.heard = world, rng, list[Heard]()
        self.crews = [self.crew(rng.choice(stars)) for _ in range(max(4, len(stars) // rng.randint(20, 45)))]
        self.innocent = {
            "lone_false": rng.uniform(2, 4),
            "mistaken": rng.uniform(2, 4),
            "bandwagon": rng.uniform(1, 2.5),
            "none": rng.uniform(2, 4),
        } | {style: rng.uniform(0.5, 1.6) for style in CARES}
        self.guilty = {"none": rng.uniform(7, 11), "bandwagon": rng.uniform(0.5, 1.5)} | {
            style: rng.uniform(0.2, 0.7) for style in (*CARES, *PROTECTING)
        }
        self.tail = rng.uniform(0.45, 0.75)
        self.organised = rng.uniform(0.05, 0.2)

    def crew(self, star: Star) -> Crew:
        rng, world = self.rng, self.world
        style = rng.choice(CARES)
        low, high = {"crude": (0, 0.25), "moderate": (0.3, 0.65), "careful": (0.65, 1.0), "adaptive": (0.7, 1.0)}[style]
        care = rng.uniform(low, high)
        lots = [star.first - 24 * rng.lognormvariate(3 + 3.3 * care, 0.8) for _ in range(1 + int(5 * care))]
        farm = [world.token(16) for _ in range(rng.randint(2, 8))]
        exits = [world.token(16) for _ in range(rng.randint(1, 4))] + world.towns[:3]
        members = []
        for _ in range(rng.randint(8, 45)):
            member = world.person(star, "spite", fresh=world.fresh["harmed"])
            if rng.random() > care * 0.9:
                member.born = rng.choice(lots) + rng.expovariate(1 / 30)
            if rng.random() > 0.25 + 0.75 * care:
                member.device = rng.choice(farm)
            if rng.random() > 0.15 + 0.85 * care:
                member.network = rng.choice(exits)
            if style == "adaptive" and rng.random() < 0.5:  # bought, with the good name of its former owner
                member.upheld, member.rejected = world.count(0.15), world.count(0.02)
            members.append(member)
        hours = {"crude": (2, 20), "moderate": (6, 60), "careful": (24, 150), "adaptive": (72, 360)}[style]
        return Crew(style, care, rng.uniform(*hours), rng.uniform(0, 0.25 + 0.75 * care), members)

    def speak(
        self,
        star: Star,
        urge: Urge,
        at: float,
        side: Side,
        *,
        person: Person | None = None,
        text: str = "",
        kind: Kind | None = None,
    ) -> Person:
        world, rng = self.world, self.rng
        stance: TestimonyStance = "relay" if urge == "herald" else "dispute" if urge == "defender" else "testimony"
        person = person or world.person(star, urge)
        conduct = rng.choice(star.conducts)
        if not text:
            text = world.write(star, person, conduct) if stance == "testimony" else world.say(star, person, stance)
        said: list[Conduct] = [conduct] if stance != "dispute" else []
        if said and rng.random() < 0.2:
            said.append(rng.choice(star.conducts))
        kind, said = kind or PARTS[urge], list(dict.fromkeys(said))
        self.heard.append(Heard(world.awake(at), star, person, urge, kind, stance, side, text, said))
        return person

    def crowd(self, star: Star, times: float) -> None:
        """Heralds and defenders, whatever is true: they come with fame."""
        rng = self.rng
        heralds = int(min(700.0, star.fame * times * rng.lognormvariate(0, 0.8)))
        defenders = int(min(200.0, star.fame * rng.lognormvariate(-2.2, 1.2)))
        pace = rng.uniform(20, 120)
        for urge, number in (("herald", heralds), ("defender", defenders)):
            for _ in range(number):
                self.speak(
                    star, "herald" if urge == "herald" else "defender", star.first + rng.expovariate(1 / pace), "false"
                )

    def chain(self, star: Star, urge: Urge, number: int, side: Side, rejected: float = 0.0) -> None:
        """People who dare because others dared: each follows one who spoke, sooner or later."""
        rng, world = self.rng, self.world
        spoken = [star.first + rng.expovariate(1 / 3)]
        while len(spoken) < number:
            spoken.append(rng.choice(spoken) + rng.lognormvariate(math.log(world.pull), 1.2))
        together = number >= 4 and rng.random() < self.organised
        evening, shared, server = (
            star.first + rng.uniform(2, 60),
            world.script("fr", rng.choice(star.conducts)),
            world.token(8),
        )
        own, lot = rng.uniform(0.2, 0.9), rng.random() < 0.5
        for at in spoken:
            person = world.person(star, urge)
            text, when = "", at
            if together and rng.random() < 0.8:  # one server, a template, one evening: open, and sincere
                when, person.communities = evening + rng.expovariate(1 / 3), [*person.communities, server]
                person.born = evening - rng.uniform(0, 40) if lot and rng.random() < 0.4 else person.born
                text = world.write(
                    star, person, rng.choice(star.conducts), shared if person.language == "fr" else None, own
                )
            if rng.random() < rejected:
                person.rejected += rng.randint(1, 3)
            self.speak(star, urge, when, side, person=person, text=text)

    def strike(self, star: Star, style: str, number: int, rejected: float = 0.0) -> None:
        """A crew speaks against `star`; careful ones wait for each other, adaptive ones follow the pace of victims."""
        rng, world = self.rng, self.world
        crew = rng.choice([crew for crew in self.crews if crew.style == style] or self.crews)
        begins = star.first + rng.expovariate(1 / 12)
        script, own = {code: world.script(code, rng.choice(star.conducts)) for code in ("fr", "en")}, crew.care
        recruits = [self.recruit(crew, star) for _ in range(max(0, number - len(crew.members)))]
        for known in (rng.sample(crew.members, min(number, len(crew.members))) + recruits)[:number]:
            member = known
            if rng.random() < crew.alias:  # another account of theirs, for this target alone
                member = replace(world.person(star, "spite", fresh=0.3), born=known.born + rng.uniform(0, 400 * own))
            lag = world.pull * rng.lognormvariate(0, 1.2) if style == "adaptive" else rng.uniform(0, crew.hours)
            member.rejected += 1 if rng.random() < rejected else 0
            text = world.write(star, member, rng.choice(star.conducts), script[member.language], own)
            self.speak(
                star, "hired", begins + lag * rng.uniform(0.3, 1.5), "false", person=member, text=text, kind=crew.style
            )

    def recruit(self, crew: Crew, star: Star) -> Person:
        """One more for a large job: a stranger who borrows from the crew what its care lets it share."""
        rng, person, model = self.rng, self.world.person(star, "spite"), self.rng.choice(crew.members)
        if rng.random() > crew.care:
            person.born, person.network = model.born + rng.expovariate(1 / 20), model.network
        return person

    def some(self, most: int) -> int:
        """A number of people with a heavy tail, from 1."""
        return min(most, int(self.rng.paretovariate(self.tail)))

    def happen(self, star: Star) -> str:
        """Everything said of `star`; returns the kind of attack that touched it."""
        rng, table = self.rng, self.guilty if star.guilty else self.innocent
        attack = rng.choices(list(table), weights=list(table.values()))[0]
        size = min(160, 3 + int(star.fame**0.5 * rng.lognormvariate(0.9, 0.8)))
        if star.guilty:
            victims = min(110, int(self.some(70) * (1 + star.fame**0.3 * rng.random())))
            self.chain(
                star, "harmed", victims, "true", rejected=rng.uniform(0.25, 0.7) if attack == "poisoned" else 0.0
            )
        if attack in CARES:
            self.strike(star, attack, size)
        elif attack == "drowned":
            self.strike(star, "crude", size, rejected=0.3)
        elif attack == "mass_disputes":
            for _ in range(size * 2):
                self.speak(star, "defender", star.first + rng.expovariate(1 / 30), "false")
        elif attack == "mistaken":
            self.chain(star, "mistaken", self.some(8), "false")
        elif attack == "lone_false":
            self.chain(star, "spite", self.some(3), "false")
        elif attack == "bandwagon" and not star.guilty:
            self.chain(star, "mistaken", self.some(5), "false")
        if not star.guilty and rng.random() < 0.25:
            self.chain(star, rng.choice(("mistaken", "spite")), self.some(4), "false")
        self.crowd(star, rng.uniform(2, 6) if attack == "bandwagon" else 1.0)
        if all(heard.star is not star for heard in self.heard[-1:]):
            self.speak(star, "herald", star.first, "false")
        return attack


def draw_star(world: World, number: int, guilty: bool) -> Star:
    rng = world.rng
    syllables = [
        rng.choice(("lo", "mi", "ka", "ze", "ru", "ta", "ny", "vo", "el", "dan", "sky", "ori")) for _ in range(3)
    ]
    return Star(
        about=AccountReference(rng.choice(SERVICES), f"{''.join(syllables)}.{number}"),
        guilty=guilty,
        fame=rng.lognormvariate(world.chatter, 1.9),
        first=rng.uniform(0, 24 * 20),
        groups=[world.token(8) for _ in range(rng.randint(1, 6))],
        conducts=rng.sample(list(PHRASES["fr"]["deed"]), rng.randint(1, 4)),
        app=rng.choice(SERVICES),
        slogan=rng.choice(world.slogans),
    )


def world(seed: int, accounts: int) -> Wave:
    """An invented wave about this many accounts, half of them guilty; the same for a seed."""
    made = World(seed)
    sides = sides_of(made.rng, accounts)
    stars = [draw_star(made, number, guilty) for number, guilty in enumerate(sides)]
    town = Town(made, stars)
    attacks = [town.happen(star) for star in stars]
    desks = [Desk(made, channel) for channel in CHANNELS]
    bent = {urge: [share * made.rng.lognormvariate(0, 0.4) for share in shares] for urge, shares in TURNS_TO.items()}
    queues: list[list[Heard]] = [[] for _ in desks]
    for heard in town.heard:
        made.rng.choices(queues, weights=bent[heard.urge])[0].append(heard)
    received = [record for desk, queue in zip(desks, queues, strict=True) for record in desk.receive(queue)]
    truth = [
        Truth(about=star.about, guilty=star.guilty, campaign=attack in (*CARES, "drowned"), attack=attack)
        for star, attack in zip(stars, attacks, strict=True)
    ]
    return wave_by_time(received, truth)
