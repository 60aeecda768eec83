"""Platforms as a Django application."""

from django.apps import AppConfig


class PlatformsConfig(AppConfig):
    """Measures applied, verified and lifted where people are."""

    name = "rempart.platforms"
    label = "platforms"
    default_auto_field = "django.db.models.BigAutoField"
