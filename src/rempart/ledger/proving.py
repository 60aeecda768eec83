"""Proofs handed to the people whom rows are about: the rows opened, proved under the published checkpoint, and checked
here as they will check them.
"""

import logging
from collections.abc import Iterable
from typing import Any

import msgspec

from rempart.ledger import log, proof_file
from rempart.ledger.key import keys_by_name, signing_key
from rempart.ledger.models import LedgerRow, Link, SignedCheckpoint
from rempart.ledger.opened import OpenedRow
from rempart.ledger.proof_file import FORMAT, Broken, CheckedRow, ProofFile, ProvedRow
from rempart.ledger.published import published
from rempart.ledger.witnessing.configured import witnesses
from rempart.tlog.errors import TlogError

logger = logging.getLogger("rempart.ledger")


class Record(msgspec.Struct, frozen=True):
    """What the ledger holds of what somebody reads.

    file: what proves it, None while nothing is published yet; rows: what was checked of it; waiting: how many rows are
    too young to be published; broken: what does not hold, empty when everything does.
    """

    file: ProofFile | None
    rows: list[CheckedRow]
    waiting: int
    broken: str


def record_of(things: Iterable[tuple[LedgerRow, Any]], *, under: SignedCheckpoint | None = None) -> Record:
    """The proof of rows, each with the document that it holds (None for a row whose document is not shown), checked.

    under: a checkpoint, the published one unless said.
    The caller answers for it that the rows may be opened to whoever reads: they name whom they are about and who acted.
    """
    under = under or published()
    found = list(things)
    covered = [(row, document) for row, document in found if under is not None and _covered(row, under)]
    waiting = len(found) - len(covered)
    if under is None or not covered:
        return Record(None, [], waiting, "")
    signed_with = keys_by_name().get(under.note.partition("\n")[0], signing_key()).verifier
    file = None
    try:
        proved = [_proved(row, document, under) for row, document in covered]
        file = ProofFile(format=FORMAT, log=signed_with.vkey, rows=proved)
        # From its own text: what is handed over is what was checked.
        rows = proof_file.check(
            proof_file.read(file.text), log=signed_with, known=[witness.key for witness in witnesses()]
        )
    except (Broken, TlogError) as broken:
        logger.critical("a page shows what the ledger does not hold: %s (rempart ledger verify)", broken)
        return Record(file, [], waiting, str(broken))
    return Record(file, rows, waiting, "")


def _proved(row: LedgerRow, document: Any, under: SignedCheckpoint) -> ProvedRow:
    opened = msgspec.convert(log.open_row(row), OpenedRow)
    shown = document if proof_file.holds_document(opened) else None
    return ProvedRow(row=opened, proof=log.prove(row, under=under), document=shown)


def _covered(row: LedgerRow, under: SignedCheckpoint) -> bool:
    return Link.objects.filter(row=row, index__lt=under.size).exists()
