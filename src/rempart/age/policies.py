"""What each country's law and the platform's terms ask of an age: `policies/*.yaml`, by country and date.

Laws differ and change, hence data. A folder of the operator's own (REMPART_AGE_POLICIES) comes first, file by file: a
country that has one there is read from it alone. A region (`CA-QC`) without a file has its country's, a country without
one has `any`. What is adopted and not in force stands under `pending`, for people to read; nothing applies it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils import timezone

from rempart.age.models.assurances import Confidence

THRESHOLDS = (13, 15, 16, 18)
ACCOUNT = "account"
ANYWHERE = "any"
YOUNGEST, OLDEST = 1, 21
A_YEAR = 365
_VERSION = {"since", "minimum_age", "guardian_consent_below", "features", "confidence", "sources", "note"}
_VERSION |= {"guardian_consent_days"}


class PolicyError(ValueError):
    """A policy cannot be used. `file` and `field` say where (`versions.0.features.live`); the message says why."""

    def __init__(self, file: str, field: str, why: str) -> None:
        super().__init__(f"{file}: {field}: {why}" if field else f"{file}: {why}")
        self.file, self.field, self.why = file, field, why


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where an age comes from."""

    name: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Policy:
    """What holds in a country from `since` on.

    minimum_age: in years; nobody younger has an account. guardian_consent_below: younger ones need a guardian's yes.
    guardian_consent_days: how long that yes counts. features: feature → years. confidence: threshold in years → the
    least class that shows it (IEEE 2089.1).
    """

    country: str
    since: date
    minimum_age: int
    guardian_consent_below: int
    features: Mapping[str, int]
    confidence: Mapping[int, str]
    sources: tuple[Source, ...] = ()
    note: str = ""
    guardian_consent_days: int = A_YEAR

    def years(self, feature: str) -> int:
        """From how many years on a feature is open. Raises KeyError for one that no policy knows."""
        return self.minimum_age if feature == ACCOUNT else self.features[feature]

    def least(self, years: int) -> Confidence:
        """The least class of confidence that shows this age: that of the nearest threshold at or above it."""
        fitting = [one for one in sorted(self.confidence) if one >= years] or [max(self.confidence)]
        return Confidence(self.confidence[fitting[0]])


@dataclass(frozen=True, kw_only=True)
class Country:
    """All versions for a country, oldest first, and what is adopted there without being in force."""

    code: str
    versions: tuple[Policy, ...]
    pending: tuple[str, ...] = ()


def policy_for(country: str, on: date) -> Policy:
    """The policy of a country or region (ISO 3166; any other text is "elsewhere") on a day.

    Raises LookupError where none began by that day, PolicyError for a file that cannot be used.
    """
    known, code = policies(), country.upper()
    found = known.get(code) or known.get(code.partition("-")[0]) or known[ANYWHERE]
    begun = [policy for policy in found.versions if policy.since <= on]
    if not begun:
        raise LookupError(f"no age policy for {country} on {on}")
    return begun[-1]


def policy_at(country: str, at: datetime) -> Policy:
    """The policy that holds at a moment, by our calendar; our own country's for "". Raises as `policy_for` does."""
    return policy_for(country or settings.REMPART_COUNTRY, timezone.localdate(at))


def policies() -> Mapping[str, Country]:
    """Every country's policies by its code. Raises PolicyError for a file that cannot be used."""
    return _read(settings.REMPART_AGE_POLICIES)


def threshold(years: int) -> int:
    """The least threshold that an assurance can be about and that shows this age."""
    return next((one for one in THRESHOLDS if one >= years), THRESHOLDS[-1])


def parse(text: str, name: str) -> Country:
    """The policies of one file; name: how messages call it. Raises PolicyError."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PolicyError(name, "", f"is no YAML: {getattr(error, 'problem', None) or 'it cannot be read'}") from error
    check = _Check(name)
    data = check.mapping(data, "", {"country", "versions", "pending"})
    code = check.text(data, "country", "")
    parts = [code] if code == ANYWHERE else code.split("-")
    good = code == ANYWHERE or (
        len(parts[0]) == 2 and len(parts) <= 2 and all(p.isalnum() and p.isupper() for p in parts)
    )
    if not good:
        raise PolicyError(name, "country", "is neither `any` nor a code such as FR or CA-QC")
    listed = data.get("versions")
    if not isinstance(listed, list) or not listed:
        raise PolicyError(name, "versions", "is not a list of at least one version")
    versions = tuple(_version(check, code, one, f"versions.{place}") for place, one in enumerate(listed))
    dates = [one.since for one in versions]
    if dates != sorted(set(dates)):
        raise PolicyError(name, "versions", "are not in the order of their `since`, each on a day of its own")
    pending = data.get("pending") or []
    if not isinstance(pending, list) or not all(isinstance(one, str) for one in pending):
        raise PolicyError(name, "pending", "is not a list of texts")
    return Country(code=code, versions=versions, pending=tuple(pending))


def _version(check: "_Check", code: str, given: Any, field: str) -> Policy:
    given = check.mapping(given, field, _VERSION)
    since = given.get("since")
    if not isinstance(since, date):
        raise check.error(f"{field}.since", "is not a day such as 2026-01-01")
    minimum = check.age(given.get("minimum_age"), f"{field}.minimum_age")
    guardian = check.age(given.get("guardian_consent_below"), f"{field}.guardian_consent_below")
    features = check.mapping(given.get("features") or {}, f"{field}.features", None)
    ages = {str(name): check.age(years, f"{field}.features.{name}") for name, years in features.items()}
    if ages.get(ACCOUNT, minimum) != minimum:
        raise check.error(f"{field}.features.account", f"is not the minimum age, {minimum}")
    confidence = check.mapping(given.get("confidence"), f"{field}.confidence", None)
    if set(confidence) != set(THRESHOLDS):
        raise check.error(f"{field}.confidence", f"does not name {', '.join(map(str, THRESHOLDS))}, each once")
    for years, least in confidence.items():
        if least not in Confidence.values:
            raise check.error(f"{field}.confidence.{years}", f"is none of {', '.join(Confidence.values)}")
    listed = given.get("sources")
    if not isinstance(listed, list) or not listed:
        raise check.error(f"{field}.sources", "names no source")
    sources = []
    for place, one in enumerate(listed):
        where = f"{field}.sources.{place}"
        source = check.mapping(one, where, {"name", "url"})
        sources.append(Source(name=check.text(source, "name", where), url=check.text(source, "url", where)))
    days = _days(check, given.get("guardian_consent_days", A_YEAR), f"{field}.guardian_consent_days")
    return Policy(
        country=code,
        since=since,
        minimum_age=minimum,
        guardian_consent_below=guardian,
        features={ACCOUNT: minimum} | ages,
        confidence=confidence,
        sources=tuple(sources),
        note=str(given.get("note", "")),
        guardian_consent_days=days,
    )


def _days(check: "_Check", value: Any, field: str) -> int:
    if type(value) is not int or not 1 <= value <= A_YEAR:
        raise check.error(field, f"is not a number of days between 1 and {A_YEAR}")
    return value


class _Check:
    """Looks at the parts of one file, and names what is wrong with them."""

    def __init__(self, name: str) -> None:
        self.name = name

    def error(self, field: str, why: str) -> PolicyError:
        return PolicyError(self.name, field, why)

    def mapping(self, given: Any, field: str, known: set[str] | None) -> Mapping[Any, Any]:
        if not isinstance(given, dict):
            raise self.error(field, "is not a mapping")
        if known is not None and (odd := sorted(map(str, set(given) - known))):
            raise self.error(f"{field}.{odd[0]}".strip("."), "is no field of a policy")
        return given

    def text(self, given: Mapping[str, Any], key: str, field: str) -> str:
        value = given.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(f"{field}.{key}".strip("."), "is missing")
        return value

    def age(self, value: Any, field: str) -> int:
        if type(value) is not int or not YOUNGEST <= value <= OLDEST:
            raise self.error(field, f"is not a number of years between {YOUNGEST} and {OLDEST}")
        return value


@cache
def _read(folder: str) -> Mapping[str, Country]:
    found: dict[str, Country] = {}
    for where in (files("rempart.age").joinpath("policies"), *([Path(folder)] if folder else [])):
        here: dict[str, str] = {}
        for file in _yaml_files(where):
            country = parse(file.read_text(encoding="utf-8"), file.name)
            if country.code in here:
                raise PolicyError(file.name, "country", f"{country.code} is told by {here[country.code]} already")
            here[country.code] = file.name
            found[country.code] = country
    return found


def _yaml_files(folder: Traversable) -> Iterator[Traversable]:
    return iter(sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name))
