"""Whether somebody may use a feature, as far as their age goes: by what is held of it, and by a guardian's consent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rempart.age.models import Subject
from rempart.age.policies import policy_at, threshold
from rempart.age.services.assurances import is_over


class Because(StrEnum):
    """Why somebody may, or may not. `unknown`: nothing good enough is held, and something else would be."""

    OLD_ENOUGH = "old_enough"
    GUARDIAN_CONSENTS = "guardian_consents"
    TOO_YOUNG = "too_young"
    GUARDIAN_NEEDED = "guardian_needed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Allowed:
    """The answer, and a code of why."""

    yes: bool
    because: Because


# subject, feature, at → whether a guardian consents to it then.
Consents = Callable[[Subject, str, datetime], bool]
_asked: list[Consents] = []


def ask_consents(of: Consents) -> None:
    """Say who knows of guardians' consents. Called in `ready()`."""
    if of not in _asked:
        _asked.append(of)


def allowed(subject: Subject, feature: str, *, country: str, at: datetime) -> Allowed:
    """Whether somebody may use a feature ("account", "live" …) in a country at a moment, as far as their age goes.

    What a policy wants shown by a class of confidence counts from that class on. A threshold that no assurance can be
    about is shown by the next one above it. Raises KeyError for a feature that the policy does not know.
    """
    policy = policy_at(country, at)
    years = policy.years(feature)
    over = is_over(subject, threshold(years), at, least=policy.least(years))
    if over is False and threshold(years) == years:
        return Allowed(False, Because.TOO_YOUNG)
    if not over:
        return Allowed(False, Because.UNKNOWN)
    if years >= policy.guardian_consent_below:
        return Allowed(True, Because.OLD_ENOUGH)
    grown = threshold(policy.guardian_consent_below)
    if is_over(subject, grown, at, least=policy.least(policy.guardian_consent_below)):
        return Allowed(True, Because.OLD_ENOUGH)
    if any(consents(subject, feature, at) for consents in _asked):
        return Allowed(True, Because.GUARDIAN_CONSENTS)
    return Allowed(False, Because.GUARDIAN_NEEDED)
