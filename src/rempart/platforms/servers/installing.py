"""Installs a real server, once for each lock, into a folder of its own outside the project's environment.

The locks stand in `servers/NAME/` at the root of a checkout. What they name goes to
`~/.cache/rempart/servers/NAME-<digest>` (XDG_CACHE_HOME is honoured): made in a draft folder and renamed when whole,
under a file lock, so that several processes may ask at once and a killed one leaves nothing half-made.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[4]
INSTALLS_WITHIN = 600.0


class NotInstallable(Exception):
    """A server cannot be installed here; the message is one sentence that says why and what to do."""


def locks_of(name: str) -> Path:
    """The folder of a server's locks. Raises NotInstallable outside a checkout."""
    folder = CHECKOUT / "servers" / name
    if not folder.is_dir():
        raise NotInstallable(
            f"The server {name} is described in a checkout of Rempart only (servers/{name}): run this from one."
        )
    return folder


def cache_folder() -> Path:
    """Where servers are installed."""
    given = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    return (given if given.is_absolute() else Path.home() / ".cache") / "rempart" / "servers"


def installed(name: str, ingredients: Sequence[Path | str], build: Callable[[Path], None]) -> Path:
    """The folder where a server is installed, made by `build(draft)` if need be.

    ingredients: what it is made from (files, read; or words such as a version): other ingredients, another folder.
    """
    digest = hashlib.sha256()
    for one in (*ingredients, sys.platform, platform.machine()):
        digest.update(one.read_bytes() if isinstance(one, Path) else one.encode())
        digest.update(b"\0")
    target = cache_folder() / f"{name}-{digest.hexdigest()[:16]}"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with _lock(target.with_name(f"{target.name}.lock")):
        if not target.exists():
            print(f"Installing the server {name}, once, into {target.parent} …", file=sys.stderr, flush=True)
            draft = target.with_name(f"{target.name}.draft")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir()
            try:
                build(draft)
                draft.rename(target)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
    return target


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def run_installer(
    name: str,
    command: Sequence[str | Path],
    *,
    folder: Path,
    registry: str,
    environment: Mapping[str, str] | None = None,
) -> None:
    """Run a step of an installation. Raises NotInstallable, with the registry's name and the last thing it said."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env=dict(environment) if environment is not None else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=INSTALLS_WITHIN,
            check=False,
        )
        status, said = done.returncode, done.stdout
    except subprocess.TimeoutExpired:
        status, said = 1, f"nothing after {INSTALLS_WITHIN:.0f} s"
    except OSError as error:
        status, said = 1, str(error)
    if status:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        why = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else f"exit status {status}")
        raise NotInstallable(
            f"The server {name} could not be installed from {registry}: connect this machine to it (or to a mirror, in"
            f" that tool's own settings) and try again; it said: {why[:300]}"
        )


def make_python_environment(name: str, draft: Path, lock: Path) -> None:
    """A Python environment that holds exactly what the lock says, hashes checked; by uv where there is one."""
    registry = "the Python package index"
    uv = CHECKOUT / ".uv" / "bin" / "uv"
    found = str(uv) if uv.exists() else shutil.which("uv")
    if found:
        environment = os.environ | {"UV_NO_CONFIG": "1", "UV_PYTHON_DOWNLOADS": "never"}
        environment.pop("VIRTUAL_ENV", None)
        make = [found, "venv", "--quiet", "--clear", "--relocatable", "--python", sys.executable, draft]
        fill = [found, "pip", "sync", "--quiet", "--require-hashes", "--python", draft / "bin" / "python", lock]
    else:
        environment = dict(os.environ)
        make = [sys.executable, "-m", "venv", draft]
        fill = [
            draft / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--no-deps",
            "-r",
            lock,
        ]
    for command in (make, fill):
        run_installer(name, command, folder=draft, registry=registry, environment=environment)
