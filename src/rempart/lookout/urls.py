"""Addresses of the lookout."""

from django.urls import path

from rempart.lookout import views

app_name = "lookout"
urlpatterns = [path("alerts/<int:pk>/seen/", views.seen, name="seen")]
