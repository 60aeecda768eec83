"""What people who appeal, or who reply to a preventive measure, are told: a text in each language."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings

from rempart.casework.models import Appeal
from rempart.casework.statements.dates import LANGUAGES, Language, day, moment
from rempart.casework.statements.sentences import Sentences, typeset
from rempart.correspondence.models import Conversation

FILE = "appeals.yaml"


def receipt(appeal: Appeal) -> dict[str, str]:
    """That an appeal was received, and by when it is answered."""
    return {
        language: "\n\n".join([words.say("received", due=day(appeal.due_at, language)), words.say("received_more")])
        for language, words in _languages(appeal.conversation)
    }


def withdrawal(appeal: Appeal) -> dict[str, str]:
    """That an appeal was withdrawn by its author."""
    return {language: words.say("withdrawn") for language, words in _languages(appeal.conversation)}


def answer(appeal: Appeal, country: str = "") -> dict[str, str]:
    """The answer to an appeal: what becomes of it, why, who answered, and where else one can turn (Art. 20(5) and 21).

    country: of the person, for the name of the court; that of no country in particular unless it is known.
    """
    said = {}
    for language, words in _languages(appeal.conversation):
        paragraphs = [
            words.say(f"{appeal.state}_{appeal.by}"),
            _reasons(words, language, appeal.decided_because),
            words.say("by_a_person"),
            *redress(appeal.conversation, language, country),
        ]
        if appeal.conversation.child_words:
            paragraphs.append(words.say("help_for_children"))
        said[language] = "\n\n".join(paragraphs)
    return said


def redress(conversation: Conversation, language: Language, country: str = "") -> list[str]:
    """The out-of-court body and the court, in the words of every statement of reasons."""
    words = Sentences("sentences.yaml", language, child=conversation.child_words)
    court = f"court_{country}" if words.has(f"court_{country}") else "court_default"
    name = settings.REMPART_OUT_OF_COURT_BODY or Sentences(FILE, language, child=False).say("list_of_bodies")
    return [
        words.say("out_of_court", name=name, url=settings.REMPART_OUT_OF_COURT_URL),
        words.say("court", name=words.say(court)),
    ]


def reconsidered(
    conversation: Conversation, *, because: str, kept: bool, ends: datetime | None, reasons: Mapping[str, str]
) -> dict[str, str]:
    """That a measure was looked at again: kept until `ends` (None: it is final), or lifted at `ends`.

    because: `reply`, or `link` where what is said of another account counts no more.
    """
    name = f"{'kept' if kept else 'lifted'}_after_{because}"
    if ends is None:
        name = f"final_{name}"
    return {
        language: "\n\n".join(
            [
                words.say(name, ends=moment(ends, language) if ends else ""),
                _reasons(words, language, reasons),
            ]
        )
        for language, words in _languages(conversation)
    }


def _languages(conversation: Conversation) -> list[tuple[Language, Sentences]]:
    return [(language, Sentences(FILE, language, child=conversation.child_words)) for language in LANGUAGES]


def _reasons(words: Sentences, language: Language, reasons: Mapping[str, str]) -> str:
    """The reasons in this language, or as they were written where they are in the other one alone."""
    written = reasons.get(language) or next(iter(reasons.values()))
    return words.say("reasons", words=typeset(written, language) if language in reasons else written)
