"""The menu of pages that belong to no case: one's account, members, keys, and what rooms on the right add to it."""

from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rempart.staff.access import may_open
from rempart.staff.models import StaffMember

_entries: dict[str, Promise] = {
    "staff:account": _("Your account"),
    "staff:members": _("Members"),
    "staff:keys": _("Machine keys"),
}


def add(url_name: str, title: Promise) -> None:
    """Add a page to the menu of those who may open it. Called in a room's `ready()`."""
    _entries[url_name] = title


def entries_for(member: StaffMember, path: str) -> list[dict[str, Any]]:
    """The pages that a member may open, each with its `title`, `url` and whether it is the one at `path`."""
    found = [(reverse(name), title) for name, title in _entries.items()]
    return [{"url": url, "title": title, "current": url == path} for url, title in found if may_open(member, url)]
