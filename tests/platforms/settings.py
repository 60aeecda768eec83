"""What an administrator sets for the platform in memory."""

import msgspec


class MemorySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing."""
