"""The Java that Spark 4 runs on: found by JAVA_HOME, on PATH or where systems keep theirs, or installed by apt-get.

`python -m rempart.radar.java` has it there and prints its folder, as `make test` does before the tests.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

# Spark 4 needs 17; from 24 on, Java lacks the security manager that Hadoop's files still ask for.
OLDEST, NEWEST = 17, 23
PACKAGES = ("openjdk-17-jre-headless", "openjdk-21-jre-headless")  # Debian 12 and Ubuntu; Debian 13
_KEPT_IN = ("/usr/lib/jvm", "/Library/Java/JavaVirtualMachines")
_VERSION = re.compile(r'version "(\d+)')


class NoJava(Exception):
    """There is no Java that Spark can run on; the message is one sentence that says what to do."""


def java_home() -> Path:
    """The folder of a Java that Spark 4 runs on, installed first where one is root on Debian or Ubuntu.

    Raises NoJava.
    """
    if found := _found():
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Java for Spark …", file=sys.stderr, flush=True)
        _apt_get("update")
        for package in PACKAGES:
            if _apt_get("install", "-y", "--no-install-recommends", package) and (found := _found()):
                return found
    raise NoJava(
        f"Spark needs Java {OLDEST} (up to {NEWEST}), and none is named by JAVA_HOME nor on PATH: install it"
        f" (on Debian, as root: apt-get install {PACKAGES[0]}) and try again."
    )


def _found() -> Path | None:
    return next((home for home in _places() if OLDEST <= _version(home / "bin" / "java") <= NEWEST), None)


def _places() -> Iterator[Path]:
    """Where a Java may be, the one that was chosen first."""
    if named := os.environ.get("JAVA_HOME"):
        yield Path(named)
    if on_path := shutil.which("java"):
        yield Path(on_path).resolve().parent.parent
    for folder in map(Path, _KEPT_IN):
        yield from sorted(folder.glob("*"))
        yield from sorted(folder.glob("*/Contents/Home"))


def _version(java: Path) -> int:
    """The major version of a Java; 0 when it is none, or does not start."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = _VERSION.search(said)
    return int(found[1]) if found else 0


def _apt_get(*words: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-qq", *words]
    return subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    try:
        print(java_home())
    except NoJava as error:
        sys.exit(str(error))
