"""Platforms as a Django application."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlatformsConfig(AppConfig):
    """Measures applied, verified and lifted where people are."""

    name = "rempart.platforms"
    label = "platforms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Take orders in the transaction that writes them; tell casework what platforms can do."""
        from rempart.age import means as age_means
        from rempart.age.signals import orders_changed as age_orders_changed
        from rempart.care import means as care_means
        from rempart.care.signals import orders_changed
        from rempart.casework import means
        from rempart.casework.signals import orders_settled
        from rempart.platforms import abilities
        from rempart.platforms.asked import Asked
        from rempart.platforms.services import enlisting, enlisting_standing
        from rempart.platforms.services.helping import CARE
        from rempart.platforms.services.keeping_young import AGE

        def ordered(case: Any, orders: Any, **_kwargs: Any) -> None:
            enlisting.enlist(case, orders)

        orders_settled.connect(ordered, dispatch_uid="platforms.enlist", weak=False)
        means.register(abilities)

        def asked(file: Any, orders: Any, **_kwargs: Any) -> None:
            enlisting_standing.enlist(CARE, file.reference, orders)

        orders_changed.connect(asked, dispatch_uid="platforms.enlist_help", weak=False)
        care_means.register(Asked(CARE))

        def asked_about_age(challenge: Any, orders: Any, **_kwargs: Any) -> None:
            enlisting_standing.enlist(AGE, challenge.reference, orders)

        age_orders_changed.connect(asked_about_age, dispatch_uid="platforms.enlist_ages", weak=False)
        age_means.register(Asked(AGE))
        self._show()

    def _show(self) -> None:
        """Put the pages into the menus, and what platforms do onto the page of a case."""
        from rempart.casework import navigation
        from rempart.casework.signals import case_opened
        from rempart.casework.views.panels import PANELS, Panel
        from rempart.platforms import selectors, tasks
        from rempart.platforms.views import panel
        from rempart.staff import menu

        counted = selectors.waiting_for_people
        navigation.add("platforms:platforms", _("Platforms"), "f", after="authorities", counted=counted)
        menu.add("platforms:administration", _("Platforms"))
        PANELS.insert(0, Panel("platforms/parts/case_platform.html", panel.panel))
        case_opened.connect(
            lambda case, **_kwargs: tasks.defer_description(case.account_id),
            dispatch_uid="platforms.describe",
            weak=False,
        )
