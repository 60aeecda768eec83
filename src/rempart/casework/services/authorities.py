"""Whether to inform the authorities of a threat to life or safety (DSA Art. 18), and the files that they are given.

The question opens by itself when what is described is very serious and concerns a minor, or by a person's word, once a
ground until there are new facts. A person answers within a day. Nothing here says that anybody did anything.
"""

import io
import zipfile
from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Max

from rempart.casework.errors import NobodyNamed, NotOpen, NotToBeApproved
from rempart.casework.models import AssessmentRecord, Case, Outcome, Referral, ThreatDecision
from rempart.casework.models.authorities import ALARM_AFTER, DUE_AFTER, number_of
from rempart.casework.referrals.dossier import Request, draw
from rempart.casework.referrals.package import DOCUMENT, pack
from rempart.casework.services.guards import ensure_may_act, given_reason, locked
from rempart.casework.services.holds import place_hold, release_hold
from rempart.casework.signals import outcome_reached
from rempart.files.models import StoredFile
from rempart.files.retention import erase_unreferenced
from rempart.files.services import keep, open_file
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.sequencer import sequence_pending
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

VERY_SERIOUS = 3
# How long the hold that comes with a referral stands before somebody looks again: what police may ask for at first.
HOLD_REVIEWED_AFTER = timedelta(days=90)


def note_assessment(case: Case, record: AssessmentRecord) -> ThreatDecision | None:
    """Open the question when what is described is very serious and concerns a minor. Connected to `case_assessed`."""
    minors = int(record.assessment.get("complainant_minors", 0))
    if minors == 0 or record.severity < VERY_SERIOUS:
        return None
    return _open(case, ThreatDecision.Ground.MINOR, facts=minors)


@transaction.atomic
def open_threat(case: Case, *, because: str, acting: StaffMember | None = None) -> ThreatDecision:
    """Ask whether to inform the authorities that somebody's life or safety may be in danger.

    acting: the member who says so, who may review or liaise; None when somebody outside said it.
    because: what was said or seen, in a sentence. Asked again while it is open, the question stays one.
    Raises NotAllowed, Excluded, ReasonMissing.
    """
    case = locked(case)
    if acting is not None:
        may_liaise = acting.may(Permission.LIAISE)
        permission = Permission.LIAISE if may_liaise else Permission.REVIEW
        ensure_may_act(case, acting, permission, whoever_works_on_it=True)
    because = given_reason(because)
    before = case.threats.filter(ground=ThreatDecision.Ground.LIFE).aggregate(most=Max("facts"))["most"] or 0
    found = _open(case, ThreatDecision.Ground.LIFE, facts=before + 1, acting=acting, because=because)
    assert found is not None  # noqa: S101 - one more fact than ever before: there is an open question
    return found


def _open(
    case: Case, ground: str, *, facts: int, acting: StaffMember | None = None, because: str = ""
) -> ThreatDecision | None:
    """The open question on this ground, opened if facts came that no earlier answer knew; None when none did."""
    known = list(case.threats.select_for_update().filter(ground=ground).order_by("opened_at", "pk"))
    still_open = next((one for one in known if one.decided_at is None), None)
    if still_open is not None:
        if facts > still_open.facts:
            still_open.facts = facts
            still_open.save(update_fields=["facts"])
        return still_open
    if known and facts <= max(one.facts for one in known):
        return None
    moment = now()
    threat = ThreatDecision.objects.create(
        case=case,
        ground=ground,
        facts=facts,
        opened_at=moment,
        opened_by=acting,
        opened_because=because,
        alarm_at=moment + ALARM_AFTER,
        due_at=moment + DUE_AFTER,
    )
    content = {"ground": ground, "due_at": threat.due_at} | ({"reason": because} if because else {})
    append(Event.THREAT_OPENED, subject=threat, acting=acting, content=content)
    return threat


@transaction.atomic
def decide_threat(
    threat: ThreatDecision,
    *,
    inform: bool,
    article_434_3: str,
    acting: StaffMember,
    reason: str,
    offence_state: str = "",
    suspect_state: str = "",
    victim_state: str = "",
    own_state: bool = False,
    europol: bool = False,
) -> ThreatDecision:
    """Answer whether the authorities are informed, of which Member State, and what art. 434-3 was found to ask.

    offence_state, suspect_state, victim_state: codes of the Member States of Art. 18(1) as far as they are known;
    own_state, europol: where they are not (Art. 18(2)).
    Raises NotAllowed, Excluded, ReasonMissing, NotOpen, and NobodyNamed when nobody would be informed.
    """
    case = locked(threat.case)
    ensure_may_act(case, acting, Permission.LIAISE)
    reason = given_reason(reason)
    threat = ThreatDecision.objects.select_for_update(of=("self",)).get(pk=threat.pk)
    if threat.decided_at is not None:
        raise NotOpen
    if inform and not (offence_state or suspect_state or victim_state or own_state or europol):
        raise NobodyNamed
    record_late([threat])
    threat.decided_at, threat.decided_by, threat.because = now(), acting, reason
    threat.inform, threat.article_434_3 = inform, ThreatDecision.Article434(article_434_3)
    if inform:
        threat.offence_state, threat.suspect_state, threat.victim_state = offence_state, suspect_state, victim_state
        threat.own_state, threat.europol = own_state, europol
    threat.save()
    append(
        Event.THREAT_DECIDED,
        subject=threat,
        acting=acting,
        content={
            "inform": inform,
            "states": threat.states,
            "own_state": threat.own_state,
            "europol": threat.europol,
            "article_434_3": threat.article_434_3,
            "reason": reason,
        },
    )
    return threat


@transaction.atomic
def record_alarms() -> int:
    """Write the rows of alarms and overdue questions that nobody has written yet. Returns how many; for the queue."""
    waiting = ThreatDecision.objects.filter(decided_at=None, overdue_recorded_at=None, alarm_at__lte=now())
    return record_late(list(waiting.select_for_update(of=("self",), skip_locked=True)))


def record_late(threats: list[ThreatDecision]) -> int:
    """Record once, as of when it happened, that half a day or a day passed without an answer."""
    written = 0
    for threat in threats:
        for reached, field, event in (
            (threat.alarm_at, "alarm_recorded_at", Event.THREAT_ALARM),
            (threat.due_at, "overdue_recorded_at", Event.THREAT_OVERDUE),
        ):
            if reached <= now() and getattr(threat, field) is None:
                setattr(threat, field, now())
                threat.save(update_fields=[field])
                append(event, subject=threat, effective_at=reached)
                written += 1
    return written


def assemble_referral(
    case: Case,
    *,
    kind: str,
    language: str,
    addressee: str,
    acting: StaffMember,
    reason: str,
    states: list[str] | None = None,
    threat: ThreatDecision | None = None,
) -> Referral:
    """Draw the file for an authority from the case as it stands, seal it, and put a legal hold on the case.

    Every committed row of the ledger is given its place first, so that the file holds them. A person reads it before
    it is approved (`approve_referral`) or discarded.
    Raises NotAllowed, Excluded, ReasonMissing, NobodyNamed without an addressee.
    """
    ensure_may_act(case, acting, Permission.LIAISE)
    reason = given_reason(reason)
    if not (addressee := addressee.strip()):
        raise NobodyNamed
    sequence_pending()
    asked = Request(
        number="",
        kind=Referral.Kind(kind).value,
        language=language,
        addressee=addressee,
        states=states or [],
        reason=reason,
        dated=now(),
    )
    return _assemble(case, asked, threat, acting)


@transaction.atomic
def _assemble(case: Case, asked: Request, threat: ThreatDecision | None, acting: StaffMember) -> Referral:
    case = locked(case)
    ordinal = (case.referrals.aggregate(last=Max("ordinal"))["last"] or 0) + 1
    asked = replace(asked, number=number_of(case.pk, ordinal))
    dossier, enclosed = draw(case, asked)
    originals = {path: open_file(file, acting=acting, because=asked.number) for path, file in enclosed.items()}
    file = keep(
        pack(dossier, originals), name=f"{asked.number}.zip", acting=acting, largest=None, opened_with=Permission.LIAISE
    )
    referral = Referral.objects.create(
        case=case,
        threat=threat,
        ordinal=ordinal,
        kind=asked.kind,
        language=asked.language,
        addressee=asked.addressee,
        states=asked.states,
        reason=asked.reason,
        dated=asked.dated,
        assembled_by=acting,
        file=file,
    )
    append(
        Event.REFERRAL_ASSEMBLED,
        subject=referral,
        acting=acting,
        content={"kind": asked.kind, "states": asked.states, "sha256": file.sha256, "reason": asked.reason},
    )
    place_hold(case, acting=acting, reason=asked.number, review_at=now() + HOLD_REVIEWED_AFTER, referral=referral)
    return referral


@transaction.atomic
def approve_referral(referral: Referral, *, acting: StaffMember, reason: str) -> Referral:
    """Approve a file as it was read, to be handed to the authority: its hash goes to the ledger, the case was referred.

    Raises NotAllowed, Excluded, ReasonMissing, NotToBeApproved.
    """
    referral, reason = _to_approve(referral, acting, reason)
    referral.state = Referral.State.APPROVED
    referral.approved_at, referral.approved_by, referral.approved_because = now(), acting, reason
    referral.save()
    assert referral.file is not None  # noqa: S101 - a constraint holds it
    content = {"sha256": referral.file.sha256, "kind": referral.kind, "states": referral.states, "reason": reason}
    append(Event.REFERRAL_APPROVED, subject=referral, acting=acting, content=content)
    outcome = Outcome.objects.create(
        case=referral.case, kind="referred", decided_at=now(), decided_by=acting, because=reason
    )
    append(Event.OUTCOME_REACHED, subject=outcome, acting=acting, content={"kind": "referred", "reason": reason})
    outcome_reached.send(Outcome, outcome=outcome)
    return referral


@transaction.atomic
def discard_referral(referral: Referral, *, acting: StaffMember, reason: str) -> Referral:
    """Discard a file that was not approved; the hold that came with it is released, the file is erased.

    Raises NotAllowed, Excluded, ReasonMissing, NotToBeApproved.
    """
    referral, reason = _to_approve(referral, acting, reason)
    archive = referral.file_id
    referral.state, referral.file = Referral.State.DISCARDED, None
    referral.discarded_at, referral.discarded_by, referral.discarded_because = now(), acting, reason
    referral.save()
    append(Event.REFERRAL_DISCARDED, subject=referral, acting=acting, content={"reason": reason})
    for hold in referral.holds.standing():
        release_hold(hold, acting=acting, reason=reason)
    erase_unreferenced(StoredFile.objects.filter(pk=archive), because="the file for the authority was discarded")
    return referral


def _to_approve(referral: Referral, acting: StaffMember, reason: str) -> tuple[Referral, str]:
    case = locked(referral.case)
    ensure_may_act(case, acting, Permission.LIAISE)
    reason = given_reason(reason)
    referral = Referral.objects.select_related("file").get(pk=referral.pk)
    referral.case = case
    if referral.state != Referral.State.ASSEMBLED:
        raise NotToBeApproved
    return referral, reason


@transaction.atomic
def take_out(referral: Referral, *, acting: StaffMember, document: bool = False) -> bytes:
    """The archive of a referral, or the document in it alone; that somebody took it out is recorded.

    Raises NotAllowed, Excluded, NotToBeApproved when it was discarded.
    """
    ensure_may_act(referral.case, acting, Permission.LIAISE)
    if referral.file is None:
        raise NotToBeApproved
    content = open_file(referral.file, acting=acting, because=referral.number)
    append(Event.REFERRAL_TAKEN_OUT, subject=referral, acting=acting, content={"document": document})
    if not document:
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return packed.read(DOCUMENT)
