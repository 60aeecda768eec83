"""The files that can still be read from a zip whose end was lost, found by the header that stands before each.

A zip lists its files at its end; a broken download has no end. Each file has a header of its own (APPNOTE.TXT 4.3.7),
and deflated data say themselves where they stop. The last file may be torn: what is left of it is given as it is.
"""

import struct
import zlib
from collections.abc import Callable, Iterator

LOCAL_HEADER = b"PK\x03\x04"
# Signature, version, flags, method, time, date, CRC, packed and full size, lengths of the name and of what is extra.
_FIELDS = struct.Struct("<4sHHHHHLLLHH")
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8
_STORED, _DEFLATED = 0, 8
_PIECE = 256 * 1024
_MOST_INFLATED = 1024 * 1024 * 1024  # of all files together: twice the longest archive that is looked at


def left_of(archive: bytes, *, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """The names and contents of the wanted files of a torn zip, in order; ends where something cannot be made out."""
    place, left = 0, _MOST_INFLATED
    while left > 0 and place >= 0 and len(archive) >= place + _FIELDS.size:
        _, _, flags, method, _, _, _, packed, _, name_length, extra_length = _FIELDS.unpack_from(archive, place)
        start = place + _FIELDS.size + name_length + extra_length
        name = archive[place + _FIELDS.size : place + _FIELDS.size + name_length].decode("utf-8", "replace")
        sized, asked = not flags & _SIZES_FOLLOW, wanted(name)
        content, following = b"", start + packed
        if flags & _ENCRYPTED or not (method == _DEFLATED or (method == _STORED and sized)):
            return
        if method == _STORED and asked:
            content = archive[start:following][:left]
        elif method == _DEFLATED and (asked or not sized):
            content, following = _inflated(archive, start, left)
        left -= len(content)
        if asked:
            yield name, content
        place = archive.find(LOCAL_HEADER, following)


def _inflated(archive: bytes, start: int, most: int) -> tuple[bytes, int]:
    """What the deflated data at `start` hold, `most` bytes at most, and where they end or the archive does."""
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    pieces: list[bytes] = []
    length, place = 0, start
    try:
        while place < len(archive) and length < most and not inflating.eof:
            pieces.append(inflating.decompress(archive[place : place + _PIECE], most - length))
            length += len(pieces[-1])
            place += _PIECE
    except zlib.error:
        return b"".join(pieces), len(archive)
    return b"".join(pieces), min(place, len(archive)) - len(inflating.unused_data) if inflating.eof else len(archive)
