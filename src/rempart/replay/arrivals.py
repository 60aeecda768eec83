"""Who speaks when in a simulated wave: the times of every testimony, relay and dispute, before any word of them."""

from datetime import datetime
from typing import NamedTuple

import msgspec

from rempart.records import Conduct, Reporter
from rempart.replay import phrases
from rempart.replay.dice import Dice, Weighted
from rempart.replay.stars import Care, Parameters, Star

HARMED, AGAIN, MISTAKEN, RELAY, DISPUTE, BRIGADE = range(6)

_HOUR = 3600


class Crew(msgspec.Struct):
    """People who act together against one account after another.

    `lot`: from when, and for how many days, the accounts that they bought were opened.
    """

    care: Care
    number: int
    size: int
    targets: int = 0
    members: list[Reporter] = []
    networks: list[str] = []
    devices: list[str] = []
    community: str = ""
    language: phrases.Language = "fr"
    conduct: Conduct = "harassment"
    age: int | None = None
    details: list[str] = []
    script: str = ""
    lot: tuple[datetime, float] | None = None


class Arrival(NamedTuple):
    """Somebody about to speak: `at` seconds after the beginning, of which star, as what, and for a brigade who."""

    at: int
    star: int
    kind: int
    crew: int
    member: int


class Plan:
    """Who speaks when, for every account; the words come later, in the order of time."""

    def __init__(self, dice: Dice, parameters: Parameters) -> None:
        self._dice = dice
        self._parameters = parameters
        self._care = Weighted(parameters.care)
        self.arrivals: list[Arrival] = []
        self.crews: list[Crew] = []
        self._reusable: dict[Care, list[Crew]] = {care: [] for care in parameters.care}

    def add(self, number: int, star: Star) -> None:
        """Plan what is said of one account."""
        dice, parameters = self._dice, self._parameters
        begin = min(dice.waiting(parameters.spread), parameters.lasts / 2)
        arrivals: list[Arrival] = []
        first_hand: list[float] = []
        if star.guilty:
            first_hand = self._self_exciting(begin, int(dice.heavy(1, parameters.tail, parameters.most_harmed)))
            for at in first_hand:
                arrivals.append(self._arrival(at, number, HARMED))
                if dice.chance(parameters.twice):
                    arrivals.append(self._arrival(at + dice.waiting(20), number, AGAIN))
            brigaded = dice.chance(parameters.guilty_brigaded)
        else:
            kind = dice.random()
            brigaded = kind >= parameters.lone + parameters.rumour
            if kind < parameters.lone:
                first_hand = self._self_exciting(begin, 1 + min(dice.count(0.35), 2))
            elif brigaded and dice.chance(0.3):
                first_hand = self._self_exciting(begin, 1)
            arrivals += [self._arrival(at, number, MISTAKEN) for at in first_hand]
            if not first_hand and not brigaded:
                arrivals.append(self._arrival(begin, number, RELAY))
        if brigaded:
            arrivals += self._brigade(begin, number)
        loud = len(arrivals)
        for _ in range(dice.count(parameters.relays * loud)):
            arrivals.append(self._arrival(begin + dice.waiting(2.5 * parameters.echo), number, RELAY))
        fame = (star.row.reach or 0) / 100_000
        for _ in range(dice.count(parameters.disputes * loud * min(0.5 + fame, 4.0))):
            arrivals.append(self._arrival(begin + dice.waiting(3.5 * parameters.echo), number, DISPUTE))
        end = int(parameters.lasts * _HOUR)
        # What comes too late is not part of the wave, but nobody is left without what accuses them.
        self.arrivals.append(arrivals[0]._replace(at=min(arrivals[0].at, end)))
        self.arrivals += [arrival for arrival in arrivals[1:] if arrival.at <= end]

    def _arrival(self, at: float, star: int, kind: int, crew: int = -1, member: int = -1) -> Arrival:
        seconds = int(at * _HOUR)
        # Most people sleep from midnight to seven (UTC, a French hour or two earlier) and speak the next day.
        hour = (self._parameters.begins.hour + seconds // _HOUR) % 24
        if hour < 7 and self._dice.chance(0.75):
            seconds += int((7 - hour + self._dice.waiting(2.0)) * _HOUR)
        return Arrival(seconds, star, kind, crew, member)

    def _self_exciting(self, begin: float, people: int) -> list[float]:
        """Times at which people speak: each encouraged by one who spoke before, or on their own."""
        dice, parameters = self._dice, self._parameters
        times = [begin]
        for _ in range(people - 1):
            if dice.chance(parameters.late):
                times.append(begin + dice.waiting(parameters.lasts / 5))
            else:
                times.append(dice.pick(times) + dice.waiting(parameters.echo))
        return times

    def _brigade(self, begin: float, star: int) -> list[Arrival]:
        dice, parameters = self._dice, self._parameters
        care = self._care.draw(dice)
        crew = self._crew(care)
        members = list(range(crew.size))
        if crew.targets > 1:
            members = dice.some(members, max(parameters.brigade_least, int(crew.size * dice.between(0.4, 0.95))))
        begin += dice.waiting(6)
        if care == "crude":
            length = dice.between(0.5, 4)
            times = [begin + dice.random() * length for _ in members]
        elif care == "moderate":
            length = dice.between(8, 40)
            times = [begin + dice.random() * length for _ in members]
        else:
            # Careful ones take turns, so that it looks like people finding courage one after the other.
            times = self._self_exciting(begin, len(members))
            stretch = dice.between(1.0, 2.5)
            times = [begin + (at - begin) * stretch for at in times]
        return [
            self._arrival(at, star, BRIGADE, crew.number, member) for at, member in zip(times, members, strict=True)
        ]

    def _crew(self, care: Care) -> Crew:
        dice, parameters = self._dice, self._parameters
        again = {"crude": 0.2, "moderate": 0.35, "careful": 0.5}[care]
        if self._reusable[care] and dice.chance(again):
            place = int(dice.random() * len(self._reusable[care]))
            crew = self._reusable[care][place]
            if crew.targets >= 3:
                self._reusable[care].pop(place)
        else:
            most = parameters.brigade_most if care != "careful" else parameters.brigade_most // 5
            size = int(dice.heavy(parameters.brigade_least, parameters.brigade_tail, most))
            crew = Crew(care, len(self.crews), size)
            self.crews.append(crew)
            self._reusable[care].append(crew)
        crew.targets += 1
        return crew
