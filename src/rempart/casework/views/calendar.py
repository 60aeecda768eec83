"""The calendar: what waits for somebody, late things first, then day by day, with a chart of the days ahead."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rempart.casework import calendar, keyset, selectors
from rempart.casework.calendar import Due
from rempart.casework.keyset import counted_together
from rempart.casework.models import AccountLink, Decision, ServiceNotice
from rempart.casework.services.times import lapses
from rempart.casework.views.shown import standing_by
from rempart.ledger.clock import now
from rempart.pages import charts, writing
from rempart.pages.labels import words_for
from rempart.records import AccountReference
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
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
    approvals, approvals_in_all = _approvals(member)
    lapsed = lapses(now() - COUNTED_BACK, now())
    bars = [charts.DayCount(day, *counts.get(day, (0, 0))) for day in days]
    context = {
        "span": span,
        "mine": mine,
        "late": [_line(line) for line in late],
        "late_more": len(late) >= PER_PAGE,
        "approvals": approvals,
        "approvals_in_all": keyset.written(approvals_in_all),
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


def _approvals(member: StaffMember | None) -> tuple[list[dict[str, Any]], int]:
    """What waits for somebody to approve or confirm it, and how much in all: decisions, links, notices.

    For one person: what they may, and neither approved nor proposed themselves.
    """
    decisions, links = selectors.waiting_for_approval(), selectors.links_to_confirm()
    notices = selectors.notices_to_look_at()
    if member is not None:
        if not member.may(Permission.REVIEW):
            return [], 0
        decisions = decisions.exclude(approved_by=member).exclude(case__conflicts__member=member)
        links = links.exclude(proposed_by=member)
        links = links.exclude(first__case__conflicts__member=member).exclude(second__case__conflicts__member=member)
    lines = [
        *(_decision(one) for one in decisions[:APPROVALS]),
        *(_link(one) for one in links[:APPROVALS]),
        *(_notice(one) for one in notices[:APPROVALS]),
    ]
    in_all = counted_together(decisions=decisions, links=links, notices=notices)
    return sorted(lines, key=lambda line: line["at"])[:APPROVALS], sum(in_all.values())


def _decision(decision: Decision) -> dict[str, Any]:
    standing = standing_by(decision)
    return {
        "url": reverse("casework:case", args=[decision.case_id]),
        "about": decision.case.account.reference,
        "words": standing.words,
        "state": standing.short,
        "at": decision.proposed_at,
    }


def _link(link: AccountLink) -> dict[str, Any]:
    here, there = (link.first, link.second) if hasattr(link.first, "case") else (link.second, link.first)
    elsewhere = f"{words_for('service', there.service)} · {there.handle}"
    return {
        "url": reverse("casework:case", args=[here.case.pk]) + "#elsewhere",
        "about": here.reference,
        "words": _("Does %(account)s belong to the same person?") % {"account": elsewhere},
        "state": _("waits for a second person"),
        "at": link.proposed_at,
    }


def _notice(notice: ServiceNotice) -> dict[str, Any]:
    return {
        "url": reverse("casework:notice", args=[notice.pk]),
        "about": AccountReference(notice.service, notice.handle),
        "words": _("Notice to %(service)s") % {"service": words_for("service", notice.service)},
        "state": notice.get_state_display(),
        "at": notice.agreed_at,
    }
