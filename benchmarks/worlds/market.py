"""A market: speaking has a cost, lying has a price, and everybody does what is worth it to them.

People who were harmed weigh what they would gain against fear; safety lies in numbers, so that each who speaks lowers
the price for the next, and each takes the channel, the account and the proofs that cost them least. Attackers are
customers: with a budget and a belief about how well forgeries are detected, they choose the basket (accounts by age and
record, texts by originality, proxies, forged proofs, patience) that they expect to weigh most. Shops rent the same
stock to several customers, which is what ties targets together. Those who protect an account buy disputes, complaints
against its accusers, or cheap copies. Bystanders relay when attention pays, fans dispute because it costs them nothing.
"""

import itertools
import math
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from msgspec.structs import replace
from worlds._making import CARES, known_origin, mark, wave_by_time, words_beside

from rempart.records import AccountReference, Evidence, Origin, Reporter, Testimony, Truth
from rempart.records.references import Service
from rempart.records.vocabulary import CHANNELS, CONDUCTS, Channel, Conduct, EvidenceKind, TestimonyStance
from rempart.replay import Wave
from rempart.replay.arrivals import Kind

CLAUSES = words_beside(__file__)
SERVICES: list[Service] = ["snapchat", "instagram", "tiktok", "discord", "youtube", "twitch", "telegram", "facebook"]
PROOFS: list[EvidenceKind] = ["screenshot", "export", "audio", "witness", "video", "platform_log"]
KINDS = ("start", "meeting", "deed", "proof", "effect", "end")

Draft = dict[str, str]


class Account(NamedTuple):
    """An account, where it is used from, and its owner's language."""

    reporter: Reporter
    origin: Origin | None
    english: bool


class Basket(NamedTuple):
    """What an attacker buys for each testimony: four qualities in 0..3, and the number bought."""

    accounts: int  # fresh, mixed, aged, aged with a clean record
    texts: int  # one copy, spun, paraphrased, ghost-written
    proxies: int  # own network, shared exit, mixed, one residential address each
    patience: int  # hours, a day, several days, weeks
    forged: float  # share that comes with a forged proof
    number: int


@dataclass
class Prices:
    """The season: prices, costs of speaking, and what of all this can be seen."""

    rng: random.Random

    def __post_init__(self) -> None:
        draw = self.rng.uniform
        self.english = draw(0.02, 0.25)
        self.accounts = [0.5, draw(1, 2), draw(2, 6), draw(4, 12)]
        self.texts = [0.0, draw(0.1, 0.5), draw(0.4, 2), draw(1, 5)]
        self.proxies = [0.0, draw(0.1, 0.4), draw(0.3, 1), draw(0.6, 3)]
        self.patience = [0.0, draw(0.1, 0.5), draw(0.3, 1.5), draw(0.6, 3)]
        self.forgery = draw(0.5, 4)
        self.budget = draw(2.6, 3.6), draw(0.5, 1.1)
        self.rented_twice = draw(0.05, 0.4)
        self.fear = draw(1.0, 2.6)
        self.numbers = draw(0.5, 1.6)  # how much each who speaks reassures
        self.harmed = draw(1.4, 2.4), draw(0.9, 1.4)
        self.confused = draw(0.4, 1.8)  # sincere people who are wrong, for each account
        self.think = draw(4, 30)  # hours between two moments of thinking it over
        self.exposure = [draw(0.3, 1.2), draw(0.7, 1.7), draw(0.9, 2.2), draw(0.5, 1.6), draw(2.5, 4)]
        self.hide = draw(0.1, 0.5)
        self.shows = draw(0.3, 0.65)
        self.shows_wrongly = draw(0.2, 0.7)
        self.audit = draw(0.3, 0.7)
        self.passes, self.caught, self.slips = draw(0.03, 0.09), draw(0.3, 0.7), draw(0.03, 0.1)
        self.attention = draw(2.2, 3.1), draw(0.9, 1.4)
        self.loyalty = draw(0.2, 0.9)
        self.borrowing = draw(0.04, 0.2)
        self.attacked = draw(0.25, 0.5), draw(0.05, 0.2)  # the innocent, the guilty
        self.shielded = draw(0.1, 0.3)
        self.precise = draw(0.55, 0.9)
        self.hidden = [draw(0.03, 0.45) for _ in range(6)]


@dataclass
class Case:
    about: AccountReference
    guilty: bool
    since: float
    crowd: list[str]
    tags: list[str]
    conducts: list[Conduct]
    services: list[Service]
    attack: str = "none"
    crew: Kind = "crude"  # the care of those who are paid to accuse, if any
    drafts: list[Draft] = field(default_factory=list)


class Market:
    def __init__(self, rng: random.Random, cases: int) -> None:
        self.rng = rng
        self.prices = Prices(rng)
        self.day_one = datetime(2024, 3, 1, tzinfo=UTC) + timedelta(hours=rng.randrange(10_000))
        self.crowds = [self.code(7) for _ in range(15 + cases // 2)]
        self.exits = [self.code(11) for _ in range(8 + cases // 5)]
        self.public = [self.account(days=rng.lognormvariate(6.2, 1)) for _ in range(60 + 12 * cases)]
        self.shops = [Shop(self) for _ in range(3 + cases // 40)]
        self.records: list[tuple[Testimony, Kind]] = []

    def code(self, digits: int) -> str:
        return mark(self.rng, digits)

    # Accounts

    def account(
        self, *, days: float, crowd: list[str] | None = None, honesty: float = 0.5, network: str | None = None
    ) -> Account:
        rng, hidden = self.rng, self.prices.hidden
        crowds = {*rng.sample(self.crowds, rng.randrange(5)), *(c for c in crowd or [] if rng.random() < 0.7)}
        history = int(rng.expovariate(1.4)) if days > 40 else int(rng.random() < 0.06)
        upheld = sum(rng.random() < 0.5 * honesty for _ in range(history))
        rejected = sum(rng.random() < 0.45 * (1 - honesty) for _ in range(history - upheld))
        network = network or (rng.choice(self.exits) if rng.random() < 0.3 else self.code(11))
        seen_network, seen_device = rng.random() > hidden[3], rng.random() > hidden[4]
        return Account(
            Reporter(
                id=self.code(11),
                account_created_at=None if rng.random() < hidden[0] else self.day_one - timedelta(days=days),
                followers=None
                if rng.random() < hidden[1]
                else int(rng.lognormvariate(2.5 + min(days, 800) / 400, 1.3)),
                upheld=upheld,
                rejected=rejected,
                communities=[] if rng.random() < hidden[2] else sorted(crowds),
            ),
            known_origin(network if seen_network else None, self.code(11) if seen_device else None),
            rng.random() < self.prices.english,
        )

    def witness(self, case: Case, hours: float, *, honesty: float, near: float) -> Account:
        """Somebody who testifies: a new account when hiding is worth it, else one's own."""
        rng = self.rng
        if rng.random() < 0.25:
            return rng.choice(self.public)
        days = rng.expovariate(0.15) - hours / 24 if rng.random() < self.prices.hide else rng.lognormvariate(6, 1)
        return self.account(days=days, crowd=case.crowd if rng.random() < near else None, honesty=honesty)

    # Words

    def draft(self, english: bool) -> Draft:
        pool = CLAUSES["en" if english else "fr"]
        kinds = [kind for kind in KINDS if kind == "deed" or self.rng.random() < 0.6]
        return {kind: self.rng.choice(pool[kind]) for kind in kinds}

    def rewrite(self, case: Case, draft: Draft, english: bool, kept: float) -> tuple[Draft, str]:
        """One's own draft with clauses of `draft`, kept with probability `kept`, or heard; all in one language."""
        rng, own, pool = self.rng, self.draft(english), CLAUSES["en" if english else "fr"]
        for kind in KINDS:
            model = draft if rng.random() < kept else {}
            if kind in own and not model and case.drafts and rng.random() < self.prices.borrowing:
                model = rng.choice(case.drafts[-50:])
            if model.get(kind) in pool[kind]:
                own[kind] = model[kind]
        return own, self.fill(case, [own[kind] for kind in KINDS if kind in own], english)

    def fill(self, case: Case, clauses: list[str], english: bool) -> str:
        rng = self.rng
        text = rng.choice((", ", ". ", " ", " et ")).join(clause for clause in clauses if clause)
        text = text.replace("%who", rng.choice(("@", "", "")) + case.about.handle)
        text = text.replace("%on", rng.choice(case.services))
        text = text.replace("%since", rng.choice(CLAUSES["en" if english else "fr"]["since"]))
        if rng.random() < 0.5:
            text += " " + " ".join(rng.sample(case.tags, rng.randint(1, 2)))
        if rng.random() < 0.25:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(("", text[at] * 2)) + text[at + 1 :]
        return text.upper() if rng.random() < 0.01 else text

    # Records

    def record(
        self, case: Case, account: Account, hours: float, channel: Channel, stance: TestimonyStance, *,
        kind: Kind, text: str, precise: float = 0.0, evidence: list[Evidence] | None = None,
    ) -> None:  # fmt: skip
        rng, hidden = self.rng, self.prices.hidden[5]
        told = stance == "testimony" or (stance == "relay" and rng.random() < 0.4)
        conducts = case.conducts if rng.random() < precise else [rng.choice(CONDUCTS)]
        self.records.append(
            (
                Testimony(
                    id=self.code(18),
                    received_at=self.day_one + timedelta(seconds=int((case.since + hours) * 3600)),
                    channel=channel,
                    about=case.about,
                    stance=stance,
                    conduct=rng.sample(conducts, rng.randint(1, len(conducts)))
                    if told and rng.random() > hidden
                    else [],
                    conduct_services=[rng.choice(case.services)] if told and rng.random() > hidden else [],
                    met_on=[rng.choice(case.services)] if told and rng.random() > 0.6 else [],
                    complainant_minor=rng.random() < 0.5 if stance == "testimony" and rng.random() > hidden else None,
                    text=None if channel == "user_report" and rng.random() < 0.45 else text,
                    reporter=account.reporter,
                    origin=account.origin,
                    evidence=evidence or [],
                ),
                kind,
            )
        )

    def proof(self, share: float, *, true: bool) -> list[Evidence]:
        rng, prices = self.rng, self.prices
        if rng.random() > share:
            return []
        verified: bool | None = None
        if rng.random() < prices.audit:
            luck = rng.random()
            if true:
                verified = None if luck < 0.12 else luck > 0.12 + prices.slips
            else:
                verified = True if luck < prices.passes else False if luck < prices.passes + prices.caught else None
        return [Evidence(kind=rng.choices(PROOFS, [9, 3, 1, 2, 1, 0.7])[0], verified=verified)]

    # Those who speak for themselves

    def channel(self, *, shy: float, spoken: int) -> Channel:
        """The channel of least cost (a discrete choice with Gumbel noise): numbers make the public one cheaper."""
        costs = list(self.prices.exposure)
        costs[0] += shy - 0.3 * math.log1p(spoken)
        costs[1] -= 0.2 * shy
        costs[2] -= 0.3 * shy
        noisy = [cost + math.log(self.rng.expovariate(1)) * 0.6 for cost in costs]
        return CHANNELS[noisy.index(min(noisy))]

    def victims(self, case: Case) -> None:
        """Each thinks it over from time to time, and speaks once it is worth it; the first did not wait for anybody."""
        rng, prices = self.rng, self.prices
        harmed = min(120, 1 + int(rng.lognormvariate(*prices.harmed)))
        fears = sorted(rng.gauss(prices.fear, 1.2) for _ in range(harmed))
        spoken, hours = 0, 0.0
        evening = 24 * rng.uniform(1, 4) if len(fears) > 5 and rng.random() < 0.25 else None
        template, server = self.draft(False), rng.choice(self.crowds)
        for _ in range(45):
            silent = []
            heard = spoken
            for fear in fears:
                worth = prices.numbers * math.log1p(heard) - fear + rng.gauss(0, 0.5)
                joins = evening is not None and evening <= hours < evening + prices.think and rng.random() < 0.6
                if not (spoken == 0 or joins or (worth > 0 and rng.random() < 0.5)):
                    silent.append(fear)
                    continue
                when = hours + (rng.uniform(0, prices.think) if spoken else 0.0)
                if joins:
                    when = (evening or 0.0) + rng.expovariate(0.6)
                account = self.witness(case, when, honesty=rng.betavariate(3, 1.4), near=0.75)
                if joins and account.reporter.communities:
                    account.reporter.communities = sorted({*account.reporter.communities, server})
                if case.attack == "poisoned_records" and rng.random() < 0.6:
                    complaints = account.reporter.rejected + rng.choice((1, 1, 2))
                    account = account._replace(reporter=replace(account.reporter, rejected=complaints))
                channel = self.channel(shy=fear - 1, spoken=heard)
                draft, text = self.rewrite(case, template if joins else {}, account.english, 0.65)
                if channel != "sealed":
                    case.drafts.append(draft)
                evidence = self.proof(prices.shows, true=True)
                self.record(
                    case,
                    account,
                    when,
                    channel,
                    "testimony",
                    kind="true",
                    text=text,
                    precise=prices.precise,
                    evidence=evidence,
                )
                spoken += 1
            fears, hours = silent, hours + prices.think

    def confused(self, case: Case, count: int) -> None:
        """Sincere people who are wrong, or who settle a private score: they have less to show."""
        rng, prices = self.rng, self.prices
        for nth in range(count):
            hours = 0.0 if nth == 0 and not case.guilty else rng.expovariate(1 / 60)
            account = self.witness(case, hours, honesty=rng.betavariate(2, 1.8), near=0.5)
            draft, text = self.rewrite(case, {}, account.english, 0)
            case.drafts.append(draft)
            evidence = self.proof(prices.shows * prices.shows_wrongly, true=False)
            channel = self.channel(shy=rng.gauss(-0.3, 0.7), spoken=nth)
            precise = prices.precise * 0.6
            self.record(
                case,
                account,
                hours,
                channel,
                "testimony",
                kind="mistaken",
                text=text,
                precise=precise,
                evidence=evidence,
            )

    def bystanders(self, case: Case) -> None:
        """Attention pays who relays, up to what the subject is worth; those who are loyal answer for nothing."""
        rng, prices = self.rng, self.prices
        worth = 0.0 if rng.random() < 0.2 else min(260.0, rng.lognormvariate(*prices.attention) * 2)
        tempo = rng.lognormvariate(3, 0.7)
        counts: dict[TestimonyStance, float] = {
            "relay": worth,
            "dispute": worth * prices.loyalty * rng.expovariate(1),
        }
        for stance, count in counts.items():
            for _ in range(int(min(300, count))):
                account = rng.choice(self.public)
                hours = rng.gammavariate(0.7, tempo) + (rng.gauss(2, 6) if stance == "relay" else rng.expovariate(0.1))
                kind = "news" if stance == "relay" and (account.reporter.followers or 0) > 2500 else stance
                clauses = [rng.choice(CLAUSES["en" if account.english else "fr"][kind])]
                text = self.fill(case, clauses, account.english)
                channel = rng.choices(CHANNELS, [40, 0.4, 0.2, 3, 0.2])[0]
                self.record(
                    case,
                    account,
                    hours,
                    channel,
                    stance,
                    kind="relay" if stance == "relay" else "dispute",
                    text=text,
                    precise=0.5,
                )

    # Those who pay

    def basket(self, budget: float, caution: float) -> Basket:
        """The basket that a customer expects to weigh most: its number times the odds that it is not seen through."""
        prices, best, weight = self.prices, Basket(0, 0, 0, 0, 0.0, 3), -math.inf
        for accounts, texts, proxies, patience in itertools.product(range(4), repeat=4):
            for forged in (0.05, 0.35):
                price = prices.accounts[accounts] + prices.texts[texts] + prices.proxies[proxies]
                price += prices.patience[patience] + forged * prices.forgery
                count = int(min(70, budget / price))
                doubt = 1.1 * (3 - texts) + 0.7 * (3 - accounts) + 0.6 * (3 - proxies) + 0.8 * (3 - patience)
                gain = math.log1p(count) * (1 + forged) * math.exp(-caution * doubt / 3) * self.rng.uniform(0.85, 1.15)
                if count >= 2 and gain > weight:
                    best, weight = Basket(accounts, texts, proxies, patience, forged, count), gain
        return best

    def buy(self, case: Case, shop: "Shop", basket: Basket, start: float) -> None:
        """Have the basket delivered: testimonies against the case, with what was paid for."""
        rng, prices = self.rng, self.prices
        kept = (0.8, 0.45, 0.2, 0.06)[basket.texts] * rng.uniform(0.6, 1.15)
        width = (1.5, 10.0, 45.0, 110.0)[basket.patience] * rng.uniform(0.6, 1.6)
        brief, relation = self.draft(False), rng.uniform(0.2, 0.8)
        for account in shop.rent(case, basket):
            hours = start + rng.gammavariate(1.1, width)
            draft, text = self.rewrite(case, brief, account.english, kept)
            case.drafts.append(draft)
            evidence = self.proof(min(0.9, prices.shows * prices.shows_wrongly * 0.6 + basket.forged), true=False)
            channel = self.channel(shy=rng.gauss(-0.2, 0.7), spoken=5)
            precise = prices.precise * rng.uniform(0.7, 1.1)
            self.record(
                case,
                account,
                hours,
                channel,
                "testimony",
                kind=case.crew,
                text=text,
                precise=precise,
                evidence=evidence,
            )
            if basket.patience == 3 and rng.random() < relation * 0.4:
                clause = rng.choice(CLAUSES["en" if account.english else "fr"]["relay"])
                text = self.fill(case, [clause], account.english)
                later = hours + rng.expovariate(0.1)
                self.record(case, account, later, "public_post", "relay", kind=case.crew, text=text, precise=0.5)

    def defend(self, case: Case, shop: "Shop") -> None:
        """Bought or organised disputes: one evening, few different sentences."""
        rng = self.rng
        lines, evening = rng.sample(CLAUSES["fr"]["dispute"], 3), rng.expovariate(1 / 40)
        hired = shop.rent(case, Basket(1, 0, 1, 0, 0.0, rng.randrange(20, 80)))
        for account in hired + rng.sample(self.public, len(hired) // 2):
            text = self.fill(case, [rng.choice(lines)], account.english)
            at = evening + rng.expovariate(0.3)
            self.record(case, account, at, "public_post", "dispute", kind="dispute", text=text)


class Shop:
    """A shop of accounts, which come in lots and are rented again to other customers."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.stock: list[list[Account]] = [[] for _ in range(4)]
        self.haunts = market.rng.sample(market.crowds, 3)
        self.exits = [market.code(11) for _ in range(6)]

    def rent(self, case: Case, basket: Basket) -> list[Account]:
        """As many accounts as the basket holds, some of them already rented to somebody else."""
        rng, shelf = self.market.rng, self.stock[basket.accounts]
        lot = rng.lognormvariate(5.5, 1)
        again = [account for account in shelf if rng.random() < self.market.prices.rented_twice]
        rented = rng.sample(again, min(len(again), basket.number // 2))
        while len(rented) < basket.number:
            fresh = rng.random() < (0.7, 0.4, 0.1, 0.05)[basket.accounts]
            days = rng.expovariate(0.15) - case.since / 24 if fresh else rng.lognormvariate(6, 1)
            if not fresh and rng.random() < 0.25:
                days = lot + rng.uniform(0, 2)
            honesty = rng.betavariate(1.5 + basket.accounts, 1.8)
            network = rng.choice(self.exits) if rng.random() < (0.3, 0.35, 0.12, 0.03)[basket.proxies] else None
            crowd = case.crowd if rng.random() < 0.25 * basket.accounts else self.haunts
            account = self.market.account(days=days, crowd=crowd, honesty=honesty, network=network)
            shelf.append(account)
            rented.append(account)
        return rented


def _trade(market: Market, case: Case) -> bool:
    """All that is said of one case. Returns whether a campaign accused, or pretended to."""
    rng, prices = market.rng, market.prices
    shop = rng.choice(market.shops)
    budget, caution = rng.lognormvariate(*prices.budget), rng.betavariate(1.2, 1.2) * 1.6
    attacked = rng.random() < prices.attacked[case.guilty]
    accusing = attacked
    if case.guilty and rng.random() < prices.shielded:
        case.attack = rng.choice(("mass_disputes", "poisoned_records", "drowning"))
        accusing = case.attack == "drowning"
    elif attacked:
        case.attack = case.crew = CARES[min(3, int(caution / 0.4))]
    elif not case.guilty and rng.random() < 0.2:
        case.attack = "grudge"
    if case.guilty:
        market.victims(case)
    mistakes = int(rng.expovariate(1 / prices.confused) * rng.lognormvariate(0, 0.7))
    market.confused(case, mistakes // 2 if case.guilty else mistakes + (not attacked))
    market.bystanders(case)
    if accusing:
        drowning = case.attack == "drowning"
        basket = Basket(0, 0, 0, 1, 0.6, rng.randrange(6, 50)) if drowning else market.basket(budget, caution)
        market.buy(case, shop, basket, rng.expovariate(1 / 30) if case.guilty else 0.0)
    if case.attack == "mass_disputes":
        market.defend(case, shop)
    return accusing


def world(seed: int, accounts: int) -> Wave:
    """One season of the market with this many accused accounts, half of them guilty; the same for a seed."""
    rng = random.Random(seed)
    market = Market(rng, accounts)
    names = CLAUSES["handles"]
    handles: dict[str, None] = {}
    while len(handles) < accounts:
        left, right = rng.choice(names["left"]), rng.choice(names["right"])
        handles[f"{left}{rng.choice(('', '_', '.'))}{right}{rng.randrange(5000)}"] = None
    guilty = [index < accounts // 2 for index in range(accounts)]
    rng.shuffle(guilty)
    truth = []
    for handle, side in zip(handles, guilty, strict=True):
        case = Case(
            about=AccountReference(rng.choice(SERVICES), handle),
            guilty=side,
            since=rng.uniform(100, 3500),
            crowd=rng.sample(market.crowds, rng.randint(1, 3)),
            tags=["#onparle", f"#{handle[:4]}", f"#{rng.choice(('stop', 'verite', 'justice'))}{handle[:4]}"],
            conducts=rng.sample(CONDUCTS, rng.randint(1, 3)),
            services=rng.sample(SERVICES, rng.randint(1, 3)),
        )
        campaign = _trade(market, case)
        truth.append(Truth(about=case.about, guilty=side, campaign=campaign, attack=case.attack))
    return wave_by_time(market.records, truth)
