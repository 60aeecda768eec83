"""Passwords and codes, with attempts counted so that guessing is hopeless.

An attempt is counted before the secret is looked at, under a lock of its key, so that guesses made at once count as
many. In a quarter of an hour, five failed passwords or five failed codes for an address, or thirty failures from a
network, refuse any more until enough of them are a quarter of an hour old; a sign-in link still stands in for the
password meanwhile. Addresses and networks are kept as keyed hashes, for a day.
"""

import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
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
LIMITS = {"password": 5, "code": 5, "network": 30}


class WrongPassword(Exception):
    """No active member has this address and this password."""


class TooManyAttempts(Exception):
    """Too many attempts failed lately."""


@dataclass(frozen=True)
class Attempt:
    """An attempt that is counted as failed until it succeeds."""

    email: str
    by_address: SignInAttempt
    by_network: SignInAttempt
    limit: int

    @transaction.atomic
    def succeeded(self) -> None:
        """Forget what failed before for this address, and this attempt of the network.

        Its others stay: knowing one secret buys no guesses at others.
        """
        SignInAttempt.objects.filter(key=self.by_address.key).delete()
        self.by_network.delete()

    @transaction.atomic
    def failed(self) -> None:
        """Tell the ledger when the address is locked from now on."""
        member = StaffMember.objects.filter(email=self.email).first()
        if member and _failures(self.by_address.key) == self.limit:
            ledger.append(Event.SIGN_IN_LOCKED, subject=member)


def attempt(request: HttpRequest, kind: str, email: str) -> Attempt:
    """Count an attempt at a "password" or a "code" of the member with this address. Raises TooManyAttempts."""
    email = email.strip().lower()
    by_address = _count(_key(kind, email), LIMITS[kind])
    by_network = _count(_key("network", network(request)), LIMITS["network"])
    return Attempt(email, by_address, by_network, LIMITS[kind])


def member_with_password(request: HttpRequest, email: str, password: str) -> StaffMember:
    """The member with this address and password. Raises WrongPassword or TooManyAttempts, which tell nothing else."""
    this = attempt(request, "password", email)
    member = authenticate(request, username=this.email, password=password)
    if not isinstance(member, StaffMember):
        this.failed()
        raise WrongPassword
    this.succeeded()
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


def _key(kind: str, value: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"sign-in {kind} {value}".encode(), hashlib.sha256).hexdigest()
