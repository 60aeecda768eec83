"""A platform in memory that is set up, the little one at an address, the builders of casework, a small world."""

import pytest

from casework.conftest import (  # noqa: F401 - fixtures
    book,
    colleague,
    events_of,
    judged,
    respondent,
    reviewer,
    senior,
)
from platforms.webhook.conftest import little  # noqa: F401 - a fixture


@pytest.fixture
def memory(db, monkeypatch):
    """A platform in memory for the accounts of TikTok, set up and enabled; `memory.platform` is its row."""
    from platforms.memory import PLATFORMS, PORTS, MemoryPlatform
    from rempart.platforms import registry
    from rempart.platforms.services import add_platform

    monkeypatch.setitem(registry.CONNECTORS, "memory", "platforms.memory.MemoryConnector")
    address = f"http://localhost:{next(PORTS)}"
    PLATFORMS[address] = there = MemoryPlatform()
    there.platform = add_platform("there", kind="memory", service="tiktok", address=address, acting=None)
    yield there
    del PLATFORMS[address]
