"""The ledger as outsiders have it: proofs, opened rows and folders that hold without the database, erasure or not."""

import shutil
import stat
from pathlib import Path

import msgspec
import pytest
from django.conf import settings
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rempart import ledger
from rempart.database.home import KeyUnusable
from rempart.ledger import Event, log
from rempart.ledger.models import Content, Cosignature, LedgerRow, Link, SignedCheckpoint
from rempart.ledger.opened import Altered, OpenedRow
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.verification import verify
from rempart.tlog.checkpoint import open_checkpoint
from rempart.tlog.errors import Malformed, ProofError
from rempart.tlog.hashing import leaf_hash
from rempart.tlog.keys import SigningKey, VerifierKey
from rempart.tlog.note import open_note
from rempart.tlog.proofs import TlogProof
from rempart.tlog.tiles import FolderTiles, MemoryTiles, tiles_of
from rempart.tlog.tree import root, verify_consistency

ROWS = 700
PLACES = st.integers(0, ROWS - 1)
IN_ONE_DATABASE = hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def row_at(place: int) -> LedgerRow:
    return LedgerRow.objects.get(link__index=place)


def opened(row: LedgerRow) -> OpenedRow:
    """As it comes out of JSON at the reader's."""
    return msgspec.json.decode(msgspec.json.encode(log.open_row(row)), type=OpenedRow)


def log_key() -> VerifierKey:
    return VerifierKey.parse(log.public_key())


# -- proofs


@IN_ONE_DATABASE
@given(place=PLACES, other=PLACES)
def test_a_proof_verifies_for_its_row_alone(forest, place, other):
    proof = TlogProof.parse(log.prove(row_at(place)))
    assert proof.index == place
    assert proof.verify(opened(row_at(place)).entry(), log=log_key()).checkpoint.size == ROWS
    if other != place:
        with pytest.raises(ProofError):
            proof.verify(opened(row_at(other)).entry(), log=log_key())


@IN_ONE_DATABASE
@given(old=st.integers(1, ROWS), new=st.integers(1, ROWS))
def test_the_log_grew_from_any_size_to_any_later_one(forest, old, new):
    old, new = sorted((old, new))
    tiles = log.DatabaseTiles()
    proof = log.prove_growth(old, new)
    verify_consistency(old=old, new=new, old_root=root(tiles, old), new_root=root(tiles, new), proof=proof)


def test_the_tiles_are_those_of_the_leaves(forest):
    memory = MemoryTiles(bytes(link.hash) for link in Link.objects.order_by("index"))
    tiles = log.DatabaseTiles()
    for place in tiles_of(ROWS):
        assert tiles.tile(place.level, place.index, place.width) == memory.tile(place.level, place.index, place.width)
    assert bytes(log.latest_checkpoint().root) == root(memory, ROWS)


def test_a_row_that_no_checkpoint_covers_is_not_proved_yet(own_database):
    with transaction.atomic():
        row = ledger.append(Event.STAFF_ADDED, subject="thing:1")
    with pytest.raises(log.NotInTheLog):
        log.prove(row)
    assert log.checkpoint_now().size == 1
    assert TlogProof.parse(log.prove(row)).index == 0


def test_a_proof_under_an_earlier_checkpoint_is_of_its_size(forest):
    first = SignedCheckpoint.objects.get(number=1)
    proof = TlogProof.parse(log.prove(row_at(3), under=first))
    assert proof.verify(opened(row_at(3)).entry(), log=log_key()).checkpoint.size == first.size
    with pytest.raises(log.NotInTheLog):
        log.prove(row_at(first.size), under=first)


def test_an_empty_ledger_has_no_checkpoint(own_database):
    assert log.checkpoint_now() is None


def test_a_checkpoint_is_handed_over_with_what_witnesses_said_of_it(forest):
    checkpoint = log.latest_checkpoint()
    line = "— witness.example AAAAAAAA"
    Cosignature.objects.create(checkpoint=checkpoint, key_name="witness.example", line=line, at=checkpoint.made_at)
    assert log.note_of(checkpoint) == f"{checkpoint.note}{line}\n"


# -- rows opened


def test_an_opened_row_is_the_leaf(forest):
    for place in (0, 1, 255, 256, ROWS - 1):
        link = Link.objects.get(index=place)
        assert leaf_hash(opened(link.row).entry()) == bytes(link.hash)


@pytest.mark.parametrize(
    "change",
    [
        {"row": 8},
        {"event": "content_erased"},
        {"subject": "thing:9"},
        {"acting": "staff.staffmember:1"},
        {"effective_at": "2020-01-01T00:00:00Z"},
        {"recorded_at": "2020-01-01T00:00:00Z"},
        {"commitment": None, "salt": None, "content": None},
        {"nonce": "00" * 16},
    ],
)
def test_an_opened_row_changed_is_another_leaf(forest, change):
    link = Link.objects.get(index=1)
    changed = msgspec.convert(log.open_row(link.row) | change, OpenedRow)
    assert leaf_hash(changed.entry()) != bytes(link.hash)


@pytest.mark.parametrize(
    "change", [{"content": '{"number":2}'}, {"salt": "00" * 32}, {"salt": None}, {"content": None}, {"nonce": "00"}]
)
def test_an_opened_row_whose_content_is_another_is_refused(forest, change):
    changed = msgspec.convert(log.open_row(row_at(1)) | change, OpenedRow)
    with pytest.raises(Altered):
        changed.entry()


# -- erasure


def test_erasure_keeps_every_proof_valid(forest):
    """What was proved before still verifies with what is left of the row, and can be proved again."""
    rows = list(LedgerRow.objects.filter(subject="thing:3").order_by("pk"))
    before = {row.pk: log.prove(row) for row in rows}
    root_before = verify().head
    contents = Content.objects.filter(row__in=rows).count()
    assert ledger.erase("thing:3", because="asked for by the person") == contents > 50
    sequence_pending()
    for row in rows:
        found = opened(row)
        assert (found.content, found.salt) == (None, None)
        for proof in (before[row.pk], log.prove(row)):
            TlogProof.parse(proof).verify(found.entry(), log=log_key())
    report = verify()
    assert (report.rows, report.bad) == (ROWS + 1, None)
    verify_consistency(
        old=ROWS, new=ROWS + 1, old_root=root_before, new_root=report.head, proof=log.prove_growth(ROWS, ROWS + 1)
    )


# -- the log in a folder


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_export_is_the_log_without_the_database(forest, tmp_path):
    exported = log.export(tmp_path)
    signed = open_checkpoint((tmp_path / "checkpoint").read_text(), log=log_key()).checkpoint
    tiles = FolderTiles(tmp_path)
    assert (signed.size, signed.root) == (exported.size, bytes(exported.root)) == (ROWS, root(tiles, ROWS))
    entries = [*tiles.entries(0, 256), *tiles.entries(1, 256), *tiles.entries(2, ROWS - 512)]
    assert [leaf_hash(entry) for entry in entries] == [bytes(link.hash) for link in Link.objects.order_by("index")]
    assert (tmp_path / "log.vkey").read_text() == f"{log.public_key()}\n"


def test_an_export_says_nothing_of_any_row(forest, tmp_path):
    log.export(tmp_path)
    whole = b"".join(files(tmp_path).values())
    for said in (b"thing", b"staff_added", b"number"):
        assert said not in whole


def test_an_export_goes_on_where_the_last_one_stopped(forest, tmp_path, append_rows):
    log.export(tmp_path / "a")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "a/tile").rglob("*") if path.is_file()}
    append_rows(100)
    log.export(tmp_path / "a")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    log.export(tmp_path / "b")
    assert files(tmp_path / "b").items() <= files(tmp_path / "a").items()


@pytest.mark.parametrize("kept", range(0, 9, 2))
def test_an_export_cut_short_promises_nothing_and_is_completed_by_the_next(forest, tmp_path, monkeypatch, kept):
    from rempart.ledger import exporting

    written, put = 0, exporting._write

    def stop_after_some(path, content):
        nonlocal written
        if written == kept:
            raise KeyboardInterrupt
        written += 1
        put(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "_write", stop_after_some)
        with pytest.raises(KeyboardInterrupt):
            log.export(tmp_path)
    assert not (tmp_path / "checkpoint").exists()
    log.export(tmp_path)
    assert open_checkpoint((tmp_path / "checkpoint").read_text(), log=log_key()).checkpoint.root == root(
        FolderTiles(tmp_path), ROWS
    )


def test_a_changed_row_is_not_exported(forest, tampering, tmp_path):
    with tampering() as cursor:
        cursor.execute("UPDATE ledger_ledgerrow SET acting = 'x' WHERE id = %s", [row_at(5).pk])
        with pytest.raises(Malformed, match="leaf 5"):
            log.export(tmp_path)
    assert not (tmp_path / "checkpoint").exists()


# -- the key


def test_a_text_signed_by_the_ledger_is_known_by_its_key():
    assert open_note(log.sign_text("An answer\nsha256 00\n"), [log_key()]).text == "An answer\nsha256 00\n"


def test_no_text_is_signed_that_could_be_a_checkpoint():
    with pytest.raises(ValueError, match="would be a checkpoint"):
        log.sign_text(f"{settings.REMPART_LEDGER_NAME}\n7\nAAAA\n")


def test_the_key_is_for_its_owner_alone(forest):
    (path,) = Path(settings.REMPART_HOME).glob("ledger-key.*")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_checkpoints_under_an_earlier_name_still_verify(forest, settings, tmp_path, append_rows):
    home = tmp_path / "home"
    home.mkdir()
    for path in Path(settings.REMPART_HOME).glob("ledger-*"):
        shutil.copy(path, home)
    settings.REMPART_HOME, settings.REMPART_LEDGER_NAME = home, "platform.example/acts"
    append_rows(1)
    assert log.latest_checkpoint().note.startswith("platform.example/acts\n701\n")
    assert verify().holds
    (home / "ledger-key.platform.example%2Facts").unlink()
    settings.REMPART_LEDGER_NAME = "rempart.local/ledger"
    assert verify().bad.wrong == "checkpoint 4 is not the one that was signed"


def test_a_key_may_be_given_to_several_machines(settings, db):
    key = SigningKey.generate("rempart.local/ledger")
    settings.REMPART_LEDGER_KEY = key.to_text()
    assert log.public_key() == key.vkey


@pytest.mark.parametrize(
    "given", ["nothing", SigningKey.generate("other.example/ledger").to_text()], ids=["none", "another name"]
)
def test_a_key_that_is_none_or_of_another_name_is_refused_without_being_shown(settings, given):
    settings.REMPART_LEDGER_KEY = given
    with pytest.raises(KeyUnusable) as refused:
        log.public_key()
    assert given not in str(refused.value)
