"""An account that testimonies are about: what was received of it, as a whole and service by service."""

from datetime import datetime

from rempart.corroboration.parameters import Parameters
from rempart.corroboration.tallies import Tally
from rempart.corroboration.ties import Frequencies, Shared, Ties
from rempart.records import AccountReference, Testimony

_UNSAID = ("unknown",)


class Account:
    """`about` is its first reference, with its id once known; `heard` the places of its testimonies in order of time.

    `view` holds its numbers, `services` those of each service; `absorbed` the accounts that turned out to be this one.
    """

    __slots__ = ("_parameters", "about", "absorbed", "first_at", "heard", "index", "services", "ties", "view")

    def __init__(self, about: AccountReference, index: int, parameters: Parameters, frequencies: Frequencies) -> None:
        self._parameters = parameters
        self.about = about
        self.index = index
        self.heard: list[int] = []
        self.absorbed: list[Account] = []
        self.forget(frequencies)

    def forget(self, frequencies: Frequencies) -> None:
        """Start again as if nothing had been heard."""
        self.first_at: datetime | None = None
        self.view = Tally(self._parameters)
        self.services: dict[str, Tally] = {}
        self.ties = Ties(self._parameters, frequencies)

    def hear(self, testimony: Testimony, reporter: int, shared: list[Shared]) -> None:
        """Count one testimony, received no earlier than those before."""
        ties = self.ties
        tallies = [self.view]
        for name in testimony.conduct_services or _UNSAID:
            tally = self.services.get(name)
            if tally is None:
                tally = self.services[name] = Tally(self._parameters)
            if tally not in tallies:
                tallies.append(tally)
        known = bool(testimony.reporter.communities)
        opened = testimony.reporter.account_created_at is not None
        if testimony.stance == "dispute":
            self._hear_denial(testimony, reporter, tallies)
            if known:
                ties.stand_by(reporter, shared)
            return
        source = ties.sources.get(reporter)
        if source is None:
            record = (testimony.reporter.rejected > 0) - (testimony.reporter.upheld > 0)
            source = ties.new_source(reporter, testimony.received_at.timestamp(), record)
        weight = weight_of(testimony, self._parameters)
        for tally in tallies:
            tally.hear(testimony, reporter, weight, source)
        first_hand = testimony.stance == "testimony"
        if shared or first_hand:
            ties.tie(source, shared, first_hand=first_hand, communities_known=known, opened_known=opened)
        if known and not first_hand:
            ties.stand_by(reporter, shared)
        if testimony.evidence and not source.verified and any(piece.verified for piece in testimony.evidence):
            ties.free(source)

    def _hear_denial(self, testimony: Testimony, reporter: int, tallies: list[Tally]) -> None:
        for tally in tallies:
            tally.hear_denial(testimony, reporter)
        source = self.ties.deny(reporter)
        if source is not None:
            for voice in source.voices:
                voice.tally.weaken(voice, source.left)


def weight_of(testimony: Testimony, parameters: Parameters) -> float:
    """What a testimony or a relay weighs by itself, in log-odds: by channel, its reporter's record and its evidence.

    The record weighs by the mean of a Beta distribution against that of somebody without one (Jøsang and Ismail 2002).
    """
    weight = parameters.first_hand[testimony.channel] if testimony.stance == "testimony" else parameters.relay
    upheld, rejected = testimony.reporter.upheld, testimony.reporter.rejected
    if upheld or rejected:
        record = parameters.record
        lent = record.upheld + record.rejected
        weight *= (record.upheld + upheld) / (lent + upheld + rejected) * lent / record.upheld
    if testimony.evidence:
        if any(piece.verified is False for piece in testimony.evidence):
            weight *= parameters.left_after_refuted
        else:
            weight += max(parameters.unverified[piece.kind] for piece in testimony.evidence)
    return weight
