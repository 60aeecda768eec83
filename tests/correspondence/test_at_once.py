"""Several at once: a thing is said one time, a delivery is sent by one worker."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from rempart.correspondence.delivering import deliver_due
from rempart.correspondence.endpoints import add_endpoint
from rempart.correspondence.models import Message
from rempart.correspondence.services import open_conversation, say

THREADS = 6


def at_once(act: Callable[[], object]) -> list[object]:
    """Do something in several threads, each with a connection of its own."""

    def alone() -> object:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return [one.result() for one in [pool.submit(alone) for _thread in range(THREADS)]]


def test_what_several_say_under_one_key_is_said_once(own_database):
    def speak() -> int:
        mine = open_conversation("respondent", about="example.thing:1", person="example.person:1")
        return say(mine, text="Bonjour", once="decision:1").pk

    assert len(set(at_once(speak))) == 1
    assert Message.objects.count() == 1


def test_no_two_workers_send_the_same(own_database, platform):
    add_endpoint("The platform", platform.url, acting=None)
    for number in range(20):
        mine = open_conversation(
            "respondent", about=f"example.thing:{number}", person="example.person:1", service="x", account="leo"
        )
        say(mine, text="Bonjour")
    assert sum(at_once(deliver_due)) == 20
    sent = [one.headers["webhook-id"] for one in platform.received]
    assert len(sent) == len(set(sent)) == 20
