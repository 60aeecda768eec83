"""What a connector is: the few things that Rempart asks of a platform, and how it fails.

A connector is a folder of this room (`matrix/`, `atproto/` …) with a class of this shape. It keeps nothing: what must
last is in the tables, and every call may be repeated, since the process can be killed between doing and recording.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import ClassVar, Self

from django.utils.translation import gettext_noop

from rempart.platforms.models import Platform
from rempart.records import AccountReference
from rempart.records.vocabulary import AGE_STEPS, COMMENT_ACTS, PROTECTIONS, AgeStep, CommentAct, Measure, Protection


class Support(StrEnum):
    """How a platform can carry out a measure."""

    NATIVE = "native"
    APPROXIMATED = "approximated"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, kw_only=True)
class Ability:
    """What a platform does for one measure of the ladder.

    how: {"fr", "en"}, one sentence for the person concerned; it stands in their statement of reasons unless native.
    as_measure: the measure of the ladder that it amounts to, when that is another one. A heavier one is done only after
    two people agreed to it on that very order; a lighter one is done and said.
    ends_by_itself: whether the platform itself takes it off at its end.
    """

    support: Support
    how: Mapping[str, str]
    as_measure: Measure | None = None
    ends_by_itself: bool = False


NATIVE = Ability(support=Support.NATIVE, how={})


def approximated(fr: str, en: str, *, as_measure: Measure | None = None, ends_by_itself: bool = False) -> Ability:
    """Something else that comes close, in a sentence for the person concerned (see Ability)."""
    how = {"fr": fr, "en": en}
    return Ability(support=Support.APPROXIMATED, how=how, as_measure=as_measure, ends_by_itself=ends_by_itself)


def impossible(fr: str, en: str) -> Ability:
    """Nothing of the kind, and why."""
    return Ability(support=Support.IMPOSSIBLE, how={"fr": fr, "en": en})


PAYS_NOBODY = impossible(
    "Cette plateforme ne verse d'argent à personne : il n'y a rien à suspendre.",
    "This platform pays nobody: there is nothing to hold back.",
)
"""`no_monetisation` where no money passes."""

_NOTHING = impossible(
    "Cette plateforme n'a rien pour cela, ou Rempart n'y a pas accès.",
    "This platform has nothing for that, or Rempart has no access to it.",
)
NO_PROTECTIONS: Mapping[Protection, Ability] = dict.fromkeys(PROTECTIONS, _NOTHING)
"""A platform that protects nobody in particular."""
NO_ACTS: Mapping[CommentAct, Ability] = dict.fromkeys(COMMENT_ACTS, _NOTHING)
"""A platform on which nothing can be done about comments."""
NO_AGE_STEPS: Mapping[AgeStep, Ability] = dict.fromkeys(AGE_STEPS, _NOTHING)
"""A platform on which nothing can be done about accounts whose owners may be too young."""


@dataclass(frozen=True, kw_only=True)
class Comment:
    """Something that was said to or about somebody: its number on the platform, and who said it."""

    number: str
    author: AccountReference


@dataclass(frozen=True, kw_only=True)
class Description:
    """What a platform knows of an account; None where it does not say. `reference` carries its immutable id."""

    reference: AccountReference
    reach: int | None = None
    age_band: str | None = None
    monetised: bool | None = None
    country: str | None = None
    staff: bool = False


@dataclass(frozen=True, kw_only=True)
class Sanction:
    """Something in force on an account, as the platform shows it.

    measure: the measure of the ladder that it carries out, or None for a sanction of another kind.
    ours: whether Rempart put it there (the platform carries our mark, or nobody else could have); None when the
    platform cannot tell. until: when the platform itself takes it off.
    """

    measure: Measure | None
    ours: bool | None
    by: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """A copy of something that a measure may change or hide: the profile, what was published, what a log says."""

    name: str
    media_type: str
    content: bytes


class PlatformFailure(Exception):
    """The platform did not do it. The message says why, without anything personal or secret."""


class TemporaryFailure(PlatformFailure):
    """It may work later: nobody answers, too many requests, an error of theirs. `after`: not before that long."""

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class PermanentFailure(PlatformFailure):
    """It will not work by itself: a person has to do something; the message says what."""


class UnknownAccount(PermanentFailure):
    """The platform has no such account, or it lives on a server that is not ours."""


NOT_UNDERSTOOD = gettext_noop("The platform answered something that its connector does not understand.")
"""What is said where a connector fails in a way that nobody foresaw."""

NOT_HERE = gettext_noop("The platform cannot do anything of the kind.")
"""Why what a connector does not declare fails."""


def order_of(key: str) -> str:
    """The order that a key is of: `order-12` for `order-12` and for `order-12-1`, the same repeated on purpose."""
    return "-".join(key.split("-")[:2])


def reference_of(key: str) -> str:
    """The reference of a key's order for notes kept on a platform: short, and nothing can be read from it."""
    return sha256(order_of(key).encode()).hexdigest()[:10]


class Connector(ABC):
    """One platform, through its own API. Every call raises TemporaryFailure or PermanentFailure.

    abilities: what it does for each measure but `watch`. Read them from the connector of a platform where there is one:
    some kinds (webhook) learn them from the platform's settings. protections, acts: what it does for somebody who
    accepted help, and about the comments that fall on them; age_steps: about accounts whose owners may be too young. A
    connector that declares one overrides the methods for it.
    """

    kind: ClassVar[str]
    abilities: Mapping[Measure, Ability]
    protections: Mapping[Protection, Ability] = NO_PROTECTIONS
    acts: Mapping[CommentAct, Ability] = NO_ACTS
    age_steps: Mapping[AgeStep, Ability] = NO_AGE_STEPS

    @classmethod
    @abstractmethod
    def of(cls, platform: Platform) -> Self:
        """The connector of a platform as it is set up. Raises PermanentFailure when a setting is missing or wrong."""

    @abstractmethod
    def describe(self, account: AccountReference) -> Description:
        """What the platform knows of the account now, looked up by its id where that is known."""

    @abstractmethod
    def apply(self, account: AccountReference, measure: Measure, *, key: str, until: datetime | None) -> str:
        """Put a measure in force; doing it again with the same `key` changes nothing.

        An order is repeated on purpose, under a key of its own (`order_of`), when it was lost or its end moved: it
        then replaces what was there. until: when it ends, for platforms that end it themselves. Returns the platform's
        own mark of it, or "".
        """

    @abstractmethod
    def lift(self, account: AccountReference, measure: Measure, *, key: str, mark: str) -> None:
        """Take off what `apply` put there; nothing to take off is no failure.

        mark: what `apply` returned, or what it returned before it was repeated, or "" when we were killed before we
        knew. What ours put there for this measure goes, and for those that amount to the same: the outbox does not ask
        for it while another of them is wanted. Where marks tell orders apart, a later order's stays.
        """

    @abstractmethod
    def observe(self, account: AccountReference) -> Sequence[Sanction]:
        """What is in force on the account now, ours or not."""

    @abstractmethod
    def preserve(self, account: AccountReference) -> Iterator[Snapshot]:
        """Copies of the profile, of what is published and of the logs that the platform can give, before it changes."""

    def protect(self, account: AccountReference, protection: Protection, *, key: str, until: datetime) -> str:
        """Switch a protection on for the account, as `apply` puts a measure in force. Returns the platform's mark."""
        raise PermanentFailure(NOT_HERE)

    def unprotect(self, account: AccountReference, protection: Protection, *, key: str, mark: str) -> None:
        """Switch off what `protect` switched on, and not what its owner had set. Nothing to do is no failure."""
        raise PermanentFailure(NOT_HERE)

    def protected(self, account: AccountReference) -> frozenset[Protection]:
        """The protections of ours that hold on the account now."""
        return frozenset()

    def hide(self, account: AccountReference, comments: Sequence[Comment], *, key: str, until: datetime) -> str:
        """Hide comments that fall on the account, so that they can be shown again. Returns the platform's mark.

        Hiding what is hidden changes nothing; a comment that is gone is no failure.
        """
        raise PermanentFailure(NOT_HERE)

    def show(
        self,
        account: AccountReference,
        comments: Sequence[Comment],
        *,
        still: Sequence[Comment],
        key: str,
        mark: str,
    ) -> None:
        """Show again what `hide` hid; what others hid stays. Nothing to show is no failure.

        still: what stays hidden for the account, for platforms that cannot hide one comment by itself.
        """
        raise PermanentFailure(NOT_HERE)

    def hidden(self, account: AccountReference, comments: Sequence[Comment]) -> frozenset[str]:
        """The numbers of those comments that are hidden for the account now."""
        return frozenset()

    def report(self, account: AccountReference, comments: Sequence[Comment], *, key: str) -> str:
        """Report comments to the platform's own moderators, once for a key. Returns the platform's mark."""
        raise PermanentFailure(NOT_HERE)

    def hold_for_age(self, account: AccountReference, step: AgeStep, *, key: str, until: datetime) -> str:
        """Make the account private, or close it so that everything in it is kept. Returns the platform's mark."""
        raise PermanentFailure(NOT_HERE)

    def release_for_age(self, account: AccountReference, step: AgeStep, *, key: str, mark: str) -> None:
        """Undo what `hold_for_age` did, and not what its owner or others had set. Nothing to do is no failure."""
        raise PermanentFailure(NOT_HERE)

    def held_for_age(self, account: AccountReference) -> frozenset[AgeStep]:
        """What of ours holds on the account now."""
        return frozenset()

    def erase(self, account: AccountReference, *, key: str) -> str:
        """Erase the account, once for a key; two people decided it. Returns the platform's mark."""
        raise PermanentFailure(NOT_HERE)
