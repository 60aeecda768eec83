"""The words that no preventive text may say, found however they are typed."""

import re

import pytest

from rempart.rulebook.saying import adult_only_offences, findings_of_guilt, guilt_version


@pytest.mark.parametrize(
    "text",
    [
        "Vous êtes coupable.",
        "VOUS ÊTES C O U P A B L E S, coupables !",
        "l’auteur des faits",
        "Il a c\u200bommis cela",
        "the оffender",  # a Cyrillic o
        "your victims",
        "It was prоven",  # the same
        "predat0r",
        "ce que vous avez fait à ces personnes",
    ],
)
def test_words_of_guilt_are_found_however_they_are_typed(text):
    assert findings_of_guilt(text)


@pytest.mark.parametrize(
    "text",
    [
        "Personne n’a décidé que vous avez fait quelque chose de mal.",
        "Une preuve a été vérifiée.",
        "Several people describe serious facts.",
        "un contact sexuel non voulu",
    ],
)
def test_plain_words_are_not_taken_for_guilt(text):
    assert findings_of_guilt(text) == []


def test_a_found_word_is_named_as_it_stands_with_what_can_be_said_instead():
    (found,) = findings_of_guilt("Nous avons vu le PRÉDATEUR hier.")
    assert (found.words, found.instead) == ("PRÉDATEUR", "la personne concernée")


@pytest.mark.parametrize(
    "text", ["l’article 227-22-1 du code pénal", "C’est du Grooming.", "atteinte sexuelle sur mineur"]
)
def test_an_offence_for_adults_only_is_found_by_number_or_by_name(text):
    assert adult_only_offences(text)


def test_the_number_of_another_article_is_no_offence_for_adults_only():
    assert adult_only_offences("l’article 227-24 du code pénal") == []


def test_the_list_has_a_date_for_a_version():
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", guilt_version())
