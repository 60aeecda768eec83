"""Setting a platform up: where it is, what it covers, and the secret that lets us in, sealed and never shown again."""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_slug
from django.db import transaction
from django.utils.translation import gettext as _

from rempart import ledger
from rempart.files import sealing
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms import registry
from rempart.platforms.connector import PermanentFailure
from rempart.platforms.errors import PlatformRefused
from rempart.platforms.models import Execution, Platform, Standing
from rempart.platforms.services import enlisting_standing
from rempart.platforms.services.books import books
from rempart.platforms.services.enlisting import defer_due, enlist_waiting
from rempart.records.references import SERVICES
from rempart.staff.models import StaffMember

PURPOSE = "platform secret"
SCHEMES = ("http", "https", "nats", "tls")


@transaction.atomic
def add_platform(
    name: str,
    *,
    kind: str,
    service: str,
    address: str,
    hosts: Iterable[str] = (),
    settings: Mapping[str, Any] | None = None,
    secret: str = "",
    acting: StaffMember | None,
) -> Platform:
    """Set up a platform of one's own; orders for the accounts that it covers are carried out from now on.

    hosts: the servers whose accounts are covered, for services of many servers; empty for all of the service.
    settings: what its kind of connector asks for. acting: None for the command line.
    Raises PlatformRefused with the field that is wrong.
    """
    platform = Platform(
        name=_name(name),
        kind=kind,
        service=service,
        hosts=_hosts(service, hosts),
        address=_address(address),
        settings=dict(settings or {}),
        secret=_sealed(secret),
        added_at=now(),
        added_by=acting,
    )
    _ensure_it_can_work(platform)
    platform.save()
    enlist_waiting(platform)
    ledger.append(Event.PLATFORM_ADDED, subject=platform, acting=acting, content=_described(platform))
    return platform


@transaction.atomic
def change_platform(
    platform: Platform,
    *,
    address: str | None = None,
    hosts: Iterable[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    secret: str | None = None,
    enabled: bool | None = None,
    acting: StaffMember | None,
) -> Platform:
    """Change how a platform is reached; what is None stays. A change closes its circuit breaker: it is tried at once.

    What failed and waited for a person is tried again as well: nobody stays restricted because a secret had expired on
    the day on which their measure ended.
    Raises PlatformRefused with the field that is wrong.
    """
    platform = Platform.objects.select_for_update().get(pk=platform.pk)
    if address is not None:
        platform.address = _address(address)
    if hosts is not None:
        platform.hosts = _hosts(platform.service, hosts)
    if settings is not None:
        platform.settings = dict(settings)
    if secret is not None:
        platform.secret = _sealed(secret)
    if enabled is not None:
        platform.enabled = enabled
    _ensure_it_can_work(platform)
    platform.failures, platform.closed_until = 0, None
    platform.save()
    if platform.enabled:
        enlist_waiting(platform)
        _try_again(platform, acting)
    said = _described(platform) | {"new_secret": secret is not None, "enabled": platform.enabled}
    ledger.append(Event.PLATFORM_CHANGED, subject=platform, acting=acting, content=said)
    return platform


def _try_again(platform: Platform, acting: StaffMember | None) -> None:
    failed = platform.executions.filter(state=Execution.State.FAILED).select_related("order")
    for execution in failed.select_for_update(of=("self",)).order_by("pk"):
        execution.state, execution.next_try_at, execution.tries = Execution.State.WAITS, now(), 0
        execution.save(update_fields=["state", "next_try_at", "tries"])
        said = {"platform": platform.name, "reason": "the platform is reached in another way"}
        ledger.append(Event.ORDER_RETRIED, subject=execution.order, acting=acting, content=said)
    defer_due()
    for book in books():
        held = book.executions.objects.filter(platform=platform, state=Standing.State.FAILED)
        if held.update(state=Standing.State.WAITS, next_try_at=now(), tries=0):
            enlisting_standing.defer_due(book)


def secret_of(platform: Platform) -> str:
    """The platform's secret, for its connector alone; empty when none was given. Raises CannotUnseal."""
    return sealing.unseal(platform.secret, purpose=PURPOSE) if platform.secret is not None else ""


def _sealed(secret: str) -> bytes | None:
    return sealing.seal(secret, purpose=PURPOSE) if secret else None


def _name(name: str) -> str:
    try:
        validate_slug(name)
    except ValidationError as error:
        raise PlatformRefused("name", _("A name has letters, digits, hyphens and underscores only.")) from error
    if len(name) > 40:
        raise PlatformRefused("name", _("A name has at most 40 characters."))
    if Platform.objects.filter(name=name).exists():
        raise PlatformRefused("name", _("Another platform has this name."))
    return name


def _hosts(service: str, hosts: Iterable[str]) -> list[str]:
    found = sorted({host.strip().lower() for host in hosts if host.strip()})
    if found and not registry.tells_servers(service):
        raise PlatformRefused("hosts", _("Handles on this service do not tell their server: leave the servers empty."))
    return found


def _address(address: str) -> str:
    address = address.strip().rstrip("/")
    try:
        URLValidator(schemes=SCHEMES)(address)
    except ValidationError:
        # Inside one's own network a server may have a name without a dot, which the validator does not know.
        parts = urlsplit(address)
        if parts.scheme not in SCHEMES or not parts.hostname or "." in parts.hostname:
            raise PlatformRefused("address", _("This is not an address of the web.")) from None
    parts = urlsplit(address)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise PlatformRefused("address", _("Give the address alone: secrets have a place of their own."))
    if parts.scheme in {"http", "nats"} and not _at_home(parts.hostname or ""):
        raise PlatformRefused("address", _("Outside of your own network an address begins with https://."))
    return address


def _at_home(host: str) -> bool:
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".internal", ".local", ".test"))
    return found.is_private or found.is_loopback


def _ensure_it_can_work(platform: Platform) -> None:
    if platform.service not in SERVICES:
        raise PlatformRefused("service", _("Choose one of the services."))
    if platform.kind not in registry.kinds():
        raise PlatformRefused("kind", _("Choose one of the kinds."))
    try:
        if platform.kind in registry.CONNECTORS:
            registry.connector_class(platform.kind).of(platform)
        else:
            registry.listener_class(platform.kind).of(platform)
    except PermanentFailure as failure:
        raise PlatformRefused("settings", str(failure)) from failure


def _described(platform: Platform) -> dict[str, Any]:
    """What the ledger says of a platform: everything but its secret and what its settings hold."""
    return {
        "name": platform.name,
        "kind": platform.kind,
        "service": platform.service,
        "hosts": platform.hosts,
        "address": platform.address,
    }
