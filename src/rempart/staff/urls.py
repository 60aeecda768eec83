"""Addresses of signing in and out."""

from django.urls import path

from rempart.staff import views

app_name = "staff"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("link/<str:token>/", views.link, name="link"),
    path("account/", views.account, name="account"),
    path("sign-out/", views.sign_out, name="sign-out"),
]
