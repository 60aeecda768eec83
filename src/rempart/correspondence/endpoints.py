"""The platform's endpoints: added, changed, switched off, given new secrets. Their secrets are sealed at rest."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from rempart import ledger
from rempart.correspondence.announcing import ALL_EVENTS, EVENTS
from rempart.correspondence.errors import EndpointRefused
from rempart.correspondence.models import Endpoint
from rempart.correspondence.webhooks import ensure_usable, new_secret
from rempart.files import sealing
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember

BOTH_SECRETS = timedelta(days=1)  # how long the secret before the last signs too
PURPOSE = "endpoint secret"


@transaction.atomic
def add_endpoint(
    name: str,
    url: str,
    *,
    events: Iterable[str] = EVENTS,
    services: Iterable[str] = (),
    acting: StaffMember | None,
) -> tuple[Endpoint, str]:
    """Add an endpoint; returns it with its secret, which is shown this once.

    events: types it wants to hear of; services: those it speaks for, all when none is named.
    Raises EndpointRefused (field url, name or events).
    """
    ensure_usable(url)
    wanted = sorted(set(events))
    if not wanted or not set(wanted) <= set(ALL_EVENTS):
        raise EndpointRefused("events", _("Choose at least one of: %(events)s.") % {"events": ", ".join(ALL_EVENTS)})
    secret = new_secret()
    endpoint = Endpoint(
        name=name.strip(),
        url=url,
        sealed_secret=sealing.seal(secret, purpose=PURPOSE),
        events=wanted,
        services=sorted(set(services)),
        added_at=now(),
    )
    if not endpoint.name:
        raise EndpointRefused("name", _("Give it a name."))
    try:
        with transaction.atomic():
            endpoint.save()
    except IntegrityError as error:
        raise EndpointRefused("name", _("Another endpoint has this name.")) from error
    content = {"name": endpoint.name, "url": url, "events": endpoint.events, "services": endpoint.services}
    ledger.append(Event.ENDPOINT_ADDED, subject=endpoint, acting=acting, content=content)
    return endpoint, secret


@transaction.atomic
def switch(endpoint: Endpoint, *, on: bool, acting: StaffMember | None) -> Endpoint:
    """Switch an endpoint on or off. What waits for one that is off is given up."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    if endpoint.active != on:
        endpoint.active = on
        endpoint.save(update_fields=["active"])
        ledger.append(Event.ENDPOINT_CHANGED, subject=endpoint, acting=acting, content={"active": on})
    return endpoint


@transaction.atomic
def rotate_secret(endpoint: Endpoint, *, acting: StaffMember | None) -> str:
    """Give an endpoint a new secret and return it, this once. For a day the one before signs as well."""
    endpoint = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    secret = new_secret()
    endpoint.sealed_previous_secret, endpoint.rotated_at = endpoint.sealed_secret, now()
    endpoint.sealed_secret = sealing.seal(secret, purpose=PURPOSE)
    endpoint.save(update_fields=["sealed_secret", "sealed_previous_secret", "rotated_at"])
    ledger.append(Event.ENDPOINT_ROTATED, subject=endpoint, acting=acting)
    return secret


def secrets_of(endpoint: Endpoint) -> list[str]:
    """The secrets that sign for an endpoint now, the newest first."""
    sealed = [endpoint.sealed_secret]
    if endpoint.sealed_previous_secret is not None and endpoint.rotated_at + BOTH_SECRETS > now():
        sealed.append(endpoint.sealed_previous_secret)
    return [sealing.unseal(one, purpose=PURPOSE) for one in sealed]
