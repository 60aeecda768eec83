"""What an administrator sets for a wiki. The platform's secret is a bot password of Rempart's account there."""

import msgspec


class MediaWikiSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a wiki.

    username: who signs in with the bot password, as Special:BotPasswords shows it (`Rempart@measures`).
    preserved_revisions: how many of an account's newest edits are kept before a measure, with their text.
    preserved_log_entries: how many of the newest entries of the wiki's logs about what it did are kept.
    """

    username: str
    preserved_revisions: int = 500
    preserved_log_entries: int = 5_000

    def __post_init__(self) -> None:
        account, at, program = self.username.rpartition("@")
        if not (at and account and program):
            raise ValueError("`username` is the account's name, @, and the bot password's name")
        for name in ("preserved_revisions", "preserved_log_entries"):
            if not 0 <= getattr(self, name) <= 50_000:
                raise ValueError(f"`{name}` is between 0 and 50000")

    @property
    def account(self) -> str:
        """The name of Rempart's account."""
        return self.username.rpartition("@")[0]
