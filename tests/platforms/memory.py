"""A platform in memory, complete and honest, whose troubles a test chooses.

It behaves as platforms do: a repeated key changes nothing, nothing to lift is no failure, its own staff restricts
accounts beside us. Every change is kept in `log`, so that a test can say what was done how often and in which order.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Self

import msgspec

from rempart.ledger.clock import now
from rempart.platforms.connector import (
    Ability,
    Comment,
    Connector,
    Description,
    PermanentFailure,
    Sanction,
    Snapshot,
    Support,
    TemporaryFailure,
    UnknownAccount,
)
from rempart.platforms.models import Platform
from rempart.records import AccountReference
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

NATIVE = Ability(support=Support.NATIVE, how={"fr": "Comme décidé.", "en": "As decided."})


class Killed(BaseException):
    """The process was killed here: nothing catches it."""


@dataclass
class Change:
    """Something that a request changed on the platform."""

    action: str
    handle: str
    measure: str
    key: str


@dataclass
class MemoryPlatform:
    """What is true on the platform, and what goes wrong there."""

    abilities: dict[Measure, Ability] = field(default_factory=lambda: dict.fromkeys(MEASURES[1:], NATIVE))
    sanctions: dict[str, list[Sanction]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    log: list[Change] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    tells: bool = True
    protections: dict[Protection, Ability] = field(default_factory=lambda: dict.fromkeys(PROTECTIONS, NATIVE))
    acts: dict[CommentAct, Ability] = field(default_factory=lambda: dict.fromkeys(COMMENT_ACTS, NATIVE))
    age_steps: dict[AgeStep, Ability] = field(default_factory=lambda: dict.fromkeys(AGE_STEPS, NATIVE))
    held_for_age: dict[str, set[AgeStep]] = field(default_factory=dict)
    switched_on: dict[str, set[Protection]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    reported: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    trouble: Callable[[str], None] | None = None

    def reset(self) -> None:
        """Nothing is in force and nothing goes wrong."""
        for kept in (
            self.sanctions, self.gone, self.keys, self.log, self.calls, self.switched_on, self.hidden, self.reported,
            self.held_for_age,
        ):  # fmt: skip
            kept.clear()
        self.trouble = None

    def call(self, name: str) -> None:
        """Every request passes here before it does anything; `trouble` may raise, after the fact for `name:done`."""
        self.calls.append(name)
        if self.trouble is not None:
            self.trouble(name)

    def in_force(self, handle: str, *, ours: bool | None = None) -> set[str]:
        """The measures in force on an account, whoever took them or only ours or others'."""
        there = self._there(handle)
        return {one.measure or "other" for one in there if ours is None or self.is_ours(one) == ours}

    def is_ours(self, sanction: Sanction) -> bool:
        """Who put it there in truth, whether the platform tells or not."""
        return sanction.by == "rempart"

    def restrict(self, handle: str, measure: Measure | None) -> None:
        """The platform's own staff restricts an account."""
        self.sanctions.setdefault(handle, []).append(Sanction(measure=measure, ours=False, by="staff", since=now()))

    def release(self, handle: str, *, by: str = "staff") -> None:
        """The platform's own staff takes its restrictions off, or the platform loses ours."""
        self.sanctions[handle] = [one for one in self._there(handle) if one.by != by]

    def release_ours(self, handle: str, measure: Measure) -> bool:
        """Take ours off; whether it was there. Where the platform does not tell, theirs is the same switch as ours."""
        before = self._there(handle)
        self.sanctions[handle] = [
            one for one in before if one.measure != measure or (self.tells and one.by != "rempart")
        ]
        return len(self.sanctions[handle]) < len(before)

    def shown(self, handle: str) -> list[Sanction]:
        """What a request sees: without saying whose it is where the platform does not tell."""
        there = self._there(handle)
        return there if self.tells else [replace(one, ours=None, by="") for one in there]

    def _there(self, handle: str) -> list[Sanction]:
        moment = now()
        return [one for one in self.sanctions.get(handle, []) if one.until is None or one.until > moment]


PLATFORMS: dict[str, MemoryPlatform] = {}
"""By address, so that the connector finds the platform that the test made."""
PORTS = itertools.count(9001)
"""No two platforms of a process have one address: connectors are kept by it."""


class MemoryConnector(Connector):
    """A connector for it, with nothing left out."""

    kind: ClassVar[str] = "memory"

    def __init__(self, platform: MemoryPlatform) -> None:
        self.platform = platform

    @property
    def abilities(self) -> Mapping[Measure, Ability]:  # type: ignore[override]
        """As the test set them."""
        return self.platform.abilities

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The platform at this address."""
        if platform.address not in PLATFORMS:
            raise PermanentFailure("nothing is set up at this address")
        return cls(PLATFORMS[platform.address])

    def describe(self, account: AccountReference) -> Description:
        """An account that is there."""
        self._ask("describe", account)
        number = self.platform.ids.get(account.handle, account.id)
        return Description(reference=msgspec.structs.replace(account, id=number), reach=1000)

    def apply(self, account: AccountReference, measure: Measure, *, key: str, until: datetime | None) -> str:
        """Once for each key."""
        self._ask("apply", account)
        handle = account.handle
        if key not in self.platform.keys:
            self.platform.keys.add(key)
            self.platform.release_ours(handle, measure)
            ends = until if self.platform.abilities[measure].ends_by_itself else None
            self.platform.sanctions.setdefault(handle, []).append(
                Sanction(measure=measure, ours=True, by="rempart", since=now(), until=ends)
            )
            self.platform.log.append(Change("apply", handle, measure, key))
        self.platform.call("apply:done")
        return f"mark of {key}"

    def lift(self, account: AccountReference, measure: Measure, *, key: str, mark: str) -> None:
        """Ours alone."""
        self._ask("lift", account)
        if self.platform.release_ours(account.handle, measure):
            self.platform.log.append(Change("lift", account.handle, measure, key))
        self.platform.call("lift:done")

    @property
    def protections(self) -> Mapping[Protection, Ability]:  # type: ignore[override]
        """As the test set them."""
        return self.platform.protections

    @property
    def acts(self) -> Mapping[CommentAct, Ability]:  # type: ignore[override]
        """As the test set them."""
        return self.platform.acts

    def protect(self, account: AccountReference, protection: Protection, *, key: str, until: datetime) -> str:
        """Once for each key."""
        self._ask("protect", account)
        self._once(key, "protect", account.handle, protection)
        self.platform.switched_on.setdefault(account.handle, set()).add(protection)
        self.platform.call("protect:done")
        return f"mark of {key}"

    def unprotect(self, account: AccountReference, protection: Protection, *, key: str, mark: str) -> None:
        """Off."""
        self._ask("unprotect", account)
        if protection in self.platform.switched_on.get(account.handle, set()):
            self.platform.switched_on[account.handle].remove(protection)
            self.platform.log.append(Change("unprotect", account.handle, protection, key))
        self.platform.call("unprotect:done")

    def protected(self, account: AccountReference) -> frozenset[Protection]:
        """What is on."""
        self._ask("protected", account)
        return frozenset(self.platform.switched_on.get(account.handle, set()))

    def hide(self, account: AccountReference, comments: Sequence[Comment], *, key: str, until: datetime) -> str:
        """Each is hidden for everybody."""
        self._ask("hide", account)
        self._once(key, "hide", account.handle, "")
        self.platform.hidden |= {one.number for one in comments}
        self.platform.call("hide:done")
        return f"mark of {key}"

    def show(
        self, account: AccountReference, comments: Sequence[Comment], *, still: Sequence[Comment], key: str, mark: str
    ) -> None:
        """Each shows again."""
        self._ask("show", account)
        self.platform.hidden -= {one.number for one in comments}
        self.platform.log.append(Change("show", account.handle, "", key))
        self.platform.call("show:done")

    def hidden(self, account: AccountReference, comments: Sequence[Comment]) -> frozenset[str]:
        """Which of these are hidden."""
        self._ask("hidden", account)
        return frozenset(self.platform.hidden & {one.number for one in comments})

    def report(self, account: AccountReference, comments: Sequence[Comment], *, key: str) -> str:
        """Once for each key."""
        self._ask("report", account)
        if self._once(key, "report", account.handle, ""):
            self.platform.reported += [one.number for one in comments]
        self.platform.call("report:done")
        return f"mark of {key}"

    @property
    def age_steps(self) -> Mapping[AgeStep, Ability]:  # type: ignore[override]
        """As the test set them."""
        return self.platform.age_steps

    def hold_for_age(self, account: AccountReference, step: AgeStep, *, key: str, until: datetime) -> str:
        """Once for each key."""
        self._ask("hold_for_age", account)
        self._once(key, "hold_for_age", account.handle, step)
        self.platform.held_for_age.setdefault(account.handle, set()).add(step)
        self.platform.call("hold_for_age:done")
        return f"mark of {key}"

    def release_for_age(self, account: AccountReference, step: AgeStep, *, key: str, mark: str) -> None:
        """As it was."""
        self._ask("release_for_age", account)
        if step in self.platform.held_for_age.get(account.handle, set()):
            self.platform.held_for_age[account.handle].remove(step)
            self.platform.log.append(Change("release_for_age", account.handle, step, key))
        self.platform.call("release_for_age:done")

    def held_for_age(self, account: AccountReference) -> frozenset[AgeStep]:
        """What holds."""
        self._ask("held_for_age", account)
        return frozenset(self.platform.held_for_age.get(account.handle, set()))

    def erase(self, account: AccountReference, *, key: str) -> str:
        """Once for each key."""
        self._ask("erase", account)
        self._once(key, "erase", account.handle, "")
        self.platform.call("erase:done")
        return f"mark of {key}"

    def _once(self, key: str, action: str, handle: str, what: str) -> bool:
        if key in self.platform.keys:
            return False
        self.platform.keys.add(key)
        self.platform.log.append(Change(action, handle, what, key))
        return True

    def observe(self, account: AccountReference) -> Sequence[Sanction]:
        """All that is in force; whose it is where the platform tells."""
        self._ask("observe", account)
        return self.platform.shown(account.handle)

    def preserve(self, account: AccountReference) -> Iterator[Snapshot]:
        """A profile and a log."""
        self._ask("preserve", account)
        yield Snapshot(name="profile.json", media_type="application/json", content=b'{"name": "Leo"}')
        self.platform.call("preserve:half")
        yield Snapshot(name="log.txt", media_type="text/plain", content=b"2026-01-01 signed in\n")

    def _ask(self, name: str, account: AccountReference) -> None:
        self.platform.call(name)
        if account.handle in self.platform.gone:
            raise UnknownAccount("the platform has no such account")


def passing(*names: str, times: int = 1) -> Callable[[str], None]:
    """Trouble that passes: the first `times` requests of these names fail."""
    left = dict.fromkeys(names, times)

    def trouble(name: str) -> None:
        if left.get(name, 0) > 0:
            left[name] -= 1
            raise TemporaryFailure("HTTP 503")

    return trouble


def lasting(*names: str) -> Callable[[str], None]:
    """Trouble that does not pass."""

    def trouble(name: str) -> None:
        if name in names:
            raise PermanentFailure("HTTP 400")

    return trouble


def killed(name: str) -> Callable[[str], None]:
    """The process dies the first time that it comes to this point."""
    left = [1]

    def trouble(at: str) -> None:
        if at == name and left:
            left.pop()
            raise Killed

    return trouble
