"""The pages of the desk that somebody may open: for its menu, its palette and its search."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rempart.casework.services import desk
from rempart.staff.access import may_open
from rempart.staff.models import StaffMember

# In the order of the menu: name, words, key after g (see views.keyboard), whether it stands in the menu itself: what is
# opened every day does, and fits on one line of a laptop; the rest is behind its last entry. Rooms on the right add
# theirs by `add`.
PAGES: list[tuple[str, Promise, str, bool]] = [
    ("desk", _("Desk"), "h", True),
    ("waves", _("Waves"), "w", True),
    ("cases", _("Cases"), "c", True),
    ("due", _("Due"), "d", True),
    ("appeals", _("Appeals"), "p", True),
    ("radar", _("Radar"), "x", True),
    ("authorities", _("Authorities"), "u", False),
    ("rulebooks", _("Rulebooks"), "r", False),
    ("notices", _("Notices to other services"), "o", False),
    ("simulations", _("Simulations"), "m", False),
    ("ledger", _("Ledger"), "l", False),
    ("search", _("Search"), "s", False),
    ("macros", _("Ready-made texts"), "t", False),
    ("agreement", _("Second reviews"), "a", False),
    ("keys", _("Keyboard"), "k", False),
]
Counted = Callable[[StaffMember], Mapping[str, "QuerySet[Any]"]]
_counted: dict[str, Counted] = {}


def add(
    name: str, title: Promise, key: str, *, after: str, counted: Counted | None = None, in_menu: bool = False
) -> None:
    """Add a page of another room (`room:name`) behind the one called `after`: to the rarer pages, or into the menu.

    counted: the sets of things that wait there for a member, each under a name of its own; their sizes stand beside the
    page, and beside the entry that it is behind. Called in a room's `ready()`.
    """
    place = next(index for index, (other, *_rest) in enumerate(PAGES) if other == after)
    PAGES.insert(place + 1, (name, title, key, in_menu))
    if counted is not None:
        _counted[name] = counted


def waiting_elsewhere(member: StaffMember) -> dict[str, Mapping[str, "QuerySet[Any]"]]:
    """What waits on the pages that other rooms added, for those who may open them, by the page's name."""
    return {name: sets(member) for name, sets in _counted.items() if may_open(member, reverse(name))}


def opened_today(request: HttpRequest) -> dict[int, int]:
    """The severe cases that whoever asks opened today, with what each counts; asked of the database once a request."""
    if not hasattr(request, "opened_today"):
        request.opened_today = desk.opened_today(request.user)
    return cast("dict[int, int]", request.opened_today)


def exposed_today(request: HttpRequest) -> int:
    """How much severe content whoever asks opened today."""
    return sum(opened_today(request).values())


def entries_for(member: StaffMember) -> list[dict[str, Any]]:
    """The pages that a member may open, each with its `name`, `title`, `url`, `key` and whether it is `in_menu`."""
    found = (
        {"name": name, "title": title, "url": _address(name), "key": key, "in_menu": in_menu}
        for name, title, key, in_menu in PAGES
    )
    return [entry for entry in found if may_open(member, str(entry["url"]))]


def _address(name: str) -> str:
    return reverse(name if ":" in name else f"casework:{name}")
