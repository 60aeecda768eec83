"""Who tells the person whom an order concerns, when, and what they are told.

Under the DSA we do, at the latest when effect is given, unless the authority says until when not (Arts 9(5), 10(5)).
Under Regulation (EU) 2023/1543 the authority does and we keep silent (Art. 13). They are told in a conversation of
their own, which those who deal with authorities read and nobody else: reviewers of their case do not see it.
"""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from rempart.accountability import letters
from rempart.accountability.errors import (
    AuthorityTells,
    FieldRefused,
    NotThatKind,
    NotTold,
    SilenceStands,
    Unreachable,
    WrongMoment,
)
from rempart.accountability.models import Concerned, Request
from rempart.accountability.services.guards import ensure_liaises, locked
from rempart.accountability.states import State
from rempart.casework.errors import AlreadyDone
from rempart.casework.services.guards import given_reason, given_words
from rempart.casework.services.respondents import FRENCH_SPEAKING
from rempart.casework.statements.wording import ensure_said_fairly
from rempart.correspondence.links import link_for
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import open_conversation, say
from rempart.intake.models import Account
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.staff.models import StaffMember

TOLD_IN = (State.ACKNOWLEDGED, State.ANSWERED, State.REFUSED)


def ensure_we_tell(request: Request) -> None:
    """Raises AuthorityTells under Regulation (EU) 2023/1543, NotThatKind where nobody in particular is concerned."""
    teller = letters.who_tells(request)
    if teller == "authority":
        raise AuthorityTells
    if teller == "nobody":
        raise NotThatKind


def untold(request: Request) -> QuerySet[Concerned]:
    """Those whom we still have to tell: on our services, not told yet; empty where it is not for us to tell."""
    if letters.who_tells(request) != "us":
        return Concerned.objects.none()
    return request.concerned.filter(told_at=None, ours=True)


def ensure_told(request: Request) -> None:
    """Raises NotTold while somebody has to be told and the authority asked for no silence that stands."""
    if untold(request).exists() and not is_silent(request):
        raise NotTold


def is_silent(request: Request) -> bool:
    """Whether the authority asked that nobody is told yet."""
    return request.silent_until is not None and now() < request.silent_until


@transaction.atomic
def silence_request(request: Request, *, until: datetime, because: str, acting: StaffMember) -> Request:
    """Note until when the authority wants the person not to be told, and why (DSA, Arts 9(5) and 10(5)).

    A later word of the authority replaces it. When it is over, somebody is reminded to tell.
    Raises NotAllowed, AuthorityTells, NotThatKind, WrongMoment, ReasonMissing, FieldRefused for a moment that is past.
    """
    ensure_liaises(acting)
    request = locked(request)
    ensure_we_tell(request)
    if request.state in {State.UNAUTHENTIC, State.WITHDRAWN, State.RECEIVED}:
        raise WrongMoment
    if until <= now():
        raise FieldRefused("until", _("This moment is past."))
    request.silent_until, request.silent_because = until, given_reason(because)
    request.save(update_fields=["silent_until", "silent_because"])
    content = {"until": until, "because": request.silent_because}
    append(Event.REQUEST_SILENCED, subject=request, acting=acting, content=content)
    return request


@transaction.atomic
def tell_person(
    person: Concerned,
    *,
    reasons: str | Mapping[str, str],
    acting: StaffMember,
    redress: str | Mapping[str, str] | None = None,
) -> Concerned:
    """Tell somebody of the order that concerns them: by whom, its reasons, its effect, and what they can do.

    reasons, redress: in both languages, or one text for both; None for the usual redress.
    Raises NotAllowed, AuthorityTells, NotThatKind, SilenceStands, WrongMoment, AlreadyDone, Unreachable, ReasonMissing,
    FindingOfGuilt, AdultOnlyOffence for words that cannot be sent.
    """
    ensure_liaises(acting)
    request = locked(Request(pk=person.request_id))
    person = Concerned.objects.select_for_update().get(pk=person.pk)
    ensure_we_tell(request)
    if person.told_at is not None:
        raise AlreadyDone
    if request.state not in TOLD_IN:
        raise WrongMoment
    if is_silent(request):
        raise SilenceStands
    if not person.ours:
        raise Unreachable
    account = Account.objects.filter(service=person.service, handle=person.handle).first()
    adult = account is not None and account.held_to_be_adult
    said, can_do = given_words(reasons), given_words(redress or letters.usual_redress())
    ensure_said_fairly([*said.values(), *can_do.values()], preventive=True, adult=adult)
    person.conversation = open_conversation(
        Conversation.Kind.CONCERNED,
        about=reference(request),
        person=reference(person),
        language=_language_of(account),
        child_words=not adult,
        service=person.service,
        account=person.platform_id or (account.platform_id if account else "") or person.handle,
        acting=acting,
    )
    person.told_at, person.told_by = now(), acting
    person.save(update_fields=["conversation", "told_at", "told_by"])
    text = letters.told(request, reasons=said, redress=can_do)
    say(person.conversation, text=text, kind=Message.Kind.ORDER, once="order")
    append(Event.PERSON_TOLD, subject=person, acting=acting, content={"request": request.pk})
    return person


@transaction.atomic
def write_to_person(person: Concerned, *, text: str, acting: StaffMember) -> Message:
    """Answer somebody who wrote back.

    Raises NotAllowed, WrongMoment when they were never told, FindingOfGuilt, MessageRefused, ConversationClosed.
    """
    ensure_liaises(acting)
    if person.conversation is None:
        raise WrongMoment
    ensure_said_fairly([text], preventive=True, adult=not person.conversation.child_words)
    return say(person.conversation, text=text, acting=acting)


def link_of(person: Concerned) -> str | None:
    """The address of their page, to be handed over where the platform announces nothing; None until they are told."""
    return link_for(person.conversation) if person.conversation else None


def _language_of(account: Account | None) -> str:
    country = ((account.country if account else None) or settings.REMPART_COUNTRY)[:2].upper()
    return "fr" if country in FRENCH_SPEAKING else "en"
