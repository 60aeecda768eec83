"""Verification of a referral's archive with nothing at hand but the archive: no database, no network, no account.

It recomputes the hash of every file, that no locked file is inside, the commitment and the leaf of every row of the
ledger and its proof under the checkpoint enclosed, which the platform signed, that every item of evidence has the hash
that the ledger recorded at its receipt, and, where the same version of typst is installed, that the document is the one
that the data give. What it cannot know is whether the whole archive was forged, with a key of its own: for that its
SHA-256 is compared with the one in the platform's ledger, and the key with the one that the platform publishes.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rempart.casework.referrals import archive, document
from rempart.casework.referrals.package import CASE, DOCUMENT, EVIDENCE, FORMAT, MANIFEST, written
from rempart.ledger.opened import Altered, OpenedRow
from rempart.pages import documents
from rempart.tlog.checkpoint import Checkpoint, open_checkpoint
from rempart.tlog.errors import TlogError
from rempart.tlog.hashing import leaf_hash
from rempart.tlog.keys import VerifierKey
from rempart.tlog.tree import verify_inclusion

KEPT = "file_kept"


class NotAReferral(ValueError):
    """The file is no zip archive, or holds no manifest of a referral."""


class Wrong(ValueError):
    """The first thing that is not as it should be, in a sentence."""


class _Named(msgspec.Struct):
    path: str
    size: int
    sha256: str


class _Manifest(msgspec.Struct):
    format: str
    number: str
    typst: str
    files: list[_Named]


class _Evidence(msgspec.Struct):
    number: int
    sha256: str
    state: str
    path: str | None
    subject: str


class _Row(OpenedRow, kw_only=True, frozen=True):
    place: int
    hash: str
    proof: list[str]


class _Ledger(msgspec.Struct):
    key: str
    checkpoint: str | None
    size: int
    root: str
    rows: list[_Row]


class _Case(msgspec.Struct):
    format: str
    evidence: list[_Evidence]
    ledger: _Ledger


@dataclass
class Report:
    """What was checked, one sentence a subject; `wrong` is the first thing that is not as it should be."""

    sha256: str
    number: str = ""
    checked: dict[str, str] = field(default_factory=dict)
    wrong: str | None = None

    @property
    def holds(self) -> bool:
        """Whether everything is as it was written."""
        return self.wrong is None


def verify(data: bytes) -> Report:
    """Check an archive. Raises NotAReferral for bytes that are no referral's archive at all."""
    report = Report(sha256=hashlib.sha256(data).hexdigest())
    try:
        members = archive.read(data)
    except archive.NotAnArchive as error:
        raise NotAReferral(str(error)) from error
    except archive.Altered as error:
        report.wrong = str(error)
        return report
    if MANIFEST not in members:
        raise NotAReferral(f"the archive holds no {MANIFEST}: it is no referral")
    checks: list[tuple[str, Callable[[_Read], str]]] = [
        ("files", _files),
        ("evidence", _evidence),
        ("ledger", _ledger),
        ("custody", _custody),
        ("document", _document),
    ]
    try:
        manifest = _decoded(members, MANIFEST, _Manifest)
        report.number = manifest.number
        if manifest.format != FORMAT:
            raise Wrong(f"{MANIFEST} is of another format: {manifest.format}")
        read = _Read(members, manifest)
        for subject, check in checks:
            report.checked[subject] = check(read)
    except Wrong as error:
        report.wrong = str(error)
    return report


class _Read:
    """An archive as read; the case is decoded when it is first asked for, once its hash is known to be right."""

    def __init__(self, members: Mapping[str, bytes], manifest: _Manifest) -> None:
        self.members, self.manifest = members, manifest
        self._case: _Case | None = None

    @property
    def case(self) -> _Case:
        if self._case is None:
            self._case = _decoded(self.members, CASE, _Case)
        return self._case


def _decoded(members: Mapping[str, bytes], name: str, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(members[name], type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Wrong(f"{name} is not what a referral holds: {error}") from error


def _files(read: _Read) -> str:
    members = read.members
    named = [one.path for one in read.manifest.files]
    if len(set(named)) != len(named):
        raise Wrong(f"{MANIFEST} names a file twice")
    for name in (CASE, DOCUMENT):
        if name not in named:
            raise Wrong(f"{MANIFEST} does not name {name}")
    if missing := sorted(set(named) - set(members)):
        raise Wrong(f"{missing[0]} is missing from the archive")
    if unnamed := sorted(set(members) - set(named) - {MANIFEST}):
        raise Wrong(f"{unnamed[0]} is in the archive and not in {MANIFEST}")
    for one in read.manifest.files:
        if len(members[one.path]) != one.size:
            raise Wrong(f"{one.path} is {len(members[one.path])} bytes long, not {one.size}")
        if _sha256(members[one.path]) != one.sha256:
            raise Wrong(f"{one.path} was changed: its hash does not match")
    return f"{len(named)} of {len(named)} files are as the manifest says"


def _evidence(read: _Read) -> str:
    if read.case.format != FORMAT:
        raise Wrong(f"{CASE} is of another format: {read.case.format}")
    inside = {name for name in read.members if name.startswith(EVIDENCE)}
    withheld = {one.sha256 for one in read.case.evidence if one.state != "kept"}
    for name, content in read.members.items():
        if _sha256(content) in withheld:
            raise Wrong(f"{name} is a file that is locked or destroyed: it must not be here")
    paths: set[str] = set()
    for one in read.case.evidence:
        if (one.path is not None) != (one.state == "kept") or one.path in paths:
            raise Wrong(f"evidence {one.number}: {one.state}, yet its file is {one.path}")
        if one.path is None:
            continue
        paths.add(one.path)
        if one.path not in inside:
            raise Wrong(f"evidence {one.number}: {one.path} is missing from the archive")
        if _sha256(read.members[one.path]) != one.sha256:
            raise Wrong(f"evidence {one.number}: {one.path} has another hash than it had when it was received")
    if more := sorted(set(read.members) - paths - {MANIFEST, CASE, DOCUMENT}):
        raise Wrong(f"{more[0]} is no evidence of the case")
    locked = sum(one.state == "locked" for one in read.case.evidence)
    return f"{len(paths)} of {len(read.case.evidence)} originals enclosed, none that is locked ({locked} by hash alone)"


def _ledger(read: _Read) -> str:
    ledger = read.case.ledger
    if ledger.checkpoint is None:
        if ledger.rows:
            raise Wrong("ledger: rows without a checkpoint")
        return "no rows"
    tree = _tree(ledger, ledger.checkpoint)
    before, contents = -1, 0
    for row in ledger.rows:
        if row.place <= before:
            raise Wrong(f"ledger, place {row.place}: out of order")
        _check_row(row, tree)
        contents += row.content is not None
        before = row.place
    return f"{len(ledger.rows)} rows are among the {tree.size} of the signed ledger, {contents} contents are theirs"


def _tree(ledger: _Ledger, note: str) -> Checkpoint:
    """The tree that the platform signed, by the key enclosed."""
    try:
        signed = open_checkpoint(note, log=VerifierKey.parse(ledger.key)).checkpoint
    except TlogError as error:
        raise Wrong(f"ledger: {error}") from error
    if (signed.size, signed.root.hex()) != (ledger.size, ledger.root):
        raise Wrong("ledger: its size and root are not those of the checkpoint that was signed")
    return signed


def _check_row(row: _Row, tree: Checkpoint) -> None:
    try:
        leaf = leaf_hash(row.entry())
        proof = [bytes.fromhex(each) for each in row.proof]
        if leaf.hex() != row.hash:
            raise Altered("it was changed: its hash does not match")
        verify_inclusion(index=row.place, size=tree.size, leaf=leaf, proof=proof, root=tree.root)
    except (TlogError, ValueError) as error:
        raise Wrong(f"ledger, place {row.place}: {error}") from error


def _custody(read: _Read) -> str:
    """Each item of evidence was received, by the ledger, with the hash that it has here."""
    received = {row.subject: row.content for row in read.case.ledger.rows if row.event == KEPT}
    for one in read.case.evidence:
        try:
            recorded = msgspec.json.decode(received.get(one.subject) or "{}", type=dict[str, Any]).get("sha256")
        except msgspec.DecodeError as error:
            raise Wrong(f"evidence {one.number}: the ledger's row of its receipt cannot be read") from error
        if recorded != one.sha256:
            raise Wrong(f"evidence {one.number}: the ledger holds no receipt of a file with this hash")
    return f"{len(read.case.evidence)} of {len(read.case.evidence)} received with the hash that the ledger recorded"


def _document(read: _Read) -> str:
    """The document says what the data say, if it can be made again here."""
    if read.manifest.typst != documents.version():
        return f"not made again: it was set by typst {read.manifest.typst}, here is {documents.version()}"
    dossier = msgspec.json.decode(read.members[CASE])
    if written(dossier) != read.members[CASE]:
        raise Wrong(f"{CASE} is not written as a referral's is")
    try:
        again = document.render(dossier)
    except Exception as error:
        # The data are not ours to trust: whatever stops the document from being made is a fault of the archive.
        raise Wrong(f"{CASE} does not give a document: {type(error).__name__}") from error
    if again != read.members[DOCUMENT]:
        raise Wrong(f"{DOCUMENT} is not the document that {CASE} gives")
    return f"{DOCUMENT} is what {CASE} gives, byte for byte"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
