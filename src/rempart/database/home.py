"""The home folder: where one installation of Rempart keeps its secret key, its locks and the embedded database.

`REMPART_HOME` names it; otherwise it is `/var/lib/rempart` for root and `rempart` in the user's data folder for anyone
else. Two users never share a default home, so that neither leaves files that block the other.
"""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path


class HomeUnusable(Exception):
    """The home folder belongs to somebody else, or cannot be made."""


class KeyUnusable(HomeUnusable):
    """A key given or kept is not one."""


def home_folder() -> Path:
    """The home folder's path. It may not exist yet."""
    if named := os.environ.get("REMPART_HOME"):
        return Path(named).expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/rempart")
    data = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    return (data if data.is_absolute() else Path.home() / ".local/share") / "rempart"


def ensure_home(home: Path | None = None) -> Path:
    """Make the home folder if need be and return it. Raises HomeUnusable when this user may not use it."""
    home = home or home_folder()
    as_root = os.geteuid() == 0
    try:
        # Root's home may be crossed, not read: the database's system user lives in a folder inside it.
        home.mkdir(mode=0o711 if as_root else 0o700, parents=True, exist_ok=True)
        owner = home.stat().st_uid
    except OSError as error:
        raise HomeUnusable(f"{home} cannot be used as the home folder: {error.strerror}. Set REMPART_HOME.") from error
    if not as_root and owner != os.geteuid():
        raise HomeUnusable(
            f"{home} belongs to another user. Run as that user, or set REMPART_HOME to a folder of yours."
        )
    return home


def give_to_owner(path: Path, home: Path) -> None:
    """What root makes in another user's home belongs to that user."""
    if os.geteuid() == 0:
        owner = home.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def secret_key(home: Path | None = None) -> str:
    """The site's secret key: REMPART_SECRET_KEY, else generated once and kept in the home folder, mode 0600."""
    return os.environ.get("REMPART_SECRET_KEY") or kept(home, "secret-key", lambda: secrets.token_urlsafe(48))


def file_key(home: Path | None = None) -> bytes:
    """The 32 bytes that seal files: REMPART_FILE_KEY in base64, else generated once and kept like the secret key.

    Raises KeyUnusable when it is not 32 bytes in base64.
    """
    given = os.environ.get("REMPART_FILE_KEY") or kept(
        home, "file-key", lambda: base64.b64encode(secrets.token_bytes(32)).decode()
    )
    try:
        key = base64.b64decode(given.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise KeyUnusable("The key of files (REMPART_FILE_KEY, or file-key in the home folder) is 32 bytes in base64.")
    return key


def kept(home: Path | None, name: str, make: Callable[[], str]) -> str:
    """What the file of this name in the home folder holds, made once when it is missing, mode 0600."""
    home = ensure_home(home)
    path = home / name
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    draft = home / f"{name}.{os.getpid()}.{secrets.token_hex(4)}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(make())
    give_to_owner(draft, home)
    try:
        os.link(draft, path)  # of several processes starting at once, one key wins
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()
