"""The connector for a Mastodon server: its own moderation actions, but for its suspension, which deletes."""
