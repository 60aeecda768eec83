"""The parameters of a simulated wave, and the accounts accused in it: who they are and whether they did it."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec
from msgspec import field

from rempart.records import AccountReference, AccountRow, AgeBand, Channel, Conduct, Service, Truth
from rempart.replay.dice import Dice, Weighted

Care = Literal["crude", "moderate", "careful"]

_CARE: dict[Care, float] = {"crude": 0.4, "moderate": 0.35, "careful": 0.25}
_SERVICES: dict[Service, float] = {
    "tiktok": 0.62,
    "instagram": 0.12,
    "twitch": 0.08,
    "youtube": 0.07,
    "snapchat": 0.06,
    "twitter": 0.05,
}
_CHANNELS: dict[Channel, float] = {
    "public_post": 0.62,
    "user_report": 0.19,
    "form": 0.13,
    "trusted_flagger": 0.03,
    "sealed": 0.03,
}


class Parameters(msgspec.Struct, kw_only=True, frozen=True):
    """What a wave is made of. Shares are of the accounts or testimonies named; durations are in hours."""

    services: dict[Service, float] = field(default_factory=lambda: dict(_SERVICES))
    """The share of accused accounts on each service."""
    base_rate: float = 0.5
    """Share of accused accounts that did it."""
    begins: datetime = datetime(2026, 3, 4, 17, 0, tzinfo=UTC)
    """When the first post of the wave came."""
    spread: float = 40.0
    """Mean time after the beginning at which an account is first named."""
    lasts: float = 14 * 24.0
    """After this long, nothing more comes."""

    tail: float = 0.85
    """Tail index of the number of people harmed who speak, for one guilty account (Pareto: lower is heavier)."""
    most_harmed: int = 200
    """The most people harmed who speak of one account."""
    echo: float = 7.0
    """Mean time between somebody speaking and the one they encourage."""
    late: float = 0.15
    """Share of those harmed who speak independently of the wave's rhythm."""
    twice: float = 0.04
    """Share of those harmed who say it again through another channel."""

    lone: float = 0.4
    """Share of innocent accounts with one to three false or mistaken reports and nothing organised."""
    rumour: float = 0.2
    """Share of innocent accounts of which people only say what they heard; the rest are brigaded."""
    care: dict[Care, float] = field(default_factory=lambda: dict(_CARE))
    """How much care brigades take not to look like one."""
    brigade_least: int = 6
    """The fewest people in a brigade."""
    brigade_most: int = 250
    """The most people in a brigade; careful ones are a fifth of that at most."""
    brigade_tail: float = 1.15
    """Tail index of the number of people in a brigade."""
    guilty_brigaded: float = 0.08
    """Share of guilty accounts on which a brigade piles up as well."""

    relays: float = 0.4
    """Relays for each first-hand testimony, on average."""
    disputes: float = 0.2
    """Disputes for each testimony, on average; fame makes more."""

    channels: dict[Channel, float] = field(default_factory=lambda: dict(_CHANNELS))
    """The share of first-hand testimonies that comes through each channel."""
    french: float = 0.75
    """Share of texts in French; the others are in English."""
    known_communities: float = 0.5
    """Share of reporters whose communities are known."""
    known_creation: float = 0.75
    """Share of reporters whose account's date of creation is known."""


class Star(msgspec.Struct, frozen=True):
    """An account of the wave, what is true of it and how it goes about it."""

    row: AccountRow
    about: AccountReference
    guilty: bool
    conduct: tuple[Conduct, ...]
    asks_on: Service
    meets_on: Service
    fans: str

    @property
    def truth(self) -> Truth:
        """Its line of the truth file."""
        return Truth(about=self.about, guilty=self.guilty)


_SYLLABLES = (
    "za",
    "vel",
    "no",
    "kri",
    "mo",
    "lun",
    "ty",
    "ra",
    "ske",
    "bo",
    "fi",
    "dra",
    "wen",
    "ju",
    "pax",
    "ori",
    "nel",
    "gu",
)
_ENDINGS = ("vrtx", "zlk", "wavy", "nox", "mvp", "prsm", "lumo", "kyz", "drft", "halo")
_ASKED_ON: Weighted[Service] = Weighted({"snapchat": 0.6, "instagram": 0.2, "whatsapp": 0.1, "discord": 0.1})
_AGES: Weighted[AgeBand | None] = Weighted({"13_15": 0.08, "16_17": 0.3, "18_plus": 0.34, None: 0.28})
_COUNTRIES = Weighted({"FR": 0.7, "BE": 0.1, "CH": 0.05, "CA": 0.06, "GB": 0.05, "US": 0.04})
CONDUCT: Weighted[Conduct] = Weighted(
    {
        "nude_request": 0.34,
        "sexual_messages": 0.2,
        "grooming": 0.12,
        "harassment": 0.1,
        "unsolicited_nudes": 0.08,
        "image_abuse": 0.05,
        "sextortion": 0.04,
        "sexual_assault": 0.04,
        "financial_exploitation": 0.03,
    }
)


def make_star(dice: Dice, number: int, parameters: Parameters) -> Star:
    """The account of this number: its row, whether it is guilty, and its habits."""
    service = Weighted(parameters.services).draw(dice)
    # The number in base 26 keeps handles apart whatever the syllables.
    handle = f"{''.join(dice.pick(_SYLLABLES) for _ in range(2))}.{dice.pick(_ENDINGS)}{_letters(number)}"
    reach = int(dice.heavy(4_000, 0.55, 6_000_000))
    country = _COUNTRIES.draw(dice)
    row = AccountRow(
        id=str(7_100_000_000_000 + number * 7_919),
        service=service,
        handle=handle,
        created_at=parameters.begins - timedelta(days=dice.integer(40, 1_500)),
        age_band=_AGES.draw(dice),
        reach=reach,
        monetised=dice.chance(0.7 if reach > 50_000 else 0.15),
        country=country,
        language="fr" if country in {"FR", "BE", "CH"} else "en",
    )
    conduct = tuple(dict.fromkeys(CONDUCT.draw(dice) for _ in range(3)))
    asks_on = _ASKED_ON.draw(dice) if dice.chance(0.7) else service
    return Star(
        row=row,
        about=AccountReference(service, handle),
        guilty=dice.chance(parameters.base_rate),
        conduct=conduct,
        asks_on=asks_on,
        meets_on=service if dice.chance(0.9) else "yubo",
        fans=f"fans-{handle}",
    )


def _letters(number: int) -> str:
    letters = ""
    while number or not letters:
        number, digit = divmod(number, 26)
        letters = chr(97 + digit) + letters
    return letters
