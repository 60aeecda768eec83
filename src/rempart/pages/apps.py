"""The Django app that carries the templates, the style sheet and the translations of the whole project."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Pages stand on nothing: every other Django room may use them."""

    name = "rempart.pages"
    label = "pages"
