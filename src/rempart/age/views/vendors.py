"""Where a provider of age assurance answers, and from where somebody who is asked goes to one."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from rempart.age.errors import Refused
from rempart.age.services import vendors
from rempart.age.vendors import LONGEST, VendorRefused, Why
from rempart.age.views.asked import challenge_of
from rempart.correspondence.links import LinkAccess, by_link
from rempart.correspondence.models import Conversation
from rempart.staff.access import open_to_all

_STATUS = {Why.UNKNOWN_VENDOR: 404, Why.UNKNOWN_REQUEST: 404, Why.ALREADY_USED: 409, Why.TOO_LARGE: 413}


@csrf_exempt  # a provider's server has no cookie; what it sends is signed
@open_to_all(because="what a provider posts is signed by its key, and answers one question of ours")
@require_POST
def result(request: HttpRequest, name: str) -> HttpResponse:
    """Take a signed answer (application/jwt): 204, or a refusal with its code. Anything else has no way in."""
    if request.content_type != "application/jwt":
        return _refused(Why.MALFORMED, 415)
    body = request.read(LONGEST + 1)
    if len(body) > LONGEST:
        return _refused(Why.TOO_LARGE)
    try:
        vendors.receive(name, body.decode("ascii").strip())
    except UnicodeDecodeError:
        return _refused(Why.MALFORMED)
    except VendorRefused as refused:
        return _refused(refused.why)
    return HttpResponse(status=204)


@by_link(Conversation.Kind.AGE)
@require_POST
def start(request: HttpRequest, access: LinkAccess, name: str) -> HttpResponse:
    """Somebody who is asked how old they are goes to a provider that they chose."""
    challenge = challenge_of(access)
    here = reverse("age:asked", args=[access.token])
    if not challenge.current:
        return redirect(here)
    try:
        asked = vendors.ask_vendor(challenge.subject, vendor=name, over=challenge.over)
    except Refused:  # asked too often within the hour, or a provider that is no more: their page has the other ways
        return redirect(here)
    return redirect(vendors.start_of(asked))


def _refused(why: Why, status: int = 0) -> JsonResponse:
    return JsonResponse({"reason": why.value}, status=status or _STATUS.get(why, 422))
