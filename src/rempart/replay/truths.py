"""The truth of a simulated wave, looked up by whatever reference names an account."""

from collections.abc import Iterable

from rempart.records import AccountReference, Truth
from rempart.records.lines import Rejects
from rempart.records.tables import read_table


class NoTruth(Exception):
    """A truth file has lines and none is good."""


def read_truth(path: str, rejects: Rejects) -> list[Truth]:
    """The good lines of a truth file, or of standard input for `-`. Raises FileNotFoundError, NoTruth."""
    before = rejects.count
    truths = list(read_table(path, Truth, rejects))
    if not truths and rejects.count > before:
        raise NoTruth
    return truths


class Truths:
    """The lines of a truth file: a later one about the same account replaces an earlier one; an id wins over a handle.

    `lines` holds the line of each account, in the order in which accounts were first named.
    """

    def __init__(self, lines: Iterable[Truth]) -> None:
        self.lines: list[Truth] = []
        accounts: dict[tuple[str, str], int] = {}
        self._by_id: dict[tuple[str, str], int] = {}
        self._by_handle: dict[tuple[str, str], int] = {}
        for line in lines:
            about = line.about
            place = accounts.setdefault((about.service, about.id or about.handle), len(self.lines))
            self.lines[place : place + 1] = [line]
            self._by_handle[about.service, about.handle] = place
            if about.id is not None:
                self._by_id[about.service, about.id] = place
        self.guilty_accounts = sum(line.guilty for line in self.lines)
        self.innocent_accounts = len(self.lines) - self.guilty_accounts

    def learn(self, references: Iterable[AccountReference]) -> None:
        """Take in the handles and ids that references give together, so that either finds the account."""
        for about in references:
            if about.id is not None and (place := self.place(about)) is not None:
                self._by_id.setdefault((about.service, about.id), place)
                self._by_handle.setdefault((about.service, about.handle), place)

    def place(self, about: AccountReference) -> int | None:
        """The index in `lines` of the account that a reference means; None when the file does not name it."""
        if about.id is not None and (known := self._by_id.get((about.service, about.id))) is not None:
            return known
        return self._by_handle.get((about.service, about.handle))

    def guilty(self, about: AccountReference) -> bool | None:
        """Whether the account is guilty; None when the file does not say."""
        place = self.place(about)
        return None if place is None else self.lines[place].guilty
