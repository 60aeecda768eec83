"""Addresses of conversations and of the platform's endpoints."""

from django.urls import path

from rempart.correspondence import views

app_name = "correspondence"
urlpatterns = [
    path("m/<str:token>/", views.mailbox, name="mailbox"),
    path("m/<str:token>/adult/", views.adult, name="adult"),
    path("m/<str:token>/e-mail/", views.mail, name="mail"),
    path("m/<str:token>/files/<int:pk>/", views.attachment, name="attachment"),
    path("endpoints/", views.all_endpoints, name="endpoints"),
    path("endpoints/<int:pk>/", views.one_endpoint, name="endpoint"),
    path("endpoints/deliveries/<int:pk>/retry/", views.retry, name="retry"),
]
