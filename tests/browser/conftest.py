"""A real site and a real browser: the example wave loaded once, served by `rempart serve`, visited with Chromium."""

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "ensure_chromium.py"
VISITOR = "visitor@rempart.example"
PHONE, DESK = {"width": 375, "height": 740}, {"width": 1280, "height": 900}
QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@dataclass(frozen=True)
class Site:
    """The site under test: its address and the environment in which `rempart` commands work on its database."""

    address: str
    environment: dict[str, str]

    def command(self, *arguments: str) -> str:
        """What `rempart` prints when given these arguments."""
        done = subprocess.run(
            [sys.executable, "-m", "rempart.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sign_in_link(self, email: str = VISITOR) -> str:
        """An address that signs somebody in once."""
        found = re.search(r"/staff/link/\S+", self.command("staff", "link", email))
        assert found is not None
        return self.address + found[0]


@pytest.fixture(scope="session")
def site(server, _template) -> Iterator[Site]:
    """The example wave, served on a free port by the command that serves it for everyone."""
    name = "rempart_browser"
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_template} STRATEGY FILE_COPY")
    environment = os.environ | {
        "REMPART_DATABASE": name,
        "REMPART_WEB_PROCESSES": "1",
        "REMPART_TEST_WALLET": "1",
        "REMPART_AGE_RETURN": "https://platform.example/sign-up",
        "REMPART_NOTIFIER": "Safety of Example <safety@platform.example>",
    }
    Site("", environment).command("demo", "--no-serve")
    # Chosen last: a port that was free while the wave was loaded may be another process's by then.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mine = Site(f"http://localhost:{port}", environment)
    process = subprocess.Popen(
        [sys.executable, "-m", "rempart.cli", "serve", "--port", str(port)],
        env=mine.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _wait_for(mine.address + "/staff/sign-in/", process)
        yield mine
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _wait_for(address: str, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"the site did not start: {process.communicate()[1]}")
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    pytest.fail("the site did not answer within a minute")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A Chromium that starts: found, or installed as scripts/ensure_chromium.py does."""
    found = importlib.util.spec_from_file_location("ensure_chromium", SCRIPT)
    assert found is not None
    assert found.loader is not None
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    try:
        return script.ensure()
    except SystemExit as nothing:
        pytest.fail(str(nothing))


# Playwright's click returns once the next page has begun: what is counted there at once may not have been read yet.
@pytest.fixture(scope="session", autouse=True)
def whole_pages() -> Iterator[None]:
    """Let a test go on after a click only when the page it stands on has been read to its end."""
    click = Locator.click

    def click_and_wait(locator: Locator, **options) -> None:
        click(locator, **options)
        locator.page.wait_for_load_state("domcontentloaded")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", click_and_wait)
        yield


# A running Playwright keeps an event loop in this thread, in which Django would refuse the tests of other folders.
@pytest.fixture(scope="module")
def browser(site, chromium_path) -> Iterator[Browser]:
    """Chromium, for one file of tests."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium_path, args=[*QUIET, *sandbox])
        yield running
        running.close()


@pytest.fixture(scope="module")
def signed_in(browser, site) -> dict:
    """The cookies of somebody who signed in by a link."""
    with _visiting(browser) as page:
        page.goto(site.sign_in_link())
        page.locator("main button").click()
        page.wait_for_url("**/waves/")
        return page.context.storage_state()


@contextmanager
def _visiting(browser: Browser, **options) -> Iterator[Page]:
    """A page of a new context: French unless `locale` says otherwise, the size of a desk unless `viewport` does."""
    context: BrowserContext = browser.new_context(**{"locale": "fr-FR", "viewport": DESK, **options})
    context.set_default_timeout(10_000)
    try:
        yield context.new_page()
    finally:
        context.close()


@pytest.fixture(scope="module")
def visit(browser, signed_in) -> Callable[..., AbstractContextManager[Page]]:
    """Open a page as the person who signed in: `with visit(viewport=PHONE) as page`."""

    def open_page(**options) -> AbstractContextManager[Page]:
        return _visiting(browser, **{"storage_state": signed_in, **options})

    return open_page


@pytest.fixture
def on_phone() -> dict:
    """The options of a phone: narrow, and touched rather than clicked."""
    return {"viewport": PHONE, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def find_case(visit, site) -> Callable[[str], str]:
    """The address of the first case in a state of the queue's filter: `find_case("waiting")`."""
    found: dict[str, str] = {}

    def find(state: str) -> str:
        if state not in found:
            with visit() as page:
                page.goto(f"{site.address}/cases/?state={state}")
                found[state] = page.locator("[data-rows] a.account").first.get_attribute("href") or ""
        return found[state]

    return find
