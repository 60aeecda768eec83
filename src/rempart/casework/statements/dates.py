"""Dates as kept texts say them: with their year and their zone, Europe/Paris, since a text outlives its moment.

« 29 juin 2020 à 18 h 04 (heure de Paris, UTC+2) », “29 June 2020 at 18:04 (Paris time, UTC+2)”. The offset tells the
two 2:30 of the night when summer time ends apart.
"""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.dateformat import format as format_date

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
PARIS = ZoneInfo("Europe/Paris")
HARD_SPACE = "\u00a0"


def moment(at: datetime, language: Language) -> str:
    """The day, the hour and the zone."""
    local = at.astimezone(PARIS)
    offset = local.utcoffset()
    hours = int(offset.total_seconds() // 3600) if offset is not None else 0
    if language == "fr":
        clock = f"{local.hour}{HARD_SPACE}h{HARD_SPACE}{local.minute:02}"
        return f"{_day(local, language)} à {clock} (heure de Paris, UTC+{hours})"
    return f"{_day(local, language)} at {local.hour:02}:{local.minute:02} (Paris time, UTC+{hours})"


def day(at: datetime, language: Language) -> str:
    """The day in Paris."""
    return _day(at.astimezone(PARIS), language)


def month(year_month: str, language: Language) -> str:
    """A month kept as `2020-06`: « juin 2020 », “June 2020”. Raises ValueError for anything else."""
    first = datetime.strptime(year_month, "%Y-%m")
    return f"{_name_of_month(first, language)} {first.year}"


def _day(local: datetime, language: Language) -> str:
    number = "1er" if language == "fr" and local.day == 1 else str(local.day)
    return f"{number}{HARD_SPACE}{_name_of_month(local, language)} {local.year}"


def _name_of_month(at: datetime, language: Language) -> str:
    with translation.override(language):
        return format_date(at, "F")
