"""The platform in memory that other tests rely on does what every connector does."""

import itertools

import pytest

from platforms.conformance import CHECKS, Live
from platforms.memory import MemoryConnector, MemoryPlatform, lasting, passing
from rempart.platforms.connector import Connector
from rempart.records import AccountReference

CALLS = ("describe", "apply", "lift", "observe", "preserve")


def beside(platform: MemoryPlatform, trouble) -> Connector:
    """The same platform, met with this trouble."""
    return MemoryConnector(MemoryPlatform(sanctions=platform.sanctions, keys=platform.keys, trouble=trouble))


@pytest.fixture
def live() -> Live:
    platform = MemoryPlatform(gone={"nobody"})
    numbers = itertools.count()
    return Live(
        connector=MemoryConnector(platform),
        new_account=lambda: AccountReference("tiktok", f"nova.{next(numbers)}"),
        measure="read_only",
        nobody=AccountReference("tiktok", "nobody"),
        refused=beside(platform, lasting(*CALLS)),
        unreachable=beside(platform, passing(*CALLS, times=100)),
        restrict_as_staff=lambda account: platform.restrict(account.handle, "read_only"),
        restricted=lambda account: bool(platform.in_force(account.handle)),
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_does_what_every_connector_does(live, check):
    check(live)
