"""A picture of a conversation is read by where its words stand, and says what no picture can tell."""

import subprocess
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reading.conversations.made import EXPORTS
from reading.conversations.pictures import at_left, at_right, in_the_middle, png, tsv
from rempart.reading.conversations import Unreadable, read_conversations, screenshots, tesseract
from rempart.reading.conversations.bubbles import picture
from rempart.reading.conversations.screenshots import ONE_SIDE, TIMELESS, conversation_on
from rempart.records.conversation import Conversation

PARIS = ZoneInfo("Europe/Paris")
DIALOGUE = tsv(
    in_the_middle("12 juin 2020", 20),
    at_left("Salut, tu viens au match ?", 80),
    ("21:15", 420, 88, {"high": 13}),
    at_right("Oui, avec ma sœur", 160),
    ("21:16", 690, 186, {"high": 13}),
    at_left("Parfait", 240),
    at_left("À demain", 268),
)


def shown(*lines, **more):
    return conversation_on(picture([tsv(*lines, **more)]), PARIS)


def said(conversation):
    return [(message.sender, message.text) for message in conversation.messages]


def test_the_right_is_the_owner_and_the_left_is_the_other():
    conversation = conversation_on(picture([DIALOGUE]), PARIS)
    assert [message.sender for message in conversation.messages] == ["other", "owner", "other"]


def test_lines_that_follow_closely_are_one_message():
    assert conversation_on(picture([DIALOGUE]), PARIS).messages[-1].text == "Parfait\nÀ demain"


def test_lines_further_apart_are_two_messages():
    assert len(shown(at_left("Parfait", 40), at_left("À demain", 90)).messages) == 2


def test_what_stands_in_the_middle_is_no_message_and_is_told_in_the_limits():
    conversation = conversation_on(picture([DIALOGUE]), PARIS)
    assert "taken for a notice, not for a message: “12 juin 2020”" in conversation.limits


def test_a_day_in_full_and_a_time_give_an_instant():
    first = conversation_on(picture([DIALOGUE]), PARIS).messages[0]
    assert first.at == datetime(2020, 6, 12, 19, 15, tzinfo=UTC)


def test_no_instant_is_made_up_where_the_picture_shows_no_time():
    conversation = conversation_on(picture([DIALOGUE]), PARIS)
    assert conversation.messages[-1].at is None
    assert TIMELESS in conversation.limits


@pytest.mark.parametrize("notice", ["Hier 21:14", "mardi 21:14", "12 juin", "31 février 2020", "12 jnin 2020", "21:14"])
def test_a_day_without_its_year_or_that_never_was_gives_no_instant(notice):
    (message,) = shown(in_the_middle(notice, 20), at_left("Salut", 80)).messages
    assert (message.at, message.shown_time) == (None, notice)


def test_a_relative_day_ends_the_day_before_it():
    conversation = shown(
        in_the_middle("12 juin 2020", 20),
        in_the_middle("Aujourd'hui", 80),
        at_left("Salut", 140),
        ("21:14", 130, 148, {"high": 13}),
    )
    assert conversation.messages[0].at is None


def test_a_time_in_the_middle_is_that_of_the_first_message_below_it():
    conversation = shown(in_the_middle("12 juin 2020, 21:14", 20), at_left("Salut", 80), at_right("Coucou", 140))
    assert [message.at for message in conversation.messages] == [datetime(2020, 6, 12, 19, 14, tzinfo=UTC), None]


@pytest.mark.parametrize("notice", ["March 3, 2024", "3 mars 2024", "dimanche 3 mars 2024", "3 MARS 2024"])
def test_days_are_read_in_both_languages_and_orders(notice):
    conversation = shown(in_the_middle(notice, 20), at_left("Salut", 80), ("9:41 PM", 130, 88, {"high": 13}))
    assert conversation.messages[0].at == datetime(2024, 3, 3, 20, 41, tzinfo=UTC)


def test_a_time_that_is_said_is_not_the_time_of_the_message():
    (message,) = shown(at_right("On se voit à 14:30", 20), ("9:02", 700, 46, {"high": 13})).messages
    assert (message.text, message.shown_time) == ("On se voit à 14:30", "9:02")


def test_a_message_nearly_as_wide_as_the_picture_is_told_by_the_edge_it_shares():
    wide = "x" * 57
    conversation = shown(at_left(wide, 20), at_right(wide, 80), at_left("Salut", 140), at_right("Coucou", 200))
    assert [message.sender for message in conversation.messages] == ["other", "owner", "other", "owner"]


def test_a_message_on_no_side_has_an_unclear_sender():
    assert shown(at_left("x" * 58, 20)).messages[0].sender == "unclear"


def test_names_in_capitals_tell_where_the_owner_has_one():
    conversation = shown(
        at_left("NOX", 20), at_left("Salut", 60), at_left("MOI", 120), at_left("Coucou", 160), at_left("Ça va", 188)
    )
    assert said(conversation) == [("NOX", "Salut"), ("owner", "Coucou\nÇa va")]


def test_a_name_with_nothing_below_it_is_told_in_the_limits():
    conversation = shown(at_left("NOX", 20), at_left("Salut", 60), at_left("MOI", 120))
    assert said(conversation) == [("NOX", "Salut")]
    assert [limit for limit in conversation.limits if "“MOI”" in limit]


def test_capitals_are_words_where_nobody_is_called_me():
    assert said(shown(at_left("SALUT", 20), at_right("Coucou", 80))) == [("other", "SALUT"), ("owner", "Coucou")]


def test_several_messages_on_one_side_may_be_wrong_and_say_so():
    assert ONE_SIDE in shown(at_left("Salut", 20), at_left("Coucou", 120)).limits


def test_the_telephones_own_words_are_no_messages_and_are_told_in_the_limits():
    conversation = shown(
        at_left("21:14", 10),
        at_left("nox.riv", 90),
        at_left("Salut", 300),
        at_left("Votre message…", 1500),
        height=1600,
    )
    assert said(conversation) == [("other", "Salut")]
    assert [limit for limit in conversation.limits if "nox.riv" in limit or "Votre message" in limit][1:]


def test_the_top_of_a_cut_out_picture_is_conversation():
    assert said(shown(at_left("Salut", 10), at_right("Coucou", 90), height=1600))[0] == ("other", "Salut")


def test_what_is_hard_to_read_is_kept_and_counted():
    conversation = shown(at_left("Salut toi", 20, sure=12))
    assert "2 of 2 words were hard to read" in conversation.limits


def test_a_later_reading_adds_what_the_first_missed_or_could_not_read():
    first = tsv(at_left("Salut", 20), at_left("Qu", 80, sure=10), at_left("ave", 140))
    later = tsv(at_left("Sa1ut", 20), at_left("14 ans", 80), at_left("avec", 140), at_right("Coucou", 200))
    assert [bubble.text for bubble in picture([first, later]).bubbles] == ["Salut", "14 ans", "avec", "Coucou"]


def test_a_later_reading_adds_nothing_that_is_unsure():
    first, later = tsv(at_left("Salut", 20)), tsv(at_right("Sel", 80, sure=70), at_right("C", 140))
    assert [bubble.text for bubble in picture([first, later]).bubbles] == ["Salut"]


def test_digits_beside_a_message_are_a_piece_of_its_time_and_no_age():
    (message,) = shown(at_left("Oui, je viens", 20), ("16", 250, 28, {"high": 13})).messages
    assert (message.text, message.shown_time) == ("Oui, je viens", "16")


def test_digits_on_a_line_of_a_message_are_part_of_it():
    assert said(shown(at_left("J'ai", 20), at_left("14", 48), at_left("ans", 76))) == [("other", "J'ai\n14\nans")]


def test_digits_below_a_message_are_one():
    assert said(shown(at_left("Quel âge ?", 20), at_right("16", 70))) == [("other", "Quel âge ?"), ("owner", "16")]


@pytest.mark.parametrize("text", ["", "\n", "no\ttsv", tsv(), tsv(in_the_middle("12 juin 2020", 20))])
def test_a_picture_without_messages_is_no_conversation(text):
    assert conversation_on(picture([text]), PARIS) is None


def test_a_record_without_an_instant_is_read_back_as_it_was():
    conversation = conversation_on(picture([DIALOGUE]), PARIS)
    assert msgspec.json.decode(msgspec.json.encode(conversation), type=Conversation) == conversation


def test_other_formats_have_no_shown_time(tmp_path):
    path, content = EXPORTS["telegram"]
    (tmp_path / path).write_bytes(content)
    (conversation,) = read_conversations(tmp_path, PARIS)
    assert b"shown_time" not in msgspec.json.encode(conversation)


@given(st.text("0123456789\t\n.-a"), st.integers(0, len(DIALOGUE)))
def test_a_reading_that_is_damaged_is_read_as_far_as_it_goes(noise, place):
    damaged = DIALOGUE[:place] + noise + DIALOGUE[place:]
    assert len(picture([damaged]).bubbles) <= len(DIALOGUE.split("\n")) + len(noise)


BOXES = st.tuples(
    st.text("aà 1:9?MOI\t", min_size=1, max_size=12), st.integers(0, 900), st.integers(0, 900), st.just({})
)


@given(st.lists(BOXES, max_size=12))
def test_every_word_is_in_a_message_in_a_time_or_in_the_limits(lines):
    found = picture([tsv(*lines)])
    told = " ".join([*found.frame, *(f"{bubble.text} {bubble.clock} {bubble.name}" for bubble in found.bubbles)])
    assert all(bubble.text.strip() for bubble in found.bubbles)
    assert len(told.split()) >= found.words


def test_media_of_a_chat_export_are_not_looked_at(unpacked, monkeypatch):
    monkeypatch.setattr(tesseract.shutil, "which", lambda name: pytest.fail("a picture was looked at"))
    path, content = EXPORTS["whatsapp-french"]
    (conversation,) = read_conversations(unpacked({path: content, "IMG-1.jpg": png()}), PARIS)
    assert conversation.service == "whatsapp"


def test_without_tesseract_one_sentence_says_what_to_install(unpacked, monkeypatch):
    monkeypatch.setattr(tesseract.shutil, "which", lambda name: None)
    with pytest.raises(Unreadable, match=r"one\.png is a picture.*apt-get install tesseract-ocr tesseract-ocr-fra"):
        list(read_conversations(unpacked({"one.png": png()}), PARIS))


def test_a_picture_that_takes_too_long_is_refused(monkeypatch):
    def slow(command, **more):
        raise subprocess.TimeoutExpired(command, more["timeout"])

    monkeypatch.setattr(tesseract.shutil, "which", lambda name: "/bin/true")
    monkeypatch.setattr(tesseract.subprocess, "run", slow)
    with pytest.raises(Unreadable, match=r"one\.png took longer"):
        tesseract.words_on("one.png", b"", ["fra"])


def test_a_picture_beyond_any_screenshot_is_refused(monkeypatch):
    monkeypatch.setattr(tesseract.shutil, "which", lambda name: "/bin/true")
    monkeypatch.setattr(tesseract, "LONGEST_PICTURE", 3)
    with pytest.raises(Unreadable, match=r"one\.png is longer"):
        tesseract.words_on("one.png", b"1234", ["fra"])


def test_a_picture_of_a_form_that_is_not_read_says_what_to_do(unpacked):
    with pytest.raises(Unreadable, match=r"one\.heic .* save it as PNG"):
        list(read_conversations(unpacked({"one.heic": b"x"}), PARIS))


def test_a_picture_without_messages_is_told_beside_the_others(unpacked, monkeypatch):
    monkeypatch.setattr(screenshots, "words_on", lambda name, content, known: [DIALOGUE] if name == "1.png" else [])
    (conversation,) = read_conversations(unpacked({"1.png": b"x", "2.png": b"x"}), PARIS)
    assert [limit for limit in conversation.limits if "2.png" in limit]


# These run the program itself, which `make test` installs.
def test_a_picture_is_read_by_the_program_itself(unpacked):
    (conversation,) = read_conversations(unpacked({"one.png": png()}), PARIS)
    assert said(conversation) == [
        ("other", "Salut, tu viens au match demain ?"),
        ("owner", "Oui, je viens avec Inès"),
        ("owner", "On se retrouve\ndevant la gare ?"),
        ("other", "Parfait, à quelle heure ?"),
    ]


def test_instants_are_read_off_a_picture_where_it_shows_them(unpacked):
    (conversation,) = read_conversations(unpacked({"one.png": png()}), PARIS)
    instants = [datetime(2020, 6, 12, 19, minute, tzinfo=UTC) for minute in (15, 16, 17)]
    assert {message.at for message in conversation.messages} <= {*instants, None}
    assert len({message.at for message in conversation.messages} & {*instants}) > 1


def test_each_picture_of_a_zip_is_a_conversation(zipped):
    assert len(list(read_conversations(zipped({"1.png": png(), "2.png": png()}), PARIS))) == 2


@pytest.mark.parametrize("content", [b"", b"no picture", png()[:200]])
def test_what_is_no_picture_is_refused_by_name(unpacked, content):
    with pytest.raises(Unreadable, match=r"one\.png is no picture"):
        list(read_conversations(unpacked({"one.png": content}), PARIS))
