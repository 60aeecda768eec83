"""What every act at the authority desk checks first."""

from django.db.models import Q, QuerySet

from rempart.accountability.errors import NotThatKind, WrongMoment
from rempart.accountability.models import Answer, Request
from rempart.accountability.states import State, may_follow
from rempart.casework.errors import NotAllowed
from rempart.casework.models import Case
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


def ensure_liaises(acting: StaffMember) -> None:
    """Raises NotAllowed unless the person deals with authorities."""
    if not acting.may(Permission.LIAISE):
        raise NotAllowed


def locked(request: Request) -> Request:
    """The request as it is stored, nobody else changing it until the transaction ends."""
    return Request.objects.select_for_update(of=("self",)).select_related("authority").get(pk=request.pk)


def locked_answer(answer: Answer) -> Answer:
    """The answer as it is stored, its request locked."""
    request = locked(Request(pk=answer.request_id))
    found = Answer.objects.select_related("drafted_by", "document", "package").get(pk=answer.pk)
    found.request = request
    return found


def ensure_may_become(request: Request, state: State) -> None:
    """Raises WrongMoment unless the request goes there in one step."""
    if not may_follow(request.state, state):
        raise WrongMoment


def ensure_kind(request: Request, *kinds: str) -> None:
    """Raises NotThatKind unless the request is of one of these kinds."""
    if request.kind not in kinds:
        raise NotThatKind


def cases_named(request: Request) -> QuerySet[Case]:
    """The cases of the accounts that a request concerns, by their handle or their immutable number."""
    named = Q(pk__in=[])
    for person in request.concerned.all():
        named |= Q(account__service=person.service, account__handle=person.handle)
        if person.platform_id:
            named |= Q(account__service=person.service, account__platform_id=person.platform_id)
    return Case.objects.filter(named).order_by("pk")
