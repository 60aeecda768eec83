"""Addresses of django-allauth's pages, under the names by which it knows them; those not listed are not served.

They run in one transaction each, so that a second factor and its row in the ledger are written together or not at all.
"""

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as ConfirmByCodeView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from allauth.socialaccount.providers.openid_connect.views import callback
from django.db import transaction
from django.urls import path, reverse_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rempart.staff.access import for_enrolment, for_members, open_to_all
from rempart.staff.views.signing_in import openid_connect, sign_in

FORM = require_http_methods(["GET", "POST"])
SECOND_FACTOR = reverse_lazy("mfa_index")
signing_in = open_to_all(because="a step of signing in")

urlpatterns = [
    path("sign-in/", sign_in, name="account_login"),  # as allauth calls it
    path("sign-in/code/", signing_in(FORM(AuthenticateView.as_view())), name="mfa_authenticate"),
    path("sign-in/passkey/", signing_in(FORM(LoginWebAuthnView.as_view())), name="mfa_login_webauthn"),
    path(
        "sign-in/<slug:provider_id>/openid/",
        openid_connect,
        name="openid_connect_login",
    ),
    path(
        "sign-in/<slug:provider_id>/openid/back/",
        signing_in(require_safe(callback)),
        name="openid_connect_callback",
    ),
    path("confirm/", for_enrolment(FORM(ReauthenticateView.as_view())), name="account_reauthenticate"),
    path("confirm/code/", for_members(FORM(ConfirmByCodeView.as_view())), name="mfa_reauthenticate"),
    path(
        "confirm/passkey/", for_members(FORM(ReauthenticateWebAuthnView.as_view())), name="mfa_reauthenticate_webauthn"
    ),
    path("second-factor/", for_enrolment(require_safe(IndexView.as_view())), name="mfa_index"),
    path(
        "second-factor/code/add/",
        for_enrolment(FORM(transaction.atomic(ActivateTOTPView.as_view()))),
        name="mfa_activate_totp",
    ),
    path(
        "second-factor/code/remove/",
        for_members(FORM(transaction.atomic(DeactivateTOTPView.as_view()))),
        name="mfa_deactivate_totp",
    ),
    path(
        "second-factor/passkeys/add/",
        for_enrolment(FORM(transaction.atomic(AddWebAuthnView.as_view()))),
        name="mfa_add_webauthn",
    ),
    path(
        "second-factor/passkeys/<int:pk>/remove/",
        for_members(FORM(transaction.atomic(RemoveWebAuthnView.as_view(success_url=SECOND_FACTOR)))),
        name="mfa_remove_webauthn",
    ),
    path(
        "second-factor/recovery/",
        for_members(require_safe(transaction.atomic(ViewRecoveryCodesView.as_view()))),
        name="mfa_view_recovery_codes",
    ),
    path(
        "second-factor/recovery/make/",
        for_members(FORM(transaction.atomic(GenerateRecoveryCodesView.as_view()))),
        name="mfa_generate_recovery_codes",
    ),
]
