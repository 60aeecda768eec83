"""The Django app of the room."""

from collections.abc import Sequence

from django.apps import AppConfig

from rempart.records import Post


class LookoutConfig(AppConfig):
    """Watches the waves that intake stores."""

    name = "rempart.lookout"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Look at a wave again whenever it grew, and at every post that is heard."""
        from django.conf import settings

        from rempart.intake.signals import posts_heard, wave_grew
        from rempart.lookout.services import look_at_wave

        def heard(posts: "Sequence[Post]", **_kwargs: object) -> None:
            if settings.REMPART_LIVE_WAVES:
                from rempart.lookout import live

                live.hear(posts)

        posts_heard.connect(heard, dispatch_uid="lookout.hear", weak=False)

        wave_grew.connect(lambda wave, **_kwargs: look_at_wave(wave), dispatch_uid="lookout.look_at_wave", weak=False)
