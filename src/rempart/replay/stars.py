"""The accounts accused in a simulated wave: who they are, whether they did it and what happens around them."""

from datetime import timedelta
from typing import Literal

import msgspec

from rempart.records import AccountReference, AccountRow, AgeBand, Conduct, Service, Truth
from rempart.replay.dice import Dice, Weighted
from rempart.replay.parameters import Care, GuiltyCase, InnocentCase, Parameters
from rempart.replay.phrases import Language

Attack = Care | Literal["none", "disputes", "poisoned"]


class Star(msgspec.Struct):
    """An account of the wave, what is true of it and how it goes about it.

    `networks`: those of schools and operators that its fans share; `server`: where those harmed may organise. `attack`
    and `campaign` are as in the truth file.
    """

    row: AccountRow
    about: AccountReference
    guilty: bool
    case: GuiltyCase | InnocentCase
    conduct: tuple[Conduct, ...]
    asks_on: Service
    meets_on: Service
    fans: str
    networks: tuple[str, ...]
    server: str
    attack: Attack = "none"
    campaign: bool = False

    @property
    def language(self) -> Language:
        """The one that most of those around it write in."""
        return "fr" if self.row.language == "fr" else "en"

    @property
    def truth(self) -> Truth:
        """Its line of the truth file."""
        return Truth(about=self.about, guilty=self.guilty, campaign=self.campaign, attack=self.attack)


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
    guilty = dice.chance(parameters.base_rate)
    return Star(
        row=row,
        about=AccountReference(service, handle),
        guilty=guilty,
        case=Weighted(parameters.guilty).draw(dice) if guilty else Weighted(parameters.innocent).draw(dice),
        conduct=conduct,
        asks_on=asks_on,
        meets_on=service if dice.chance(0.9) else "yubo",
        fans=dice.name("c"),
        networks=tuple(dice.name("n") for _ in range(3)),
        server=dice.name("c"),
    )


def _letters(number: int) -> str:
    letters = ""
    while number or not letters:
        number, digit = divmod(number, 26)
        letters = chr(97 + digit) + letters
    return letters
