"""Witnesses as real processes: they cosign a ledger that grows, refuse one that forks, forget nothing when killed."""

import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from rempart import ledger
from rempart.ledger import Event, log
from rempart.ledger.key import signing_key
from rempart.ledger.models import Cosignature, LedgerRow
from rempart.ledger.witnessing.configured import witnesses
from rempart.ledger.witnessing.standing import standings
from rempart.ledger.witnessing.submitting import ask_witnesses
from rempart.tlog.auditing import audit
from rempart.tlog.checkpoint import Checkpoint, open_checkpoint
from rempart.tlog.errors import AuditError
from rempart.tlog.hashing import leaf_hash
from rempart.tlog.keys import SignatureType, SigningKey, VerifierKey
from rempart.tlog.note import sign
from rempart.tlog.tiles import MemoryTiles
from rempart.tlog.tree import prove_consistency, root
from rempart.tlog.witnessing import AddCheckpoint


@dataclass
class WitnessProcess:
    """`rempart ledger witness` with a key and a memory of its own; it neither has nor needs a home or a database."""

    folder: Path
    log: str
    process: subprocess.Popen | None = None
    vkey: str = ""
    address: str = ""
    _dead: list[subprocess.Popen] = field(default_factory=list)

    def start(self, port=0):
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "rempart.cli", "ledger", "witness", "--key", str(self.folder / "key")),
                *("--name", f"{self.folder.name}.example/witness", "--log", self.log),
                *("--state", str(self.folder / "state"), "--listen", f"127.0.0.1:{port}"),
            ],
            env={
                "PATH": os.environ["PATH"],
                "REMPART_HOME": "/nowhere",
                "DATABASE_URL": "postgresql://nobody@nowhere/x",
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        self.vkey, self.address = self.process.stdout.readline().split()
        return self

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()

    def post(self, request):
        """Submit a checkpoint as any log does: the status and the body."""
        return fetch(f"{self.address}/add-checkpoint", request.body)

    def seen(self):
        """The checkpoint that it shows to monitors; None when it has cosigned none."""
        name = self.log.partition("+")[0]
        status, body = fetch(f"{self.address}/{hashlib.sha256(name.encode()).hexdigest()}/checkpoint")
        return body if status == 200 else None

    @property
    def key(self):
        return VerifierKey.parse(self.vkey)


def fetch(address, body=None):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=20) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


@pytest.fixture
def witness(tmp_path):
    """Start a witness: `witness("first", log_key)`."""
    started = []

    def make(name, vkey):
        (tmp_path / name).mkdir()
        started.append(WitnessProcess(tmp_path / name, vkey).start())
        return started[-1]

    yield make
    for one in started:
        one.kill()


class OtherLog:
    """A log in memory under some key: an honest one, or the same operator's second history."""

    def __init__(self, key):
        self.key, self.tiles = key, MemoryTiles()

    def add(self, *entries):
        for entry in entries:
            self.tiles.append(leaf_hash(entry))
        return self

    def request(self, old=0):
        size = self.tiles.size
        note = sign(Checkpoint(self.key.name, size, root(self.tiles, size)).text, self.key)
        return AddCheckpoint(old, tuple(prove_consistency(self.tiles, old, size)), note)


def append(many=1):
    for number in range(many):
        with transaction.atomic():
            ledger.append(Event.STAFF_ADDED, subject=f"thing:{number}", content={"said": "something"})
    return log.checkpoint_now()


@pytest.fixture
def watched(db, settings):
    """Tell the ledger of witnesses."""

    def tell(*those):
        settings.REMPART_WITNESSES = " ".join(f"{one.vkey} {one.address}" for one in those)

    return tell


def test_two_witnesses_cosign_the_ledger_as_it_grows_and_the_audit_asks_for_both(db, witness, watched, tmp_path):
    first, second = witness("first", log.public_key()), witness("second", log.public_key())
    watched(first, second)
    append(3)
    assert ask_witnesses() == 2
    assert ask_witnesses() == 0  # nothing new to cosign
    append(300)
    assert ask_witnesses() == 2
    log.export(tmp_path / "log")
    found = audit(
        tmp_path / "log",
        log=VerifierKey.parse(log.public_key()),
        witnesses=[first.key, second.key],
        seen=[first.seen(), second.seen()],
    )
    assert found.published.checkpoint.size == 303
    assert [one.good for one in standings()] == [True, True]


def test_a_fork_shown_to_two_witnesses_is_detected(db, witness, watched, tmp_path):
    first, second = witness("first", log.public_key()), witness("second", log.public_key())
    watched(first, second)
    forked = OtherLog(signing_key()).add(b"another", b"history")
    assert second.post(forked.request())[0] == 200  # the operator shows the second witness another history
    append(5)
    assert ask_witnesses() == 1  # and cannot have the first one's cosigned there any more

    good, bad = standings()
    assert good.good
    assert bad.refusal.status == 422
    assert "second.example/witness refuses" in str(bad)
    log.export(tmp_path / "log")
    with pytest.raises(AuditError, match="checkpoint 2 of those seen: the root signed for 2 entries is not that"):
        audit(
            tmp_path / "log",
            log=VerifierKey.parse(log.public_key()),
            seen=[first.seen(), second.seen()],  # what whoever compares witnesses finds
        )


def test_a_refusal_is_written_into_the_ledger_once(db, witness, watched):
    only = witness("only", log.public_key())
    watched(only)
    only.post(OtherLog(signing_key()).add(b"another").request())
    for _time in range(3):
        append()
        assert ask_witnesses() == 0
    rows = LedgerRow.objects.filter(event=Event.CHECKPOINT_REFUSED)
    assert [row.subject for row in rows] == ["witness:only.example/witness"]


def test_a_ledger_cut_short_is_refused_by_who_saw_more_of_it(db, witness, watched):
    only = witness("only", log.public_key())
    watched(only)
    longer = OtherLog(signing_key()).add(*(b"%d" % number for number in range(50)))
    only.post(longer.request())
    append(3)
    assert ask_witnesses() == 0
    (standing,) = standings()
    assert standing.refusal.said == "It cosigned 50 rows; this ledger now says that it has 3."


def test_a_witness_that_is_away_is_asked_again_and_told_of_after_an_hour(db, witness, watched, clock):
    from datetime import timedelta

    only = witness("only", log.public_key())
    watched(only)
    port = int(only.address.rpartition(":")[2])
    append()
    only.kill()
    assert ask_witnesses() == 0
    assert standings()[0].good
    clock.move(timedelta(hours=1))
    assert str(standings()[0]) == "only.example/witness has not cosigned yet"
    only.start(port)
    assert ask_witnesses() == 1
    assert standings()[0].good
    assert not LedgerRow.objects.filter(event=Event.CHECKPOINT_REFUSED).exists()


def test_a_witness_killed_at_any_moment_has_kept_whatever_it_signed(witness):
    key = SigningKey.generate("example.org/log")
    only, honest = witness("only", key.vkey), OtherLog(key)
    got = [0]

    def submit():
        try:
            while True:
                honest.add(b"%d" % honest.tiles.size)
                status, body = only.post(honest.request(got[0]))
                if status == 409:  # it cosigned, and was killed before it could say so
                    got[0] = int(body)
                    status, body = only.post(honest.request(got[0]))
                assert status == 200, body
                got[0] = honest.tiles.size
        except OSError:
            return

    for number in range(4):
        logging = threading.Thread(target=submit)
        logging.start()
        logging.join(0.15 * number + 0.1)
        only.kill()
        logging.join()
        signed = got[0]
        only.start()
        kept = open_checkpoint(only.seen(), log=key.verifier, witnesses=[only.key]).checkpoint
        assert signed <= kept.size <= honest.tiles.size
        got[0] = kept.size
        status, _said = only.post(OtherLog(key).add(*[b"forked"] * (kept.size + 1)).request(kept.size))
        assert status == 422
    assert got[0] > 0


def test_the_protocol_is_answered_with_its_statuses(witness):
    key = SigningKey.generate("example.org/log")
    only, honest = witness("only", key.vkey), OtherLog(key).add(b"1", b"2")
    stranger, liar = SigningKey.generate("example.org/other"), SigningKey.generate("example.org/log")
    assert only.seen() is None
    assert only.post(OtherLog(stranger).add(b"1").request())[0] == 404
    assert only.post(OtherLog(liar).add(b"1").request())[0] == 403
    assert fetch(f"{only.address}/add-checkpoint", b"old 0\n\nno checkpoint")[0] == 400
    assert fetch(f"{only.address}/elsewhere", b"")[0] == 404
    status, line = only.post(honest.request())
    assert status == 200
    assert re.fullmatch(r"— only\.example/witness [A-Za-z0-9+/]+=*\n", line)
    assert only.post(honest.request()) == (409, "2\n")
    size = urllib.request.Request(f"{only.address}/add-checkpoint", data=honest.request().body)  # noqa: S310
    with pytest.raises(urllib.error.HTTPError) as conflict:
        urllib.request.urlopen(size, timeout=20)  # noqa: S310
    assert conflict.value.headers["Content-Type"] == "text/x.tlog.size"
    conflict.value.close()


def test_two_requests_at_once_never_roll_a_log_back(witness):
    key = SigningKey.generate("example.org/log")
    only, honest = witness("only", key.vkey), OtherLog(key)
    requests = []
    for number in range(12):
        honest.add(b"%d" % number)
        requests.append(honest.request())  # each says that it is the first
    answers = []
    threads = [threading.Thread(target=lambda one=one: answers.append(only.post(one))) for one in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _said in answers].count(200) == 1
    assert {status for status, _said in answers} == {200, 409}


def test_a_witness_makes_its_key_once_and_nobody_else_can_read_it(witness):
    only = witness("only", SigningKey.generate("example.org/log").vkey)
    before = only.vkey
    file = only.folder / "key"
    assert file.stat().st_mode & 0o777 == 0o600
    only.kill()
    only.start()
    assert only.vkey == before


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("nonsense http://127.0.0.1:1", "name+id+key"),
        (f"{SigningKey.generate('a.example').vkey} http://127.0.0.1:1", "the key of a log, not of a witness"),
        (SigningKey.generate("a.example", SignatureType.COSIGNATURE_V1).vkey, "a.example has no address"),
    ],
    ids=["no key", "a key of a log", "no address"],
)
def test_a_setting_that_cannot_be_meant_is_refused_with_its_reason(settings, said, wrong):
    settings.REMPART_WITNESSES = said
    with pytest.raises(ImproperlyConfigured, match=re.escape(wrong)):
        witnesses()


def test_the_worker_asks_them_every_minute(db, witness, watched):
    from procrastinate.contrib.django import app

    only = witness("only", log.public_key())
    watched(only)
    append()
    (asked,) = [
        each for each in app.periodic_registry.periodic_tasks.values() if each.task.name == "ledger.ask_witnesses"
    ]
    assert asked.cron == "* * * * *"
    asked.task(timestamp=0)
    assert Cosignature.objects.count() == 1


def test_a_cosignature_that_is_not_the_witnesss_own_is_not_kept(db, witness, watched):
    only = witness("only", log.public_key())
    pretended = SigningKey.generate(only.key.name, SignatureType.COSIGNATURE_V1)
    only.vkey = pretended.vkey
    watched(only)
    append()
    assert ask_witnesses() == 0
    assert not Cosignature.objects.exists()
    assert not standings()[0].good
