"""What stands on the page of a case between what was done and what can be done: a panel for each side of it.

A panel is a template and the function that fills it, `panel(case, member) -> dict`; the template finds what it is given
as `panel`. A function that returns None has nothing to show to this member, and its panel is left out.
To add one: `Panel("casework/parts/case_respondent.html", respondent.panel),` at its place in PANELS; a room on the
right inserts its own when it is ready.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from rempart.casework.models import Case
from rempart.casework.views import appeals, authorities, complainant_panel, identity, respondent_panel
from rempart.staff.models import StaffMember


class Panel(NamedTuple):
    """A part of the page: its template, and what fills it."""

    template: str
    fill: Callable[[Case, StaffMember], dict[str, Any] | None]


# In the order of the page: the respondent and their accounts elsewhere, the complainants, the appeals, the authorities.
PANELS: list[Panel] = [
    Panel("casework/parts/case_respondent.html", respondent_panel.panel),
    Panel("casework/parts/case_elsewhere.html", identity.panel),
    Panel("casework/parts/case_complainants.html", complainant_panel.panel),
    Panel("casework/parts/case_appeals.html", appeals.panel),
    Panel("casework/parts/case_authorities.html", authorities.panel),
]


def panels_of(case: Case, member: StaffMember) -> list[dict[str, Any]]:
    """The panels that a member sees on a case, each as its `template` and what it is `filled` with."""
    filled = ((panel.template, panel.fill(case, member)) for panel in PANELS)
    return [{"template": template, "filled": content} for template, content in filled if content is not None]
