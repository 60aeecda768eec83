"""The pages of the desk that somebody may open: for its menu, its palette and its search."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rempart.casework.services import desk
from rempart.staff.access import may_open
from rempart.staff.models import StaffMember

# In the order of the menu: name, words, key after g (see views.keyboard), whether it stands in the menu.
PAGES: tuple[tuple[str, Promise, str, bool], ...] = (
    ("desk", _("Desk"), "h", True),
    ("waves", _("Waves"), "w", True),
    ("cases", _("Cases"), "c", True),
    ("due", _("Due"), "d", True),
    ("appeals", _("Appeals"), "p", True),
    ("authorities", _("Authorities"), "u", True),
    ("rulebooks", _("Rulebooks"), "r", True),
    ("simulations", _("Simulations"), "m", True),
    ("ledger", _("Ledger"), "l", True),
    ("search", _("Search"), "s", False),
    ("macros", _("Ready-made texts"), "t", False),
    ("agreement", _("Second reviews"), "a", False),
    ("keys", _("Keyboard"), "k", False),
)


def exposed_today(request: HttpRequest) -> int:
    """How much severe content whoever asks opened today; asked of the database once a request."""
    if not hasattr(request, "exposed_today"):
        request.exposed_today = desk.exposed_today(request.user)
    return int(request.exposed_today)


def entries_for(member: StaffMember) -> list[dict[str, Any]]:
    """The pages that a member may open, each with its `name`, `title`, `url`, `key` and whether it is `in_menu`."""
    found = (
        {"name": name, "title": title, "url": reverse(f"casework:{name}"), "key": key, "in_menu": in_menu}
        for name, title, key, in_menu in PAGES
    )
    return [entry for entry in found if may_open(member, str(entry["url"]))]
