"""Which of the ledger's checkpoints outsiders are shown: the last one of each few minutes, not that of each second.

Somebody who watched every second could see when rows come, and guess that the person they have just quarrelled with is
writing to us. Rows under later checkpoints wait for the next that is published (setting REMPART_LEDGER_MINUTES; 0 for
no waiting). It is shown once all witnesses have cosigned it, or when they have had time enough to.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings

from rempart.ledger.clock import now
from rempart.ledger.models import SignedCheckpoint
from rempart.ledger.witnessing.configured import witnesses

TIME_TO_COSIGN = timedelta(minutes=2)


def due() -> SignedCheckpoint | None:
    """The newest checkpoint that may be shown, and that witnesses are asked to cosign; None for an empty ledger."""
    return _last_before(_boundary())


def published() -> SignedCheckpoint | None:
    """The checkpoint that outsiders are shown; None while there is none."""
    newest, boundary = due(), _boundary()
    if newest is None or boundary is None or boundary + TIME_TO_COSIGN <= now():
        return newest
    asked = {witness.key.name for witness in witnesses()}
    if asked <= set(newest.cosignatures.values_list("key_name", flat=True)):
        return newest
    return _last_before(boundary - _period()) or newest


def _period() -> timedelta:
    return timedelta(minutes=settings.REMPART_LEDGER_MINUTES)


def _boundary() -> datetime | None:
    """When the last few minutes ended; None when there is no waiting."""
    if not (period := _period()):
        return None
    midnight = datetime(1970, 1, 1, tzinfo=UTC)
    return now() - (now() - midnight) % period


def _last_before(moment: datetime | None) -> SignedCheckpoint | None:
    found = SignedCheckpoint.objects.order_by("number")
    return (found if moment is None else found.filter(made_at__lt=moment)).last()
