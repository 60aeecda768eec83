"""Which accounts are the platform's own: only they have cases, and only on them can a measure be taken.

`REMPART_PLATFORM_SERVICES` names them: a whole service (`tiktok`), or one server of a service that has many
(`matrix:example.org`, `mastodon:social.example`), as often as need be. An account whose server is not said is nobody's.
"""

from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from rempart.pages.labels import words_for
from rempart.records import AccountReference
from rempart.records.references import SERVICES, Service

# The services whose accounts name their server, and the mark before it.
FEDERATED = {"matrix": ":", "mastodon": "@"}


def is_ours(account: AccountReference) -> bool:
    """Whether an account is the platform's own, by its immutable id where that names the server, else by its handle."""
    hosts = _ours(tuple(settings.REMPART_PLATFORM_SERVICES)).get(account.service)
    if hosts is None:
        return False
    return not hosts or server_of(account) in hosts


def own_services() -> list[str]:
    """The services on which the platform has accounts of its own, each once, in the order of the setting."""
    return list(_ours(tuple(settings.REMPART_PLATFORM_SERVICES)))


def own_hosts(service: str) -> frozenset[str]:
    """The servers of a service that are ours; empty when the whole service is, or when none is."""
    return _ours(tuple(settings.REMPART_PLATFORM_SERVICES)).get(service, frozenset())


def own_names() -> list[str]:
    """What is ours, in words: "TikTok", "Matrix (example.org)"."""
    return [
        words_for("service", service) + (f" ({', '.join(sorted(hosts))})" if (hosts := own_hosts(service)) else "")
        for service in own_services()
    ]


def posted_by_ours(service: Service, author: str) -> bool:
    """Whether an account of ours wrote a post. On a service of many servers, an author without one is not ours."""
    if service not in own_services() or not own_hosts(service):
        return service in own_services()
    try:
        return is_ours(AccountReference(service, author))
    except ValueError:
        return False


def server_of(account: AccountReference) -> str:
    """The server that an account of a federated service lives on, in lower case; empty where nothing says it."""
    mark = FEDERATED.get(account.service)
    if mark is None:
        return ""
    for name in (account.id or "", account.handle):
        _local, found, host = name.removeprefix("@").partition(mark)
        if found and host:
            return host.lower()
    return ""


def parse(entries: Iterable[str]) -> dict[str, frozenset[str]]:
    """The servers that are ours by service, none named meaning the whole service. Raises ImproperlyConfigured."""
    found: dict[str, frozenset[str]] = {}
    for entry in entries:
        service, colon, host = entry.partition(":")
        known = service.lower()
        if known not in SERVICES:
            raise ImproperlyConfigured(
                f"REMPART_PLATFORM_SERVICES: {service!r} is no service; there are {', '.join(SERVICES)}"
            )
        if colon and (known not in FEDERATED or not host):
            raise ImproperlyConfigured(
                f"REMPART_PLATFORM_SERVICES: {entry!r} names a server, which only {' and '.join(FEDERATED)} accounts do"
                if host
                else f"REMPART_PLATFORM_SERVICES: {entry!r} ends where a server was to be named"
            )
        if known in found and bool(found[known]) != bool(host):
            raise ImproperlyConfigured(f"REMPART_PLATFORM_SERVICES: {known!r} is named both whole and by server")
        found[known] = found.get(known, frozenset()) | ({host.lower()} if host else set())
    return found


@cache
def _ours(entries: tuple[str, ...]) -> dict[str, frozenset[str]]:
    return parse(entries)
