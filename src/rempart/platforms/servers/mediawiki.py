"""A real MediaWiki in a folder, from Debian's packages: SQLite, PHP's own small web server, 127.0.0.1 only.

PHP and its extensions are installed by apt-get, as root; MediaWiki's own packages are only unpacked beside, since they
would bring a web server along. People of the wiki are made by its maintenance scripts.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import httpx

from rempart.platforms.servers import Leashed, NotInstallable, Server, installed, kept_port
from rempart.platforms.servers.installing import run_installer

PHP = ("php-cli", "php-sqlite3", "php-intl", "php-mbstring", "php-xml")
NEEDED = {"intl", "mbstring", "pdo_sqlite", "dom", "xmlreader", "fileinfo"}
WIKI = ("mediawiki", "mediawiki-classes")
DEBIAN = "Debian's packages"
PASSWORD = "not-a-secret-of-anybody-1"  # noqa: S105 - of people of a wiki that ends with its test

# Nobody is slowed down; passwords are hashed quickly; what a test wants otherwise, a file in its folder says.
_LOCAL = """
$wgJobRunRate = 0;
$wgRateLimits = [];
$wgPasswordDefault = 'B';
$wgEmailAuthentication = false;
$wgEmailConfirmToEdit = false;
$wgPasswordPolicy['policies'] = [ 'default' => [] ];
$wgGroupPermissions['*']['edit'] = false;
if ( is_file( "$wgSQLiteDataDir/wary" ) ) { $wgMainCacheType = CACHE_DB; }
$wgReadOnlyFile = "$wgSQLiteDataDir/read-only";
"""


class MediaWiki(Server):
    """One wiki. Its people have all the same password, `PASSWORD`."""

    name: ClassVar[str] = "mediawiki"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port = kept_port(self.folder)

    @classmethod
    def install(cls) -> Path:
        """Have PHP and MediaWiki, and return the wiki's code. Raises NotInstallable."""
        if not shutil.which("apt-get"):
            raise NotInstallable("MediaWiki is tried as Debian packages it: run this on Debian or Ubuntu.")
        if not _php_is_complete():
            if os.geteuid() != 0:
                raise NotInstallable(f"MediaWiki needs PHP: install {', '.join(PHP)} as root, then try again.")
            _apt_get("update")
            _apt_get("install", "-y", "--no-install-recommends", *PHP)
        return installed(cls.name, WIKI, cls._build) / "usr/share/mediawiki"

    @classmethod
    def _build(cls, draft: Path) -> None:
        if not _known_to_apt():
            _apt_get("update")
        _apt_get("download", "-o", "APT::Sandbox::User=root", *WIKI, folder=draft)
        for package in draft.glob("*.deb"):
            run_installer(cls.name, ["dpkg-deb", "-x", package, draft], folder=draft, registry=DEBIAN)
            package.unlink()
        code = draft / "usr/share/mediawiki"
        for link in ("LocalSettings.php", "config", "extensions", "images"):  # to folders of the whole machine
            (code / link).unlink()
        (code / "extensions").symlink_to("extensions-core")
        (code / "images").mkdir()

    @property
    def address(self) -> str:
        """Where it answers; its API is at `/api.php`."""
        return f"http://127.0.0.1:{self.port}"

    def add_person(self, name: str, *groups: str) -> None:
        """Make an account of the wiki, in these groups ("sysop", "bot" …), by its scripts."""
        rights = [f"--custom-groups={','.join(groups)}"] if groups else []
        self._maintain("createAndPromote", *rights, name, PASSWORD)

    def add_bot_password(self, name: str, grants: Sequence[str]) -> str:
        """A password for programs that sign in as somebody; it is `<name>@rempart` that signs in with it."""
        said = self._maintain("createBotPassword", "--appid=rempart", f"--grants={','.join(grants)}", name)
        found = re.search(r"password:(\w{32,})|'(\w{32,})'", said)
        if found is None:
            raise RuntimeError(f"no password in: {said}")
        return found[1] or found[2]

    def set_read_only(self, on: bool) -> None:
        """Have the wiki take no change for now, as while it is moved; or again."""
        self._switch("read-only", on)

    def set_wary(self, on: bool) -> None:
        """Have the wiki count wrong passwords, and take no more sign-ins after a few; or no longer."""
        self._switch("wary", on)

    def _switch(self, name: str, on: bool) -> None:
        if on:
            (self.folder / name).write_text("on")
        else:
            (self.folder / name).unlink()

    def sign_in(self, name: str) -> "Person":
        """Somebody's session, as a browser has it."""
        return Person(self.address, name)

    @cached_property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "MW_CONFIG_FILE": str(self.folder / "LocalSettings.php")}

    def _maintain(self, script: str, *arguments: str) -> str:
        command = ["php", str(self.install() / "maintenance" / f"{script}.php"), *arguments]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise RuntimeError(f"{script}: {done.stdout}{done.stderr}")
        return done.stdout

    def _launch(self) -> Sequence[Leashed]:
        code = self.install()
        settings = self.folder / "LocalSettings.php"
        if not settings.exists():
            where = [f"--dbpath={self.folder}", f"--confpath={self.folder}", f"--server={self.address}"]
            names = ["--dbtype=sqlite", "--dbname=wiki", "--scriptpath=", "--skins=", f"--pass={PASSWORD}"]
            self._maintain("install", *where, *names, "Invented wiki", "Sysop")
            with settings.open("a") as stream:
                stream.write(_LOCAL)
        process = Leashed(
            ["php", "-d", "sendmail_path=/bin/true", "-S", f"127.0.0.1:{self.port}", "-t", code],
            log=self.folder / "server.log",
            environment=self._environment | {"PHP_CLI_SERVER_WORKERS": "2"},
            folder=self.folder,
        )
        process.wait_until(self._answers)
        return (process,)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/api.php", timeout=10, trust_env=False).is_success
        except httpx.TransportError:
            return False


class Person:
    """Somebody signed in to the wiki."""

    def __init__(self, address: str, name: str) -> None:
        self.name = name
        self.http = httpx.Client(base_url=address, trust_env=False, timeout=30)
        token = self.get(meta="tokens", type="login")["query"]["tokens"]["logintoken"]
        self._post(action="clientlogin", username=name, password=PASSWORD, logintoken=token, loginreturnurl=address)
        self.token = self.get(meta="tokens")["query"]["tokens"]["csrftoken"]

    def get(self, **query: str) -> Any:
        """What a query answers."""
        return self.http.get("/api.php", params={"action": "query", "format": "json"} | query).json()

    def do(self, action: str, **fields: str) -> str:
        """Do something, with a token against forgery; the error's code, empty when it was done."""
        return str(self._post(action=action, token=self.token, **fields).get("error", {}).get("code", ""))

    def add_person(self, name: str) -> str:
        """Make an account, with an e-mail address; its number. Quicker than the wiki's scripts."""
        token = self.get(meta="tokens", type="createaccount")["query"]["tokens"]["createaccounttoken"]
        secret = {"password": PASSWORD, "retype": PASSWORD}
        known = {"username": name, "email": f"{name.lower()}@example.org", "realname": ""}  # left out, neither is taken
        back = str(self.http.base_url)
        self._post(action="createaccount", createtoken=token, createreturnurl=back, **secret, **known)
        return str(self.get(list="users", ususers=name)["query"]["users"][0]["userid"])

    def edit(self, title: str, text: str = "Bonjour") -> str:
        """Add a line to a page; the error's code, empty when it was done."""
        return self.do("edit", title=title, appendtext=f"\n{text}")

    def _post(self, **fields: str) -> Any:
        return self.http.post("/api.php", data={"format": "json"} | fields).json()


def _php_is_complete() -> bool:
    if not shutil.which("php"):
        return False
    done = subprocess.run(["php", "-m"], capture_output=True, text=True, check=False)  # noqa: S607
    return set(done.stdout.split()) >= NEEDED


def _known_to_apt() -> bool:
    done = subprocess.run(["apt-cache", "show", *WIKI], capture_output=True, check=False)  # noqa: S607
    return done.returncode == 0


def _apt_get(*words: str, folder: Path = Path("/")) -> None:
    # Several installations at once wait for each other.
    command = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", *words]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run_installer(MediaWiki.name, command, folder=folder, registry=DEBIAN, environment=environment)
