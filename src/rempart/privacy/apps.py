"""Privacy as a Django application."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """The register of personal columns and retention."""

    name = "rempart.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"
