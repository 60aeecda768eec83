"""A real wiki, one for the tests of a file, and Rempart's account on it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rempart.files import sealing
from rempart.platforms.servers.mediawiki import MediaWiki
from rempart.records import AccountReference


@dataclass
class Town:
    """The wiki, the password of Rempart's account there, and its people."""

    wiki: MediaWiki
    password: str
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def new_account(self) -> AccountReference:
        """Somebody joins."""
        name = f"Nova{next(self.numbers)}"
        return AccountReference("web", name, self.sysop.add_person(name))

    def person(self, account: AccountReference):
        """Somebody's session."""
        return self.wiki.sign_in(account.handle.capitalize())

    @property
    def sysop(self):
        """The session of somebody who looks after the wiki."""
        if not hasattr(self, "_sysop"):
            self._sysop = self.wiki.sign_in("Sysop")
        return self._sysop


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A wiki with Rempart's account on it, which may block and nothing more."""
    folder: Path = tmp_path_factory.mktemp("wiki")
    with MediaWiki(folder) as wiki:
        wiki.add_person("Rempart", "sysop")
        yield Town(wiki, wiki.add_bot_password("Rempart", ["basic", "blockusers"]))


@pytest.fixture
def connector_at(town):
    """The connector of a wiki as it is set up."""
    from rempart.platforms.mediawiki.connector import MediaWikiConnector
    from rempart.platforms.models import Platform
    from rempart.platforms.services.setting_up import PURPOSE

    def make(*, address: str = town.wiki.address, secret: str = town.password, **settings: object):
        platform = Platform(
            name="wiki",
            kind="mediawiki",
            service="web",
            address=address,
            secret=sealing.seal(secret, purpose=PURPOSE) if secret else None,
            settings={"username": "Rempart@rempart"} | settings,
        )
        return MediaWikiConnector.of(platform)

    return make


@pytest.fixture
def connector(connector_at):
    """The connector of the wiki."""
    return connector_at()
