"""What the connector does on a real Synapse, measure by measure."""

import pytest

from platforms.conformance import CHECKS, Live
from rempart.platforms.registry import connector_of
from rempart.platforms.services import change_platform
from rempart.records import AccountReference

from .conftest import staff


def reference(person):
    return AccountReference("matrix", person.mxid)


@pytest.fixture(params=["suspend", "read_only"])
def live(request, synapse, home, connector, someone):
    elsewhere = change_platform(home, address="http://127.0.0.1:9", acting=None)
    unreachable = connector_of(elsewhere)
    refused = connector_of(change_platform(home, address=synapse.address, secret="of-nobody", acting=None))
    people = {}

    def new_account():
        person = someone()
        people[person.mxid] = person
        return reference(person)

    def restricted(account):
        return people[account.handle].make_room().status_code in {401, 403}

    def restrict_as_staff(account):
        if request.param == "suspend":
            staff(synapse, "PUT", f"v2/users/{account.handle}", locked=True)
        else:
            staff(synapse, "PUT", f"v1/suspend/{account.handle}", suspend=True)

    return Live(
        connector=connector,
        new_account=new_account,
        measure=request.param,
        nobody=AccountReference("matrix", synapse.mxid("nobody")),
        refused=refused,
        unreachable=unreachable,
        restrict_as_staff=restrict_as_staff,
        restricted=restricted,
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_does_what_every_connector_does(live, check):
    check(live)
