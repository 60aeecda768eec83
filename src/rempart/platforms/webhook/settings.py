"""What a platform that speaks by webhook declares of itself: what it can do for each measure, and in which words."""

from dataclasses import replace

import msgspec

from rempart.platforms.connector import NO_ACTS, NO_AGE_STEPS, NO_PROTECTIONS, Ability, Support
from rempart.records.vocabulary import (
    AGE_STEPS,
    COMMENT_ACTS,
    MEASURES,
    PROTECTIONS,
    AgeStep,
    CommentAct,
    Measure,
    Protection,
)

ASKED = MEASURES[1:]  # `watch` is ours alone
"""The measures that a platform may be asked for."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sentence in each language, for the person concerned."""

    fr: str
    en: str

    def __post_init__(self) -> None:
        if not (self.fr.strip() and self.en.strip()):
            raise ValueError("a sentence is empty")


class Offered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the platform does for one thing that it may be asked for."""

    support: Support
    how: Words | None = None
    ends_by_itself: bool = False

    def __post_init__(self) -> None:
        if self.support is not Support.NATIVE and self.how is None:
            raise ValueError("`how` is missing: the person concerned is told what is done instead")
        if self.support is Support.IMPOSSIBLE and self.ends_by_itself:
            raise ValueError("`ends_by_itself` does not go with impossible")

    @property
    def ability(self) -> Ability:
        """The same as a connector says it."""
        how = {"fr": self.how.fr, "en": self.how.en} if self.how else {}
        return Ability(support=self.support, how=how, ends_by_itself=self.ends_by_itself)


class Declared(Offered, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the platform does for one measure. `as`: the measure that it amounts to, where that is another one."""

    as_measure: Measure | None = msgspec.field(default=None, name="as")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.support is not Support.APPROXIMATED and self.as_measure is not None:
            raise ValueError("`as` goes with approximated only")

    @property
    def ability(self) -> Ability:
        """The same as a connector says it."""
        return replace(super().ability, as_measure=self.as_measure)


Abilities = msgspec.defstruct(
    "Abilities", [(measure, Declared) for measure in ASKED], frozen=True, kw_only=True, forbid_unknown_fields=True
)

Protections = msgspec.defstruct(
    "Protections",
    [(kind, Offered | None, None) for kind in PROTECTIONS],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)
Comments = msgspec.defstruct(
    "Comments",
    [(act, Offered | None, None) for act in COMMENT_ACTS],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)

Ages = msgspec.defstruct(
    "Ages", [(step, Offered | None, None) for step in AGE_STEPS], frozen=True, kw_only=True, forbid_unknown_fields=True
)


class WebhookSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """abilities: what the platform does for every measure of the ladder but `watch`; none is taken for granted.

    protections, comments: what it does for people looked after, and about the comments that fall on them; ages: about
    accounts whose owners may be too young. What is not declared is not asked for.
    """

    abilities: Abilities  # type: ignore[valid-type]
    protections: Protections = Protections()  # type: ignore[valid-type]
    comments: Comments = Comments()  # type: ignore[valid-type]
    ages: Ages = Ages()  # type: ignore[valid-type]

    def by_measure(self) -> dict[Measure, Ability]:
        """What the platform does, as a connector says it."""
        return {measure: getattr(self.abilities, measure).ability for measure in ASKED}

    def by_protection(self) -> dict[Protection, Ability]:
        """What it does for people looked after."""
        return {kind: _ability(getattr(self.protections, kind), NO_PROTECTIONS[kind]) for kind in PROTECTIONS}

    def by_act(self) -> dict[CommentAct, Ability]:
        """What it does about comments."""
        return {act: _ability(getattr(self.comments, act), NO_ACTS[act]) for act in COMMENT_ACTS}

    def by_age_step(self) -> dict[AgeStep, Ability]:
        """What it does about accounts whose owners may be too young."""
        return {step: _ability(getattr(self.ages, step), NO_AGE_STEPS[step]) for step in AGE_STEPS}


def _ability(offered: Offered | None, nothing: Ability) -> Ability:
    return nothing if offered is None else offered.ability
