"""What `rempart demo --platform` does, step by step; each line is printed once the thing was really seen.

The server, its accounts and its refusals are real, and so is every request. Time alone is moved, by the house's one
clock: a minute, in which an act can be undone, and the days that the measure lasts.
"""

import os
import textwrap
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from string import Template

import msgspec
import yaml
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rempart.casework import services
from rempart.casework.models import Decision, PlatformOrder
from rempart.casework.services.times import do_what_is_due
from rempart.intake.models import Testimony, Wave
from rempart.intake.services import watch_tag
from rempart.ledger import clock
from rempart.ledger.clock import now
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.verification import verify
from rempart.pages.writing import decimal, probability
from rempart.platforms.models import Execution
from rempart.platforms.services import add_platform, carry_out_due
from rempart.platforms.trial.places import HASHTAG, NAME, Place
from rempart.rulebook import parse
from rempart.staff.models import StaffMember
from rempart.staff.roles import Role
from rempart.staff.services import add_member

WIDTH = 96
WITHIN = 60.0  # seconds that a step may take
RULEBOOK = Path(__file__).with_name("rulebook.yaml")
TEAM = (("ines.caron@rempart.example", "Inès Caron"), ("paul.lenoir@rempart.example", "Paul Lenoir"))
TESTIMONIES = Path(__file__).with_name("testimonies.yaml")


class Said(msgspec.Struct, frozen=True):
    """What one of them writes, and how many seconds after the one before."""

    name: str
    after: float
    text: str


class NotSeen(Exception):
    """A step of the demonstration did not happen; the message says which."""


class Timeline:
    """What happened and when, counted from the beginning on the house's clock."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell, self.began = tell, now()

    def say(self, text: str, *more: str) -> None:
        """A line with its time, and lines below it."""
        self.tell(f"{elapsed(now() - self.began):>8}  {text}")
        for line in more:
            self.tell(f"{'':>8}    {line}")


def elapsed(span: timedelta) -> str:
    """How much time passed, in the one unit that fits."""
    seconds = span.total_seconds()
    if seconds < 60:
        return _("%(number)s s") % {"number": decimal(seconds, 1)}
    if seconds < 7_200:
        return _("%(number)s min") % {"number": f"{seconds / 60:.0f}"}
    if seconds < 172_800:
        return _("%(number)s h") % {"number": f"{seconds / 3600:.0f}"}
    return _("%(number)s days") % {"number": f"{seconds / 86_400:.0f}"}


def show(place: Place, *, language: str, tell: Callable[[str], None]) -> None:
    """Run the demonstration. Raises NotSeen, NotInstallable, DidNotStart."""
    timeline, said = Timeline(tell), testimonies(place.star)
    try:
        with place.server:
            timeline.say(_("%(software)s runs, on this machine only.") % {"software": place.software})
            _set_up(place, said, timeline)
            with place.listened_to(os.environ):
                _people_speak(place, said, timeline)
            decision = _decide(timeline)
            _restrained(place, decision, timeline, language)
            _free_again(place, decision, timeline)
    finally:
        clock.set_offset(timedelta(0))
    sequence_pending()
    report = verify()
    if not report.holds:
        raise NotSeen(_("The ledger does not hold."))
    timeline.tell("")
    timeline.tell(_("All of it stands in the ledger (%(rows)s rows, verified).") % {"rows": report.rows})
    timeline.tell(_("Everybody in it is invented. A preventive measure is a precaution: it is no finding."))


def testimonies(star: str) -> list[Said]:
    """What is written about this account."""
    written = Template(TESTIMONIES.read_text(encoding="utf-8")).substitute(star=star, tag=HASHTAG)
    return msgspec.convert(yaml.safe_load(written), list[Said])


def _set_up(place: Place, said: list[Said], timeline: Timeline) -> None:
    place.people([one.name for one in said])
    services.put_in_force(parse(Template(RULEBOOK.read_text(encoding="utf-8")).substitute(measure=place.measure)))
    for email, name in TEAM:
        add_member(email, name=name, roles=[Role.REVIEWER])
    add_platform(NAME, kind=place.kind, service=place.service, acting=None, **place.settings())
    watch_tag(HASHTAG, default_service=place.service)
    if (refusal := place.star_writes()) is not None:
        raise NotSeen(_("The server refused a post before any measure: %(refusal)s") % {"refusal": refusal})
    timeline.say(_("%(star)s writes: accepted by the server.") % {"star": place.star})


def _people_speak(place: Place, said: list[Said], timeline: Timeline) -> None:
    timeline.say(_("Rempart listens for #%(tag)s.") % {"tag": HASHTAG})
    for one in said:
        time.sleep(one.after)
        place.speak(one.name, one.text)
    timeline.say(_("%(count)s people write about %(star)s there.") % {"count": len(said), "star": place.star})
    _wait(lambda: Testimony.objects.count() >= len(said), _("Rempart did not take in what was said."))
    timeline.say(_("Rempart has taken in %(count)s testimonies.") % {"count": Testimony.objects.count()})


def _decide(timeline: Timeline) -> Decision:
    for wave in Wave.objects.all():
        services.assess_wave(wave)
    decision = Decision.objects.select_related("assessment").filter(state=Decision.State.PROPOSED).first()
    if decision is None:
        raise NotSeen(_("Nothing was proposed on what was said."))
    weighed = decision.assessment
    timeline.say(
        _("Assessed: credibility %(credibility)s, %(sources)s independent sources, coordination %(coordination)s.")
        % {
            "credibility": probability(weighed.credibility),
            "sources": decimal(weighed.independent_sources, 1),
            "coordination": decimal(weighed.coordination),
        }
    )
    measures = ", ".join(one.get_measure_display() for one in decision.measures.all())
    days = decision.lasts.days if decision.lasts else 0
    timeline.say(
        ngettext(
            "The rulebook proposes, for %(days)s day, as a precaution: %(measures)s. Two people have to agree.",
            "The rulebook proposes, for %(days)s days, as a precaution: %(measures)s. Two people have to agree.",
            days,
        )
        % {"days": days, "measures": measures}
    )
    for member in StaffMember.objects.order_by("pk"):
        decision = services.approve_decision(decision, acting=member, reason=_("What they say holds together."))
        timeline.say(_("%(name)s has read the case and agrees.") % {"name": member.name})
    return decision


def _restrained(place: Place, decision: Decision, timeline: Timeline, language: str) -> None:
    _carry_out(decision, PlatformOrder.Action.APPLY)
    refusal = place.star_writes()
    if refusal is None:
        raise NotSeen(_("The server still accepts what the measure should prevent."))
    timeline.say(
        _("%(star)s writes: refused by the server (%(refusal)s).") % {"star": place.star, "refusal": refusal},
        _("What they are told:"),
        *textwrap.wrap(decision.reasons[language], WIDTH),
    )


def _free_again(place: Place, decision: Decision, timeline: Timeline) -> None:
    if decision.ends_at is None:
        raise NotSeen(_("The measure has no end."))
    clock.set_offset(decision.ends_at - now() + timedelta(seconds=1))
    do_what_is_due()
    timeline.say(_("Its time is over: the measure lapses, and nobody has to do anything for that."))
    _carry_out(decision, PlatformOrder.Action.LIFT)
    if (refusal := place.star_writes()) is not None:
        raise NotSeen(_("The server refuses a post after the end: %(refusal)s") % {"refusal": refusal})
    timeline.say(_("%(star)s writes: accepted by the server.") % {"star": place.star})


def _carry_out(decision: Decision, action: PlatformOrder.Action) -> None:
    """Have the platform do what was ordered, and see that it did."""
    carry_out_due()
    execution = Execution.objects.filter(order__measure__decision=decision, order__action=action).first()
    if execution is None or execution.seen_at is None:
        problem = execution.problem if execution else ""
        raise NotSeen(_("The server was not seen to do what was ordered. %(problem)s") % {"problem": problem})


def _wait(seen: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + WITHIN
    while not seen():
        if time.monotonic() > deadline:
            raise NotSeen(otherwise)
        time.sleep(0.1)
