"""What was received about an account, counted: nothing here is weighed.

One tally for all of it, and one for each conduct service that is named, kept as testimonies come.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

from rempart.records import Service, Testimony
from rempart.records.references import SERVICES
from rempart.records.vocabulary import CONDUCTS, Channel, Conduct, severity

Item = TypeVar("Item")


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
        self.conduct: list[Conduct] = []
        self.conduct_services: list[Service] = []
        self.met_on: list[Service] = []

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
        minor = bool(testimony.complainant_minor)
        self.complainant_minors += minor
        news = [one for one in testimony.conduct if one not in self.conduct]
        if news:
            self.conduct = _in_order([*self.conduct, *news], CONDUCTS)
        if news or (minor and self.complainant_minors == 1):
            self.severity = severity(self.conduct, minor=self.complainant_minors > 0)
        if any(one not in self.conduct_services for one in testimony.conduct_services):
            self.conduct_services = _in_order([*self.conduct_services, *testimony.conduct_services], SERVICES)
        if any(one not in self.met_on for one in testimony.met_on):
            self.met_on = _in_order([*self.met_on, *testimony.met_on], SERVICES)

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


def _in_order(items: Sequence[Item], order: Sequence[Item]) -> list[Item]:
    """The items, each once, in the order of a list."""
    return [one for one in order if one in items]
