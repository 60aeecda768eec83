"""Exports as web pages are read as the same conversations in JSON are, whole or cut off."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reading.conversations.made import EXPORTS
from reading.conversations.test_formats import InMemory, read
from rempart.reading.conversations import pages, read_conversations

ZONE = ZoneInfo("Europe/Paris")
TELEGRAM = """<!DOCTYPE html>
<html><head><meta charset="utf-8"/><title>Exported Data</title></head><body>
<div class="page_wrap"><div class="page_header"><div class="content"><div class="text bold">
Nox
</div></div></div><div class="page_body chat_page"><div class="history">
<div class="message service" id="message-1"><div class="body details">
12 June 2020
</div></div>
<div class="message default clearfix" id="message1"><div class="pull_left userpic_wrap">
<div class="userpic userpic1"><div class="initials">N</div></div></div><div class="body">
<div class="pull_right date details" title="12.06.2020 21:15:00 UTC+02:00">21:15</div>
<div class="from_name">
Nox
</div><div class="text">
t&apos;as <strong>quel âge</strong> ?
</div></div></div>
<div class="message default clearfix joined" id="message2"><div class="body">
<div class="pull_right date details" title="12.06.2020 21:15:30 UTC+02:00">21:15</div>
<div class="text">
réponds<br>stp
</div></div></div>
<div class="message default clearfix" id="message3"><div class="body">
<div class="pull_right date details" title="12.06.2020 21:16:00 UTC+02:00">21:16</div>
<div class="from_name">Léa</div>
<div class="reply_to details">In reply to <a href="#go_to_message1">this message</a></div>
<div class="text">14 ans</div></div></div>
<div class="message default clearfix" id="message4"><div class="body">
<div class="pull_right date details" title="12.06.2020 21:17:00 UTC+02:00">21:17</div>
<div class="from_name">Nox</div>
<div class="forwarded body"><div class="from_name">Inès
<span class="date details" title="01.01.2020 10:00:00"> 01.01.2020</span></div>
<div class="media_wrap clearfix"><a class="photo_wrap clearfix pull_left" href="photos/1.jpg">
<img class="photo" src="photos/1_thumb.jpg" style="width: 260px"/></a></div>
<div class="text">le plan</div></div></div></div>
</div></div></div></body></html>
"""
FIRST = 175928847299117063  # the example of Discord's own documentation
SECOND = FIRST + (60_000 << 22)  # a minute later
DISCORD = f"""<!DOCTYPE html><html lang=en><body>
<div class=preamble><div class=preamble__entry>Direct Messages</div></div>
<div class=chatlog><div class=chatlog__message-group>
<div id=chatlog__message-container-{FIRST} class=chatlog__message-container data-message-id={FIRST}>
<div class=chatlog__message><div class=chatlog__message-aside><img class=chatlog__avatar src=a.png alt=Avatar></div>
<div class=chatlog__message-primary><div class=chatlog__header>
<span class=chatlog__author title=nox data-user-id=1>Nox Riv</span>
<span class=chatlog__timestamp>12/06/2020 21:15</span></div>
<div class="chatlog__content chatlog__markdown"><span class=chatlog__markdown-preserve>t'as quel âge ?
dis <img class="chatlog__emoji" alt="🙂" src=e.svg></span></div></div></div></div>
<div class=chatlog__message-container data-message-id={FIRST + 1}><div class=chatlog__message>
<div class=chatlog__attachment><img class=chatlog__attachment-media src=1.png></div></div></div>
</div><div class=chatlog__message-group>
<div class=chatlog__message-container data-message-id={SECOND}><div class=chatlog__message>
<div class=chatlog__reply><div class=chatlog__reply-author>Nox Riv</div>
<div class=chatlog__reply-content><span class=chatlog__markdown-preserve>t'as quel âge ?</span></div></div>
<div class=chatlog__header><span class=chatlog__author title=lea>Léa</span></div>
<div class=chatlog__content><span class=chatlog__markdown-preserve>14 ans</span></div></div></div>
<div class=chatlog__message-container data-message-id={SECOND + 1}><div class=chatlog__message>
<span class=chatlog__system-notification-author>Léa</span>
<span class=chatlog__system-notification-content>started a call</span></div></div>
</div></div></body></html>
"""
PAGES = {"ChatExport/messages.html": TELEGRAM, "Direct Messages - nox.html": DISCORD}


def said(conversation):
    return [(message.sender, message.text, message.media) for message in conversation.messages]


def pages_read(files):
    return list(pages.read(InMemory({name: text.encode() for name, text in files.items()}), ZONE))


def test_a_page_of_telegram_is_read():
    (conversation,) = pages_read({"messages.html": TELEGRAM})
    assert said(conversation) == [
        ("Nox", "t'as quel âge ?", False),
        ("Nox", "réponds\nstp", False),
        ("Léa", "14 ans", False),
        ("Nox", "le plan", True),
    ]


def test_the_time_of_a_forwarded_message_is_that_of_its_forwarding():
    (conversation,) = pages_read({"messages.html": TELEGRAM})
    assert conversation.messages[-1].at == datetime(2020, 6, 12, 19, 17, tzinfo=UTC)


def test_a_time_without_a_zone_is_read_in_the_zone_given_and_says_so():
    (conversation,) = pages_read({"messages.html": TELEGRAM.replace(" UTC+02:00", "")})
    assert conversation.messages[0].at == datetime(2020, 6, 12, 19, 15, tzinfo=UTC)
    assert any("the zone that was given" in limit for limit in conversation.limits)


def test_the_pages_of_a_chat_are_one_conversation_in_the_order_of_their_numbers():
    parts = {f"a/messages{number or ''}.html": TELEGRAM.replace("14 ans", f"page {number}") for number in (0, 2, 10)}
    (conversation,) = pages_read(parts)
    told = [message.text for message in conversation.messages if message.text and message.text.startswith("page")]
    assert told == ["page 0", "page 2", "page 10"]


def formats_of(folder, files):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return [conversation.format for conversation in read_conversations(folder, ZONE)]


JSON_TOO = EXPORTS["telegram"][1]
PAGE = TELEGRAM.encode()


@pytest.mark.parametrize("page", ["messages.html", "chats/chat_001/messages.html"])
def test_an_export_as_pages_and_as_json_gives_each_chat_once(tmp_path, page):
    assert formats_of(tmp_path, {"result.json": JSON_TOO, page: PAGE}) == ["telegram-json"]


@pytest.mark.parametrize(
    ("files", "forms"),
    [
        pytest.param({"a/result.json": JSON_TOO, "b/messages.html": PAGE}, {"telegram-json"}, id="of another export"),
        pytest.param({"result.json": JSON_TOO[:-10], "messages.html": PAGE}, {"telegram-json"}, id="its end was lost"),
        pytest.param({"result.json": b'{"score": 12}', "messages.html": PAGE}, set(), id="of something else"),
    ],
)
def test_pages_that_the_json_beside_them_does_not_give_again_are_read(tmp_path, files, forms):
    assert set(formats_of(tmp_path, files)) == {"telegram-html", *forms}


def test_chats_in_two_folders_are_two_conversations():
    assert len(pages_read({"chat_1/messages.html": TELEGRAM, "chat_2/messages.html": TELEGRAM})) == 2


def test_a_page_of_the_discord_exporter_is_read():
    (conversation,) = pages_read({"nox.html": DISCORD})
    assert said(conversation) == [
        ("nox", "t'as quel âge ?\ndis 🙂", False),
        ("nox", None, True),
        ("lea", "14 ans", False),
    ]


def test_the_number_of_a_message_gives_its_instant():
    (conversation,) = pages_read({"nox.html": DISCORD})
    assert conversation.messages[0].at == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "<html></html>", "<![foo", "<div class=message>", "</div></div>", "{}", "<div data-message-id=x>a</div>"],
)
@pytest.mark.parametrize("name", ["a.html", "messages.html"])
def test_another_page_gives_nothing(name, text):
    assert read({name: text.encode()}) + pages_read({name: text}) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_cut_anywhere_gives_whole_messages_only_and_says_that_more_was_lost(name):
    (whole,) = pages_read({name: PAGES[name]})
    for end in range(len(PAGES[name])):
        for conversation in pages_read({name: PAGES[name][:end]}):
            number = len(conversation.messages)
            assert conversation.messages == whole.messages[:number]
            assert number == len(whole.messages) or any("lost" in limit for limit in conversation.limits)


def test_elements_without_end_in_each_other_cost_little():
    assert pages_read({"messages.html": TELEGRAM[:-60] + "<div class=message>" + "<i>" * 100_000})


def test_a_page_in_an_archive_is_read_with_the_rest(zipped):
    conversations = list(read_conversations(zipped({name: text.encode() for name, text in PAGES.items()}), ZONE))
    assert {conversation.format for conversation in conversations} == {"telegram-html", "discord-chat-exporter-html"}
