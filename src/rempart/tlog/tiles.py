"""Tiles and entry bundles (C2SP tlog-tiles): how a log's tree lies in files that never change once complete.

The n-th tile at level l holds up to 256 hashes side by side: those of the complete subtrees of 256ˡ leaves that begin
at leaf n·256·256ˡ. Level 0 holds the leaves. The rightmost tile of a level is partial until 256 hashes fill it.
"""

import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import msgspec

from rempart.tlog.errors import Malformed
from rempart.tlog.hashing import HASH_SIZE, subtree_root

TILE_HEIGHT = 8
WIDTH = 1 << TILE_HEIGHT
MAX_LEVEL = 63
ENTRIES = -1
MAX_ENTRY = 0xFFFF
"""Bytes that an entry's uint16 length can announce."""


class Tiles(Protocol):
    """Where a log's tiles are read from: a folder, a database, memory."""

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The first `width` (1–256) hashes of a tile, width·32 bytes. Raises Malformed when they are not there."""


class Place(msgspec.Struct, frozen=True):
    """What a path names: a tile of a level, or, at level ENTRIES, the bundle of the entries under a tile of level 0."""

    level: int
    index: int
    width: int

    @property
    def path(self) -> str:
        """The path, below the log's prefix."""
        if self.level == ENTRIES:
            return entries_path(self.index, self.width)
        return tile_path(self.level, self.index, self.width)


def tile_path(level: int, index: int, width: int = WIDTH) -> str:
    """Where a tile is served, below the log's prefix: `tile/0/x001/x234/067`, with `.p/17` when partial.

    level: 0–63; index: from 0; width: 1–256. Raises Malformed outside these.
    """
    if not 0 <= level <= MAX_LEVEL:
        raise Malformed(f"A tile's level is between 0 and {MAX_LEVEL}, not {level}.")
    return f"tile/{level}/{_numbered(index, width)}"


def entries_path(index: int, width: int = WIDTH) -> str:
    """Where the entries under a level 0 tile are served: `tile/entries/000`, with `.p/17` when partial."""
    return f"tile/entries/{_numbered(index, width)}"


def _numbered(index: int, width: int) -> str:
    if index < 0:
        raise Malformed(f"A tile's index is not negative: {index}.")
    if not 1 <= width <= WIDTH:
        raise Malformed(f"A tile's width is between 1 and {WIDTH}, not {width}.")
    number = f"{index % 1000:03}"
    while index := index // 1000:
        number = f"x{index % 1000:03}/{number}"
    return number if width == WIDTH else f"{number}.p/{width}"


_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)


def parse_path(path: str) -> Place:
    """What a path below the log's prefix names. Raises Malformed for any other spelling than the one served."""
    if found := _PATH.fullmatch(path):
        kind, above, last, partial = found.groups()
        level = ENTRIES if kind == "entries" else int(kind)
        place = Place(level, int(re.sub("[x/]", "", above) + last), int(partial) if partial else WIDTH)
        if level <= MAX_LEVEL and place.width <= WIDTH and place.path == path:
            return place
    raise Malformed(f"Not the path of a tile or of entries: {path!r}.")


def tile_width(level: int, index: int, size: int) -> int:
    """How many hashes (0–256), or entries, a tile has in a tree of `size` leaves."""
    return max(0, min(WIDTH, (size >> (TILE_HEIGHT * max(level, 0))) - index * WIDTH))


def tiles_of(size: int, since: int = 0) -> Iterator[Place]:
    """The tiles of a tree of `size` leaves that a tree of `since` leaves has not, level by level.

    To publish a log that grew is to write these, and the bundles of entries as the tiles of level 0.
    """
    for level in range(MAX_LEVEL + 1):
        before, after = since >> (TILE_HEIGHT * level), size >> (TILE_HEIGHT * level)
        if not after:
            return
        for index in range(before // WIDTH, -(-after // WIDTH)):
            width = tile_width(level, index, size)
            if width > tile_width(level, index, since):
                yield Place(level, index, width)


def encode_entries(entries: Iterable[bytes]) -> bytes:
    """A bundle: each entry after its length as a big-endian uint16. Raises Malformed for an entry over 65,535 bytes."""
    parts = []
    for entry in entries:
        if len(entry) > MAX_ENTRY:
            raise Malformed(f"An entry has at most {MAX_ENTRY} bytes, not {len(entry)}.")
        parts += [struct.pack(">H", len(entry)), entry]
    return b"".join(parts)


def decode_entries(bundle: bytes) -> list[bytes]:
    """The entries of a bundle. Raises Malformed when it ends within one."""
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        begins = at + 2
        if begins > len(bundle):
            raise Malformed(f"The bundle ends within the length of its entry {len(entries)}.")
        at = begins + int.from_bytes(bundle[at:begins])
        if at > len(bundle):
            raise Malformed(f"The bundle ends within its entry {len(entries)}.")
        entries.append(bundle[begins:at])
    return entries


class MemoryTiles:
    """The tiles of a tree held in memory, which grows by its leaves' hashes."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._levels = [bytearray() for _ in range(MAX_LEVEL + 1)]
        for leaf in leaves:
            self.append(leaf)

    @property
    def size(self) -> int:
        """Leaves so far."""
        return len(self._levels[0]) // HASH_SIZE

    def append(self, leaf: bytes, level: int = 0) -> None:
        """Add a leaf's hash (32 bytes), and the hash of each tile that it completes to the level above.

        level: where to begin; at 1 a hash is that of a complete tile of leaves, which need not be held.
        """
        while True:
            hashes = self._levels[level]
            hashes += leaf
            if len(hashes) % (WIDTH * HASH_SIZE):
                return
            leaf = subtree_root(bytes(hashes[-WIDTH * HASH_SIZE :]))
            level += 1

    def tile(self, level: int, index: int, width: int) -> bytes:
        """See Tiles."""
        path, begins = tile_path(level, index, width), index * WIDTH * HASH_SIZE
        return _whole(bytes(self._levels[level][begins : begins + width * HASH_SIZE]), path, width)


class FolderTiles:
    """The tiles of a log published in a folder, under the paths that it serves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def tile(self, level: int, index: int, width: int) -> bytes:
        """See Tiles. What was not published at this width is read from what it grew into."""
        hashes, place = self._read(Place(level, index, width))
        return _whole(hashes, place.path, place.width)[: width * HASH_SIZE]

    def entries(self, index: int, width: int) -> list[bytes]:
        """The first `width` entries under a level 0 tile. Raises Malformed when they are not there."""
        bundle, place = self._read(Place(ENTRIES, index, width))
        try:
            entries = decode_entries(bundle)
        except Malformed as error:
            raise Malformed(f"{place.path}: {error}") from None
        if len(entries) != place.width:
            raise Malformed(f"{place.path} holds {len(entries)} entries where {place.width} were expected.")
        return entries[:width]

    def _read(self, place: Place) -> tuple[bytes, Place]:
        """The file at a place, or at one that it grew into, and which it was."""
        for found in self._grown(place):
            try:
                return (self.folder / found.path).read_bytes(), found
            except FileNotFoundError:
                continue
        raise Malformed(f"{place.path} is missing.")

    def _grown(self, place: Place) -> Iterator[Place]:
        """The place itself, the complete one, then the wider partial ones that there are."""
        complete = Place(place.level, place.index, WIDTH)
        yield place
        yield complete
        widths = [file.name for file in (self.folder / f"{complete.path}.p").glob("*") if file.name.isdecimal()]
        for width in sorted(map(int, widths)):
            if place.width < width < WIDTH:
                yield Place(place.level, place.index, width)


def _whole(hashes: bytes, path: str, width: int) -> bytes:
    """These hashes, when there are as many as the tile has."""
    if len(hashes) != width * HASH_SIZE:
        raise Malformed(f"{path} has {len(hashes)} bytes where {width} hashes of {HASH_SIZE} were expected.")
    return hashes
