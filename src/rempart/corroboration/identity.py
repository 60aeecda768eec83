"""Which references mean the same account.

An account is known by its immutable id where somebody gives it, by its handle otherwise; whoever gives both links them,
and so does the accounts table. A link counts from the moment it is received: two accounts that turn out to be one are
then merged. A handle that was linked to two ids stays with the first.
"""

from collections.abc import Iterable, Mapping
from typing import Generic, Protocol, TypeVar

from rempart.records import AccountFacts, AccountReference, AccountRow


class Named(Protocol):
    """What a directory needs to know of an account."""

    about: AccountReference


A = TypeVar("A", bound=Named)


class AccountsTable:
    """What is known of accounts: rows of the accounts table, or facts by reference (`service:handle`)."""

    def __init__(self, accounts: "Accounts | None" = None) -> None:
        self._by_id: dict[tuple[str, str], AccountRow] = {}
        self._by_handle: dict[tuple[str, str], AccountRow] = {}
        self._facts: Mapping[str, AccountFacts] = {}
        if isinstance(accounts, Mapping):
            self._facts = accounts
            return
        for row in accounts or ():
            self._by_id.setdefault((row.service, row.id), row)
            self._by_handle.setdefault((row.service, row.handle), row)

    def complete(self, reference: AccountReference) -> AccountReference:
        """The reference under the table's handle, with the table's id, where the table knows the account."""
        row = self._row(reference)
        if row is None or (row.handle == reference.handle and row.id == reference.id):
            return reference
        return AccountReference(reference.service, row.handle, row.id)

    def facts(self, reference: AccountReference) -> AccountFacts | None:
        """What is known of an account that was completed, or None when nothing is."""
        row = self._row(reference)
        return row.facts if row else self._facts.get(f"{reference.service}:{reference.handle}")

    def _row(self, reference: AccountReference) -> AccountRow | None:
        if reference.id is not None:
            return self._by_id.get((reference.service, reference.id))
        return self._by_handle.get((reference.service, reference.handle))


Accounts = Mapping[str, AccountFacts] | Iterable[AccountRow]


class Directory(Generic[A]):
    """Accounts by the references that were received, in the order of their first one."""

    def __init__(self) -> None:
        self.accounts: dict[A, None] = {}
        self._by_id: dict[tuple[str, str], A] = {}
        self._by_handle: dict[tuple[str, str], A] = {}

    def find(self, reference: AccountReference) -> tuple[A | None, A | None]:
        """The account that a reference means, and another that turns out to be the same, to be absorbed into it."""
        by_handle = self._by_handle.get((reference.service, reference.handle))
        if reference.id is None:
            return by_handle, None
        known = self._by_id.get((reference.service, reference.id))
        nameless = by_handle if by_handle is not None and by_handle.about.id is None else None
        if known is None:
            return nameless, None
        return known, nameless

    def link(self, reference: AccountReference, account: A) -> None:
        """Record that a reference means this account."""
        self.accounts[account] = None
        if reference.id is not None:
            self._by_id[reference.service, reference.id] = account
            if account.about.id is None:
                account.about = AccountReference(account.about.service, account.about.handle, reference.id)
        self._by_handle.setdefault((reference.service, reference.handle), account)

    def absorb(self, lost: A, into: A) -> None:
        """Make everything that meant `lost`, which no id was known of and so has one handle, mean `into`."""
        del self.accounts[lost]
        self._by_handle[lost.about.service, lost.about.handle] = into
