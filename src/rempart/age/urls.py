"""Addresses of the age room."""

from django.urls import URLPattern, path

from rempart.age.views import gate

app_name = "age"
urlpatterns: list[URLPattern] = [
    # The gate, by the address that the platform was given for one sign-up.
    path("age/gate/<str:token>/", gate.gate, name="gate"),
]
