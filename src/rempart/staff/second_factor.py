"""The second factor: who has one, who is led to add one first, and what the ledger says of it.

Passkeys, one-time codes and recovery codes are django-allauth's (`allauth.mfa`). Here is what is ours: a member who has
none is led to add one before anything else, unless `REMPART_SECOND_FACTOR=optional`; codes are counted against
guessing; the ledger has a row for each that is added or removed.
"""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from rempart import ledger
from rempart.ledger import Event
from rempart.staff.access import access_of
from rempart.staff.models import StaffMember

KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(member: StaffMember) -> bool:
    """Whether the member has an authenticator or a passkey; recovery codes alone are none."""
    return bool(Authenticator.objects.filter(user=member, type__in=KINDS).exists())


def is_known_elsewhere(member: StaffMember) -> bool:
    """Whether the member signs in by OpenID Connect."""
    return bool(SocialAccount.objects.filter(user=member).exists())


def must_enrol(request: HttpRequest) -> bool:
    """Whether who is signed in has to add a second factor before anything else.

    Who came by OpenID Connect need not: their own sign-in service asked for what it asks for.
    """
    if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated:
        return False
    records = get_authentication_records(request, request.user)
    if any(one.get("method") == "socialaccount" for one in records):
        return False
    return not has_second_factor(request.user)


class EnrolmentMiddleware:
    """Leads a member without a second factor to where one is added, whatever they asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the view is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let pages that are open to all, and those where a second factor is added, answer."""
        access = access_of(view)
        if access is None or access.open_because or access.enrolling or not must_enrol(request):
            return None
        return redirect("mfa_index")


@receiver(post_save, sender=Authenticator)
def tell_added(instance: Authenticator, created: bool, **_: Any) -> None:
    """A row for each second factor that is added."""
    if created:
        ledger.append(
            Event.SECOND_FACTOR_ADDED, subject=instance.user, acting=_acting(), content={"kind": str(instance.type)}
        )


@receiver(post_delete, sender=Authenticator)
def tell_removed(instance: Authenticator, **_: Any) -> None:
    """A row for each that is removed, by whoever did."""
    ledger.append(
        Event.SECOND_FACTOR_REMOVED, subject=instance.user, acting=_acting(), content={"kind": str(instance.type)}
    )


def _acting() -> StaffMember | None:
    request = context.request
    return request.user if request is not None and isinstance(request.user, StaffMember) else None
