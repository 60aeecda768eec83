"""Staff as a Django application."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """The people who work here."""

    name = "rempart.staff"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the check that every view says who may use it."""
        from rempart.staff import access  # noqa: F401 - registers the check
