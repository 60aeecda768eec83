"""The testimonies that each factor of an assessment rests on."""

from collections.abc import Iterable, Sequence

from rempart.records import Testimony

# Factors that rest on what accuses at first hand, whatever it says.
_FIRST_HAND = ("voices", "words", "accounts", "rhythm", "doubt", "repetition", "retractions")


def rests_on(heard: Sequence[Testimony], factors: Iterable[str], at_most: int) -> dict[str, list[str]]:
    """For each factor, the ids of the testimonies that it rests on: the earliest, at most so many.

    heard: what was heard of the account, in order of time.
    """
    named: dict[str, list[str]] = {factor: [] for factor in factors}

    def name(factor: str, id: str) -> None:
        ids = named.get(factor)
        if ids is not None and len(ids) < at_most:
            ids.append(id)

    for testimony in heard:
        id = testimony.id
        if testimony.stance == "dispute":
            name("disputes", id)
            if any(piece.verified for piece in testimony.evidence):
                name("verified_denials", id)
            continue
        name(testimony.channel if testimony.stance == "testimony" else "relays", id)
        if testimony.stance == "testimony":
            for factor in _FIRST_HAND:
                name(factor, id)
        if testimony.reporter.upheld or testimony.reporter.rejected:
            name("records", id)
        found = {piece.verified for piece in testimony.evidence}
        if True in found:
            name("verified_evidence", id)
        if False in found:
            name("refuted_evidence", id)
        if found - {None}:
            name("checked_evidence", id)
        if None in found:
            name("unverified_evidence", id)
    return named
