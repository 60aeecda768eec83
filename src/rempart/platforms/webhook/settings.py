"""What a platform that speaks by webhook declares of itself: what it can do for each measure, and in which words."""

import msgspec

from rempart.platforms.connector import Ability, Support
from rempart.records.vocabulary import MEASURES, Measure

ASKED = MEASURES[1:]  # `watch` is ours alone
"""The measures that a platform may be asked for."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence in each language, for the person concerned."""

    fr: str
    en: str

    def __post_init__(self) -> None:
        if not (self.fr.strip() and self.en.strip()):
            raise ValueError("a sentence is empty")


class Declared(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the platform does for one measure. `as`: the measure that it amounts to, where that is another one."""

    support: Support
    how: Words | None = None
    as_measure: Measure | None = msgspec.field(default=None, name="as")
    ends_by_itself: bool = False

    def __post_init__(self) -> None:
        if self.support is not Support.NATIVE and self.how is None:
            raise ValueError("`how` is missing: the person concerned is told what is done instead")
        if self.support is not Support.APPROXIMATED and self.as_measure is not None:
            raise ValueError("`as` goes with approximated only")
        if self.support is Support.IMPOSSIBLE and self.ends_by_itself:
            raise ValueError("`ends_by_itself` does not go with impossible")

    @property
    def ability(self) -> Ability:
        """The same as a connector says it."""
        how = {"fr": self.how.fr, "en": self.how.en} if self.how else {}
        return Ability(support=self.support, how=how, as_measure=self.as_measure, ends_by_itself=self.ends_by_itself)


Abilities = msgspec.defstruct(
    "Abilities", [(measure, Declared) for measure in ASKED], frozen=True, kw_only=True, forbid_unknown_fields=True
)


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """abilities: what the platform does for every measure of the ladder but `watch`; none is taken for granted."""

    abilities: Abilities  # type: ignore[valid-type]

    def by_measure(self) -> dict[Measure, Ability]:
        """What the platform does, as a connector says it."""
        return {measure: getattr(self.abilities, measure).ability for measure in ASKED}
