"""A town: people live in schools, clubs and online servers, and both rumours and courage are caught from neighbours.

Whoever was harmed by an account stays silent until courage reaches them: it passes from one speaker to those who share
a school or a server with them, more rarely to strangers, so that truth comes out as a first-passage percolation over
the victims. Rumour is another epidemic, over everybody, with super-spreaders; a few of those it reaches come to believe
that it happened to them too. Fans, who live on the star's servers, are immune and answer. Crews are recruited among the
members of a server who care little for truth; they strike several targets in one season, with more or less care.
Words are caught as well: each post borrows some of its phrases from posts about the same account.
"""

import heapq
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
from worlds._making import CARES, known_origin, mark, sides_of, wave_by_time, words_beside

from rempart.records import AccountReference, Evidence, Origin, Reporter, Testimony, Truth
from rempart.records.references import Service
from rempart.records.vocabulary import CHANNELS, CONDUCTS, Conduct, EvidenceKind, TestimonyStance
from rempart.replay import Wave
from rempart.replay.arrivals import Kind

PHRASES = words_beside(__file__)
SERVICES: list[Service] = ["tiktok", "instagram", "snapchat", "discord", "twitch", "youtube", "twitter", "telegram"]
KINDS: list[EvidenceKind] = ["screenshot", "export", "platform_log", "audio", "video", "witness"]
SYLLABLES: list[str] = PHRASES["handles"]["syllables"]
CRIES = ("Balance", "Stop", "MeToo", "Justice", "OnTeCroit")
STORY = ("opening", "act", "where", "when", "feeling", "appeal")

Script = dict[str, str]


class Dials:
    """What differs from one season to the next; nothing here depends on who tells the truth but by its name."""

    def __init__(self, rng: random.Random) -> None:
        draw = rng.uniform
        self.english = draw(0.02, 0.3)
        self.anonymous = draw(0.1, 0.5)  # how often somebody who testifies makes an account for it
        self.echo = draw(0.05, 0.3)  # how often a phrase is borrowed from an earlier post
        self.typo = draw(0.0, 0.06)
        self.closeness = draw(0.4, 0.9)  # courage passing between people of one place…
        self.strangers = draw(0.1, 0.4)  # … and between strangers
        self.tempo = draw(3, 30)  # hours that courage takes to pass
        self.harmed = draw(0.75, 1.2)  # tail of the number of victims: smaller is heavier
        self.rumour = draw(0.75, 0.95)  # people reached by one who relays
        self.convinced = draw(0.002, 0.03)  # those whom a rumour persuades that it happened to them
        self.fans = draw(3, 16)
        self.proof = draw(0.35, 0.7)  # a victim has something to show
        self.borrowed_proof = draw(0.15, 0.6)  # … and somebody mistaken or lying, relative to that
        self.looked_at = draw(0.45, 0.8)
        self.wrongly_refuted = draw(0.03, 0.09)
        self.wrongly_passed = draw(0.03, 0.08)
        self.refuted = draw(0.25, 0.6)
        fields = ("created", "followers", "places", "network", "device", "about")
        self.missing = {key: draw(0.03, 0.45) for key in fields}
        self.channels = [draw(0.4, 0.8), draw(0.05, 0.25), draw(0.02, 0.15), draw(0.05, 0.3), draw(0.005, 0.04)]
        self.discretion = draw(1.5, 4.0)  # how much more than others victims choose a form or a sealed word
        self.confusion = draw(0.3, 0.7)  # how often who errs or lies tells another conduct than the one talked about
        self.truth_in_case = [draw(1, 5) for _ in range(4)]  # innocent: mistaken, rumour, grudge, crew
        self.crew_on_guilty = draw(0.05, 0.2)
        self.protected = draw(0.1, 0.3)
        self.cares = [draw(0.5, 2) for _ in CARES]
        self.days = draw(40, 200)


@dataclass(eq=False)
class Person:
    """Somebody of the town, as platforms know them, and the places that they live in."""

    reporter: Reporter
    origin: Origin | None
    places: tuple[str, ...]
    language: str
    honesty: float


@dataclass(eq=False)
class Star:
    """An account that people speak about; `said` are the scripts of what was said of it so far."""

    about: AccountReference
    guilty: bool
    start: float
    fame: float
    places: list[str]
    tags: list[str]
    conducts: list[Conduct]
    services: list[Service]
    attack: str = "none"
    campaign: bool = False
    said: list[Script] = field(default_factory=list)


class Town:
    """The people, their places, and everything that they say during one season."""

    def __init__(self, rng: random.Random, size: int) -> None:
        self.rng = rng
        self.dials = Dials(rng)
        self.opened = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=rng.randrange(12000))
        self.said: list[tuple[Testimony, Kind]] = []
        self.members: dict[str, list[Person]] = {}
        self.schools = [self._hex(6) for _ in range(max(4, size // 250))]
        self.servers = [self._hex(6) for _ in range(max(12, size // 90))]
        self.carriers = [self._hex(12) for _ in range(max(6, size // 200))]
        self.people = [self._person() for _ in range(size)]
        self.servers = [place for place in self.servers if place in self.members]

    def _hex(self, digits: int) -> str:
        return mark(self.rng, digits)

    def _person(self) -> Person:
        rng, dials = self.rng, self.dials
        # Popularity of servers falls with their rank, as that of groups does.
        joined = {self.servers[int(len(self.servers) * rng.random() ** 2.2)] for _ in range(rng.randrange(5))}
        school = rng.choice(self.schools) if rng.random() < 0.6 else None
        places = tuple(sorted(joined)) + ((school,) if school else ())
        honesty, reports = rng.betavariate(3, 1.5), int(rng.expovariate(1.1))
        upheld = sum(rng.random() < 0.5 * honesty for _ in range(reports))
        rejected = sum(rng.random() < 0.6 * (1 - honesty) for _ in range(reports - upheld))
        home = rng.choice(self.carriers) if rng.random() < 0.25 else self._hex(12)
        person = Person(
            self.account(places, age=rng.expovariate(1 / 800), fame=rng.gauss(4.5, 1.6), record=(upheld, rejected)),
            self._origin(f"{school}aa55aa" if school and rng.random() < 0.15 else home, self._hex(12)),
            places,
            "en" if rng.random() < dials.english else "fr",
            honesty,
        )
        for place in places:
            self.members.setdefault(place, []).append(person)
        return person

    def account(self, places: tuple[str, ...], *, age: float, fame: float, record: tuple[int, int]) -> Reporter:
        """An account aged `age` days when the season opens; what is missing of it does not depend on its owner."""
        rng, missing = self.rng, self.dials.missing
        return Reporter(
            id=self._hex(12),
            account_created_at=None
            if rng.random() < missing["created"]
            else self.opened - timedelta(seconds=int(age * 86400 + rng.random() * 3600)),
            followers=None if rng.random() < missing["followers"] else int(2.718 ** max(0.0, fame)),
            upheld=record[0],
            rejected=record[1],
            communities=[] if rng.random() < missing["places"] else list(places),
        )

    def _origin(self, network: str, device: str) -> Origin | None:
        missing = self.dials.missing
        shown_network = None if self.rng.random() < missing["network"] else network
        shown_device = None if self.rng.random() < missing["device"] else device
        return known_origin(shown_network, shown_device)

    def mask(self, person: Person, hours: float) -> Person:
        """The same person behind an account made a little before `hours`: fewer places, no past."""
        places = tuple(place for place in person.places if self.rng.random() < 0.6)
        age = -hours / 24 + self.rng.expovariate(1 / 6)
        reporter = self.account(places, age=age, fame=self.rng.gauss(1, 1), record=(0, 0))
        return Person(reporter, person.origin, places, person.language, person.honesty)

    def bystander(self, near: list[str] | tuple[str, ...], stray: float = 0.3) -> Person:
        """Somebody of one of these places or, with probability `stray`, of the whole town."""
        if near and self.rng.random() >= stray:
            return self.rng.choice(self.members.get(self.rng.choice(near), self.people))
        return self.rng.choice(self.people)

    # What people say

    def words(self, star: Star, slots: tuple[str, ...], language: str, script: Script, loyalty: float) -> str:
        """A post of these slots: a phrase of `script` with probability `loyalty`, else one heard, else one's own."""
        rng, pool, chosen = self.rng, PHRASES[language], {}
        for slot in slots:
            phrase = script.get(slot) if rng.random() < loyalty else None
            if phrase is None and star.said and rng.random() < self.dials.echo:
                phrase = rng.choice(star.said[-40:]).get(slot)
            # Nobody mixes languages: what was heard in another one is said in one's own words.
            chosen[slot] = phrase if phrase and phrase in pool[slot] else rng.choice(pool[slot])
        star.said.append(chosen)
        tags = rng.sample(star.tags, rng.choice((0, 1, 1, 2))) if rng.random() > loyalty * 0.5 else star.tags[:1]
        order = list(slots) if rng.random() < 0.6 else rng.sample(slots, len(slots))
        text = rng.choice((" ", ", ", ". ", " ")).join(chosen[slot] for slot in order if chosen[slot])
        text = text.replace("{service}", rng.choice(star.services)).replace("{when}", rng.choice(pool["period"]))
        text = text.replace("{name}", star.about.handle if rng.random() < 0.6 else f"@{star.about.handle}")
        letters = [c for c in " ".join([text, *tags]) if rng.random() > self.dials.typo / 4]
        return "".join(letters).capitalize() if rng.random() < 0.3 else "".join(letters)

    def say(
        self,
        star: Star,
        person: Person,
        hours: float,
        stance: TestimonyStance = "testimony",
        *,
        slots: tuple[str, ...] = STORY,
        script: Script | None = None,
        loyalty: float = 0.0,
        evidence: list[Evidence] | None = None,
        true: bool = False,
        sent: Kind | None = None,
    ) -> None:
        """Write down what `person` says of `star`, `hours` after the season opened; `sent` by a crew of this care."""
        rng, missing = self.rng, self.dials.missing["about"]
        testimony = stance == "testimony"
        weights = list(self.dials.channels) if testimony else [1, 0.01, 0.005, 0.06, 0.004]
        if true:
            weights[1:3] = [weight * self.dials.discretion for weight in weights[1:3]]
        astray = rng.random() < (0.12 if true else self.dials.confusion)
        channel = rng.choices(CHANNELS, weights)[0]
        told = testimony or (stance == "relay" and rng.random() < 0.5)
        # Sealed words were written before others could be read.
        alone = channel == "sealed"
        heard, star.said = star.said, [] if alone else star.said
        text = self.words(star, slots, person.language, script or {}, loyalty)
        star.said = heard
        known = rng.sample(star.conducts, rng.randint(1, len(star.conducts)))
        kind: Kind = sent or ("true" if true else "mistaken" if stance == "testimony" else stance)
        self.said.append(
            (
                Testimony(
                    id=self._hex(16),
                    received_at=self.opened + timedelta(seconds=int(hours * 3600)),
                    channel=channel,
                    about=star.about,
                    stance=stance,
                    conduct=([rng.choice(CONDUCTS)] if astray else known) if told and rng.random() > missing else [],
                    conduct_services=[rng.choice(star.services)] if told and rng.random() > missing else [],
                    met_on=[rng.choice(star.services)] if told and rng.random() > 0.3 + missing else [],
                    complainant_minor=rng.random() < 0.55 if testimony and rng.random() > missing else None,
                    text=None if channel == "user_report" and rng.random() < 0.4 else text,
                    reporter=person.reporter,
                    origin=person.origin,
                    evidence=evidence or [],
                ),
                kind,
            )
        )

    def proof(self, rate: float, *, true: bool) -> list[Evidence]:
        """What somebody shows, if anything, and what came of it when somebody looked."""
        rng, dials = self.rng, self.dials
        if rng.random() > rate:
            return []
        verified: bool | None = None
        if rng.random() < dials.looked_at:
            luck = rng.random()
            if true:
                verified = luck > dials.wrongly_refuted if luck < 0.9 else None
            else:
                verified = True if luck < dials.wrongly_passed else False if luck < dials.refuted else None
        kind = rng.choices(KINDS, [10, 3, 0.6, 1, 0.7, 1.5])[0]
        return [Evidence(kind=kind, verified=verified) for _ in range(rng.choice((1, 1, 1, 2)))]

    # How it spreads

    def courage(self, star: Star) -> None:
        """Victims speak when courage reaches them; some groups hold one evening, openly, with a common template."""
        rng, dials = self.rng, self.dials
        harmed = min(140, int(rng.paretovariate(dials.harmed) * (2.5 + star.fame / 20)))
        where = star.places if rng.random() < 0.7 else [rng.choice(self.schools)]
        victims = [self.bystander(where, stray=0.4) for _ in range(harmed)]
        reached = {0: star.start}
        front = [(star.start, 0)]
        while front:
            now, speaker = heapq.heappop(front)
            for other in range(len(victims)):
                shared = set(victims[speaker].places) & set(victims[other].places)
                chance = (dials.closeness if shared else dials.strangers) / (1 + len(victims) / 12)
                if other not in reached and rng.random() < chance:
                    reached[other] = now + rng.lognormvariate(0, 1) * dials.tempo
                    heapq.heappush(front, (reached[other], other))
        together = len(reached) >= 4 and rng.random() < 0.25
        evening, template, server = star.start + rng.uniform(12, 90), self.script(star), rng.choice(self.servers)
        for index, hours in reached.items():
            person = victims[index]
            joins = together and rng.random() < 0.8
            if joins:
                hours = evening + rng.expovariate(0.4)  # noqa: PLW2901 — they waited for the others
                if person.reporter.communities:
                    person.reporter.communities = sorted({*person.reporter.communities, server})
            if rng.random() < dials.anonymous:
                person = self.mask(person, hours)
            if star.attack == "poisoned_records" and rng.random() < 0.6:
                person.reporter = msgspec.structs.replace(person.reporter, rejected=rng.choice((1, 1, 2, 3)))
            evidence = self.proof(dials.proof, true=True)
            self.say(star, person, hours, script=template, loyalty=0.65 if joins else 0.0, evidence=evidence, true=True)

    def script(self, star: Star) -> Script:
        """Phrases that a group agrees on."""
        language = "en" if self.rng.random() < self.dials.english else "fr"
        return {slot: self.rng.choice(PHRASES[language][slot]) for slot in STORY}

    def gossip(self, star: Star, convinced: float) -> None:
        """An epidemic of relays over everybody; `convinced` of those reached say that it happened to them."""
        rng, dials = self.rng, self.dials
        pace = rng.lognormvariate(1.2, 0.8)
        # Some rumours run before anybody has testified.
        front = [(star.start + rng.gauss(8, 12), self.bystander(star.places)) for _ in range(int(star.fame))]
        relayed = 0
        while front and relayed < 700:
            hours, person = front.pop()
            relayed += 1
            if rng.random() < convinced:
                self.mistaken(star, person, hours)
            else:
                slots = ("news",) if (person.reporter.followers or 0) > 3000 and rng.random() < 0.5 else ("relay",)
                self.say(star, person, hours, "relay", slots=slots + ("appeal",) * (rng.random() < 0.4))
            # A gamma-distributed number of contacts makes few people spread most of it.
            for _ in range(int(rng.gammavariate(0.4, dials.rumour / 0.4) + rng.random())):
                if rng.random() < 0.62:
                    front.append((hours + rng.expovariate(1 / pace), self.bystander(person.places)))

    def mistaken(self, star: Star, person: Person, hours: float) -> None:
        """Somebody sincere who is wrong about who it was, or about what it was."""
        speaker = self.mask(person, hours) if self.rng.random() < self.dials.anonymous else person
        self.say(star, speaker, hours, evidence=self.proof(self.dials.proof * self.dials.borrowed_proof, true=False))

    def fans(self, star: Star, *, massed: bool) -> None:
        """Those who love the star answer; `massed`, they do so in one evening with words handed round."""
        rng = self.rng
        script = {"dispute": rng.choice(PHRASES["fr"]["dispute"])}
        count = int(rng.expovariate(1 / (self.dials.fans * (0.3 + star.fame / 12)))) + massed * rng.randrange(25, 120)
        evening = star.start + rng.uniform(6, 60)
        for _ in range(count):
            hours = evening + rng.expovariate(0.3) if massed else star.start + rng.expovariate(1 / 40)
            fan = self.bystander(star.places)
            self.say(star, fan, hours, "dispute", slots=("dispute",), script=script, loyalty=0.5 * massed)

    def strike(self, crew: "Crew", star: Star) -> None:
        """A crew testifies against a star, or drowns its true accusers among obvious copies."""
        rng, drowning = self.rng, star.attack == "drowning"
        level = 0 if drowning else crew.care
        loyalty = (0.8, 0.4, 0.12, 0.04)[level] * rng.uniform(0.5, 1.2)
        hours_apart = (2.0, 9.0, 40.0, 70.0)[level] * rng.uniform(0.5, 2)
        began, script = star.start + (rng.expovariate(1 / 20) if star.guilty else 0.0), self.script(star)
        for hand in rng.sample(crew.hands, 1 + int(rng.uniform(0.4, 1) * (len(crew.hands) - 1))):
            hours = began + rng.gammavariate(1.2, hours_apart)
            masked = level < 3 and rng.random() < self.dials.anonymous
            speaker = self.mask(hand, hours) if masked else hand
            rate = self.dials.proof * self.dials.borrowed_proof * (0.5, 0.8, 1, 1.4)[level] * (1 + drowning)
            proof = self.proof(rate, true=False)
            self.say(star, speaker, hours, script=script, loyalty=loyalty, evidence=proof, sent=CARES[level])
            if level == 3 and rng.random() < 0.3:
                self.say(
                    star, speaker, hours + rng.expovariate(0.1), "relay", slots=("relay", "appeal"), sent=CARES[level]
                )


class Crew:
    """People of one server who care little for truth, with the accounts and the origins that they use."""

    def __init__(self, town: Town) -> None:
        rng = town.rng
        self.care = rng.choices(range(len(CARES)), town.dials.cares)[0]
        self.server = rng.choice(town.servers)
        size = int(rng.lognormvariate(2.1, 0.8)) + 3
        candidates = [town.bystander([self.server], stray=0.2 + 0.15 * self.care) for _ in range(size * 2)]
        recruits = sorted(candidates, key=lambda person: person.honesty)[:size]
        lot = rng.expovariate(1 / 700) + 60
        self.hands = []
        for person in recruits:
            hand = person
            if rng.random() < (0.1, 0.3, 0.5, 0.7)[self.care]:
                # An account bought with its age; careful crews do not buy the whole lot at one place.
                age = lot + rng.uniform(0, 3) if rng.random() < 0.35 - 0.1 * self.care else rng.expovariate(1 / 800)
                record = (int(rng.expovariate(1.3)), 0)
                reporter = town.account(person.places, age=age, fame=rng.gauss(4, 1.5), record=record)
                hand = Person(reporter, person.origin, person.places, person.language, person.honesty)
            if rng.random() < (0.25, 0.15, 0.05, 0.02)[self.care]:
                hand = Person(hand.reporter, recruits[0].origin, hand.places, hand.language, hand.honesty)
            self.hands.append(hand)


def _star(town: Town, handle: str, *, guilty: bool) -> Star:
    rng = town.rng
    name = "".join(part.capitalize() for part in handle.split("."))
    return Star(
        about=AccountReference(rng.choice(SERVICES), handle),
        guilty=guilty,
        start=rng.uniform(0, town.dials.days * 24),
        fame=0 if rng.random() < 0.25 else min(120.0, rng.lognormvariate(2.7, 1.2)),
        places=[rng.choice(town.servers) for _ in range(rng.randint(1, 3))],
        tags=[f"#{rng.choice(CRIES)}{name}", "#moiaussi", f"#{handle[:4]}gate"],
        conducts=rng.sample(CONDUCTS, rng.randint(1, 3)),
        services=rng.sample(SERVICES, rng.randint(1, 3)),
    )


def _happen(town: Town, star: Star, crews: list[Crew]) -> None:
    """Everything that is said of one star."""
    rng, dials = town.rng, town.dials
    crew = rng.choice(crews)
    if star.guilty:
        if rng.random() < dials.protected:
            star.attack = rng.choice(("mass_disputes", "poisoned_records", "drowning"))
        elif rng.random() < dials.crew_on_guilty:
            star.attack = CARES[crew.care]
        town.courage(star)
        town.gossip(star, convinced=dials.convinced * 0.5)
    else:
        case = rng.choices(("mistaken", "rumour", "grudge", "crew"), dials.truth_in_case)[0]
        if case == "crew":
            star.attack = CARES[crew.care]
        elif case == "grudge":
            star.attack = "grudge"
        if case != "crew":
            for nth in range(1 + int(rng.expovariate(2.0 if case == "grudge" else 1.0))):
                town.mistaken(star, town.bystander(star.places), star.start + (nth and rng.expovariate(1 / 30)))
        town.gossip(star, convinced=dials.convinced * rng.lognormvariate(0, 1))
    star.campaign = star.attack in (*CARES, "drowning")
    if star.campaign:
        town.strike(crew, star)
    town.fans(star, massed=star.attack == "mass_disputes")


def world(seed: int, accounts: int) -> Wave:
    """One season of a town with this many accused accounts, half of them guilty; the same for a seed."""
    rng = random.Random(seed)
    town = Town(rng, size=400 + 30 * accounts)
    handles: set[str] = set()
    while len(handles) < accounts:
        handles.add(".".join("".join(rng.choices(SYLLABLES, k=2)) for _ in range(2)) + str(rng.randrange(100)))
    sides = sides_of(rng, accounts)
    stars = [_star(town, handle, guilty=side) for handle, side in zip(sorted(handles), sides, strict=True)]
    crews = [Crew(town) for _ in range(max(3, accounts // 5))]
    for star in stars:
        _happen(town, star, crews)
    truth = [Truth(about=s.about, guilty=s.guilty, campaign=s.campaign, attack=s.attack) for s in stars]
    return wave_by_time(town.said, truth)
