"""What an administrator set for a platform, read into the struct of its connector; errors name the field."""

from typing import TypeVar

import msgspec

from rempart.platforms.connector import PermanentFailure
from rempart.platforms.models import Platform

Settings = TypeVar("Settings", bound=msgspec.Struct)


def settings_of(platform: Platform, kind: type[Settings]) -> Settings:
    """The platform's settings as its connector's struct, whose defaults stand for what is not set.

    Raises PermanentFailure, in whose message the field and what it should be are named.
    """
    try:
        return msgspec.convert(platform.settings, kind)
    except msgspec.ValidationError as error:
        raise PermanentFailure(f"settings: {error}") from error
