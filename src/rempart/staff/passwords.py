"""Signing in by password, with attempts counted so that guessing is hopeless.

An attempt is counted before the password is looked at, under a lock of its key, so that guesses made at once count as
many. Five failures in a quarter of an hour for an address, or thirty from a network, refuse any password until enough
of them are a quarter of an hour old; a sign-in link still works meanwhile. Addresses and networks are kept as keyed
hashes, for a day.
"""

import hashlib
import hmac
import ipaddress
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import connection, transaction
from django.http import HttpRequest

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.staff.models import SignInAttempt, StaffMember

WINDOW = timedelta(minutes=15)
LIMITS = {"address": 5, "network": 30}


class WrongPassword(Exception):
    """No active member has this address and this password."""


class TooManyAttempts(Exception):
    """Too many attempts failed lately."""


def sign_in_by_password(request: HttpRequest, email: str, password: str) -> StaffMember:
    """The member with this address and password. Raises WrongPassword or TooManyAttempts, which tell nothing else."""
    email = email.strip().lower()
    by_address = _count(_key("address", email), LIMITS["address"])
    by_network = _count(_key("network", network(request)), LIMITS["network"])
    member = authenticate(request, username=email, password=password)
    if not isinstance(member, StaffMember):
        _tell_if_locked(by_address.key, email)
        raise WrongPassword
    with transaction.atomic():
        SignInAttempt.objects.filter(key=by_address.key).delete()
        by_network.delete()  # this one alone: knowing one password buys no guesses at others
        ledger.append(Event.SIGNED_IN, subject=member, acting=member, content={"by": "password"})
    return member


def network(request: HttpRequest) -> str:
    """The network a request comes from: its IPv4 address, or the /64 of its IPv6 address."""
    address = request.META.get("REMOTE_ADDR", "")
    if forwarded := settings.BEHIND_PROXY and request.META.get("HTTP_X_FORWARDED_FOR"):
        address = forwarded.rsplit(",", 1)[-1].strip()  # what our own proxy added
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(found) if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


@transaction.atomic
def _count(key: str, limit: int) -> SignInAttempt:
    """Count an attempt. Raises TooManyAttempts at the limit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(bytes.fromhex(key)[:8], signed=True)])
    if _failures(key) >= limit:
        raise TooManyAttempts
    return SignInAttempt.objects.create(key=key, at=now())


def _failures(key: str) -> int:
    return SignInAttempt.objects.filter(key=key, at__gt=now() - WINDOW).count()


@transaction.atomic
def _tell_if_locked(key: str, email: str) -> None:
    member = StaffMember.objects.filter(email=email).first()
    if member and _failures(key) == LIMITS["address"]:
        ledger.append(Event.SIGN_IN_LOCKED, subject=member)


def _key(kind: str, value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"sign-in {kind} {value}".encode(), hashlib.sha256).hexdigest()
