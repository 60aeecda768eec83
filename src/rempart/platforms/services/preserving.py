"""Keeping what a measure may change or hide, before it does: profile, posts, logs, as sealed files with their hashes.

Done once before the first of a run of measures on an account. It can be killed at any point: copies already kept are
not kept again. A platform that cannot give them holds nobody's protection up for longer than WITHIN.
"""

import logging
from datetime import timedelta

from django.db import transaction

from rempart import ledger
from rempart.casework.referrals import archive
from rempart.casework.services.holds import hold_new_files
from rempart.files import services as files
from rempart.files.errors import FileRefused
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.ledger.services import reference
from rempart.platforms.connector import NOT_UNDERSTOOD, Connector, PermanentFailure, Snapshot, TemporaryFailure
from rempart.platforms.models import Execution, PreservedCopy
from rempart.records import AccountReference
from rempart.staff.roles import Permission

logger = logging.getLogger("rempart.platforms")

WITHIN = timedelta(minutes=10)


def preserve(
    execution: Execution, connector: Connector, account: AccountReference, *, standing: Execution | None
) -> None:
    """Keep what `execution` may change; `standing`: another of ours already holds, before which it was kept.

    Raises TemporaryFailure, and whatever an answer that nobody foresaw raises, while there is time to try again.
    """
    if execution.preserved_at is not None:
        return
    if standing is not None and standing.preserved_at is not None:
        Execution.objects.filter(pk=execution.pk).update(preserved_at=standing.preserved_at)
        execution.preserved_at = standing.preserved_at
        return
    missing = ""
    try:
        for snapshot in connector.preserve(account):
            _keep(execution, snapshot)
    except PermanentFailure as failure:
        missing = str(failure)
    except TemporaryFailure as failure:
        if now() < execution.order.due_at + WITHIN:
            raise
        missing = str(failure)
    except Exception:
        if now() < execution.order.due_at + WITHIN:
            raise
        logger.exception("what order %s may change could not all be kept", execution.order_id)
        missing = NOT_UNDERSTOOD
    _record(execution, missing)


@transaction.atomic
def _keep(execution: Execution, snapshot: Snapshot) -> None:
    name = snapshot.name[:255]
    if PreservedCopy.objects.filter(execution=execution, name=name).exists():
        return
    # A picture of somebody's account may show a child: only who looks after children's safety opens it.
    seen = snapshot.media_type.startswith(("image/", "video/"))
    permission = Permission.CHILD_SAFETY if seen else Permission.READ_CASES
    if not snapshot.content:
        return
    try:
        file = files.keep(snapshot.content, name=name, largest=None, opened_with=permission)
    except FileRefused:
        # Of a kind that is not kept as it is, as a repository of the AT Protocol: inside an archive it is.
        packed = archive.write({name: snapshot.content})
        file = files.keep(packed, name=f"{name}.zip", largest=None, opened_with=permission)
    PreservedCopy.objects.create(execution=execution, name=name, file=file)


@transaction.atomic
def _record(execution: Execution, missing: str) -> None:
    copies = PreservedCopy.objects.filter(execution=execution).select_related("file")
    execution.preserved_at = now()
    Execution.objects.filter(pk=execution.pk).update(preserved_at=execution.preserved_at)
    said = {
        "platform": execution.platform.name,
        "copies": [{"name": one.name, "sha256": one.file.sha256, "size": one.file.size} for one in copies],
    }
    ledger.append(
        Event.ACCOUNT_PRESERVED, subject=execution.order, content=said | ({"missing": missing} if missing else {})
    )
    case = execution.order.measure.decision.case
    hold_new_files(reference(case), [one.file for one in copies])
