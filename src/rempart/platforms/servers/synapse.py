"""A real Matrix homeserver (Synapse) in a folder: SQLite, no federation, no telemetry, no rate limits, 127.0.0.1 only.

Accounts are made through its own registration API with a shared secret. What it is started with can be changed between
a `stop()` and a `start()`: `modules`, `application_services`, `extra`.
"""

import base64
import hashlib
import hmac
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import httpx
import yaml

from rempart.platforms.servers import Leashed, Server, installed, kept_port, locks_of
from rempart.platforms.servers.installing import make_python_environment

ADMIN = "homeserver-admin"
PLENTY = {"per_second": 100_000, "burst_count": 100_000}


@dataclass(frozen=True)
class User:
    """An account of the homeserver, and a token that signs it in."""

    mxid: str
    access_token: str


class Synapse(Server):
    """One homeserver.

    server_name: the part of its accounts' ids after the colon. modules: Synapse modules, as in its `modules` setting.
    application_services: registrations, as in their files. extra: settings of homeserver.yaml that replace ours.
    """

    name: ClassVar[str] = "synapse"

    def __init__(
        self,
        folder: Path,
        *,
        server_name: str = "matrix.example",
        modules: Sequence[Mapping[str, Any]] = (),
        application_services: Sequence[Mapping[str, Any]] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(folder)
        self.server_name = server_name
        self.modules, self.application_services, self.extra = modules, application_services, extra or {}
        self.port = kept_port(self.folder)

    @classmethod
    def install(cls) -> Path:
        """Have Synapse in an environment of its own, and return its folder. Raises NotInstallable."""
        lock = locks_of(cls.name) / "requirements.lock"
        python = f"{sys.base_prefix} {sys.version_info[:3]}"
        return installed(cls.name, [lock, python], lambda draft: make_python_environment(cls.name, draft, lock))

    @property
    def address(self) -> str:
        """Where its client and administration APIs answer."""
        return f"http://127.0.0.1:{self.port}"

    def mxid(self, localpart: str) -> str:
        """The full id of an account of this server."""
        return f"@{localpart}:{self.server_name}"

    @property
    def admin_token(self) -> str:
        """A token of the server's administrator, who is made the first time."""
        return self._admin.access_token

    @cached_property
    def _admin(self) -> User:
        return self.register(ADMIN, admin=True)

    def register(self, localpart: str, *, admin: bool = False) -> User:
        """Make an account, or sign in to the one that is there, made here before."""
        password = hmac.new(self._secret.encode(), localpart.encode(), hashlib.sha256).hexdigest()
        with httpx.Client(base_url=self.address, trust_env=False, timeout=30) as client:
            nonce = client.get("/_synapse/admin/v1/register").raise_for_status().json()["nonce"]
            signed = "\0".join((nonce, localpart, password, "admin" if admin else "notadmin"))
            mac = hmac.new(self._secret.encode(), signed.encode(), hashlib.sha1).hexdigest()
            asked = {"nonce": nonce, "username": localpart, "password": password, "admin": admin, "mac": mac}
            answer = client.post("/_synapse/admin/v1/register", json=asked)
            if answer.status_code == 400 and answer.json().get("errcode") == "M_USER_IN_USE":
                who = {"type": "m.id.user", "user": localpart}
                login = {"type": "m.login.password", "identifier": who, "password": password}
                answer = client.post("/_matrix/client/v3/login", json=login)
            made = answer.raise_for_status().json()
        return User(made["user_id"], made["access_token"])

    @cached_property
    def _secret(self) -> str:
        path = self.folder / "registration-secret"
        if not path.exists():
            _write_private(path, secrets.token_urlsafe(32))
        return path.read_text()

    def _launch(self) -> Sequence[Leashed]:
        environment = self.install()
        self._configure()
        process = Leashed(
            [environment / "bin" / "python", "-m", "synapse.app.homeserver", "-c", self.folder / "homeserver.yaml"],
            log=self.folder / "server.log",
            environment={"PATH": os.defpath, "HOME": str(self.folder), "LANG": "C.UTF-8"},
            folder=self.folder,
        )
        process.wait_until(self._answers)
        return (process,)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/health", timeout=2, trust_env=False).is_success
        except httpx.TransportError:
            return False

    def _configure(self) -> None:
        key = self.folder / "signing.key"
        if not key.exists():
            seed = base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")
            _write_private(key, f"ed25519 a_{secrets.token_hex(2)} {seed}\n")
        registrations = []
        for number, registration in enumerate(self.application_services):
            path = self.folder / f"application-service-{number}.yaml"
            _write_private(path, yaml.safe_dump(dict(registration)))
            registrations.append(str(path))
        (self.folder / "log.yaml").write_text(yaml.safe_dump(_LOGGING))
        settings = {
            "server_name": self.server_name,
            "public_baseurl": f"{self.address}/",
            "pid_file": str(self.folder / "homeserver.pid"),
            "log_config": str(self.folder / "log.yaml"),
            "listeners": [
                {
                    "port": self.port,
                    "bind_addresses": ["127.0.0.1"],
                    "type": "http",
                    "resources": [{"names": ["client"], "compress": False}],
                }
            ],
            "database": {"name": "sqlite3", "args": {"database": str(self.folder / "homeserver.db")}},
            "media_store_path": str(self.folder / "media"),
            "signing_key_path": str(key),
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "report_stats": False,
            "enable_registration": False,
            "registration_shared_secret": self._secret,
            "macaroon_secret_key": self._secret,
            "form_secret": self._secret,
            "bcrypt_rounds": 4,
            "user_directory": {"enabled": False},
            "push": {"enabled": False},
            "presence": {"enabled": False},
            "app_service_config_files": registrations,
            "modules": [dict(one) for one in self.modules],
            "rc_message": PLENTY,
            "rc_registration": PLENTY,
            "rc_login": {"address": PLENTY, "account": PLENTY, "failed_attempts": PLENTY},
            "rc_admin_redaction": PLENTY,
            "rc_joins": {"local": PLENTY, "remote": PLENTY},
            "rc_joins_per_room": PLENTY,
            "rc_invites": {"per_room": PLENTY, "per_user": PLENTY, "per_issuer": PLENTY},
            "rc_reports": PLENTY,
            "rc_room_creation": PLENTY,
            **self.extra,
        }
        _write_private(self.folder / "homeserver.yaml", yaml.safe_dump(settings))


_LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"level": "WARNING", "handlers": ["console"]},
}


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
