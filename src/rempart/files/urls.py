"""Addresses of files."""

from django.urls import path

from rempart.files import views

app_name = "files"
urlpatterns = [
    path("<int:pk>/", views.open_file, name="open"),
    path("<int:pk>/image/", views.image, name="image"),
    path("locked/", views.locked, name="locked"),
    path("locked/<int:pk>/", views.locked_file, name="locked-file"),
    path("locked/<int:pk>/open/", views.open_locked, name="open-locked"),
    path("locked/<int:pk>/report/", views.report_locked, name="report-locked"),
    path("locked/<int:pk>/destroy/", views.destroy_locked, name="destroy-locked"),
]
