"""What numbers show before people tell: sudden fame, waves, pile-ons."""

from rempart.cli.ground import cli


@cli.group()
def radar() -> None:
    """See sudden fame, waves and pile-ons begin."""
