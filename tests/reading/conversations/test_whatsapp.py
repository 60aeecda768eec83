"""WhatsApp's own words are told from what people wrote, and nobody's words are lost to a date or a clock."""

from datetime import UTC, datetime

import pytest

from reading.conversations.test_formats import read

MARK = "\u200e"


def exported(*lines, name="_chat.txt"):
    (conversation,) = read({name: "".join(f"{line}\n" for line in lines).encode()})
    return conversation


def ios(*bodies):
    """An export whose messages are all of Marie, the first of which says « bonjour »."""
    return exported(
        *(f"[13/06/2020 21:10:0{second}] Marie: {body}" for second, body in enumerate(("bonjour", *bodies)))
    )


def texts(conversation):
    return [message.text for message in conversation.messages]


def limit(conversation, words):
    return [limit for limit in conversation.limits if words in limit]


@pytest.mark.parametrize(
    "body",
    [
        "Marie a créé ce groupe",
        "Marie vous a ajouté(e)",
        "Marie a quitté le groupe",
        "Marie added Nox",
        "You're now an admin",
        "Marie joined using this group's invite link",
        "Votre code de sécurité avec Nox a changé.",
    ],
)
def test_a_notice_behind_the_mark_is_no_message(body):
    assert texts(ios(MARK + body)) == ["bonjour"]


@pytest.mark.parametrize("body", ["Marie left", "il a quitté le groupe", "they added me", "Appel vocal, ce soir ?"])
def test_the_same_words_without_the_mark_are_a_message(body):
    assert texts(ios(body)) == ["bonjour", body]


def test_unknown_words_behind_the_mark_are_kept_and_told():
    conversation = ios(MARK + "Vous avez reçu un cadeau")
    assert (texts(conversation)[1], len(limit(conversation, "may be WhatsApp's own"))) == (
        "Vous avez reçu un cadeau",
        1,
    )


@pytest.mark.parametrize("body", ["SONDAGE : qui a quitté le groupe ?", "Location: https://maps.example/?q=1,2"])
def test_what_somebody_asks_or_shares_behind_the_mark_is_theirs(body):
    conversation = ios(MARK + body)
    assert (texts(conversation)[1], limit(conversation, "may be WhatsApp's own")) == (body, [])


@pytest.mark.parametrize("body", ["Appel vocal manqué", "Missed video call", MARK + "Appel vocal, 5 min"])
def test_calls_are_left_out_and_counted(body):
    conversation = ios(body)
    assert (texts(conversation), limit(conversation, "calls")) == (["bonjour"], ["calls, which are left out: 1"])


@pytest.mark.parametrize(
    "body",
    [
        MARK + "image absente",
        MARK + "GIF retiré",
        f"{MARK}plan.pdf • {MARK}3 pages {MARK}document absent",
        MARK + "<attached: 00000012-PHOTO-2020-06-13-21-10-05.jpg>",
        MARK + "<pièce jointe : 00000012-PHOTO-2020-06-13-21-10-05.jpg>",
        "<Message vocal à vue unique omis>",
        "image omitted",
        "IMG-20200613-WA0001.jpg (fichier joint)",
    ],
)
def test_a_medium_has_no_text_of_its_own(body):
    message = ios(body).messages[1]
    assert (message.media, message.text) == (True, None)


@pytest.mark.parametrize(
    "body",
    [f"la salle {MARK}<attached: 1-PHOTO.jpg>", "IMG-1.jpg (fichier joint)\nla salle", "la salle\n<Médias omis>"],
)
def test_a_caption_is_kept(body):
    message = ios(body).messages[1]
    assert (message.media, message.text) == (True, "la salle")


def test_words_that_could_be_a_persons_are_theirs():
    assert texts(ios("photo manquante")) == ["bonjour", "photo manquante"]


@pytest.mark.parametrize(
    "body", ["This message was deleted by admin Nox", "Ce message a été supprimé.", MARK + "You deleted this message."]
)
def test_deleted_messages_are_counted(body):
    assert limit(ios(body), "stand as deleted") == ["messages that stand as deleted, whose words are lost: 1"]


def test_edited_messages_are_counted_and_read_without_the_words_that_say_so():
    conversation = ios(f"À demain {MARK}<Ce message a été modifié>")
    assert (texts(conversation)[1], len(limit(conversation, "edited"))) == ("À demain", 1)


def test_the_owner_is_whom_whatsapp_calls_you():
    assert ios(MARK + "Vous avez supprimé ce message.").owner == "Marie"


@pytest.mark.parametrize("title", ["Discussion WhatsApp avec Nox.txt", "WhatsApp Chat with Nox.txt"])
def test_of_two_people_the_owner_is_not_in_the_title(title):
    conversation = exported("13/06/2020, 21:10 - Nox: un", "13/06/2020, 21:11 - Léa: deux", name=title)
    assert conversation.owner == "Léa"


def test_in_a_group_the_title_tells_no_owner():
    lines = [f"13/06/2020, 21:1{minute} - {name}: oui" for minute, name in enumerate(("Nox", "Léa", "Inès"))]
    assert exported(*lines, name="WhatsApp Chat with Nox.txt").owner is None


@pytest.mark.parametrize(
    "notice", ["Marie a créé le groupe « Famille : été »", 'Marie changed the subject from "a: b" to "c"']
)
def test_a_notice_with_a_colon_in_a_name_is_nobodys_message(notice):
    assert texts(exported(f"13/06/2020, 21:10 - {notice}", "13/06/2020, 21:11 - Marie: oui")) == ["oui"]


def test_the_hour_that_is_repeated_is_told_by_the_order_of_lines():
    conversation = exported("25/10/2020, 02:50 - A: un", "25/10/2020, 02:10 - B: deux", "25/10/2020, 03:01 - A: trois")
    assert [(message.text, message.at.hour) for message in conversation.messages] == [
        ("un", 0),
        ("deux", 1),
        ("trois", 2),
    ]


def test_a_time_in_the_repeated_hour_is_said():
    assert limit(exported("25/10/2020, 02:50 - A: un"), "repeats")


def test_a_date_in_the_other_order_loses_no_message():
    conversation = exported("13/06/2020, 21:10 - A: un", "06/14/2020, 21:10 - B: deux")
    assert [message.at for message in conversation.messages] == [
        datetime(2020, 6, 13, 19, 10, tzinfo=UTC),
        datetime(2020, 6, 14, 19, 10, tzinfo=UTC),
    ]
    assert limit(conversation, "another order")


def test_a_date_that_never_was_is_counted():
    assert limit(exported("13/06/2020, 21:10 - A: un", "31/02/2021, 21:10 - B: deux"), "no calendar")


def test_messages_below_later_ones_are_counted():
    conversation = exported("13/06/2020, 21:10 - A: un", "12/06/2020, 21:10 - B: deux", "14/06/2020, 21:10 - A: trois")
    assert limit(conversation, "below later ones")[0].endswith(": 1")
