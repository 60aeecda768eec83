"""What is said in rooms is handed over by a real Synapse; what is taken back there is gone here."""

import itertools

import httpx
import pytest

from rempart.intake.models import Post
from rempart.intake.services import watch_tag
from rempart.platforms.connector import PermanentFailure
from rempart.platforms.matrix.files import registration
from rempart.platforms.matrix.rooms import heard_in
from rempart.platforms.matrix.settings import homeserver_token, matrix_settings
from rempart.platforms.models import Cursor, Platform
from rempart.platforms.servers.synapse import Synapse
from waiting import until

from .conftest import SERVER_NAME, unsaved


@pytest.fixture(scope="module")
def synapse(tmp_path_factory, site):
    """A homeserver that hands over what is said in its rooms."""
    with Synapse(
        tmp_path_factory.mktemp("rooms"),
        server_name=SERVER_NAME,
        application_services=[registration(unsaved(), site)],
    ) as running:
        yield running


def test_what_is_said_in_rooms_is_handed_over_and_what_is_taken_back_is_gone(home, someone):
    leo = someone()
    watch_tag("balancetonstar", acting=None)
    room = leo.room(public=True)
    first = leo.write(room, "Il m'a demandé des nudes #balancetonstar").json()["event_id"]
    assert until(lambda: Post.objects.filter(service="matrix", post_id=first, erased_at=None).exists())
    leo.ask("PUT", f"rooms/{room}/redact/{first}/1").raise_for_status()
    assert until(lambda: not Post.objects.filter(service="matrix", post_id=first, erased_at=None).exists())


def event(number, text="Bonsoir", **content):
    return {
        "type": "m.room.message",
        "event_id": f"${number}",
        "room_id": "!a:home.example",
        "sender": "@leo:home.example",
        "origin_server_ts": 1_790_000_000_000,
        "content": {"msgtype": "m.text", "body": text} | content,
    }


def test_an_edited_message_is_the_same_post_with_its_new_words():
    edit = event(2, "* Bonjour", **{"m.new_content": {"body": "Bonjour"}})
    edit["content"]["m.relates_to"] = {"rel_type": "m.replace", "event_id": "$1"}
    (post,) = heard_in([edit], position="1").edited
    assert (post.id, post.text) == ("$1", "Bonjour")


def test_a_reply_says_what_it_answers():
    reply = event(2, **{"m.relates_to": {"m.in_reply_to": {"event_id": "$1"}}})
    assert heard_in([reply], position="1").posts[0].in_reply_to == "$1"


@pytest.mark.parametrize("redaction", [{"redacts": "$1", "content": {}}, {"content": {"redacts": "$1"}}])
def test_a_redaction_is_read_in_old_rooms_and_new_ones(redaction):
    assert heard_in([redaction | {"type": "m.room.redaction"}], position="1").deleted == [("matrix", "$1")]


def test_what_cannot_be_read_is_counted_and_stops_nothing():
    good = event(1)
    broken = [
        {},
        None,
        {"type": "m.room.message", "content": None},
        event(2) | {"origin_server_ts": "soon"},
        event(3, "a" * 70_000),
    ]
    encrypted = {"type": "m.room.encrypted", "content": {"ciphertext": "…"}}
    heard = heard_in([*broken, encrypted, good], position="1")
    assert ([one.id for one in heard.posts], heard.unreadable) == (["$1"], len(broken))


@pytest.fixture
def hand_over(site, home):
    """Hand a transaction over as Synapse does, with its token unless another is given."""
    numbers = itertools.count()

    def put(body, *, token=None, number=None):
        headers = {"authorization": f"Bearer {token or homeserver_token('home')}"}
        address = f"{site}/platforms/home/_matrix/app/v1/transactions/{number or next(numbers)}"
        return httpx.put(address, json=body, headers=headers, trust_env=False, timeout=30)

    return put


def test_the_homeservers_token_is_asked_for(hand_over):
    assert hand_over({"events": []}, token="none").status_code == 403


@pytest.mark.parametrize("body", [{}, [], {"events": "none"}])
def test_what_is_no_transaction_is_refused(hand_over, body):
    assert hand_over(body).status_code == 400


def test_a_transaction_handed_over_again_changes_nothing(hand_over):
    answers = [hand_over({"events": [event(1)]}, number="17").status_code for _ in range(2)]
    assert (answers, Cursor.objects.get(listener="home:rooms").position) == ([200, 200], "17")


def test_more_than_a_form_may_hold_is_handed_over_at_once(hand_over):
    long = [event(number, "a" * 60_000) for number in range(100)]
    assert hand_over({"events": long}, number="18").status_code == 200


@pytest.mark.parametrize("room", ["!(", "salon"])
def test_rooms_that_would_keep_synapse_from_starting_are_refused(room):
    with pytest.raises(PermanentFailure, match="rooms"):
        matrix_settings(Platform(hosts=["home.example"], settings={"rooms": [room]}))
