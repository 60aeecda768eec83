"""The addresses of the accountability room."""

from django.urls import URLPattern, URLResolver, path

from rempart.accountability.views import answers, commitments, log, requests

app_name = "accountability"
urlpatterns: list[URLPattern | URLResolver] = [
    # The authority desk.
    path("requests/", requests.requests, name="requests"),
    path("requests/new/", requests.register, name="register"),
    path("requests/authorities/", requests.authorities, name="authorities"),
    path("requests/commitments/", commitments.commitments, name="commitments"),
    path("requests/commitments/<int:pk>/", commitments.one, name="commitment"),
    path("requests/<int:pk>/", requests.one, name="request"),
    path("requests/<int:pk>/answer/", answers.draft, name="draft"),
    path("requests/people/<int:pk>/", requests.person, name="person"),
    path("requests/answers/<int:pk>/", answers.one, name="answer"),
    path("requests/answers/<int:pk>/<part>/", answers.download, name="answer-file"),
    # The ledger as a log (C2SP tlog-tiles): its prefix is /ledger/.
    path("ledger/checkpoint", log.checkpoint, name="checkpoint"),
    path("ledger/tile/<path:path>", log.tile, name="tile"),
    path("ledger/key", log.key, name="ledger-key"),
]
