"""The rules of challenges as data (`steps.yaml`): what each step asks, how long one has, what holds meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.core.exceptions import ImproperlyConfigured

from rempart.age.models import AgeOrder, Challenge, Confidence

LANGUAGES = ("fr", "en")


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step; title and text are {"fr", "en"}, for the owner."""

    step: Challenge.Step
    shown_by: Confidence
    answer: timedelta
    decide: timedelta
    meanwhile: AgeOrder.Kind
    asked_once: bool
    title: Mapping[str, str]
    text: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Everything in the file. keeps, lasts: of a restriction; appeal_answer: until when an appeal is answered."""

    version: str
    article: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    steps: Mapping[Challenge.Step, Step]
    keeps: timedelta
    lasts: timedelta
    appeal_answer: timedelta
    most_appeals: int
    decided_lasts: timedelta


@cache
def rules() -> Rules:
    """The rules in force. Raises ImproperlyConfigured for a file that cannot be applied, naming what is wrong."""
    text = files("rempart.age").joinpath("steps.yaml").read_text(encoding="utf-8")
    return read(yaml.safe_load(text))


def read(data: Mapping[str, Any]) -> Rules:
    """Rules from the content of a file. Raises ImproperlyConfigured."""
    try:
        steps = [_step(one) for one in data["steps"]]
        found = Rules(
            version=str(data["version"]),
            article=data["article"]["id"],
            title=_both(data["article"]["title"]),
            text=_both(data["article"]["text"]),
            steps={one.step: one for one in steps},
            keeps=_days(data["restricted"]["keeps_days"]),
            lasts=_days(data["restricted"]["lasts_days"]),
            appeal_answer=_days(data["appeal"]["answer_days"]),
            most_appeals=int(data["appeal"]["most"]),
            decided_lasts=_days(data["decided"]["lasts_days"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ImproperlyConfigured(f"steps of age: {error!r}") from error
    if list(found.steps) != list(Challenge.Step) or len(steps) != len(found.steps):
        raise ImproperlyConfigured("steps of age: ask, prove and restrict stand once each, in this order")
    if found.lasts <= found.keeps:
        raise ImproperlyConfigured("steps of age: a restriction lasts longer than what it keeps")
    return found


def _step(given: Mapping[str, Any]) -> Step:
    meanwhile = AgeOrder.Kind(given["meanwhile"])
    if meanwhile != AgeOrder.Kind.PRIVATE:
        raise ValueError("while somebody is asked, nothing but private holds")
    return Step(
        step=Challenge.Step(given["step"]),
        shown_by=Confidence(given["shown_by"]),
        answer=_days(given["answer_days"]),
        decide=_days(given["decide_days"]),
        meanwhile=meanwhile,
        asked_once=bool(given["asked_once"]),
        title=_both(given["title"]),
        text=_both(given["text"]),
    )


def _both(words: Mapping[str, str]) -> dict[str, str]:
    said = {language: words[language].strip() for language in LANGUAGES}
    if not all(said.values()):
        raise ValueError("a text is empty")
    return said


def _days(number: object) -> timedelta:
    return timedelta(days=_count(number))


def _count(number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ValueError(f"{number!r} is not a whole number from 1 on")
    return number
