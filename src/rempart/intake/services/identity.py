"""Accounts whose handles change: the immutable id (a DID, a Matrix id, a platform's number) says who is who.

What was said under the old handle stays with the account that had it, and follows it to the new one. Whoever takes the
freed handle is somebody else.
"""

from django.db import transaction
from django.db.models import Q

from rempart.intake.accounts import take_handle
from rempart.intake.models import Account
from rempart.intake.signals import testimonies_changed
from rempart.ledger import append
from rempart.ledger.events import Event
from rempart.records import AccountReference


@transaction.atomic
def follow_rename(reference: AccountReference) -> Account | None:
    """The account of that immutable id takes its new handle; whoever held it loses it. Again, it changes nothing.

    Nothing that was said under the new handle before comes along: it was said of whoever had it then. An account that
    nobody spoke of is not stored, but takes the handle away all the same. Returns the account, None if it is not known.
    Raises ValueError for a reference without an id.
    """
    if reference.id is None:
        raise ValueError("a rename is followed by an immutable `id`, and there is none")
    concerned = Account.objects.select_for_update().filter(
        Q(platform_id=reference.id) | Q(handle=reference.handle, holds_handle=True), service=reference.service
    )
    rows = list(concerned.order_by("pk"))
    account = next((row for row in rows if row.platform_id == reference.id), None)
    if account is None:
        changed = {row.pk for row in rows}
        Account.objects.filter(pk__in=changed).update(holds_handle=False)
    elif account.holds_handle and account.handle == reference.handle:
        changed = set()
    else:
        changed = take_handle(account, reference.handle, with_what_was_said=False)
    for pk in sorted(changed):
        append(Event.HANDLE_CHANGED, subject=f"intake.account:{pk}")
    if changed:
        testimonies_changed.send(Account, accounts=changed)
    return account
