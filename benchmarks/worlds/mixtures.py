"""A world of mixtures: nobody has a story, everything is drawn from overlapping distributions.

Every account belongs to a latent class, every class expects a few sources of six kinds (witness, mistaken, grudge,
crew, relay, fan), every kind emits each field of a testimony from its own distribution, and every account shifts all
of these by random effects with heavy tails: a calm account of one class looks like a lively one of another. Wordings
come from a seating where one more sits where many sit already (Pitman and Yor, "The two-parameter Poisson-Dirichlet
distribution", 1997): a crew has few tables, sincere people nearly one each. The classes and kinds are in mixtures.toml.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast, get_args

import numpy as np
from numpy.typing import NDArray
from worlds._making import CARES, known_origin, numbered_wave, words_beside

from rempart.records.decision import Truth
from rempart.records.references import AccountReference, Service
from rempart.records.testimony import Evidence, Reporter, Testimony
from rempart.records.vocabulary import CHANNELS, CONDUCTS, Conduct, EvidenceKind, TestimonyStance
from rempart.replay import arrivals
from rempart.replay.simulator import Wave

TABLES = words_beside(__file__)
START = datetime(2026, 2, 1, tzinfo=UTC)
DAY = 24.0  # times are hours since START
EVIDENCE: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
SERVICES: tuple[Service, ...] = ("instagram", "tiktok", "snapchat", "twitch", "discord", "youtube", "twitter")
FOUND = (True, False, None)
Floats = NDArray[np.float64]
Told = tuple[Testimony, arrivals.Kind]
PARTS: dict[str, arrivals.Kind] = {
    "witness": "true",
    "mistaken": "mistaken",
    "grudge": "mistaken",
    "relay": "relay",
    "fan": "dispute",
}


def logistic(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


def logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


class Kind(NamedTuple):
    """What a source of one kind emits, in one world: the fields of mixtures.toml, perturbed."""

    name: str
    stance: TestimonyStance
    channel: Floats
    evidence: float
    found: Floats
    throwaway: float
    upheld: float
    rejected: float
    home: float
    own: float
    rework: float
    hours: list[float]
    fixed: float
    again: float = 0.0  # a crew has its own way to serve again


class Hyper:
    """What a world draws once for all: how far its tables are from those of the file, and what its platform records."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.shift = rng.uniform(0.1, 0.3)  # of the tables, on a log scale
        self.effect = rng.uniform(0.2, 0.42)  # scale of the effects of an account
        self.size = rng.uniform(1.4, 2.3)  # multiplies every expected count
        self.crowd = rng.uniform(0.5, 0.9)  # log-scale of the fame that multiplies counts
        self.known = {
            name: rng.uniform(0.35, 0.92) for name in ("born", "followers", "communities", "network", "device")
        }
        self.looked = rng.uniform(0.55, 0.78)
        self.french = rng.uniform(0.6, 0.97)
        self.typo = rng.uniform(0.05, 0.5)
        self.slogan = rng.uniform(0.15, 0.55)
        self.crews = rng.uniform(0.3, 0.7)  # chance that a crew served before
        self.operators = rng.integers(20, 200)  # networks that many people share
        self.shared = rng.uniform(0.05, 0.3)
        self.awake = rng.uniform(0.4, 0.9)
        self.kinds = {name: self._kind(name, row) for name, row in TABLES["kinds"].items()}
        self.classes = {side: [c for c in TABLES["classes"] if c["guilty"] is side] for side in (True, False)}
        self.weights = {side: rng.dirichlet([row["weight"] / 4 for row in rows]) for side, rows in self.classes.items()}

    def _kind(self, name: str, row: dict[str, Any]) -> Kind:
        def near(value: float) -> float:
            return value * float(np.exp(self.rng.normal(0, self.shift)))

        def weights(values: list[float]) -> Floats:
            shifted = np.array([near(value) for value in values])
            return cast(Floats, shifted / shifted.sum())

        plain = {key: near(value) for key, value in row.items() if isinstance(value, float)}
        return Kind(
            name=name, stance=row["stance"], hours=row["hours"],
            channel=weights(row["channel"]), found=weights(row["found"]), **plain,
        )  # fmt: skip


class People(NamedTuple):
    """Everybody who has spoken so far, and the crews by their number."""

    reporters: list[Reporter]
    origins: list[tuple[str, str]]
    born: list[float]
    crews: list[list[int]]
    cares: list[float]


class Star:
    """One account: its class and its random effects, Student's t with three degrees of freedom."""

    def __init__(self, hyper: Hyper, number: int, guilty: bool, at: float) -> None:
        rng = hyper.rng
        rows = hyper.classes[guilty]
        self.row: dict[str, Any] = rows[rng.choice(len(rows), p=hyper.weights[guilty])]
        self.about = AccountReference(SERVICES[rng.integers(len(SERVICES))], f"{_syllables(rng)}{number}")
        self.at, self.guilty = at, guilty
        self.fame = float(np.exp(rng.normal(0, hyper.crowd)))
        self.effects: dict[str, float] = {
            name: float(hyper.effect * np.clip(rng.standard_t(3), -4, 4))
            for name in ("evidence", "looked", "throwaway", "home", "tempo", "records", "channel", "own")
        }
        self.conduct = rng.dirichlet(np.full(len(CONDUCTS), 0.25))
        self.minor = rng.beta(1.2, 2.0)
        self.english = rng.random() > hyper.french
        self.tag = (
            f"#{rng.choice(['stop', 'metoo', 'verite', 'balance', 'affaire'])}{self.about.handle.rstrip('0123456789')}"
        )
        self.circles = [_mark(rng) for _ in range(rng.integers(1, 5))]
        self.care = float(rng.beta(*self.row.get("care", (1.0, 1.0))))
        self.attack = str(self.row["attack"])
        if self.attack == "crew":
            self.attack = ("crude_copies", "moderate_paraphrases", "careful", "adaptive")[int(self.care * 4)]
        self.campaign = "crew" in self.row["sources"]

    def truth(self) -> Truth:
        return Truth(about=self.about, guilty=self.guilty, campaign=self.campaign, attack=self.attack)


class Emission:
    """Draws what the sources of a kind say of an account, all together."""

    def __init__(self, hyper: Hyper) -> None:
        self.hyper, self.rng = hyper, hyper.rng
        self.people = People([], [], [], [], [])
        self.regions = [_mark(self.rng) for _ in range(60)]  # communities that are nobody's in particular
        self.operators = [_mark(self.rng) for _ in range(int(hyper.operators))]

    def of(self, star: Star) -> list[Told]:
        said: list[Told] = []
        counts = {name: self._count(star, *expected) for name, expected in star.row["sources"].items()}
        if "crew" in counts:
            counts["crew"] = max(counts["crew"], 2)
        if not any(count for name, count in counts.items() if name != "fan"):
            counts["relay" if "witness" not in counts else "witness"] = 1
        for name, count in counts.items():
            if count:
                said += self._block(star, self.hyper.kinds[name], count)
        return said

    def _count(self, star: Star, median: float, spread: float) -> int:
        """A log-normal rate times the fame of the account, then Poisson: most are small, a few are huge."""
        scale = self.hyper.size * star.fame if median > 2 else 1.0
        return min(int(self.rng.poisson(median * scale * np.exp(self.rng.normal(0, spread)))), 400)

    def _block(self, star: Star, kind: Kind, count: int) -> list[Told]:
        rng, hyper, effects = self.rng, self.hyper, star.effects
        together = bool(star.row.get("together")) and kind.name == "witness"
        strength = kind.own * float(np.exp(effects["own"]))
        rework, lasts = kind.rework, kind.hours[0] * float(np.exp(effects["tempo"]))
        delay = rng.exponential(20) if kind.stance == "testimony" else rng.exponential(5)
        who, care = self._crew(star, count) if kind.name == "crew" else (self._speakers(star, kind, count), 1.0)
        if kind.name == "crew":
            strength, rework, lasts = 0.3 + strength * care**2, 0.03 + 0.9 * rework * care, lasts * (0.1 + 1.2 * care)
        if together:
            strength, rework, lasts = 1.0 + rng.exponential(3), 0.55, rng.uniform(2, 8)
        times = star.at + delay + lasts * rng.beta(kind.hours[1], kind.hours[2], count)
        asleep = (times % 24 < 6) & (rng.random(count) < hyper.awake)
        times = np.where(asleep, times + rng.uniform(6, 9, count), times)
        channels = rng.choice(5, size=count, p=_tilted(kind.channel, effects["channel"]))
        texts = self._texts(star, kind, count, strength, rework)
        shows = rng.random(count) < logistic(logit(min(kind.evidence, 0.9)) + effects["evidence"])
        looked = logistic(logit(hyper.looked) + 1.5 * effects["looked"])
        poison = rng.random(count) < star.row.get("poison", 0.0)
        said = []
        for place in range(count):
            person = int(who[place])
            reporter, (network, device) = self.people.reporters[person], self.people.origins[person]
            if poison[place] and kind.name == "witness":
                reporter.rejected += int(rng.integers(1, 4))
            keeps_network, keeps_device, told, minor_told = rng.random(4) < (
                hyper.known["network"], hyper.known["device"], 0.85 if kind.stance == "testimony" else 0.35, 0.45,
            )  # fmt: skip
            blind = channels[place] == 2
            silent = rng.random() < (0.35 if channels[place] == 3 else 0.02)
            said.append(
                Testimony(
                    id="",
                    received_at=START + timedelta(seconds=round(times[place] * 3600)),
                    channel=CHANNELS[channels[place]],
                    about=star.about,
                    stance=kind.stance,
                    conduct=self._conduct(star, kind) if told and kind.stance != "dispute" else [],
                    conduct_services=self._services(star) if told and rng.random() < 0.5 else [],
                    met_on=self._services(star) if told and rng.random() < 0.3 else [],
                    complainant_minor=bool(rng.random() < star.minor) if told and minor_told else None,
                    text=None if silent else self._finish(star, texts[place], blind),
                    reporter=reporter,
                    origin=known_origin(network if keeps_network else None, device if keeps_device else None),
                    evidence=self._pieces(kind, looked) if shows[place] else [],
                )
            )
        part = CARES[min(int(care * 4), 3)] if kind.name == "crew" else PARTS[kind.name]
        return [(testimony, part) for testimony in said]

    def _conduct(self, star: Star, kind: Kind) -> list[Conduct]:
        """Those that the account is known for, or any other."""
        usual = self.rng.random() < kind.fixed
        first = self.rng.choice(len(CONDUCTS), p=star.conduct) if usual else self.rng.integers(len(CONDUCTS))
        return [CONDUCTS[int(first)]]

    def _services(self, star: Star) -> list[Service]:
        return [star.about.service if self.rng.random() < 0.6 else SERVICES[self.rng.integers(len(SERVICES))]]

    def _pieces(self, kind: Kind, looked: float) -> list[Evidence]:
        rng, pieces = self.rng, []
        for _ in range(1 + int(rng.random() < 0.2)):
            kind_of = EVIDENCE[rng.choice(len(EVIDENCE), p=(0.58, 0.13, 0.06, 0.08, 0.07, 0.08))]
            verified = FOUND[rng.choice(3, p=kind.found)] if rng.random() < looked else None
            pieces.append(Evidence(kind=kind_of, verified=verified))
        return pieces

    # Who speaks

    def _speakers(self, star: Star, kind: Kind, count: int) -> list[int]:
        """New people, and some who have spoken of others before."""
        rng, known = self.rng, len(self.people.reporters)
        again = [int(p) for p in rng.integers(known, size=rng.binomial(count, min(kind.again, 0.6)))] if known else []
        who = [person for person in dict.fromkeys(again) if self.people.born[person] < star.at]
        return who + [self._person(star, kind, 0.5) for _ in range(count - len(who))]

    def _crew(self, star: Star, count: int) -> tuple[list[int], float]:
        """A crew that served before, where its care is near, or a new one; it grows when it is too small."""
        rng, people = self.rng, self.people
        near = [number for number, care in enumerate(people.cares) if abs(care - star.care) < 0.15]
        if near and rng.random() < self.hyper.crews:
            number = int(rng.choice(near))
        else:
            number = len(people.crews)
            people.crews.append([])
            people.cares.append(star.care)
        crew, care = people.crews[number], people.cares[number]
        lot = star.at - DAY * 10 ** rng.normal(1.3 + 1.4 * care, 0.5, size=1 + count // 12)
        for _ in range(int(count * rng.uniform(1.0, 1.4)) - len(crew)):
            person = self._person(star, self.hyper.kinds["crew"], care)
            reporter = people.reporters[person]
            if rng.random() < 0.55 * (1.2 - care):
                people.born[person] = float(rng.choice(lot) - DAY * rng.exponential(1 + 20 * care))
                if reporter.account_created_at is not None:
                    reporter.account_created_at = START + timedelta(seconds=round(people.born[person] * 3600))
            if crew and rng.random() < 0.25 * (1.1 - care):
                people.origins[person] = people.origins[int(rng.choice(crew))]
            if rng.random() < care * 0.6:
                reporter.rejected = 0
            crew.append(person)
        return [int(person) for person in rng.permutation(crew)[:count]], care

    def _person(self, star: Star, kind: Kind, age: float) -> int:
        rng, hyper, effects, known = self.rng, self.hyper, star.effects, self.hyper.known
        throwaway = rng.random() < logistic(logit(min(kind.throwaway, 0.9)) + effects["throwaway"])
        days = 10 ** (rng.normal(0.4, 0.8) if throwaway else rng.normal(2.4 + 0.4 * age, 0.5))
        born = star.at - 1 - DAY * min(days, 4000.0)
        home = rng.random() < logistic(logit(min(kind.home, 0.9)) + effects["home"])
        circles = list(rng.choice(star.circles, size=rng.integers(1, 3))) if home else []
        circles += list(rng.choice(self.regions, size=rng.integers(0, 2 if throwaway else 4)))
        records = np.exp(effects["records"])
        has_born, has_followers, has_communities = rng.random(3) < (
            known["born"],
            known["followers"],
            known["communities"],
        )
        self.people.reporters.append(
            Reporter(
                id=_mark(rng),
                account_created_at=START + timedelta(seconds=round(born * 3600)) if has_born else None,
                followers=int(10 ** rng.normal(0.9 if throwaway else 2.1, 0.7)) if has_followers else None,
                upheld=int(rng.negative_binomial(0.5, 0.5 / (0.5 + kind.upheld * records))),
                rejected=int(rng.negative_binomial(0.5, 0.5 / (0.5 + kind.rejected * records))),
                communities=sorted({str(circle) for circle in circles}) if has_communities else [],
            )
        )
        shared = rng.random() < hyper.shared
        network = self.operators[rng.integers(len(self.operators))] if shared else _mark(rng)
        self.people.origins.append((network, _mark(rng)))
        self.people.born.append(born)
        return len(self.people.reporters) - 1

    # What they say

    def _texts(self, star: Star, kind: Kind, count: int, strength: float, rework: float) -> list[list[str]]:
        """Wordings by a Pitman-Yor seating: an old wording with some of its phrases said otherwise, or a new one."""
        rng, tables, texts = self.rng, list[dict[str, str]](), list[list[str]]()
        sizes, languages = list[int](), list[str]()
        for place in range(count):
            opens = (strength + 0.2 * len(tables)) / (strength + place)
            if not tables or rng.random() < opens:
                languages.append("en" if (rng.random() < 0.04) != star.english else "fr")
                slots = list(TABLES["words"][languages[-1]][kind.stance])
                kept = [slot for slot in slots if rng.random() < 0.68]
                tables.append(self._wording(kind, languages[-1], kept if len(kept) > 1 else slots[:2]))
                sizes.append(1)
                texts.append(list(tables[-1].values()))
                continue
            weights = np.array(sizes) - 0.2
            seat = int(rng.choice(len(tables), p=weights / weights.sum()))
            sizes[seat] += 1
            again = [slot for slot in tables[seat] if rng.random() < rework]
            texts.append(list({**tables[seat], **self._wording(kind, languages[seat], again)}.values()))
        return texts

    def _wording(self, kind: Kind, language: str, slots: list[str]) -> dict[str, str]:
        """A phrase for each of these slots."""
        rng, words = self.rng, TABLES["words"]
        a, h, n, m, v, s = rng.integers((13, 17, 2, 0, 0, 0), (21, 24, 12, 12, len(words["towns"]), 4))
        month, app = words[language]["months"][m], ("insta", "snap", "tiktok", "discord")[s]
        wording = {}
        for slot in slots:
            phrases = words[language][kind.stance][slot]
            phrase = phrases[rng.integers(len(phrases))]
            wording[slot] = phrase.format(a=a, h=h, n=n, m=month, v=words["towns"][v], s=app)
        return wording

    def _finish(self, star: Star, parts: list[str], blind: bool) -> str:
        """Slogan and hashtag where others can be seen, slips of the keyboard anywhere."""
        rng = self.rng
        text = (", ", ". ", " ", "\n", " / ")[rng.integers(5)].join(parts)
        if not blind and rng.random() < self.hyper.slogan:
            slogans = TABLES["words"]["en" if star.english else "fr"]["slogan"]
            text = (
                f"{text} {slogans[rng.integers(len(slogans))]} {star.tag}"
                if rng.random() < 0.6
                else f"{star.tag} {text}"
            )
        for _ in range(int(rng.binomial(3, self.hyper.typo))):
            at = int(rng.integers(len(text)))
            text = text[:at] + ("", text[at] * 2, " ")[rng.integers(3)] + text[at + 1 :]
        return text.lower() if rng.random() < 0.35 else text


def _mark(rng: np.random.Generator) -> str:
    return f"{int(rng.integers(1 << 48)):012x}"


def _syllables(rng: np.random.Generator) -> str:
    return "".join(rng.choice(["bri", "dao", "fel", "jo", "kim", "lun", "noa", "pax", "sam", "tiz"], size=2))


def _tilted(weights: Floats, effect: float) -> Floats:
    """More public posts, or fewer, on a log scale."""
    tilted = weights * np.exp([effect, 0, 0, 0, 0])
    return cast(Floats, tilted / tilted.sum())


def world(seed: int, accounts: int) -> Wave:
    """One world about `accounts` accounts, half of them guilty; the same for a seed."""
    rng = np.random.default_rng((seed, 20260201))
    hyper = Hyper(rng)
    emission = Emission(hyper)
    sides = rng.permutation(np.arange(accounts) % 2 == 0)
    # Oldest first: whoever speaks again has an account that is older than what they say.
    beginnings = np.sort(rng.uniform(0, 150 * DAY, accounts))
    stars = [Star(hyper, number, bool(sides[number]), float(beginnings[number])) for number in range(accounts)]
    said = [told for star in stars for told in emission.of(star)]
    return numbered_wave(said, [star.truth() for star in stars], f"m{seed}")
