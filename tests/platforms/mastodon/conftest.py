"""A server that answers as Mastodon's documentation says, and the connectors that speak to it."""

from collections.abc import Iterator

import pytest

from platforms.mastodon.documented import HOST, MODERATOR, Documented, listening
from rempart.files import sealing


@pytest.fixture
def documented() -> Iterator[Documented]:
    """The server."""
    with listening() as server:
        yield server


@pytest.fixture
def connector_at(documented):
    """The connector of a server as it is set up."""
    from rempart.platforms.mastodon.connector import MastodonConnector
    from rempart.platforms.models import Platform
    from rempart.platforms.services.setting_up import PURPOSE

    def make(*, address: str = documented.address, secret: str = MODERATOR, hosts=(HOST,), **settings: object):
        platform = Platform(
            name="mastodon",
            kind="mastodon",
            service="mastodon",
            hosts=list(hosts),
            address=address,
            secret=sealing.seal(secret, purpose=PURPOSE) if secret else None,
            settings=settings,
        )
        return MastodonConnector.of(platform)

    return make


@pytest.fixture
def connector(connector_at):
    """The connector of the server."""
    return connector_at()
