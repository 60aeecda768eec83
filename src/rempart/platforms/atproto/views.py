"""What we answer on the AT Protocol: who we are, the labels that we publish, and reports."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from rempart.platforms.atproto import labels, reports
from rempart.platforms.atproto.allowance import TooMany
from rempart.platforms.atproto.identity import did_document
from rempart.platforms.atproto.tokens import TokenRefused, caller_of
from rempart.platforms.connector import PlatformFailure
from rempart.staff.access import open_to_all

MOST_LABELS, USUAL_LABELS = 250, 50
CREATE_REPORT = "com.atproto.moderation.createReport"


@open_to_all(because="other services look up who we are and with which key we sign")
@require_GET
def did(request: HttpRequest) -> HttpResponse:
    """Our DID document."""
    return _public(did_document())


@open_to_all(because="labels are public: apps ask for them")
@require_GET
def query_labels(request: HttpRequest) -> HttpResponse:
    """com.atproto.label.queryLabels: the labels that hold on the accounts asked about."""
    patterns = request.GET.getlist("uriPatterns")
    sources = request.GET.getlist("sources")
    try:
        limit, after = int(request.GET.get("limit", USUAL_LABELS)), int(request.GET.get("cursor") or 0)
    except ValueError:
        return _refused(400, "InvalidRequest", "limit and cursor are numbers")
    if not patterns or len(patterns) > MOST_LABELS or not 1 <= limit <= MOST_LABELS or after < 0:
        return _refused(400, "InvalidRequest", f"uriPatterns is needed, and limit is from 1 to {MOST_LABELS}")
    if any("\0" in pattern for pattern in patterns):
        return _refused(400, "InvalidRequest", "uriPatterns are DIDs")
    found = labels.query(patterns, sources=sources, after=after, limit=limit)
    cursor = {"cursor": str(found[-1].pk)} if len(found) == limit else {}
    return _public({**cursor, "labels": [labels.as_published(label) for label in found]})


@open_to_all(because="users report through their own server, with a token that it signs for them")
@csrf_exempt
@require_POST
def create_report(request: HttpRequest) -> HttpResponse:
    """com.atproto.moderation.createReport, by an account of a server of ours."""
    try:
        caller = caller_of(request.headers.get("authorization", ""), CREATE_REPORT)
        with transaction.atomic():
            return JsonResponse(reports.take(request.body, caller))
    except TokenRefused as error:
        return _refused(401, error.code, str(error))
    except TooMany:
        return _refused(429, "RateLimitExceeded", "too many reports in a minute: send it again later")
    except reports.NotTaken as error:
        return _refused(400, "InvalidRequest", str(error))
    except PlatformFailure:
        return _refused(503, "UpstreamFailure", "the reporter's server cannot be asked now: send it again later")


def _public(content: Mapping[str, Any]) -> HttpResponse:
    """Something that pages of any origin may read."""
    return JsonResponse(dict(content), headers={"access-control-allow-origin": "*"})


def _refused(status: int, error: str, message: str) -> HttpResponse:
    return JsonResponse({"error": error, "message": message}, status=status)
