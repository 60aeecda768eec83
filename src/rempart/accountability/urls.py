"""The addresses of the accountability room."""

from django.urls import URLPattern, URLResolver, path

from rempart.accountability.views import answers, commitments, log, public, reports, requests, submissions

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
    # The DSA Transparency Database.
    path("submissions/", submissions.submissions, name="submissions"),
    path("submissions/<int:pk>/<name>/", submissions.act, name="submission-act"),
    # The public site.
    path("transparency/", public.figures, name="public"),
    path("transparency/figures.json", public.data_json, name="public-json"),
    path("transparency/figures.csv", public.data_csv, name="public-csv"),
    path("transparency/rules/", public.rules, name="public-rules"),
    path("transparency/rules/feed.atom", public.feed, name="public-feed"),
    path("transparency/rules/<str:name>/<str:version>/", public.rule, name="public-rule"),
    path("transparency/terms/", public.terms_explained, name="public-terms"),
    path("transparency/verify/", public.verify, name="public-verify"),
    path(".well-known/rempart-terms.jsonld", public.rules_as_data, name="terms"),
    # Transparency reports.
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/files/<part>", reports.report_file, name="report-file"),
    path("reports/<int:pk>/<name>/", reports.act, name="report-act"),
    path("transparency/reports/<int:pk>/<part>", reports.published_file, name="published-report"),
    # The ledger as a log (C2SP tlog-tiles): its prefix is /ledger/.
    path("ledger/checkpoint", log.checkpoint, name="checkpoint"),
    path("ledger/tile/<path:path>", log.tile, name="tile"),
    path("ledger/key", log.key, name="ledger-key"),
]
