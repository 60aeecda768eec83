"""The personal data server that the tests talk to: real, alone on this machine, the same again after it was killed."""

import json
from pathlib import Path

import httpx

from rempart.platforms.servers import locks_of


def listening(port):
    """The addresses on which somebody listens on a port, as the kernel tells them."""
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            _number, local, _remote, state = line.split()[:4]
            address, _, number = local.partition(":")
            if state == "0A" and int(number, 16) == port:
                found.add(address)
    return found


def test_both_servers_listen_on_this_machine_alone(pds):
    assert listening(pds.port) == listening(pds.directory_port) == {"0100007F"}


def test_it_is_the_same_again_after_it_was_killed(pds):
    lou = pds.create_account("lou.test")
    address = pds.post(lou, "Bonsoir #inventee")
    before = httpx.get(f"{pds.directory}/{lou.did}", trust_env=False).json()
    pds.kill()
    pds.start()
    record = {"repo": lou.did, "collection": "app.bsky.feed.post", "rkey": address.rpartition("/")[2]}
    assert pds.call("com.atproto.repo.getRecord", params=record).json()["value"]["text"] == "Bonsoir #inventee"
    assert httpx.get(f"{pds.directory}/{lou.did}", trust_env=False).json() == before
    assert pds.create_account("lou.test").did == lou.did
    assert pds.post(lou, "Encore moi")


def test_its_lock_says_the_content_of_every_package():
    lock = json.loads((locks_of("pds") / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert len(packages) > 100
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
