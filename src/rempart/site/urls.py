"""Which room answers which address."""

from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from rempart.site.api import api
from rempart.staff.access import open_to_all
from rempart.staff.keys import machine_api

# The language switch: a form sent to this address, remembered by a cookie.
choose_language = open_to_all(because="anybody may choose a language")(require_POST(set_language))

urlpatterns = [
    path("api/v1/", machine_api(api)),
    path("staff/", include("rempart.staff.urls")),
    path("staff/", include("rempart.staff.allauth_urls")),
    path("language/", choose_language, name="set_language"),
    path("files/", include("rempart.files.urls")),
    path("", include("rempart.correspondence.urls")),
    path("", include("rempart.lookout.urls")),
    path("", include("rempart.casework.urls")),
    path("", include("rempart.care.urls")),
    path("", include("rempart.age.urls")),
    path("", include("rempart.accountability.urls")),
    path("", include("rempart.platforms.urls")),
    path("", include("rempart.platforms.matrix.urls")),
    path("", include("rempart.platforms.atproto.urls")),
]
handler400 = "rempart.site.errors.bad_request"
handler403 = "rempart.site.errors.forbidden"
handler404 = "rempart.site.errors.not_found"
handler500 = "rempart.site.errors.server_error"
