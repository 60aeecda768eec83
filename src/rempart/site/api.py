"""The machine API under /api/v1/: the rooms' operations, one form for every refusal, and its description as OpenAPI.

There is no page of documentation: those that come with the library load files from elsewhere (docs/api.md instead).
"""

from collections.abc import Iterable

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, Throttled, ValidationError

from rempart.age.allowed_api import router as allowed
from rempart.age.api import router as ages
from rempart.age.proofs_api import router as age_proofs
from rempart.age.services import gate
from rempart.care.api import router as shields
from rempart.casework.api import reports, respondents
from rempart.intake.api import router as handing_over
from rempart.intake.services import NumberTaken, ReportRefused

api = NinjaAPI(
    title="Rempart",
    version="1",
    description="What a platform's machines hand over to Rempart and ask of it. Errors name the field.",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
)
api.add_router("", handing_over)
api.add_router("", reports)
api.add_router("", respondents)
api.add_router("", shields)
api.add_router("", ages)
api.add_router("", age_proofs)
api.add_router("", allowed)


def _refused(request: HttpRequest, status: int, errors: Iterable[tuple[str, str]]) -> HttpResponse:
    told = [{"field": field, "error": error} for field, error in errors]
    return api.create_response(request, {"errors": told}, status=status)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """422: each field that is wrong, by its path (`reporter.followers`)."""
    # A place begins with where it was (body, path, query) and, for a body, the name that the operation gives it.
    wrong = []
    for one in error.errors:
        place = [str(part) for part in one["loc"]]
        wrong.append((".".join(place[2:] if place[0] == "body" else place[1:]), str(one["msg"])))
    return _refused(request, 422, wrong)


@api.exception_handler(ReportRefused)
def report_refused(request: HttpRequest, error: ReportRefused) -> HttpResponse:
    """422, or 409 for a number that another report has."""
    return _refused(request, 409 if isinstance(error, NumberTaken) else 422, [(error.field, str(error))])


@api.exception_handler(gate.AttemptRefused)
def attempt_refused(request: HttpRequest, error: gate.AttemptRefused) -> HttpResponse:
    """422, or 409 for a number that another attempt or account has."""
    return _refused(request, 409 if isinstance(error, gate.NumberTaken) else 422, [(error.field, str(error))])


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """413."""
    return _refused(request, 413, [("", "the request is too large")])


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """404."""
    return _refused(request, 404, [("", "there is nothing under this address")])


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """400 for what is no JSON, 401 and 403 for a key that is not good or not enough, 429 when there were too many."""
    response = _refused(request, error.status_code, [("", str(error))])
    if isinstance(error, Throttled) and error.wait:
        response.headers["Retry-After"] = str(error.wait)
    return response
