"""What a challenge rests on: public words of the account, with the spans that speak of an age; sealed, and erased."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from rempart.age.models import Challenge
from rempart.files import sealing
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event

PURPOSE = "what a challenge of an age rests on"
MOST = 40  # things kept of one account
LONGEST = 2_000  # characters of one


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where in the text an age is spoken of: from `begin` to before `end`, in characters, and what it says there."""

    begin: int
    end: int
    says: str = ""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One thing that a challenge rests on.

    source: where it stands in public, in a word ("bio", "post", "report"). at: when it was written (ISO 8601), "" where
    that is unknown.
    """

    source: str
    text: str
    spans: tuple[Span, ...] = ()
    at: str = ""

    def __post_init__(self) -> None:
        if any(not 0 <= span.begin < span.end <= len(self.text) for span in self.spans):
            raise ValueError("a span lies outside of its text")


def add(challenge: Challenge, more: Iterable[Evidence]) -> int:
    """Put what is new to what a challenge rests on, and seal it; the caller saves. Returns how much was new."""
    before = of(challenge)
    new = [one for one in dict.fromkeys(_cut(one) for one in more) if one not in before][: MOST - len(before)]
    if new:
        challenge.evidence = sealing.seal(json.dumps([asdict(one) for one in [*before, *new]]), purpose=PURPOSE)
    return len(new)


def of(challenge: Challenge) -> list[Evidence]:
    """What a challenge rests on; empty once that is erased."""
    if challenge.evidence is None:
        return []
    read = json.loads(sealing.unseal(challenge.evidence, purpose=PURPOSE))
    return [Evidence(**one | {"spans": tuple(Span(**span) for span in one["spans"])}) for one in read]


def erase_past(before: datetime) -> int:
    """Erase what challenges rested on that were over before that moment, and what was written to appeal."""
    over = Challenge.objects.exclude(state__in=Challenge.CURRENT).filter(state_at__lt=before)
    erased = 0
    for challenge in over.exclude(evidence=None, appeals__sealed=None, appeals__vouchers__sealed_name=None).distinct():
        erased += erase(challenge)
    return erased


def erase(challenge: Challenge) -> bool:
    """Erase what a challenge rests on, and the words and addresses of its appeals; whether there was anything."""
    had = Challenge.objects.filter(pk=challenge.pk).exclude(evidence=None).update(evidence=None)
    had += challenge.appeals.exclude(sealed=None).update(sealed=None)
    for appeal in challenge.appeals.all():
        had += appeal.vouchers.exclude(sealed_name=None).update(sealed_name=None, sealed_email=None)
    if had:
        challenge.evidence = None
        append(Event.AGE_EVIDENCE_ERASED, subject=challenge, content={"at": now().isoformat()})
    return bool(had)


def _cut(one: Evidence) -> Evidence:
    if len(one.text) <= LONGEST:
        return one
    spans = tuple(span for span in one.spans if span.end <= LONGEST)
    return Evidence(source=one.source, text=one.text[:LONGEST], spans=spans, at=one.at)
