"""Which room answers which address."""

from importlib.util import find_spec

from django.urls import include, path

# Rooms' addresses, the more specific first.
_MOUNTED = [("staff/", "staff"), ("", "lookout"), ("", "casework"), ("", "pages")]

urlpatterns = [
    path(prefix, include(f"rempart.{room}.urls"))
    for prefix, room in _MOUNTED
    if find_spec(f"rempart.{room}") and find_spec(f"rempart.{room}.urls")
]
