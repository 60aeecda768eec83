"""An export as a person attaches it: one file, a folder as unpacked, or a zip, read without ever being unpacked.

What an attacker could send as an archive is refused before anything in it is read: paths that lead out, links,
encryption, more entries or more bytes than any chat export has, and entries that grow absurdly when inflated.
"""

import stat
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from rempart.reading.conversations.torn_archive import LOCAL_HEADER, left_of

MOST_FILES = 200_000
MOST_BYTES_A_FILE = 512 * 1024 * 1024
_MOST_GROWTH = 200  # text compresses at most some twentyfold; a bomb, a thousandfold
_GROWTH_COUNTS_FROM = 1024 * 1024
_PIECE = 1024 * 1024
_ENCRYPTED = 0x1
_PACKED_IN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError)


class Unreadable(ValueError):
    """Nothing can be read from what was given; the message says why, for whoever gave it."""


class Bundle(ABC):
    """The files of an export by name: POSIX paths below its root, sorted. A single file has its own name.

    losses: sentences on what is known to be missing, as far as files have been read.
    """

    def __init__(self, names: list[str]) -> None:
        self.names = sorted(names)
        self.losses: list[str] = []

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The content of one file, as far as it can be read. Raises Unreadable when it is too long, KeyError."""


class _Folder(Bundle):
    def __init__(self, files: dict[str, Path]) -> None:
        super().__init__(list(files))
        self._files = files

    def read(self, name: str) -> bytes:
        file = self._files[name]
        if file.stat().st_size > MOST_BYTES_A_FILE:
            raise Unreadable(f"{name} is longer than {MOST_BYTES_A_FILE >> 20} MiB")
        return file.read_bytes()


class _Archive(Bundle):
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
        super().__init__(list(self._entries))

    def read(self, name: str) -> bytes:
        entry = self._entries[name]
        pieces: list[bytes] = []
        length = 0
        try:
            with self._archive.open(entry) as stream:
                while piece := stream.read(_PIECE):
                    pieces.append(piece)
                    length += len(piece)
                    if length > MOST_BYTES_A_FILE:
                        break
        except _DAMAGES:
            self._lost(f"{name} is damaged in the archive: only what could be read of it was")
        if length > MOST_BYTES_A_FILE:
            raise Unreadable(f"{name} is longer than {MOST_BYTES_A_FILE >> 20} MiB")
        return b"".join(pieces)

    def _lost(self, what: str) -> None:
        if what not in self.losses:  # each format that could be its own reads a file
            self.losses.append(what)


class _TornArchive(Bundle):
    """What is left of a zip whose end, and with it the list of its files, was lost."""

    def __init__(self, path: Path) -> None:
        if path.stat().st_size > MOST_BYTES_A_FILE:
            raise Unreadable(f"{path.name} ends in the middle and is too long to be searched: download it again")
        self._files = dict(left_of(path.read_bytes(), wanted=_may_be_read))
        if not self._files:
            raise Unreadable(f"{path.name} is a zip that ends too early, and nothing can be read from it")
        super().__init__(list(self._files))
        self.losses.append("the archive ends in the middle: files after the cut were lost")

    def read(self, name: str) -> bytes:
        return self._files[name]


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """The files of the export at `path`. Raises FileNotFoundError, and Unreadable saying why it is refused."""
    if path.is_dir():
        yield _Folder(_files_below(path))
    elif not path.exists():
        raise FileNotFoundError(2, "No such file or directory", str(path))
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            _ensure_harmless(archive)
            yield _Archive(archive)
    else:
        with path.open("rb") as stream:
            torn = stream.read(4) == LOCAL_HEADER
        yield _TornArchive(path) if torn else _Folder({path.name: path})


def _files_below(folder: Path) -> dict[str, Path]:
    """Every file below a folder; links are left out, since they may lead anywhere."""
    files: dict[str, Path] = {}
    for file in folder.rglob("*"):
        if file.is_symlink() or not file.is_file():
            continue
        if any(parent.is_symlink() for parent in file.relative_to(folder).parents if parent != Path()):
            continue
        files[file.relative_to(folder).as_posix()] = file
        if len(files) > MOST_FILES:
            raise Unreadable(f"{folder.name} holds more than {MOST_FILES} files: no export does")
    return files


def _ensure_harmless(archive: zipfile.ZipFile) -> None:
    """Raises Unreadable when the archive could do harm, or cannot be read."""
    entries = archive.infolist()
    if len(entries) > MOST_FILES:
        raise Unreadable(f"the archive holds more than {MOST_FILES} files: no export does")
    seen: set[str] = set()
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or entry.filename[1:2] == ":":
            raise Unreadable(f"the archive has a path that leads out of it: {entry.filename!r}")
        if entry.flag_bits & _ENCRYPTED:
            raise Unreadable("the archive is encrypted: unpack it with its password and give the folder")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise Unreadable(f"the archive has a link in it: {entry.filename!r}")
        if entry.compress_type not in _PACKED_IN and _may_be_read(entry.filename):
            raise Unreadable(f"the archive is packed in a way that is not read: {entry.filename!r}; unpack it first")
        if entry.filename in seen:
            raise Unreadable(f"the archive has two files of one name: {entry.filename!r}")
        seen.add(entry.filename)
        grown = entry.file_size > _GROWTH_COUNTS_FROM and entry.file_size > _MOST_GROWTH * entry.compress_size
        if grown or (entry.file_size > MOST_BYTES_A_FILE and _may_be_read(entry.filename)):
            raise Unreadable(f"the archive would grow beyond reason: {entry.filename!r}")


def _may_be_read(name: str) -> bool:
    """Whether a file is of a kind that is opened at all: media are counted, never opened."""
    return name.lower().endswith((".json", ".txt", ".csv", ".html", ".htm"))
