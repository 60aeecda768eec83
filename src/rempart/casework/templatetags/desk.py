"""`{% load desk %}`: the navigation of the desk, how much severe content one opened today, and the palette."""

from typing import Any

from django import template
from django.urls import reverse

from rempart.casework import keyset, selectors
from rempart.casework.navigation import entries_for, exposed_today, waiting_elsewhere
from rempart.casework.services import desk
from rempart.staff.roles import Permission

register = template.Library()


@register.inclusion_tag("casework/parts/nav.html", takes_context=True)
def desk_nav(context: template.Context) -> dict[str, Any]:
    """The pages of the desk that this person may open, with how many things wait there; the rarer ones folded away."""
    request = context["request"]
    entries = entries_for(request.user)
    counts = selectors.menu_counts(request.user, waiting_elsewhere(request.user))
    for entry in entries:
        count = counts.get(entry["name"])
        shown = count or (entry["name"] != "desk" and entry["in_menu"])  # most of the menu says that nothing waits
        entry["count"] = keyset.written(count) if count is not None and shown else None
        entry["current"] = request.path.startswith(entry["url"])
    menu, more = ([entry for entry in entries if entry["in_menu"] is whether] for whether in (True, False))
    behind = sum(counts.get(entry["name"], 0) for entry in more)
    return {
        "menu": menu,
        "more": more,
        "in_more": any(entry["current"] for entry in more),
        "more_count": keyset.written(behind) if behind else None,
    }


@register.inclusion_tag("casework/parts/exposure.html", takes_context=True)
def exposure(context: template.Context) -> dict[str, Any]:
    """How much severe content this person opened today; nothing for those who read no case."""
    request = context["request"]
    if not request.user.may(Permission.READ_CASES):
        return {}
    opened, budget = exposed_today(request), desk.budget()
    return {"opened": opened, "budget": budget, "enough": opened >= budget, "url": reverse("casework:desk")}


@register.inclusion_tag("casework/parts/palette.html", takes_context=True)
def palette(context: template.Context) -> dict[str, Any]:
    """The palette: the pages of the desk; cases and actions are added in the browser."""
    request = context["request"]
    return {"entries": entries_for(request.user), "may_search": request.user.may(Permission.READ_CASES)}


@register.inclusion_tag("casework/parts/keys.html", takes_context=True)
def keys_list(context: template.Context, title_id: str = "") -> dict[str, Any]:
    """Every key of the desk, under a title when it is given an id."""
    return {"title_id": title_id, "go": entries_for(context["request"].user)}
