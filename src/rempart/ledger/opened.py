"""A row opened to somebody entitled to read it: everything that its entry in the log is computed over.

Plain data that can be handed over as JSON and checked with nothing at hand but this module: no database, no settings.
"""

from datetime import datetime

import msgspec

from rempart.ledger import canonical


class Altered(ValueError):
    """An opened row whose content is not the one that the row commits to, or that is not in its form."""


class OpenedRow(msgspec.Struct, kw_only=True, frozen=True):
    """A row with what its hashes are keyed with. Bytes are in hexadecimal digits.

    row: its number. subject, acting: `room.model:key`. content: canonical JSON, with its salt, as long as it was not
    erased; a row that had none has no commitment either.
    """

    row: int
    event: str
    subject: str
    acting: str
    effective_at: datetime
    recorded_at: datetime
    commitment: str | None
    nonce: str
    salt: str | None
    content: str | None

    def entry(self) -> bytes:
        """The 32 bytes that stand for it in the log, once its content was found to be the one it commits to.

        Raises Altered.
        """
        try:
            entry = canonical.row_entry(
                bytes.fromhex(self.nonce),
                row=self.row,
                event=self.event,
                subject=self.subject,
                acting=self.acting,
                effective_at=self.effective_at,
                recorded_at=self.recorded_at,
                commitment=bytes.fromhex(self.commitment) if self.commitment is not None else None,
            )
            self._check_content()
        except ValueError as error:
            raise Altered(str(error)) from error
        return entry

    def _check_content(self) -> None:
        if self.content is None and self.salt is None:
            return
        if self.content is None or self.salt is None or self.commitment is None:
            raise Altered("a content without its salt or commitment")
        if canonical.commitment(bytes.fromhex(self.salt), self.content).hex() != self.commitment:
            raise Altered("its content was changed: the commitment does not match")
