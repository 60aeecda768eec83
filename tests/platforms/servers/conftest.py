"""A Synapse for a whole file."""

import pytest

from rempart.platforms.servers.synapse import Synapse


@pytest.fixture(scope="module")
def synapse(tmp_path_factory):
    """A running homeserver."""
    with Synapse(tmp_path_factory.mktemp("synapse")) as running:
        yield running
