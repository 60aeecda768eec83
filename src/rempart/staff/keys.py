"""Keys by which other programs use the API: each has a name, the least it needs (its scopes), and an end.

A key is shown once, when it is made; its SHA-256 is kept (a key holds 256 bits of chance, so nothing slower is needed).
`KeyAuth(Scope.X)` is the `auth=` of an operation; `machine_api(api)` gives a django-ninja API its addresses, and a
system check refuses an operation that asks for no key and does not say why.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import TextChoices
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthorizationError, Throttled
from ninja.security import HttpBearer

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.staff.access import access_of, open_to_all
from rempart.staff.models import MachineKey, StaffMember

PREFIX = "rempart_"
LASTS = timedelta(days=365)
PER_MINUTE = 600
WINDOW = timedelta(minutes=1)
APIS: list[NinjaAPI] = []
DESCRIPTIONS = {"openapi-json", "openapi-view", "api-root"}


class Scope(TextChoices):
    """What a key may be good for."""

    REPORTS_WRITE = "reports:write", _("Hand in reports and posts")
    REPORTS_READ = "reports:read", _("Ask what became of a report")
    LINKS_READ = "links:read", _("Fetch the links to hand over to the people concerned")
    COMMENTS_WRITE = "comments:write", _("Hand in comments on accounts whose shield is open")
    AGE = "age", _("Ask for the age of people who sign up, and read the answer")
    ORDERS = "orders", _("Fetch what is to be applied or lifted, and tell what was done")


class KeyRefused(Exception):
    """The key cannot be made; the message says why."""


@transaction.atomic
def make_key(
    name: str,
    scopes: Iterable[Scope],
    *,
    acting: StaffMember | None,
    lasts: timedelta = LASTS,
    per_minute: int = PER_MINUTE,
) -> tuple[MachineKey, str]:
    """Make a key; returns it with its secret, which is shown this once.

    lasts: at most a year. per_minute: how many requests it may make in a minute. Raises KeyRefused.
    """
    wanted = {Scope(scope) for scope in scopes}
    if not (name := name.strip()) or not wanted:
        raise KeyRefused("A key has a name and at least one scope.")
    if not timedelta(0) < lasts <= LASTS:
        raise KeyRefused("A key lasts at most a year.")
    if per_minute < 1:
        raise KeyRefused("A key may make at least one request a minute.")
    secret, moment = PREFIX + secrets.token_urlsafe(32), now()
    key = MachineKey.objects.create(
        name=name,
        scopes=[scope for scope in Scope if scope in wanted],
        secret_hash=_hash(secret),
        per_minute=per_minute,
        made_by=acting,
        made_at=moment,
        expires_at=moment + lasts,
    )
    content = {"name": name, "scopes": key.scopes, "expires_at": key.expires_at.isoformat()}
    ledger.append(Event.MACHINE_KEY_MADE, subject=key, acting=acting, content=content)
    return key, secret


@transaction.atomic
def revoke_key(key: MachineKey, *, acting: StaffMember | None, reason: str) -> MachineKey:
    """End a key at once. Revoking it again changes nothing. Raises KeyRefused without a reason."""
    if not (reason := reason.strip()):
        raise KeyRefused("Say why the key is revoked.")
    key = MachineKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is None:
        key.revoked_at = now()
        key.save(update_fields=["revoked_at"])
        ledger.append(Event.MACHINE_KEY_REVOKED, subject=key, acting=acting, content={"reason": reason})
    return key


class KeyAuth(HttpBearer):
    """Asks an operation's caller for a key (`Authorization: Bearer rempart_…`) that holds a scope.

    401 without a good key, 403 for a key without the scope, 429 beyond the key's requests a minute. The operation finds
    the key as `request.auth`.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = Scope(scope)
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> MachineKey | None:
        """The key, or None when it is not good. Raises AuthorizationError, Throttled."""
        moment = now()
        key = MachineKey.objects.filter(secret_hash=_hash(token), revoked_at=None, expires_at__gt=moment).first()
        if key is None:
            return None
        if self.scope not in key.scopes:
            raise AuthorizationError(message=f"This key does not hold the scope {self.scope}.")
        if wait := _count(key, moment):
            raise Throttled(wait)
        return key


def machine_api(api: NinjaAPI) -> Any:
    """The addresses of a machine API, for `path("api/…", machine_api(api))`."""
    urls = api.urls
    for pattern in urls[0]:
        if pattern.name in DESCRIPTIONS:
            pattern.callback = require_safe(pattern.callback)
        open_to_all(because="each operation of the API asks for a key, or says why not")(pattern.callback)
    if api not in APIS:
        APIS.append(api)
    return urls


def operations(api: NinjaAPI) -> Iterator[tuple[str, str, str, Any]]:
    """Every operation of an API: its route's name, its HTTP method, its address below the API's, itself."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                name = view.url_name or operation.view_func.__name__
                for method in operation.methods:
                    yield f"{api.urls_namespace}:{name}", method, f"{router.prefix}{path}", operation


def scope_of(operation: Any) -> Scope | None:
    """The scope that an operation asks for; None when it is open."""
    return next((auth.scope for auth in operation.auth_callbacks if isinstance(auth, KeyAuth)), None)


def keyless() -> Iterator[tuple[str, str]]:
    """The operations, by method and address, that neither ask for a key nor are marked as open."""
    for api in APIS:
        for _name, method, address, operation in operations(api):
            if scope_of(operation) is None and access_of(operation.view_func) is None:
                yield method, address


def _count(key: MachineKey, moment: datetime) -> int:
    """Count a request of the key; the seconds to wait when there were too many in this minute, else 0.

    Counted in the database, which every process shares. A count lost in a crash does no harm, so nothing waits for it
    to reach the disk. The day of the last use is kept, not the moment.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH unawaited AS (SELECT set_config('synchronous_commit', 'off', true))
            UPDATE staff_machinekey SET
                used_in_window = CASE WHEN window_began > %(since)s THEN used_in_window + 1 ELSE 1 END,
                window_began = CASE WHEN window_began > %(since)s THEN window_began ELSE %(now)s END,
                last_used_on = %(today)s
            FROM unawaited
            WHERE id = %(id)s AND (window_began IS NULL OR window_began <= %(since)s OR used_in_window < per_minute)
            RETURNING id
            """,
            {"id": key.pk, "now": moment, "since": moment - WINDOW, "today": moment.date()},
        )
        if cursor.fetchone():
            return 0
    began = MachineKey.objects.values_list("window_began", flat=True).get(pk=key.pk)
    return max(1, int((began + WINDOW - moment).total_seconds())) if began else 1


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
