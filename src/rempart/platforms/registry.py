"""Which connectors there are, and which platform an account belongs to.

A measure covers the platform's own accounts only: an account is covered where an enabled platform has its service and,
for services that are many servers, its server.
"""

from functools import lru_cache
from importlib import import_module

import msgspec

from rempart.intake.models import Account
from rempart.intake.ours import FEDERATED, server_of
from rempart.platforms.connector import Connector, PermanentFailure
from rempart.platforms.listener import Listener
from rempart.platforms.models import Platform
from rempart.records import AccountReference

CONNECTORS: dict[str, str] = {
    "matrix": "rempart.platforms.matrix.connector.MatrixConnector",
    "atproto": "rempart.platforms.atproto.connector.AtprotoConnector",
    "mastodon": "rempart.platforms.mastodon.connector.MastodonConnector",
    "webhook": "rempart.platforms.webhook.connector.WebhookConnector",
    "mediawiki": "rempart.platforms.mediawiki.connector.MediaWikiConnector",
}
# Kinds of platforms that tell us what is said there; one that has no connector is listened to only.
LISTENERS: dict[str, str] = {
    "matrix": "rempart.platforms.matrix.listener.MatrixListener",
    "atproto": "rempart.platforms.atproto.listener.AtprotoListener",
    "mastodon": "rempart.platforms.mastodon.listener.MastodonListener",
    "nats": "rempart.platforms.nats.listener.NatsListener",
}


def kinds() -> list[str]:
    """What a platform can be: acted on, listened to, or both."""
    return list(CONNECTORS | LISTENERS)


def connector_class(kind: str) -> type[Connector]:
    """The class of a kind of connector, imported when first asked for. Raises PermanentFailure for an unknown kind."""
    dotted = CONNECTORS.get(kind)
    if dotted is None:
        raise PermanentFailure(f"there is no connector of the kind {kind}")
    module, _, name = dotted.rpartition(".")
    found: type[Connector] = getattr(import_module(module), name)
    return found


def listener_class(kind: str) -> type[Listener]:
    """The class that listens to a kind of platform. Raises PermanentFailure where there is nothing to listen to."""
    dotted = LISTENERS.get(kind)
    if dotted is None:
        raise PermanentFailure(f"there is nothing to listen to on a platform of the kind {kind}")
    module, _, name = dotted.rpartition(".")
    found: type[Listener] = getattr(import_module(module), name)
    return found


def connector_of(platform: Platform) -> Connector:
    """The connector of a platform as it is set up now; kept while nothing changes, so that connections are used again.

    Raises PermanentFailure when a setting is missing or wrong.
    """
    settings = msgspec.json.encode([platform.hosts, platform.settings], order="deterministic")
    return _connector(_Kept(platform, (platform.kind, platform.name, platform.address, settings, _sealed(platform))))


class _Kept:
    """A platform, equal to another that is set up in the same way."""

    def __init__(self, platform: Platform, setup: tuple[object, ...]) -> None:
        self.platform, self.setup = platform, setup

    def __hash__(self) -> int:
        return hash(self.setup)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self.setup == other.setup


@lru_cache(maxsize=32)
def _connector(kept: _Kept) -> Connector:
    return connector_class(kept.platform.kind).of(kept.platform)


def _sealed(platform: Platform) -> bytes:
    return bytes(platform.secret) if platform.secret is not None else b""


def platform_for(account: Account | AccountReference) -> Platform | None:
    """The enabled platform that covers an account, or None where nobody here can act on it."""
    found = Platform.objects.filter(service=account.service, enabled=True, kind__in=CONNECTORS)
    return next((platform for platform in found if covers(platform, account)), None)


def covers(platform: Platform, account: Account | AccountReference) -> bool:
    """Whether an account is one of the platform's own."""
    if platform.service != account.service:
        return False
    reference = account.reference if isinstance(account, Account) else account
    return not platform.hosts or server_of(reference) in platform.hosts


def tells_servers(service: str) -> bool:
    """Whether handles on this service say on which server they live."""
    return service in FEDERATED
