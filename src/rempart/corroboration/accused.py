"""An account that testimonies are about: what was received of it, as a whole and service by service."""

from array import array
from datetime import datetime
from typing import Literal

from rempart.corroboration.tallies import Tally
from rempart.records import AccountReference, Service, Testimony

Named = Service | Literal["unknown"]
_UNSAID: tuple[Named, ...] = ("unknown",)


def services_named(testimony: Testimony) -> tuple[Named, ...]:
    """The conduct services that a testimony names, each once; `unknown` where it names none."""
    return tuple(dict.fromkeys(testimony.conduct_services)) or _UNSAID


class Account:
    """`about` is its first reference, with its id once known; `heard` the places of its testimonies in order of time.

    `view` counts them all, `services` those of each service; `absorbed` turned out to be this one.
    """

    __slots__ = ("about", "absorbed", "first_at", "heard", "services", "subject", "view")

    def __init__(self, about: AccountReference, subject: int) -> None:
        self.about = about
        self.subject = subject
        self.absorbed: list[Account] = []
        self.heard = array("q")
        self.forget()

    def forget(self) -> None:
        """Start counting again as if nothing had been heard."""
        self.first_at: datetime | None = None
        self.view = Tally()
        self.services: dict[Named, Tally] = {}

    def hear(self, testimony: Testimony, at: datetime) -> None:
        """Count one testimony, received no earlier than those before, at an instant in UTC."""
        if self.first_at is None and testimony.stance != "dispute":
            self.first_at = at
        self.view.hear(testimony)
        for name in services_named(testimony):
            tally = self.services.get(name)
            if tally is None:
                tally = self.services[name] = Tally()
            tally.hear(testimony)
