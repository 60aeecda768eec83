"""The checklist as data: what the care team does for somebody, when, and for whom (`steps.yaml`)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

import yaml
from django.utils.translation import get_language

from rempart.care.models import CareFile

After = Literal["opening", "welcome", "acceptance"]
For = Literal["all", "minors", "under_16_fr"]
_SPAN = re.compile(r"(\d+)([hd])")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A line of the checklist: to do from `starts` until `due`, both counted from what it comes after."""

    kind: str
    after: After
    starts: timedelta
    due: timedelta
    whom: For
    words: dict[str, str]
    help: dict[str, str]

    def concerns(self, file: CareFile) -> bool:
        """Whether it is done for the owner of this file."""
        if self.whom == "minors":
            return file.treated_as_minor
        if self.whom == "under_16_fr":
            return file.under_16 and (file.country or "FR")[:2].upper() == "FR"
        return True


@cache
def steps() -> dict[str, Step]:
    """All lines by their kind, in the order of the file. Raises ValueError for one that cannot be read."""
    data = yaml.safe_load(files("rempart.care").joinpath("steps.yaml").read_text(encoding="utf-8"))
    return {step.kind: step for step in _read(data["steps"])}


def _read(entries: list[dict[str, object]]) -> Iterator[Step]:
    for entry in entries:
        after, whom = entry["after"], entry["for"]
        if after not in get_args(After) or whom not in get_args(For):
            raise ValueError(f"{entry['kind']}: after {after}, for {whom}")
        yield Step(
            kind=str(entry["kind"]),
            after=after,  # type: ignore[arg-type]  # read above
            starts=_span(str(entry["starts"])),
            due=_span(str(entry["due"])),
            whom=whom,  # type: ignore[arg-type]  # read above
            words=entry["words"],  # type: ignore[arg-type]  # held by a test
            help=entry["help"],  # type: ignore[arg-type]
        )


def _span(text: str) -> timedelta:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text} is neither hours (24h) nor days (3d)")
    return timedelta(**{{"h": "hours", "d": "days"}[found[2]]: int(found[1])})


def said(words: dict[str, str]) -> str:
    """A text of the checklist in the reader's language."""
    return words["en" if (get_language() or "fr").startswith("en") else "fr"]
