"""Make sure that there is a Tesseract with French and English for the tests that read pictures.

One on PATH is used; else, as root on Debian or Ubuntu, apt-get installs one. When none can be had, one sentence says
what to do and the exit status is 1.
"""

import os
import shutil
import subprocess
import sys

from rempart.reading.conversations.tesseract import LANGUAGES, PACKAGES, languages


def _apt_get(*words: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-qq", *words]
    return subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=False).returncode == 0


def ensure() -> None:
    """Have it there. Raises SystemExit with a sentence when it is not to be had."""
    if languages() == list(LANGUAGES):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Tesseract for the tests that read pictures …", file=sys.stderr)
        if _apt_get("update") and _apt_get("install", "-y", "--no-install-recommends", *PACKAGES):
            return
    raise SystemExit(f"Tests that read pictures need Tesseract: install {', '.join(PACKAGES)}, then try again.")


if __name__ == "__main__":
    ensure()
