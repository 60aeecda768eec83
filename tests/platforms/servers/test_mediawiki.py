"""What hinders MediaWiki's installation is said in one sentence. The wiki itself runs in tests/platforms/mediawiki."""

import os
import shutil

import pytest

from rempart.platforms.servers import NotInstallable, mediawiki
from rempart.platforms.servers.mediawiki import MediaWiki


def test_where_there_is_no_apt_get_it_says_what_to_run_this_on(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NotInstallable, match="run this on Debian or Ubuntu"):
        MediaWiki.install()


def test_who_is_not_root_is_told_which_packages_are_missing(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(mediawiki, "_php_is_complete", lambda: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NotInstallable, match="install php-cli, php-sqlite3"):
        MediaWiki.install()
