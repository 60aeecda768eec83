"""The Django app of the room."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Stores what comes in; knows nothing of what is made of it."""

    name = "rempart.intake"
    default_auto_field = "django.db.models.BigAutoField"
