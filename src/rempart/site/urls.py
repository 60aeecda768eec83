"""Which room answers which address."""

from django.urls import include, path

from rempart.site.api import api
from rempart.staff.keys import machine_api

urlpatterns = [
    path("api/v1/", machine_api(api)),
    path("staff/", include("rempart.staff.urls")),
    path("staff/", include("rempart.staff.allauth_urls")),
    path("", include("rempart.pages.urls")),
    path("files/", include("rempart.files.urls")),
    path("", include("rempart.correspondence.urls")),
    path("", include("rempart.lookout.urls")),
    path("", include("rempart.casework.urls")),
]
handler400 = "rempart.site.errors.bad_request"
handler403 = "rempart.site.errors.forbidden"
handler404 = "rempart.site.errors.not_found"
handler500 = "rempart.site.errors.server_error"
