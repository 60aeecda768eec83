"""People harmed who organise openly: in one server, with an association's text, in one evening. They are no campaign.

They do what a crew does, and say the truth.
"""

from datetime import datetime, timedelta

import msgspec

from rempart.records import Testimony
from rempart.replay import phrases
from rempart.replay.dice import Dice
from rempart.replay.parameters import Parameters

EVENING_HOURS = 4
_EVENING_BEGINS = 18  # UTC: an hour or two later in France


def evening_from(moment: datetime) -> datetime:
    """That moment, when it is in the first hours of an evening, otherwise the beginning of the next."""
    begins = moment.replace(hour=_EVENING_BEGINS, minute=0, second=0, microsecond=0)
    if begins <= moment < begins + timedelta(hours=EVENING_HOURS):
        return moment
    return begins if moment < begins else begins + timedelta(days=1)


def organise(dice: Dice, testimony: Testimony, *, server: str, template: int, parameters: Parameters) -> None:
    """Have somebody say the same in the words of a template, seen in a server; as many as the parameters say."""
    reporter = testimony.reporter
    if reporter.communities and dice.chance(parameters.server) and server not in reporter.communities:
        testimony.reporter = msgspec.structs.replace(reporter, communities=[*reporter.communities, server])
    if testimony.text is not None and dice.chance(parameters.template):
        testimony.text = phrases.template_text(
            dice, phrases.language_of(testimony.text), who=f"@{testimony.about.handle}", conduct=testimony.conduct,
            on=testimony.conduct_services[0] if testimony.conduct_services else None,
            age=phrases.stated_age(testimony.text), number=template,
        )  # fmt: skip
