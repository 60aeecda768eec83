"""What was received about an account, counted: nothing here is weighed.

One tally for all of it, and one for each conduct service that is named, kept as testimonies come.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from rempart.records import Service, Testimony
from rempart.records.references import SERVICES
from rempart.records.vocabulary import CONDUCTS, Channel, Conduct, severity

Item = TypeVar("Item")
_NOTHING: list[Any] = []


class Tally:
    """Counts of what was received; the lists are replaced and never changed, since records share them."""

    __slots__ = (
        "by_channel",
        "complainant_minors",
        "conduct",
        "conduct_services",
        "disputes",
        "met_on",
        "refuted",
        "relays",
        "severity",
        "testimonies",
        "verified",
    )

    def __init__(self) -> None:
        self.testimonies = self.relays = self.disputes = 0
        self.complainant_minors = self.verified = self.refuted = self.severity = 0
        self.by_channel: dict[Channel, int] = {}
        self.conduct: list[Conduct] = _NOTHING
        self.conduct_services: list[Service] = _NOTHING
        self.met_on: list[Service] = _NOTHING

    def hear(self, testimony: Testimony) -> None:
        """Count one testimony, relay or denial."""
        if testimony.stance == "dispute":
            self.disputes += 1
            return
        if testimony.stance == "testimony":
            self.testimonies += 1
        else:
            self.relays += 1
        for piece in testimony.evidence:
            if piece.verified:
                self.verified += 1
            elif piece.verified is not None:
                self.refuted += 1
        self.by_channel[testimony.channel] = self.by_channel.get(testimony.channel, 0) + 1
        conduct, minors = self.conduct, self.complainant_minors
        if testimony.complainant_minor:
            self.complainant_minors += 1
        self.conduct = _with(conduct, testimony.conduct, CONDUCTS)
        if self.conduct is not conduct or (self.complainant_minors and not minors):
            self.severity = severity(self.conduct, minor=self.complainant_minors > 0)
        self.conduct_services = _with(self.conduct_services, testimony.conduct_services, SERVICES)
        self.met_on = _with(self.met_on, testimony.met_on, SERVICES)

    def fields(self) -> dict[str, Any]:
        """What a ServiceView says of it, but for what is weighed."""
        return {
            "testimonies": self.testimonies,
            "relays": self.relays,
            "disputes": self.disputes,
            "severity": self.severity,
            "conduct": self.conduct,
            "met_on": self.met_on,
            "complainant_minors": self.complainant_minors,
            "by_channel": self.by_channel.copy(),
            "verified_evidence": self.verified,
            "refuted_evidence": self.refuted,
        }


def _with(known: list[Item], said: Sequence[Item], order: Sequence[Item]) -> list[Item]:
    """What is known and what is said, each once, in the order of a list; the very list that is known if it is all."""
    for one in said:
        if one not in known:
            return _in_order(frozenset([*known, *said]), order)
    return known


@lru_cache(maxsize=4096)
def _in_order(items: frozenset[Item], order: Sequence[Item]) -> list[Item]:
    """The items in the order of a list; the few combinations that there are share their lists."""
    return [one for one in order if one in items]
