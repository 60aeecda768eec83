"""A world where texts are genealogies: every text is born new, copied from one that its writer saw, or a mutant of it.

A text is a genome: one gene a locus (opening, setting, deed, detail…), each gene an allele (what is meant), a wording
(how it is put) and a filling (the figures in it). Somebody who lived something brings new facts and at most borrows the
frame (opening, call, hashtags) of what went round; an imitator inherits the facts too and lets them mutate; a campaign
is a lineage with an editor, who rewrites each copy of a master text with more or less care; a drowning copies the text
of a true witness. Who speaks next is drawn from the readers of the texts already out, so times are a tree as well. All
the rates of a season (copying, mutation, proof, records, what is not known…) are drawn from wide ranges for each seed.
"""

import unicodedata
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple, get_args

from worlds._making import known_origin, mark, sides_of, wave_by_time, words_beside

from rempart.records import AccountReference, Evidence, Origin, Reporter, Testimony, Truth
from rempart.records.vocabulary import CHANNELS, CONDUCTS, Channel, EvidenceKind
from rempart.replay import Wave
from rempart.replay.arrivals import Kind

_POOL = words_beside(__file__)
_START = datetime(2024, 9, 2, 6, tzinfo=UTC)
_KINDS = get_args(EvidenceKind)
_HOSTS = ("tiktok", "instagram", "snapchat", "youtube", "twitch", "discord")
_FRAME = ("opening", "aftermath", "call")
_FACTS = ("setting", "deed", "detail")
_ORDER = ("opening", "hearsay", "defence", "setting", "deed", "detail", "aftermath", "call")
_SHORT = {"j'avais": "javais", "c'était": "cetait", "parce que": "pcq", "je suis": "jsuis", "quelqu'un": "qqn"}
_SHORT |= {"toujours": "tjrs", "beaucoup": "bcp", "people": "ppl", "pictures": "pics", "tout": "tt", "était": "etait"}
_SYLLABLES = ("lo", "mi", "ka", "ze", "vy", "ra", "no", "el", "du", "sol", "tae", "fin", "gus", "bri", "oz", "ma")


class Gene(NamedTuple):
    """What is meant, how it is put, and the number that chooses the figures in it."""

    allele: int
    wording: int
    filling: int


Genome = dict[str, Gene]


class Part(NamedTuple):
    """How a kind of person speaks: the weights of the channels, then chances and means of this season."""

    channels: tuple[float, ...]
    proof: float
    holds: float
    fresh: float
    upheld: float
    rejected: float
    near: float
    school: float


class Speaker(NamedTuple):
    """A person with an account; `style` chooses their abbreviations, typos and fillers."""

    reporter: Reporter
    origin: Origin | None
    opened: float
    style: int
    language: str


class Star(NamedTuple):
    """An account that people speak about: what is said to be its manner, who gravitates around it, how loud it is."""

    about: AccountReference
    guilty: bool
    start: float
    loud: float
    manner: list[int]
    fandom: list[str]
    schools: list[str]
    tags: list[str]
    services: list[Any]
    tilt: dict[str, float]


CARES: dict[str, Kind] = {
    "crude_copy": "crude",
    "paraphrase": "moderate",
    "careful": "careful",
    "adaptive": "adaptive",
}
PARTS: dict[str, Kind] = {
    "witness": "true",
    "mistaken": "mistaken",
    "grudge": "mistaken",
    "joiner": "mistaken",
    "relay": "relay",
    "dispute": "dispute",
}


class Line(NamedTuple):
    """A text to come: when, by whom, playing which part, edited by whom."""

    at: float
    part: str
    speaker: Speaker
    master: Genome | None = None
    care: float = 0.0
    sent: Kind | None = None  # the care of the crew that sends it


class Crew(NamedTuple):
    """People who strike together, more or less carefully, sometimes knowing that they are looked for."""

    members: list[Speaker]
    care: float
    attack: str


class Climate:
    """The dials of a season."""

    def __init__(self, dice: Random) -> None:
        wide = dice.uniform
        self.english, self.silent = wide(0.02, 0.3), wide(0.02, 0.2)
        self.no_age, self.no_followers, self.no_communities = wide(0.05, 0.5), wide(0.05, 0.5), wide(0.1, 0.6)
        self.no_network, self.no_device, self.no_facts = wide(0.1, 0.6), wide(0.2, 0.7), wide(0.1, 0.5)
        self.borrow, self.mutate, self.joining = wide(0.2, 0.8), wide(0.05, 0.35), wide(0.0, 0.06)
        self.regular = wide(0.04, 0.2)
        self.looked, self.passes = wide(0.35, 0.75), wide(0.01, 0.06)
        self.lag, self.spread = wide(1.5, 14.0), wide(0.8, 1.6)
        self.witnesses, self.quiet = wide(3.5, 8.0), wide(0.3, 0.45)
        self.relays, self.disputes = wide(25.0, 70.0), wide(6.0, 25.0)
        self.struck, self.struck_guilty, self.shielded = wide(0.35, 0.6), wide(0.06, 0.25), wide(0.1, 0.3)
        self.strike, self.evening = wide(4.0, 13.0), wide(0.05, 0.25)
        self.alleles = wide(0.6, 1.0)
        proof, upheld, rejected = wide(0.18, 0.45), wide(0.2, 0.6), wide(0.08, 0.3)
        fresh, near = wide(0.15, 0.5), wide(0.3, 0.7)
        # Sincere and mistaken people are the same people; what differs is little, and drawn.
        new, up, down = fresh, upheld, rejected
        self.parts = {
            "witness": Part((50, 18, 14, 15, 3), proof, wide(0.85, 0.97), new, up, down, near, wide(0.05, 0.3)),
            "mistaken": Part((45, 20, 8, 25, 2), proof * wide(0.4, 1), 0, new * 0.8, up * 0.8, down, near * 0.8, 0.08),
            "grudge": Part((50, 15, 5, 29, 1), proof * wide(0.5, 1.4), 0, new, up * 0.5, down * 2, near * 0.7, 0.2),
            "joiner": Part((80, 4, 2, 13, 1), proof * wide(0.1, 0.6), 0, new, up * 0.6, down * 1.4, near * 0.8, 0.03),
            "agent": Part((64, 8, 5, 22, 1), proof * wide(0.2, 0.9), 0, 0.5, up * 0.4, down * 2.4, near * 0.8, 0.0),
            "relay": Part((93, 1, 1, 4, 1), 0.02, 0.5, new * 0.4, up * 0.7, down, near * 0.6, 0.01),
            "dispute": Part((90, 4, 1, 4, 1), 0.02, 0.5, new * 0.5, up * 0.6, down, near * 1.3, 0.02),
        }


def world(seed: int, accounts: int) -> Wave:
    """The wave of a season with this many accused accounts, half of them guilty; the same for a seed."""
    return _Season(Random(seed), accounts).wave()


class _Season:
    def __init__(self, dice: Random, accounts: int) -> None:
        self.dice = dice
        self.climate = Climate(dice)
        self.scenes = [self.token() for _ in range(60 + accounts // 4)]
        self.carriers = [self.token() for _ in range(40)]
        self.testimonies: list[tuple[Testimony, Kind]] = []
        self.regulars: list[Speaker] = []
        self.stars = [self.star(index, side) for index, side in enumerate(sides_of(dice, accounts))]
        self.crews = [self.crew() for _ in range((accounts + 9) // 10)]

    def wave(self) -> Wave:
        truth = [self.tell(star) for star in self.stars]
        return wave_by_time(self.testimonies, truth)

    # --- people -----------------------------------------------------------------------------------------------------

    def token(self) -> str:
        return mark(self.dice, 12)

    def some(self, mean: float) -> int:
        """A geometric number of this mean."""
        return int(self.dice.expovariate(1.0) * (mean + 0.5)) if mean > 0 and self.dice.random() < mean * 2 else 0

    def heavy(self, median: float, sigma: float, cap: int) -> int:
        return min(cap, int(median * self.dice.lognormvariate(0, sigma)))

    def star(self, index: int, guilty: bool) -> Star:
        dice = self.dice
        name = "".join(dice.choices(_SYLLABLES, k=3))
        tags = [tag.format(who=name) for tag in dice.sample(_POOL["shared"]["hashtags"], dice.randint(2, 4))]
        tilt = {key: dice.lognormvariate(0, 0.7) for key in ("proof", "upheld", "rejected", "fresh")}
        services = list(dict.fromkeys(dice.choices(_HOSTS, k=dice.randint(1, 3))))
        return Star(
            AccountReference(services[0], f"{name}{index}"),  # type: ignore[arg-type]
            guilty,
            dice.uniform(0, 24 * 50),
            0.0 if dice.random() < self.climate.quiet else dice.lognormvariate(0, 1.1),
            dice.choices(range(len(CONDUCTS)), k=dice.choice((1, 1, 2, 3))),
            dice.sample(self.scenes, dice.randint(1, 3)),
            [self.token() for _ in range(dice.randint(1, 2))],
            tags,
            services,
            tilt,
        )

    def speaker(self, star: Star, name: str, at: float, **traits: Any) -> Speaker:
        """Somebody new; `traits` (opened, network, device, scenes, clean, poisoned): what a crew or a past decides."""
        dice, climate, part = self.dice, self.climate, self.climate.parts[name]
        opened = traits.get("opened")
        fresh = dice.random() < part.fresh * star.tilt["fresh"]
        if opened is None:
            opened = at - (dice.expovariate(1 / 60) if fresh else 24 * dice.uniform(20, 2400))
        opened = min(opened, at - 0.2)
        scenes = [scene for scene in star.fandom if dice.random() < part.near]
        scenes += traits.get("scenes", [])
        scenes += [self.scenes[int(dice.random() ** 2 * len(self.scenes))] for _ in range(dice.randint(0, 4))]
        network = traits.get("network")
        if network is None:
            roll = dice.random()
            shared = dice.choice(star.schools) if roll < part.school else dice.choice(self.carriers)
            network = shared if roll < max(0.25, part.school) else self.token()
        origin = known_origin(
            network=None if dice.random() < climate.no_network else network,
            device=None if dice.random() < climate.no_device else traits.get("device") or self.token(),
        )
        past = 0.2 if fresh else 1.0
        clean = 0.3 if traits.get("clean") else 1.0
        dice.shuffle(scenes)
        reporter = Reporter(
            id=self.token(),
            account_created_at=None if dice.random() < climate.no_age else _moment(opened),
            followers=None if dice.random() < climate.no_followers else int(dice.lognormvariate(3.2 + past, 1.6)),
            upheld=self.some(part.upheld * star.tilt["upheld"] * past / clean**0.5),
            rejected=self.some(part.rejected * star.tilt["rejected"] * past * clean) + traits.get("poisoned", 0),
            communities=[] if dice.random() < climate.no_communities else list(dict.fromkeys(scenes)),
        )
        language = "en" if dice.random() < climate.english else "fr"
        return Speaker(reporter, origin, opened, dice.getrandbits(30), language)

    def somebody(self, star: Star, name: str, at: float, **traits: Any) -> Speaker:
        """Somebody new, or one of the regulars, who speak about several accounts."""
        dice = self.dice
        if not traits and self.regulars and dice.random() < self.climate.regular:
            regular = dice.choice(self.regulars)
            if regular.opened < at:
                return regular
        speaker = self.speaker(star, name, at, **traits)
        if dice.random() < 0.05:
            self.regulars.append(speaker)
        return speaker

    def crew(self) -> Crew:
        """Accounts opened in lots or bought, behind few machines or many, according to the care taken."""
        dice, star = self.dice, self.dice.choice(self.stars)
        care = dice.random()
        adaptive = care > 0.4 and dice.random() < 0.4
        attack = "adaptive" if adaptive else ("crude_copy", "paraphrase", "careful")[min(2, int(care * 3))]
        lots = [dice.uniform(-24 * 900, 0) for _ in range(1 + int(care * 12))]
        exits = [self.token() for _ in range(2 + int(care * 25))] + dice.sample(self.carriers, 4)
        machines = [self.token() for _ in range(3 + int(care * 60))]
        scenes = dice.sample(star.fandom, 1) if dice.random() < 0.7 else []
        members = []
        for _ in range(max(4, self.heavy(self.climate.strike * 1.5, 0.8, 160))):
            traits: dict[str, Any] = {"clean": adaptive or dice.random() < care * 0.8}
            traits["scenes"] = scenes if dice.random() < 0.8 - care * 0.5 else []
            if dice.random() < 0.9 - care * 0.6:
                traits["opened"] = dice.choice(lots) + dice.uniform(0, 30)
            if dice.random() < 0.85 - care * 0.7:
                traits["network"] = dice.choice(exits)
            if dice.random() < 0.6 - care * 0.55:
                traits["device"] = dice.choice(machines)
            members.append(self.speaker(star, "agent", star.start, **traits))
        return Crew(members, care, attack)

    # --- texts ------------------------------------------------------------------------------------------------------

    def gene(self, language: str, locus: str, allele: int | None = None) -> Gene:
        alleles = _POOL[language][locus]
        if allele is None:
            in_use = max(3, int(len(alleles) * self.climate.alleles))
            allele = int(self.dice.random() * in_use)
        return Gene(allele, int(self.dice.random() * 3), self.dice.getrandbits(24))

    def born(self, star: Star, language: str, *, own: float = 0.25) -> Genome:
        """A text with facts of its own: the deed is mostly in the manner that the account is said to have."""
        dice = self.dice
        deed = dice.randrange(9) if dice.random() < own else dice.choice(star.manner)
        genome = {"deed": self.gene(language, "deed", deed)}
        for locus, chance in (("opening", 0.6), ("setting", 0.85), ("detail", 0.85), ("aftermath", 0.5), ("call", 0.4)):
            if dice.random() < chance:
                genome[locus] = self.gene(language, locus)
        return genome

    def framed(self, genome: Genome, seen: Genome | None) -> Genome:
        """The same facts within the frame of a text that was seen."""
        if seen is None or self.dice.random() > self.climate.borrow:
            return genome
        return genome | {locus: seen[locus] for locus in _FRAME if locus in seen and self.dice.random() < 0.6}

    def mutant(self, genome: Genome, language: str, rate: float) -> Genome:
        """A copy: each gene may be reworded, drift to another allele, or be lost."""
        copy = {}
        for locus, gene in genome.items():
            roll = self.dice.random()
            if roll < rate * 0.3:
                copy[locus] = self.gene(language, locus, gene.allele if locus == "deed" else None)
            elif roll < rate:
                copy[locus] = self.gene(language, locus, gene.allele)
            elif locus == "deed" or roll < 1 - rate * 0.2:
                copy[locus] = gene
        return copy

    def say(self, genome: Genome, star: Star, speaker: Speaker) -> str:
        """The text of a genome, in the manner of its writer."""
        pool, shared, style = _POOL[speaker.language], _POOL["shared"], speaker.style
        parts = []
        for locus in _ORDER:
            if (gene := genome.get(locus)) is None:
                continue
            alleles = pool[locus]
            wording = alleles[gene.allele % len(alleles)][gene.wording + (locus == "deed")]
            if "{" in wording:
                number = gene.filling
                wording = wording.format(
                    when=shared["when"][number % 14], age=12 + number % 7, where=shared["where"][number // 14 % 8],
                    day=shared["day"][number // 7 % 7], many=2 + number // 5 % 9,
                )  # fmt: skip
            parts.append(wording)
        if style % 3 == 0:
            parts.insert(style % (len(parts) + 1), shared["fillers"][style // 3 % 16])
        text = (" ", ". ", ", ", "\n")[style // 50 % 4].join(parts)
        if style // 200 % 3 == 0:
            for long, short in _SHORT.items():
                text = text.replace(long, short)
        if style // 600 % 4 == 0:
            text = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
        if style // 2400 % 3:
            text = text.lower()
        if style // 7200 % 4 == 0 and len(text) > 12:
            slip = style // 28800 % (len(text) - 2)
            text = text[:slip] + text[slip + 1] + text[slip] + text[slip + 2 :]
        tags = [tag for index, tag in enumerate(star.tags) if style >> index & 1]
        return " ".join([text, *tags])

    # --- a wave about one account -----------------------------------------------------------------------------------

    def readers(self, number: int, start: float, lag: float) -> list[float]:
        """Times that form a tree: each reader speaks some time after a text that is already out."""
        times = [start]
        for _ in range(number - 1):
            times.append(self.dice.choice(times) + lag * self.dice.lognormvariate(0, self.climate.spread))
        return times[:number]

    def tell(self, star: Star) -> Truth:
        dice, climate = self.dice, self.climate
        attack, campaign = "none", False
        lines = self.sincere(star)
        if dice.random() < (climate.struck_guilty if star.guilty else climate.struck):
            crew = self.crews[int(dice.random() ** 1.5 * len(self.crews))]
            lines += self.strike(star, crew)
            attack, campaign = crew.attack, True
        elif star.guilty and dice.random() < climate.shielded:
            attack = dice.choice(("mass_dispute", "poisoned_record", "drowning"))
            lines, campaign = self.shield(star, lines, attack)
        elif any(line.part == "grudge" for line in lines):
            attack = "grudge"
        lines += self.echoes(star, len(lines), dice.lognormvariate(1.5, 0.5) if attack == "mass_dispute" else 1.0)
        self.write(star, lines)
        return Truth(about=star.about, guilty=star.guilty, campaign=campaign, attack=attack)

    def sincere(self, star: Star) -> list[Line]:
        """Those who speak for themselves: witnesses, people who are mistaken, and somebody's grudge."""
        dice, climate = self.dice, self.climate
        counts = {"witness": 0, "mistaken": self.some(0.35), "grudge": int(dice.random() < 0.06)}
        if star.guilty:
            counts["witness"] = 1 + self.heavy(climate.witnesses * (0.5 + star.loud) * 1.2, 1.0, 120)
        else:
            counts["mistaken"] = self.heavy(0.9 + star.loud, 0.9, 14)
            counts["grudge"] = dice.choice((0, 0, 0, 1, 1, 2, 4))
        lines = []
        evening = star.guilty and dice.random() < climate.evening
        server = [self.token()] if evening else []
        frame = self.born(star, "fr") if evening else None
        for name, number in counts.items():
            device, network = self.token(), self.token()
            together = evening and name == "witness"
            for at in self.readers(number, star.start + dice.expovariate(1 / 20), 0.4 if together else climate.lag):
                traits: dict[str, Any] = {"scenes": server} if together and dice.random() < 0.8 else {}
                if name == "grudge" and dice.random() < 0.6:
                    traits |= {"device": device, "network": network}
                elif dice.random() < 0.02:
                    traits["device"] = device  # a friend's telephone
                lines.append(Line(at, name, self.somebody(star, name, at, **traits), frame if together else None))
        return lines

    def strike(self, star: Star, crew: Crew) -> list[Line]:
        """A campaign: members of a crew post copies of a master text, each edited."""
        dice = self.dice
        patient = crew.attack in ("careful", "adaptive")
        start = star.start + dice.expovariate(1 / 30)
        chosen = self.sent(star, crew, start, max(2, self.heavy(self.climate.strike, 0.9, 150)))
        number = len(chosen)
        if patient and dice.random() < 0.7:
            times = self.readers(number, start, self.climate.lag * dice.uniform(0.5, 2))
        else:
            span = dice.lognormvariate(3.5 if patient else 1.6, 0.9)
            times = [start + dice.random() * span for _ in range(number)]
        master = self.born(star, "fr")
        sent = CARES[crew.attack]
        return [Line(at, "agent", who, master, crew.care, sent) for at, who in zip(times, chosen, strict=True)]

    def sent(self, star: Star, crew: Crew, start: float, number: int) -> list[Speaker]:
        """Members whose account exists by then; the more care, the more of them are replaced by new ones."""
        dice = self.dice
        ready = [member for member in crew.members if member.opened < start]
        chosen = dice.sample(ready, min(number, len(ready)))
        spent = crew.care * (0.9 if crew.attack == "adaptive" else 0.5)
        kept = [who for who in chosen if dice.random() > spent]
        clean = crew.attack in ("careful", "adaptive")
        new = max(len(chosen), 2) - len(kept)
        return kept + [self.speaker(star, "agent", start, clean=clean) for _ in range(new)]

    def shield(self, star: Star, lines: list[Line], attack: str) -> tuple[list[Line], bool]:
        """Those who protect the account: records poisoned beforehand, or the case drowned in copies of a true text."""
        dice = self.dice
        if attack == "poisoned_record":
            spoilt = []
            for line in lines:
                worse = self.speaker(star, line.part, line.at, poisoned=dice.randint(0, 4))
                spoilt.append(line._replace(speaker=worse))
            return spoilt, False
        if attack != "drowning":
            return lines, False
        model = self.born(star, "fr", own=0.0)
        lines[0] = lines[0]._replace(master=model)
        start = lines[0].at + dice.expovariate(1 / 24)
        decoys = self.sent(star, dice.choice(self.crews), start, self.heavy(self.climate.strike, 0.8, 120) + 2)
        times = self.readers(len(decoys), start, dice.uniform(0.2, 3))
        care = dice.uniform(0, 0.4)
        return lines + [
            Line(at, "agent", who, model, care, "crude") for at, who in zip(times, decoys, strict=True)
        ], True

    def echoes(self, star: Star, spoken: int, defended: float) -> list[Line]:
        """Relays, fans who dispute, and imitators who claim what they read."""
        dice, climate = self.dice, self.climate
        counts = {
            "relay": self.heavy(climate.relays * star.loud, 0.6, 600),
            "dispute": self.heavy(climate.disputes * star.loud * defended, 0.7, 300) + int(defended > 1) * 5,
        }
        counts["joiner"] = int(counts["relay"] * climate.joining * dice.random())
        if spoken + counts["joiner"] == 0:
            counts["relay"] += 1
        lines = []
        for name, number in counts.items():
            times = self.readers(number, star.start + dice.expovariate(1 / 25), climate.lag * dice.uniform(0.5, 2))
            lines += [Line(at, name, self.somebody(star, name, at)) for at in times]
        return lines

    def write(self, star: Star, lines: list[Line]) -> None:
        """Each in turn writes, having seen some of what is already out in their language."""
        out: dict[tuple[bool, str], list[Genome]] = {}
        for line in sorted(lines, key=lambda line: line.at):
            pool = out.setdefault((line.part == "dispute", line.speaker.language), [])
            seen = self.dice.choice(pool[-40:]) if pool else None
            genome = self.genome(star, line, seen)
            channel = self.dice.choices(CHANNELS, self.climate.parts[line.part].channels)[0]
            if channel == "public_post":
                pool.append(genome)
            self.testimonies.append((self.testimony(star, line, genome, channel), line.sent or PARTS[line.part]))

    def genome(self, star: Star, line: Line, seen: Genome | None) -> Genome:
        dice, language, rate = self.dice, line.speaker.language, self.climate.mutate
        if line.part in ("relay", "dispute"):
            theme = "hearsay" if line.part == "relay" else "defence"
            if seen is not None and dice.random() < 0.3:
                copy = self.mutant(seen, language, rate)
                return copy if line.part == "dispute" else copy | {theme: self.gene(language, theme)}
            genome = {locus: self.gene(language, locus) for locus in ("opening", "call") if dice.random() < 0.3}
            return genome | {theme: self.gene(language, theme)}
        if line.part == "joiner" and seen is not None and "deed" in seen:
            return self.mutant(seen, language, rate * 2)
        if line.part == "agent" and line.master is not None and dice.random() > line.care**3:
            return self.mutant(line.master, language, min(1.0, 0.05 + line.care * 1.1))
        return self.framed(self.born(star, language), line.master or seen)

    def testimony(self, star: Star, line: Line, genome: Genome, channel: Channel) -> Testimony:
        dice, climate, part = self.dice, self.climate, self.climate.parts[line.part]
        evidence: list[Evidence] = []
        while len(evidence) < 3 and dice.random() < part.proof * star.tilt["proof"] / (1 + len(evidence)):
            kind = dice.choices(_KINDS, (60, 14, 2, 8, 6, 10))[0]
            looked = dice.random() < climate.looked
            holds = dice.random() < (part.holds if star.guilty and part.holds else climate.passes)
            evidence.append(Evidence(kind=kind, verified=holds if looked else None))
        deed = genome["deed"].allele if "deed" in genome else dice.choice(star.manner)
        dispute = line.part == "dispute"
        told = [] if dispute or dice.random() < climate.no_facts / 2 else [CONDUCTS[deed]]
        if told and dice.random() < 0.15:
            told = list(dict.fromkeys([*told, dice.choice(CONDUCTS)]))
        return Testimony(
            id=self.token(),
            received_at=_moment(line.at),
            channel=channel,
            about=star.about,
            stance="testimony" if line.part not in ("relay", "dispute") else line.part,  # type: ignore[arg-type]
            conduct=told,
            conduct_services=[] if dispute or dice.random() < climate.no_facts else [dice.choice(star.services)],
            met_on=[] if dispute or dice.random() < climate.no_facts else [dice.choice(star.services)],
            complainant_minor=None if dispute or dice.random() < climate.no_facts else dice.random() < 0.55,
            text=None if dice.random() < climate.silent else self.say(genome, star, line.speaker),
            reporter=line.speaker.reporter,
            origin=line.speaker.origin,
            evidence=evidence,
        )


def _moment(hours: float) -> datetime:
    return _START + timedelta(seconds=int(hours * 3600))
