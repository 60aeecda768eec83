"""`{% load desk %}`: the navigation of the desk, with how many cases are open and how many things are due."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.casework import selectors
from rempart.staff.access import may_open

register = template.Library()


@register.inclusion_tag("casework/parts/nav.html", takes_context=True)
def desk_nav(context: template.Context) -> dict[str, Any]:
    """The rooms of the desk that this person may enter."""
    request = context["request"]
    entries = [
        ("waves", _("Waves"), None),
        ("cases", _("Cases"), selectors.open_cases()),
        ("due", _("Due"), selectors.due_count()),
        ("rulebooks", _("Rulebooks"), None),
        ("simulations", _("Simulations"), None),
        ("ledger", _("Ledger"), None),
    ]
    return {
        "entries": [
            {
                "url": reverse(f"casework:{name}"),
                "title": title,
                "count": count,
                "current": request.path.startswith(reverse(f"casework:{name}")),
            }
            for name, title, count in entries
            if may_open(request.user, reverse(f"casework:{name}"))
        ]
    }
