"""The page on which somebody shows their age with a wallet, and the addresses that wallets and browsers answer to.

It works without a script: the link opens the wallet, the code is scanned by another phone, a button asks whether the
answer came. The one cookie tells the browser that began from any other, so that an answer given on the same device
counts only there (OpenID4VP 1.0, section 13.3).
"""

import hashlib
import io
import json
import secrets
from contextlib import suppress
from typing import Any

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.age import saying
from rempart.age.errors import WrongState
from rempart.age.models import ProofRequest
from rempart.age.services import proofs as services
from rempart.attestation import dc_api, openid4vp
from rempart.attestation.outcome import Reason
from rempart.pages.labels import words_for
from rempart.pages.writing import clock
from rempart.staff.access import open_to_all

State, Purpose = ProofRequest.State, ProofRequest.Purpose
HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
COOKIE = "rempart_proof"
COOKIE_LASTS = 3600  # seconds
FORM = "application/x-www-form-urlencoded"
BECAUSE = "reached by an address that was made for one question"
OTHER_SCHEME = "openid4vp"

WHY = {
    Reason.NOT_OVER: "why_not_over",
    Reason.UNSUPPORTED: "why_unsupported",
    Reason.EXPIRED: "why_expired",
    Reason.NOT_YET_VALID: "why_expired",
    Reason.REVOKED: "why_revoked",
    Reason.ALREADY_USED: "why_used",
    Reason.UNTRUSTED_ISSUER: "why_unknown",
    Reason.BAD_CERTIFICATE: "why_unknown",
    Reason.STALE_TRUST: "why_unknown",
    Reason.STATUS_UNKNOWN: "why_status",
    Reason.BAD_STATUS_LIST: "why_status",
    Reason.BAD_DEVICE_SIGNATURE: "why_other_question",
    Reason.MISSING_BINDING: "why_other_question",
    Reason.WRONG_AUDIENCE: "why_other_question",
    Reason.WRONG_NONCE: "why_other_question",
    Reason.EXTRA_ATTRIBUTE: "why_too_much",
    services.DECLINED: "why_declined",
}
"""Which sentence tells a refusal; every other one is "why_broken"."""


@csrf_exempt  # it does nothing without the token, and whoever could forge a request would have to know it
@open_to_all(because=BECAUSE)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def proof(request: HttpRequest, token: str) -> HttpResponse:
    """The question; then what came of it."""
    found = services.proof_of(token)
    return _kept_quiet(_closed(request) if found is None else _page(request, found))


@open_to_all(because=BECAUSE)
@require_safe
@sensitive_variables("token")
def code(request: HttpRequest, token: str) -> HttpResponse:
    """The request as a QR code, for a wallet on another device."""
    found = _waiting(token)
    drawn = io.BytesIO()
    segno.make(_asked(request, found).as_uri(), error="l", micro=False).save(
        drawn, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False
    )
    return _kept_quiet(HttpResponse(drawn.getvalue(), content_type="image/svg+xml"))


@open_to_all(because=BECAUSE)
@require_safe
@sensitive_variables("token")
def state(request: HttpRequest, token: str) -> HttpResponse:
    """Where it stands, for the script of the page."""
    found = services.proof_of(token)
    if found is None:
        raise Http404
    return _kept_quiet(JsonResponse({"state": found.state if found.open else _ended(found)}))


@csrf_exempt  # wallets post here by themselves, with no page and no cookie of ours; `state` is what they prove
@open_to_all(because="wallets answer here (OpenID4VP direct_post)")
@require_POST
@sensitive_post_parameters()
@sensitive_variables("token", "form", "received")
def response(request: HttpRequest, token: str) -> HttpResponse:
    """A wallet's answer (OpenID4VP 1.0, section 8.2): told where to send its holder, where they have to come back."""
    found, form = services.proof_of(token), _form(request)
    if found is None or form is None:
        return _error("no such request", status=404) if found is None else _error("a form expected, each field once")
    try:
        received = services.receive(found, form, response_uri=_address(request, "age:proof-response", token))
    except (services.NotForThis, WrongState):
        return _error("no answer with this state is awaited")
    code = f"?response_code={received.code}" if received.code else ""
    back = {"redirect_uri": _address(request, "age:proof", token) + code} if received.back else {}
    return _kept_quiet(JsonResponse(back))


@csrf_exempt  # the answer opens with this question's key and for this page's origin alone
@open_to_all(because="our page hands over what the browser's wallet answered")
@require_POST
@sensitive_variables("token", "given")
def digital(request: HttpRequest, token: str) -> HttpResponse:
    """What a wallet answered through the browser's Digital Credentials API, handed over by the script of the page."""
    found = services.proof_of(token)
    if found is None:
        raise Http404
    if (sealed := _sealed(request.body)) is None:
        return _error("an org-iso-mdoc answer expected")
    try:
        services.receive_from_browser(found, sealed, origin=_origin(request))
    except WrongState:
        return _error("no answer is awaited any more")
    return _kept_quiet(JsonResponse({}))


def _form(request: HttpRequest) -> dict[str, str] | None:
    """The fields of a posted form; None for anything else, and where a field stands twice."""
    once = request.content_type == FORM and all(len(values) == 1 for _name, values in request.POST.lists())
    return request.POST.dict() if once else None


def _sealed(body: bytes) -> str | None:
    """The sealed answer in what the page hands over: `{"protocol": …, "data": {"response": …}}`."""
    try:
        given = json.loads(body)
        sealed = given["data"]["response"]
        return sealed if given["protocol"] == dc_api.PROTOCOL and isinstance(sealed, str) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _page(request: HttpRequest, found: ProofRequest) -> HttpResponse:
    if request.method == "POST":
        return _act(request, found)
    returned = request.GET.get("response_code", "")
    if returned and services.come_back(found, returned, browser=_browser(request)):
        return redirect("age:proof", found.token)
    services.opened(found)
    language = _language(request, found)
    with translation.override(language):
        words = _words(found, language)
        shown = {"words": words, "language": language, "proof": found, "on": found.return_to, "again": found.open}
        if found.open and found.state == State.WAITING:
            return _question(request, found, shown)
        return _told(request, shown, *_outcome(found, words, returned=bool(returned)))


def _outcome(found: ProofRequest, words: dict[str, str], *, returned: bool) -> tuple[str, str]:
    """What the page is about, by the name of its title, and its lines."""
    if found.state == State.ACCEPTED:
        return "accepted", words["accepted"]
    if found.state == State.REFUSED:
        why = words[WHY.get(found.reason, "why_broken")]
        return "refused", f"{words['refused_lead']}\n{why}"
    if not found.open:
        return "over", words["over"]
    return "back", words["elsewhere" if returned else "waiting_back"]


def _act(request: HttpRequest, found: ProofRequest) -> HttpResponse:
    if (language := request.POST.get("language", "")) in saying.LANGUAGES:
        ProofRequest.objects.filter(pk=found.pk).update(language=language)
    if request.POST.get("act") == "again":
        with suppress(WrongState):  # another window was quicker, or its time is over: the page says it
            services.begin_again(found)
    return redirect("age:proof", found.token)


def _question(request: HttpRequest, found: ProofRequest, shown: dict[str, Any]) -> HttpResponse:
    cookie = request.COOKIES.get(COOKIE) or secrets.token_urlsafe(32)
    here = _asked(request, found, browser=_digest(cookie))
    uri = here.as_uri()
    page = render(
        request,
        "age/proof/question.html",
        shown
        | {
            "link": uri,
            "other_link": here.as_uri(OTHER_SCHEME),
            "code_text": _asked(request, found).as_uri(),
            "digital": json.dumps(services.request_by_browser(found).as_request()),
            "looked": "looked" in request.GET,
            "other_ways": shown["words"][f"other_{found.purpose}"].split("\n"),
            "test_wallet": settings.REMPART_TEST_WALLET,
        },
    )
    page.set_cookie(
        COOKIE,
        cookie,
        max_age=COOKIE_LASTS,
        path=reverse("age:proof", args=["_"]).removesuffix("_/"),
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return page


def _told(request: HttpRequest, shown: dict[str, Any], what: str, lines: str) -> HttpResponse:
    title = shown["words"][f"{what}_title"]
    return render(request, "age/proof/told.html", shown | {"what": what, "title": title, "lines": lines.split("\n")})


def _closed(request: HttpRequest) -> HttpResponse:
    """The same for an address that was not made here and for one that is kept no more."""
    words = saying.texts("proof", _language(request, None))
    shown = {"words": words, "what": "closed", "title": words["closed_title"], "lines": [words["closed"]]}
    return render(request, "age/proof/told.html", shown, status=404)


def _asked(request: HttpRequest, found: ProofRequest, *, browser: str = "") -> openid4vp.Request:
    there = _address(request, "age:proof-response", found.token)
    return services.request_by_link(found, response_uri=there, browser=browser)


def _waiting(token: str) -> ProofRequest:
    found = services.proof_of(token)
    if found is None or not found.open or found.state != State.WAITING:
        raise Http404
    return found


def _ended(found: ProofRequest) -> str:
    return found.state if found.state in {State.ACCEPTED, State.REFUSED} else "over"


def _words(found: ProofRequest, language: str) -> dict[str, str]:
    """The sentences for whoever is asked, their values filled in."""
    said = saying.texts("proof", language)
    if found.purpose == Purpose.GUARDIAN:
        said = said | saying.texts("proof_guardian", language)
    values = {
        "over": found.over,
        "service": words_for("service", found.service),
        "until": clock(found.expires_at),
    }
    return {name: saying.filled(text, language, values) for name, text in said.items()}


def _language(request: HttpRequest, found: ProofRequest | None) -> str:
    if found is not None and found.language in saying.LANGUAGES:
        return found.language
    return "en" if (translation.get_language() or "fr").startswith("en") else "fr"


def _browser(request: HttpRequest) -> str:
    cookie = request.COOKIES.get(COOKIE)
    return _digest(cookie) if cookie else ""


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def _origin(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _address(request: HttpRequest, route: str, token: str) -> str:
    """The whole address of a route, on the host (of ALLOWED_HOSTS) by which the site was reached."""
    return _origin(request) + reverse(route, args=[token])


def _error(why: str, *, status: int = 400) -> HttpResponse:
    return _kept_quiet(JsonResponse({"error": "invalid_request", "error_description": why}, status=status))


def _kept_quiet(answer: HttpResponse) -> HttpResponse:
    for name, value in HEADERS.items():
        answer.headers[name] = value
    return answer
