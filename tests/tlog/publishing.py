"""A log of invented entries, published in a folder as any log publishes its own; and a witness's memory."""

from collections.abc import Iterable
from pathlib import Path

from rempart.tlog.checkpoint import Checkpoint
from rempart.tlog.hashing import leaf_hash
from rempart.tlog.keys import SignatureType, SigningKey
from rempart.tlog.note import add_lines, sign
from rempart.tlog.proofs import TlogProof
from rempart.tlog.tiles import MemoryTiles, encode_entries, entries_path, tiles_of
from rempart.tlog.tree import prove_consistency, prove_inclusion, root
from rempart.tlog.witnessing import AddCheckpoint, Witness, cosignatures

ORIGIN = "rempart.example/ledger"
LOG_KEY = SigningKey(ORIGIN, SignatureType.ED25519, bytes(range(32)))
NOW = 1_700_000_000


def entries_of(size: int, fork: int | None = None) -> list[bytes]:
    """Entries of 32 bytes; from entry `fork` on they are others."""
    return [(number if fork is None or number < fork else number + 1_000_000).to_bytes(32) for number in range(size)]


class Log:
    """A log of these entries, all known from the start and published as far as one likes."""

    def __init__(self, entries: Iterable[bytes], key: SigningKey = LOG_KEY) -> None:
        self.key, self.entries = key, list(entries)
        self.tiles = MemoryTiles(map(leaf_hash, self.entries))

    def root(self, size: int) -> bytes:
        return root(self.tiles, size)

    def checkpoint(self, size: int) -> str:
        return sign(Checkpoint(self.key.name, size, self.root(size)).text, self.key)

    def submission(self, old: int, size: int) -> AddCheckpoint:
        return AddCheckpoint(old, tuple(prove_consistency(self.tiles, old, size)), self.checkpoint(size))

    def proof(self, index: int, size: int, note: str | None = None) -> TlogProof:
        return TlogProof(index, tuple(prove_inclusion(self.tiles, index, size)), note or self.checkpoint(size))

    def publish(self, folder: Path, size: int, *, since: int = 0, note: str | None = None) -> None:
        """Write the files that a tree of `since` entries had not, and the checkpoint last."""
        files = {"checkpoint": (note or self.checkpoint(size)).encode()}
        for place in tiles_of(size, since):
            files[place.path] = self.tiles.tile(place.level, place.index, place.width)
            if place.level == 0:
                begins = place.index * 256
                bundle = encode_entries(self.entries[begins : begins + place.width])
                files[entries_path(place.index, place.width)] = bundle
        for path, data in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)


class Memory:
    """What a witness keeps, in memory."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}

    def latest(self, origin: str) -> str | None:
        return self.notes.get(origin)

    def replace(self, origin: str, before: str | None, after: str) -> bool:
        if self.notes.get(origin) != before:
            return False
        self.notes[origin] = after
        return True


class KnownWitness:
    """A witness of the log, its key and its memory."""

    def __init__(self, name: str, type_: SignatureType = SignatureType.COSIGNATURE_V1) -> None:
        self.key = SigningKey.generate(name, type_)
        self.memory = Memory()
        self.witness = Witness(self.key, [LOG_KEY.verifier], self.memory, clock=lambda: NOW)

    def add_cosignature(self, log: Log, old: int, size: int, note: str) -> str:
        """The note of a checkpoint with this witness's cosignature, which it has to give."""
        answer = self.witness.add_checkpoint(log.submission(old, size).body)
        assert answer.status == 200, answer
        return add_lines(note, cosignatures(note, answer.body.encode(), [self.key.verifier]))
