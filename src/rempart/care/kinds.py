"""The protections that there are, with their words for the people who switch them on. The data is protections.yaml."""

from functools import cache
from importlib.resources import files

import msgspec
from django.utils.translation import get_language

from rempart.correspondence.links import TO_A_CHILD
from rempart.records.vocabulary import PROTECTIONS, Protection


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence in each language; `tu`: in French to a child, where that is said in another way."""

    fr: str
    en: str
    tu: str = ""

    def __str__(self) -> str:
        """In the reader's language."""
        language = get_language() or "fr"
        if language.startswith(TO_A_CHILD["fr"]):
            return self.tu or self.fr
        return self.fr if language[:2] == "fr" else self.en


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One protection. name: of its switch; does: what happens while it is on; costs: what one gives up meanwhile."""

    name: Words
    does: Words
    costs: Words


@cache
def kinds() -> dict[Protection, Kind]:
    """Every protection, in the order in which they are shown."""
    text = files("rempart.care").joinpath("protections.yaml").read_bytes()
    found = msgspec.yaml.decode(text, type=dict[Protection, Kind])
    if missing := set(PROTECTIONS) - set(found):
        raise ValueError(f"protections.yaml has no words for {', '.join(sorted(missing))}")
    return found
