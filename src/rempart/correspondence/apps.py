"""Correspondence as a Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CorrespondenceConfig(AppConfig):
    """Conversations with people outside."""

    name = "rempart.correspondence"
    label = "correspondence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the endpoints into the administrators' menu."""
        from rempart.staff import menu

        menu.add("correspondence:endpoints", _("Messages out"))
