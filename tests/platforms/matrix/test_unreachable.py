"""What a real Synapse does while it cannot reach us, both ways; and how we notice that it does not ask us at all."""

import pytest

from rempart.platforms.connector import PermanentFailure
from rempart.platforms.matrix.files import module
from rempart.platforms.registry import connector_of
from rempart.platforms.servers.synapse import Synapse
from rempart.platforms.services import add_platform
from rempart.records import AccountReference

from .conftest import SERVER_NAME, unsaved

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def synapse(tmp_path_factory):
    """A homeserver that asks at an address where nobody answers, refusing meanwhile."""
    with Synapse(
        tmp_path_factory.mktemp("alone"), server_name=SERVER_NAME, modules=[module(unsaved(), NOWHERE)]
    ) as running:
        yield running


@pytest.fixture(scope="module")
def allowing(synapse):
    """The same, set to allow."""
    synapse.stop()
    synapse.modules = [module(unsaved(unreachable="allow"), NOWHERE)]
    return synapse.start()


def test_invitations_are_refused_while_we_cannot_be_reached_and_messages_are_not(synapse, someone):
    ana, ben = someone(), someone()
    room = ana.room()
    assert [ana.invite(room, ben).status_code, ana.write(room).status_code] == [403, 200]


def test_a_measure_is_not_said_to_be_done_where_we_are_not_asked(synapse, own_database):
    platform = add_platform(
        "home",
        kind="matrix",
        service="matrix",
        address=synapse.address,
        hosts=[SERVER_NAME],
        secret=synapse.admin_token,
        acting=None,
    )
    account = AccountReference("matrix", synapse.register("leo").mxid)
    with pytest.raises(PermanentFailure, match="does not ask us"):
        connector_of(platform).apply(account, "no_new_contacts", key="order-1", until=None)


def test_invitations_are_accepted_while_we_cannot_be_reached_where_that_is_the_setting(allowing, someone):
    ana, ben = someone(), someone()
    assert ana.invite(ana.room(), ben).status_code == 200
