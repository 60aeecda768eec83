"""Heat: attention is a self-exciting marked point process, and truth is only one of the marks.

Everything said of an account is one cascade. A post makes others come (testimonies, relays, disputes) after delays
that fall as a power law; each adds to the heat of its hashtag, which cools within hours, and a hot hashtag trends:
what is said there reaches more people, until they tire. Articles are shocks from outside. People who were harmed are
a reservoir that the cascade empties; people who only believe that they were are a weaker, endless one. Heat marks
what is said: in the heat, posts are public, short, copied, made from new accounts; in the cold come forms, sealed
words and proofs. Brigades inject pulses of their own shape into the same cascade, and bystanders react to these like
to any other.
"""

import heapq
import math
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec.structs import replace
from worlds._making import CARES, known_origin, mark, wave_by_time, words_beside

from rempart.records import AccountReference, Evidence, Origin, Reporter, Testimony, Truth
from rempart.records.references import Service
from rempart.records.vocabulary import CHANNELS, CONDUCTS, Conduct, EvidenceKind, TestimonyStance
from rempart.replay import Wave
from rempart.replay.arrivals import Kind

SENTENCES = words_beside(__file__)
SERVICES: list[Service] = ["instagram", "tiktok", "snapchat", "twitch", "discord", "twitter", "youtube", "bluesky"]
PROOFS: list[EvidenceKind] = ["screenshot", "export", "witness", "audio", "video", "platform_log"]
CHOICE = re.compile(r"\[([^\[\]]*)\]")

Mark = Literal["victim", "error", "relay", "news", "dispute", "planted"]
KINDS: dict[Mark, Kind] = {
    "victim": "true",
    "error": "mistaken",
    "relay": "relay",
    "news": "relay",
    "dispute": "dispute",
}
STANCES: dict[Mark, TestimonyStance] = {"relay": "relay", "news": "relay", "dispute": "dispute"}
Brief = list[tuple[str, int, str]]  # sentences: language, which template, and what it became


class Climate:
    """The constants of one season."""

    def __init__(self, rng: random.Random) -> None:
        draw = rng.uniform
        self.english = draw(0.03, 0.25)
        self.cooling = draw(2, 20)  # hours
        self.trending = draw(8, 40)  # heat at which a hashtag is half as visible as it can be
        self.boost = draw(0.2, 0.9)
        self.tiring = draw(120, 350)  # posts after which people have had enough
        self.slowness = draw(0.3, 3)  # scale of the power law of delays, in hours
        self.offspring = {  # children by mark of the parent; errors and victims are further limited by who there is
            "victim": {
                "victim": draw(0.5, 1.3),
                "error": draw(0.0, 0.06),
                "relay": draw(0.3, 0.9),
                "dispute": draw(0.2, 1),
            },
            "relay": {
                "victim": draw(0.02, 0.1),
                "error": draw(0.001, 0.012),
                "relay": draw(0.4, 0.68),
                "dispute": draw(0.1, 0.3),
            },
            "dispute": {"victim": draw(0, 0.03), "error": 0.0, "relay": draw(0.05, 0.2), "dispute": draw(0.1, 0.4)},
            "news": {"victim": draw(0.2, 1), "error": draw(0, 0.15), "relay": draw(2, 12), "dispute": draw(1, 5)},
        }
        self.harmed = draw(1.4, 2.3), draw(0.8, 1.4)  # lognormal size of the reservoir
        self.articles = draw(0.4, 1.5)
        self.newcomers = draw(0.3, 0.8)  # who speaks for the first time, against those who already spoke of others
        self.fresh = draw(0.05, 0.5)
        self.copying = draw(0.1, 0.45)
        self.shown = draw(0.22, 0.55)
        self.shown_wrongly = draw(0.3, 0.85)  # relative to that
        self.examined = draw(0.3, 0.7)
        self.passed, self.refuted, self.misjudged = draw(0.03, 0.09), draw(0.25, 0.65), draw(0.03, 0.1)
        self.unknown = [draw(0.02, 0.5) for _ in range(6)]
        self.cold_channels = [1, draw(0.2, 1), draw(0.1, 0.6), draw(0.2, 1), draw(0.01, 0.1)]
        self.hot_channels = [1, draw(0.02, 0.2), draw(0.01, 0.1), draw(0.05, 0.4), draw(0, 0.03)]
        self.brigaded = draw(0.2, 0.5), draw(0.05, 0.2)  # the innocent, the guilty
        self.shielded = draw(0.1, 0.3)
        self.pulses = [draw(0.5, 2) for _ in CARES]
        self.sameness = draw(0.5, 0.9)  # how often a victim meets the conduct that the account is known for


@dataclass
class Speaker:
    reporter: Reporter
    origin: Origin | None
    fandoms: list[str]
    english: bool


@dataclass
class Plant:
    """What a brigade hands to one of its accounts."""

    speaker: Speaker
    kind: Kind
    brief: Brief
    keeping: float
    dispute: bool = False
    flaunted: float = 1.0  # how much more than others it shows (false) proofs


@dataclass
class Case:
    about: AccountReference
    guilty: bool
    opens: float
    fandoms: list[str]
    tags: list[str]
    conducts: list[Conduct]
    services: list[Service]
    reservoir: int = 0
    credulity: float = 1.0
    fame: float = 1.0
    evening: float | None = None  # when a group of victims agreed to speak together, openly
    attack: str = "none"
    heard: list[Brief] = field(default_factory=list)


class Season:
    """One season of cascades."""

    def __init__(self, rng: random.Random, cases: int) -> None:
        self.rng = rng
        self.climate = Climate(rng)
        self.opens = datetime(2023, 6, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(900_000))
        self.fandoms = [self.token(8) for _ in range(20 + cases // 3)]
        self.carriers = [self.token(10) for _ in range(10 + cases // 4)]
        self.seen: list[Speaker] = []
        self.posts: list[tuple[Testimony, Kind]] = []

    def token(self, digits: int) -> str:
        return mark(self.rng, digits)

    def poisson(self, mean: float) -> int:
        """Knuth's product of uniforms; means are small here."""
        count, product, floor = 0, self.rng.random(), math.exp(-mean)
        while product > floor:
            count, product = count + 1, product * self.rng.random()
        return count

    def delay(self) -> float:
        """Hours until an answer: Omori's power law, cut after three weeks."""
        return min(500.0, self.climate.slowness * (math.pow(self.rng.random(), -0.9) - 1))

    # Who speaks

    def newcomer(self, fandoms: list[str], *, days: float, candour: float) -> Speaker:
        """A speaker not seen before, whose account is `days` old; candour sways how their past reports ended."""
        rng, unknown = self.rng, self.climate.unknown
        followed = set(rng.sample(self.fandoms, rng.randrange(4)))
        followed.update(fandom for fandom in fandoms if rng.random() < 0.6)
        past = self.poisson(0.5 if days > 60 else 0.08)
        upheld = sum(rng.random() < 0.45 * candour for _ in range(past))
        rejected = sum(rng.random() < 0.5 * (1 - candour) for _ in range(past - upheld))
        network = rng.choice(self.carriers) if rng.random() < 0.3 else self.token(10)
        return Speaker(
            Reporter(
                id=self.token(10),
                account_created_at=None if rng.random() < unknown[0] else self.opens - timedelta(days=days),
                followers=None if rng.random() < unknown[1] else int(rng.lognormvariate(3 + min(days, 900) / 500, 1.4)),
                upheld=upheld,
                rejected=rejected,
                communities=[] if rng.random() < unknown[2] else sorted(followed),
            ),
            self.origin(network, self.token(10)),
            sorted(followed),
            rng.random() < self.climate.english,
        )

    def origin(self, network: str, device: str) -> Origin | None:
        unknown = self.climate.unknown
        network_seen, device_seen = self.rng.random() > unknown[3], self.rng.random() > unknown[4]
        return known_origin(network if network_seen else None, device if device_seen else None)

    def speaker(self, case: Case, hours: float, warmth: float, mark: Mark) -> Speaker:
        """Somebody new to this season, or one who has already spoken of others; in the heat, often a new account."""
        rng = self.rng
        testifies = mark in ("victim", "error")
        if self.seen and rng.random() > self.climate.newcomers + (0.2 if testifies else 0):
            return rng.choice(self.seen)
        fresh = testifies and rng.random() < self.climate.fresh * (0.5 + warmth)
        days = -hours / 24 + rng.expovariate(0.2) if fresh else rng.lognormvariate(6, 1)
        candour = rng.betavariate(3, 1.3) if mark == "victim" else rng.betavariate(2, 1.6)
        near = case.fandoms if mark == "victim" or rng.random() < 0.7 else []
        newcomer = self.newcomer(near, days=days, candour=candour)
        self.seen.append(newcomer)
        return newcomer

    # What they say

    def expand(self, template: str) -> str:
        while "[" in template:
            template = CHOICE.sub(lambda choice: self.rng.choice(choice[1].split("|")), template)
        return template.strip()

    def brief(self, language: str, kind: str, sentences: int) -> Brief:
        pool = SENTENCES[language][kind]
        chosen = sorted(self.rng.sample(range(len(pool)), min(sentences, len(pool))))
        return [(language, index, self.expand(pool[index])) for index in chosen]

    def wording(
        self, case: Case, mark: Mark, warmth: float, speaker: Speaker, plant: Plant | None
    ) -> tuple[Brief, str]:
        """A post of one's own sentences, some repeated from the hashtag, or from a brief that one was given."""
        rng = self.rng
        kind = "testimony" if mark in ("victim", "error", "planted") else mark
        language = "en" if speaker.english else "fr"
        pool: list[str] = SENTENCES[language][kind]
        own = self.brief(language, kind, 1 if kind != "testimony" else 1 + self.poisson(2.6 - warmth))
        model, keeping = (plant.brief, plant.keeping) if plant else ([], 0.0)
        if plant is None and case.heard and rng.random() < self.climate.copying * (0.3 + warmth):
            model, keeping = rng.choice(case.heard[-60:]), 0.5
        if model:
            # What was said in another language is said in one's own words, and so is what one does not keep.
            kept = [
                (
                    language,
                    i % len(pool),
                    said if spoken == language and rng.random() < keeping else self.expand(pool[i % len(pool)]),
                )
                for spoken, i, said in model
            ]
            own = [sentence for sentence in kept if rng.random() < 0.15 + 0.85 * keeping] + [
                sentence for sentence in own if rng.random() > keeping
            ]
        text = rng.choice((". ", ", ", " ", "\n")).join(said for _, _, said in own)
        text = text.replace("{on}", rng.choice(case.services)).replace(
            "{who}", rng.choice(("@", "")) + case.about.handle
        )
        if rng.random() < 0.25 + 0.4 * warmth:
            text = f"{text} {' '.join(rng.sample(case.tags, rng.randint(1, 2)))}"
        if rng.random() < 0.2 and len(text) > 12:
            slip = rng.randrange(len(text) - 2)
            text = text[:slip] + text[slip + 1] + text[slip] + text[slip + 2 :]
        return own, text.strip() or case.tags[0]

    def proofs(self, mark: Mark, warmth: float, flaunted: float) -> list[Evidence]:
        rng, climate = self.rng, self.climate
        true = mark == "victim"
        if rng.random() > climate.shown * (1.25 - 0.5 * warmth) * (1 if true else climate.shown_wrongly * flaunted):
            return []
        verdict: bool | None = None
        if rng.random() < climate.examined:
            luck = rng.random()
            if true:
                verdict = None if luck < 0.1 else luck > 0.1 + climate.misjudged
            else:
                verdict = True if luck < climate.passed else False if luck < climate.passed + climate.refuted else None
        return [Evidence(kind=rng.choices(PROOFS, [12, 3, 2, 1, 1, 0.6])[0], verified=verdict)]

    def post(self, case: Case, hours: float, mark: Mark, warmth: float, plant: Plant | None) -> None:
        rng, unknown = self.rng, self.climate.unknown[5]
        if plant and plant.dispute:
            mark = "dispute"
        speaker = plant.speaker if plant else self.speaker(case, hours, warmth, mark)
        testifies = mark in ("victim", "error", "planted")
        together = mark == "victim" and case.evening is not None and abs(hours - case.evening) < 6
        weights = [h * warmth + c * (1 - warmth) for h, c in zip(*self.channels(mark), strict=True)]
        channel = rng.choices(CHANNELS, weights)[0] if testifies else rng.choices(CHANNELS, [30, 0.3, 0.2, 2, 0.1])[0]
        shared = Plant(speaker, "true", case.heard[0], 0.6) if together and case.heard else plant
        sealed = channel == "sealed" and plant is None
        own, text = self.wording(case, mark, 0.0 if sealed else warmth, speaker, shared)
        if testifies and not sealed:
            case.heard.append(own)
        reporter = speaker.reporter
        if mark == "victim" and case.attack == "poisoned_records" and rng.random() < 0.6:
            reporter = replace(reporter, rejected=reporter.rejected + rng.choice((1, 1, 2)))
        surely = self.climate.sameness if mark == "victim" else self.climate.sameness * (0.9 if plant else 0.6)
        conducts = case.conducts if rng.random() < surely else rng.sample(CONDUCTS, rng.randint(1, 2))
        details = testifies or (mark == "relay" and rng.random() < 0.4)
        kind = plant.kind if plant else KINDS[mark]
        self.posts.append(
            (
                Testimony(
                    id=self.token(14),
                    received_at=self.opens + timedelta(seconds=int(hours * 3600)),
                    channel=channel,
                    about=case.about,
                    stance=STANCES.get(mark, "testimony"),
                    conduct=rng.sample(conducts, rng.randint(1, len(conducts)))
                    if details and rng.random() > unknown
                    else [],
                    conduct_services=[rng.choice(case.services)] if details and rng.random() > unknown else [],
                    met_on=[rng.choice(case.services)] if details and rng.random() > 0.5 + unknown / 2 else [],
                    complainant_minor=rng.random() < 0.5 if testifies and rng.random() > unknown else None,
                    text=None if channel == "user_report" and rng.random() < 0.5 else text,
                    reporter=reporter,
                    origin=speaker.origin,
                    evidence=self.proofs(mark, warmth, plant.flaunted if plant else 1.0) if testifies else [],
                ),
                kind,
            )
        )

    def channels(self, mark: Mark) -> tuple[list[float], list[float]]:
        """Weights of channels in the heat and in the cold; victims are the likelier to use a form or the escrow."""
        lean = 1.8 if mark == "victim" else 1.0
        hot, cold = self.climate.hot_channels, self.climate.cold_channels
        return [w * lean if 0 < i < 3 else w for i, w in enumerate(hot)], [
            w * lean if 0 < i < 3 else w for i, w in enumerate(cold)
        ]

    # How it goes

    def cascade(self, case: Case, shocks: list[tuple[float, Mark, Plant | None]]) -> None:
        """Run the process from its shocks, in time order: every post warms the hashtag and brings others."""
        rng, climate = self.rng, self.climate
        queue = [(hours, order, mark, plant) for order, (hours, mark, plant) in enumerate(shocks)]
        heapq.heapify(queue)
        heat, last, posted, order = 0.0, 0.0, 0, len(queue)
        remaining = case.reservoir
        while queue:
            hours, _, mark, plant = heapq.heappop(queue)
            if mark == "victim":
                if remaining == 0:
                    continue
                remaining -= 1
            heat, last = heat * math.exp(-(hours - last) / climate.cooling) if posted else 0.0, hours
            warmth = heat / (heat + climate.trending)
            self.post(case, hours, mark, warmth, plant)
            heat, posted = heat + 1, posted + 1
            parent = "victim" if mark in ("error", "planted") else mark
            reach = (1 + climate.boost * warmth) * math.exp(-posted / climate.tiring)
            for child in ("victim", "error", "relay", "dispute"):
                mean = climate.offspring[parent][child] * reach
                if child == "victim":
                    mean *= remaining / max(1, case.reservoir)
                elif child == "error":
                    mean *= case.credulity
                elif parent != "relay":
                    mean *= case.fame
                if mark == "planted":
                    mean *= 0.3  # bystanders have seen such posts before
                for _ in range(self.poisson(mean)):
                    order += 1
                    when = hours + self.delay()
                    if child == "victim" and case.evening is not None and rng.random() < 0.7:
                        when = max(hours, case.evening) + rng.expovariate(0.8)
                    heapq.heappush(queue, (when, order, child, None))


class Brigade:
    """Accounts for hire that inject pulses into cascades, always by the same shape, against several targets."""

    def __init__(self, season: Season) -> None:
        rng = season.rng
        self.season = season
        self.shape = rng.choices(CARES, season.climate.pulses)[0]
        self.care = CARES.index(self.shape) / 3
        haunt = rng.sample(season.fandoms, 2)
        batch = rng.lognormvariate(5, 1)
        self.accounts: list[Speaker] = []
        for _ in range(3 + int(rng.lognormvariate(1.9, 1))):
            fresh = rng.random() > 0.35 + 0.6 * self.care
            days = rng.expovariate(0.2) - rng.uniform(0, 60) if fresh else rng.lognormvariate(6, 1)
            if rng.random() < 0.2 * (1 - self.care):
                days = batch + rng.random()
            account = season.newcomer(haunt, days=days, candour=rng.betavariate(1.5 + 2 * self.care, 1.6))
            if self.accounts and rng.random() < 0.15 * (1 - self.care):
                account.origin = rng.choice(self.accounts).origin
            self.accounts.append(account)

    def pulse(
        self, start: float, *, drowning: bool = False, dispute: bool = False
    ) -> list[tuple[float, Mark, Plant | None]]:
        """The shocks of one strike; drowning is done with copies that ask to be seen."""
        rng = self.season.rng
        care = 0.0 if drowning or dispute else self.care
        width = (2 + 90 * care**1.5) * rng.uniform(0.5, 2)
        kind: Kind = "dispute" if dispute else "crude" if drowning else self.shape
        brief = self.season.brief("fr", "dispute" if dispute else "testimony", 1 if dispute else rng.randint(2, 5))
        keeping = max(0.03, (0.7 - 0.7 * care) * rng.uniform(0.4, 1.2))
        hired = rng.sample(self.accounts, max(2, int(len(self.accounts) * rng.uniform(0.5, 1))))
        flaunted = 2.5 if drowning else 0.6 + care
        return [
            (
                start + rng.gammavariate(0.8 + care, width),
                "planted",
                Plant(hand, kind, brief, keeping, dispute, flaunted),
            )
            for hand in hired
        ]


def _unfold(season: Season, case: Case, brigades: list[Brigade]) -> bool:
    """Bring the shocks together and run the cascade. Returns whether a campaign accused, or pretended to."""
    rng, climate = season.rng, season.climate
    shocks: list[tuple[float, Mark, Plant | None]] = []
    brigade = rng.choice(brigades)
    case.credulity, case.fame = rng.lognormvariate(0, 1), min(4.0, rng.lognormvariate(-0.2, 1))
    if case.guilty:
        case.reservoir = min(130, 1 + int(rng.lognormvariate(*climate.harmed)))
        shocks.append((case.opens, "victim", None))
        # Some speak in the cold, whatever the hashtag does.
        quiet = season.poisson(min(8.0, 0.2 * case.reservoir))
        shocks += [(case.opens + rng.uniform(0, 500), "victim", None) for _ in range(quiet)]
        if case.reservoir > 4 and rng.random() < 0.25:
            case.evening = case.opens + rng.uniform(10, 100)
        if rng.random() < climate.shielded:
            case.attack = rng.choice(("mass_disputes", "poisoned_records", "drowning"))
        elif rng.random() < climate.brigaded[1]:
            case.attack = brigade.shape
    elif rng.random() < climate.brigaded[0]:
        case.attack = brigade.shape
        shocks += [(case.opens + rng.expovariate(0.03), "error", None) for _ in range(season.poisson(0.7))]
    else:
        case.attack = "grudge" if rng.random() < 0.2 else "none"
        shocks += [(case.opens, "error", None)]
        shocks += [
            (case.opens + rng.expovariate(0.02), "error", None)
            for _ in range(season.poisson(min(12.0, case.credulity)))
        ]
    if case.attack in CARES or case.attack == "drowning":
        start = case.opens + (rng.expovariate(0.03) if case.guilty else 0)
        shocks += brigade.pulse(start, drowning=case.attack == "drowning")
    if case.attack == "mass_disputes":
        for hired in rng.sample(brigades, min(3, len(brigades))):
            shocks += hired.pulse(case.opens + rng.expovariate(0.05), dispute=True)
    articles = season.poisson(min(10.0, climate.articles * case.fame))
    shocks += [(case.opens + rng.gauss(30, 30), "news", None) for _ in range(articles)]
    season.cascade(case, shocks)
    return case.attack in (*CARES, "drowning")


def world(seed: int, accounts: int) -> Wave:
    """One season of cascades about this many accounts, half of them guilty; the same for a seed."""
    rng = random.Random(seed)
    season = Season(rng, accounts)
    names = SENTENCES["handles"]
    handles: dict[str, None] = {}
    while len(handles) < accounts:
        handles[f"{rng.choice(names['first'])}_{rng.choice(names['last'])}{rng.randrange(1000)}"] = None
    guilty = [True] * (accounts // 2) + [False] * (accounts - accounts // 2)
    rng.shuffle(guilty)
    brigades = [Brigade(season) for _ in range(3 + accounts // 6)]
    truth = []
    for handle, side in zip(handles, guilty, strict=True):
        case = Case(
            about=AccountReference(rng.choice(SERVICES), handle),
            guilty=side,
            opens=rng.uniform(200, 3000),
            fandoms=rng.sample(season.fandoms, rng.randint(1, 3)),
            tags=[
                f"#{handle.split('_')[0]}",
                "#balancetonstream",
                f"#{rng.choice(('metoo', 'paye', 'stop'))}{handle[:4]}",
            ],
            conducts=rng.sample(CONDUCTS, rng.randint(1, 2)),
            services=rng.sample(SERVICES, rng.randint(1, 3)),
        )
        campaign = _unfold(season, case, brigades)
        truth.append(Truth(about=case.about, guilty=side, campaign=campaign, attack=case.attack))
    return wave_by_time(season.posts, truth)
