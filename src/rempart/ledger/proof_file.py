"""The proof file: what somebody was told or sent, the rows of the ledger that hold it, and the proof that they are in
the log. Whoever holds it checks it offline, without a database, an account or our word (`rempart ledger check FILE`).

JSON: `{"format": "rempart-proof/1", "log": vkey, "rows": [{"row": …, "proof": …, "document": …}]}`.
`row` is an OpenedRow, whose entry is the leaf; `proof` is a C2SP tlog-proof file; `document`, where there is one, is
what the row's content commits to by its SHA-256.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from rempart.ledger.opened import Altered, OpenedRow
from rempart.tlog.errors import TlogError
from rempart.tlog.keys import VerifierKey
from rempart.tlog.proofs import TlogProof

FORMAT = "rempart-proof/1"


class Broken(ValueError):
    """A proof file that does not prove what it says; the message names the row and what is wrong with it."""


class ProvedRow(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """A row, its proof, and what it is about in full if that is the reader's to keep.

    document: JSON; the row's content holds `digest(document)` as `sha256`.
    """

    row: OpenedRow
    proof: str
    document: Any = None


class ProofFile(msgspec.Struct, kw_only=True, frozen=True):
    """A proof file's contents. log: the key of the log, which its reader compares with the one published."""

    format: str
    log: str
    rows: list[ProvedRow]

    @property
    def text(self) -> bytes:
        """The file."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"


class CheckedRow(msgspec.Struct, kw_only=True, frozen=True):
    """A row found as its file says.

    leaf: its place in the log, from 0; size: how many rows the log had under the checkpoint; documented: whether a
    document is in the file, and is the one that the row holds; cosigned: by whom, and when.
    """

    leaf: int
    event: str
    effective_at: datetime
    recorded_at: datetime
    size: int
    documented: bool
    cosigned: list[tuple[str, datetime]]


def digest(document: Any) -> str:
    """The SHA-256, in hexadecimal, of a document as JSON with sorted keys and no spaces, in UTF-8."""
    return hashlib.sha256(msgspec.json.encode(document, order="deterministic")).hexdigest()


def holds_document(row: OpenedRow) -> bool:
    """Whether the row's content, which may have been erased, says the SHA-256 of a document."""
    return "sha256" in _content(row)


def read(data: bytes) -> ProofFile:
    """A proof file from its bytes, nothing verified. Raises Broken for what is none."""
    try:
        file = msgspec.json.decode(data, type=ProofFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Broken(f"It is no proof file: {error}.") from error
    if file.format != FORMAT:
        raise Broken(f"It is of another format: {file.format}.")
    if not file.rows:
        raise Broken("It holds no row.")
    return file


def check(
    file: ProofFile, *, log: VerifierKey, witnesses: Sequence[VerifierKey] = (), known: Sequence[VerifierKey] = ()
) -> list[CheckedRow]:
    """Check every row of a proof file against the log's key. Raises Broken, naming the first that does not hold.

    witnesses: those who have to have cosigned; known: those whose cosignatures are told of where there are any.
    """
    return [_check(proved, number, log, witnesses, known) for number, proved in enumerate(file.rows, start=1)]


def _check(
    proved: ProvedRow, number: int, log: VerifierKey, witnesses: Sequence[VerifierKey], known: Sequence[VerifierKey]
) -> CheckedRow:
    try:
        entry = proved.row.entry()
        proof = TlogProof.parse(proved.proof)
        signed = proof.verify(entry, log=log, witnesses=[*witnesses, *known], at_least=0)
        missing = [key.name for key in witnesses if key not in {each.key for each in signed.cosignatures}]
        if missing:
            raise Broken(f"{missing[0]} did not cosign the checkpoint")
        if proved.document is not None:
            _check_document(proved)
    except (Altered, Broken, TlogError) as error:
        raise Broken(f"Row {number} of the file ({proved.row.event}): {error}") from error
    return CheckedRow(
        leaf=proof.index,
        event=proved.row.event,
        effective_at=proved.row.effective_at,
        recorded_at=proved.row.recorded_at,
        size=signed.checkpoint.size,
        documented=proved.document is not None,
        cosigned=[(each.key.name, datetime.fromtimestamp(each.time or 0, UTC)) for each in signed.cosignatures],
    )


def _check_document(proved: ProvedRow) -> None:
    if _content(proved.row).get("sha256") != digest(proved.document):
        raise Broken("the document is not the one that the row holds")


def _content(row: OpenedRow) -> dict[str, Any]:
    """The row's content; empty when there is none, or when it is nothing that could say a SHA-256."""
    try:
        return msgspec.json.decode(row.content or "{}", type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
