"""The protections that there are, with their words for the people who switch them on. The data is protections.yaml."""

from functools import cache
from importlib.resources import files

import msgspec

from rempart.records.vocabulary import PROTECTIONS, Protection


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence in each language. fr: as to a child; fr_adult: where an adult is told it in another way."""

    fr: str
    en: str
    fr_adult: str = ""

    def said(self, language: str, *, adult: bool) -> str:
        """The sentence for a reader."""
        if language == "en":
            return self.en
        return self.fr_adult if adult and self.fr_adult else self.fr


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One protection: its name, what it does, what one gives up meanwhile, and what it does as a guardian reads it."""

    name: Words
    does: Words
    costs: Words
    about: Words


@cache
def kinds() -> dict[Protection, Kind]:
    """Every protection, in the order in which they are shown. Raises ValueError when one has no words."""
    text = files("rempart.care").joinpath("protections.yaml").read_bytes()
    found = msgspec.yaml.decode(text, type=dict[Protection, Kind])
    if missing := set(PROTECTIONS) - set(found):
        raise ValueError(f"protections.yaml has no words for {', '.join(sorted(missing))}")
    return found
