"""Addresses of the desk."""

from django.urls import path

from rempart.casework.views import cases, keyboard, ledger, rulebooks, rulemaking, simulations, waves

app_name = "casework"
urlpatterns = [
    path("", waves.home, name="home"),
    path("waves/", waves.waves, name="waves"),
    path("waves/<int:pk>/", waves.wave, name="wave"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/<slug:name>/", cases.act, name="act"),
    path("due/", cases.due, name="due"),
    path("rulebooks/", rulebooks.rulebooks, name="rulebooks"),
    path("rulebooks/draft/", rulemaking.draft, name="rulebook-draft"),
    path("rulebooks/versions/<int:pk>/", rulemaking.version, name="rulebook-version"),
    path("rulebooks/versions/<int:pk>/<slug:name>/", rulemaking.act, name="rulebook-act"),
    path("rulebooks/<slug:name>/", rulebooks.rulebook, name="rulebook"),
    path("simulations/", simulations.simulations, name="simulations"),
    path("simulations/<int:pk>/", simulations.simulation, name="simulation"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("keys/", keyboard.keys, name="keys"),
]
