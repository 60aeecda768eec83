"""The files that can still be read from a zip whose end was lost, found by the header that stands before each.

A zip lists its files at its end; a broken download has no end. Each file has a header of its own (APPNOTE.TXT 4.3.7),
and deflated data say themselves where they stop. The last file may be torn: what is left of it is given as it is.
"""

import struct
import zlib
from collections.abc import Iterator

LOCAL_HEADER = b"PK\x03\x04"
_FIELDS = struct.Struct(
    "<4sHHHHHLLLHH"
)  # signature, version, flags, method, time, date, CRC, sizes, lengths of name, extra
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8
_STORED, _DEFLATED = 0, 8
_LONGEST = 128 * 1024 * 1024  # of all that is inflated: less than a whole archive may hold, since it is kept in memory


def left_of(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """The names and contents of the files of a torn zip, in order; ends where something cannot be made out."""
    place, left = 0, _LONGEST
    while left > 0 and archive.startswith(LOCAL_HEADER, place) and len(archive) >= place + _FIELDS.size:
        _, _, flags, method, _, _, _, packed, _, name_length, extra_length = _FIELDS.unpack_from(archive, place)
        start = place + _FIELDS.size + name_length + extra_length
        name = archive[place + _FIELDS.size : place + _FIELDS.size + name_length].decode("utf-8", "replace")
        if flags & _ENCRYPTED:
            return
        if method == _DEFLATED:
            inflating = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                content = inflating.decompress(archive[start:], left)
            except zlib.error:
                return
            following = len(archive) - len(inflating.unused_data) if inflating.eof else len(archive)
        elif method == _STORED and not flags & _SIZES_FOLLOW:
            following = start + packed
            content = archive[start:following][:left]
        else:
            return
        left -= len(content)
        yield name, content
        place = archive.find(LOCAL_HEADER, following)
        if place < 0:
            return
