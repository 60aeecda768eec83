"""`{% load staff %}`: the menu of pages that belong to no case."""

from typing import Any

from django import template

from rempart.staff.menu import entries_for

register = template.Library()


@register.inclusion_tag("staff/parts/menu.html", takes_context=True)
def staff_menu(context: template.Context) -> dict[str, Any]:
    """The pages that this person may open."""
    request = context["request"]
    return {"entries": entries_for(request.user, request.path)}
