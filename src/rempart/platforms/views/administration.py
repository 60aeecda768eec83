"""For administrators: the platforms that Rempart acts on, how they are reached, and whether they answer. No case."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.ledger.clock import now
from rempart.pages.labels import words_for
from rempart.platforms import registry, selectors, services
from rempart.platforms.connector import Description, PermanentFailure, TemporaryFailure, UnknownAccount
from rempart.platforms.errors import PlatformRefused
from rempart.platforms.forms import LookUpForm, PlatformForm
from rempart.platforms.models import Platform
from rempart.platforms.services.checking import check_connection
from rempart.records.vocabulary import MEASURES
from rempart.staff.access import needs
from rempart.staff.roles import Permission

ADMINISTER = needs(Permission.ADMINISTER)


@require_safe
@ADMINISTER
def platforms(request: HttpRequest) -> HttpResponse:
    """Every platform and how it is doing."""
    found = [{"platform": one, "state": state_of(one)} for one in selectors.platforms()]
    return render(request, "platforms/administration.html", {"lines": found})


@require_safe
@ADMINISTER
def kinds(request: HttpRequest) -> HttpResponse:
    """The kinds of platforms that one can add."""
    return render(request, "platforms/kinds.html", {"kinds": registry.kinds()})


@require_http_methods(["GET", "POST"])
@ADMINISTER
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Add a platform of a kind."""
    if kind not in registry.kinds():
        raise Http404
    form = PlatformForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            platform = services.add_platform(
                given["name"],
                kind=kind,
                service=given["service"],
                secret=given["secret"],
                acting=request.user,
                **form.given,
            )
        except PlatformRefused as refused:
            form.refuse(refused.field, str(refused))
        else:
            messages.success(request, _("Added. Check the connection now."))
            return redirect("platforms:platform", platform.pk)
    return render(request, "platforms/add.html", {"form": form, "kind": kind}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@ADMINISTER
def platform(request: HttpRequest, pk: int) -> HttpResponse:
    """One platform: how it is doing, what it can do for each measure, and how it is reached, to be changed."""
    found = get_object_or_404(Platform, pk=pk)
    form = PlatformForm(request.POST or None, kind=found.kind, platform=found)
    if request.method == "POST" and form.is_valid():
        secret = form.cleaned_data["secret"] or None
        try:
            services.change_platform(found, secret=secret, acting=request.user, **form.given)
        except PlatformRefused as refused:
            form.refuse(refused.field, str(refused))
        else:
            messages.success(request, _("Changed. It is tried again at once."))
            return redirect("platforms:platform", pk)
    return _page(request, pk, form=form)


@require_POST
@ADMINISTER
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the platform something, and say in plain words what came of it."""
    found, form = get_object_or_404(Platform, pk=pk), LookUpForm(request.POST)
    handle = form.cleaned_data["account"] if form.is_valid() else ""
    return _page(request, pk, look_up=form, checked=_checked(found, handle))


@require_POST
@ADMINISTER
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Disable a platform, or enable it again."""
    found = get_object_or_404(Platform, pk=pk)
    enable = request.POST.get("enabled") == "yes"
    try:
        services.change_platform(found, enabled=enable, acting=request.user)
    except PlatformRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request,
            _("Enabled: what waits is carried out.")
            if enable
            else _("Disabled: nothing is asked of it until it is enabled again. What is in force there stays."),
        )
    return redirect("platforms:platform", pk)


def _page(
    request: HttpRequest,
    pk: int,
    *,
    form: PlatformForm | None = None,
    look_up: LookUpForm | None = None,
    checked: dict[str, Any] | None = None,
) -> HttpResponse:
    found = next((one for one in selectors.platforms() if one.pk == pk), None)
    if found is None:
        raise Http404
    form = form or PlatformForm(kind=found.kind, platform=found)
    context = {
        "platform": found,
        "state": state_of(found),
        "form": form,
        "look_up": look_up or LookUpForm(),
        "checked": checked,
        "can_be_asked": found.kind in registry.CONNECTORS,
        "abilities": _abilities(found),
        "has_secret": found.secret is not None,
    }
    return render(request, "platforms/platform.html", context, status=422 if form.errors else 200)


def state_of(platform: Platform) -> dict[str, Any]:
    """How a platform is doing, in a few words: enabled, answering, left alone until a moment."""
    if not platform.enabled:
        return {"words": _("disabled"), "kind": "quiet", "icon": "lift"}
    if platform.closed_until is not None and platform.closed_until > now():
        return {"words": _("does not answer"), "kind": "waiting", "icon": "warning", "until": platform.closed_until}
    if platform.failures:
        return {"words": _("answers badly"), "kind": "waiting", "icon": "warning"}
    if platform.last_done_at is None and platform.heard_at is None:
        return {"words": _("not used yet"), "kind": "quiet", "icon": "clock"}
    return {"words": _("answers"), "kind": "confirmed", "icon": "check"}


def _checked(platform: Platform, handle: str) -> dict[str, Any]:
    """What came of asking, in plain words."""
    try:
        found = check_connection(platform, handle=handle)
    except UnknownAccount as unknown:
        return {"good": True, "words": _("It answers, and says of this account: %(what)s.") % {"what": _(str(unknown))}}
    except TemporaryFailure as failure:
        return {"good": False, "words": _("It may pass: %(what)s. Try again later.") % {"what": _(str(failure))}}
    except PermanentFailure as failure:
        return {"good": False, "words": _("Something has to be put right: %(what)s.") % {"what": _(str(failure))}}
    except ValueError:
        return {"good": False, "words": _("This is no account.")}
    if found is None:
        return {"good": True, "words": _("It answers, and takes our credentials: nobody has the name we made up.")}
    return {"good": True, "words": _("It answers, and knows the account:"), "facts": _facts(found)}


def _facts(found: Description) -> list[tuple[str, str]]:
    unknown = _("it does not say")
    yes_or_no = {True: _("yes"), False: _("no"), None: unknown}
    return [
        (_("Handle"), found.reference.handle),
        (_("Number that stays"), found.reference.id or unknown),
        (_("Followers"), str(found.reach) if found.reach is not None else unknown),
        (_("Age"), words_for("age_band", found.age_band) if found.age_band else unknown),
        (_("Earns money there"), yes_or_no[found.monetised]),
        (_("Country"), found.country or unknown),
        (_("One of the platform’s own staff"), yes_or_no[found.staff]),
    ]


def _abilities(platform: Platform) -> list[dict[str, Any]]:
    """What it does for each measure, as it is set up."""
    found = ((name, selectors.ability_of(platform, name)) for name in MEASURES if name != selectors.WATCH)
    return [
        {"measure": name, "ability": one, "how": selectors.how_words(one)} for name, one in found if one is not None
    ]
