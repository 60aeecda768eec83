"""What an administrator sets for a Mastodon server. Its secret is an access token of Rempart's account there."""

import msgspec
from django.utils.translation import gettext_noop

from rempart.platforms.connector import PermanentFailure
from rempart.platforms.models import Platform
from rempart.platforms.settings import settings_of


class MastodonSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a server; each has a default.

    preserved_posts: how many of an account's newest posts are kept before a measure.
    """

    preserved_posts: int = 1_000

    def __post_init__(self) -> None:
        if not 0 <= self.preserved_posts <= 100_000:
            raise ValueError("`preserved_posts` is between 0 and 100000")


def mastodon_settings(platform: Platform) -> MastodonSettings:
    """The platform's settings. Raises PermanentFailure, naming what is wrong."""
    if len(platform.hosts) != 1:
        raise PermanentFailure(gettext_noop("hosts: name the server's one domain, as its accounts end"))
    return settings_of(platform, MastodonSettings)
