"""Numbers and dates as each language writes them: « 18 h 04 », « 1er juin », « 0,98 », `18:04`, `1 June`, `0.98`."""

from datetime import datetime

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.formats import number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

HARD_SPACE = "\u00a0"


def _in_french() -> bool:
    return (get_language() or "").startswith("fr")


def day_month(at: datetime) -> str:
    """The day and the month of a local time, the month shortened when it is long."""
    in_full = format_date(at, "F")
    short = format_date(at, "N" if _in_french() else "M")
    return _number_of_day(at) + HARD_SPACE + (in_full if len(in_full) <= 5 else short)


def day(at: datetime) -> str:
    """The day in full, in the zone of the site; with its year unless that is the current one."""
    local = timezone.localtime(at)
    words = _number_of_day(local) + HARD_SPACE + format_date(local, "F")
    return words if local.year == timezone.localtime().year else f"{words} {local.year}"


def _number_of_day(at: datetime) -> str:
    return "1er" if _in_french() and at.day == 1 else str(at.day)


def clock(at: datetime) -> str:
    """The hour and the minutes, in the zone of the site."""
    local = timezone.localtime(at)
    if not _in_french():
        return f"{local.hour:02}:{local.minute:02}"
    minutes = f"{HARD_SPACE}{local.minute:02}" if local.minute else ""
    return f"{local.hour}{HARD_SPACE}h{minutes}"


def moment(at: datetime) -> str:
    """The day and the hour."""
    return _("%(day)s at %(time)s") % {"day": day(at), "time": clock(at)}


def decimal(value: float, places: int = 2) -> str:
    """A number with `places` decimals and its thousands grouped; a minus sign, not a hyphen, when it is negative."""
    # Django cuts decimals off where it should round.
    rounded = round(value, places)
    return number_format(rounded, decimal_pos=places, use_l10n=True, force_grouping=True).replace("-", "\u2212")


def probability(value: float) -> str:
    """A probability with two decimals that never claims certainty: `> 0.99` rather than `1.00`."""
    if value > 0.99:
        return ">" + HARD_SPACE + decimal(0.99)
    if value < 0.01:
        return "<" + HARD_SPACE + decimal(0.01)
    return decimal(value)


def signed(value: float, places: int = 1) -> str:
    """A weight, always with its sign; nothing but zero is written as zero."""
    rounded = round(value, places)
    return ("+" if rounded > 0 else "") + decimal(rounded if rounded else 0.0, places)


def percent(share: float) -> str:
    """A share in [0, 1] as a whole percentage."""
    number = number_format(round(share * 100), use_l10n=True)
    return f"{number}{HARD_SPACE}%" if _in_french() else f"{number}%"


def duration(hours: float) -> str:
    """A length of time in the largest unit that says it well: minutes, hours, then days."""
    if hours < 1:
        minutes = round(hours * 60)
        if not minutes:
            return _("at once")
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    if hours < 72:
        whole = round(hours)
        return ngettext("%(count)d hour", "%(count)d hours", whole) % {"count": whole}
    days = round(hours / 24)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
