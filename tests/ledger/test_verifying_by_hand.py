"""The program in docs/verifying.md shares no line with Rempart: it accepts what Rempart hands out, and nothing else."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import transaction

from rempart import ledger
from rempart.ledger import Event, log
from rempart.ledger.proof_file import digest
from rempart.ledger.proving import record_of

DOCUMENT = {"fr": 'C’est une précaution.\nPersonne n’a « décidé » \\ "rien"\t.', "en": ["A precaution", 14, None, True]}
PAGE = Path(__file__).parents[2] / "docs" / "verifying.md"


@pytest.fixture
def program(tmp_path):
    """The page's program in a file: `program(proof)` runs it with the ledger's key."""
    (tmp_path / "check.py").write_text(re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)[1])

    def run(proof: bytes, key=None):
        (tmp_path / "record.json").write_bytes(proof)
        return subprocess.run(
            [sys.executable, "-I", "check.py", "record.json", key or log.public_key()],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def proof(db):
    """A file about three rows among 300: with a document, without, and with a content that was erased."""
    rows = []
    for number in range(300):
        with transaction.atomic():
            content = {"sha256": digest(DOCUMENT)} if number == 7 else {"number": number}
            rows.append(ledger.append(Event.STATEMENT_MADE, subject=f"thing:{number}", content=content))
    ledger.erase("thing:299", because="asked for")
    log.checkpoint_now()
    return record_of([(rows[7], DOCUMENT), (rows[8], None), (rows[299], DOCUMENT)]).file.text


def test_it_accepts_what_rempart_hands_out(program, proof):
    ended = program(proof)
    assert (ended.returncode, ended.stderr) == (0, "")
    places = re.findall(r"statement_made \S+Z is entry (\d+) of 301 in rempart.local/ledger", ended.stdout)
    assert places == ["7", "8", "299"]


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("précaution", "sanction"),
        ('"subject": "thing:8"', '"subject": "thing:9"'),
        ('"event": "statement_made"', '"event": "measure_lifted"'),
        ("index 8", "index 9"),
        ("\\n301\\n", "\\n302\\n"),
    ],
)
def test_it_refuses_what_was_changed(program, proof, said, instead):
    assert said in proof.decode()
    assert program(proof.decode().replace(said, instead).encode()).returncode == 1


def test_it_refuses_another_logs_signature(program, proof):
    from rempart.tlog.keys import SigningKey

    assert program(proof, SigningKey.generate("rempart.local/ledger").vkey).returncode == 1
