"""Checking an answer offline: its files, its note, the log's checkpoint, the rules' proofs, and its sums.

What it takes is the folder and the log's key; with the key of the folder itself, the answer is checked against itself
alone, and the report says so.
"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from rempart.accountability.answers.layout import (
    CHECKPOINT,
    CONSISTENCY,
    CONSISTENCY_HEADER,
    DATA,
    DOCUMENT,
    FORMAT,
    KEY,
    NOTE,
    NOTE_HEADER,
    RULES,
)
from rempart.accountability.figures.model import Figures
from rempart.accountability.figures.protecting import numbers_of, sums_of
from rempart.privacy.suppression import is_small
from rempart.tlog.checkpoint import SignedCheckpoint, open_checkpoint
from rempart.tlog.errors import TlogError
from rempart.tlog.keys import VerifierKey
from rempart.tlog.note import open_note
from rempart.tlog.proofs import TlogProof
from rempart.tlog.spelling import hash_from_base64
from rempart.tlog.tree import verify_consistency

_LARGEST = 50_000_000


class NotAnAnswer(ValueError):
    """The folder is not that of an answer, or of another form than this program knows."""


class Wrong(ValueError):
    """The first thing that is not as it should be."""


@dataclass(frozen=True)
class Report:
    """What was checked, by subject, and the first thing wrong; empty when everything holds."""

    checked: dict[str, str] = field(default_factory=dict)
    wrong: str = ""


def check(folder: Path, *, key: str = "", witnesses: tuple[str, ...] = (), since: str = "") -> Report:
    """Check an answer's folder.

    key: the log's, as one had it from elsewhere. witnesses: keys that have to have cosigned the checkpoint. since: the
    note of a checkpoint kept from an answer before, which the log has to continue.
    Raises NotAnAnswer, OSError for a file that is not there, Malformed for a key that is none.
    """
    checked: dict[str, str] = {}
    data = _data(folder)
    own = VerifierKey.parse(_text(folder, KEY).strip())
    log = VerifierKey.parse(key) if key else own
    others = [VerifierKey.parse(one) for one in witnesses]
    try:
        checked["key"] = _key(log, own, given=bool(key))
        checked["files"] = _files(folder, log, data)
        checkpoint, checked["log"] = _checkpoint(folder, log, others, data)
        checked["rules"] = _rules(folder, log, checkpoint, data)
        checked["before"] = _before(folder, log, checkpoint, data, since)
        checked["figures"] = _figures(data)
    except (Wrong, TlogError) as error:
        return Report(checked, str(error))
    except (KeyError, TypeError, AttributeError) as error:
        raise NotAnAnswer(f"{DATA} lacks something or holds it in another form: {error}") from error
    return Report(checked)


def _data(folder: Path) -> dict[str, Any]:
    try:
        data = json.loads(_text(folder, DATA))
    except ValueError as error:
        raise NotAnAnswer(f"{DATA} is no JSON: {error}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise NotAnAnswer(f"{DATA} is not of the form {FORMAT}")
    return data


def _bytes(folder: Path, path: str) -> bytes:
    file = folder / path
    if file.stat().st_size > _LARGEST:
        raise NotAnAnswer(f"{path} is too large")
    return file.read_bytes()


def _text(folder: Path, path: str) -> str:
    try:
        return _bytes(folder, path).decode()
    except UnicodeDecodeError as error:
        raise NotAnAnswer(f"{path} is not UTF-8") from error


def _key(log: VerifierKey, own: VerifierKey, *, given: bool) -> str:
    if log.vkey != own.vkey:
        raise Wrong(f"{KEY}: it is not the key that you gave")
    return log.vkey if given else f"{log.vkey} (the folder's own: compare it with the one that the platform publishes)"


def _files(folder: Path, log: VerifierKey, data: dict[str, Any]) -> str:
    opened = open_note(_text(folder, NOTE), [log])
    if not opened.signed_by(log):
        raise Wrong(f"{NOTE}: it is not signed by {log.name}")
    header, origin, size, root, *hashes = [*opened.text.splitlines(), "", "", "", ""]
    named = data["log"]
    if header != NOTE_HEADER or (origin, size, root) != (named["origin"], str(named["size"]), named["root"]):
        raise Wrong(f"{NOTE}: it is about another answer or another state of the log")
    said = dict(reversed(line.split("  ", 1)) for line in hashes if "  " in line)
    for path in (DOCUMENT, DATA):
        if said.get(path) != hashlib.sha256(_bytes(folder, path)).hexdigest():
            raise Wrong(f"{path}: it is not the file that was signed")
    return f"{DOCUMENT} and {DATA} are those that {log.name} signed"


def _checkpoint(
    folder: Path, log: VerifierKey, witnesses: list[VerifierKey], data: dict[str, Any]
) -> tuple[SignedCheckpoint, str]:
    signed = open_checkpoint(_text(folder, CHECKPOINT), log=log, witnesses=witnesses)
    checkpoint = signed.checkpoint
    if (checkpoint.size, checkpoint.root.hex()) != (data["log"]["size"], data["log"]["root"]):
        raise Wrong(f"{CHECKPOINT}: it is another state of the log than the answer names")
    cosigned = f", cosigned by {', '.join(one.key.name for one in signed.cosignatures)}" if signed.cosignatures else ""
    return signed, f"{checkpoint.size} rows, root {checkpoint.root.hex()}{cosigned}"


def _rules(folder: Path, log: VerifierKey, checkpoint: SignedCheckpoint, data: dict[str, Any]) -> str:
    for one in data["log"]["rules"]:
        if not one["proof"].startswith(RULES) or ".." in one["proof"]:
            raise Wrong(f"{DATA}: {one['proof']} is no place for a proof")
        proof = TlogProof.parse(_text(folder, one["proof"]))
        under = proof.verify(bytes.fromhex(one["entry"]), log=log)
        if under.checkpoint != checkpoint.checkpoint:
            raise Wrong(f"{one['proof']}: it stands under another checkpoint")
    proved = {one["sha256"] for one in data["log"]["rules"]}
    used = [f"{one['name']} {one['version']}" for one in data["figures"]["rulebooks"] if one["sha256"] in proved]
    return f"{len(data['log']['rules'])} rows in the log ({', '.join(used) or 'none'})"


def _before(folder: Path, log: VerifierKey, checkpoint: SignedCheckpoint, data: dict[str, Any], since: str) -> str:
    earlier = data["log"]["earlier"]
    if since:
        kept = open_checkpoint(since, log=log).checkpoint
        if earlier is None or (kept.size, kept.root.hex()) != (earlier["size"], earlier["root"]):
            raise Wrong("the answer does not continue the checkpoint that you kept")
    if earlier is None:
        return "no answer before this one"
    lines = _text(folder, CONSISTENCY).splitlines()
    new = checkpoint.checkpoint
    expected = [CONSISTENCY_HEADER, f"{earlier['size']} {earlier['root']}", f"{new.size} {new.root.hex()}"]
    if lines[:3] != expected:
        raise Wrong(f"{CONSISTENCY}: it is about other states of the log")
    verify_consistency(
        old=earlier["size"],
        new=new.size,
        old_root=bytes.fromhex(earlier["root"]),
        new_root=new.root,
        proof=[hash_from_base64(line, CONSISTENCY) for line in lines[3:]],
    )
    return f"the log continues the {earlier['size']} rows of the answer before"


def _figures(data: dict[str, Any]) -> str:
    try:
        figures = msgspec.convert(data["figures"], Figures, strict=False)
    except msgspec.ValidationError as error:
        raise Wrong(f"{DATA}: {error}") from error
    counts = numbers_of(figures)
    if negative := [name for name, count in counts.items() if count is not None and count < 0]:
        raise Wrong(f"{DATA}: {negative[0]} is negative")
    small = [name for name, count in counts.items() if count is not None and is_small(count)]
    if not data["exact"] and small:
        raise Wrong(f"{DATA}: {small[0]} is small and not withheld")
    checked = 0
    sums, unsaid = sums_of({name: count or 0 for name, count in counts.items()})
    for one in sums:
        for way in one.ways:
            known = [counts.get(name) for name in (one.whole, *way)]
            if unsaid.keys() & {one.whole, *way} or None in known:
                continue
            whole, *parts = known
            if whole != sum(part or 0 for part in parts):
                raise Wrong(f"{DATA}: the parts of {one.whole} do not add up to it")
            checked += 1
    return f"{len(counts)} numbers, {figures.withheld} withheld, {checked} sums hold"
