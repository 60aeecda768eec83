"""The waves, and one wave: hour by hour, account by account, and what each rulebook would have done."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from rempart.casework import selectors
from rempart.casework.models import AssessmentRecord, Case, WaveReplay
from rempart.casework.navigation import entries_for
from rempart.casework.services import rulebook_in_force
from rempart.casework.views.shown import AccountLine, account_line
from rempart.lookout.selectors import hourly_series
from rempart.pages import charts
from rempart.pages.labels import words_for
from rempart.records.references import parse_reference
from rempart.staff.access import for_members, needs
from rempart.staff.roles import Permission

DESK_WIDTH, PHONE_WIDTH = 1180, 340
SHOWN_AT_FIRST = 12


@require_safe
@for_members
def home(request: HttpRequest) -> HttpResponse:
    """The first page is the list of waves, for those who may see it; else the first of the menu that they may open."""
    if request.user.may(Permission.SEE_WAVES):
        return redirect("casework:waves")
    menu = [entry["url"] for entry in entries_for(request.user) if entry["in_menu"]]
    return redirect(str(menu[0]) if menu else "staff:account")


@require_safe
@needs(Permission.SEE_WAVES)
def waves(request: HttpRequest) -> HttpResponse:
    """Every wave, the newest first."""
    return render(request, "casework/waves.html", {"waves": [_line(one) for one in selectors.waves()]})


@require_safe
@needs(Permission.SEE_WAVES)
def wave(request: HttpRequest, pk: int) -> HttpResponse:
    """One wave."""
    found = next(iter(selectors.waves(pk=pk)), None)
    if found is None:
        raise Http404
    cases = list(selectors.cases_of(found))
    latest = selectors.latest_assessments(cases)
    accounts = _accounts(request, cases, latest)
    hours = [charts.Hour(one.at, one.posts, one.testimonies) for one in hourly_series(found)]
    heard = {str(one.account.reference): latest[one.pk].assessment.get("first_at") for one in cases if one.pk in latest}
    rulebooks = _rulebooks(WaveReplay.objects.filter(wave=found).first(), heard)
    moments = [charts.Moment(one["number"], one["title"], one["first"], one["ours"]) for one in rulebooks]
    step, bars = charts.merged(hours)
    zone = timezone.get_current_timezone()
    context = {
        "wave": _line(found),
        "alerts": found.alerts.filter(seen_at=None),
        "so_far": _so_far(accounts),
        "accounts": accounts if request.GET.get("accounts") == "all" else accounts[:SHOWN_AT_FIRST],
        "accounts_in_all": len(accounts),
        "left_aside": selectors.left_aside(found),
        "rulebooks": rulebooks,
        "moments": moments,
        "bars": bars,
        "step": step,
        "desk_chart": charts.hourly_chart(hours, moments, width=DESK_WIDTH, zone=zone),
        "phone_chart": charts.hourly_chart(hours, moments, width=PHONE_WIDTH, zone=zone),
    }
    return render(request, "casework/wave.html", context)


def _line(one: Any) -> dict[str, Any]:
    return {
        "url": reverse("casework:wave", args=[one.pk]),
        "hashtag": one.hashtag,
        "invented": one.invented,
        "since": one.since,
        "posts": one.posts_received,
        "testimonies": one.testimonies_received,
        "accounts": one.accused,
        "restrained": one.restrained,
    }


def _accounts(request: HttpRequest, cases: Iterable[Case], latest: Mapping[int, AssessmentRecord]) -> list[AccountLine]:
    return [
        account_line(case, latest[case.pk], hidden=selectors.score_is_hidden(case, request.user))
        for case in cases
        if case.pk in latest
    ]


def _so_far(accounts: list[AccountLine]) -> dict[str, int]:
    states = [line.standing.state for line in accounts]
    return {
        "restrained": sum(line.standing.restrains for line in accounts),
        "to_come": states.count("to_come"),
        "waiting": sum(line.standing.state == "waiting" or line.standing.also_proposed for line in accounts),
        "confirmed": states.count("confirmed"),
        "lifted": states.count("lifted"),
        "ended": states.count("ended"),
    }


def _rulebooks(replayed: WaveReplay | None, heard: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """What each rulebook would have done, the one in force first, and on whom they differ.

    heard: for each account, when the first testimony or relay about it came.
    """
    if replayed is None:
        return []
    _version, live = rulebook_in_force()
    restrained: dict[str, set[str]] = {row["rulebook"]: set() for row in replayed.rows}
    first: dict[str, datetime] = {}
    waits: defaultdict[str, list[float]] = defaultdict(list)
    for account, by_rulebook in replayed.first_measures.items():
        for name, action in by_rulebook.items():
            at = datetime.fromisoformat(action["at"])
            first[name] = min(at, first.get(name, at))
            restrained.setdefault(name, set()).add(account)
            if since := heard.get(account):
                waits[name].append((at - datetime.fromisoformat(since)) / timedelta(hours=1))
    ours = restrained.get(live.name, set())
    rows = sorted(replayed.rows, key=lambda row: row["rulebook"] != live.name)
    return [
        {
            "number": number,
            "title": words_for("rulebook", row["rulebook"]),
            "url": reverse("casework:rulebook", args=[row["rulebook"]]),
            "ours": row["rulebook"] == live.name,
            "first": first.get(row["rulebook"]),
            "restrained": len(restrained[row["rulebook"]]),
            "suspended": row["suspended"],
            "median_hours": median(waits[row["rulebook"]]) if waits[row["rulebook"]] else None,
            "testimonies_after_first": row["testimonies_after_first"],
            "only_there": _references(restrained[row["rulebook"]] - ours),
            "only_ours": _references(ours - restrained[row["rulebook"]]),
            "differences": len(restrained[row["rulebook"]] ^ ours),
        }
        for number, row in enumerate(rows, start=1)
    ]


def _references(names: set[str]) -> list[Any]:
    return [parse_reference(name, default_service="other") for name in sorted(names)]
