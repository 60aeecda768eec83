"""What an administrator sets for a wiki. The platform's secret is a bot password of Rempart's account there."""

import msgspec


class MediaWikiSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a wiki.

    username: who signs in with the bot password, as Special:BotPasswords shows it (`Rempart@measures`).
    preserved_revisions: how many of an account's newest edits are kept before a measure, with their text.
    """

    username: str
    preserved_revisions: int = 500

    def __post_init__(self) -> None:
        name, at, program = self.username.rpartition("@")
        if not (at and name and program):
            raise ValueError("`username` is the account's name, @, and the bot password's name")
        if not 0 <= self.preserved_revisions <= 50_000:
            raise ValueError("`preserved_revisions` is between 0 and 50000")

    @property
    def account(self) -> str:
        """The name of Rempart's account."""
        return self.username.rpartition("@")[0]
