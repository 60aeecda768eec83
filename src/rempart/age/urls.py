"""Addresses of the age room."""

from django.urls import URLPattern

app_name = "age"
urlpatterns: list[URLPattern] = []
