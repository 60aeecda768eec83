"""Each chat export is read into the same record, whole or cut off in the middle."""

import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reading.conversations.made import EXPORTS, META_LATER, WHATSAPP_FRENCH
from rempart.reading.conversations import discord, meta, snapchat, telegram, tiktok, whatsapp
from rempart.reading.conversations.bundle import Bundle

FORMATS = (snapchat, meta, tiktok, telegram, discord, whatsapp)
PARIS = ZoneInfo("Europe/Paris")
AT_QUESTION = datetime(2020, 6, 12, 19, 15, tzinfo=UTC)
CHANNEL = {"id": "1", "type": 1}


class InMemory(Bundle):
    """Files that were never written."""

    def __init__(self, files):
        super().__init__(list(files))
        self._files = files

    def read(self, name):
        return self._files[name]


def read(files):
    return [conversation for form in FORMATS for conversation in form.read(InMemory(files), PARIS)]


def read_one(name):
    path, content = EXPORTS[name]
    (conversation,) = read({path: content})
    return conversation


@pytest.mark.parametrize(
    ("name", "service", "form"),
    [
        ("snapchat-old", "snapchat", "snapchat-my-data"),
        ("snapchat-new", "snapchat", "snapchat-my-data"),
        ("meta-later", "instagram", "instagram-json"),
        ("meta-older", "instagram", "instagram-2020"),
        ("tiktok-old", "tiktok", "tiktok-json"),
        ("tiktok-new", "tiktok", "tiktok-json"),
        ("tiktok-text", "tiktok", "tiktok-text"),
        ("telegram", "telegram", "telegram-json"),
        ("discord-exporter", "discord", "discord-chat-exporter"),
        ("whatsapp-french", "whatsapp", "whatsapp-text"),
        ("whatsapp-american", "whatsapp", "whatsapp-text"),
        ("whatsapp-ios", "whatsapp", "whatsapp-text"),
    ],
)
def test_an_export_is_told_by_its_shape_and_by_one_format_alone(name, service, form):
    conversation = read_one(name)
    assert (conversation.service, conversation.format) == (service, form)


@pytest.mark.parametrize("name", EXPORTS)
def test_messages_are_oldest_first_in_utc_and_say_something(name):
    messages = read_one(name).messages
    assert messages == sorted(messages, key=lambda message: message.at)
    assert all(message.at.tzinfo is UTC and (message.text or message.media) for message in messages)


@pytest.mark.parametrize("name", [name for name in EXPORTS if name not in ("snapchat-new", "whatsapp-american")])
def test_the_question_is_read_at_its_instant(name):
    asked = [message for message in read_one(name).messages if message.text == "t'as quel âge ?"]
    assert [message.at.replace(second=0) for message in asked] == [AT_QUESTION]


@pytest.mark.parametrize("name", EXPORTS)
def test_nothing_but_two_people_spoke(name):
    assert len({message.sender for message in read_one(name).messages}) == 2


@pytest.mark.parametrize("name", ["snapchat-old", "meta-later", "meta-older", "telegram", "whatsapp-french"])
def test_media_are_counted_and_have_no_text(name):
    assert [message.text for message in read_one(name).messages if message.media] == [None]


@pytest.mark.parametrize(
    ("name", "owner"),
    [("tiktok-old", "lea.invente"), ("tiktok-new", None), ("snapchat-new", "lea.invente"), ("snapchat-old", None)],
)
def test_the_owner_is_named_where_the_export_says_who(name, owner):
    assert read_one(name).owner == owner


def test_snapchat_names_its_owner_in_the_account_file():
    path, content = EXPORTS["snapchat-old"]
    account = b'{"Basic Information": {"Username": "lea.invente"}}'
    (conversation,) = read({path: content, "json/account.json": account})
    assert (conversation.owner, conversation.messages[1].sender) == ("lea.invente", "lea.invente")


def test_letters_that_were_encoded_twice_are_put_right():
    assert read_one("meta-later").participants == ["Léa Inventée", "Nox"]


def test_the_numbered_parts_of_a_conversation_are_joined():
    _, content = EXPORTS["meta-later"]
    parts = {f"messages/inbox/nox_1/message_{number}.json": content for number in (1, 2)}
    (conversation,) = read(parts)
    assert len(conversation.messages) == 2 * 3


def test_messenger_is_told_from_instagram():
    document = {**META_LATER, "thread_type": "Regular"}
    (conversation,) = read({"inbox/nox_1/message_1.json": json.dumps(document).encode()})
    assert (conversation.service, conversation.format) == ("facebook", "messenger-json")


@pytest.mark.parametrize(
    ("folder", "service", "told"),
    [
        ("your_instagram_activity/messages/inbox/nox_1/", "instagram", True),
        ("your_facebook_activity/messages/inbox/nox_1/", "facebook", True),
        ("messages/inbox/facebookfan_1/", "instagram", False),
        ("", "instagram", False),
    ],
)
def test_the_folders_of_an_export_tell_which_of_two_services_it_is_from(folder, service, told):
    _, content = EXPORTS["meta-later"]
    (conversation,) = read({f"{folder}message_1.json": content})
    assert conversation.service == service
    assert any("cannot be told" in limit for limit in conversation.limits) is not told


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_discord_package_holds_its_owners_words_alone_and_says_so(kind):
    rows = [{"ID": "1", "Timestamp": "2020-06-12 19:15:00", "Contents": "14 ans", "Attachments": ""}]
    if kind == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
        content = out.getvalue().encode()
    else:
        content = json.dumps(rows).encode()
    (conversation,) = read({f"messages/c1/messages.{kind}": content, "messages/c1/channel.json": b'{"id": "1"}'})
    assert [message.at for message in conversation.messages] == [AT_QUESTION]
    assert any("only what the owner wrote" in limit for limit in conversation.limits)


def test_a_message_of_several_lines_is_one():
    assert [message.text for message in read_one("whatsapp-french").messages][1] == "14 ans\net toi"


def test_a_month_that_comes_first_is_told_by_a_number_above_twelve():
    assert [message.at.day for message in read_one("whatsapp-american").messages] == [12, 12]


def test_midnight_is_twelve_in_the_morning():
    midnight = datetime(2020, 6, 12, 22, 5, tzinfo=UTC)  # 00:05 in Paris
    assert read_one("whatsapp-american").messages[-1].at == midnight


def test_dates_that_would_go_back_tell_the_order():
    text = "01/12/2020, 10:00 - A: un\n02/01/2021, 10:00 - B: deux\n03/01/2021, 10:00 - A: trois\n"
    (conversation,) = read({"chat.txt": text.encode()})
    assert [message.at.month for message in conversation.messages] == [12, 1, 1]


def test_an_order_that_cannot_be_told_is_said():
    text = "05/06/2020, 10:00 - A: un\n05/06/2020, 10:01 - B: deux\n"
    (conversation,) = read({"chat.txt": text.encode()})
    assert any("cannot be told" in limit for limit in conversation.limits)


def test_a_deleted_message_is_none():
    (conversation,) = read(
        {"c.txt": (WHATSAPP_FRENCH + "13/06/2020 à 09:01 - Nox : Ce message a été supprimé\n").encode()}
    )
    assert len(conversation.messages) == 3


def test_what_stands_before_a_document_nests_without_end_is_kept():
    path, content = EXPORTS["telegram"]
    whole = content.rstrip().removesuffix(b"}")
    (conversation,) = read({path: whole + b', "more": ' + b"[" * 5_000})
    assert conversation.messages == read_one("telegram").messages


@pytest.mark.parametrize(
    "text",
    ["", "une liste de courses\n", "{}", "[]", "null", '{"messages": 3}', "a, b\n1, 2\n", "[" * 9_999 + "1," * 9_999],
)
@pytest.mark.parametrize("name", ["a.json", "a.txt", "messages.json", "message_1.json", "chat_history.json"])
def test_what_is_no_export_gives_nothing(name, text):
    assert read({name: text.encode()}) == []


def _told(conversation):
    return [(message.sender, message.at, message.text, message.media) for message in conversation.messages]


# A file cut before the day is told from the month is read in the other order, and says so.
@pytest.mark.parametrize("name", [name for name in EXPORTS if name != "whatsapp-american"])
def test_an_export_cut_anywhere_gives_whole_messages_only_and_says_that_more_was_lost(name):
    path, content = EXPORTS[name]
    (whole,) = read({path: content})
    for end in range(len(content)):
        left = content[:end]
        # Where a text ends after a line, nothing shows that more came, not even of the last message.
        ends_a_line = path.endswith(".txt") and left.rstrip("\u200e".encode()).endswith(b"\n")
        for conversation in read({path: left}):
            assert set(_told(conversation)[: -1 if ends_a_line else None]) <= set(_told(whole))
            lost = len(conversation.messages) < len(whole.messages)
            assert not lost or ends_a_line or any("lost" in limit for limit in conversation.limits)


@pytest.mark.parametrize("name", [name for name, (path, _) in EXPORTS.items() if path.endswith(".json")])
def test_the_more_is_left_of_a_cut_document_the_more_messages_are_kept(name):
    path, content = EXPORTS[name]
    kept = [sum(len(one.messages) for one in read({path: content[:end]})) for end in range(len(content) + 1)]
    assert kept == sorted(kept)
    assert kept[-2] == kept[-1]  # but for a bracket everything is there


@pytest.mark.parametrize("name", [name for name, (path, _) in EXPORTS.items() if path.endswith(".txt")])
def test_all_but_the_cut_message_of_a_text_is_kept(name):
    path, content = EXPORTS[name]
    (whole,) = read({path: content})
    (cut,) = read({path: content[:-3]})
    assert len(cut.messages) == len(whole.messages) - 1
