"""The ledger's commands: what they print, how they end, and that those for outsiders need nothing but the files."""

import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from django.db import transaction

from rempart.cli import cli
from rempart.tlog.keys import SignatureType, SigningKey
from tlog.publishing import LOG_KEY, Log, entries_of

WITNESS = SigningKey("w.example", SignatureType.COSIGNATURE_V1, bytes(32))
OUTSIDE = {"PATH": os.environ["PATH"], "REMPART_HOME": "/nowhere", "DATABASE_URL": "postgresql://nobody@nowhere/x"}


@pytest.fixture
def published(tmp_path):
    """A log of 300 entries in a folder, with its key."""
    log = Log(entries_of(300))
    log.publish(tmp_path / "log", 300)
    (tmp_path / "log" / "log.vkey").write_text(f"{LOG_KEY.vkey}\n")
    (tmp_path / "old").write_text(log.checkpoint(17))
    return tmp_path


def run(*arguments):
    """A command of the ledger, run here: its exit status and what it said."""
    ended = CliRunner().invoke(cli, ["ledger", *map(str, arguments)])
    return ended.exit_code, ended.output


def test_an_exported_log_is_verified_without_a_database_a_home_or_settings(published):
    ended = subprocess.run(
        [sys.executable, "-m", "rempart.cli", "ledger", "verify", "--tiles", "log", "--key", LOG_KEY.vkey],
        cwd=published,
        env=OUTSIDE,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"300 rows, head {Log(entries_of(300)).root(300).hex()}\n")


def test_the_key_in_the_folder_serves_but_is_said_to_be_the_folders(published):
    status, said = run("audit", published / "log", "--since", published / "old")
    assert status == 0
    assert "compare it with the one that you know" in said
    assert "continues 1 checkpoints kept from before" in said


def test_the_first_changed_file_is_named(published):
    tile = published / "log/tile/entries/001.p/44"
    tile.write_bytes(tile.read_bytes()[:-1] + b"\x00")
    status, said = run("verify", "--tiles", published / "log", "--key", LOG_KEY.vkey)
    assert status == 1
    assert "entry 299 is not the one that was hashed" in said


def test_a_history_that_was_rewritten_since_is_found_out_by_whoever_kept_a_checkpoint(published):
    Log(entries_of(300, fork=9)).publish(published / "log", 300)
    assert run("verify", "--tiles", published / "log")[0] == 0  # in itself, it adds up
    status, said = run("audit", published / "log", "--since", published / "old")
    assert status == 1
    assert "checkpoint 1 of those seen: the root signed for 17 entries is not that" in said


def test_a_witness_that_has_to_have_cosigned_and_did_not_is_named(published):
    status, said = run("audit", published / "log", "--witness", WITNESS.vkey)
    assert (status, "w.example" in said) == (1, True)


def test_a_leaf_is_proved_from_the_folder_alone_and_the_audit_takes_the_proof(published):
    (published / "proofs").mkdir()
    status, _said = run(
        "prove", "--tiles", published / "log", "--leaf", 42, "--out", published / "proofs/42.tlog-proof"
    )
    assert status == 0
    assert (published / "proofs/42.tlog-proof").read_text().startswith("c2sp.org/tlog-proof@v1\nindex 42\n")
    status, said = run("audit", published / "log", "--proofs", published / "proofs")
    assert (status, "1 proofs hold" in said) == (0, True)
    status, said = run("prove", "--tiles", published / "log", "--leaf", 300)
    assert (status, "no leaf 300" in said) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("prove",),
        ("prove", "7", "--subject", "case:1"),
        ("prove", "--leaf", "1"),
        ("witness", "--key", "missing", "--log", LOG_KEY.vkey, "--state", "seen"),
        ("witness", "--key", "missing", "--log", LOG_KEY.vkey, "--state", "seen", "--listen", "8090"),
    ],
)
def test_wrong_usage_ends_with_its_own_status(tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments)[0] == 2  # click's; the command line makes it 64


def test_rows_are_exported_proved_and_checked_from_end_to_end(own_database, tmp_path):
    from rempart import ledger
    from rempart.ledger import Event

    with transaction.atomic():
        for number in range(3):
            row = ledger.append(Event.STAFF_ADDED, subject=f"thing:{number}", content={"said": "something"})
    assert own_database.command("ledger", "export", str(tmp_path / "log")).returncode == 0
    key = own_database.command("ledger", "key").stdout.strip()
    assert run("audit", tmp_path / "log", "--key", key)[0] == 0

    proved = own_database.command("ledger", "prove", str(row.pk))
    assert proved.returncode == 0, proved.stderr
    (tmp_path / "proof.json").write_text(proved.stdout)
    status, said = run("check", tmp_path / "proof.json", "--key", key)
    assert (status, said.startswith("leaf 2 of 3: staff_added, recorded ")) == (0, True)

    changed = json.loads(proved.stdout)
    changed["rows"][0]["row"]["subject"] = "thing:1"
    (tmp_path / "proof.json").write_text(json.dumps(changed))
    status, said = run("check", tmp_path / "proof.json", "--key", key)
    assert (status, "Row 1 of the file (staff_added): " in said) == (1, True)
    status, said = run("check", tmp_path / "proof.json", "--key", SigningKey.generate("other.example").vkey)
    assert (status, "Row 1 of the file" in said) == (1, True)

    missing = own_database.command("ledger", "prove", "--subject", "nobody:1")
    assert (missing.returncode, "no such row" in missing.stderr) == (1, True)
