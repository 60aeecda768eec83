"""From the way people write an account to the one row that stands for it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.db.models import Q

from rempart.intake.models import Account, Testimony
from rempart.records import AccountReference, AccountRow

T = TypeVar("T")

_BATCH = 1000


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """`items` in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


class AccountBook:
    """The rows of accounts by reference, created when first spoken of; remembers what it has looked up.

    The immutable id wins over the handle where both are known. An equal handle on another service is another account.
    """

    def __init__(self, seen_at: datetime) -> None:
        self._seen_at = seen_at
        self._known: dict[AccountReference, Account] = {}

    def find(self, references: Iterable[AccountReference]) -> dict[AccountReference, Account]:
        """The account of each reference; those never spoken of before are created."""
        wanted = set(references)
        if missing := wanted - self._known.keys():
            self._known |= existing_accounts(missing)
            # Two references (with and without the number) may stand for one new account: the richer one makes the row.
            for reference in sorted(missing - self._known.keys(), key=lambda ref: ref.id or "", reverse=True):
                bare = AccountReference(reference.service, reference.handle)
                if (same := self._known.get(bare)) and (reference.id is None or same.platform_id == reference.id):
                    self._known[reference] = same
                    continue
                self._known[reference] = self._known[bare] = self._create(reference)
        return {reference: self._known[reference] for reference in wanted}

    def _create(self, reference: AccountReference) -> Account:
        Account.objects.filter(service=reference.service, handle=reference.handle, holds_handle=True).update(
            holds_handle=False
        )
        return Account.objects.create(
            service=reference.service, handle=reference.handle, platform_id=reference.id, first_seen_at=self._seen_at
        )


def existing_accounts(references: Iterable[AccountReference]) -> dict[AccountReference, Account]:
    """The accounts already stored among `references`, in one query for every thousand."""
    found: dict[AccountReference, Account] = {}
    for batch in batched(references, _BATCH):
        services = {reference.service for reference in batch}
        rows = Account.objects.filter(service__in=services).filter(
            Q(handle__in=[reference.handle for reference in batch], holds_handle=True)
            | Q(platform_id__in=[reference.id for reference in batch if reference.id])
        )
        by_handle: dict[tuple[str, str], Account] = {}
        by_number: dict[tuple[str, str], Account] = {}
        for row in rows:
            if row.holds_handle:
                by_handle[row.service, row.handle] = row
            if row.platform_id:
                by_number[row.service, row.platform_id] = row
        for reference in batch:
            if (reference.id and (account := by_number.get((reference.service, reference.id)))) or (
                (account := by_handle.get((reference.service, reference.handle)))
                and (reference.id is None or account.platform_id in (None, reference.id))
            ):
                found[reference] = account
    return found


def learn_facts(rows: Iterable[AccountRow]) -> set[int]:
    """Take from the platform's table what concerns accounts that were spoken of; the rest is not kept.

    A number that comes with a new handle takes that handle over, with what was said of an account without a number
    under it. Returns the keys of the accounts whose facts, handle or testimonies changed.
    """
    changed: set[int] = set()
    for batch in batched(rows, _BATCH):
        known = existing_accounts({row.reference for row in batch})
        for row in batch:
            account = known.get(row.reference)
            if account is None:
                continue
            if account.platform_id == row.id and (account.handle != row.handle or not account.holds_handle):
                changed |= take_handle(account, row.handle, with_what_was_said=True)
            facts = {
                "platform_id": row.id,
                "reach": row.reach,
                "monetised": row.monetised,
                "age_band": row.age_band,
                "country": row.country,
            }
            if any(getattr(account, name) != value for name, value in facts.items()):
                for name, value in facts.items():
                    setattr(account, name, value)
                account.save(update_fields=list(facts))
                changed.add(account.pk)
    return changed


def take_handle(account: Account, handle: str, *, with_what_was_said: bool) -> set[int]:
    """Give an account a handle, which whoever held it loses; the keys of the accounts that this concerns.

    with_what_was_said: what was said under that handle of an account without a number was said of this one.
    For use inside a service's transaction.
    """
    changed = {account.pk}
    former = Account.objects.filter(service=account.service, handle=handle, holds_handle=True).exclude(pk=account.pk)
    for other in former:
        if other.platform_id is None and with_what_was_said:
            Testimony.everything.filter(account=other).update(account=account)
        other.holds_handle = False
        other.save(update_fields=["holds_handle"])
        changed.add(other.pk)
    before = str(account.reference)
    account.handle, account.holds_handle = handle, True
    account.save(update_fields=["handle", "holds_handle"])
    # Who speaks for themselves stays recognisable as such (stored_testimony).
    Testimony.everything.filter(account=account, reporter=before).update(reporter=str(account.reference))
    return changed
