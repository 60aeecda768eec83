"""The language switch: a form sent to this address, remembered by a cookie."""

from django.urls import path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from rempart.staff.access import open_to_all

urlpatterns = [
    path(
        "language/",
        open_to_all(because="anybody may choose a language")(require_POST(set_language)),
        name="set_language",
    )
]
