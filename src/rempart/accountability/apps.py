"""Accountability as a Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountabilityConfig(AppConfig):
    """Answers that outsiders can verify."""

    name = "rempart.accountability"
    label = "accountability"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages into the menus."""
        from rempart.accountability import agenda
        from rempart.accountability.models import Request, Submission
        from rempart.accountability.states import OPEN
        from rempart.accountability.views import case_panel
        from rempart.casework import navigation
        from rempart.casework.views.panels import PANELS, Panel

        agenda.connect()
        PANELS.append(Panel("accountability/parts/case_orders.html", case_panel.panel))
        waiting = lambda _member: {"requests": Request.objects.filter(state__in=OPEN)}  # noqa: E731
        navigation.add(
            "accountability:requests", _("Requests of authorities"), "q", after="authorities", counted=waiting
        )
        navigation.add("accountability:reports", _("Transparency reports"), "y", after="accountability:requests")
        declared = lambda _member: {"refused": Submission.objects.filter(state=Submission.State.REFUSED)}  # noqa: E731
        navigation.add(
            "accountability:submissions",
            _("DSA Transparency Database"),
            "b",
            after="accountability:requests",
            counted=declared,
        )
