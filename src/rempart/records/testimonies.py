"""Testimonies from what is received: testimony lines as they are, and the testimonies that a statement makes."""

from typing import Any

from rempart.records.lines import to_record
from rempart.records.post import Statement
from rempart.records.references import AccountReference
from rempart.records.testimony import Evidence, Reporter, Testimony
from rempart.records.vocabulary import EvidenceKind

# What a post says it holds, where that is evidence a testimony can carry (a complaint filed is not).
_EVIDENCE: dict[str, EvidenceKind] = {
    "screenshot": "screenshot",
    "video": "video",
    "audio": "audio",
    "export": "export",
    "witness": "witness",
}
# Fields that only a testimony line has; every line without them that has one of the others is a statement.
_OF_TESTIMONIES = ("about", "received_at", "reporter", "channel")
_OF_STATEMENTS = ("author", "created_at", "stance_probability", "accused", "concerns")


def testimonies_of(statement: Statement) -> list[Testimony]:
    """One testimony for each account that a statement accuses (testimony, relay) or defends (dispute).

    Statements of other stances, and reposts (which say nothing new), make none. Evidence that the post mentions is
    evidence that nobody has verified.
    """
    stance = statement.stance
    if statement.repost_of is not None or stance not in ("testimony", "relay", "dispute"):
        return []
    about = statement.concerns if stance == "dispute" else statement.accused
    accounts: dict[tuple[str, str], AccountReference] = {}
    for account in about:
        accounts.setdefault((account.service, account.handle), account)
    return [
        Testimony(
            id=f"{statement.service}:{statement.id}:{account}",
            received_at=statement.created_at,
            channel="public_post",
            about=account,
            stance=stance,
            conduct=statement.conduct,
            conduct_services=statement.conduct_services,
            met_on=statement.met_on,
            complainant_minor=statement.complainant_minor,
            text=statement.text,
            reporter=Reporter(
                id=f"{statement.service}:{statement.author}", account_created_at=statement.author_created_at
            ),
            evidence=[Evidence(kind=_EVIDENCE[kind]) for kind in statement.evidence if kind in _EVIDENCE],
        )
        for account in accounts.values()
    ]


def read_testimonies(raw: dict[str, Any]) -> list[Testimony]:
    """The testimonies of a decoded line: itself, or those of the statement that it is (a statement may make none).

    Raises BadLine naming the field at fault.
    """
    if not any(field in raw for field in _OF_TESTIMONIES) and any(field in raw for field in _OF_STATEMENTS):
        return testimonies_of(to_record(raw, Statement))
    return [to_record(raw, Testimony)]
