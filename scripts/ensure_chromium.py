"""Make sure that there is a Chromium for the page tests, and print where it is.

One on PATH is used; else, as root on Debian or Ubuntu, apt-get installs one; else Playwright downloads its own.
When none can be had, one sentence says what to do and the exit status is 1: page tests are never skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def on_path() -> str | None:
    """A Chromium or Chrome that the machine has already and that starts."""
    for name in NAMES:
        found = shutil.which(name)
        # On Ubuntu `chromium-browser` may only be a script that asks for a snap: then it cannot tell its version.
        if found and subprocess.run([found, "--version"], capture_output=True, check=False).returncode == 0:
            return found
    return None


def of_playwright() -> str | None:
    """The Chromium that Playwright downloaded, if it did."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def install_by_apt() -> bool:
    """Install Debian's package, where one is root and there is apt-get."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    print("Installing Chromium for the page tests …", file=sys.stderr)
    return _apt_get("update") and _apt_get("install", "-y", "--no-install-recommends", "chromium")


def _apt_get(*words: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-qq", *words]
    return subprocess.run(command, stdout=subprocess.DEVNULL, env=environment, check=False).returncode == 0


def install_by_playwright() -> bool:
    """Let Playwright download a Chromium of its own."""
    print("Downloading Chromium for the page tests …", file=sys.stderr)
    return subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False).returncode == 0


def ensure() -> str:
    """The path of a Chromium that starts. Raises SystemExit with a sentence when there is none to be had."""
    if found := on_path() or of_playwright():
        return found
    if install_by_apt() and (found := on_path()):
        return found
    if install_by_playwright() and (found := of_playwright()):
        return found
    raise SystemExit(
        "The page tests need Chromium: install it (package `chromium`) so that it is on PATH, then try again."
    )


if __name__ == "__main__":
    print(ensure())
