"""Correspondence as a Django application."""

from django.apps import AppConfig


class CorrespondenceConfig(AppConfig):
    """Conversations with people outside."""

    name = "rempart.correspondence"
    label = "correspondence"
    default_auto_field = "django.db.models.BigAutoField"
