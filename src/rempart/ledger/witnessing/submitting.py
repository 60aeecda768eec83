"""The ledger's side of the witness protocol (C2SP tlog-witness): each published checkpoint is submitted with the proof
that it continues what the witness cosigned before, and the cosignature is kept.

A witness that cannot be reached is asked again a minute later. One that refuses saw another history, or is not set up
for this ledger: that is recorded in the ledger, once, and told wherever the ledger is looked at.
"""

import logging

import httpx
from django.db import transaction

from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.models import Cosignature, SignedCheckpoint
from rempart.ledger.published import due
from rempart.ledger.services import append
from rempart.ledger.tree import DatabaseTiles
from rempart.ledger.witnessing.configured import KnownWitness, witnesses
from rempart.ledger.witnessing.standing import last_refusal, subject_of
from rempart.tlog.errors import Malformed, TlogError
from rempart.tlog.spelling import from_decimal
from rempart.tlog.tree import prove_consistency
from rempart.tlog.witnessing import AddCheckpoint, Status, cosignatures

logger = logging.getLogger("rempart.ledger")
TIMEOUT = httpx.Timeout(10, connect=3)  # seconds
LONGEST_ANSWER = 100_000
SAID_AT_MOST = 300
"""Characters of what a witness said that are kept."""


class Unreachable(Exception):
    """A witness that did not answer, or had no time: nothing is known, and it is asked again."""


class Refused(Exception):
    """A witness that does not cosign. status: of HTTP, or 200 for an answer that is no cosignature of its own."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(f"{status}: {said}")
        self.status, self.said = status, said


def ask_witnesses() -> int:
    """Have the checkpoint that is due cosigned by every witness that has not yet; returns how many did now."""
    checkpoint = due()
    if checkpoint is None:
        return 0
    done = set(checkpoint.cosignatures.values_list("key_name", flat=True))
    cosigned = 0
    with httpx.Client(timeout=TIMEOUT, headers={"User-Agent": "Rempart"}) as client:
        for witness in witnesses():
            if witness.key.name in done:
                continue
            try:
                line = _submit(client, witness, checkpoint)
            except Unreachable as error:
                logger.warning("the witness %s could not be asked: %s", witness.key.name, error)
            except Refused as refused:
                _note(witness, checkpoint, refused)
            else:
                Cosignature.objects.get_or_create(
                    checkpoint=checkpoint, key_name=witness.key.name, defaults={"line": line, "at": now()}
                )
                cosigned += 1
    return cosigned


def _submit(client: httpx.Client, witness: KnownWitness, checkpoint: SignedCheckpoint) -> str:
    """The line by which a witness cosigns. It says itself what it cosigned last, if we are mistaken about it."""
    old = _cosigned_before(witness, checkpoint)
    status, body = _send(client, witness, checkpoint, old)
    if status == Status.CONFLICT:
        try:
            old = from_decimal(body.decode("ascii").removesuffix("\n"), "The size that the witness says")
        except (Malformed, UnicodeDecodeError) as error:
            raise Refused(status, str(error)) from error
        if old > checkpoint.size:
            raise Refused(status, f"It cosigned {old} rows; this ledger now says that it has {checkpoint.size}.")
        status, body = _send(client, witness, checkpoint, old)
    if status != Status.OK:
        raise Refused(status, body.decode(errors="replace").strip())
    try:
        (line, *_others) = cosignatures(checkpoint.note, body, [witness.key])
    except TlogError as error:
        raise Refused(status, str(error)) from error
    return line.text.removesuffix("\n")


def _cosigned_before(witness: KnownWitness, checkpoint: SignedCheckpoint) -> int:
    known = Cosignature.objects.filter(key_name=witness.key.name, checkpoint__size__lte=checkpoint.size)
    return known.order_by("checkpoint__size").values_list("checkpoint__size", flat=True).last() or 0


def _send(client: httpx.Client, witness: KnownWitness, checkpoint: SignedCheckpoint, old: int) -> tuple[int, bytes]:
    proof = prove_consistency(DatabaseTiles(), old, checkpoint.size)
    body = AddCheckpoint(old, tuple(proof), checkpoint.note).body
    try:
        with client.stream("POST", f"{witness.address}/add-checkpoint", content=body) as response:
            read = b""
            for chunk in response.iter_bytes():
                read += chunk
                if len(read) > LONGEST_ANSWER:
                    raise Refused(response.status_code, "Its answer is longer than any cosignature.")
    except httpx.HTTPError as error:
        raise Unreachable(str(error) or type(error).__name__) from error
    if response.status_code == 429 or response.status_code >= 500:
        raise Unreachable(f"it answered {response.status_code}")
    return response.status_code, read


def _note(witness: KnownWitness, checkpoint: SignedCheckpoint, refused: Refused) -> None:
    """Record a refusal, unless it is the one recorded last: a row for each would never end."""
    logger.critical("the witness %s refuses the ledger's checkpoint: %s", witness.key.name, refused)
    last = last_refusal(witness)
    if last is not None and last.status == refused.status:
        return
    said = {"status": refused.status, "said": refused.said[:SAID_AT_MOST]}
    with transaction.atomic():
        append(Event.CHECKPOINT_REFUSED, subject=subject_of(witness), content={**said, "size": checkpoint.size})
