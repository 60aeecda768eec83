"""Crews: people who act together against one account after another, or who pretend to, to protect one."""

from datetime import datetime, timedelta

import msgspec

from rempart.records import Conduct, Origin, Reporter, Testimony
from rempart.replay import phrases
from rempart.replay.dice import Dice
from rempart.replay.parameters import Care, Craft
from rempart.replay.people import NEW, People
from rempart.replay.stars import Star


class Crew(msgspec.Struct):
    """A crew; what comes after `targets` is agreed on when it first acts."""

    care: Care
    craft: Craft
    number: int
    size: int
    targets: int = 0
    members: list[Reporter] = []
    networks: list[str] = []
    devices: list[str] = []
    language: phrases.Language = "fr"
    conduct: Conduct = "harassment"
    age: int | None = None
    details: list[str] = []
    script: str = ""

    def gather(self, dice: Dice, people: People, at: datetime, star: Star, heard: Testimony | None) -> None:
        """Make its members and what they agree on, as it is about to act against `star`.

        heard: what somebody harmed said of it before, if anybody did. Accounts made for the occasion are made one after
        the other. Those that are bought come in lots, opened in bulk and left to age (Thomas et al., Trafficking
        Fraudulent Accounts, USENIX Security 2013).
        """
        self.language = people.language()
        self.networks = [dice.name("n") for _ in range(1 + self.size // 12)]
        self.devices = [dice.name("d") for _ in range(1 + self.size // 6)]
        self.conduct = star.conduct[0]
        self.age = dice.integer(13, 16) if dice.chance(0.6) else None
        self.details = phrases.own_details(dice, self.language, 2)
        self.script = self._text(dice, star)
        community = dice.name("c")
        if heard is not None and dice.chance(self.craft.echoed):
            self.script = phrases.unnamed(heard.text or self.script, star.about.handle)
            community = (heard.reporter.communities or [community])[0]
        self._enlist(dice, people, at, star, community)

    def _text(self, dice: Dice, star: Star) -> str:
        """The text that copies are made of; some pretend to come from an association."""
        if dice.chance(0.2):
            return phrases.template_text(
                dice, self.language, who="{who}", conduct=[self.conduct], on=star.asks_on, age=self.age,
                number=self.number,
            )  # fmt: skip
        return phrases.testimony_text(
            dice, self.language, who="{who}", conduct=[self.conduct], on=star.asks_on, met=None, age=self.age,
            details=self.details[: dice.integer(0, 1)],
        )  # fmt: skip

    def _enlist(self, dice: Dice, people: People, at: datetime, star: Star, community: str) -> None:
        craft = self.craft
        hours = dice.between(2, 30)
        buys = dice.chance(craft.bought)
        opened = at - timedelta(days=dice.integer(600, 1200) if dice.chance(0.5) else dice.integer(60, 600))
        days = dice.between(*craft.lots)
        for _ in range(self.size):
            person = people.person(at, star, craft)
            if person.account_created_at is not None:
                if at - person.account_created_at <= timedelta(days=NEW, seconds=1):
                    person.account_created_at = at - timedelta(seconds=int(3600 * dice.between(0, hours)))
                elif buys and dice.chance(0.75):
                    person.account_created_at = opened - timedelta(seconds=int(86_400 * dice.between(0, days)))
            if person.communities and dice.chance(craft.joined) and community not in person.communities:
                person.communities.append(community)
            self.members.append(person)

    def origin(self, dice: Dice, own: Origin | None) -> Origin | None:
        """Where a member's report came from: the crew's own networks and devices, or the member's."""
        if own is None or not dice.chance(self.craft.origins):
            return own
        return Origin(network=dice.pick(self.networks), device=dice.pick(self.devices) if dice.chance(0.6) else None)
