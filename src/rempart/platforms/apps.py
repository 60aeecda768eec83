"""Platforms as a Django application."""

from typing import Any

from django.apps import AppConfig


class PlatformsConfig(AppConfig):
    """Measures applied, verified and lifted where people are."""

    name = "rempart.platforms"
    label = "platforms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take orders in the transaction that writes them; tell casework what platforms can do."""
        from rempart.casework import means
        from rempart.casework.signals import orders_settled
        from rempart.platforms import abilities
        from rempart.platforms.services import enlisting

        def ordered(case: Any, orders: Any, **_kwargs: Any) -> None:
            enlisting.enlist(case, orders)

        orders_settled.connect(ordered, dispatch_uid="platforms.enlist", weak=False)
        means.register(abilities)
