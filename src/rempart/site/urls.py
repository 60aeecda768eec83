"""Which room answers which address."""

from django.conf import settings
from django.urls import include, path

# Rooms' addresses, the more specific first.
_MOUNTED = [("staff/", "staff"), ("", "pages"), ("", "intake"), ("", "lookout"), ("", "casework")]

urlpatterns = [
    path(prefix, include(f"rempart.{room}.urls"))
    for prefix, room in _MOUNTED
    if f"rempart.{room}" in settings.INSTALLED_APPS and (settings.PACKAGE / room / "urls.py").exists()
]
handler400 = "rempart.site.errors.bad_request"
handler403 = "rempart.site.errors.forbidden"
handler404 = "rempart.site.errors.not_found"
handler500 = "rempart.site.errors.server_error"
