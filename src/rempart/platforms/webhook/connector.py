"""The connector for a platform of one's own: commands as signed webhooks, whose answers are validated.

Signing, addresses that may not be reached and limits of time are those of every webhook of this site
(`rempart.correspondence.webhooks`). The webhook-id of a command that changes something is the order's key: a platform
that has seen it answers the same again and does nothing.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx
import msgspec
from django.utils.translation import gettext_noop

from rempart.correspondence import webhooks
from rempart.correspondence.errors import EndpointRefused
from rempart.ledger.clock import now
from rempart.platforms.connector import (
    NATIVE,
    Ability,
    Comment,
    Connector,
    Description,
    PermanentFailure,
    Sanction,
    Snapshot,
    TemporaryFailure,
    UnknownAccount,
)
from rempart.platforms.http import failure
from rempart.platforms.models import Platform
from rempart.platforms.services import secret_of
from rempart.platforms.settings import settings_of
from rempart.platforms.webhook.answers import (
    Applied,
    HeldForAge,
    Hidden,
    Known,
    Lifted,
    Observed,
    Preserved,
    Protected,
    Refused,
)
from rempart.platforms.webhook.settings import ASKED, WebhookSettings
from rempart.records import AccountReference
from rempart.records.vocabulary import AGE_STEPS, COMMENT_ACTS, PROTECTIONS, AgeStep, CommentAct, Measure, Protection

LONGEST = 16 * 1024 * 1024
"""Bytes of an answer that are read."""

Answer = TypeVar("Answer", bound=msgspec.Struct)


class WebhookConnector(Connector):
    """A platform at one address, which verifies the signature of each command and carries it out."""

    kind = "webhook"
    # Every measure can be asked for; what this platform does is declared in its settings and replaces this.
    abilities: Mapping[Measure, Ability] = dict.fromkeys(ASKED, NATIVE)

    protections: Mapping[Protection, Ability] = dict.fromkeys(PROTECTIONS, NATIVE)
    acts: Mapping[CommentAct, Ability] = dict.fromkeys(COMMENT_ACTS, NATIVE)
    age_steps: Mapping[AgeStep, Ability] = dict.fromkeys(AGE_STEPS, NATIVE)

    def __init__(self, platform: Platform, keys: Sequence[str], settings: WebhookSettings) -> None:
        self.platform, self.keys = platform, keys
        self.abilities, self.protections = settings.by_measure(), settings.by_protection()
        self.acts, self.age_steps = settings.by_act(), settings.by_age_step()

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The secret is one of Standard Webhooks, or two separated by a space while one replaces the other."""
        settings = settings_of(platform, WebhookSettings)
        try:
            webhooks.ensure_usable(platform.address)
        except EndpointRefused as error:
            raise PermanentFailure(str(error)) from error
        return cls(platform, _keys(secret_of(platform)), settings)

    def describe(self, account: AccountReference) -> Description:
        """Ask for what the platform knows of the account."""
        known = self._ask("account.describe", {"account": account}, Known)
        return Description(
            reference=AccountReference(account.service, known.handle, known.id),
            reach=known.reach,
            age_band=known.age_band,
            monetised=known.monetised,
            country=known.country,
            staff=known.staff,
        )

    def apply(self, account: AccountReference, measure: Measure, *, key: str, until: datetime | None) -> str:
        """Order the measure; the platform answers with its mark."""
        data = {"account": account, "measure": measure, "until": until}
        return self._ask("measure.apply", data, Applied, key=key).mark

    def lift(self, account: AccountReference, measure: Measure, *, key: str, mark: str) -> None:
        """Order the account's restoration from this measure."""
        self._ask("measure.lift", {"account": account, "measure": measure, "mark": mark}, Lifted, key=key)

    def observe(self, account: AccountReference) -> Sequence[Sanction]:
        """Ask for every restriction in force."""
        found = self._ask("account.observe", {"account": account}, Observed)
        return [one.sanction for one in found.sanctions]

    def preserve(self, account: AccountReference) -> Iterator[Snapshot]:
        """Ask for copies, a page at a time."""
        after: str | None = None
        seen: set[str] = set()
        while True:
            page = self._ask("account.preserve", {"account": account, "after": after}, Preserved)
            for copy in page.copies:
                yield copy.snapshot
            after = page.next
            if after is None:
                return
            if after in seen:
                raise PermanentFailure("its answer to account.preserve: `next` names a page that came before")
            seen.add(after)

    def protect(self, account: AccountReference, protection: Protection, *, key: str, until: datetime) -> str:
        """Order a protection; the platform answers with its mark."""
        data = {"account": account, "protection": protection, "until": until}
        return self._ask("protection.apply", data, Applied, key=key).mark

    def unprotect(self, account: AccountReference, protection: Protection, *, key: str, mark: str) -> None:
        """Order that it be taken off."""
        data = {"account": account, "protection": protection, "mark": mark}
        self._ask("protection.lift", data, Lifted, key=f"{key}:lift")

    def protected(self, account: AccountReference) -> frozenset[Protection]:
        """Ask for those of ours that are on."""
        return frozenset(self._ask("protection.observe", {"account": account}, Protected).protections)

    def hide(self, account: AccountReference, comments: Sequence[Comment], *, key: str, until: datetime) -> str:
        """Order that comments be hidden; the platform answers with its mark."""
        data = {"account": account, "comments": _named(comments), "until": until}
        return self._ask("comments.hide", data, Applied, key=key).mark

    def show(
        self,
        account: AccountReference,
        comments: Sequence[Comment],
        *,
        still: Sequence[Comment],
        key: str,
        mark: str,
    ) -> None:
        """Order that comments be shown again."""
        data = {"account": account, "comments": _named(comments), "mark": mark}
        self._ask("comments.show", data, Lifted, key=f"{key}:lift")

    def hidden(self, account: AccountReference, comments: Sequence[Comment]) -> frozenset[str]:
        """Ask which of these are hidden."""
        data = {"account": account, "comments": _named(comments)}
        return frozenset(self._ask("comments.observe", data, Hidden).hidden)

    def report(self, account: AccountReference, comments: Sequence[Comment], *, key: str) -> str:
        """Hand comments over to the platform's own moderators."""
        return self._ask("comments.report", {"account": account, "comments": _named(comments)}, Applied, key=key).mark

    def hold_for_age(self, account: AccountReference, step: AgeStep, *, key: str, until: datetime) -> str:
        """Order the step; the platform answers with its mark."""
        return self._ask("age.apply", {"account": account, "step": step, "until": until}, Applied, key=key).mark

    def release_for_age(self, account: AccountReference, step: AgeStep, *, key: str, mark: str) -> None:
        """Order that it be undone."""
        self._ask("age.lift", {"account": account, "step": step, "mark": mark}, Lifted, key=f"{key}:lift")

    def held_for_age(self, account: AccountReference) -> frozenset[AgeStep]:
        """Ask for what of ours holds."""
        return frozenset(self._ask("age.observe", {"account": account}, HeldForAge).steps)

    def erase(self, account: AccountReference, *, key: str) -> str:
        """Order that the account be erased: the platform does it by its own means."""
        return self._ask("age.erase", {"account": account}, Applied, key=key).mark

    def _ask(self, command: str, data: Mapping[str, Any], kind: type[Answer], *, key: str = "") -> Answer:
        moment = now()
        outcome = webhooks.send(
            self.platform.address,
            key or f"msg_{uuid4().hex}",
            int(moment.timestamp()),
            webhooks.body_of(command, moment, msgspec.to_builtins(data)),
            self.keys,
            reading=LONGEST,
        )
        if outcome.status == 0:
            raise TemporaryFailure(outcome.error)
        if not outcome.delivered:
            raise _failure(command, outcome)
        return _read(command, outcome.answer, kind)


def _named(comments: Sequence[Comment]) -> list[dict[str, Any]]:
    return [{"number": one.number, "author": one.author} for one in comments]


def _keys(secret: str) -> list[str]:
    keys = secret.split()
    for key in keys:
        try:
            length = len(b64decode(key.removeprefix(webhooks.PREFIX), validate=True))
        except Error:
            length = 0
        if not (key.startswith(webhooks.PREFIX) and 24 <= length <= 64):
            raise PermanentFailure(
                gettext_noop("secret: it is whsec_ and 24 to 64 bytes in base64 (Standard Webhooks)")
            )
    if not keys:
        raise PermanentFailure(gettext_noop("secret: a platform that speaks by webhook needs one"))
    return keys


def _read(command: str, answer: bytes, kind: type[Answer]) -> Answer:
    try:
        return msgspec.json.decode(answer, type=kind)
    except msgspec.DecodeError as error:
        # What stands between quotation marks is the platform's own text, which may name somebody.
        words = re.sub("'.*'", "…", str(error))
        raise PermanentFailure(f"its answer to {command}: {words}") from error


def _failure(command: str, outcome: webhooks.Outcome) -> Exception:
    """What an answer that is no success means, as README.md says."""
    if outcome.status < 300:
        return PermanentFailure(f"its answer to {command}: longer than {LONGEST} bytes")
    try:
        error = msgspec.json.decode(outcome.answer, type=Refused).error
    except msgspec.DecodeError:
        error = ""
    match outcome.status, error:
        case 404, "unknown_account":
            return UnknownAccount(gettext_noop("the platform has no such account"))
        case 422, "unsupported":
            return PermanentFailure(
                gettext_noop("the platform says that it does not do this: correct the abilities in its settings")
            )
    asked = {"retry-after": str(outcome.retry_after)} if outcome.retry_after else {}
    return failure(httpx.Response(outcome.status, headers=asked))
