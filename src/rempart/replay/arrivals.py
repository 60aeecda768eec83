"""Who speaks when in a simulated wave: the times of every testimony, relay and dispute, before any word of them."""

from datetime import timedelta
from typing import Literal, NamedTuple

from rempart.replay.crews import Crew
from rempart.replay.dice import Dice, Weighted
from rempart.replay.organising import EVENING_HOURS, evening_from
from rempart.replay.parameters import Care, Parameters
from rempart.replay.stars import Star

Kind = Literal["true", "again", "organised", "mistaken", "relay", "dispute", "rally"] | Care
"""What somebody speaks as: harmed (`true`; `organised` openly with others), mistaken, one of these two `again` through
another channel, relaying, denying (`rally`: in mass), or as a member of a crew, whose care names it."""

_HOUR = 3600


class Arrival(NamedTuple):
    """Somebody about to speak: `at` seconds after the beginning, of which star, as what, and for a crew who."""

    at: int
    star: int
    kind: Kind
    crew: int = -1
    member: int = -1


class Plan:
    """Who speaks when, for every account; the words come later, in the order of time."""

    def __init__(self, dice: Dice, parameters: Parameters) -> None:
        self._dice = dice
        self._parameters = parameters
        self._care = Weighted(parameters.care)
        self.arrivals: list[Arrival] = []
        self.crews: list[Crew] = []
        self._reusable: dict[Care, list[Crew]] = {care: [] for care in parameters.crafts}

    def add(self, number: int, star: Star) -> None:
        """Plan what is said of one account, and note on it what attack that is."""
        dice, parameters = self._dice, self._parameters
        begin = min(dice.waiting(parameters.spread), parameters.lasts / 2)
        arrivals = self._sincere(begin, number, star)
        if star.case in {"brigaded", "drowned"}:
            care: Care = "drowned" if star.case == "drowned" else self._care.draw(dice)
            arrivals += self._brigade(begin + dice.waiting(0.85 * parameters.echo), number, care)
        if not arrivals:
            arrivals.append(self._arrival(begin, number, "relay"))
        loud = len(arrivals)
        for _ in range(dice.count(parameters.relays * loud)):
            arrivals.append(self._arrival(begin + dice.waiting(2.5 * parameters.echo), number, "relay"))
        fame = (star.row.reach or 0) / 100_000
        for _ in range(dice.count(parameters.disputes * loud * min(0.5 + fame, 4.0))):
            arrivals.append(self._arrival(begin + dice.waiting(3.5 * parameters.echo), number, "dispute"))
        if star.case == "disputes":
            arrivals += self._rally(begin + dice.waiting(parameters.echo), number)
        # What comes too late is not part of the wave, but nobody is left without what accuses them.
        end = int(parameters.lasts * _HOUR)
        kept = [arrivals[0]._replace(at=min(arrivals[0].at, end)), *(one for one in arrivals[1:] if one.at <= end)]
        self.arrivals += kept
        self._note(star, kept)

    def _note(self, star: Star, arrivals: list[Arrival]) -> None:
        """Say what attack came in time; one report of a crew alone is no campaign."""
        crews = [self.crews[arrival.crew].care for arrival in arrivals if arrival.crew >= 0]
        if len(crews) > 1:
            star.campaign, star.attack = True, crews[0]
        elif star.case in {"poisoned", "disputes"}:
            star.attack = star.case

    def _arrival(self, at: float, star: int, kind: Kind, crew: int = -1, member: int = -1) -> Arrival:
        seconds = int(at * _HOUR)
        # Most people sleep from midnight to seven (UTC, a French hour or two earlier) and speak the next day.
        hour = (self._parameters.begins.hour + seconds // _HOUR) % 24
        if hour < 7 and self._dice.chance(0.75):
            seconds += int((7 - hour + self._dice.waiting(2.0)) * _HOUR)
        return Arrival(seconds, star, kind, crew, member)

    def _sincere(self, begin: float, number: int, star: Star) -> list[Arrival]:
        """Those who were harmed, or are mistaken; some say it twice."""
        dice, parameters = self._dice, self._parameters
        kind: Kind = "true" if star.guilty else "mistaken"
        if star.guilty:
            least = 1 if star.case in {"plain", "brigaded"} else parameters.worth_attacking
            people = int(dice.heavy(least, parameters.tail, parameters.most_harmed))
        elif star.case == "rumour":
            people = 0
        elif star.case == "brigaded":
            people = int(dice.chance(parameters.beside))
        else:
            people = 1 + min(dice.count(parameters.more_mistaken), 2)
        if star.case == "organised":
            return self._evening(begin, number, people)
        arrivals = []
        for at in self._self_exciting(begin, people, parameters.echo):
            arrivals.append(self._arrival(at, number, kind))
            if dice.chance(parameters.twice):
                arrivals.append(self._arrival(at + dice.waiting(20), number, "again"))
        return arrivals

    def _evening(self, begin: float, number: int, people: int) -> list[Arrival]:
        """All of them in the hours of one evening."""
        begins = self._parameters.begins
        start = (evening_from(begins + timedelta(hours=begin)) - begins) / timedelta(hours=1)
        return [
            Arrival(int((start + self._dice.between(0, EVENING_HOURS)) * _HOUR), number, "organised")
            for _ in range(people)
        ]

    def _self_exciting(self, begin: float, people: int, echo: float) -> list[float]:
        """Times at which people speak: each encouraged by one who spoke before, or on their own."""
        dice, parameters = self._dice, self._parameters
        times = [begin] * min(people, 1)
        for _ in range(people - 1):
            if dice.chance(parameters.late):
                times.append(begin + dice.waiting(parameters.lasts / 5))
            else:
                times.append(dice.pick(times) + dice.waiting(echo))
        return times

    def _brigade(self, begin: float, star: int, care: Care) -> list[Arrival]:
        dice, parameters = self._dice, self._parameters
        crew = self._crew(care)
        members = list(range(crew.size))
        if crew.targets > 1:
            members = dice.some(members, max(parameters.brigade_least, int(crew.size * dice.between(0.4, 0.95))))
        pace = dice.between(*crew.craft.pace) * parameters.echo
        if crew.craft.turns:
            times = self._self_exciting(begin, len(members), pace)
        else:
            times = [begin + dice.random() * pace for _ in members]
        arrivals = []
        for at, member in zip(times, members, strict=True):
            arrivals.append(self._arrival(at, star, care, crew.number, member))
            if dice.chance(parameters.twice):
                arrivals.append(self._arrival(at + dice.waiting(20), star, care, crew.number, member))
        return arrivals

    def _crew(self, care: Care) -> Crew:
        dice, parameters, craft = self._dice, self._parameters, self._parameters.crafts[care]
        reusable = self._reusable[care]
        if reusable and dice.chance(craft.again):
            place = int(dice.random() * len(reusable))
            crew = reusable[place]
            if crew.targets >= 3:
                reusable.pop(place)
        else:
            most = max(parameters.brigade_least, parameters.brigade_most * craft.size)
            size = int(dice.heavy(parameters.brigade_least, parameters.brigade_tail, most))
            crew = Crew(care, craft, len(self.crews), size)
            self.crews.append(crew)
            reusable.append(crew)
        crew.targets += 1
        return crew

    def _rally(self, begin: float, star: int) -> list[Arrival]:
        """Fans called upon to deny, within hours."""
        dice, parameters = self._dice, self._parameters
        fans = int(dice.heavy(parameters.rally_least, parameters.brigade_tail, parameters.brigade_most))
        return [self._arrival(begin + dice.waiting(parameters.echo), star, "rally") for _ in range(fans)]
