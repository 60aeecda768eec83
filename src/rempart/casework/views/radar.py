"""The radar: waves that begin, people known overnight, pile-ons; why each alerted, and what people say of it.

Its pages stand on the desk, and so in this room; all that they show is the lookout's. Each kind is shown to those whose
work it is: waves to who sees waves, pile-ons to who reads cases or looks after people, stars to the care team alone.
"""

from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rempart.casework.models import Case
from rempart.intake.services import EmptyHashtag, NotAHashtag
from rempart.ledger.clock import now
from rempart.lookout.models import FameAlert, Kind, LiveWave, LookoutSettings, PileOn
from rempart.lookout.selectors import Link, Sighting, overview, sightings, waiting
from rempart.lookout.services import CannotBeOpened, NotWaiting, change_settings, judge_alert, open_wave, raise_alert
from rempart.pages import charts
from rempart.pages.writing import decimal
from rempart.staff.access import may_open, needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

SPARK = {"width": 220, "height": 44}
WIDE, NARROW = {"width": 1180, "height": 260}, {"width": 340, "height": 180}
ROUTE = {Kind.WAVE: "casework:radar-wave", Kind.FAME: "casework:radar-star", Kind.PILE_ON: "casework:radar-pile-on"}
NOT_ONE: dict[str, Promise] = {
    Kind.WAVE: gettext_lazy("Not a wave"),
    Kind.FAME: gettext_lazy("Not a star"),
    Kind.PILE_ON: gettext_lazy("Not a pile-on"),
}
IS_ONE: dict[str, Promise] = {
    Kind.WAVE: gettext_lazy("It is a wave"),
    Kind.FAME: gettext_lazy("Really sudden fame"),
    Kind.PILE_ON: gettext_lazy("It is a pile-on"),
}


@require_safe
@needs(Permission.SEE_WAVES, Permission.CARE)
def radar(request: HttpRequest) -> HttpResponse:
    """Everything that the radar lately saw and that whoever asks may see, with how the radar itself does."""
    seen, held = overview(now()), waiting(now())
    kinds = _shown_to(request.user)
    cases = _cases(request.user, [*seen.pile_ons, *held[Kind.PILE_ON]])
    shown = {Kind.WAVE: seen.waves, Kind.FAME: seen.stars, Kind.PILE_ON: seen.pile_ons}
    context = {
        "kinds": kinds,
        "budget": [one for one in seen.budget if one.kind in kinds],
        "health": seen.health,
        "looked": [one for one in seen.health.kinds if one.kind in kinds],
        "shown": {kind: [_line(request.user, one, cases) for one in shown[Kind(kind)]] for kind in kinds},
        "held": {kind: [_line(request.user, one, cases) for one in held[kind]] for kind in kinds},
    }
    return render(request, "casework/radar/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SEE_WAVES, to_change=(Permission.REVIEW, Permission.SET_POLICY))
def wave(request: HttpRequest, pk: int) -> HttpResponse:
    """A wave that began: what was seen of it, and listening for its hashtag."""
    found = get_object_or_404(LiveWave, pk=pk)
    if request.method == "POST" and request.POST.get("do") == "open":
        try:
            opened = open_wave(found, acting=request.user)
        except (CannotBeOpened, EmptyHashtag, NotAHashtag):
            messages.error(request, _("Only a hashtag of at most 200 letters and digits can be listened for."))
            return redirect("casework:radar-wave", pk)
        messages.success(request, _("Its posts are taken in from now on, where a platform is listened to."))
        return redirect("casework:wave", opened.pk)
    may_change = request.user.may(Permission.REVIEW) or request.user.may(Permission.SET_POLICY)
    return _alert(request, found, may_change=may_change)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CARE)
def star(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody who becomes known very fast."""
    return _alert(request, get_object_or_404(FameAlert, pk=pk), may_change=True)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.READ_CASES, Permission.CARE, to_change=(Permission.REVIEW, Permission.CARE))
def pile_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Many who turn on one."""
    may_change = request.user.may(Permission.REVIEW) or request.user.may(Permission.CARE)
    return _alert(request, get_object_or_404(PileOn, pk=pk), may_change=may_change)


class SettingsForm(forms.ModelForm):
    """How many alerts a day, and how many of them may be false."""

    class Meta:
        model = LookoutSettings
        fields = (
            *("support_a_day", "watch_a_day", "waves_a_day", "pile_ons_a_day"),
            *("false_alarms", "false_waves_a_month", "open_waves"),
        )
        labels = {
            "support_a_day": gettext_lazy("Stars a day to reach out to"),
            "watch_a_day": gettext_lazy("Stars a day to be watched"),
            "waves_a_day": gettext_lazy("Waves a day"),
            "pile_ons_a_day": gettext_lazy("Pile-ons a day"),
            "false_alarms": gettext_lazy("Share of stars and pile-ons that may be false"),
            "false_waves_a_month": gettext_lazy("Ordinary tags a month that may be taken for a wave"),
            "open_waves": gettext_lazy("Listen for a wave’s hashtag as soon as it is seen"),
        }
        help_texts = {
            "false_alarms": gettext_lazy("From above 0 to 0.5. Fewer false alarms means later ones."),
            "open_waves": gettext_lazy(
                "Never one whose tag names somebody beside an accusation: a person decides that."
            ),
        }


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.SEE_WAVES, Permission.CARE, to_change=Permission.SET_POLICY)
def settings(request: HttpRequest) -> HttpResponse:
    """The budget of alerts and the rate of false ones, and how often people found them false."""
    current = LookoutSettings.current()
    form = SettingsForm(request.POST or None, instance=current)
    if request.method == "POST" and form.is_valid():
        try:
            change_settings(acting=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Set. The next look goes by it."))
            return redirect("casework:radar-settings")
    may_change = request.user.may(Permission.SET_POLICY)
    seen = overview(now())
    context = {
        "form": form if may_change else None,
        "values": [] if may_change else [(bound.label, _value(bound.value())) for bound in form],
        "kinds": seen.health.kinds,
        "changed": current,
    }
    return render(request, "casework/radar/settings.html", context, status=422 if form.errors else 200)


def _value(value: bool | float) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return decimal(value, 0 if value == int(value) else 2)


def _shown_to(member: StaffMember) -> list[str]:
    """The kinds of alerts that a member sees."""
    kinds: list[str] = []
    if member.may(Permission.SEE_WAVES):
        kinds.append(Kind.WAVE)
    if member.may(Permission.CARE):
        kinds.append(Kind.FAME)
    if member.may(Permission.CARE) or member.may(Permission.READ_CASES):
        kinds.append(Kind.PILE_ON)
    return kinds


def _alert(request: HttpRequest, found: LiveWave | FameAlert | PileOn, *, may_change: bool) -> HttpResponse:
    """One alert; a POST says whether it was one, or brings one that waits to the desk."""
    [seen] = sightings([found])
    if request.method == "POST":
        asked = request.POST.get("do")
        if asked == "bring":
            with suppress(NotWaiting):  # somebody was quicker
                raise_alert(found, acting=request.user)
            messages.success(request, _("It is on the desk."))
        elif asked in {"one", "none"}:
            judge_alert(found, true=asked == "one", acting=request.user)
            messages.success(request, _("Noted. The next looks learn from it."))
        return redirect(ROUTE[Kind(seen.kind)], found.pk)
    context = {
        **_line(request.user, seen, _cases(request.user, [seen])),
        "desk_chart": charts.sparkline(seen.series, **WIDE),
        "phone_chart": charts.sparkline(seen.series, **NARROW),
        "may_change": may_change,
        "is_one": IS_ONE[seen.kind],
        "not_one": NOT_ONE[seen.kind],
        "may_listen": may_change and isinstance(found, LiveWave) and found.type == "tag" and found.state != "opened",
    }
    return render(request, "casework/radar/alert.html", context)


def _line(member: StaffMember, seen: Sighting, cases: dict[int, Case]) -> dict[str, Any]:
    """An alert as the templates show it: itself, its chart, and the pages that it leads to."""
    links = [*seen.links]
    if seen.kind == Kind.WAVE and seen.row.wave is not None:
        links.append(Link(_("The wave"), reverse("casework:wave", args=[seen.row.wave_id])))
    if seen.kind == Kind.PILE_ON and (case := cases.get(seen.row.account_id)):
        links.append(Link(_("The case"), reverse("casework:case", args=[case.pk])))
    return {
        "seen": seen,
        "chart": charts.sparkline(seen.series, **SPARK),
        "url": reverse(ROUTE[Kind(seen.kind)], args=[seen.pk]),
        "links": [link for link in links if may_open(member, link.url)],
    }


def _cases(member: StaffMember, pile_ons: Any) -> dict[int, Case]:
    """The cases about those on whom many pile, by account, for who reads cases."""
    if not member.may(Permission.READ_CASES):
        return {}
    accounts = [one.row.account_id for one in pile_ons if one.kind == Kind.PILE_ON and one.row.account_id]
    return {case.account_id: case for case in Case.objects.filter(account__in=accounts)} if accounts else {}
