"""The life of a request: registered, checked by another person, acknowledged, carried out, refused or withdrawn.

Its answers are in `answering`, the people to tell in `telling`, what is kept in `preserving`.
"""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rempart.accountability import letters
from rempart.accountability.errors import FieldRefused, NotThatKind, SamePerson, WrongMoment
from rempart.accountability.models import Authority, Concerned, Execution, Request
from rempart.accountability.models.requests import (
    AGGREGATE,
    PRODUCED_WITHIN,
    PRODUCED_WITHIN_IN_AN_EMERGENCY,
)
from rempart.accountability.scope import Scope, to_json
from rempart.accountability.services.guards import cases_named, ensure_kind, ensure_liaises, ensure_may_become, locked
from rempart.accountability.states import State
from rempart.casework.models import Decision
from rempart.casework.services.guards import given_reason
from rempart.files.errors import FileRefused
from rempart.files.services import keep
from rempart.intake.ours import is_ours
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.records.references import AccountReference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

# "Without undue delay" has no number in the law: these are the house's own, where the authority sets no other.
CHECKED_WITHIN, CHECKED_WITHIN_IN_AN_EMERGENCY = timedelta(hours=24), timedelta(hours=1)
ORDERS_WITHIN, PRESERVED_WITHIN, QUESTIONS_WITHIN = timedelta(days=3), timedelta(days=1), timedelta(days=30)


@transaction.atomic
def add_authority(*, kind: str, name: str, country: str, language: str, contact: str, acting: StaffMember) -> Authority:
    """Add an authority, or return the one of that name and country as it stands.

    contact: how we reach it by what we know ourselves. Raises NotAllowed, FieldRefused.
    """
    ensure_liaises(acting)
    name, contact, country = " ".join(name.split()), contact.strip(), country.strip().upper()
    if kind not in Authority.Kind:
        raise FieldRefused("kind", _("There is no such kind of authority."))
    if not name:
        raise FieldRefused("name", _("An authority has a name."))
    if not contact:
        raise FieldRefused("contact", _("Say how we reach it by what we know ourselves."))
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        raise FieldRefused("country", _("A country is two letters (ISO 3166-1), EU for the Union’s bodies."))
    if language not in ("fr", "en"):
        raise FieldRefused("language", _("Answers are written in French or in English."))
    authority, new = Authority.objects.get_or_create(
        name=name,
        country=country,
        defaults={
            "kind": kind,
            "language": language,
            "contact": contact,
            "added_at": now(),
            "added_by": acting,
        },
    )
    if new:
        append(Event.AUTHORITY_ADDED, subject=authority, acting=acting, content={"name": name, "country": country})
    return authority


@transaction.atomic
def register_request(
    authority: Authority,
    *,
    kind: str,
    reference: str,
    scope: Scope,
    received_at: datetime,
    language: str,
    acting: StaffMember,
    legal_basis: str = "",
    territory: str = "",
    deadline: datetime | None = None,
    emergency: bool = False,
    enforcing_notified: bool = False,
    document: bytes | None = None,
    document_name: str = "",
) -> Request:
    """Register what an authority asks, with its document, which only those who liaise open.

    language: of the request (BCP 47). deadline: theirs. emergency: only of a production order (8 hours).
    Everybody whom an order names becomes somebody to be told, by us or by the authority (`telling`).
    Raises NotAllowed, FieldRefused naming what cannot stand.
    """
    ensure_liaises(acting)
    reference, legal_basis = reference.strip(), legal_basis.strip()
    _check_what(kind, reference, legal_basis, scope)
    _check_when(received_at, deadline)
    _check_marks(kind, emergency=emergency, enforcing_notified=enforcing_notified)
    file = None
    if document:
        try:
            file = keep(document, name=document_name or "request", acting=acting, opened_with=Permission.LIAISE)
        except FileRefused as refused:
            raise FieldRefused("document", refused) from refused
    hurry = CHECKED_WITHIN_IN_AN_EMERGENCY if emergency else CHECKED_WITHIN
    try:
        with transaction.atomic():
            request = Request.objects.create(
                authority=authority,
                kind=kind,
                reference=reference,
                legal_basis=legal_basis,
                territory=territory.strip(),
                scope=to_json(scope),
                language=language.strip().lower(),
                emergency=emergency,
                enforcing_notified=enforcing_notified,
                received_at=received_at,
                deadline=deadline,
                authentic_by=received_at + hurry,
                due_at=due(kind, received_at, deadline=deadline, emergency=emergency),
                document=file,
                registered_at=now(),
                registered_by=acting,
            )
    except IntegrityError as error:
        if "registered_once" not in str(error):
            raise
        raise FieldRefused("reference", _("This authority’s request of this number is registered already.")) from error
    for account in dict.fromkeys(scope.accounts):
        _concerns(request, account)
    content = {
        "kind": kind,
        "authority": authority.pk,
        "reference": reference,
        "received_at": received_at,
        "due_at": request.due_at,
        "document": file.sha256 if file else None,
    }
    append(Event.REQUEST_REGISTERED, subject=request, acting=acting, content=content)
    return request


def due(kind: str, received_at: datetime, *, deadline: datetime | None = None, emergency: bool = False) -> datetime:
    """By when a request is answered at the latest.

    A production order: 10 days after its receipt, 8 hours in an emergency (Regulation (EU) 2023/1543, Art. 10(3) and
    (4)), or the earlier moment that it names. Anything else: the authority's deadline, or the house's own where it
    names none, as the law asks only that there is no undue delay.
    """
    if kind == Request.Kind.PRODUCTION_ORDER:
        latest = received_at + (PRODUCED_WITHIN_IN_AN_EMERGENCY if emergency else PRODUCED_WITHIN)
        return min(latest, deadline) if deadline else latest
    if deadline is not None:
        return deadline
    if kind == Request.Kind.PRESERVATION_ORDER:
        return received_at + PRESERVED_WITHIN
    return received_at + (QUESTIONS_WITHIN if kind in AGGREGATE else ORDERS_WITHIN)


def _check_what(kind: str, reference: str, legal_basis: str, scope: Scope) -> None:
    if kind not in Request.Kind:
        raise FieldRefused("kind", _("There is no such kind of request."))
    if not reference:
        raise FieldRefused("reference", _("Say the request’s number or date, as the authority does."))
    if not legal_basis and kind != Request.Kind.QUESTION:
        raise FieldRefused("legal_basis", _("An order or a researcher’s request names its legal basis."))
    if kind in AGGREGATE and scope.names_somebody:
        raise FieldRefused(
            "accounts", _("This kind of request is answered by figures alone: name no account and no address here.")
        )
    if kind not in AGGREGATE and not scope.names_somebody:
        raise FieldRefused("accounts", _("An order names the accounts or the exact addresses that it is about."))


def _check_when(received_at: datetime, deadline: datetime | None) -> None:
    if received_at > now():
        raise FieldRefused("received_at", _("It cannot have been received in the future."))
    if deadline is not None and deadline <= received_at:
        raise FieldRefused("deadline", _("The deadline is before the receipt."))


def _check_marks(kind: str, *, emergency: bool, enforcing_notified: bool) -> None:
    if emergency and kind != Request.Kind.PRODUCTION_ORDER:
        raise FieldRefused("emergency", _("Only a European Production Order knows the emergency of eight hours."))
    if enforcing_notified and kind != Request.Kind.PRODUCTION_ORDER:
        raise FieldRefused(
            "enforcing_notified", _("Only of a European Production Order is another authority notified.")
        )


def _concerns(request: Request, account: AccountReference) -> Concerned:
    found, _new = Concerned.objects.get_or_create(
        request=request,
        service=account.service,
        handle=account.handle,
        defaults={"platform_id": account.id or "", "ours": is_ours(account)},
    )
    return found


@transaction.atomic
def add_concerned(request: Request, account: AccountReference, *, acting: StaffMember) -> Concerned:
    """Note somebody whom an order concerns that it names by the address of an item alone.

    Raises NotAllowed, NotThatKind for a question or research, which concern nobody in particular.
    """
    ensure_liaises(acting)
    request = locked(request)
    if request.aggregate:
        raise NotThatKind
    return _concerns(request, account)


@transaction.atomic
def authenticate_request(request: Request, *, how: str, because: str, acting: StaffMember) -> Request:
    """A second person found that the request comes from whom it says.

    how: of Request.Checked. because: what was done to make sure, in a sentence.
    Raises NotAllowed, SamePerson, WrongMoment, ReasonMissing, FieldRefused.
    """
    request = _checked(request, because, acting, State.AUTHENTICATED)
    if how not in Request.Checked:
        raise FieldRefused("how", _("Say how it was checked."))
    request.checked_how = how
    request.save()
    content = {"how": how, "because": request.checked_because}
    append(Event.REQUEST_AUTHENTICATED, subject=request, acting=acting, content=content)
    return request


@transaction.atomic
def refuse_as_unauthentic(request: Request, *, because: str, acting: StaffMember) -> Request:
    """A second person found that the request does not come from whom it says: nothing is answered.

    Raises NotAllowed, SamePerson, WrongMoment, ReasonMissing.
    """
    request = _checked(request, because, acting, State.UNAUTHENTIC)
    request.settled_at, request.settled_by, request.settled_because = now(), acting, request.checked_because
    request.save()
    content = {"because": request.checked_because}
    append(Event.REQUEST_UNAUTHENTIC, subject=request, acting=acting, content=content)
    return request


def _checked(request: Request, because: str, acting: StaffMember, state: State) -> Request:
    ensure_liaises(acting)
    request = locked(request)
    ensure_may_become(request, state)
    if request.registered_by_id == acting.pk:
        raise SamePerson
    request.state, request.checked_at, request.checked_by = state.value, now(), acting
    request.checked_because = given_reason(because)
    return request


@transaction.atomic
def acknowledge_request(request: Request, *, sent_by: str, acting: StaffMember) -> Request:
    """Write the receipt, and note by which way it went to the authority: it is handed over by a person.

    Raises NotAllowed, WrongMoment, ReasonMissing when the way is not said.
    """
    ensure_liaises(acting)
    request = locked(request)
    ensure_may_become(request, State.ACKNOWLEDGED)
    request.state, request.acknowledged_at, request.acknowledged_by = State.ACKNOWLEDGED.value, now(), acting
    request.receipt, request.receipt_sent_by = letters.receipt(request), given_reason(sent_by)
    request.save()
    append(Event.REQUEST_ACKNOWLEDGED, subject=request, acting=acting, content={"by": request.receipt_sent_by})
    return request


@transaction.atomic
def clear_request(request: Request, *, because: str, acting: StaffMember) -> Request:
    """The notified authority said that it does not object (2023/1543, Art. 10(2)).

    Raises NotAllowed, NotThatKind, WrongMoment, ReasonMissing.
    """
    ensure_liaises(acting)
    request = locked(request)
    if not request.enforcing_notified:
        raise NotThatKind
    if not request.open or request.cleared_at is not None:
        raise WrongMoment
    content = {"because": given_reason(because)}
    request.cleared_at = now()
    request.save(update_fields=["cleared_at"])
    append(Event.REQUEST_CLEARED, subject=request, acting=acting, content=content)
    return request


@transaction.atomic
def carry_out(
    request: Request,
    *,
    acting: StaffMember,
    decision: Decision | None = None,
    words: str = "",
    effect_at: datetime | None = None,
) -> Execution:
    """Note what gave effect to an order to act: a decision that people took on a case, or something done otherwise.

    decision: taken, whatever its measures; its beginning is the moment of the effect. Without one, `words` say what was
    done (an item removed by its exact address) and `effect_at` when. Nothing is decided here.
    Raises NotAllowed, NotThatKind, WrongMoment, ReasonMissing, FieldRefused.
    """
    ensure_liaises(acting)
    request = locked(request)
    ensure_kind(request, Request.Kind.ORDER_TO_ACT)
    if request.state != State.ACKNOWLEDGED:
        raise WrongMoment
    if decision is not None:
        if decision.state != Decision.State.TAKEN or decision.begins_at is None:
            raise FieldRefused("decision", _("This decision was not taken."))
        if not cases_named(request).filter(pk=decision.case_id).exists():
            raise FieldRefused("decision", _("This decision is about an account that the order does not concern."))
        at, what = decision.begins_at, {"names": sorted(decision.measures.values_list("measure", flat=True))}
        key = {"decision": decision}
    else:
        at, what = effect_at or now(), {"words": given_reason(words)}
        key = {"decision": None, "measures": what}
        if not request.received_at <= at <= now():
            raise FieldRefused("effect_at", _("Effect was given after the receipt and not in the future."))
    execution, new = Execution.objects.get_or_create(
        request=request, **key, defaults={"measures": what, "effect_at": at, "noted_at": now(), "noted_by": acting}
    )
    if new:
        request.effect_at = max(filter(None, (request.effect_at, at)))
        request.save(update_fields=["effect_at"])
        content = {"decision": decision.pk if decision else None, "what": what, "effect_at": at}
        append(Event.REQUEST_CARRIED_OUT, subject=request, acting=acting, content=content, effective_at=at)
    return execution


@transaction.atomic
def refuse_request(request: Request, *, ground: str, because: str, acting: StaffMember) -> Request:
    """Refuse it, on a ground that the law knows, with reasons that the authority is told.

    Raises NotAllowed, WrongMoment, ReasonMissing, FieldRefused for an unknown ground.
    """
    if ground not in Request.Ground:
        raise FieldRefused("ground", _("Say on which ground it is refused."))
    request = _settled(request, because, acting, State.REFUSED, ground=ground)
    content = {"ground": ground, "because": request.settled_because}
    append(Event.REQUEST_REFUSED, subject=request, acting=acting, content=content)
    return request


@transaction.atomic
def withdraw_request(request: Request, *, because: str, acting: StaffMember) -> Request:
    """The authority took it back. Raises NotAllowed, WrongMoment, ReasonMissing."""
    request = _settled(request, because, acting, State.WITHDRAWN)
    content = {"because": request.settled_because}
    append(Event.REQUEST_WITHDRAWN, subject=request, acting=acting, content=content)
    return request


def _settled(request: Request, because: str, acting: StaffMember, state: State, *, ground: str = "") -> Request:
    ensure_liaises(acting)
    request = locked(request)
    ensure_may_become(request, state)
    request.state, request.ground = state.value, ground
    request.settled_at, request.settled_by, request.settled_because = now(), acting, given_reason(because)
    request.save()
    return request
