"""What was promised to whom: recorded, kept with its proof in the ledger, or withdrawn; told in every later answer."""

from datetime import datetime

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from rempart.accountability.errors import FieldRefused, NoSuchRow, WrongMoment
from rempart.accountability.models import Authority, Commitment, Request
from rempart.accountability.services.guards import ensure_liaises
from rempart.casework.services.guards import given_reason
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow, Link
from rempart.staff.models import StaffMember


class CommitmentLine(msgspec.Struct, frozen=True, kw_only=True):
    """A promise as an answer tells it: its owner by role, never by name.

    state: kept, late, due or withdrawn, as of now. place: that of the proof in the ledger's log, None until it is
    sequenced. because: how it was kept, or why it was withdrawn.
    """

    words: str
    owner_role: str
    promised_at: datetime
    due: datetime
    state: str
    kept_at: datetime | None = None
    place: int | None = None
    because: str = ""


def commitments_to(authority: Authority) -> list[CommitmentLine]:
    """Everything that was ever promised to an authority, the earliest due first."""
    found = list(authority.commitments.select_related("owner").order_by("due", "pk"))
    places = dict(Link.objects.filter(row__in=[one.proof_id for one in found]).values_list("row_id", "index"))
    return [
        CommitmentLine(
            words=one.words,
            owner_role=one.owner.roles[0],
            promised_at=one.promised_at,
            due=one.due,
            state=one.state.value,
            kept_at=one.kept_at,
            place=places.get(one.proof_id),
            because=one.kept_because or one.withdrawn_because,
        )
        for one in found
    ]


@transaction.atomic
def make_commitment(
    authority: Authority,
    *,
    words: str,
    owner: StaffMember,
    due: datetime,
    acting: StaffMember,
    promised_at: datetime | None = None,
    request: Request | None = None,
) -> Commitment:
    """Record what was promised, who sees to it here and by when. promised_at: None for now.

    Raises NotAllowed, FieldRefused.
    """
    ensure_liaises(acting)
    promised_at = promised_at or now()
    if not words.strip():
        raise FieldRefused("words", _("Say what was promised."))
    if promised_at > now():
        raise FieldRefused("promised_at", _("It cannot have been promised in the future."))
    if due <= promised_at:
        raise FieldRefused("due", _("It is due after it was promised."))
    if not owner.is_active:
        raise FieldRefused("owner", _("This person no longer works here."))
    if request is not None and request.authority_id != authority.pk:
        raise FieldRefused("request", _("This request is another authority’s."))
    made = Commitment.objects.create(
        authority=authority,
        request=request,
        words=words.strip(),
        owner=owner,
        promised_at=promised_at,
        due=due,
        recorded_at=now(),
        recorded_by=acting,
    )
    content = {"authority": authority.pk, "words": made.words, "owner": owner.pk, "due": due}
    append(Event.COMMITMENT_MADE, subject=made, acting=acting, content=content, effective_at=promised_at)
    return made


@transaction.atomic
def keep_commitment(
    commitment: Commitment, *, because: str, acting: StaffMember, proof: int | None = None
) -> Commitment:
    """Note that a promise was kept.

    because: how, in a sentence that later answers quote. proof: the place in the log of what shows it (a rulebook put
    in force, say); None where only this note does.
    Raises NotAllowed, ReasonMissing, WrongMoment when it is kept or withdrawn already, NoSuchRow.
    """
    ensure_liaises(acting)
    commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if commitment.kept_at is not None or commitment.withdrawn_at is not None:
        raise WrongMoment
    because = given_reason(because)
    shown = None
    if proof is not None:
        shown = LedgerRow.objects.filter(link__index=proof).first()
        if shown is None:
            raise NoSuchRow
    row = append(Event.COMMITMENT_KEPT, subject=commitment, acting=acting, content={"because": because, "place": proof})
    commitment.kept_at, commitment.kept_by, commitment.kept_because = now(), acting, because
    commitment.proof = shown or row
    commitment.save()
    return commitment


@transaction.atomic
def withdraw_commitment(commitment: Commitment, *, because: str, acting: StaffMember) -> Commitment:
    """Take a promise back, with the reason that later answers quote. Raises NotAllowed, ReasonMissing, WrongMoment."""
    ensure_liaises(acting)
    commitment = Commitment.objects.select_for_update().get(pk=commitment.pk)
    if commitment.kept_at is not None or commitment.withdrawn_at is not None:
        raise WrongMoment
    commitment.withdrawn_at, commitment.withdrawn_by = now(), acting
    commitment.withdrawn_because = given_reason(because)
    commitment.save()
    content = {"because": commitment.withdrawn_because}
    append(Event.COMMITMENT_WITHDRAWN, subject=commitment, acting=acting, content=content)
    return commitment
