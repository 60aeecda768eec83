"""The test wallet's page: somebody invented is chosen, and answers. Only where REMPART_TEST_WALLET is 1."""

import httpx
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from rempart.age import saying
from rempart.age.services import test_wallet as services
from rempart.attestation.testing.requests import CannotAnswer
from rempart.staff.access import open_to_all


@csrf_exempt  # there is nothing to forge: everybody in it is invented, and it exists on test sites only
@open_to_all(because="it stands in for an app on somebody's phone, on test sites only")
@require_http_methods(["GET", "HEAD", "POST"])
def test_wallet(request: HttpRequest) -> HttpResponse:
    """Who answers, and the answer."""
    if not settings.REMPART_TEST_WALLET:
        raise PermissionDenied
    asked = (request.POST or request.GET).get("request", "")
    language = request.POST.get("language") or request.GET.get("language") or translation.get_language() or "fr"
    language = "en" if language.startswith("en") else "fr"
    with translation.override(language):
        words = saying.texts("test_wallet", language)
        shown = {
            "words": words,
            "language": language,
            "asked": asked,
            "people": [(name, words[name]) for name in services.PEOPLE],
        }
        if (name := request.POST.get("person", "")) in {*services.PEOPLE, services.DECLINES}:
            site = f"{request.scheme}://{request.get_host()}"
            try:
                back = services.answer(name, asked, site=site)
            except (CannotAnswer, services.NotOurs, httpx.HTTPError, ValueError):
                return render(request, "age/proof/test_wallet.html", shown | {"cannot": True}, status=422)
            if back:
                return redirect(back)
            shown["sent"] = True
        return render(request, "age/proof/test_wallet.html", shown)
