"""What the people of a simulated wave say, one testimony at a time, in the order in which they speak."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from rempart.records import Channel, Conduct, Origin, Reporter, Testimony
from rempart.replay import phrases
from rempart.replay.arrivals import Arrival, Plan
from rempart.replay.dice import Dice, Weighted
from rempart.replay.organising import organise
from rempart.replay.parameters import Parameters, Voice
from rempart.replay.people import People
from rempart.replay.stars import CONDUCT, Star


class Turn(NamedTuple):
    """Somebody's turn to speak: the id and time of the testimony, the account, and as what they come."""

    id: str
    at: datetime
    star: Star
    arrival: Arrival


class Speakers:
    """Turns a plan into testimonies, oldest first."""

    def __init__(self, dice: Dice, parameters: Parameters, stars: list[Star], plan: Plan) -> None:
        self._dice = dice
        self._parameters = parameters
        self._stars = stars
        self._plan = plan
        self._people = People(dice, parameters)
        self._channels = Weighted(parameters.channels)
        self._poisoned = msgspec.structs.replace(parameters.harmed, rejected=parameters.poisoned)
        self._heard: dict[str, Testimony] = {}  # by handle: the last to speak at first hand, in their own name
        self._relayed: dict[str, str] = {}  # by handle: the words of the last relay
        self._wanderers: list[Reporter] = []

    def testimonies(self) -> Iterator[Testimony]:
        """Every testimony of the plan by time; two at the same second in the order of their accounts."""
        speak: dict[str, Callable[[Turn], Testimony]] = {
            "true": self._sincere,
            "again": self._again,
            "organised": self._sincere,
            "mistaken": self._sincere,
            "relay": self._relay,
            "dispute": self._dispute,
            "rally": self._dispute,
        }
        arrivals = self._plan.arrivals
        arrivals.sort()
        for number, arrival in enumerate(arrivals):
            star = self._stars[arrival.star]
            at = self._parameters.begins + timedelta(seconds=arrival.at)
            yield speak.get(arrival.kind, self._member)(Turn(f"t{number:07d}", at, star, arrival))

    def _sincere(self, turn: Turn) -> Testimony:
        star = turn.star
        voice = self._voice(star)
        reporter = self._someone(turn, voice, stays=0.03, returns=0.02)
        channel = self._channels.draw(self._dice) if star.guilty else self._false_channel()
        testimony = self._first_hand(turn, reporter, voice, channel)
        if turn.arrival.kind == "organised":
            organise(self._dice, testimony, server=star.server, template=turn.arrival.star, parameters=self._parameters)
        if channel != "trusted_flagger":
            self._heard[star.about.handle] = testimony
        return testimony

    def _again(self, turn: Turn) -> Testimony:
        star = turn.star
        voice = self._voice(star)
        heard = self._heard.get(star.about.handle)
        reporter = heard.reporter if heard else self._people.person(turn.at, star, voice)
        channels: tuple[Channel, ...] = ("form", "user_report", "public_post")
        return self._first_hand(turn, reporter, voice, self._dice.pick(channels))

    def _voice(self, star: Star) -> Voice:
        """That of those who speak of this account at first hand, for themselves."""
        if not star.guilty:
            return self._parameters.mistaken
        return self._poisoned if star.case == "poisoned" else self._parameters.harmed

    def _false_channel(self) -> Channel:
        """Not everything gets through an association, or waits sealed."""
        channel = self._channels.draw(self._dice)
        if channel in {"trusted_flagger", "sealed"} and not self._dice.chance(self._parameters.admitted):
            return "form"
        return channel

    def _first_hand(self, turn: Turn, reporter: Reporter, voice: Voice, channel: Channel) -> Testimony:
        """What somebody says of what was done to them; it was one of the things that the account does, or not."""
        dice, star = self._dice, turn.star
        main = CONDUCT.draw(dice)
        if star.guilty and dice.chance(self._parameters.habits):
            main = star.conduct[0] if dice.chance(0.7) else dice.pick(star.conduct)
        return self._said(
            turn, reporter, voice, channel=channel, main=main, language=self._people.language(),
            origin=self._people.origin(channel, star),
        )  # fmt: skip

    def _relay(self, turn: Turn) -> Testimony:
        voice = self._parameters.relaying
        reporter = self._someone(turn, voice, stays=0.05, returns=0.2)
        conduct = turn.star.conduct[0] if self._dice.chance(0.7) else CONDUCT.draw(self._dice)
        return self._told(turn, reporter, voice, conduct, self._people.language())

    def _told(
        self, turn: Turn, reporter: Reporter, voice: Voice, conduct: Conduct, language: phrases.Language
    ) -> Testimony:
        """What somebody says was done to somebody else."""
        dice, star, handle = self._dice, turn.star, turn.star.about.handle
        channel: Channel = "public_post" if dice.chance(0.85) else "user_report"
        text = phrases.relay_text(dice, language, who=self._who(star), conduct=conduct)
        if handle in self._relayed and dice.chance(self._parameters.bandwagon):
            text = phrases.blemish(dice, self._relayed[handle])
        self._relayed[handle] = text
        return Testimony(
            id=turn.id, received_at=turn.at, channel=channel, about=star.about, stance="relay",
            conduct=[conduct] if dice.chance(0.85) else [],
            conduct_services=[star.asks_on] if dice.chance(0.3) else [],
            complainant_minor=True if dice.chance(0.35) else None,
            text=text, reporter=reporter, origin=self._people.origin(channel, star),
            evidence=self._people.evidence(voice),
        )  # fmt: skip

    def _dispute(self, turn: Turn) -> Testimony:
        dice, star, voice = self._dice, turn.star, self._parameters.disputing
        language = self._people.language()
        reporter = self._people.person(turn.at, star, voice)
        channel: Channel = "public_post" if dice.chance(0.9) else "user_report"
        text = phrases.dispute_text(dice, language, who=self._who(star))
        if turn.arrival.kind == "rally" and dice.chance(self._parameters.slogans):
            text = phrases.blemish(dice, phrases.slogan(star.language, turn.arrival.star, who=self._who(star)))
        return Testimony(
            id=turn.id, received_at=turn.at, channel=channel, about=star.about, stance="dispute", text=text,
            reporter=reporter, origin=self._people.origin(channel, star), evidence=self._people.evidence(voice),
        )  # fmt: skip

    def _member(self, turn: Turn) -> Testimony:
        """What a member of a crew says."""
        dice, star, crew = self._dice, turn.star, self._plan.crews[turn.arrival.crew]
        if not crew.members:
            crew.gather(dice, self._people, turn.at, star, self._heard.get(star.about.handle))
        craft, reporter = crew.craft, crew.members[turn.arrival.member]
        agreed = crew.conduct if dice.chance(craft.agreed) else CONDUCT.draw(dice)
        language = self._people.language() if craft.words == "own" else crew.language
        if dice.chance(craft.relayed):
            return self._told(turn, reporter, craft, agreed, language)
        channel: Channel = "user_report" if dice.chance(craft.reported) else self._false_channel()
        testimony = self._said(
            turn, reporter, craft, channel=channel, main=agreed, language=language,
            origin=crew.origin(dice, self._people.origin(channel, star)),
        )  # fmt: skip
        if testimony.text is None or craft.words == "own":
            return testimony
        if craft.words == "copies":
            testimony.text = phrases.blemish(dice, crew.script.replace("{who}", self._who(star)))
        else:
            # The facts agreed on, each time in other words.
            testimony.text = phrases.testimony_text(
                dice, crew.language, who=self._who(star), conduct=testimony.conduct, on=None, met=None, age=crew.age,
                details=dice.some(crew.details, dice.integer(1, 2)),
            )  # fmt: skip
        return testimony

    def _said(
        self, turn: Turn, reporter: Reporter, voice: Voice, *,
        channel: Channel, main: Conduct, language: phrases.Language, origin: Origin | None,
    ) -> Testimony:  # fmt: skip
        """A first-hand testimony of `main`, and of something else now and then."""
        dice, star = self._dice, turn.star
        conduct = [main]
        if dice.chance(0.3) and (other := dice.pick(star.conduct)) != main:
            conduct.append(other)
        on = star.asks_on if dice.chance(0.6) else None
        met = star.meets_on if dice.chance(0.4) else None
        minor = dice.chance(0.6)
        age = (dice.integer(13, 17) if minor else dice.integer(18, 22)) if dice.chance(0.6) else None
        text = None
        if channel != "user_report" or dice.chance(0.6):
            text = phrases.testimony_text(
                dice, language, who=self._who(star), conduct=conduct, on=on, met=met, age=age,
                details=phrases.own_details(dice, language, min(dice.count(voice.details), 4)),
            )  # fmt: skip
            if dice.chance(self._parameters.filled_in):
                number = dice.integer(0, len(phrases.TEMPLATES[language]) - 1)
                text = phrases.template_text(
                    dice, language, who=self._who(star), conduct=conduct, on=on, age=age, number=number
                )
            if dice.chance(self._parameters.hasty):
                text = phrases.blemish(dice, text)
        return Testimony(
            id=turn.id, received_at=turn.at, channel=channel, about=star.about, stance="testimony", conduct=conduct,
            conduct_services=[on] if on else [], met_on=[met] if met else [],
            complainant_minor=minor if age is not None or dice.chance(0.3) else None, text=text,
            reporter=self._people.flagger() if channel == "trusted_flagger" else reporter,
            origin=origin, evidence=self._people.evidence(voice),
        )  # fmt: skip

    def _someone(self, turn: Turn, voice: Voice, *, stays: float, returns: float) -> Reporter:
        """Somebody new, or who spoke before of any account; `stays`: the chance that somebody new speaks again."""
        dice = self._dice
        if self._wanderers and dice.chance(returns):
            return dice.pick(self._wanderers)
        reporter = self._people.person(turn.at, turn.star, voice)
        if dice.chance(stays):
            self._wanderers.append(reporter)
        return reporter

    def _who(self, star: Star) -> str:
        draw = self._dice.random()
        handle = star.about.handle
        return f"@{handle}" if draw < 0.55 else handle if draw < 0.8 else handle.split(".", 1)[0].capitalize()
