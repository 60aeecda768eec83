"""Refuses texts that may not be sent: of guilt while a measure is preventive, of adult-only offences to a minor.

The lists and the search are the rulebook's (`rempart.rulebook.saying`): what a rule may not say, no text may.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from rempart.casework.errors import Refused
from rempart.rulebook.saying import Found, adult_only_offences, findings_of_guilt


class WordsRefused(Refused):
    """A text says what it may not; `found` names the words."""

    words = _("These words cannot be sent.")

    def __init__(self, found: Sequence[Found]) -> None:
        super().__init__(self.words)
        self.found = tuple(found)

    def __str__(self) -> str:
        said = "; ".join(
            f"« {one.words} » → « {one.instead} »" if one.instead else f"« {one.words} »"
            for one in dict.fromkeys(self.found)
        )
        return f"{self.words} {said}"


class FindingOfGuilt(WordsRefused):
    """A text sent while nothing is final speaks of guilt."""

    words = _("Nothing is final yet: what you write cannot speak of guilt.")


class AdultOnlyOffence(WordsRefused):
    """A text to somebody who is a minor, or may be one, cites an offence that only adults can be tried for."""

    words = _("This person is under 18, or may be: an offence that only adults are tried for cannot be cited.")


def ensure_no_guilt(texts: Iterable[str]) -> None:
    """Refuse texts that find somebody guilty, or suggest it. Raises FindingOfGuilt."""
    if guilt := findings_of_guilt("\n".join(texts)):
        raise FindingOfGuilt(guilt)


def ensure_said_fairly(texts: Iterable[str], *, preventive: bool, adult: bool) -> None:
    """Refuse texts to a respondent that say what they may not.

    preventive: nothing final was decided. adult: the respondent is known to be 18 or over.
    Raises FindingOfGuilt, AdultOnlyOffence.
    """
    whole = "\n".join(texts)
    if preventive:
        ensure_no_guilt([whole])
    if not adult and (offences := adult_only_offences(whole)):
        raise AdultOnlyOffence(offences)
