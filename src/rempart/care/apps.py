"""The Django app of the room."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    """Looks after people whom the lookout noticed, and never sanctions."""

    name = "rempart.care"
    default_auto_field = "django.db.models.BigAutoField"
