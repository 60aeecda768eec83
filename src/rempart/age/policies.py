"""What each country's law and the platform's terms ask of an age: `policies/*.yaml`, by country and date."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What holds in a country from `since` on.

    minimum_age: in years; nobody younger has an account. guardian_consent_below: younger ones need a guardian's yes.
    features: feature → years. confidence: threshold in years → the least class that shows it (IEEE 2089.1).
    """

    country: str
    since: date
    minimum_age: int
    guardian_consent_below: int
    features: Mapping[str, int]
    confidence: Mapping[int, str]


def policy_for(country: str, on: date) -> Policy:
    """The policy of a country (ISO 3166-1; any other text is "elsewhere") on a day.

    Raises LookupError where none began by that day.
    """
    versions = _policies().get(country.upper()) or _policies()["any"]
    begun = [policy for policy in versions if policy.since <= on]
    if not begun:
        raise LookupError(f"no age policy for {country} on {on}")
    return begun[-1]


@cache
def _policies() -> dict[str, list[Policy]]:
    found = {}
    for file in files("rempart.age").joinpath("policies").iterdir():
        if file.name.endswith(".yaml"):
            data = yaml.safe_load(file.read_text(encoding="utf-8"))
            found[data["country"]] = sorted((_policy(data["country"], one) for one in data["versions"]), key=_since)
    return found


def _since(policy: Policy) -> date:
    return policy.since


def _policy(country: str, given: Mapping[str, Any]) -> Policy:
    return Policy(
        country=country,
        since=given["since"],
        minimum_age=given["minimum_age"],
        guardian_consent_below=given["guardian_consent_below"],
        features=given["features"],
        confidence=given["confidence"],
    )
