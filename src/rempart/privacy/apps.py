"""Privacy as a Django application, with the check that the register is complete."""

from typing import Any

from django.apps import AppConfig
from django.core import checks


class PrivacyConfig(AppConfig):
    """The register of personal columns and retention."""

    name = "rempart.privacy"
    label = "privacy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have Django's checks speak of columns that are not in the register."""
        checks.register(_register_is_complete)


def _register_is_complete(**_: Any) -> list[checks.CheckMessage]:
    from rempart.privacy.register import problems

    # A warning: a column must be writable in code before its row in the register is; the tests let neither go alone.
    return [checks.Warning(problem, id="privacy.W001") for problem in problems()]
