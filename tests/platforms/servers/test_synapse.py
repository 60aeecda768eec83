"""The homeserver that the tests talk to: real, alone on this machine, and the same again after it was killed."""

import socket

import httpx
import pytest

SUSPEND = "/_synapse/admin/v1/suspend"


@pytest.fixture(scope="module")
def star(synapse):
    return synapse.register("etoile.filante")


def ask(synapse, method, path, token, **options):
    headers = {"authorization": f"Bearer {token}"}
    return httpx.request(method, f"{synapse.address}{path}", headers=headers, trust_env=False, timeout=20, **options)


@pytest.fixture(scope="module")
def room(synapse, star):
    made = ask(synapse, "POST", "/_matrix/client/v3/createRoom", star.access_token, json={"preset": "public_chat"})
    return made.json()["room_id"]


@pytest.fixture
def send(synapse, star, room):
    def sent(number):
        path = f"/_matrix/client/v3/rooms/{room}/send/m.room.message/{number}"
        return ask(synapse, "PUT", path, star.access_token, json={"msgtype": "m.text", "body": "Bonsoir à tous !"})

    return sent


def test_a_suspended_account_cannot_write_and_can_again_once_restored(synapse, star, send):
    answers = []
    for suspended in (False, True, False):
        done = ask(
            synapse, "PUT", f"{SUSPEND}/{star.mxid}", synapse.admin_token, json={"suspend": suspended}
        ).raise_for_status()
        assert done.json() == {f"user_{star.mxid}_suspended": suspended}
        answer = send(f"try-{len(answers)}")
        answers.append((answer.status_code, answer.json().get("errcode")))
    assert answers == [(200, None), (403, "M_USER_SUSPENDED"), (200, None)]


def test_registering_the_same_account_again_signs_in_to_it(synapse, star):
    assert synapse.register("etoile.filante").mxid == star.mxid


def test_it_listens_on_this_machine_alone(synapse):
    with socket.socket() as probe:
        probe.settimeout(2)
        assert probe.connect_ex(("127.0.0.2", synapse.port)) != 0


def test_a_paused_server_does_not_answer_until_it_goes_on(synapse):
    synapse.pause()
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{synapse.address}/health", timeout=0.5, trust_env=False)
    synapse.resume()
    assert httpx.get(f"{synapse.address}/health", timeout=20, trust_env=False).is_success


def test_killed_and_started_again_it_has_the_same_address_and_accounts(synapse, star, send):
    before = synapse.address
    synapse.kill()
    synapse.start()
    assert synapse.address == before
    assert send("after").status_code == 200
