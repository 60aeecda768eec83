"""The archive of a referral: a zip that the same members always give byte for byte.

Members are stored uncompressed, in the order of their names, at one fixed time, so that neither the moment, the machine
nor the version of a compressor shows; and an archive holds exactly what writing its members again would give, which
leaves no byte in it that a check passes over.
"""

import io
import zipfile
from collections.abc import Mapping

# The earliest moment that the format can write: when the referral was made stands in its case.json.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16


class NotAnArchive(ValueError):
    """The bytes are no zip that can be read."""


class Altered(ValueError):
    """The zip can be read, and is not as it was written."""


def write(members: Mapping[str, bytes]) -> bytes:
    """The zip that holds these members: name → content."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as packed:
        for name in sorted(members):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
            packed.writestr(entry, members[name])
    return held.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    """The members of an archive, by name.

    Raises NotAnArchive for what is no zip, Altered when a member cannot be read back or when the zip is not byte for
    byte the one that its members give: something was changed, added, named twice or hidden between them.
    """
    members = {}
    with _opened(data) as packed:
        for entry in packed.infolist():
            if entry.compress_type != zipfile.ZIP_STORED or entry.file_size > len(data):
                raise Altered(f"{_shown(entry.filename)} is not stored as it was written")
            try:
                members[entry.filename] = packed.read(entry)
            except Exception as error:  # whatever the reader trips over, it means the same
                raise Altered(f"{_shown(entry.filename)} cannot be read back: its bytes were changed") from error
    if write(members) != data:
        raise Altered("the archive holds other bytes than its files: something was added, hidden or changed in it")
    return members


def _opened(data: bytes) -> zipfile.ZipFile:
    """The zip, its directory read. Raises NotAnArchive."""
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:
        # Python's reader answers damaged directories with errors of many kinds: all of them mean the same here.
        raise NotAnArchive("this is no zip archive that can be read") from error


def _shown(name: str) -> str:
    """A name as it can be printed on one line, whatever somebody put there."""
    return name if name.isprintable() and len(name) <= 200 else repr(name)[:200]
