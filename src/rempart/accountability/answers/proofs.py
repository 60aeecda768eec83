"""What goes with an answer so that nobody has to believe it: the log's checkpoint, and what ties the answer to it.

No row of the ledger is opened: the rules' rows are named by the 32 bytes that stand for them in the log. Whoever may
demand to see what is behind them can be shown it, and nothing else would fit.
"""

from typing import Any, NamedTuple

from rempart.accountability.answers.layout import (
    CHECKPOINT,
    CONSISTENCY,
    CONSISTENCY_HEADER,
    DATA,
    DOCUMENT,
    KEY,
    NOTE,
    README,
    RULES,
    note_text,
)
from rempart.accountability.figures.model import RulebookUsed
from rempart.casework.models import RulebookVersion
from rempart.ledger import canonical, log
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow, SignedCheckpoint
from rempart.ledger.services import reference
from rempart.tlog.keys import VerifierKey
from rempart.tlog.proofs import SUFFIX
from rempart.tlog.spelling import to_base64


class Ground(NamedTuple):
    """What an answer stands on: a checkpoint, the one that an earlier answer stood on if any, and the rules' rows."""

    checkpoint: SignedCheckpoint
    earlier: tuple[int, str] | None
    rules: list[dict[str, Any]]
    files: dict[str, bytes]

    @property
    def data(self) -> dict[str, Any]:
        """What answer.json says of it."""
        key = log.public_key()
        return {
            "origin": VerifierKey.parse(key).name,
            "key": key,
            "size": self.checkpoint.size,
            "root": bytes(self.checkpoint.root).hex(),
            "earlier": {"size": self.earlier[0], "root": self.earlier[1]} if self.earlier else None,
            "rules": self.rules,
        }


def ground_of(rulebooks: list[RulebookUsed], earlier: tuple[int, str] | None) -> Ground:
    """The proofs that exist before the answer does, under the last checkpoint.

    earlier: size and root (in hexadecimal digits) of the checkpoint of the answer before this one.
    Raises NotInTheLog while the ledger has no checkpoint.
    """
    checkpoint = log.latest_checkpoint() or log.checkpoint_now()
    if checkpoint is None:
        raise log.NotInTheLog("The ledger has no row yet.")
    files = {CHECKPOINT: log.note_of(checkpoint).encode(), KEY: f"{log.public_key()}\n".encode()}
    rules = []
    for one in rulebooks:
        version = RulebookVersion.objects.get(digest=one.sha256)
        for event in (Event.RULEBOOK_STORED, Event.RULEBOOK_IN_FORCE):
            row = LedgerRow.objects.filter(event=event.value, subject=reference(version)).order_by("pk").last()
            if row is None:
                continue
            path = f"{RULES}{one.name}-{one.version}.{event.value.removeprefix('rulebook_')}{SUFFIX}"
            try:
                proof = log.prove(row, under=checkpoint)
            except log.NotInTheLog:
                continue  # of this very second: the next answer has it
            files[path] = proof.encode()
            rules.append({"sha256": one.sha256, "event": event.value, "entry": _entry(row).hex(), "proof": path})
    if earlier is not None:
        files[CONSISTENCY] = _consistency(checkpoint, *earlier).encode()
    return Ground(checkpoint, earlier, rules, files)


def _entry(row: LedgerRow) -> bytes:
    """The 32 bytes that stand for a row in the log."""
    commitment = bytes(row.commitment) if row.commitment is not None else None
    columns = {name: getattr(row, name) for name in ("event", "subject", "acting", "effective_at", "recorded_at")}
    return canonical.row_entry(bytes(row.nonce), row=row.pk, commitment=commitment, **columns)


def _consistency(checkpoint: SignedCheckpoint, size: int, root: str) -> str:
    hashes = log.prove_growth(size, checkpoint.size) if size < checkpoint.size else []
    sizes = [f"{size} {root}", f"{checkpoint.size} {bytes(checkpoint.root).hex()}"]
    return "\n".join([CONSISTENCY_HEADER, *sizes, *map(to_base64, hashes)]) + "\n"


def signed(ground: Ground, document: bytes, data: bytes, readme: str) -> dict[str, bytes]:
    """All files under proofs/: those there were, how to verify, and the note that ties document and data to the log."""
    root = bytes(ground.checkpoint.root).hex()
    text = note_text(
        VerifierKey.parse(log.public_key()).name, ground.checkpoint.size, root, {DOCUMENT: document, DATA: data}
    )
    return {**ground.files, README: readme.encode(), NOTE: log.sign_text(text).encode()}
