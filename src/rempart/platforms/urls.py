"""Addresses of platforms: the desk's pages, and administration."""

from django.urls import path

from rempart.platforms.views import administration, desk, measures

app_name = "platforms"
urlpatterns = [
    path("platforms/", desk.platforms, name="platforms"),
    path("platforms/executions/<int:pk>/retry/", desk.retry, name="retry"),
    path("platforms/drifts/<int:pk>/settle/", desk.settle, name="settle"),
    path("platforms/orders/<int:pk>/instead/", measures.propose, name="propose"),
    path("measures/<int:pk>/", measures.measure, name="measure"),
    path("staff/platforms/", administration.platforms, name="administration"),
    path("staff/platforms/add/", administration.kinds, name="kinds"),
    path("staff/platforms/add/<slug:kind>/", administration.add, name="add"),
    path("staff/platforms/<int:pk>/", administration.platform, name="platform"),
    path("staff/platforms/<int:pk>/check/", administration.check, name="check"),
    path("staff/platforms/<int:pk>/switch/", administration.switch, name="switch"),
]
