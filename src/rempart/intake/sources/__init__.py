"""Where posts come from, and what may be kept of each source: one YAML file a source, with the reason.

`keep` is `case` (posts may become testimonies in a case), `aggregate` (only counts by the hour: no text, no author, no
testimony) or `none`. A service that no file names is `none`: what nobody has thought about is not kept.
"""

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec
import yaml

from rempart.records.references import Service

Keep = Literal["case", "aggregate", "none"]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence in both languages."""

    fr: str
    en: str


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A source and what may be kept of it. Posts of `services` belong to it unless an import names another."""

    name: str
    title: Words
    services: list[Service] = []
    keep: Keep
    because: Words


class UnknownSource(ValueError):
    """No source of that name is described."""


NOT_DESCRIBED = Source(
    name="not_described",
    title=Words(fr="Source non décrite", en="Source not described"),
    keep="none",
    because=Words(
        fr="Personne n'a encore établi ce que l'on a le droit de garder de ce service.",
        en="Nobody has established yet what may be kept from this service.",
    ),
)


@cache
def all_sources() -> dict[str, Source]:
    """Every source described, by name."""
    folder = files(__name__)
    found = [
        msgspec.convert(yaml.safe_load(entry.read_text(encoding="utf-8")), Source)
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    ]
    return {source.name: source for source in sorted(found, key=lambda source: source.name)}


def named(name: str) -> Source:
    """The source of that name. Raises UnknownSource."""
    try:
        return all_sources()[name]
    except KeyError:
        raise UnknownSource(f"no source is named {name!r}; there are {', '.join(all_sources())}") from None


def of_service(service: str, *, ours: bool) -> Source:
    """The source that posts of `service` belong to: the platform's own if one of ours wrote them, or the service's."""
    if ours:
        return named("platform")
    for source in all_sources().values():
        if service in source.services:
            return source
    return NOT_DESCRIBED
