"""The service of an account, as a column."""

from typing import Any

from django.db import models

from rempart.records.references import SERVICES


class ServiceField(models.CharField):  # type: ignore[type-arg]
    """The name of a service. Migrations leave out which there are: a new one changes no table."""

    def __init__(self, *args: Any, **options: Any) -> None:
        names = [(service, service) for service in SERVICES]
        super().__init__(*args, **{"max_length": 16, "choices": names, **options})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """As a migration writes it."""
        name, path, args, options = super().deconstruct()
        del options["max_length"], options["choices"]
        return name, path, args, options
