"""The addresses of the accountability room."""

from django.urls import URLPattern, URLResolver, path

from rempart.accountability.views import log

app_name = "accountability"
urlpatterns: list[URLPattern | URLResolver] = [
    # The ledger as a log (C2SP tlog-tiles): its prefix is /ledger/.
    path("ledger/checkpoint", log.checkpoint, name="checkpoint"),
    path("ledger/tile/<path:path>", log.tile, name="tile"),
    path("ledger/key", log.key, name="ledger-key"),
]
