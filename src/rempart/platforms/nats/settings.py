"""What an administrator sets for a platform that publishes its events on NATS.

The platform's address is its NATS server (`nats://…`, `tls://…`); its secret is the token to connect with, or the
password where `user` is set.
"""

import msgspec


class NatsSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings, each with a default.

    stream: the JetStream stream that the platform publishes to. subjects: what its subjects begin with
    (`SUBJECTS.posts`, …). durable: the consumer that all our workers share. rejects: the subject to which messages go
    that nobody could take in. user: for servers that ask for a name and a password.
    batch: messages taken at once. tries: how often a message is tried. wait: seconds after which a message that was
    not acknowledged is given to another worker.
    """

    stream: str = "REMPART"
    subjects: str = "rempart.events"
    durable: str = "rempart"
    rejects: str = "rempart.rejects"
    user: str = ""
    batch: int = 200
    tries: int = 5
    wait: float = 30.0

    def __post_init__(self) -> None:
        for name in ("stream", "subjects", "durable", "rejects"):
            if not getattr(self, name).strip() or set(getattr(self, name)) & set(" *>\t\r\n"):
                raise ValueError(f"`{name}` is a name, without blanks or wildcards")
        if not 1 <= self.batch <= 10_000 or not 1 <= self.tries <= 1000 or not 1 <= self.wait <= 3600:
            raise ValueError("`batch` is 1 to 10000, `tries` 1 to 1000, `wait` 1 to 3600 seconds")
        if f"{self.rejects}.".startswith(f"{self.subjects}."):
            raise ValueError("`rejects` lies outside of `subjects`, or what is rejected would come again")
