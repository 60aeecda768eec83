"""Appeals, for everybody and for children without papers: somebody who decided nothing looks, within seven days.

Whoever has no papers names somebody who knows them – at school, in an association, a doctor. A member checks that the
address is really theirs; they are then asked one thing by a signed link, and a person decides.
"""

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rempart.age import saying
from rempart.age.errors import DecidedBefore, NotAsWished, TooManyAppeals, WrongState
from rempart.age.models import AgeMatter, Challenge, ChallengeAppeal, Method, Voucher
from rempart.age.services import orders
from rempart.age.services.challenges import bring_to_people, hold_until, tell
from rempart.age.services.deciding import clear
from rempart.age.services.guards import ensure_may_decide, given_reason, given_words, locked, named
from rempart.age.steps import rules
from rempart.casework.statements.wording import ensure_no_guilt
from rempart.correspondence import services as correspondence
from rempart.correspondence.models import Conversation, Message
from rempart.files import sealing
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.staff.models import StaffMember

State, Outcome, Capacity = Challenge.State, ChallengeAppeal.Outcome, Voucher.Capacity

GROUNDS, NAME, MAIL = "grounds of an age appeal", "name of who vouches", "address of who vouches"
LONGEST = 10_000


@transaction.atomic
def appeal(challenge: Challenge, *, text: str = "") -> ChallengeAppeal:
    """The owner disagrees; returns the appeal that waits already where there is one, with what they add.

    What they appeal is decided by nobody meanwhile. Raises WrongState where nothing stands, TooManyAppeals, NotAsWished
    for more than 10,000 characters.
    """
    challenge = locked(challenge)
    if not challenge.current:
        raise WrongState
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > LONGEST:
        raise NotAsWished(_("At most 10,000 characters."))
    waiting = challenge.appeals.filter(decided_at=None).first()
    if waiting is not None:
        return _added(waiting, text)
    if challenge.appeals.count() >= rules().most_appeals:
        raise TooManyAppeals
    moment = now()
    made = ChallengeAppeal.objects.create(
        challenge=challenge,
        made_at=moment,
        due_at=moment + rules().appeal_answer,
        sealed=sealing.seal(text, purpose=GROUNDS) if text else None,
        stood=challenge.state == State.RESTRICTED,
    )
    append(Event.AGE_APPEALED, subject=made, content={"stood": made.stood})
    challenge.decisions.filter(in_force_at=None, refused_at=None).update(refused_at=moment)
    bring_to_people(challenge, because="appeal")
    hold_until(challenge, made.due_at)
    tell(challenge, saying.both("challenge", "appealed", due=made.due_at), Message.Kind.RECEIPT)
    return made


def _added(waiting: ChallengeAppeal, text: str) -> ChallengeAppeal:
    said = grounds_of(waiting)
    if text and text not in said:
        whole = f"{said}\n\n{text}".strip()
        if len(whole) > LONGEST:
            raise NotAsWished(_("At most 10,000 characters."))
        waiting.sealed = sealing.seal(whole, purpose=GROUNDS)
        waiting.save(update_fields=["sealed"])
    return waiting


def grounds_of(one: ChallengeAppeal) -> str:
    """What they wrote; "" where they wrote nothing, or it was erased."""
    return sealing.unseal(one.sealed, purpose=GROUNDS) if one.sealed is not None else ""


@transaction.atomic
def answer_appeal(
    one: ChallengeAppeal,
    outcome: ChallengeAppeal.Outcome | str,
    *,
    acting: StaffMember,
    reason: str,
    words: Mapping[str, str] | None = None,
) -> ChallengeAppeal:
    """Answer an appeal: `overturned` lifts everything at once, `upheld` leaves it, with new time to answer.

    words: {"fr", "en"}, for the owner, why; asked for where it stays. Raises NotAllowed, ReasonMissing, WrongState,
    DecidedBefore for whoever decided about the account or answered an appeal of it, FindingOfGuilt for the words.
    """
    outcome = Outcome(outcome)
    ensure_may_decide(acting)
    reason = given_reason(reason)
    challenge = locked(one.challenge)
    one = ChallengeAppeal.objects.get(pk=one.pk)
    if one.decided_at is not None or outcome == Outcome.SETTLED:
        raise WrongState
    if decided_before(challenge, acting):
        raise DecidedBefore
    said: dict[str, str] = {}
    if outcome == Outcome.UPHELD:
        said = given_words(words or {})
        ensure_no_guilt(said.values())
    one.outcome, one.reason, one.decided_by, one.decided_at = outcome, reason, acting, now()
    one.save(update_fields=["outcome", "reason", "decided_by", "decided_at"])
    content = {"outcome": str(outcome), "reason": reason, "words": said}
    append(Event.AGE_APPEAL_ANSWERED, subject=one, acting=acting, content=content)
    if outcome == Outcome.OVERTURNED:
        vouched = one.vouchers.filter(holds=True).exists()
        clear(challenge, acting, method=Method.VOUCHED if vouched else Method.PERSON)
        orders.note_restored(challenge, now())
    else:
        hold_until(challenge, now() + rules().appeal_answer)
        tell(challenge, saying.both("challenge", "upheld", words=said, ends=challenge.ends_at), Message.Kind.OUTCOME)
    return one


def decided_before(challenge: Challenge, member: StaffMember) -> bool:
    """Whether a member decided about the account, be it to ask, or answered an appeal, in this question or another."""
    account = named(challenge.reference)
    asked = Q(opened_by=member)
    decided = Q(decisions__decided_by=member) | Q(decisions__second_by=member) | Q(appeals__decided_by=member)
    if Challenge.objects.filter(account).filter(asked | decided).exists():
        return True
    return AgeMatter.objects.filter(account, decided_by=member).exists()


@transaction.atomic
def name_voucher(challenge: Challenge, *, capacity: Voucher.Capacity | str, name: str, email: str) -> Voucher:
    """The owner names somebody to vouch for them: an appeal, and nobody is written to before a member checked it.

    Raises WrongState, TooManyAppeals; NotAsWished for a missing name, a wrong address, one of that kind named already.
    """
    capacity, name, email = Capacity(capacity), " ".join(name.split())[:120], email.strip()
    if not name:
        raise NotAsWished(_("Write who it is: a name, and of which school, association or practice."))
    try:
        validate_email(email)
    except ValidationError as error:
        raise NotAsWished(_("This is not an e-mail address.")) from error
    made = appeal(challenge)
    if made.vouchers.filter(capacity=capacity).exists():
        raise NotAsWished(_("You named somebody of this kind already."))
    voucher = Voucher.objects.create(
        appeal=made,
        capacity=capacity,
        sealed_name=sealing.seal(name, purpose=NAME),
        sealed_email=sealing.seal(email, purpose=MAIL),
        named_at=now(),
    )
    append(Event.AGE_VOUCHER_NAMED, subject=voucher, content={"capacity": str(capacity)})
    return voucher


def name_of(voucher: Voucher) -> str:
    """Who it is; "" once that was erased."""
    return sealing.unseal(voucher.sealed_name, purpose=NAME) if voucher.sealed_name is not None else ""


def email_of(voucher: Voucher) -> str:
    """Where they are written to; "" once that was erased."""
    return sealing.unseal(voucher.sealed_email, purpose=MAIL) if voucher.sealed_email is not None else ""


@transaction.atomic
def check_voucher(voucher: Voucher, *, acting: StaffMember, how: str) -> Voucher:
    """The address is really of that school, association or practice: they are asked by a signed link.

    how: how that was checked. Raises NotAllowed, ReasonMissing, WrongState.
    """
    ensure_may_decide(acting)
    how = given_reason(how)
    voucher, challenge = _locked(voucher)
    if voucher.checked_at is not None or voucher.refused_at is not None or voucher.appeal.decided_at is not None:
        raise WrongState
    voucher.conversation = correspondence.open_conversation(
        Conversation.Kind.VOUCHER,
        about=reference(challenge),
        person=reference(voucher),
        language=challenge.conversation.language if challenge.conversation else challenge.language,
        email=email_of(voucher),
        acting=acting,
    )
    voucher.checked_by, voucher.checked_at, voucher.checked_how = acting, now(), how
    voucher.save(update_fields=["conversation", "checked_by", "checked_at", "checked_how"])
    append(Event.AGE_VOUCHER_CHECKED, subject=voucher, acting=acting, content={"how": how})
    text = saying.both("vouching", "asked", over=challenge.over, account=challenge.handle)
    correspondence.say(voucher.conversation, text=text, kind=Message.Kind.PLAIN)
    return voucher


@transaction.atomic
def refuse_voucher(voucher: Voucher, *, acting: StaffMember, reason: str) -> Voucher:
    """The address is not of such a place: nobody is asked, and the owner is told that they may name somebody else.

    Raises NotAllowed, ReasonMissing, WrongState.
    """
    ensure_may_decide(acting)
    reason = given_reason(reason)
    voucher, challenge = _locked(voucher)
    if voucher.checked_at is not None or voucher.refused_at is not None:
        raise WrongState
    voucher.refused_at = now()
    voucher.save(update_fields=["refused_at"])
    append(Event.AGE_VOUCHER_REFUSED, subject=voucher, acting=acting, content={"reason": reason})
    tell(challenge, saying.both("challenge", "voucher_refused"), Message.Kind.PLAIN)
    return voucher


@transaction.atomic
def vouch(voucher: Voucher, *, holds: bool | None) -> Voucher:
    """They say that the owner is old enough, or not; None where they cannot say. A person then decides.

    Raises WrongState where they were not asked, answered before, or it is decided.
    """
    voucher, challenge = _locked(voucher)
    if voucher.checked_at is None or voucher.answered_at is not None or voucher.appeal.decided_at is not None:
        raise WrongState
    voucher.answered_at, voucher.holds = now(), holds
    voucher.save(update_fields=["answered_at", "holds"])
    said = {True: "yes", False: "no", None: "cannot say"}[holds]
    append(Event.AGE_VOUCHED, subject=voucher, content={"said": said, "over": challenge.over})
    return voucher


def _locked(voucher: Voucher) -> tuple[Voucher, Challenge]:
    challenge = locked(voucher.appeal.challenge)
    return Voucher.objects.select_related("appeal", "conversation").get(pk=voucher.pk), challenge
