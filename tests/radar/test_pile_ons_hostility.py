import pytest

from rempart.radar.pile_ons.hostility import hostile_texts, is_hostile
from rempart.text.near_duplicates import hashed_words

HOSTILE = [
    "t'es vraiment un con", "Espèce de menteuse !!", "FERME TA GUEULE", "tu mérites de crever", "@leo.vrtx t'es moche",
    "on sait où tu habites", "je vais te frapper", "personne ne t'aime", "you are such a loser", "kill yourself",
    "we know where you live", "I hope you die", "what a pathetic video, you clown",
]  # fmt: skip
NOT_HOSTILE = [
    "", "t'es trop belle", "le concert était nul", "j'ai mal au cou", "je vais mourir de rire", "tu n'es pas moche",
    "ils la traitent de salope c'est honteux", "mon chien est trop mignon", "you are not ugly",
    "she called me a bitch yesterday", "I will find you a present", "you killed it",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_insults_and_threats_are_hostile(text):
    assert is_hostile(text)


@pytest.mark.parametrize("text", NOT_HOSTILE)
def test_what_is_told_denied_or_said_of_things_is_not(text):
    assert not is_hostile(text)


def test_the_quick_way_through_many_texts_finds_the_same():
    texts = [*HOSTILE, *NOT_HOSTILE]

    assert hostile_texts(texts, hashed_words(texts)).tolist() == [True] * len(HOSTILE) + [False] * len(NOT_HOSTILE)
