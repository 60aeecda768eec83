"""What is said arrives once, what is heard is kept, and each side sees what it should."""

from datetime import timedelta

import pytest

from rempart.correspondence.errors import ConversationClosed, MessageRefused, TooLate
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.selectors import messages_of, unanswered, unread_count
from rempart.correspondence.services import (
    close_conversation,
    erase_conversations,
    export_conversation,
    hear,
    invite_adult,
    let_adult_out,
    mark_read,
    open_conversation,
    say,
    withdraw,
)
from rempart.correspondence.signals import heard
from rempart.files.models import StoredFile
from rempart.files.services import keep, lock_file
from rempart.ledger.models import Content

BOTH = {"fr": "Une précaution est prise.", "en": "A precaution was taken."}
MINUTE = timedelta(minutes=1)
PNG = b"\x89PNG\r\n\x1a\n" + b"seen"


def test_one_person_has_one_conversation_about_a_thing(conversation):
    mine = conversation(about="example.thing:5", person="example.person:5")
    assert conversation(about="example.thing:5", person="example.person:5") == mine


def test_a_closed_conversation_is_opened_again(conversation, events_of):
    mine = conversation(about="example.thing:5", person="example.person:5")
    close_conversation(mine)
    conversation(about="example.thing:5", person="example.person:5")
    assert events_of(mine) == ["conversation_opened", "conversation_closed", "conversation_opened"]


@pytest.mark.parametrize(
    "given",
    [
        {"service": "tiktok", "account": "leo", "report": "R-1"},
        {"service": "tiktok"},
        {"service": "", "account": "leo"},
        {"language": "de"},
        {"email": "no address"},
    ],
)
def test_a_person_who_cannot_be_reached_that_way_is_refused(db, given):
    with pytest.raises(ValueError, match=r"\w"):
        open_conversation("respondent", about="a:1", person="b:1", **given)


def test_the_same_thing_is_said_once(conversation):
    mine = conversation()
    said = say(mine, text=BOTH, kind="measure", once="decision:7")
    assert say(mine, text="Something else", once="decision:7") == said
    assert mine.messages.count() == 1


def test_what_was_said_before_the_end_may_be_said_again_after_it(conversation):
    mine = conversation()
    said = say(mine, text=BOTH, once="decision:7")
    close_conversation(mine)
    assert say(mine, text=BOTH, once="decision:7") == said


def test_nothing_is_said_or_heard_in_a_closed_conversation(conversation):
    mine = conversation()
    close_conversation(mine)
    with pytest.raises(ConversationClosed):
        say(mine, text=BOTH)
    with pytest.raises(ConversationClosed):
        hear(mine, text="Encore moi")


def test_a_message_in_both_languages_is_read_in_either(conversation):
    said = say(conversation(), text=BOTH)
    assert said.words("en") == (BOTH["en"], "en")


def test_a_message_in_one_language_is_read_in_that_one(conversation):
    assert say(conversation(), text="Bonjour").words("en") == ("Bonjour", "fr")


@pytest.mark.parametrize("text", ["", "  ", {}, {"fr": "Oui", "en": " "}, {"de": "Ja"}])
def test_a_message_without_words_is_refused(conversation, text):
    with pytest.raises(MessageRefused) as refused:
        say(conversation(), text=text)
    assert refused.value.field == "text"


def test_a_locked_file_is_never_sent(conversation):
    file = lock_file(keep(PNG, name="a.png"), acting=None, reason="suspected")
    with pytest.raises(MessageRefused) as refused:
        say(conversation(), text=BOTH, files=[file])
    assert refused.value.field == "files"


def test_what_a_member_wrote_is_taken_back_within_a_minute(conversation, reviewer):
    mine = conversation(email="leo@example.org")
    withdraw(say(mine, text="Trop vite", acting=reviewer), acting=reviewer)
    assert messages_of(mine, outside=True) == []


def test_what_was_taken_back_is_announced_to_nobody(conversation, reviewer):
    message = say(conversation(email="leo@example.org"), text="Trop vite", acting=reviewer)
    withdraw(message, acting=reviewer)
    assert message.deliveries.count() == 0


def test_after_a_minute_nothing_is_taken_back(conversation, reviewer, clock):
    message = say(conversation(), text="Trop tard", acting=reviewer)
    clock.move(MINUTE)
    with pytest.raises(TooLate):
        withdraw(message, acting=reviewer)


def test_nobody_takes_back_what_a_colleague_wrote(conversation, reviewer, staff_member):
    message = say(conversation(), text="À moi", acting=reviewer)
    with pytest.raises(TooLate):
        withdraw(message, acting=staff_member("reviewer"))


def test_what_a_member_wrote_is_shown_after_a_minute(conversation, reviewer, clock):
    mine = conversation()
    say(mine, text="Bientôt", acting=reviewer)
    assert messages_of(mine, outside=True) == []
    clock.move(MINUTE)
    assert len(messages_of(mine, outside=True)) == 1


def test_what_the_software_says_is_shown_at_once(conversation):
    mine = conversation()
    say(mine, text=BOTH)
    assert len(messages_of(mine, outside=True)) == 1


def test_each_side_has_read_what_the_other_wrote(conversation, reviewer):
    mine = conversation()
    say(mine, text=BOTH)
    hear(mine, text="Merci")
    assert (unread_count(mine), unread_count(mine, outside=True)) == (1, 1)
    mark_read(mine)
    assert (unread_count(mine), unread_count(mine, outside=True)) == (1, 0)
    mark_read(mine, acting=reviewer)
    assert unread_count(mine) == 0


def test_who_waits_for_an_answer_is_known_until_a_member_gives_one(conversation, reviewer):
    mine, _other = conversation(), conversation()
    hear(mine, text="Pourquoi ?")
    say(mine, text=BOTH)  # a receipt by the software is no answer
    assert list(unanswered()) == [mine]
    say(mine, text="Voici pourquoi.", acting=reviewer)
    assert list(unanswered()) == []


def test_an_answer_taken_back_answers_nothing(conversation, reviewer):
    mine = conversation()
    hear(mine, text="Pourquoi ?")
    withdraw(say(mine, text="Voici", acting=reviewer), acting=reviewer)
    assert list(unanswered()) == [mine]


def test_the_rooms_on_the_right_are_told_within_the_transaction(conversation):
    told = []

    def listener(sender, conversation, message, **_kwargs):
        told.append((conversation.pk, message.words("fr")[0]))

    heard.connect(listener)
    try:
        mine = conversation()
        hear(mine, text="Je réponds")
    finally:
        heard.disconnect(listener)
    assert told == [(mine.pk, "Je réponds")]


def test_a_room_that_fails_keeps_nothing_half_done(conversation):
    def listener(sender, **_kwargs):
        raise RuntimeError("not now")

    mine = conversation()
    heard.connect(listener)
    try:
        with pytest.raises(RuntimeError):
            hear(mine, text="Je réponds", files=[("a.png", PNG)])
    finally:
        heard.disconnect(listener)
    assert (Message.objects.count(), StoredFile.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("text", "files", "field"),
    [
        ("", [], "text"),
        ("a" * 10_001, [], "text"),
        ("Voici", [("a.exe", b"MZ\x90\x00\x03")], "files"),
        ("Voici", [("a.png", b"")], "files"),
        ("Voici", [("a.png", PNG)] * 6, "files"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_field(conversation, text, files, field):
    with pytest.raises(MessageRefused) as refused:
        hear(conversation(), text=text, files=files)
    assert refused.value.field == field


def test_the_file_that_is_refused_is_named(conversation):
    with pytest.raises(MessageRefused, match=r"virus\.exe"):
        hear(conversation(), text="Voici", files=[("ok.png", PNG), ("virus.exe", b"MZ\x90\x00\x03")])
    assert StoredFile.objects.count() == 0


def test_fifty_messages_a_day_are_enough(conversation, clock):
    mine = conversation()
    for number in range(50):
        hear(mine, text=f"Message {number}")
    with pytest.raises(MessageRefused):
        hear(mine, text="Un de plus")
    clock.move(timedelta(days=1))
    assert hear(mine, text="Un de plus").pk


def test_thirty_files_a_day_are_enough(conversation):
    mine = conversation()
    for _number in range(6):
        hear(mine, text="", files=[("a.png", PNG)] * 5)
    with pytest.raises(MessageRefused) as refused:
        hear(mine, text="", files=[("a.png", PNG)])
    assert refused.value.field == "files"


def test_files_said_to_be_intimate_are_locked_before_anybody_can_open_them(conversation):
    message = hear(conversation(), text="Regardez", files=[("a.png", PNG)], suspected_intimate=True)
    assert [file.state for file in message.files.all()] == ["locked"]


def test_the_ledger_never_holds_what_was_said(conversation, reviewer):
    mine = conversation(email="leo@example.org")
    say(mine, text="un secret dit", acting=reviewer)
    hear(mine, text="un secret entendu")
    written = " ".join(Content.objects.values_list("canonical", flat=True))
    assert "secret" not in written
    assert "leo@example.org" not in written


def test_an_adult_writes_as_themself(conversation):
    mine = conversation()
    invite_adult(mine)
    assert hear(mine, text="Je suis sa mère", holder="adult").author == "adult"


def test_an_adult_let_out_leaves_no_address(conversation):
    mine = conversation()
    invite_adult(mine, email="parent@example.org")
    let_adult_out(mine)
    mine.refresh_from_db()
    assert (mine.adult_since, mine.adult_sealed_email) == (None, None)


def test_an_export_holds_what_was_said_and_names_no_member(conversation, reviewer, clock):
    mine = conversation(email="leo@example.org")
    say(mine, text="Bonjour", acting=reviewer)
    hear(mine, text="Merci", files=[("a.png", PNG)])
    clock.move(MINUTE)
    exported = export_conversation(mine)
    assert [one["author"] for one in exported["messages"]] == ["staff", "them"]
    assert exported["messages"][1]["files"][0]["name"] == "a.png"
    assert exported["email"] == "leo@example.org"
    assert "Inès" not in str(exported)


def test_conversations_are_erased_with_what_they_are_about(conversation, events_of):
    mine = conversation(about="example.thing:9")
    other = conversation(about="example.thing:10")
    message = say(mine, text=BOTH)
    assert erase_conversations(about="example.thing:9") == 1
    assert list(Conversation.objects.all()) == [other]
    assert events_of(message) == ["message_said", "content_erased"]


def test_the_contents_of_the_ledger_leave_with_a_conversation(conversation):
    mine = conversation(about="example.thing:9")
    say(mine, text=BOTH)
    erase_conversations(about="example.thing:9")
    assert not Content.objects.filter(canonical__contains="example.thing:9").exists()
