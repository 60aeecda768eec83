"""A world of small dramas: each accused account lives one story, with its acts, its cast and its own numbers.

Nothing here is a rate of testimonies: there is the lone victim, the two friends, the scandal that comes back, the
evening of an association, the former partner's grudge, the raid of a rival fandom, the homonym, the poisoned record,
the drowned case… A story is a list of acts; an act brings a number of players of a role on stage, some time after the
curtain rises, within some time, more or less by one script. A season draws how often each story is played, how its
roles behave and how much of anything is known, from wide ranges for each seed; every drama then bends its roles again.
"""

import math
import re
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple, get_args

from worlds._making import known_origin, mark, wave_by_time, words_beside

from rempart.records import AccountReference, Evidence, Origin, Reporter, Testimony, Truth
from rempart.records.references import Service
from rempart.records.vocabulary import CHANNELS, CONDUCTS, EvidenceKind
from rempart.replay import Wave
from rempart.replay.arrivals import Kind

_LINES = words_beside(__file__)
_CURTAIN = datetime(2025, 1, 6, tzinfo=UTC)
_KINDS = get_args(EvidenceKind)
_SERVICES: tuple[Service, ...] = ("tiktok", "instagram", "snapchat", "twitch", "youtube", "discord", "twitter")
_NAMES = (
    "ari",
    "bel",
    "cam",
    "dov",
    "eli",
    "fay",
    "gil",
    "hug",
    "ivo",
    "jul",
    "kim",
    "lou",
    "max",
    "nin",
    "oli",
    "pax",
)
_CHOICE = re.compile(r"\[([^\]]*)\]")
_BLANK = re.compile(r"<(\w+)>")


class Act(NamedTuple):
    """From `fewest` to `most` players of a role, `after` hours from the start, within `over` hours (both typical).

    `script`: how far they repeat one text, 0 (own words) to 1 (copies). `bond` is what they share: "" nothing, "device"
    one person's machines, "school" a network, "server" a community, "crew" a standing group that strikes elsewhere too.
    """

    role: str
    fewest: int
    most: int
    after: float
    over: float
    script: float = 0.0
    bond: str = ""


class Story(NamedTuple):
    """A plot: whether the account did it, the acts, and the name of the attack that is part of it."""

    guilty: bool
    acts: tuple[Act, ...]
    attack: str = "none"
    campaign: bool = False


_CHORUS = (Act("relay", 0, 60, 12, 60), Act("fan", 0, 25, 20, 70))
_NOISE = (Act("relay", 10, 400, 8, 70), Act("fan", 2, 120, 14, 80))

STORIES = {
    "lone_victim": Story(True, (Act("victim", 1, 1, 0, 1), *_CHORUS)),
    "two_friends": Story(True, (Act("victim", 2, 4, 0, 8, 0.3, "school"), *_CHORUS)),
    "old_scandal": Story(True, (Act("victim", 1, 3, 0, 30), Act("victim", 3, 40, 250, 150, 0.1), *_NOISE)),
    "floodgates": Story(True, (Act("victim", 6, 110, 0, 50, 0.15), Act("joiner", 0, 6, 20, 50, 0.5), *_NOISE)),
    "school_corridor": Story(True, (Act("victim", 3, 16, 0, 60, 0.2, "school"), *_CHORUS)),
    "association_evening": Story(True, (Act("victim", 5, 60, 0, 4, 0.55, "server"), *_NOISE)),
    "whispers_confirmed": Story(
        True, (Act("relay", 10, 200, 0, 90), Act("victim", 1, 4, 60, 80), Act("fan", 0, 30, 9, 40))
    ),
    "fan_wall": Story(
        True, (Act("victim", 2, 14, 0, 40), Act("fan", 40, 300, 10, 30, 0.5, "server"), *_CHORUS), "mass_dispute"
    ),
    "poisoned_record": Story(True, (Act("spoilt", 3, 25, 0, 60, 0.1), *_CHORUS), "poisoned_record"),
    "drowned_case": Story(
        True, (Act("victim", 2, 14, 0, 20), Act("decoy", 6, 90, 15, 20, 0.85, "crew"), *_CHORUS), "drowning", True
    ),
    "raid_on_the_guilty": Story(
        True, (Act("victim", 2, 20, 0, 50), Act("crew", 4, 60, 24, 20, 0.6, "crew"), *_NOISE), "raid", True
    ),
    "honest_mistake": Story(False, (Act("mistaken", 1, 2, 0, 10), *_CHORUS)),
    "former_partner": Story(False, (Act("grudge", 1, 6, 0, 80, 0.2, "device"), *_CHORUS), "grudge"),
    "class_quarrel": Story(False, (Act("grudge", 2, 10, 0, 50, 0.3, "school"), *_CHORUS), "grudge"),
    "homonym": Story(False, (Act("mistaken", 2, 22, 0, 50, 0.1), *_NOISE)),
    "rumour": Story(
        False,
        (
            Act("relay", 8, 250, 0, 70, 0.2),
            Act("mistaken", 0, 4, 30, 60),
            Act("joiner", 0, 12, 40, 60, 0.4),
            Act("fan", 2, 60, 9, 50),
        ),
    ),
    "bandwagon": Story(False, (Act("mistaken", 1, 3, 0, 9), Act("joiner", 3, 30, 12, 60, 0.35), *_NOISE)),
    "rival_raid": Story(False, (Act("crew", 5, 110, 0, 7, 0.9, "crew"), *_NOISE), "crude_copy", True),
    "rewritten_raid": Story(
        False, (Act("crew", 5, 70, 0, 30, 0.55, "crew"), Act("joiner", 0, 8, 20, 40, 0.4), *_CHORUS), "paraphrase", True
    ),
    "hired_pens": Story(False, (Act("pen", 4, 45, 0, 90, 0.1, "crew"), *_CHORUS), "careful", True),
    "patient_ring": Story(
        False,
        (Act("pen", 4, 40, 0, 200, 0.05, "crew"), Act("relay", 5, 150, 10, 90), Act("fan", 0, 20, 9, 60)),
        "adaptive",
        True,
    ),
}


PARTS: dict[str, Kind] = {
    "victim": "true",
    "spoilt": "true",
    "mistaken": "mistaken",
    "grudge": "mistaken",
    "joiner": "mistaken",
    "relay": "relay",
    "fan": "dispute",
}
# The care of the crew of a story, by its attack.
CARES: dict[str, Kind] = {
    "crude_copy": "crude",
    "paraphrase": "moderate",
    "careful": "careful",
    "adaptive": "adaptive",
    "drowning": "crude",
    "raid": "moderate",
}


class Role(NamedTuple):
    """How players of a role behave this season: weights of the channels, then chances and means."""

    channels: tuple[float, ...]
    stance: Any = "testimony"
    proof: float = 0.0
    genuine: float = 0.0
    fresh: float = 0.0
    upheld: float = 0.0
    rejected: float = 0.0
    close: float = 0.0


class Crew(NamedTuple):
    """A standing group: what its members may have in common, and how sloppily."""

    networks: list[str]
    devices: list[str]
    lots: list[float]
    scene: str
    sloppy: float
    met: list[tuple[Reporter, Origin | None, float]]


class Drama(NamedTuple):
    """The account on stage, its surroundings, and how this drama bends the season's roles."""

    about: AccountReference
    guilty: bool
    start: float
    conducts: list[Any]
    scenes: list[str]
    network: str
    devices: list[str]
    server: str
    crew: Crew
    tags: list[str]
    bend: dict[str, float]


Line = tuple[str, int, int]


def world(seed: int, accounts: int) -> Wave:
    """The season of a theatre with this many dramas, in half of which the account did it; the same for a seed."""
    season = _Season(Random(seed), accounts)
    sides = [index < accounts // 2 for index in range(accounts)]
    season.dice.shuffle(sides)
    truth = [season.play(index, guilty) for index, guilty in enumerate(sides)]
    return wave_by_time(season.out, truth)


class _Season:
    def __init__(self, dice: Random, accounts: int) -> None:
        self.dice = dice
        self.out: list[tuple[Testimony, Kind]] = []
        wide = dice.uniform
        self.weights = {name: dice.gammavariate(1.5, 1) + 0.15 for name in STORIES}
        self.unknown = {
            field: wide(0.05, 0.6) for field in ("age", "followers", "scenes", "network", "device", "facts")
        }
        self.silent, self.english, self.hour = wide(0.02, 0.15), wide(0.03, 0.3), wide(0.5, 2.0)
        self.looked, self.slips, self.fakes_pass = wide(0.35, 0.75), wide(0.02, 0.14), wide(0.01, 0.08)
        self.crowd, self.bending, self.regular = wide(0.6, 1.3), wide(0.4, 0.9), wide(0.04, 0.22)
        self.scenes = [self.token() for _ in range(40 + accounts // 5)]
        self.carriers = [self.token() for _ in range(30)]
        self.crews = [self.crew() for _ in range(max(3, accounts // 15))]
        self.regulars: list[tuple[Reporter, Origin | None, float]] = []
        self.roles = self.cast()

    def cast(self) -> dict[str, Role]:
        """The roles of this season: those who are right and those who are wrong differ by a little, which is drawn."""
        wide = self.dice.uniform
        proof, fresh, up, down, close = (
            wide(0.15, 0.45),
            wide(0.1, 0.5),
            wide(0.2, 0.6),
            wide(0.08, 0.35),
            wide(0.3, 0.7),
        )
        sincere, loud = (48, 18, 12, 19, 3), (70, 8, 4, 17, 1)
        victim = Role(sincere, "testimony", proof, 1 - self.slips, fresh, up, down, close)
        return {
            "victim": victim,
            "spoilt": victim._replace(rejected=down + wide(0.8, 2.5)),
            "mistaken": Role(sincere, "testimony", proof * wide(0.3, 1.0), 0, fresh * 0.8, up * 0.7, down * 1.2, close),
            "grudge": Role(
                loud, "testimony", proof * wide(0.4, 1.4), 0, fresh * 1.4, up * 0.5, down * 1.8, close * 0.7
            ),
            "joiner": Role(loud, "testimony", proof * wide(0.1, 0.5), 0, fresh, up * 0.6, down * 1.4, close * 0.9),
            "crew": Role(
                loud, "testimony", proof * wide(0.1, 0.7), 0, wide(0.2, 0.7), up * 0.4, down * 2.5, close * 0.5
            ),
            "pen": Role(
                sincere, "testimony", proof * wide(0.3, 1.2), 0, fresh * 0.7, up * 0.8, down * 1.1, close * 0.8
            ),
            "decoy": Role(
                loud, "testimony", proof * wide(0.1, 0.6), 0, wide(0.2, 0.8), up * 0.4, down * 2.0, close * 0.8
            ),
            "relay": Role((94, 1, 1, 3, 1), "relay", 0.02, 0.5, fresh * 0.4, up * 0.7, down, close * 0.6),
            "fan": Role((91, 3, 1, 4, 1), "dispute", 0.02, 0.5, fresh * 0.5, up * 0.6, down, min(1.0, close * 1.5)),
        }

    def crew(self) -> Crew:
        dice, sloppy = self.dice, self.dice.random()
        networks = [self.token() for _ in range(2 + int(20 * (1 - sloppy)))] + dice.sample(self.carriers, 3)
        devices = [self.token() for _ in range(2 + int(50 * (1 - sloppy)))]
        lots = [dice.uniform(-900, 0) for _ in range(1 + int(12 * (1 - sloppy)))]
        return Crew(networks, devices, lots, dice.choice(self.scenes), sloppy, [])

    def token(self) -> str:
        return mark(self.dice, 13)

    def count(self, mean: float) -> int:
        return int(self.dice.expovariate(1) * (mean + 0.45)) if self.dice.random() < 0.8 else 0

    def between(self, fewest: int, most: int) -> int:
        """Any order of magnitude between the two is as likely."""
        return int(math.exp(self.dice.uniform(math.log(fewest + 0.6), math.log(most + 0.99))) + 0.4)

    def play(self, index: int, guilty: bool) -> Truth:
        dice = self.dice
        names = [name for name, story in STORIES.items() if story.guilty is guilty]
        story = STORIES[dice.choices(names, [self.weights[name] for name in names])[0]]
        name = "".join(dice.choices(_NAMES, k=2))
        tags = dice.sample(_LINES["words"]["tags"], dice.randint(2, 4))
        drama = Drama(
            AccountReference(dice.choice(_SERVICES), f"{name}_{index}"),
            guilty,
            dice.uniform(0, 24 * 40),
            dice.sample(CONDUCTS, dice.choice((1, 2, 2, 3))),
            dice.sample(self.scenes, dice.randint(1, 3)),
            self.token(),
            [self.token() for _ in range(2)],
            dice.choice(self.scenes),
            self.crews[int(dice.random() ** 1.4 * len(self.crews))],
            [tag.replace("<who>", name) for tag in tags],
            {field: dice.lognormvariate(0, self.bending) for field in ("proof", "fresh", "upheld", "rejected")},
        )
        before = len(self.out)
        fame = self.crowd * dice.lognormvariate(0, 0.5)
        for act in story.acts:
            self.act(drama, act, fame, PARTS.get(act.role) or CARES[story.attack])
        if all(testimony.stance == "dispute" for testimony, _ in self.out[before:]):
            self.act(drama, Act("relay", 1, 1, 0, 1), 1.0, "relay")
        return Truth(about=drama.about, guilty=guilty, campaign=story.campaign, attack=story.attack)

    def act(self, drama: Drama, act: Act, fame: float, kind: Kind) -> None:
        """Each player comes on stage, near the beginning of the act or as the rumour of it spreads."""
        dice = self.dice
        if act.fewest == 0 and dice.random() < 0.55:
            return
        number = self.between(act.fewest, act.most)
        if act.role in ("relay", "fan"):
            number = min(400, int(number * fame))
        pace = act.over * self.hour * dice.lognormvariate(0, 0.6)
        begin = drama.start + act.after * dice.expovariate(1)
        master = self.script(drama, act.role)
        for _ in range(number):
            at = begin + pace * (dice.expovariate(1.5) if dice.random() < 0.7 else dice.random())
            self.out.append((self.speak(drama, act, master, at), kind))

    # --- players ----------------------------------------------------------------------------------------------------

    def player(self, drama: Drama, act: Act, at: float) -> tuple[Reporter, Origin | None]:
        """Somebody who plays this role: a member of the crew met before, one of the regulars, or somebody new."""
        dice, crew = self.dice, drama.crew
        known = crew.met if act.bond == "crew" else self.regulars if not act.bond else []
        if known and dice.random() < (0.1 + crew.sloppy * 0.5 if act.bond == "crew" else self.regular):
            reporter, origin, opened = dice.choice(known)
            if opened < at:
                return reporter, origin
        reporter, origin, opened = self.newcomer(drama, act, at)
        if act.bond == "crew" or dice.random() < 0.04:
            known.append((reporter, origin, opened))
        return reporter, origin

    def newcomer(self, drama: Drama, act: Act, at: float) -> tuple[Reporter, Origin | None, float]:
        dice, role, unknown, crew = self.dice, self.roles[act.role], self.unknown, drama.crew
        fresh = dice.random() < role.fresh * drama.bend["fresh"]
        opened = at - (dice.expovariate(1 / 90) if fresh else 24 * dice.lognormvariate(6.2, 1.0)) - 0.3
        scenes = [scene for scene in drama.scenes if dice.random() < role.close]
        scenes += [self.scenes[int(dice.random() ** 2 * len(self.scenes))] for _ in range(dice.randint(0, 5))]
        network = dice.choice(self.carriers) if dice.random() < 0.3 else self.token()
        device = self.token() if dice.random() < 0.98 else dice.choice(drama.devices)
        sloppy = crew.sloppy * (0.3 if act.role == "pen" else 1.0)
        if act.bond == "crew":
            network = dice.choice(crew.networks) if dice.random() < 0.1 + sloppy * 0.7 else network
            device = dice.choice(crew.devices) if dice.random() < sloppy * 0.5 else device
            scenes += [crew.scene] if dice.random() < 0.15 + sloppy * 0.6 else []
            opened = min(at - 1, 24 * dice.choice(crew.lots) + dice.random() * 40) if dice.random() < sloppy else opened
        elif act.bond == "device" and dice.random() < 0.7:
            network, device = drama.network, dice.choice(drama.devices)
        elif act.bond == "school":
            network = drama.network if dice.random() < 0.5 else network
        elif act.bond == "server":
            scenes += [drama.server] if dice.random() < 0.8 else []
        elif act.role in ("victim", "mistaken") and dice.random() < 0.06:
            network = drama.network
        dice.shuffle(scenes)
        young = 0.25 if fresh else 1.0
        reporter = Reporter(
            id=self.token(),
            account_created_at=None if dice.random() < unknown["age"] else _time(opened),
            followers=None if dice.random() < unknown["followers"] else int(dice.lognormvariate(3 + young, 1.5)),
            upheld=self.count(role.upheld * drama.bend["upheld"] * young - 0.4),
            rejected=self.count(role.rejected * drama.bend["rejected"] * young - 0.4),
            communities=[] if dice.random() < unknown["scenes"] else list(dict.fromkeys(scenes)),
        )
        origin = known_origin(
            network=None if dice.random() < unknown["network"] else network,
            device=None if dice.random() < unknown["device"] else device,
        )
        return reporter, origin, opened

    # --- words ------------------------------------------------------------------------------------------------------

    def line(self, kind: str) -> Line:
        return kind, self.dice.randrange(40), self.dice.getrandbits(28)

    def script(self, drama: Drama, role: str) -> list[Line]:
        """Which lines a text is made of, and the number that settles the choices within each."""
        dice = self.dice
        stance = self.roles[role].stance
        if stance != "testimony":
            kinds = ["gossip" if stance == "relay" else "deny"]
            return [self.line(kind) for kind in kinds + dice.sample(["begin", "close", kinds[0]], dice.randint(0, 2))]
        deed = dice.choice(drama.conducts) if dice.random() < 0.85 else dice.choice(CONDUCTS)
        kinds = [deed] + [kind for kind in ("scene", "scene", "after", "after") if dice.random() < 0.6]
        dice.shuffle(kinds)
        kinds = ["begin"] * (dice.random() < 0.5) + kinds + ["close"] * (dice.random() < 0.5)
        return [self.line(kind) for kind in kinds]

    def words(self, drama: Drama, script: list[Line], style: int) -> str:
        pool, shared = _LINES["en" if style % 1000 < self.english * 1000 else "fr"], _LINES["words"]
        parts = []
        for kind, which, settled in script:
            parts.append(self.filled(pool[kind][which % len(pool[kind])], drama.about.handle, settled, shared))
        text = (". ", ", ", " ", " / ", "\n", "… ")[style >> 10 & 3].join(parts)
        if style >> 12 & 1:
            text = text.lower().replace("'", "")
        if style >> 13 & 3 == 0:
            text = text.translate(str.maketrans("éèêàùç", "eeeauc"))
        if style >> 15 & 3 == 0 and len(text) > 9:
            slip = (style >> 17) % (len(text) - 1)
            text = text[:slip] + text[slip + 1 :]
        return " ".join([text, *(tag for place, tag in enumerate(drama.tags) if style >> 24 + place & 1)])

    def filled(self, line: str, who: str, settled: int, shared: dict[str, list[str]]) -> str:
        def chosen(found: re.Match[str]) -> str:
            options = found[1].split("|")
            return options[(settled >> found.start() % 20) % len(options)]

        def blank(found: re.Match[str]) -> str:
            if found[1] in shared:
                return shared[found[1]][settled % len(shared[found[1]])]
            return str(12 + settled % 6) if found[1] == "age" else who.partition("_")[0]

        return _BLANK.sub(blank, _CHOICE.sub(chosen, line))

    def speak(self, drama: Drama, act: Act, master: list[Line], at: float) -> Testimony:
        dice, role = self.dice, self.roles[act.role]
        reporter, origin = self.player(drama, act, at)
        script = self.script(drama, act.role)
        if act.script and dice.random() < 0.35 + act.script:
            keep, slack = act.script, (1 - act.script) * 0.6
            script = [
                (kind, which, settled if dice.random() < keep else dice.getrandbits(28))
                for kind, which, settled in master
                if dice.random() > slack * 0.5
            ] + [self.line("after") for _ in range(dice.random() < slack)]
        deeds = [kind for kind, _, _ in script if kind in CONDUCTS] or [dice.choice(drama.conducts)]
        evidence: list[Evidence] = []
        while len(evidence) < 3 and dice.random() < role.proof * drama.bend["proof"] / (1 + 2 * len(evidence)):
            holds = dice.random() < (role.genuine if drama.guilty and role.genuine else self.fakes_pass)
            kind = dice.choices(_KINDS, (60, 15, 2, 7, 6, 10))[0]
            evidence.append(Evidence(kind=kind, verified=holds if dice.random() < self.looked else None))
        unknown = self.unknown["facts"]
        return Testimony(
            id=self.token(),
            received_at=_time(at),
            channel=dice.choices(CHANNELS, role.channels)[0],
            about=drama.about,
            stance=role.stance,
            conduct=[] if dice.random() < unknown * 0.5 else deeds,
            conduct_services=[] if dice.random() < unknown else [drama.about.service],
            met_on=[] if dice.random() < unknown else [dice.choice(_SERVICES)],
            complainant_minor=None if dice.random() < unknown else dice.random() < 0.5,
            text=None if dice.random() < self.silent else self.words(drama, script, dice.getrandbits(28)),
            reporter=reporter,
            origin=origin,
            evidence=evidence,
        )


def _time(hours: float) -> datetime:
    return _CURTAIN + timedelta(seconds=int(hours * 3600))
