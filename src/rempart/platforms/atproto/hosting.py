"""Which of our platforms hosts an account of the AT Protocol: its DID says nothing of its server."""

from dataclasses import dataclass
from typing import cast

from rempart.platforms.atproto.connector import AtprotoConnector
from rempart.platforms.connector import UnknownAccount
from rempart.platforms.models import Platform
from rempart.platforms.registry import connector_of
from rempart.records import AccountReference


@dataclass(frozen=True)
class Hosted:
    """An account and the platform of ours that hosts it."""

    platform: Platform
    did: str
    handle: str

    @property
    def reference(self) -> AccountReference:
        """How records name it."""
        return AccountReference("bluesky", self.handle, self.did)


def hosted(did: str) -> Hosted | None:
    """The account if one of our servers hosts it, whatever is in force on it. Raises PlatformFailure."""
    for platform in Platform.objects.filter(kind=AtprotoConnector.kind, enabled=True):
        connector = cast(AtprotoConnector, connector_of(platform))
        try:
            known = connector.server.account(did)
        except UnknownAccount:
            continue
        return Hosted(platform, known.did, known.handle)
    return None
