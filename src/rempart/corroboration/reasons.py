"""The testimonies that each factor of an assessment rests on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rempart.records import Testimony

# Factors that rest on what accuses at first hand, whatever it says; and on evidence, by what came of looking at it.
_FIRST_HAND = ("voices", "words", "accounts", "rhythm", "doubt", "repetition", "retractions")
_EVIDENCE: tuple[tuple[str, tuple[bool | None, ...]], ...] = (
    ("verified_evidence", (True,)),
    ("refuted_evidence", (False,)),
    ("checked_evidence", (True, False)),
    ("unverified_evidence", (None,)),
)
_NOTHING: frozenset[bool | None] = frozenset()


def rests_on(heard: Sequence[Testimony], factors: Iterable[str], at_most: int) -> dict[str, list[str]]:
    """For each factor, the ids of the testimonies that it rests on: the earliest, at most so many.

    heard: what was heard of the account, in order of time. Factors that rest on the same share one list.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for testimony in heard:
        for cause in _causes(testimony):
            ids = found[cause]
            if len(ids) < at_most:
                ids.append(testimony.id)
    return {factor: found["first_hand" if factor in _FIRST_HAND else factor] for factor in factors}


def _causes(testimony: Testimony) -> list[str]:
    """What one testimony is a reason for."""
    found = {piece.verified for piece in testimony.evidence} if testimony.evidence else _NOTHING
    if testimony.stance == "dispute":
        return ["disputes", "verified_denials"] if True in found else ["disputes"]
    causes = [testimony.channel, "first_hand"] if testimony.stance == "testimony" else ["relays"]
    if testimony.reporter.upheld or testimony.reporter.rejected:
        causes.append("records")
    if found:
        causes += [name for name, verdicts in _EVIDENCE if not found.isdisjoint(verdicts)]
    return causes
