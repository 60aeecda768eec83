"""Where other services of the AT Protocol find us: the addresses are the protocol's."""

from django.urls import path

from rempart.platforms.atproto import views

app_name = "atproto"
urlpatterns = [
    path(".well-known/did.json", views.did, name="did"),
    path("xrpc/com.atproto.label.queryLabels", views.query_labels, name="query_labels"),
    path(f"xrpc/{views.CREATE_REPORT}", views.create_report, name="create_report"),
]
