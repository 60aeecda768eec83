"""What a platform answers to each command, as README.md documents it; anything else is refused, naming the field."""

from base64 import b64decode
from binascii import Error
from datetime import datetime
from typing import Annotated

import msgspec

from rempart.platforms.connector import PermanentFailure, Sanction, Snapshot
from rempart.records.accounts import AgeBand
from rempart.records.vocabulary import AgeStep, Measure, Protection

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class Applied(msgspec.Struct, kw_only=True):
    """To measure.apply, protection.apply, comments.hide and comments.report.

    mark: the platform's own reference of it; it comes back in what takes it off.
    """

    mark: Annotated[str, msgspec.Meta(max_length=300)] = ""


class Lifted(msgspec.Struct, kw_only=True):
    """To measure.lift, protection.lift and comments.show: an empty object."""


class Known(msgspec.Struct, kw_only=True):
    """To account.describe. id: the immutable one; null for what the platform does not know."""

    id: Name
    handle: Name
    reach: Annotated[int, msgspec.Meta(ge=0)] | None = None
    age_band: AgeBand | None = None
    monetised: bool | None = None
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] | None = None
    staff: bool = False


class InForce(msgspec.Struct, kw_only=True):
    """One restriction. measure: null for one of another kind than the ladder's; ours: put there by measure.apply."""

    ours: bool
    measure: Measure | None = None
    by: Annotated[str, msgspec.Meta(max_length=300)] = ""
    since: Moment | None = None
    until: Moment | None = None

    @property
    def sanction(self) -> Sanction:
        """The same as a connector says it."""
        return Sanction(measure=self.measure, ours=self.ours, by=self.by, since=self.since, until=self.until)


class Observed(msgspec.Struct, kw_only=True):
    """To account.observe: every restriction in force."""

    sanctions: list[InForce]


class Protected(msgspec.Struct, kw_only=True):
    """To protection.observe: the protections of ours that are on."""

    protections: list[Protection]


class HeldForAge(msgspec.Struct, kw_only=True):
    """To age.observe: what of ours holds on the account."""

    steps: list[AgeStep]


class Hidden(msgspec.Struct, kw_only=True):
    """To comments.observe: which of those asked about are hidden; one that is gone counts."""

    hidden: list[Annotated[str, msgspec.Meta(max_length=512)]]


class Copy(msgspec.Struct, kw_only=True):
    """One thing kept: its text, or its bytes in base64."""

    name: Name
    media_type: Name
    text: str | None = None
    base64: str | None = None

    def __post_init__(self) -> None:
        if (self.text is None) == (self.base64 is None):
            raise ValueError("exactly one of `text` and `base64` is given")

    @property
    def snapshot(self) -> Snapshot:
        """The same as a connector says it. Raises PermanentFailure for what is no base64."""
        try:
            content = b64decode(self.base64, validate=True) if self.base64 is not None else (self.text or "").encode()
        except Error as error:
            raise PermanentFailure("its answer to account.preserve: `base64` cannot be decoded") from error
        return Snapshot(name=self.name, media_type=self.media_type, content=content)


class Preserved(msgspec.Struct, kw_only=True):
    """To account.preserve. next: what to ask for the copies that follow, null after the last."""

    copies: list[Copy]
    next: Name | None = None


class Refused(msgspec.Struct, kw_only=True):
    """What a status of 404 or 422 means."""

    error: str = ""
