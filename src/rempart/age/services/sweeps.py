"""What `rempart radar age` read in public words, taken in: each estimate once, however often it comes.

What suggests that somebody hurts a child goes to the child-safety officers, and its step waits for them. Otherwise an
account that is likely too young is asked; what would restrict it is put before people. Nothing restricts by itself.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from io import BytesIO

import msgspec
from django.conf import settings
from django.db import transaction

from rempart.age.errors import AlreadyShown, SafetyFirst
from rempart.age.models import AgeMatter, AgeSighting, Challenge, ProtectionCase
from rempart.age.services import reports, safeguarding
from rempart.age.services.challenges import open_challenge
from rempart.age.services.evidence import Evidence, Span
from rempart.age.services.guards import named, safe_to_ask
from rempart.age.signals import protection_settled
from rempart.files import sealing
from rempart.intake.ours import own_services
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.lookout.commands import NoGoodLine
from rempart.lookout.services.looking import accounts_named
from rempart.radar.age.parameters import Parameters
from rempart.records import AccountReference, AccountRow, AgeEstimate
from rempart.records.lines import Reader, Rejects, lines_of, opened

_READ_BY = Parameters()
FLAGGED = _READ_BY.flagged
"""From this probability of being under 13 an account counts as flagged (contracts.md)."""
ASKED_FROM = {
    Challenge.Step.ASK: max(FLAGGED, _READ_BY.ask_from),
    Challenge.Step.PROVE: max(FLAGGED, _READ_BY.prove_from),
    Challenge.Step.RESTRICT: max(FLAGGED, _READ_BY.restrict_from),
}
"""From which probability on an account that was swept is asked for which step."""
PURPOSE = "what a sweep read of an age"
BY_ITSELF = "sweep"
_LONGEST = 255


class Taken(msgspec.Struct, kw_only=True):
    """What became of estimates. first: brought before child-safety officers; none: they call for nothing.

    refused: those whose account no column can name.
    """

    asked: int = 0
    first: int = 0
    known: int = 0
    shown: int = 0
    none: int = 0
    refused: int = 0


def connect() -> None:
    """Go on with what waited, once a child-safety officer says so."""
    protection_settled.connect(_on_settled, dispatch_uid="age.sweeps")


def receive_estimates(
    estimates: Iterable[AgeEstimate],
    *,
    service: str | None = None,
    accounts: Mapping[str, AccountRow] | None = None,
) -> Taken:
    """Take in estimates, each account in a transaction of its own: what is killed in between goes on where it stood.

    service: whose accounts they are; the platform's first by default. accounts: their rows by id, where they are known,
    for handles, countries and the whole public words.
    """
    taken, of = Taken(), service or own_services()[0]
    for estimate in estimates:
        row = (accounts or {}).get(estimate.id)
        try:
            became = _receive(estimate, row, row.service if row else of)
        except ValueError:
            became = "refused"
        setattr(taken, became, getattr(taken, became) + 1)
    return taken


@transaction.atomic
def _receive(estimate: AgeEstimate, row: AccountRow | None, service: str) -> str:
    if (
        len(estimate.id) > _LONGEST
        or "\0" in estimate.id
        or (row and ("\0" in row.handle or len(row.handle) > _LONGEST))
    ):
        raise ValueError("no column can name it")
    account = AccountReference(service, row.handle if row else estimate.id, estimate.id)
    hurt = _passages(estimate, row)
    if hurt and safeguarding.look_first(account, sign=safeguarding.READ, passages=hurt) is not None:
        _sight(account, estimate, row, whole=False)
        return "first"
    if estimate.step == "none" or estimate.probability_under_13 < FLAGGED:
        return "none"
    matter = _sight(account, estimate, row, whole=not hurt)
    if matter is None:
        return "known"
    if not safe_to_ask(account):
        return "first"
    return "asked" if _ask(matter) else "shown"


def look_at_accounts() -> Taken | None:
    """Sweep the table of accounts that the settings name; None where they name none.

    Raises FileNotFoundError, and what the engine raises.
    """
    if not settings.REMPART_ACCOUNTS:
        return None
    from rempart.radar.age.sweep import run

    found = run(settings.REMPART_ACCOUNTS, rejects=Rejects(BytesIO()), as_of=now().date())
    calling = [one for one in found if one.step != "none" or one.safeguarding is True]
    known = accounts_named([one.id for one in calling], settings.REMPART_ACCOUNTS)
    return receive_estimates(calling, accounts=known)


def import_estimates(
    files: Iterable[str], rejects: Rejects, *, service: str | None = None, accounts: str | None = None
) -> Taken:
    """Take in files as `rempart radar age` writes them, or standard input for `-`.

    accounts: the accounts table, for handles and public words. Raises NoGoodLine, FileNotFoundError.
    """
    reader: Reader[AgeEstimate] = Reader(AgeEstimate, rejects)
    estimates: list[AgeEstimate] = []
    for file in files:
        with opened(file) as stream:
            estimates += reader.read(lines_of(stream))
    if reader.nothing_good:
        raise NoGoodLine("no line is an estimate of an age")
    known = accounts_named([one.id for one in estimates], accounts)
    return receive_estimates(estimates, service=service, accounts=known)


def evidence_in(sighting: AgeSighting) -> list[Evidence]:
    """What one estimate rests on."""
    if sighting.sealed_evidence is None:
        return []
    spans: dict[tuple[str, str], list[Span]] = {}
    for one in json.loads(sealing.unseal(sighting.sealed_evidence, purpose=PURPOSE)):
        span = Span(begin=one.get("begin", 0), end=one.get("end", len(one["text"])))
        spans.setdefault((one["source"], one["text"]), []).append(span)
    return [Evidence(source=source, text=text, spans=tuple(found)) for (source, text), found in spans.items()]


def _passages(estimate: AgeEstimate, row: AccountRow | None) -> list[str]:
    """What suggests harm: as the sweep found it, else as it is found now."""
    if isinstance(estimate.safeguarding_evidence, list):
        return [one.text for one in estimate.safeguarding_evidence]
    said = [row.bio or "", *_posts(row)] if row else []
    return safeguarding.signs_in([*said, *(one.text for one in estimate.evidence)])


def _posts(row: AccountRow) -> list[str]:
    return [one if isinstance(one, str) else one.text for one in row.posts or []]


def _sight(
    account: AccountReference, estimate: AgeEstimate, row: AccountRow | None, *, whole: bool
) -> AgeMatter | None:
    """The matter that an estimate is new to; None where it came before, or calls for nothing by itself.

    whole: keep the texts in which an age was read, not the words alone; never those that officers look at.
    """
    if estimate.step == "none":
        return None
    said = [{"source": one.source, "text": one.text} for one in estimate.evidence if one.text]
    digest = hashlib.sha256(json.dumps([estimate.id, estimate.step, said], ensure_ascii=False).encode()).hexdigest()
    if AgeSighting.objects.filter(matter__service=account.service, digest=digest).exists():
        return None
    matter = reports.matter_of(account, country=(row.country or "") if row else "")
    kept = _in_context(estimate, row if whole else None)
    sighting = AgeSighting.objects.create(
        matter=matter,
        digest=digest,
        seen_at=now(),
        probability=estimate.probability_under_13,
        step=estimate.step,
        sealed_evidence=sealing.seal(json.dumps(kept), purpose=PURPOSE) if kept else None,
    )
    content = {"step": estimate.step, "probability": estimate.probability_under_13}
    append(Event.AGE_SWEPT, subject=sighting, content=content)
    return matter


def _in_context(estimate: AgeEstimate, row: AccountRow | None) -> list[dict[str, str | int]]:
    """What an estimate rests on, in the whole text where that is known: whoever looks has to see a joke as one."""
    posts = _posts(row) if row else []
    texts = {"bio": (row.bio or "") if row else ""} | {f"posts[{place}]": text for place, text in enumerate(posts)}
    kept: list[dict[str, str | int]] = []
    for one in estimate.evidence:
        begin, end = one.span
        whole = texts.get(one.source, "")
        if whole[begin:end] != one.text:
            whole, begin, end = one.text, 0, len(one.text)
        if one.text:
            kept.append({"source": one.source, "text": whole, "begin": begin, "end": end})
    return kept


def _ask(matter: AgeMatter) -> bool:
    """Ask what the heaviest estimate calls for; whether anything was asked. What would restrict goes before people."""
    flagged = matter.sightings.filter(probability__gte=FLAGGED)
    sighting = max(flagged, key=lambda one: list(Challenge.Step.values).index(one.step), default=None)
    if sighting is None:
        return False
    try:
        matter.challenge = open_challenge(
            matter.reference,
            because=Challenge.Because.SWEEP,
            step=sighting.step,
            probability=sighting.probability,
            reports=reports.places_of(matter).places if matter.reports.exists() else 0,
            evidence=reports.evidence_of(matter),
            country=matter.country,
        )
    except AlreadyShown:
        reports.close_matter(matter, AgeMatter.Outcome.NOTHING, BY_ITSELF, acting=None)
        return False
    except SafetyFirst:
        return False
    outcome = AgeMatter.Outcome.RESTRICT if sighting.step == "restrict" else AgeMatter.Outcome.ASKED
    reports.close_matter(matter, outcome, BY_ITSELF, acting=None)
    return True


def _on_settled(sender: object, case: ProtectionCase, **_rest: object) -> None:
    """Ask what waited for the officer; where the account is to be left be, a person closes what was said of it."""
    if not case.go_ahead:
        return
    matter = AgeMatter.objects.filter(named(case.reference), decided_at=None).first()
    if matter is not None and matter.sightings.exists():
        _ask(matter)
