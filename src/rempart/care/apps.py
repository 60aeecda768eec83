"""The Django app of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CareConfig(AppConfig):
    """Looks after people whom the lookout noticed, and never sanctions."""

    name = "rempart.care"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer support to whoever the lookout noticed, in the transaction that noticed them; put Care in the menu.

        Their conversations, and those with guardians, are shown by pages of our own.
        """
        from rempart.care import selectors
        from rempart.care.services import hearing, noticing, writing
        from rempart.care.services.guards import looks_after
        from rempart.casework import navigation
        from rempart.casework.services.guards import keep_apart
        from rempart.correspondence import links
        from rempart.lookout.selectors import link_with

        link_with(selectors.files_of)
        noticing.connect()
        hearing.connect()
        writing.connect()
        keep_apart(looks_after)
        links.host("young", "care:young")
        links.host("guardian", "care:guardian")
        navigation.add("care:team", _("Care"), "e", after="appeals", counted=selectors.waits_for, in_menu=True)
