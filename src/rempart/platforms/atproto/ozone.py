"""Takedowns through an Ozone, for servers whose moderation is kept there: they end there by themselves.

Written against the lexicons tools.ozone.moderation.emitEvent and queryEvents. We sign in as ourselves: each call
carries a token of our DID, which has to be a moderator of that Ozone. An event's `externalId` is the order's key, so
that an order carried out twice is one event.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Self

import httpx
from django.utils.translation import gettext_noop

from rempart.ledger.clock import now
from rempart.platforms.atproto.identity import own_did, service_token
from rempart.platforms.atproto.server import checked, error_of, read_object
from rempart.platforms.atproto.settings import OzoneSettings
from rempart.platforms.connector import Sanction
from rempart.platforms.http import client
from rempart.platforms.models import Platform

EVENTS = "tools.ozone.moderation.defs"
TAKEDOWN, REVERSAL = f"{EVENTS}#modEventTakedown", f"{EVENTS}#modEventReverseTakedown"
NOT_OURS = "taken down before us"


class Ozone:
    """One Ozone, as one of its moderators. Every call raises TemporaryFailure or PermanentFailure."""

    def __init__(self, http: httpx.Client, did: str) -> None:
        self.http, self.did = http, did

    @classmethod
    def of(cls, platform: Platform, settings: OzoneSettings) -> Self:
        """The Ozone of a platform's settings."""
        return cls(client(Platform(address=settings.address)), settings.did)

    def take_down(self, did: str, *, key: str, until: datetime | None) -> str:
        """Take an account down for the hours that are left, unless somebody else did."""
        newest = self._newest(did)
        if newest is not None and newest["event"].get("$type") == TAKEDOWN and newest.get("createdBy") != own_did():
            return NOT_OURS
        event: dict[str, Any] = {"$type": TAKEDOWN, "comment": gettext_noop("A measure of Rempart")}
        if until is not None:
            # Whole hours, upwards: Rempart lifts it at the minute, and this stands behind it.
            event["durationInHours"] = max(1, math.ceil((until - now()) / timedelta(hours=1)))
        self._emit(did, event, key)
        return key

    def restore(self, did: str, *, mark: str) -> None:
        """Reverse our takedown if it is still the newest word on the account, and nobody else's."""
        newest = self._newest(did)
        if mark == NOT_OURS or newest is None or newest.get("createdBy") != own_did():
            return
        if newest["event"].get("$type") == TAKEDOWN:
            self._emit(did, {"$type": REVERSAL, "comment": gettext_noop("The measure has ended")}, f"{mark}:lift")

    def told_apart(self, did: str, seen: Sanction) -> Sanction:
        """What is seen on the server, with whether it is ours and when it ends, as Ozone's newest event says."""
        newest = self._newest(did)
        if newest is None or newest["event"].get("$type") != TAKEDOWN or newest.get("createdBy") != own_did():
            return seen
        since, hours = datetime.fromisoformat(newest["createdAt"]), newest["event"].get("durationInHours")
        return replace(seen, ours=True, since=since, until=since + timedelta(hours=hours) if hours else None)

    def _newest(self, did: str) -> dict[str, Any] | None:
        """The newest takedown or reversal on an account."""
        method = "tools.ozone.moderation.queryEvents"
        asked: dict[str, Any] = {"subject": did, "types": [TAKEDOWN, REVERSAL], "sortDirection": "desc", "limit": 1}
        answer = self.http.get(f"/xrpc/{method}", params=asked, headers=self._as_ourselves(method))
        events = read_object(checked(answer)).get("events") or []
        return events[0] if events else None

    def _emit(self, did: str, event: Mapping[str, Any], key: str) -> None:
        method = "tools.ozone.moderation.emitEvent"
        data = {
            "event": event,
            "subject": {"$type": "com.atproto.admin.defs#repoRef", "did": did},
            "createdBy": own_did(),
            "modTool": {"name": "rempart"},
            "externalId": key,
        }
        answer = self.http.post(f"/xrpc/{method}", json=data, headers=self._as_ourselves(method))
        if error_of(answer) != "DuplicateExternalId":
            checked(answer)

    def _as_ourselves(self, method: str) -> dict[str, str]:
        return {"authorization": f"Bearer {service_token(self.did, method)}"}
