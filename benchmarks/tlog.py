"""Proofs, verification and audits as a log grows to 10,000,000 entries, against two implementations that are not ours.

The log lies in a folder of tiles, as it is published. Each proof is made by a reader that has just been opened, and
has to read its tiles from files. Beside ours: `tlog-scales` (Python), which makes and verifies proofs from the same
folder, and `metamorphic-log` (Rust), which verifies them. Every proof of ours is checked to be the same as theirs.
"""

import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import metamorphic_log
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.tlog import InclusionProof

from rempart.tlog.auditing import CHECKPOINT, audit
from rempart.tlog.checkpoint import Checkpoint, cosign, open_checkpoint
from rempart.tlog.hashing import leaf_hash, subtree_root
from rempart.tlog.keys import SignatureType, SigningKey
from rempart.tlog.note import add_lines, sign
from rempart.tlog.tiles import WIDTH, FolderTiles, MemoryTiles, encode_entries, entries_path, tiles_of
from rempart.tlog.tree import prove_consistency, prove_inclusion, root, verify_inclusion

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
AUDITED = 1_000_000
PROOFS = 500
LOG = SigningKey.generate("bench.example/log")
WITNESS = SigningKey.generate("bench.example/witness", SignatureType.COSIGNATURE_V1)


def entry(number: int) -> bytes:
    """An invented entry of 32 bytes."""
    return number.to_bytes(32)


def write(folder: Path, path: str, data: bytes) -> None:
    """A file of the log."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def grow(folder: Path, above: MemoryTiles, since: int, size: int) -> None:
    """Publish the tiles of a log that grew, and its entries as far as they are audited."""
    for place in tiles_of(size, since):
        if place.level:
            write(folder, place.path, above.tile(place.level, place.index, place.width))
            continue
        begins = place.index * WIDTH
        entries = [entry(number) for number in range(begins, begins + place.width)]
        hashes = b"".join(map(leaf_hash, entries))
        write(folder, place.path, hashes)
        if size <= AUDITED:
            write(folder, entries_path(place.index, place.width), encode_entries(entries))
        if place.width == WIDTH:
            above.append(subtree_root(hashes), level=1)


def timed(make: Callable[[int], object], numbers: list[int]) -> tuple[float, float, list[object]]:
    """Median and 99th percentile in milliseconds of a call with each number, and what the calls gave."""
    times, made = [], []
    for number in numbers:
        begun = time.perf_counter()
        made.append(make(number))
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=100)[98], made


def proofs(folder: Path, size: int, dice: random.Random) -> str:
    """A row on making and verifying inclusion and consistency proofs in the log of this size."""
    numbers = [dice.randrange(size) for _ in range(PROOFS)]
    whole = root(FolderTiles(folder), size)

    def theirs(number: int) -> list[bytes]:
        reader = TilesReader(LocalBackend(folder))
        reader.set_size(size)
        return reader.get_inclusion_proof(number, size).node_hashes

    def grown(number: int) -> list[bytes]:
        return prove_consistency(FolderTiles(folder), number, size)

    median, slowest, made = timed(lambda number: prove_inclusion(FolderTiles(folder), number, size), numbers)
    their_median, _, their_made = timed(theirs, numbers)
    assert made == their_made
    grown_median, _, _ = timed(grown, numbers)
    given = dict(zip(numbers, made, strict=True))
    leaves = {number: leaf_hash(entry(number)) for number in numbers}
    ours_checked, _, _ = timed(
        lambda number: verify_inclusion(index=number, size=size, leaf=leaves[number], proof=given[number], root=whole),
        numbers,
    )
    scales_checked, _, _ = timed(
        lambda number: InclusionProof(number, size, given[number]).check(leaves[number], whole), numbers
    )
    rust_checked, _, _ = timed(
        lambda number: metamorphic_log.verify_inclusion(number, size, leaves[number], given[number], whole), numbers
    )
    return (
        f"{size:>11,} {median:>9.2f} {slowest:>9.2f} {their_median:>12.2f} {their_median / median:>6.1f}"
        f" {grown_median:>12.2f} {ours_checked * 1000:>11.0f} {scales_checked * 1000:>12.0f}"
        f" {rust_checked * 1000:>15.0f}"
    )


def audited(folder: Path, size: int) -> str:
    """A row on checking the whole of the log of this size."""
    note = sign(Checkpoint(LOG.name, size, root(FolderTiles(folder), size)).text, LOG)
    write(folder, CHECKPOINT, note.encode())
    begun = time.perf_counter()
    audit(folder, log=LOG.verifier)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{size:>11,} {seconds:>9.2f} {size / seconds:>12,.0f} {peak:>9.0f}"


def notes(folder: Path) -> str:
    """A row on signing, cosigning and opening checkpoints."""
    text = Checkpoint(LOG.name, AUDITED, root(FolderTiles(folder), AUDITED)).text
    note = sign(text, LOG)
    cosigned = add_lines(note, [cosign(note, WITNESS, time=1_700_000_000)])
    calls: list[Callable[[int], object]] = [
        lambda _: sign(text, LOG),
        lambda _: cosign(note, WITNESS, time=1_700_000_000),
        lambda _: open_checkpoint(cosigned, log=LOG.verifier, witnesses=[WITNESS.verifier]),
        lambda _: open_checkpoint(note, log=LOG.verifier),
        lambda _: metamorphic_log.checkpoint_verify(note, [LOG.vkey]),
    ]
    return " ".join(f"{timed(call, list(range(PROOFS)))[0] * 1000:>15.0f}" for call in calls)


def main() -> None:
    """Print what each costs as the log grows."""
    dice, above, since = random.Random(9162), MemoryTiles(), 0
    with tempfile.TemporaryDirectory(prefix="rempart-tlog-") as name:
        folder, audits = Path(name), []
        print("Making a proof in ms (median, p99), and verifying it in µs, in a log on disk that is opened each time")
        print(
            f"{'entries':>11} {'included':>9} {'p99':>9} {'tlog-scales':>12} {'ratio':>6} {'consistent':>12}"
            f" {'verify':>11} {'tlog-scales':>12} {'metamorphic-log':>15}"
        )
        for size in SIZES:
            grow(folder, above, since, size)
            since = size
            print(proofs(folder, size, dice), flush=True)
            if size <= AUDITED:
                audits.append(audited(folder, size))
        print("\nAn audit of a whole log, every entry hashed")
        print(f"{'entries':>11} {'seconds':>9} {'entries/s':>12} {'peak MiB':>9}")
        print("\n".join(audits))
        print("\nCheckpoints in µs")
        heads = ("sign", "cosign", "open, witnessed", "open", "metamorphic-log")
        print(" ".join(f"{head:>15}" for head in heads))
        print(notes(folder))


if __name__ == "__main__":
    main()
