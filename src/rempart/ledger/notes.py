"""A checkpoint's note as it is handed over: signed by the ledger, with the lines of the witnesses that cosigned it."""

from rempart.ledger.models import SignedCheckpoint


def note_of(checkpoint: SignedCheckpoint) -> str:
    """The note, cosignatures included in the order in which they came."""
    lines = checkpoint.cosignatures.order_by("pk").values_list("line", flat=True)
    return checkpoint.note + "".join(f"{line}\n" for line in lines)
