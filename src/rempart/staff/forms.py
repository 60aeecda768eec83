"""The forms of signing in, of one's own account, and of managing members and keys."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter as second_factor
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from rempart.staff.attempts import TooManyAttempts, attempt
from rempart.staff.keys import LASTS, PER_MINUTE, Scope
from rempart.staff.models import StaffMember
from rempart.staff.roles import Role

CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}


class SignInForm(forms.Form):
    """An address and a password."""

    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CountedCode(forms.Form):
    """A form of allauth's whose code is counted against guessing before it is looked at."""

    user: StaffMember

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs = dict(CODE)

    def clean_code(self) -> str:
        """The code, when it is right."""
        try:
            this = attempt(context.request, "code", self.user.email)
        except TooManyAttempts:
            raise get_adapter().validation_error("too_many_login_attempts") from None
        try:
            code = str(super().clean_code())
        except ValidationError:
            this.failed()
            raise
        this.succeeded()
        return code


class SecondFactorForm(CountedCode, AuthenticateForm):
    """The code that completes a sign-in."""


class ConfirmByCodeForm(CountedCode, ReauthenticateForm):
    """The code that confirms that it is still oneself."""


class AddAuthenticatorForm(CountedCode, ActivateTOTPForm):
    """The first code of an authenticator, which shows that it works."""


class Passkey(forms.Form):
    """A form of allauth's that takes a browser's word; one that is not formed as such words are is simply wrong."""

    def clean(self) -> dict[str, Any] | None:
        """The form, when the passkey is good."""
        with _wrong():
            return super().clean()

    def clean_credential(self) -> Any:
        """The passkey, when it is good."""
        with _wrong():
            check = getattr(super(), "clean_credential", None)  # a new one is checked by clean()
            return check() if check else self.cleaned_data["credential"]


class SignInByPasskeyForm(Passkey, LoginWebAuthnForm):
    """The passkey that signs in."""


class PasskeyForm(Passkey, AuthenticateWebAuthnForm):
    """The passkey that completes a sign-in."""


class ConfirmByPasskeyForm(Passkey, ReauthenticateWebAuthnForm):
    """The passkey that confirms that it is still oneself."""


class AddPasskeyForm(Passkey, AddWebAuthnForm):
    """A new passkey."""


@contextmanager
def _wrong() -> Iterator[None]:
    try:
        yield
    except ValidationError:
        raise
    except (AttributeError, LookupError, TypeError, ValueError, struct.error) as error:
        raise second_factor().validation_error("incorrect_code") from error


class PasswordForm(forms.Form):
    """A new password."""

    password = forms.CharField(
        label=_("New password"),
        help_text=_("At least 12 characters. A few words that only you would put together are best."),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, member: StaffMember, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member

    def clean_password(self) -> str:
        """The password, unless it is easy to guess."""
        validate_password(self.cleaned_data["password"], self.member)
        return str(self.cleaned_data["password"])


def _roles() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=_("Roles"), choices=Role.choices, widget=forms.CheckboxSelectMultiple)


class InvitationForm(forms.Form):
    """Somebody new."""

    email = forms.EmailField(label=_("E-mail address"))
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Colleagues see it."))
    roles = _roles()


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(
        label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}), help_text=_("It is kept.")
    )


class RolesForm(ReasonForm):
    """Other roles, and why."""

    roles = _roles()
    field_order = ("roles", "reason")


class KeyForm(forms.Form):
    """A new machine key."""

    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Which program will use it."))
    scopes = forms.MultipleChoiceField(label=_("Scopes"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(label=_("Days that it works"), min_value=1, max_value=LASTS.days, initial=90)
    per_minute = forms.IntegerField(label=_("Requests a minute"), min_value=1, max_value=1_000_000, initial=PER_MINUTE)
