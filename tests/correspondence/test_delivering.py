"""What announces a message arrives once, says nothing of what it is, and is tried again until it arrives."""

import base64
import json
import logging
import re
import ssl
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from rempart.correspondence import delivering
from rempart.correspondence.delivering import deliver_due, retry, troubled
from rempart.correspondence.delivering import test_endpoint as ring
from rempart.correspondence.endpoints import add_endpoint, rotate_secret, switch
from rempart.correspondence.links import conversation_of
from rempart.correspondence.models import Delivery
from rempart.correspondence.services import invite_adult, say
from rempart.correspondence.webhooks import no_answer
from rempart.ledger.models import Content

DAY = timedelta(days=1)
SECRET_WORDS = "Je ne veux plus jamais qu'il m'écrive"


def token_in(text: str) -> str:
    """The token of the link in a text."""
    return re.search(r"/m/([^/]+)/", text)[1]


def test_the_platform_can_verify_what_it_is_sent(conversation, endpoint, platform):
    say(conversation(account="leo.vrtx"), text=SECRET_WORDS)
    deliver_due()
    [received] = platform.received
    assert Webhook(endpoint[1]).verify(received.body, received.headers)["type"] == "conversation.opened"


def test_a_changed_payload_does_not_verify(conversation, endpoint, platform):
    say(conversation(account="leo.vrtx"), text=SECRET_WORDS)
    deliver_due()
    [received] = platform.received
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint[1]).verify(received.body.replace(b"leo.vrtx", b"zoe.vrtx"), received.headers)


def test_the_payload_says_whom_and_where_and_nothing_more(conversation, endpoint, platform):
    mine = conversation(account="leo.vrtx", language="en")
    say(mine, text=SECRET_WORDS)
    deliver_due()
    payload = json.loads(platform.received[0].body)
    link = payload["data"].pop("link")
    assert payload.keys() == {"type", "timestamp", "data"}
    assert payload["data"] == {"service": "tiktok", "account": "leo.vrtx", "language": "en"}
    assert conversation_of(token_in(link)).conversation == mine


def test_a_complainant_is_known_by_the_number_of_the_report(conversation, endpoint, platform):
    say(conversation("complainant", report="R-17"), text=SECRET_WORDS)
    deliver_due()
    data = json.loads(platform.received[0].body)["data"]
    assert (data["report"], "account" in data) == ("R-17", False)


def test_only_the_first_message_opens_a_conversation(conversation, endpoint, platform):
    mine = conversation(account="leo.vrtx")
    say(mine, text="Un")
    say(mine, text="Deux")
    deliver_due()
    assert [json.loads(one.body)["type"] for one in platform.received] == ["conversation.opened", "message.sent"]


def test_a_person_whom_no_platform_knows_is_announced_to_none(conversation, endpoint, platform):
    say(conversation(), text="Un")
    deliver_due()
    assert platform.received == []


def test_an_endpoint_hears_only_of_the_services_it_speaks_for(conversation, platform):
    add_endpoint("Another service", platform.url, services=["twitch"], acting=None)
    say(conversation(account="leo.vrtx"), text="Un")
    deliver_due()
    assert platform.received == []


def test_an_endpoint_hears_only_of_what_it_asked_for(conversation, platform):
    add_endpoint("Openings alone", platform.url, events=["conversation.opened"], acting=None)
    mine = conversation(account="leo.vrtx")
    say(mine, text="Un")
    say(mine, text="Deux")
    deliver_due()
    assert len(platform.received) == 1


def test_a_mail_says_that_there_is_a_message_and_where(conversation, mail_server):
    mine = conversation(email="leo@example.org")
    say(mine, text=SECRET_WORDS, kind="measure")
    deliver_due()
    [mail] = mail_server.taken
    assert mail_server.recipients == ["leo@example.org"]
    assert conversation_of(token_in(mail.get_content())).conversation == mine


def test_a_mail_comes_in_the_persons_language(conversation, mail_server):
    say(conversation(email="leo@example.org", language="en"), text=SECRET_WORDS)
    deliver_due()
    assert mail_server.taken[0]["Subject"] == "A message for you"


def test_a_mail_is_plain_and_wants_no_answer(conversation, mail_server):
    say(conversation(email="leo@example.org"), text=SECRET_WORDS)
    deliver_due()
    [mail] = mail_server.taken
    assert (mail.get_content_type(), mail["Auto-Submitted"]) == ("text/plain", "auto-generated")


def test_the_adult_let_in_has_a_mail_and_a_link_of_their_own(conversation, mail_server):
    mine = conversation(email="leo@example.org")
    invite_adult(mine, email="parent@example.org")
    mine.refresh_from_db()
    say(mine, text=SECRET_WORDS)
    deliver_due()
    holders = {mail["To"]: conversation_of(token_in(mail.get_content())).holder for mail in mail_server.taken}
    assert holders == {"leo@example.org": "self", "parent@example.org": "adult"}


def test_nothing_said_leaves_the_house_or_reaches_a_log(conversation, endpoint, platform, mail_server, caplog):
    platform.answers, mail_server.answer = [500], "550 not here"
    with caplog.at_level(logging.DEBUG):
        mine = conversation(account="leo.vrtx", email="leo@example.org")
        say(mine, text=SECRET_WORDS, kind="measure")
        deliver_due()
    sent = platform.received[0].body.decode() + str(platform.received[0].headers)
    written = sent + caplog.text + " ".join(Content.objects.values_list("canonical", flat=True))
    written += " ".join(Delivery.objects.values_list("last_error", flat=True))
    assert SECRET_WORDS not in written
    assert "measure" not in sent
    assert "leo@example.org" not in written
    assert "/m/" not in caplog.text


def test_what_did_not_arrive_is_tried_again_under_the_same_id(conversation, endpoint, platform, clock):
    platform.answers = [503, 500]
    say(conversation(account="leo.vrtx"), text="Un")
    for _attempt in range(3):
        deliver_due()
        clock.move(timedelta(minutes=6))
    assert len({one.headers["webhook-id"] for one in platform.received}) == 1
    assert len(platform.received) == 3


def test_each_attempt_is_signed_anew(conversation, endpoint, platform, clock):
    platform.answers = [503]
    say(conversation(account="leo.vrtx"), text="Un")
    deliver_due()
    clock.move(timedelta(minutes=1))
    deliver_due()
    first, second = (int(one.headers["webhook-timestamp"]) for one in platform.received)
    assert second - first >= 60


def test_attempts_become_rarer_and_end_after_three_days(conversation, endpoint, platform, clock):
    platform.answers = [500] * 50
    say(conversation(account="leo.vrtx"), text="Un")
    begun = clock.now()
    waits = []
    while deliver_due() or (waiting := Delivery.objects.get()).next_at:
        waits.append((waiting.next_at - clock.now()).total_seconds())
        clock.set(waiting.next_at)
    assert len(platform.received) == 10
    assert waits == sorted(waits)
    assert timedelta(days=3) < clock.now() - begun < timedelta(days=4)


def test_what_was_given_up_stands_in_the_ledger(conversation, endpoint, platform, clock, events_of):
    platform.answers = [500] * 10
    message = say(conversation(account="leo.vrtx"), text="Un")
    for _attempt in range(10):
        deliver_due()
        clock.move(2 * DAY)
    assert events_of(message) == ["message_said", "delivery_given_up"]


def test_what_arrived_stands_in_the_ledger(conversation, endpoint, platform, events_of):
    message = say(conversation(account="leo.vrtx"), text="Un")
    deliver_due()
    assert events_of(message) == ["message_said", "message_delivered"]


def test_what_arrived_is_not_sent_again(conversation, endpoint, platform, clock):
    say(conversation(account="leo.vrtx"), text="Un")
    assert (deliver_due(), deliver_due()) == (1, 0)
    clock.move(30 * DAY)
    deliver_due()
    assert len(platform.received) == 1


def test_what_was_given_up_is_tried_again_when_somebody_asks(conversation, endpoint, platform, clock, staff_member):
    platform.answers = [500] * 10
    say(conversation(account="leo.vrtx"), text="Un")
    for _attempt in range(10):
        deliver_due()
        clock.move(2 * DAY)
    [given_up] = troubled()
    retry(given_up, acting=staff_member("administrator"))
    assert deliver_due() == 1


def test_a_platform_that_asks_for_time_is_given_it(conversation, endpoint, platform, clock):
    platform.answers, platform.headers = [429], {"Retry-After": "3600"}
    say(conversation(account="leo.vrtx"), text="Un")
    deliver_due()
    assert Delivery.objects.get().next_at >= clock.now() + timedelta(minutes=59)


def test_a_platform_that_is_gone_for_good_is_not_tried_again(conversation, endpoint, platform):
    platform.answers = [410]
    say(conversation(account="leo.vrtx"), text="Un")
    deliver_due()
    assert Delivery.objects.get().given_up_at is not None


def test_a_redirection_is_not_followed(conversation, endpoint, platform):
    platform.answers, platform.headers = [307], {"Location": platform.url}
    say(conversation(account="leo.vrtx"), text="Un")
    deliver_due()
    assert len(platform.received) == 1
    assert Delivery.objects.get().last_error == "HTTP 307"


def test_an_endpoint_that_is_down_holds_up_no_other(conversation, endpoint, platform):
    add_endpoint("Down", "http://127.0.0.1:9/", acting=None)
    for number in range(3):
        say(conversation(account=f"star.{number}"), text="Un")
    assert deliver_due() == 3
    assert sum(Delivery.objects.filter(endpoint__name="Down").values_list("attempts", flat=True)) == 1


def jobs() -> list[float]:
    """In how many seconds the queue delivers again, for each job that waits for its time."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    waiting = ProcrastinateJob.objects.filter(task_name="correspondence.deliver", scheduled_at__isnull=False)
    return [(job.scheduled_at - datetime.now(UTC)).total_seconds() for job in waiting]


def test_the_first_repetition_does_not_wait_for_the_minute(conversation, endpoint, platform):
    platform.answers = [503, 503]
    for number in range(2):
        say(conversation(account=f"star.{number}"), text="Un")
    deliver_due()
    deliver_due()
    [after] = jobs()
    assert 0 < after < 10


def test_an_endpoint_that_is_down_waits_for_the_minute(conversation):
    add_endpoint("Down", "http://127.0.0.1:9/", acting=None)
    say(conversation(account="leo.vrtx"), text="Un")
    deliver_due()
    assert jobs() == []


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(), "no answer: nothing listens there"),
        (TimeoutError(), "no answer in time"),
        (ssl.SSLCertVerificationError(), "no answer: its certificate is not good"),
        (ConnectionResetError(), "no answer"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_why_nobody_answered_is_said_in_words_that_have_a_translation(error, words):
    assert no_answer(error) == words


def test_what_a_member_wrote_is_announced_after_a_minute(conversation, endpoint, platform, reviewer, clock):
    say(conversation(account="leo.vrtx"), text="Un", acting=reviewer)
    assert deliver_due() == 0
    clock.move(timedelta(minutes=1))
    assert deliver_due() == 1


def test_while_a_secret_is_replaced_both_verify(conversation, endpoint, platform):
    old = endpoint[1]
    new = rotate_secret(endpoint[0], acting=None)
    say(conversation(account="leo.vrtx"), text="Un")
    deliver_due()
    [received] = platform.received
    for secret in (old, new):
        assert Webhook(secret).verify(received.body, received.headers)


def test_a_day_later_the_old_secret_signs_nothing(endpoint, clock):
    from rempart.correspondence.endpoints import secrets_of

    new = rotate_secret(endpoint[0], acting=None)
    endpoint[0].refresh_from_db()
    clock.move(DAY)
    assert secrets_of(endpoint[0]) == [new]


def test_a_secret_is_new_and_long_enough(endpoint):
    prefix, secret = endpoint[1][:6], base64.b64decode(endpoint[1][6:])
    assert (prefix, len(secret)) == ("whsec_", 32)


def test_an_endpoint_that_was_switched_off_is_sent_nothing(conversation, endpoint, platform):
    say(conversation(account="leo.vrtx"), text="Un")
    switch(endpoint[0], on=False, acting=None)
    deliver_due()
    assert platform.received == []


def test_a_test_delivery_says_how_it_went(endpoint, platform):
    assert ring(endpoint[0], acting=None).delivered_at is not None
    platform.answers = [500]
    assert ring(endpoint[0], acting=None).last_error == "HTTP 500"


def test_an_address_that_the_mail_server_refuses_is_not_tried_again(conversation, mail_server):
    mail_server.answer = "550 no such person"
    say(conversation(email="leo@example.org"), text="Un")
    deliver_due()
    assert Delivery.objects.get().last_error == "SMTP 550"
    assert Delivery.objects.get().given_up_at is not None


def test_a_mail_server_that_is_busy_is_tried_again(conversation, mail_server, clock):
    mail_server.answer = "451 later"
    say(conversation(email="leo@example.org"), text="Un")
    deliver_due()
    mail_server.answer = "250 ok"
    clock.move(timedelta(minutes=1))
    assert deliver_due() == 1


def test_without_a_mail_server_mails_wait(conversation, settings):
    settings.REMPART_SMTP_URL = ""
    say(conversation(email="leo@example.org"), text="Un")
    deliver_due()
    assert Delivery.objects.get().next_at is not None


def test_a_server_that_never_ends_its_answer_is_left(monkeypatch):
    import socket
    import threading

    from rempart.correspondence import webhooks

    monkeypatch.setattr(webhooks, "DEADLINE", 0.4)
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        taken, _address = listening.accept()
        with taken:
            try:
                while True:
                    taken.sendall(b"H")
                    stopped.wait(0.05)
            except OSError:
                return

    stopped = threading.Event()
    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    outcome = webhooks.send(
        f"http://127.0.0.1:{listening.getsockname()[1]}/", "msg_1", 1, b"{}", [webhooks.new_secret()]
    )
    thread.join(5)
    listening.close()
    assert outcome.unreachable


def test_no_attempt_is_without_end():
    assert sum(delivering.WAITS, timedelta(0)) > 3 * DAY


def test_the_command_that_tests_an_endpoint_fails_with_it(endpoint, platform, monkeypatch):
    from click.testing import CliRunner

    from rempart import cli

    monkeypatch.setattr(cli.people, "set_up", lambda: None)  # the database of this test is set up
    platform.answers = [500]
    done = CliRunner().invoke(cli.cli, ["endpoint", "test", "The platform"])
    assert (done.exit_code, done.stderr.strip()) == (1, "Error: The platform did not take it: HTTP 500")


def test_a_delivery_that_cannot_be_written_stops_no_other(conversation, mail_server):
    broken = conversation(email="leo@example.org")
    broken.sealed_email = b"sealed under another key, long ago"
    broken.save(update_fields=["sealed_email"])
    say(broken, text="Un")
    say(conversation(email="zoe@example.org"), text="Deux")
    assert deliver_due() == 1
    assert Delivery.objects.get(delivered_at=None).last_error == "it could not be sent; the log says why"


def test_an_address_in_another_alphabet_is_written_as_mail_servers_read_it(conversation, mail_server):
    say(conversation(email="zoe@exämple.org"), text="Un")
    deliver_due()
    assert mail_server.recipients == ["zoe@xn--exmple-cua.org"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([200, 204, 302, 400, 429, 500, 503]), max_size=14))
def test_whatever_the_platform_answers_a_message_arrives_once_or_is_given_up(
    conversation, endpoint, platform, clock, answers
):
    platform.received.clear()
    platform.answers = list(answers)
    mine = conversation(account="leo.vrtx", about=f"example.thing:{uuid.uuid4()}")
    delivery = say(mine, text="Un").deliveries.get()
    for _attempt in range(14):
        deliver_due()
        delivery.refresh_from_db()
        if delivery.next_at is None:
            break
        clock.set(delivery.next_at)
    good = next((place for place, answer in enumerate(answers) if answer < 300), len(answers))
    assert (delivery.delivered_at is not None) == (good < 10)
    assert (delivery.given_up_at is not None) == (good >= 10)
    assert len(platform.received) == min(good + 1, 10)
    assert {one.headers["webhook-id"] for one in platform.received} == {delivery.uid}
