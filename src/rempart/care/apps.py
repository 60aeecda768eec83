"""The Django app of the room."""

from django.apps import AppConfig


class CareConfig(AppConfig):
    """Looks after people whom the lookout noticed, and never sanctions."""

    name = "rempart.care"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Offer support to whoever the lookout noticed, in the transaction that noticed them; put Care in the menu."""
        from rempart.care.services import noticing

        noticing.connect()
