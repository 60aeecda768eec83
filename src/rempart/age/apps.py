"""The Django app of the room."""

from django.apps import AppConfig


class AgeConfig(AppConfig):
    """Keeps children out of what is not for them, or in their parents' care, and asks nobody for papers."""

    name = "rempart.age"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Close what is asked once an age is shown."""
        from rempart.age.services import challenges

        challenges.connect()
