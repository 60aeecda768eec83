"""The part of a case's page about the platform: how its measures stand there, and what it says of the account."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.casework.models import Case, Decision
from rempart.ledger.clock import now
from rempart.pages.labels import words_for
from rempart.pages.writing import decimal
from rempart.platforms import selectors
from rempart.platforms.models import Platform
from rempart.staff.models import StaffMember


def panel(case: Case, member: StaffMember) -> dict[str, Any] | None:
    """Its measures that were taken, those that hold or will first, and the platform's own words on the account."""
    measures = []
    for decision in case.decisions.all():
        if decision.state == Decision.State.TAKEN:
            for measure in decision.measures.all():
                measure.decision = decision
                measures.append(measure)
    found = selectors.case_on_platform(case, measures)
    if not measures and found.platform is None:
        return None
    lines = [_line(found.stretches[one.pk], found.platform) for one in reversed(measures)]
    return {
        "platform": found.platform,
        "lines": [one for one in lines if not one["past"]],
        "past": [one for one in lines if one["past"]],
        "known": _known(found) if found.platform else None,
    }


def _line(stretch: selectors.Stretch, platform: Platform | None) -> dict[str, Any]:
    measure, there = stretch.measure, selectors.there(stretch, platform)
    over = any(at is not None and at <= now() for at in (measure.decision.closes_at, measure.lifted_at))
    return {
        "measure": measure.measure,
        "url": reverse("platforms:measure", args=[measure.pk]),
        "there": there,
        "problem": selectors.in_words(there.problem),
        "foreign": any(one.kind == one.Kind.FOREIGN for one in stretch.open_drifts()),
        "past": over and not there.trouble and not there.restrains and there.state != "waits",
    }


def _known(found: selectors.OnPlatform) -> dict[str, Any]:
    """What the platform says of the account, and when it was asked."""
    about = found.description
    if about is None:
        return {"facts": [], "name": found.platform, "answered_at": None, "problem": ""}
    return {
        "facts": _facts(about["said"]) if about["answered_at"] else [],
        "name": about["name"],
        "answered_at": about["answered_at"],
        "problem": selectors.in_words(about["problem"]),
        "staff": about["staff"],
    }


def _facts(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    unknown = _("it does not say")
    reach, age = said.get("reach"), said.get("age_band")
    return [
        (_("Followers"), decimal(reach, 0) if reach is not None else unknown),
        (_("Age"), words_for("age_band", age) if age else _("it does not say: protected like a minor")),
        (_("Earns money there"), {True: _("yes"), False: _("no")}.get(said.get("monetised"), unknown)),
        (_("Country"), said.get("country") or unknown),
    ]
