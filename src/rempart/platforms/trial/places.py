"""The platforms of the demonstration: a real server each, its accounts, and what they try through its own API."""

import itertools
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import httpx

from rempart.platforms.matrix.files import registration
from rempart.platforms.models import Cursor, Platform
from rempart.platforms.servers import Leashed, Server, free_port
from rempart.platforms.servers.pds import POST, PersonalDataServer, Session, post_record
from rempart.platforms.servers.synapse import Synapse, User

NAME = "demo"
"""What the platform is called in the house."""
HASHTAG = "etoilefilante"
ALL_ROOMS = {"rooms": ["!.*"]}
STARTS_WITHIN = 30.0


class Place(ABC):
    """A real server, the one account that is spoken of, and those who speak.

    software: what runs. kind, service: the connector's and its accounts'. measure: what keeps an account from writing.
    star: the account spoken of, as people write it.
    """

    software: ClassVar[str]
    kind: ClassVar[str]
    service: ClassVar[str]
    measure: ClassVar[str]
    star: ClassVar[str]

    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder

    @abstractmethod
    def settings(self) -> Mapping[str, Any]:
        """What `add_platform` is given, besides names."""

    @abstractmethod
    def people(self, names: list[str]) -> None:
        """Make the account that is spoken of, and those of these people."""

    @abstractmethod
    def speak(self, name: str, text: str) -> None:
        """One of these people writes in public."""

    @abstractmethod
    def star_writes(self) -> str | None:
        """The account that is spoken of writes: None when the server accepts it, else how it refuses."""

    @abstractmethod
    def listening(self) -> list[str]:
        """The command that listens to it."""

    @contextmanager
    def listened_to(self, environment: Mapping[str, str]) -> Iterator[None]:
        """Have Rempart listen, in a process of its own."""
        listener = Leashed(
            [sys.executable, "-m", "rempart.cli", *self.listening()],
            log=self.folder / "listener.log",
            environment=environment,
            folder=self.folder,
        )
        try:
            listener.wait_until(self.is_listened_to, seconds=STARTS_WITHIN)
            yield
        finally:
            listener.stop()

    @abstractmethod
    def is_listened_to(self) -> bool:
        """Whether what is written from now on is heard."""


class Matrix(Place):
    """A homeserver. Rooms are heard as an application service: Synapse hands their events to the site."""

    software = "Synapse (Matrix)"
    kind = service = "matrix"
    measure = "read_only"
    star = "@etoile.filante:matrix.example"

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.synapse = Synapse(folder)
        planned = Platform(name=NAME, kind="matrix", hosts=[self.synapse.server_name], settings=ALL_ROOMS)
        self.synapse.application_services = [registration(planned, self.site)]
        self.users: dict[str, User] = {}
        self.numbers = itertools.count()
        self.room = ""
        super().__init__(self.synapse, folder)

    @property
    def site(self) -> str:
        """Where Rempart answers."""
        return f"http://127.0.0.1:{self.port}"

    def settings(self) -> Mapping[str, Any]:
        """It is spoken to as its administrator."""
        return {
            "address": self.synapse.address,
            "hosts": [self.synapse.server_name],
            "settings": ALL_ROOMS,
            "secret": self.synapse.admin_token,
        }

    def people(self, names: list[str]) -> None:
        """Everybody is in one public room."""
        localpart = self.star.removeprefix("@").partition(":")[0]
        self.users = {name: self.synapse.register(name) for name in names}
        self.users[self.star] = self.synapse.register(localpart)
        made = self._ask("POST", "createRoom", self.star, {"preset": "public_chat", "name": "Le salon"})
        self.room = made.raise_for_status().json()["room_id"]
        for name in names:
            self._ask("POST", f"join/{quote(self.room)}", name, {}).raise_for_status()

    def speak(self, name: str, text: str) -> None:
        """In the room."""
        self._send(name, text).raise_for_status()

    def star_writes(self) -> str | None:
        """In the room."""
        answer = self._send(self.star, "Bonsoir à toutes et à tous !")
        return None if answer.is_success else f"HTTP {answer.status_code} {answer.json().get('errcode')}"

    def listening(self) -> list[str]:
        """The site itself."""
        return ["serve", "--port", str(self.port)]

    def is_listened_to(self) -> bool:
        """Once the site answers."""
        try:
            return httpx.get(self.site, timeout=5, trust_env=False).status_code < 500
        except httpx.TransportError:
            return False

    def _send(self, name: str, text: str) -> httpx.Response:
        path = f"rooms/{quote(self.room)}/send/m.room.message/{next(self.numbers)}"
        return self._ask("PUT", path, name, {"msgtype": "m.text", "body": text})

    def _ask(self, method: str, path: str, name: str, body: Mapping[str, Any]) -> httpx.Response:
        return httpx.request(
            method,
            f"{self.synapse.address}/_matrix/client/v3/{path}",
            json=body,
            headers={"authorization": f"Bearer {self.users[name].access_token}"},
            timeout=30,
            trust_env=False,
        )


class Atproto(Place):
    """A personal data server. Posts are read from its firehose."""

    software = "PDS (AT Protocol)"
    kind = "atproto"
    service = "bluesky"
    measure = "suspend"
    star = "@etoile-filante.test"

    def __init__(self, folder: Path) -> None:
        self.pds = PersonalDataServer(folder)
        self.sessions: dict[str, Session] = {}
        super().__init__(self.pds, folder)

    def settings(self) -> Mapping[str, Any]:
        """It is spoken to as its administrator, and says who its accounts are in a directory of its own."""
        return {
            "address": self.pds.address,
            "settings": {"directory": self.pds.directory},
            "secret": self.pds.admin_password,
        }

    def people(self, names: list[str]) -> None:
        """Each has an account."""
        for name in names:
            self.sessions[name] = self.pds.create_account(f"{name.replace('.', '-').replace('_', '-')}.test")
        self.sessions[self.star] = self.pds.create_account(self.star.removeprefix("@"))

    def speak(self, name: str, text: str) -> None:
        """On their own account."""
        self.pds.post(self.sessions[name], text)

    def star_writes(self) -> str | None:
        """On their own account."""
        by = self.sessions[self.star]
        data = {"repo": by.did, "collection": POST, "record": post_record("Bonsoir à toutes et à tous !")}
        answer = self.pds.call("com.atproto.repo.createRecord", by=by, data=data)
        return None if answer.is_success else f"HTTP {answer.status_code} {answer.json().get('error')}"

    def listening(self) -> list[str]:
        """The firehose's listener."""
        return ["listen", NAME]

    def is_listened_to(self) -> bool:
        """Once it has kept how far it has come."""
        return Cursor.objects.filter(listener=NAME).exists()


PLACES: dict[str, type[Matrix] | type[Atproto]] = {"matrix": Matrix, "atproto": Atproto}
