"""What Discord and Telegram leave out, pass on or write in two ways is read and told; nothing ends in a traceback."""

import json

import pytest

from reading.conversations.test_formats import AT_QUESTION, CHANNEL, read

AUTHOR = {"id": "1", "name": "nox"}
HEAD = "ID,Timestamp,Contents,Attachments\n"
TABLE = (
    "AuthorID,Author,Date,Content,Attachments,Reactions\n"
    '"1","nox","2020-06-12T21:15:00.0000000+02:00","t\'as ""quel"" âge ?","",""\n'
    '"2","lea","2020-06-12T21:16:00.0000000+02:00","14\nans","","ok (1)"\n'
    '"1","nox","2020-06-12T21:17:00.0000000+02:00","","https://cdn.example/1.png",""\n'
)


def only(files):
    (conversation,) = read(
        {name: text.encode() if isinstance(text, str) else json.dumps(text).encode() for name, text in files.items()}
    )
    return conversation


def limit(conversation, words):
    return [limit for limit in conversation.limits if words in limit]


def package(content, **more):
    return only({"Messages/c1/messages.csv": content, "Messages/c1/channel.json": CHANNEL, **more})


def exporter(*items):
    asked = {"type": "Default", "timestamp": "2020-06-12T21:15:00+02:00", "author": AUTHOR, "content": "bonjour"}
    messages = [asked, *({**asked, **item} for item in items)]
    return only({"nox.json": {"guild": {}, "channel": {}, "messages": messages}})


def telegram(*items):
    asked = {"type": "message", "date": "2020-06-12T21:15:00", "from": "Nox", "text": "bonjour"}
    messages = [asked, *({**asked, **item} for item in items)]
    return only({"result.json": {"name": "Nox", "type": "personal_chat", "messages": messages}})


def test_a_package_names_with_whom_its_owner_wrote_by_their_relationships():
    conversation = only(
        {
            "Messages/c1/messages.csv": HEAD + "1,2020-06-12 19:15:00,14 ans,\n",
            "Messages/c1/channel.json": {"id": "1", "type": "DM", "recipients": ["100", "200"]},
            "Account/user.json": {
                "id": "100",
                "username": "lea",
                "relationships": [{"id": "200", "user": {"id": "200", "username": "nox"}}],
            },
        }
    )
    assert (conversation.owner, conversation.participants) == ("lea", ["nox", "lea"])


@pytest.mark.parametrize(
    ("title", "name"), [("Direct Message with nox#0", "nox"), ("Direct Message with Unknown Participant", "200")]
)
def test_a_package_names_with_whom_its_owner_wrote_by_its_index(title, name):
    conversation = only(
        {
            "Messages/c1/messages.csv": HEAD + "1,2020-06-12 19:15:00,14 ans,\n",
            "Messages/c1/channel.json": {"id": "1", "type": "DM", "recipients": ["100", "200"]},
            "Messages/index.json": {"1": title},
            "Account/user.json": {"id": "100", "username": "lea"},
        }
    )
    assert conversation.participants == [name, "lea"]


def test_a_row_whose_quotes_do_not_end_is_cut():
    conversation = package(HEAD + '1,2020-06-12 19:15:00,un,\n2,2020-06-12 19:16:00,"deux\n')
    assert ([message.text for message in conversation.messages], len(limit(conversation, "lost"))) == (["un"], 1)


def test_a_field_longer_than_any_message_ends_the_table():
    conversation = package(HEAD + "1,2020-06-12 19:15:00,un,\n2,2020-06-12 19:16:00," + "x" * 200_000 + ",\n")
    assert ([message.text for message in conversation.messages], len(limit(conversation, "lost"))) == (["un"], 1)


def test_a_row_without_a_time_is_counted():
    conversation = package(HEAD + "1,2020-06-12 19:15:00,un,\n2,hier,deux,\n")
    assert limit(conversation, "could not be read")[0].endswith(": 1")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"timestamp": "hier"}, "could not be read"),
        ({"timestampEdited": "2020-06-12T21:20:00+02:00"}, "edited"),
        ({"content": "", "forwardedMessage": {"content": "mots d'une autre", "attachments": []}}, "pass on"),
    ],
)
def test_the_exporters_file_says_what_its_messages_lack(item, words):
    assert limit(exporter(item), words)[0].endswith(": 1")


def test_what_is_passed_on_is_not_told_as_the_senders_words():
    conversation = exporter({"content": "", "forwardedMessage": {"content": "mots d'une autre", "attachments": [{}]}})
    assert [(message.text, message.media) for message in conversation.messages] == [("bonjour", False), (None, True)]


@pytest.mark.parametrize(("kind", "number"), [("Call", 1), ("7", 1), (7, 1), ("Reply", 2), ("20", 2), ("Default", 2)])
def test_types_one_to_eighteen_are_notices(kind, number):
    assert len(exporter({"type": kind}).messages) == number


def test_the_exporters_table_is_read():
    conversation = only({"nox.csv": TABLE})
    assert [(message.sender, message.text, message.media) for message in conversation.messages] == [
        ("nox", 't\'as "quel" âge ?', False),
        ("lea", "14\nans", False),
        ("nox", None, True),
    ]
    assert conversation.messages[0].at == AT_QUESTION


def test_a_table_cut_anywhere_gives_whole_messages_only():
    whole = only({"nox.csv": TABLE})
    for end in range(len(TABLE)):
        for conversation in read({"nox.csv": TABLE[:end].encode()}):
            number = len(conversation.messages)
            assert conversation.messages == whole.messages[:number]
            assert number == len(whole.messages) or TABLE[:end].endswith('"\n') or limit(conversation, "lost")


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"edited": "2020-06-12T21:20:00"}, "edited"),
        ({"date": "hier"}, "could not be read"),
        ({"type": "unsupported"}, "could not be read"),
    ],
)
def test_telegram_says_what_its_messages_lack(item, words):
    assert limit(telegram(item), words)[0].endswith(": 1")


def test_the_question_of_a_poll_is_what_its_sender_says():
    assert telegram({"text": "", "poll": {"question": "on y va ?"}}).messages[1].text == "on y va ?"


@pytest.mark.parametrize("field", ["location_information", "contact_information"])
def test_a_place_or_a_card_is_a_medium(field):
    assert telegram({"text": "", field: {"latitude": 1}}).messages[1].media


def test_a_number_of_seconds_without_end_is_no_time():
    assert telegram({"date_unixtime": "9" * 5000}).messages[1].at == AT_QUESTION


def test_telegrams_hour_that_is_repeated_is_told_by_the_order_of_messages():
    conversation = telegram(
        {"date": "2020-10-25T02:50:00", "text": "un"}, {"date": "2020-10-25T02:10:00", "text": "deux"}
    )
    assert [message.text for message in conversation.messages] == ["bonjour", "un", "deux"]
