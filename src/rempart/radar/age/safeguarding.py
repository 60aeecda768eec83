"""Whether a text suggests that its author is being harmed or exploited, so that help comes before any restriction.

Two readers: the grammar of `rempart.reading`, which knows what happens online, for first-hand testimonies; and a list
of what children say of what happens at home or is asked of them (`safeguarding.yaml`). Both prefer to find too much:
what follows is a person who looks, never a sanction.
"""

import re
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import yaml

from rempart.radar.age.screening import may_tell_harm, of_harm
from rempart.radar.age.text import Text
from rempart.reading import PostReader
from rempart.records import Post
from rempart.records.radar import AgeEvidence

_CONDUCTS = frozenset(
    {"nude_request", "grooming", "sextortion", "image_abuse", "sexual_assault", "unsolicited_nudes", "sexual_messages"}
)


class _Lines(NamedTuple):
    """The expressions of `safeguarding.yaml`: blows, which may be play; all else; and what makes up a story."""

    blows: re.Pattern[str]
    more: re.Pattern[str]
    stories: re.Pattern[str]
    play: re.Pattern[str]


@cache
def _lines() -> _Lines:
    text = files("rempart.radar.age").joinpath("safeguarding.yaml").read_text(encoding="utf-8")
    lists = yaml.safe_load(text)

    def any_of(lines: list[str]) -> re.Pattern[str]:
        joined = "(?<![a-z])(?:" + "|".join(lines) + ")"
        while used := set(_NAME.findall(joined)) & lists["words"].keys():
            for name in used:
                joined = joined.replace(f"<{name}>", lists["words"][name])
        return re.compile(joined)

    return _Lines(
        blows=any_of(lists["fr"]["blows"] + lists["en"]["blows"]),
        more=any_of(lists["fr"]["more"] + lists["en"]["more"]),
        stories=any_of(lists["stories"]),
        play=re.compile(r"[^.!?\n]{0,90}?(?<![a-z])(?:" + "|".join(lists["play"]) + ")"),
    )


_NAME = re.compile(r"<([a-z_]+)>")


def _told(folded: str) -> re.Match[str] | None:
    """The first words of the lists, blows that are play left out."""
    lines = _lines()
    blows = (found for found in lines.blows.finditer(folded) if not lines.play.match(folded, found.start()))
    return min(filter(None, (next(blows, None), lines.more.search(folded))), key=re.Match.start, default=None)


@cache
def _may_be() -> re.Pattern[str]:
    """What the sweep's screen looks for: a text without it is looked at no closer."""
    return re.compile(of_harm())


@cache
def _reader() -> PostReader:
    return PostReader()


def suggests_harm(text: Text) -> AgeEvidence | None:
    """The words that suggest it, or None."""
    if not may_tell_harm(text.words):
        return None
    if not _may_be().search(text.original) or _lines().stories.search(text.folded):
        return None
    if found := _told(text.folded):
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
