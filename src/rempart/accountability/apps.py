"""Accountability as a Django application."""

from django.apps import AppConfig


class AccountabilityConfig(AppConfig):
    """Answers that outsiders can verify."""

    name = "rempart.accountability"
    label = "accountability"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the pages into the menus."""
