"""Staff as a Django application."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """The people who work here."""

    name = "rempart.staff"
    label = "staff"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, and what tells the ledger of second factors."""
        from rempart.staff import access, second_factor  # noqa: F401 - they register checks and receivers
