"""What an attack is, and the register of all of them."""

from collections.abc import Callable
from dataclasses import dataclass

from rempart.attestation.outcome import Reason
from rempart.attestation.testing.scene import Scene


@dataclass(frozen=True)
class Replay:
    """What was accepted once, and what is shown after it."""

    first: bytes | str
    again: bytes | str


Build = Callable[[Scene], bytes | str | Replay]


@dataclass(frozen=True, kw_only=True)
class Attack:
    """A forged, replayed or misleading presentation, and with which codes an honest verifier may refuse it.

    Which check comes first is the verifier's own business, hence several codes; that it refuses is not.
    """

    name: str
    about: str
    reasons: frozenset[Reason]
    build: Build


MDOC: dict[str, Attack] = {}
SD_JWT: dict[str, Attack] = {}

BAD_SIGNER = (Reason.BAD_CERTIFICATE, Reason.UNTRUSTED_ISSUER)
UNREAD = (Reason.MALFORMED, Reason.TOO_LARGE, Reason.UNKNOWN_FORMAT)


def attack(*reasons: Reason, among: dict[str, Attack] = MDOC) -> Callable[[Build], Build]:
    """Note a function as an attack; its docstring says what it is."""

    def note(build: Build) -> Build:
        about = " ".join((build.__doc__ or "").split())
        among[build.__name__] = Attack(name=build.__name__, about=about, reasons=frozenset(reasons), build=build)
        return build

    return note


def named(name: str, about: str, build: Build, *reasons: Reason, among: dict[str, Attack] = MDOC) -> None:
    """Note one of a family of attacks that differ in a value."""
    among[name] = Attack(name=name, about=about, reasons=frozenset(reasons), build=build)
