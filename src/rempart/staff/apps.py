"""Staff as a Django application."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """The people who work here."""

    name = "rempart.staff"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks that every view and every operation say who may use them."""
        from rempart.staff import access, keys  # noqa: F401 - they register checks
