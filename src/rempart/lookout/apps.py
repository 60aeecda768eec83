"""The Django app of the room."""

from django.apps import AppConfig


class LookoutConfig(AppConfig):
    """Watches the waves that intake stores."""

    name = "rempart.lookout"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Look at a wave again whenever it grew."""
        from rempart.intake.signals import wave_grew
        from rempart.lookout.services import look_at_wave

        wave_grew.connect(lambda wave, **_kwargs: look_at_wave(wave), dispatch_uid="lookout.look_at_wave", weak=False)
