"""Addresses of signing in and out, of one's own account, and of those who manage members and keys."""

from django.urls import path

from rempart.staff.views import account, administration, signing_in

app_name = "staff"
urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("link/<str:token>/", signing_in.link, name="link"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("account/", account.account, name="account"),
    path("account/sessions/", account.end_sessions, name="end-sessions"),
    path("account/password/", account.password, name="password"),
    path("members/", administration.members, name="members"),
    path("members/invite/", administration.invite, name="invite"),
    path("members/<int:pk>/", administration.member, name="member"),
    path("members/<int:pk>/<slug:name>/", administration.change, name="change-member"),
    path("keys/", administration.keys, name="keys"),
    path("keys/<int:pk>/revoke/", administration.revoke, name="revoke-key"),
]
