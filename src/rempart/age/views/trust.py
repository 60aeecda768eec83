"""Whom proofs of age are believed from, for those who administer: certificates, lists, and what is wrong with them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rempart.age.models import TrustFile
from rempart.age.services import trust as services
from rempart.ledger.clock import now
from rempart.staff.access import needs
from rempart.staff.roles import Permission


@dataclass(frozen=True)
class _Issuer:
    name: str
    until: datetime
    over: bool


@needs(Permission.ADMINISTER, Permission.AUDIT)
@require_safe
def trust(request: HttpRequest) -> HttpResponse:
    """What is trusted now."""
    moment = now()
    shown: dict[str, Any] = {"issuers": [], "ignored": [], "keys": 0, "unreadable": False}
    try:
        held = services.trusted()
    except OSError:
        shown["unreadable"] = True
    else:
        shown |= {
            "issuers": [
                _Issuer(one.subject.rfc4514_string(), one.not_valid_after_utc, one.not_valid_after_utc <= moment)
                for one in held.anchors.certificates
            ],
            "ignored": held.ignored,
            "keys": len(held.keys),
        }
    lists = [(row, row.good_until is None or row.good_until <= moment) for row in TrustFile.objects.all()]
    shown |= {"lists": lists, "test_wallet": settings.REMPART_TEST_WALLET}
    return render(request, "age/proof/trust.html", shown)
