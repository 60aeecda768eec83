"""The addresses of the accountability room."""

from django.urls import URLPattern, URLResolver

app_name = "accountability"
urlpatterns: list[URLPattern | URLResolver] = []
