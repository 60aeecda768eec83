"""The system account that runs the embedded server.

PostgreSQL refuses to run as root. An ordinary user runs it as itself; root runs it as the home folder's owner, or as a
system user of its own when root owns the home.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SYSTEM_USER = "rempart-db"


class NoAccount(Exception):
    """No account can run the server."""


@dataclass(frozen=True)
class Account:
    """A system account: its name, user and group numbers."""

    name: str
    uid: int
    gid: int

    @property
    def is_ours(self) -> bool:
        """Whether this process runs as that account."""
        return os.geteuid() == self.uid

    def run(self, *command: str | Path, timeout: float) -> subprocess.CompletedProcess[str]:
        """Run a command as this account, away from the terminal, with a bare environment."""
        other: dict[str, Any] = {} if self.is_ours else {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            cwd="/",
            umask=0o077,
            start_new_session=True,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"},
            **other,
        )

    def may_cross(self, folder: Path) -> bool:
        """Whether this account can reach what lies in `folder`, its parents included."""
        if self.is_ours:
            return True
        for part in (folder, *folder.parents):
            status = part.stat()
            bit = 0o100 if status.st_uid == self.uid else 0o010 if status.st_gid == self.gid else 0o001
            if not status.st_mode & bit:
                return False
        return True

    def own(self, path: Path) -> None:
        """Give a path to this account."""
        if not self.is_ours:
            os.chown(path, self.uid, self.gid)


def server_account(home: Path) -> Account:
    """The account that runs the server of this home; root creates the system user if need be. Raises NoAccount."""
    uid = os.geteuid() or home.stat().st_uid
    try:
        entry = pwd.getpwuid(uid) if uid else pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        if uid:
            raise NoAccount(f"User number {uid} has no name on this system, which PostgreSQL needs.") from None
        entry = _create_system_user()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create_system_user() -> pwd.struct_passwd:
    if useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin"):
        command = [
            useradd,
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
        ]
    elif adduser := shutil.which("adduser", path="/usr/sbin:/sbin:/usr/bin:/bin"):
        command = [adduser, "-S", "-D", "-H", "-s", "/sbin/nologin"]  # busybox
    else:
        raise NoAccount(
            f"PostgreSQL does not run as root, and neither useradd nor adduser is here to create {SYSTEM_USER}."
        )
    result = subprocess.run([*command, SYSTEM_USER], capture_output=True, text=True, check=False)
    try:
        return pwd.getpwnam(SYSTEM_USER)  # another process may have created it meanwhile
    except KeyError:
        raise NoAccount(f"The system user {SYSTEM_USER} could not be created: {result.stderr.strip()}") from None
