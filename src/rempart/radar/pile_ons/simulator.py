"""Invented actions with their truth: ordinary days, crowds at lives, pile-ons that nobody called for, and brigades.

What is hard to tell apart is all there: fans who react to a post or a live within the same minute because it has just
begun, posts that everybody sees, targets who always have many hostile comments, pile-ons of people who do not know one
another, brigades that take their time or miss a raid, whose members are ordinary fans the rest of the day, and those
who paste one text under many posts.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from rempart.radar.pile_ons.expecting import Numbers
from rempart.radar.pile_ons.table import Ints
from rempart.records import Action

_BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
_DAY = 86_400.0
_WORDS = """
alors franchement hier demain toujours jamais chez nous depuis pendant lumière musique danse chorégraphie refrain tenue
couleur montage vidéo chanson live lundi samedi matin soir école classe sœur frère cousine mère chat chien jardin pluie
soleil été hiver ville Lyon Lille Montréal Dakar Bruxelles petit grand premier dernier bleu rouge doux calme rapide lent
regarde écoute attends raconte montre partage apprends recommence souris chante joue cours cuisine dessine invente
honestly today tomorrow always never since during light music dance steps chorus outfit colour editing video song stream
monday weekend morning evening school class sister brother cousin mother cat dog garden rain sunshine summer winter town
London Dublin Toronto little great first last blue red soft quiet quick slow watch listen wait tell show share learn
again smile sing play run cook draw invent merci bravo encore continue bisous hâte suite thanks please more soon love
next week
"""
_SHORT = ["trop belle", "❤️❤️❤️", "first", "love it", "mdr", "j'adore", "premier", "so cute"]
_INSULTS = [
    "tu es ridicule",
    "t'es vraiment nul",
    "espèce de menteur",
    "you are pathetic",
    "you are such a liar",
    "personne ne t'aime",
    "nobody likes you",
    "t'es une honte",
    "tu fais pitié",
    "you disgust me",
]


@dataclass(slots=True)
class World:
    """Actions in order of time; members and target of each brigade; who was piled on by others, and since when."""

    actions: list[Action] = field(default_factory=list)
    brigades: list[set[str]] = field(default_factory=list)
    raided: list[str] = field(default_factory=list)
    pile_ons: list[tuple[str, datetime]] = field(default_factory=list)


def simulate(
    *,
    days: int = 7,
    targets: int = 60,
    fans: int = 4000,
    brigades: int = 8,
    pile_ons: int = 4,
    seed: int = 0,
    spread: float | None = None,
) -> World:
    """A world of so many days. Each brigade is one of: tight, spread over minutes, pasting one text.

    spread: when given, all take so many seconds for a raid and paste nothing.
    """
    return _Simulator(days, targets, fans, seed).run(brigades, pile_ons, spread)


class _Simulator:
    def __init__(self, days: int, targets: int, fans: int, seed: int) -> None:
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._days, self._targets, self._fans = days, targets, fans
        self._world = World()
        self._rows: list[tuple[float, str, str, str, str, str | None]] = []
        self._vocabulary = _WORDS.split()
        self._activity = self._random.pareto(1.5, fans) + 0.2
        self._fame = self._random.pareto(1.2, targets) + 1.0
        self._hostile_share = self._random.beta(1.5, 30, targets)
        self._audiences: list[Ints] = []
        self._posts: list[Numbers] = []

    def run(self, brigades: int, pile_ons: int, spread: float | None) -> World:
        for target in range(self._targets):
            self._live_as_usual(target)
        everybody = self._random.permutation(self._targets)
        for number in range(brigades):
            self._raid(int(everybody[number % self._targets]), number, spread)
        for number in range(pile_ons):
            self._pile_on(int(everybody[-1 - number]))
        self._rows.sort()
        world = self._world
        world.actions = [
            Action(
                id=f"a{number}", at=_BEGIN + timedelta(seconds=round(at)), actor=actor, object=post, target=target,
                kind=kind, text=text,
            )
            for number, (at, actor, post, target, kind, text) in enumerate(self._rows)
        ]  # fmt: skip
        return world

    # Ordinary days

    def _live_as_usual(self, target: int) -> None:
        random = self._random
        share = min(0.5, 0.01 * self._fame[target])
        audience = np.flatnonzero(random.random(self._fans) < share)
        self._audiences.append(audience)
        posts = np.sort(self._by_day(random.poisson(3 * self._days) + 1))
        self._posts.append(posts)
        if not len(audience):
            return
        weights = self._activity[audience] / self._activity[audience].sum()
        usual = 0.04 * len(audience)
        for number, begins in enumerate(posts.tolist()):
            seen = 15.0 if random.random() < 0.01 else random.gamma(1.5, 1 / 1.5)
            count = min(int(random.poisson(usual * seen)), len(audience))
            who = random.choice(audience, count, p=weights)
            late = np.where(
                random.random(count) < 0.15, random.exponential(60, count), random.lognormal(np.log(5400), 1.6, count)
            )
            self._comment(target, number, who, begins + late)
        if self._fame[target] > np.quantile(self._fame, 0.8):
            for number in range(2 * self._days):
                self._go_live(target, number)

    def _go_live(self, target: int, number: int) -> None:
        """Everybody who is there reacts within the first minutes."""
        random = self._random
        begins = float(self._by_day(1)[0])
        audience = self._audiences[target]
        who = audience[random.random(len(audience)) < np.minimum(0.9, 0.12 * self._activity[audience] ** 0.5)]
        late = np.where(
            random.random(len(who)) < 0.7, random.exponential(35, len(who)), random.uniform(0, 3600, len(who))
        )
        self._comment(target, 100_000 + number, who, begins + late)

    def _comment(self, target: int, post: int, who: Ints, at: Numbers) -> None:
        share = self._hostile_share[target]
        for fan, moment in zip(who.tolist(), at.tolist(), strict=True):
            hostile = self._random.random() < share
            self._add(moment, f"fan{fan}", target, post, self._insult() if hostile else self._praise())

    # Pile-ons

    def _pile_on(self, target: int) -> None:
        """Many who do not know one another, over hours, once or twice each."""
        random = self._random
        begins = float(random.uniform(0.4, 0.85) * self._days * _DAY)
        people = random.choice(self._fans, int(random.integers(60, 250)), replace=False)
        post = self._post_before(target, begins)
        for fan in people.tolist():
            for moment in begins + random.exponential(3 * 3600, int(random.integers(1, 3))):
                self._add(float(moment), f"fan{fan}", target, post, self._insult())
        self._world.pile_ons.append((f"star{target}", _BEGIN + timedelta(seconds=begins)))

    def _raid(self, target: int, number: int, spread: float | None) -> None:
        """A brigade on one target: several raids, on a post each, that not everybody joins."""
        random = self._random
        size = int(random.integers(6, 60))
        members = random.choice(self._fans, size, replace=False)
        self._world.brigades.append({f"fan{fan}" for fan in members.tolist()})
        self._world.raided.append(f"star{target}")
        kind = ("tight", "spread", "pasting")[number % 3] if spread is None else "spread"
        lasts = spread or (300.0 if kind == "spread" else 45.0)
        begins = np.sort(random.uniform(0.3, 0.95, int(random.integers(5, 11)))) * self._days * _DAY
        for moment in begins.tolist():
            latest = self._post_before(target, moment)
            pasted = f"{self._words(9)} {self._insult()}"
            for fan in members[random.random(size) < 0.8].tolist():
                post = int(random.integers(0, latest + 1)) if kind == "pasting" else latest
                text = pasted if kind == "pasting" else self._insult()
                reports = kind != "pasting" and random.random() < 0.3
                self._add(moment + random.uniform(0, lasts), f"fan{fan}", target, post, None if reports else text)

    def _post_before(self, target: int, moment: float) -> int:
        return max(0, int(np.searchsorted(self._posts[target], moment)) - 1)

    # Words and hours

    def _add(self, at: float, actor: str, target: int, post: int, text: str | None) -> None:
        kind = "comment" if text is not None else "report"
        self._rows.append((at, actor, f"star{target}/{post}", f"star{target}", kind, text))

    def _by_day(self, count: int) -> Numbers:
        """Times in seconds, more in the evening."""
        random = self._random
        day = random.integers(0, self._days, count)
        return (day + (random.beta(4, 2, count) + random.uniform(-0.1, 0.1, count)) % 1.0) * _DAY

    def _praise(self) -> str:
        return self._any(_SHORT) if self._random.random() < 0.3 else self._words(9)

    def _insult(self) -> str:
        return f"{self._words(3)} {self._any(_INSULTS)} {self._words(4)}"

    def _words(self, most: int) -> str:
        some = (self._random.random(int(self._random.integers(2, most + 1))) * len(self._vocabulary)).astype(int)
        return " ".join([self._vocabulary[place] for place in some.tolist()])

    def _any(self, words: list[str]) -> str:
        return words[int(self._random.random() * len(words))]
