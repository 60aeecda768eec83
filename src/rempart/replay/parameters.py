"""What a simulated wave is made of: the dials of every kind of people who speak, and of those who act together.

Three kinds of dials: a share (a probability, or a part of a whole), an amount (positive; a time is in hours) and a
count. A voice is what is known of people of one kind and what they bring; a craft adds how a crew of attackers goes
about it. The defaults are one world among many: `random_parameters` draws others.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from rempart.records import Channel, Service

Share = Annotated[float, Meta(ge=0, le=1)]
Amount = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=1)]
Weight = Annotated[float, Meta(ge=0)]

Care = Literal["crude", "moderate", "careful", "adaptive", "drowned"]
GuiltyCase = Literal["plain", "organised", "brigaded", "disputes", "poisoned", "drowned"]
InnocentCase = Literal["lone", "rumour", "brigaded", "disputes"]
Words = Literal["copies", "retold", "own"]


class Voice(msgspec.Struct, kw_only=True, frozen=True):
    """What is known of those who speak as one kind, and what they bring."""

    new: Share
    """Share whose account is at most four days old, of those whose account's date of creation is known. Those of a crew
    are made for the occasion, within hours."""
    upheld: Share
    """Share with earlier reports found true."""
    rejected: Share
    """Share with earlier reports found manifestly unfounded."""
    fans: Share = 0.55
    """Share who follow the account accused, of those whose communities are known."""
    evidence: Share = 0.02
    """Chance that somebody brings a piece of evidence, and after each piece another, up to three."""
    exports: Share = 0.15
    """Share of pieces of evidence that are exports of a conversation."""
    verified: Share = 0.03
    """Share of pieces of evidence found authentic (for a false report: a fake that passed)."""
    refuted: Share = 0.3
    """Share of pieces of evidence found fake (for a true report: wrongly)."""
    details: Amount = 1.0
    """Details in a text that only somebody who was there would give, on average."""


class Craft(Voice, kw_only=True, frozen=True):
    """How a crew of attackers of one kind goes about it."""

    words: Words
    """Copies of one text, agreed facts retold in other words, or each their own words."""
    turns: bool
    """Whether they take turns, as people who find courage one after the other, or speak when they are told to."""
    pace: tuple[Amount, Amount]
    """In multiples of the wave's `echo`: how long one waits for the next, or without turns how long it all lasts."""
    size: Amount
    """Its greatest size, in multiples of `brigade_most`."""
    again: Share
    """Chance that a crew which struck before strikes here rather than another."""
    agreed: Share
    """Share who accuse of the conduct that was agreed on."""
    bought: Share
    """Share of crews that buy aged accounts."""
    lots: tuple[Amount, Amount]
    """The days within which accounts bought together were opened, long before."""
    joined: Share
    """Share of members seen in the crew's own server, of those whose communities are known."""
    origins: Share
    """Share of reports sent through the crew's networks and devices, of those whose origin is known."""
    reported: Share
    """Share sent as user reports, whatever the channels of the wave."""
    relayed: Share
    """Share told as what happened to somebody else."""
    echoed: Share
    """Chance that a crew takes up the words and a community of somebody harmed who spoke before it."""


HARMED = Voice(new=0.3, upheld=0.07, rejected=0.02, evidence=0.3, verified=0.25, refuted=0.05, details=1.8)
MISTAKEN = Voice(new=0.33, upheld=0.04, rejected=0.1, evidence=0.17, details=1.2)
RELAYING = Voice(new=0.14, upheld=0.03, rejected=0.04)
DISPUTING = Voice(new=0.1, upheld=0.02, rejected=0.05, fans=0.9)

CRUDE = Craft(
    new=0.85, upheld=0.02, rejected=0.15, fans=0.15, evidence=0.08, verified=0.02, details=0.3,
    words="copies", turns=False, pace=(0.07, 0.6), size=1.0, again=0.2, agreed=0.95, bought=0.3, lots=(0.5, 8.0),
    joined=0.7, origins=0.7, reported=0.45, relayed=0.02, echoed=0.02,
)  # fmt: skip
MODERATE = Craft(
    new=0.45, upheld=0.02, rejected=0.1, fans=0.2, evidence=0.15, verified=0.02, details=0.5,
    words="retold", turns=False, pace=(1.2, 6.0), size=1.0, again=0.35, agreed=0.9, bought=0.5, lots=(0.5, 8.0),
    joined=0.6, origins=0.3, reported=0.1, relayed=0.04, echoed=0.02,
)  # fmt: skip
CAREFUL = Craft(
    new=0.12, upheld=0.02, rejected=0.05, fans=0.3, evidence=0.2, verified=0.02, details=1.0,
    words="own", turns=True, pace=(1.0, 2.5), size=0.2, again=0.5, agreed=0.7, bought=0.5, lots=(0.5, 8.0),
    joined=0.75, origins=0.04, reported=0.02, relayed=0.05, echoed=0.02,
)  # fmt: skip
# They know what gives others away: distinct origins, accounts from many sellers, hardly a server, fans' communities.
ADAPTIVE = Craft(
    new=0.05, upheld=0.06, rejected=0.02, fans=0.5, evidence=0.35, exports=0.5, verified=0.07, refuted=0.2, details=1.7,
    words="own", turns=True, pace=(1.5, 5.0), size=0.2, again=0.3, agreed=0.75, bought=0.9, lots=(60.0, 500.0),
    joined=0.12, origins=0.01, reported=0.02, relayed=0.25, echoed=0.1,
)  # fmt: skip
# They accuse so badly that whoever else accuses looks like one of them.
DROWNED = Craft(
    new=0.8, upheld=0.02, rejected=0.2, fans=0.5, evidence=0.12, verified=0.01, refuted=0.5, details=0.3,
    words="copies", turns=False, pace=(0.1, 2.0), size=0.8, again=0.3, agreed=0.95, bought=0.3, lots=(0.5, 8.0),
    joined=0.6, origins=0.6, reported=0.3, relayed=0.05, echoed=0.6,
)  # fmt: skip


class Parameters(msgspec.Struct, kw_only=True, frozen=True):
    """A world: who is accused, who speaks, and who attacks. Shares are of the accounts or testimonies named."""

    about: str = ""
    """What this world stands for, in a line."""
    services: dict[Service, Weight] = field(
        default_factory=lambda: {
            "tiktok": 0.62,
            "instagram": 0.12,
            "twitch": 0.08,
            "youtube": 0.07,
            "snapchat": 0.06,
            "twitter": 0.05,
        }
    )
    """The share of accused accounts on each service."""
    base_rate: Share = 0.5
    """Share of accused accounts that did it."""
    guilty: dict[GuiltyCase, Weight] = field(
        default_factory=lambda: {
            "plain": 0.72,
            "organised": 0.05,
            "brigaded": 0.08,
            "disputes": 0.05,
            "poisoned": 0.05,
            "drowned": 0.05,
        }
    )
    """What happens around an account that did it: nothing but those harmed, who speak each alone; they organise openly;
    a brigade piles up as well; fans deny in mass; the records of those harmed were poisoned; fakes drown the case."""
    innocent: dict[InnocentCase, Weight] = field(
        default_factory=lambda: {"lone": 0.38, "rumour": 0.18, "brigaded": 0.4, "disputes": 0.04}
    )
    """What happens around one that did not: lone or mistaken reports; hearsay alone; a brigade; lone reports that fans
    deny in mass."""
    begins: datetime = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
    """When the first post of the wave came."""
    spread: Amount = 40.0
    """Mean time after the beginning at which an account is first named."""
    lasts: Amount = 14 * 24.0
    """After this long, nothing more comes."""

    harmed: Voice = HARMED
    """Those who were harmed."""
    tail: Amount = 0.85
    """Tail index of the number of people harmed who speak, for one account (Pareto: lower is heavier)."""
    most_harmed: Count = 200
    """The most people harmed who speak of one account."""
    worth_attacking: Count = 3
    """The fewest people harmed who speak where they are organised, poisoned, drowned or denied in mass."""
    echo: Amount = 7.0
    """Mean time between somebody speaking and the one they encourage."""
    late: Share = 0.15
    """Share who speak independently of the wave's rhythm."""
    twice: Share = 0.04
    """Share who say it again through another channel."""
    habits: Share = 0.85
    """Share who were harmed in one of the up to three ways that the account makes a habit of."""
    template: Share = 0.8
    """Share of those organised openly who send the association's text, their own facts filled in."""
    server: Share = 0.8
    """Share of those organised openly seen in the server where it was done, of those whose communities are known."""

    mistaken: Voice = MISTAKEN
    """Those who are mistaken or lie, each alone."""
    more_mistaken: Amount = 0.35
    """How many more than one are mistaken about an account, on average (at most two)."""
    beside: Share = 0.3
    """Share of brigaded innocent accounts about which somebody is mistaken as well."""
    admitted: Share = 0.2
    """Share of false reports that get through a sealed or an association's channel; others come as forms."""

    care: dict[Care, Weight] = field(
        default_factory=lambda: {"crude": 0.33, "moderate": 0.28, "careful": 0.22, "adaptive": 0.17}
    )
    """How much care brigades take not to look like one."""
    crafts: dict[Care, Craft] = field(
        default_factory=lambda: {
            "crude": CRUDE,
            "moderate": MODERATE,
            "careful": CAREFUL,
            "adaptive": ADAPTIVE,
            "drowned": DROWNED,
        }
    )
    """How each kind of crew works."""
    brigade_least: Count = 6
    """The fewest people in a brigade."""
    brigade_most: Count = 250
    """The most people in a brigade."""
    brigade_tail: Amount = 1.15
    """Tail index of the number of people in a brigade."""

    poisoned: Share = 0.6
    """Share of people harmed to whom attackers gave rejected reports, where they did."""
    rally_least: Count = 15
    """The fewest fans who deny in mass; at most `brigade_most` do, with the tail index `brigade_tail`."""
    slogans: Share = 0.4
    """Share of those who deny in mass in the words of one text."""

    relaying: Voice = RELAYING
    """Those who relay."""
    relays: Amount = 0.4
    """Relays for each first-hand testimony, on average."""
    bandwagon: Share = 0.25
    """Share of relays in the words of the one before."""
    disputing: Voice = DISPUTING
    """Those who deny."""
    disputes: Amount = 0.2
    """Disputes for each testimony, on average; fame makes more."""

    channels: dict[Channel, Weight] = field(
        default_factory=lambda: {
            "public_post": 0.62,
            "user_report": 0.19,
            "form": 0.13,
            "trusted_flagger": 0.03,
            "sealed": 0.03,
        }
    )
    """The share of first-hand testimonies that comes through each channel."""
    french: Share = 0.75
    """Share of texts in French; the others are in English."""
    filled_in: Share = 0.04
    """Share of first-hand texts that are an association's, filled in by somebody on their own."""
    hasty: Share = 0.2
    """Share of texts typed in haste."""
    known_communities: Share = 0.5
    """Share of reporters whose communities are known."""
    known_creation: Share = 0.75
    """Share of reporters whose account's date of creation is known."""
    known_origin: Share = 0.85
    """Share of user reports and forms whose origin is known; of other channels it never is."""
