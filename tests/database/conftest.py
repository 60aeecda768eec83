"""Servers of the tests' own, in homes of their own, and other users to try them as."""

import os
import pickle
import pwd
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rempart.database.embedded import EmbeddedServer

AS_ROOT = os.geteuid() == 0
NOBODY = pwd.getpwnam("nobody")
FAST = {"fsync": "off"}


def run_as(user: pwd.struct_passwd, function: Callable[[], Any]) -> Any:
    """What `function` returns, or raises, in a process of another user. Only root may call it."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            os.environ["HOME"] = user.pw_dir
            result: tuple[bool, Any] = (True, function())
        except BaseException as error:
            result = (False, f"{type(error).__name__}: {error}\n{traceback.format_exc()}")
        with os.fdopen(write, "wb") as stream:
            pickle.dump(result, stream)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        good, value = pickle.load(stream)  # noqa: S301 - our own child's
    os.waitpid(child, 0)
    if not good:
        raise RuntimeError(value)
    return value


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for a server's home, which everybody may cross; whatever runs in it ends with the test."""
    around = Path(tempfile.mkdtemp(prefix="rempart-"))
    around.chmod(0o711)
    yield around / "home"
    EmbeddedServer(around / "home").remove()
    shutil.rmtree(around)


@pytest.fixture
def own_server(home) -> EmbeddedServer:
    """A running server of this test."""
    server = EmbeddedServer(home, settings=FAST)
    server.start()
    return server
