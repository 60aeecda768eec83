"""What the people of a simulated wave say, one testimony at a time, in the order in which they speak."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rempart.records import Channel, Conduct, Evidence, EvidenceKind, Origin, Reporter, Testimony
from rempart.replay import phrases
from rempart.replay.arrivals import AGAIN, BRIGADE, DISPUTE, HARMED, MISTAKEN, RELAY, Crew, Plan
from rempart.replay.dice import Dice, Weighted
from rempart.replay.stars import CONDUCT, Parameters, Star

_KINDS: Weighted[EvidenceKind] = Weighted(
    {"screenshot": 0.4, "video": 0.1, "audio": 0.1, "export": 0.15, "witness": 0.15, "platform_log": 0.1}
)
_SHARED_COMMUNITIES = tuple(f"artist-{number}" for number in range(400))


class Speakers:
    """Turns a plan into testimonies, oldest first."""

    def __init__(self, dice: Dice, parameters: Parameters, stars: list[Star], plan: Plan) -> None:
        self._dice = dice
        self._parameters = parameters
        self._stars = stars
        self._plan = plan
        self._channels = Weighted(parameters.channels)
        self._people = 0
        self._last_harmed: dict[int, Reporter] = {}
        self._wanderers: list[Reporter] = []

    def testimonies(self) -> Iterator[Testimony]:
        """Every testimony of the plan by time; two at the same second in the order of their accounts."""
        speak = {
            HARMED: self._harmed,
            AGAIN: self._again,
            MISTAKEN: self._mistaken,
            RELAY: self._relay,
            DISPUTE: self._dispute,
        }
        arrivals = self._plan.arrivals
        arrivals.sort()
        for number, arrival in enumerate(arrivals):
            star = self._stars[arrival.star]
            at = self._parameters.begins + timedelta(seconds=arrival.at)
            id = f"t{number:07d}"
            if arrival.kind == BRIGADE:
                yield self._brigade(id, at, star, self._plan.crews[arrival.crew], arrival.member)
            else:
                yield speak[arrival.kind](id, at, star, arrival.star)

    def _harmed(self, id: str, at: datetime, star: Star, number: int) -> Testimony:
        dice = self._dice
        if self._wanderers and dice.chance(0.02):
            reporter = dice.pick(self._wanderers)
        else:
            reporter = self._person(at, star, new=0.3, upheld=0.07, rejected=0.02)
            if dice.chance(0.03):
                self._wanderers.append(reporter)
        self._last_harmed[number] = reporter
        return self._first_hand(id, at, star, reporter, self._channels.draw(dice))

    def _again(self, id: str, at: datetime, star: Star, number: int) -> Testimony:
        reporter = self._last_harmed.get(number) or self._person(at, star, new=0.3, upheld=0.07, rejected=0.02)
        return self._first_hand(id, at, star, reporter, self._dice.pick(("form", "user_report", "public_post")))

    def _first_hand(self, id: str, at: datetime, star: Star, reporter: Reporter, channel: Channel) -> Testimony:
        dice = self._dice
        if channel == "trusted_flagger":
            reporter = self._flagger(at)
        conduct = [star.conduct[0]] if dice.chance(0.75) else []
        if not conduct or dice.chance(0.3):
            conduct.append(dice.pick(star.conduct))
        evidence: list[Evidence] = []
        while len(evidence) < 3 and dice.chance(0.33 if channel != "trusted_flagger" else 0.6):
            evidence.append(self._evidence(0.35, 0.04))
        return self._said(
            id, at, star, reporter, channel=channel, conduct=list(dict.fromkeys(conduct)),
            minor=0.62, said=0.6, details=dice.integer(1, 3), evidence=evidence, origin=self._own_origin(channel, star),
        )  # fmt: skip

    def _mistaken(self, id: str, at: datetime, star: Star, number: int) -> Testimony:
        dice = self._dice
        channel = self._channels.draw(dice)
        channel = "user_report" if channel in {"sealed", "trusted_flagger"} and dice.chance(0.7) else channel
        reporter = self._person(at, star, new=0.35, upheld=0.03, rejected=0.12)
        if channel == "trusted_flagger":
            reporter = self._flagger(at)
        evidence = [self._evidence(0.03, 0.35)] if dice.chance(0.18) else []
        return self._said(
            id, at, star, reporter, channel=channel, conduct=[CONDUCT.draw(dice)],
            minor=0.5, said=0.5, details=dice.integer(0, 2), evidence=evidence, origin=self._own_origin(channel, star),
        )  # fmt: skip

    def _relay(self, id: str, at: datetime, star: Star, number: int) -> Testimony:
        dice, language = self._dice, self._language()
        if self._wanderers and dice.chance(0.2):
            reporter = dice.pick(self._wanderers)
        else:
            reporter = self._person(at, star, new=0.12, upheld=0.02, rejected=0.04)
            if dice.chance(0.05):
                self._wanderers.append(reporter)
        channel: Channel = "public_post" if dice.chance(0.85) else "user_report"
        conduct = star.conduct[0] if dice.chance(0.7) else CONDUCT.draw(dice)
        return Testimony(
            id=id, received_at=at, channel=channel, about=star.about, stance="relay",
            conduct=[conduct] if dice.chance(0.85) else [],
            conduct_services=[star.asks_on] if dice.chance(0.3) else [],
            complainant_minor=True if dice.chance(0.35) else None,
            text=phrases.relay_text(dice, language, who=self._who(star), conduct=conduct),
            reporter=reporter, origin=self._own_origin(channel, star),
        )  # fmt: skip

    def _dispute(self, id: str, at: datetime, star: Star, number: int) -> Testimony:
        dice, language = self._dice, self._language()
        reporter = self._person(at, star, new=0.1, upheld=0.02, rejected=0.05, fan=0.9)
        channel: Channel = "public_post" if dice.chance(0.9) else "user_report"
        return Testimony(
            id=id, received_at=at, channel=channel, about=star.about, stance="dispute",
            text=phrases.dispute_text(dice, language, who=self._who(star)),
            reporter=reporter, origin=self._own_origin(channel, star),
        )  # fmt: skip

    def _brigade(self, id: str, at: datetime, star: Star, crew: Crew, member: int) -> Testimony:
        dice = self._dice
        if not crew.members:
            self._gather(crew, at, star)
        reporter = crew.members[member]
        if crew.care == "crude":
            channel: Channel = "user_report" if dice.chance(0.45) else "public_post"
        else:
            channel = self._channels.draw(dice)
            channel = "form" if channel in {"trusted_flagger", "sealed"} and dice.chance(0.85) else channel
            reporter = self._flagger(at) if channel == "trusted_flagger" else reporter
        origin = self._own_origin(channel, star)
        if origin is not None and dice.chance({"crude": 0.7, "moderate": 0.3, "careful": 0.04}[crew.care]):
            device = dice.pick(crew.devices) if dice.chance(0.6) else None
            origin = Origin(network=dice.pick(crew.networks), device=device)
        chance = {"crude": 0.08, "moderate": 0.15, "careful": 0.2}[crew.care]
        evidence = [self._evidence(0.02, 0.3)] if dice.chance(chance) else []
        agreed = crew.conduct if crew.care != "careful" or dice.chance(0.5) else CONDUCT.draw(dice)
        testimony = self._said(
            id, at, star, reporter, channel=channel, conduct=[agreed],
            minor=0.6, said=0.55, details=dice.integer(0, 2) if crew.care == "careful" else 0,
            evidence=evidence, origin=origin, language=crew.language,
        )  # fmt: skip
        if testimony.text is None or crew.care == "careful":
            return testimony
        if crew.care == "crude":
            testimony.text = phrases.blemish(dice, crew.script.replace("{who}", self._who(star)))
        else:
            # The facts agreed on, each time in other words.
            testimony.text = phrases.testimony_text(
                dice, crew.language, who=self._who(star), conduct=[agreed], on=None, met=None, age=crew.age,
                details=dice.some(crew.details, dice.integer(1, 2)),
            )  # fmt: skip
        return testimony

    def _gather(self, crew: Crew, at: datetime, star: Star) -> None:
        """Make the members of a crew when it first acts.

        Accounts made for the occasion are made one after the other. Those that are bought come in lots, opened in bulk
        and left to age (Thomas et al., Trafficking Fraudulent Accounts, USENIX Security 2013); not every crew buys.
        """
        dice = self._dice
        if dice.chance({"crude": 0.3, "moderate": 0.5, "careful": 0.5}[crew.care]):
            crew.lot = (at - timedelta(days=dice.integer(60, 900)), dice.between(0.5, 8))
        crew.community = f"server-{crew.number}"
        crew.language = self._language()
        crew.networks = [self._hash("n") for _ in range(1 + crew.size // 12)]
        crew.devices = [self._hash("d") for _ in range(1 + crew.size // 6)]
        crew.conduct = star.conduct[0]
        crew.age = dice.integer(13, 16) if dice.chance(0.6) else None
        crew.details = phrases.own_details(dice, crew.language, 2)
        crew.script = phrases.testimony_text(
            dice, crew.language, who="{who}", conduct=[crew.conduct], on=star.asks_on, met=None, age=crew.age,
            details=crew.details[: dice.integer(0, 1)],
        )  # fmt: skip
        fresh = {"crude": 0.85, "moderate": 0.45, "careful": 0.12}[crew.care]
        joined = {"crude": 0.7, "moderate": 0.6, "careful": 0.75}[crew.care]
        known = {"crude": 0.15, "moderate": 0.1, "careful": 0.05}[crew.care]
        hours = dice.between(2, 30)
        for _ in range(crew.size):
            new = dice.chance(fresh)
            person = self._person(at, star, new=0.0, upheld=0.02, rejected=known, fan=0.15)
            if person.account_created_at is not None and new:
                person.account_created_at = at - timedelta(seconds=int(3600 * dice.between(0, hours)))
            elif person.account_created_at is not None and crew.lot is not None and dice.chance(0.75):
                begins, days = crew.lot
                person.account_created_at = begins + timedelta(seconds=int(86_400 * dice.between(0, days)))
            if dice.chance(joined) and (person.communities or dice.chance(self._parameters.known_communities)):
                person.communities.append(crew.community)
            crew.members.append(person)

    def _said(
        self,
        id: str,
        at: datetime,
        star: Star,
        reporter: Reporter,
        *,
        channel: Channel,
        conduct: list[Conduct],
        minor: float,
        said: float,
        details: int,
        evidence: list[Evidence],
        origin: Origin | None,
        language: phrases.Language | None = None,
    ) -> Testimony:
        """A first-hand testimony; `minor` and `said`: the chances that it concerns a minor, that it names services."""
        dice = self._dice
        language = language or self._language()
        on = star.asks_on if dice.chance(said) else None
        met = star.meets_on if dice.chance(said * 0.7) else None
        is_minor = dice.chance(minor)
        age = (dice.integer(13, 17) if is_minor else dice.integer(18, 22)) if dice.chance(0.6) else None
        text = None
        if channel != "user_report" or dice.chance(0.6):
            text = phrases.testimony_text(
                dice, language, who=self._who(star), conduct=conduct, on=on, met=met, age=age,
                details=phrases.own_details(dice, language, details),
            )  # fmt: skip
        return Testimony(
            id=id, received_at=at, channel=channel, about=star.about, stance="testimony", conduct=conduct,
            conduct_services=[on] if on else [], met_on=[met] if met else [],
            complainant_minor=is_minor if age is not None or dice.chance(0.3) else None,
            text=text, reporter=reporter, origin=origin, evidence=evidence,
        )  # fmt: skip

    def _person(
        self, at: datetime, star: Star, *, new: float, upheld: float, rejected: float, fan: float = 0.55
    ) -> Reporter:
        """Somebody who was not there before."""
        dice = self._dice
        self._people += 1
        created = None
        if dice.chance(self._parameters.known_creation):
            days = dice.between(0, 4) if dice.chance(new) else dice.heavy(20, 0.6, 3_000)
            created = (at - timedelta(days=days)).replace(microsecond=0)
        communities = []
        if dice.chance(self._parameters.known_communities):
            if dice.chance(fan):
                communities.append(star.fans)
            communities += dice.some(_SHARED_COMMUNITIES, dice.integer(0, 4))
        return Reporter(
            id=f"r{self._people:07d}",
            account_created_at=created,
            followers=int(dice.heavy(1, 0.45, 80_000)) - 1 if dice.chance(0.7) else None,
            upheld=dice.integer(1, 3) if dice.chance(upheld) else 0,
            rejected=dice.integer(1, 4) if dice.chance(rejected) else 0,
            communities=communities,
        )

    def _flagger(self, at: datetime) -> Reporter:
        """One of a few associations with a long record."""
        number = self._dice.integer(1, 12)
        return Reporter(
            id=f"flagger-{number}",
            account_created_at=self._parameters.begins - timedelta(days=400 + 90 * number),
            upheld=30 * number,
            rejected=number % 4,
        )

    def _evidence(self, verified: float, refuted: float) -> Evidence:
        draw = self._dice.random()
        found = True if draw < verified else False if draw < verified + refuted else None
        return Evidence(kind=_KINDS.draw(self._dice), verified=found)

    def _own_origin(self, channel: Channel, star: Star) -> Origin | None:
        """Where a testimony came from, which the platform knows of its own reports and forms alone."""
        dice = self._dice
        if channel not in {"user_report", "form"} or dice.chance(0.15):
            return None
        # A school, a mobile operator's gateway: honest people share networks too.
        network = f"n-{star.fans}-{dice.integer(1, 3)}" if dice.chance(0.04) else self._hash("n")
        device = self._hash("d") if dice.chance(0.6) else None
        return Origin(network=network if dice.chance(0.9) else None, device=device)

    def _hash(self, kind: str) -> str:
        return f"{kind}{int(self._dice.random() * (1 << 48)):012x}"

    def _language(self) -> phrases.Language:
        return "fr" if self._dice.chance(self._parameters.french) else "en"

    def _who(self, star: Star) -> str:
        draw = self._dice.random()
        handle = star.about.handle
        return f"@{handle}" if draw < 0.55 else handle if draw < 0.8 else handle.split(".", 1)[0].capitalize()
