"""What a homeserver asks and tells us over HTTP: its anti-spam questions, and the events of rooms that we listen to.

Each comes with a token made from our own key for that platform (`settings.py`); nothing else is an identity here.
"""

import logging
from typing import Any

import msgspec
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from rempart.platforms.listening import keep
from rempart.platforms.matrix.antispam import NotAsked, refusal
from rempart.platforms.matrix.rooms import heard_in
from rempart.platforms.matrix.settings import antispam_token, homeserver_token
from rempart.platforms.models import Cursor, Platform
from rempart.staff.access import open_to_all

logger = logging.getLogger("rempart.matrix")

LARGEST = 16 * 1024 * 1024
"""Bytes of a body that are read: a hundred events of 64 KiB, with room to spare."""


@open_to_all(because="a homeserver asks, with a token made for it")
@csrf_exempt
@require_http_methods(["POST"])
def antispam(request: HttpRequest, name: str, callback: str) -> HttpResponse:
    """Answer whether somebody may do something: 200 when they may, 403 with words for them when not.

    A refusal leaves no line in the log. What goes wrong here is answered without JSON, which Synapse's module takes for
    "cannot be reached": what happens then is the platform's setting.
    """
    if not _shows(request, antispam_token(name)):
        return HttpResponse("This is not the token of this platform.", status=401, content_type="text/plain")
    asked = _body(request)
    if callback == "ping" and asked is not None:
        return JsonResponse({"id": asked.get("id"), "status": "ok"})
    try:
        why = refusal(name, callback, asked or {})
    except NotAsked as error:
        return HttpResponse(str(error), status=400, content_type="text/plain")
    except DatabaseError:
        logger.exception("%s: a question of the homeserver could not be answered", name)
        return HttpResponse("No answer for now.", status=503, content_type="text/plain")
    if why is None:
        return JsonResponse({})
    request.refusal_is_an_answer = True  # type: ignore[attr-defined]
    return JsonResponse({"errcode": "M_FORBIDDEN", "error": why}, status=403)


@open_to_all(because="a homeserver hands events over, with a token made for it")
@csrf_exempt
@require_http_methods(["PUT"])
def transaction(request: HttpRequest, name: str, number: str) -> HttpResponse:
    """Take in what was said in rooms (Matrix, Application Service API); sent again, a transaction changes nothing."""
    if not _shows(request, homeserver_token(name)):
        return JsonResponse({"errcode": "M_FORBIDDEN"}, status=403)
    body = _body(request)
    events = body.get("events") if body is not None else None
    if not isinstance(events, list):
        return JsonResponse({"errcode": "M_BAD_JSON"}, status=400)
    if not Platform.objects.filter(name=name, kind="matrix", enabled=True).exists():
        return JsonResponse({"errcode": "M_NOT_FOUND"}, status=404)
    listener = f"{name}:rooms"
    if not Cursor.objects.filter(listener=listener, position=number).exists():
        keep(listener, heard_in(events, position=number))
    return JsonResponse({})


def _shows(request: HttpRequest, token: str) -> bool:
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and constant_time_compare(shown, token)


def _body(request: HttpRequest) -> dict[str, Any] | None:
    try:
        # Read directly: what Synapse hands over at once, and sends again until we take it, may be more than a form is.
        body = request.read(LARGEST + 1)
        return msgspec.json.decode(body, type=dict[str, Any]) if len(body) <= LARGEST else None
    except (msgspec.DecodeError, RecursionError):
        return None
