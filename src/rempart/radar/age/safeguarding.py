"""Whether a text suggests that its author is being harmed or exploited, so that help comes before any restriction.

Two readers: the grammar of `rempart.reading`, which knows what happens online, for first-hand testimonies; and a list
of what children say of what happens at home or is asked of them (`safeguarding.yaml`). Both prefer to find too much:
what follows is a person who looks, never a sanction.
"""

import re
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

import yaml

from rempart.radar.age.screening import harm_words, of_harm
from rempart.radar.age.text import Text
from rempart.reading import PostReader
from rempart.records import Post
from rempart.records.radar import AgeEvidence

_MADE_UP = re.compile(
    r"(?<![a-z])(?:film|serie|livre|roman|chapitre|fanfic\w*|personnage|rp|roleplay|episode|movie|book"
    r"|chapter|series|character|lyrics|song|chanson|paroles|jeu|game|boxe|boxing|sparring|au (?:foot|ping"
    r"|fifa|uno|tennis|echecs|basket)|at (?:fifa|uno|chess|mario|tennis|basketball|fortnite|smash|8 ball))(?![a-z])"
)
_CONDUCTS = frozenset(
    {"nude_request", "grooming", "sextortion", "image_abuse", "sexual_assault", "unsolicited_nudes", "sexual_messages"}
)


@cache
def _patterns() -> re.Pattern[str]:
    text = files("rempart.radar.age").joinpath("safeguarding.yaml").read_text(encoding="utf-8")
    lines = [line for language in yaml.safe_load(text).values() for line in language]
    return re.compile("(?<![a-z])(?:" + "|".join(lines) + ")")


@cache
def _may_be() -> re.Pattern[str]:
    """What the sweep's screen looks for: a text without it is looked at no closer."""
    return re.compile(of_harm())


@cache
def _reader() -> PostReader:
    return PostReader()


def suggests_harm(text: Text) -> AgeEvidence | None:
    """The words that suggest it, or None."""
    exact, begun = harm_words()
    if exact.isdisjoint(text.words) and not any(word.startswith(begun) for word in text.words):
        return None
    if not _may_be().search(text.original) or _MADE_UP.search(text.folded):
        return None
    if found := _patterns().search(text.folded):
        start, end = text.span(*found.span())
        return AgeEvidence(text=text.original[start:end], span=(start, end), source=text.source)
    post = Post(id="1", service="other", author="1", created_at=_SOME_DAY, text=text.original)
    if not _reader().may_report(post):
        return None
    statement = _reader().read(post)
    if (
        statement.stance != "testimony"
        or statement.stance_probability < _LEAST
        or _CONDUCTS.isdisjoint(statement.conduct)
    ):
        return None
    start, end = statement.spans["conduct"][0] if statement.spans.get("conduct") else (0, len(text.original))
    return AgeEvidence(text=text.original[start:end], span=(start, end), source=text.source)


_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # when a text was written says nothing of what it says
_LEAST = 0.5
