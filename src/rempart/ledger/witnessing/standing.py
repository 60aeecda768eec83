"""How each witness stands to the ledger: what it cosigned last, and whether it has refused since."""

import json
from datetime import datetime, timedelta

import msgspec
from django.conf import settings

from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.models import Cosignature, LedgerRow, SignedCheckpoint
from rempart.ledger.witnessing.configured import KnownWitness, witnesses

SILENT_AFTER = timedelta(hours=1)
"""How long what is to be published may wait for a witness before that is said to be wrong."""


class Refusal(msgspec.Struct, frozen=True):
    """A witness's refusal: when it was recorded, the status, and what the witness said (empty once erased)."""

    at: datetime
    status: int
    said: str


class Standing(msgspec.Struct, frozen=True):
    """A witness, the size and moment of what it cosigned last, its refusal if it has not cosigned since, and whether
    a checkpoint has waited for it for too long."""

    name: str
    address: str
    size: int | None
    at: datetime | None
    refusal: Refusal | None
    silent: bool

    @property
    def good(self) -> bool:
        """Whether nothing has to be done about it."""
        return self.refusal is None and not self.silent

    def __str__(self) -> str:
        if self.refusal is not None:
            return f"{self.name} refuses: {self.refusal.said or self.refusal.status}"
        if self.silent:
            return f"{self.name} has not cosigned {f'since {self.at:%Y-%m-%d %H:%M} UTC' if self.at else 'yet'}"
        return f"{self.name} cosigned {self.size} rows" if self.size is not None else f"{self.name} was not asked yet"


def standings() -> list[Standing]:
    """Every witness that the ledger is told of, in the order of the setting."""
    return [_standing(witness) for witness in witnesses()]


def subject_of(witness: KnownWitness) -> str:
    """How the ledger names a witness."""
    return f"witness:{witness.key.name}"[:120]


def last_refusal(witness: KnownWitness) -> Refusal | None:
    """What it refused last, unless it has cosigned since."""
    row = (
        LedgerRow.objects.filter(subject=subject_of(witness), event=Event.CHECKPOINT_REFUSED)
        .select_related("content")
        .order_by("pk")
        .last()
    )
    if row is None or Cosignature.objects.filter(key_name=witness.key.name, at__gt=row.recorded_at).exists():
        return None
    told = json.loads(row.content.canonical) if hasattr(row, "content") else {"status": 0, "said": ""}
    return Refusal(row.recorded_at, told["status"], told["said"])


def _standing(witness: KnownWitness) -> Standing:
    last = (
        Cosignature.objects.filter(key_name=witness.key.name)
        .select_related("checkpoint")
        .order_by("checkpoint__size")
        .last()
    )
    cosigned = last.checkpoint.size if last else 0
    waiting = SignedCheckpoint.objects.filter(size__gt=cosigned).order_by("size").first()
    patience = SILENT_AFTER + timedelta(minutes=settings.REMPART_LEDGER_MINUTES)
    return Standing(
        name=witness.key.name,
        address=witness.address,
        size=cosigned if last else None,
        at=last.at if last else None,
        refusal=last_refusal(witness),
        silent=waiting is not None and waiting.made_at + patience <= now(),
    )
