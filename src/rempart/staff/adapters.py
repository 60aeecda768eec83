"""What django-allauth asks of this site: nobody signs up, guesses are counted, signing in is in the ledger.

One flow for everybody: a password, a link, a passkey or OpenID Connect says who it is; allauth's stages then ask for
the second factor; `AccountAdapter.login` is the one place where a session becomes a member's.
"""

import base64
import hashlib
import time
from io import BytesIO
from typing import Any

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode.image.svg import SvgPathFillImage

from rempart import ledger
from rempart.ledger import Event
from rempart.staff import sessions
from rempart.staff.attempts import TooManyAttempts, WrongPassword, member_with_password
from rempart.staff.models import StaffMember

RECENT = 300  # seconds in which what is delicate is not asked to be confirmed again


class AccountAdapter(DefaultAccountAdapter):
    """Accounts: made by an invitation only."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": gettext_lazy("This is not your password."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait a quarter of an hour, or ask for a link."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: members are invited."""
        return False

    @transaction.atomic
    def login(self, request: HttpRequest, user: StaffMember) -> None:
        """Make the session the member's. Every way of signing in ends here, the second factor passed."""
        ways = [_way(record) for record in get_authentication_records(request, user)]
        super().login(request, user)
        sessions.begin(request)
        ledger.append(Event.SIGNED_IN, subject=user, acting=user, content={"by": ways})

    def respond_user_inactive(self, request: HttpRequest, user: StaffMember) -> HttpResponse:
        """Say no more to somebody deactivated than to a stranger."""
        messages.error(request, _("You could not be signed in."))
        return redirect(settings.LOGIN_URL)

    def reauthenticate(self, user: StaffMember, password: str) -> bool:
        """Whether this is the password of who is signed in. Raises a validation error after too many guesses."""
        try:
            return member_with_password(self.request, user.email, password) == user
        except WrongPassword:
            return False
        except TooManyAttempts:
            raise self.validation_error("too_many_login_attempts") from None

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not when who is signed in has said who they are in the last five minutes, signing in included."""
        records = get_authentication_records(self.request, self.request.user)
        moments = [float(record["at"]) for record in records]
        return not moments or time.time() - max(moments) > RECENT


class SecondFactorAdapter(DefaultMFAAdapter):
    """Passkeys and codes: their secrets are encrypted with a key derived from the site's."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code or this passkey was not accepted."),
    }

    def get_totp_issuer(self) -> str:
        """The name that authenticator applications show."""
        return "Rempart"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name that browsers show."""
        return super().get_public_key_credential_rp_entity() | {"name": "Rempart"}

    def generate_authenticator_name(self, user: StaffMember, type: Any) -> str:
        """The name of a passkey that was given none."""
        return _("Passkey")

    def build_totp_svg(self, url: str) -> str:
        """The address of an authenticator as a picture, on white: a dark page would hide it from cameras."""
        picture = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(picture)
        return picture.getvalue().decode()

    def encrypt(self, text: str) -> str:
        """The secret as it is stored."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret."""
        return _fernet().decrypt(encrypted_text.encode()).decode()


class OpenIDAdapter(DefaultSocialAccountAdapter):
    """OpenID Connect: for members who were invited, found by the address that the sign-in service verified."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: members are invited."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Tie the service's account to its member the first time; keep nothing else that the service tells.

        The number that the service gives to a person is kept, so that an address given later to somebody else opens
        nothing.
        """
        if not sociallogin.is_existing:
            member = self._member(sociallogin)
            if member is None:
                self._refuse(request)
            sociallogin.connect(request, member)
        sociallogin.account.extra_data = {}
        sociallogin.account.save(update_fields=["extra_data"])

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Back to the sign-in page, with a sentence."""
        self._refuse(request)

    def _member(self, sociallogin: SocialLogin) -> StaffMember | None:
        verified = [one.email.lower() for one in sociallogin.email_addresses if one.verified]
        found = StaffMember.objects.filter(email__in=verified, is_active=True).first()
        tied = SocialAccount.objects.filter(user=found, provider=sociallogin.account.provider).exists()
        return None if tied else found

    def _refuse(self, request: HttpRequest) -> None:
        messages.error(request, _("You could not be signed in. Ask somebody who manages Rempart for an invitation."))
        raise ImmediateHttpResponse(redirect(settings.LOGIN_URL))


def _way(record: dict[str, Any]) -> str:
    """The word for a way of signing in."""
    return str(record.get("type") or {"socialaccount": "openid_connect"}.get(record["method"], record["method"]))


def _fernet() -> Fernet:
    secret = hashlib.sha256(b"rempart second factor " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(secret))
