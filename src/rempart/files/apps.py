"""Files as a Django application."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FilesConfig(AppConfig):
    """Evidence as stored."""

    name = "rempart.files"
    label = "files"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the page of locked files into the menu of those who look after them."""
        from rempart.staff import menu

        menu.add("files:locked", _("Locked files"))
