"""Files as a Django application."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Evidence as stored."""

    name = "rempart.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"
