"""The calendar: what waits for somebody, late things first, then day by day, with a chart of the days ahead."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from rempart.casework import calendar, keyset, selectors
from rempart.casework.calendar import Due
from rempart.casework.models import Decision
from rempart.casework.services.times import lapses
from rempart.casework.views.shown import standing_by
from rempart.ledger.clock import now
from rempart.pages import charts, writing
from rempart.staff.access import needs
from rempart.staff.roles import Permission

SPANS = {"week": 7, "month": 31}
PER_DAY, PER_PAGE, APPROVALS = 30, 200, 50
COUNTED_BACK = timedelta(days=30)
DESK_WIDTH, PHONE_WIDTH = 1180, 340


@require_safe
@needs(Permission.READ_CASES)
def due(request: HttpRequest) -> HttpResponse:
    """What falls due in a week or a month; `who=mine` leaves what this member is expected to do."""
    span = request.GET.get("span") if request.GET.get("span") in SPANS else "week"
    mine = request.GET.get("who") == "mine"
    member = request.user if mine else None
    today = timezone.localtime(now()).date()
    days = [today + timedelta(days=number) for number in range(SPANS[str(span)])]
    since, until = _midnight(days[0]), _midnight(days[-1] + timedelta(days=1))
    lines = calendar.falls_due(None, until, member, most=PER_PAGE)
    counts = calendar.by_day(max(since, now()), until, member, known=lines, most=PER_PAGE)
    late = [line for line in lines if line.late]
    ahead = [line for line in lines if not line.late]
    waiting = _approvals(member)
    lapsed = lapses(now() - COUNTED_BACK, now())
    bars = [charts.DayCount(day, *counts.get(day, (0, 0))) for day in days]
    context = {
        "span": span,
        "mine": mine,
        "late": [_line(line) for line in late],
        "late_more": len(late) >= PER_PAGE,
        "approvals": [_approval(one) for one in waiting[:APPROVALS]],
        "approvals_in_all": keyset.written(keyset.counted(waiting)),
        "days": _days(ahead, counts),
        "desk_chart": charts.day_chart(bars, width=DESK_WIDTH),
        "phone_chart": charts.day_chart(bars, width=PHONE_WIDTH),
        "lapsed": {"in_all": lapsed.count(), "unreviewed": lapsed.filter(confirmed_at=None).count()},
    }
    return render(request, "casework/due.html", context)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def _days(lines: Sequence[Due], counts: dict[date, tuple[int, int]]) -> list[dict[str, Any]]:
    """The days that have any, what people must do before what happens by itself."""
    found = []
    for day, of_the_day in groupby(lines, key=lambda line: timezone.localtime(line.at).date()):
        listed = list(of_the_day)
        to_do = [_line(line) for line in listed if not line.by_itself][:PER_DAY]
        by_itself = [_line(line) for line in listed if line.by_itself][:PER_DAY]
        in_all = counts.get(day, (0, 0))
        found.append(
            {
                "at": listed[0].at,
                "name": writing.day(listed[0].at),
                "id": day.isoformat(),
                "to_do_in_all": in_all[0],
                "to_do": to_do,
                "by_itself": by_itself,
                "more": max(0, sum(in_all) - len(to_do) - len(by_itself)),
                "by_itself_in_all": in_all[1],
            }
        )
    return found


def _line(line: Due) -> dict[str, Any]:
    return {
        "url": line.url,
        "about": line.case.account.reference if line.case else None,
        "words": line.words,
        "at": line.at,
        "late": line.late,
        "escalated": line.escalated,
        "reminded": line.reminded,
    }


def _approvals(member: Any) -> Any:
    """Proposals that wait for an approval; for one person: those that somebody else approved or nobody did."""
    found = selectors.waiting_for_approval()
    if member is None:
        return found
    if not member.may(Permission.REVIEW):
        return found.none()
    return found.exclude(approved_by=member).exclude(case__conflicts__member=member)


def _approval(decision: Decision) -> dict[str, Any]:
    standing = standing_by(decision)
    return {
        "url": reverse("casework:case", args=[decision.case_id]),
        "about": decision.case.account.reference,
        "words": standing.words,
        "state": standing.short,
        "at": decision.proposed_at,
    }
