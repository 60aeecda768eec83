"""Addresses of the age room."""

from django.urls import URLPattern, path

from rempart.age.views import (
    asked,
    desk,
    door,
    gate,
    guardian,
    matters,
    openly,
    proof,
    protection,
    test_wallet,
    trust,
    vendors,
)

app_name = "age"
urlpatterns: list[URLPattern] = [
    # The gate, by the address that the platform was given for one sign-up.
    path("age/gate/<str:token>/", gate.gate, name="gate"),
    # The report door, for anybody, and the page of a report, by a signed link.
    path("age/report/", door.door, name="report"),
    path("age/report/<str:token>/", door.reporter, name="reporter"),
    # The desk: what was said of accounts' ages, new accounts that resemble closed ones, and children first.
    path("age/matters/<int:pk>/", matters.matter, name="matter"),
    path("age/comebacks/<int:pk>/", matters.comeback, name="comeback"),
    path("age/protection/", protection.cases, name="protection-cases"),
    path("age/protection/<int:pk>/", protection.case, name="protection"),
    # The desk: what waits for a person, one account that is asked, asking another one.
    path("age/", desk.desk, name="desk"),
    path("age/ask/", desk.ask, name="ask"),
    path("age/challenges/<int:pk>/", desk.challenge, name="challenge"),
    # The page of somebody who is asked how old they are, and of whoever vouches for them, by a signed link.
    path("a/<str:token>/", asked.page, name="asked"),
    path("a/<str:token>/say/", asked.say, name="asked-say"),
    path("a/<str:token>/show/", asked.show, name="asked-show"),
    path("a/<str:token>/appeal/", asked.disagree, name="asked-appeal"),
    path("a/<str:token>/vouch/", asked.name_somebody, name="asked-vouch"),
    path("v/<str:token>/", asked.vouch, name="voucher"),
    # A parent or guardian: how they are asked, their own page, and what those who keep children safe see of it.
    path("age/gate/<str:token>/guardian/", guardian.ask_at_gate, name="gate-guardian"),
    path("a/<str:token>/guardian/", guardian.ask_when_asked, name="asked-guardian"),
    path("age/guardian/<str:token>/", guardian.guardian, name="guardian"),
    path("age/guardians/", guardian.guardians, name="guardians"),
    # Providers of age assurance: where somebody leaves for one, and where its server answers.
    path("a/<str:token>/vendor/<slug:name>/", vendors.start, name="asked-vendor"),
    path("age/vendors/<slug:name>/result", vendors.result, name="vendor-result"),
    # The page on which somebody shows their age with a wallet, and where wallets and browsers answer.
    path("age/proof/<str:token>/", proof.proof, name="proof"),
    path("age/proof/<str:token>/code.svg", proof.code, name="proof-code"),
    path("age/proof/<str:token>/state", proof.state, name="proof-state"),
    path("age/proof/<str:token>/response", proof.response, name="proof-response"),
    path("age/proof/<str:token>/digital", proof.digital, name="proof-digital"),
    # How ages are asked about and how often that is wrong, for everybody; and the latter for those who decide.
    path("age/practice/", openly.statement, name="practice"),
    path("age/rates/", openly.error_rates, name="rates"),
    path("age/desk/rates/", openly.desk_rates, name="desk-rates"),
    path("age/trust/", trust.trust, name="trust"),
    path("age/test-wallet/", test_wallet.test_wallet, name="test-wallet"),
]
