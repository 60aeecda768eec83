"""The Django app of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgeConfig(AppConfig):
    """Keeps children out of what is not for them, or in their parents' care, and asks nobody for papers."""

    name = "rempart.age"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Close what is asked once an age is shown; show conversations about ages by pages of our own.

        What waits for a person stands behind the menu's last entry.
        """
        from rempart.age import challenge_selectors, selectors, standing
        from rempart.age.services import challenges, comebacks, consents, sweeps
        from rempart.casework import navigation
        from rempart.correspondence import links
        from rempart.staff import menu

        menu.add("age:trust", _("Trust in proofs of age"))
        menu.add("age:guardians", _("Guardians"))
        menu.add("age:desk-rates", _("Error rates of age assurance"))
        challenges.connect()
        comebacks.connect()
        consents.connect()
        standing.ask_consents(consents.consents_to)
        sweeps.connect()
        links.host("age", "age:asked")
        links.host("voucher", "age:voucher")
        links.host("age_guardian", "age:guardian")
        navigation.add("age:desk", _("Age"), "n", after="radar", counted=challenge_selectors.waits_for)
        links.host("age_reporter", "age:reporter")
        navigation.add(
            "age:protection-cases", _("Children first"), "i", after="authorities", counted=selectors.officers_wait_for
        )
