"""What the connector does on a real Synapse, measure by measure."""

import dataclasses
import json
import stat

import pytest
import yaml

from platforms import conformance
from platforms.conformance import CHECKS, Live
from platforms.memory import Killed
from rempart.platforms.connector import PermanentFailure, UnknownAccount
from rempart.platforms.errors import PlatformRefused
from rempart.platforms.registry import connector_of
from rempart.platforms.services import change_platform
from rempart.records import AccountReference

from .conftest import SETTINGS, member_of_staff, staff

FILES = ("homeserver-modules.yaml", "application-service.yaml")


def reference(person):
    return AccountReference("matrix", person.mxid)


@pytest.fixture
def live(synapse, home, connector, someone):
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
        staff(synapse, "PUT", f"v2/users/{account.handle}", locked=True)

    return Live(
        connector=connector,
        new_account=new_account,
        measure="suspend",
        nobody=AccountReference("matrix", synapse.mxid("nobody")),
        refused=refused,
        unreachable=unreachable,
        restrict_as_staff=restrict_as_staff,
        restricted=restricted,
    )


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_it_does_what_every_connector_does(live, check):
    check(live)


def test_reading_alone_is_put_there_seen_and_taken_off_too(live):
    as_read_only = dataclasses.replace(live, measure="read_only")
    conformance.what_is_applied_is_seen_and_bites(as_read_only)
    conformance.what_is_lifted_is_gone(as_read_only)


@pytest.fixture
def leo(someone):
    return someone("16_17")


def on(connector, person):
    return {one.measure: one.ours for one in connector.observe(reference(person))}


def test_killed_between_noting_and_doing_it_is_still_ours_to_take_off(connector, monkeypatch, leo):
    def killed(*_arguments):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(connector.homeserver, "lock", killed)
        with pytest.raises(Killed):
            connector.apply(reference(leo), "suspend", key="order-1", until=None)
    mark = connector.apply(reference(leo), "suspend", key="order-1", until=None)
    during = on(connector, leo)
    connector.lift(reference(leo), "suspend", key="order-2", mark=mark)
    assert (during, on(connector, leo)) == ({"suspend": True}, {})


def test_what_the_staff_did_first_stays_though_ours_was_put_over_it(connector, synapse, leo):
    staff(synapse, "PUT", f"v1/suspend/{leo.mxid}", suspend=True)
    mark = connector.apply(reference(leo), "read_only", key="order-1", until=None)
    connector.lift(reference(leo), "read_only", key="order-2", mark=mark)
    assert on(connector, leo) == {"read_only": False}


def test_what_two_orders_need_goes_with_the_last(connector, leo):
    first = connector.apply(reference(leo), "read_only", key="order-1", until=None)
    second = connector.apply(reference(leo), "read_only", key="order-2", until=None)
    connector.lift(reference(leo), "read_only", key="order-3", mark=first)
    between = on(connector, leo)
    connector.lift(reference(leo), "read_only", key="order-4", mark=second)
    assert (between, on(connector, leo)) == ({"read_only": True}, {})


def test_lifting_one_measure_leaves_the_other(connector, leo):
    mark = connector.apply(reference(leo), "read_only", key="order-1", until=None)
    connector.apply(reference(leo), "suspend", key="order-2", until=None)
    connector.lift(reference(leo), "read_only", key="order-3", mark=mark)
    assert on(connector, leo) == {"suspend": True}


def test_a_sanction_of_another_kind_is_seen(connector, synapse, leo):
    staff(synapse, "POST", f"v1/users/{leo.mxid}/shadow_ban")
    assert on(connector, leo) == {None: False}


@pytest.mark.parametrize("handle", ["@leo:elsewhere.example", "leo"])
def test_an_account_of_another_server_is_unknown(connector, handle):
    with pytest.raises(UnknownAccount, match="another server"):
        connector.describe(AccountReference("matrix", handle))


def test_an_account_is_followed_by_its_id_whatever_it_is_called(connector, leo):
    renamed = AccountReference("matrix", "@another:home.example", leo.mxid)
    assert connector.describe(renamed).reference.id == leo.mxid


def test_a_deactivated_account_is_gone(connector, synapse, leo):
    staff(synapse, "POST", f"v1/deactivate/{leo.mxid}")
    with pytest.raises(UnknownAccount, match="deactivated"):
        connector.observe(reference(leo))


def test_what_it_cannot_do_goes_to_a_person(connector, leo):
    with pytest.raises(PermanentFailure, match="cannot do that"):
        connector.apply(reference(leo), "no_monetisation", key="order-1", until=None)


def test_age_and_staff_are_described(connector, synapse, leo):
    assert connector.describe(reference(leo)).age_band == "16_17"
    assert connector.describe(AccountReference("matrix", member_of_staff(synapse).mxid)).staff


def test_only_the_newest_messages_are_kept_beyond_a_number(home, leo):
    change_platform(home, settings=SETTINGS | {"preserved_messages": 2}, acting=None)
    for room in (leo.room(), leo.room()):
        for text in ("un", "deux"):
            leo.write(room, text).raise_for_status()
    home.refresh_from_db()
    copies = {one.name: one.content for one in connector_of(home).preserve(reference(leo))}
    kept = [json.loads(line)["content"].get("body") for line in copies["messages.jsonl"].splitlines()]
    assert kept == ["un", "deux"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"settings": {"age": "guessed"}}, "age"),
        ({"settings": {"age": "profile:"}}, "age"),
        ({"settings": {"small_room": 1}}, "small_room"),
        ({"settings": {"small_rom": 3}}, "small_rom"),
        ({"settings": {"unreachable": "shrug"}}, "unreachable"),
        ({"hosts": []}, "hosts"),
        ({"hosts": ["a.example", "b.example"]}, "hosts"),
        ({"secret": ""}, "secret"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(home, wrong, said):
    with pytest.raises(PlatformRefused, match=said):
        change_platform(home, acting=None, **wrong)


def test_the_files_for_synapse_say_where_to_ask_and_are_their_owners_alone(home, own_database, tmp_path):
    written = own_database.command(
        "platform", "synapse-files", "home", "--rempart", "https://rempart.example/", "--out", str(tmp_path / "files")
    )
    assert written.returncode == 0, written.stderr
    modules, registration = (yaml.safe_load((tmp_path / "files" / name).read_text()) for name in FILES)
    assert modules["modules"][0]["config"]["base_url"] == "https://rempart.example/platforms/home/antispam"
    assert registration["namespaces"]["rooms"] == [{"regex": "!.*", "exclusive": False}]
    assert {stat.S_IMODE((tmp_path / "files" / name).stat().st_mode) for name in FILES} == {0o600}
