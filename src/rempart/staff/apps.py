"""Staff as a Django application."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """The people who work here."""

    name = "rempart.staff"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"
