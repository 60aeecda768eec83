"""The log over HTTP (C2SP tlog-tiles): what outsiders fetch, without an account, and what they are not shown yet."""

from datetime import timedelta

import msgspec
import pytest
from django.db import transaction
from tlog_scales.reader import TilesReader

from rempart import ledger
from rempart.ledger import Event, log
from rempart.ledger.models import LedgerRow
from rempart.ledger.opened import OpenedRow
from rempart.ledger.published import due, published
from rempart.tlog.auditing import audit
from rempart.tlog.checkpoint import read_checkpoint
from rempart.tlog.hashing import leaf_hash
from rempart.tlog.keys import SigningKey, VerifierKey
from rempart.tlog.proofs import TlogProof
from rempart.tlog.tiles import decode_entries, entries_path, tile_path, tiles_of


def append(many, *, event=Event.STAFF_ADDED):
    for number in range(many):
        with transaction.atomic():
            ledger.append(event, subject=f"thing:{number}", content={"said": "something"})
    return log.checkpoint_now()


@pytest.fixture
def fetched(client):
    """GET below the log's prefix: the answer."""
    return lambda path: client.get(f"/ledger/{path}")


@pytest.fixture
def mirrored(fetched, tmp_path):
    """Copy the log into a folder as any mirror does, with nothing but its addresses; returns the folder."""

    def copy():
        note = fetched("checkpoint").content
        size = read_checkpoint(note.decode()).size
        paths = [place.path for place in tiles_of(size)]
        paths += [entries_path(place.index, place.width) for place in tiles_of(size) if place.level == 0]
        for path, body in [("checkpoint", note), *((path, fetched(path).content) for path in paths)]:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(body)
        return tmp_path

    return copy


def test_a_mirror_made_over_http_passes_the_audit(db, fetched, mirrored):
    append(600)
    key = VerifierKey.parse(fetched("key").content.decode().strip())
    assert audit(mirrored(), log=key).published.checkpoint.size == 600


def test_a_reader_that_is_not_ours_fetches_leaves_and_proofs_that_both_sides_accept(db, fetched):
    """tlog-scales, whose commands docs/verifying.md shows; it asks for nothing but what the specification names."""

    class Served:
        def get(self, *path):
            answer = fetched("/".join(path))
            return answer.content if answer.status_code == 200 else None

    append(300)
    row = LedgerRow.objects.get(link__index=271)
    reader = TilesReader(Served())
    checkpoint = reader.get_checkpoint()
    assert (checkpoint.size, checkpoint.root_hash) == (300, reader.calculate_root_hash())
    opened = msgspec.convert(log.open_row(row), OpenedRow)
    assert reader.get_entry(271) == opened.entry()
    theirs = reader.get_inclusion_proof(271, 300)
    theirs.check(leaf_hash(opened.entry()), checkpoint.root_hash)
    proof = TlogProof(271, tuple(theirs.node_hashes), fetched("checkpoint").content.decode())
    assert proof.text == log.prove(row)
    assert proof.verify(opened.entry(), log=VerifierKey.parse(log.public_key())).checkpoint.size == 300


def test_what_is_served_says_its_type_how_long_it_holds_and_sets_no_cookie(db, fetched):
    append(300)
    for path, kind, holds in (
        ("checkpoint", "text/plain; charset=utf-8", "public, max-age=5"),
        ("key", "text/plain; charset=utf-8", "public, max-age=3600"),
        ("tile/0/000", "application/octet-stream", "public, max-age=31536000, immutable"),
        ("tile/0/001.p/44", "application/octet-stream", "public, max-age=31536000, immutable"),
        ("tile/1/000.p/1", "application/octet-stream", "public, max-age=31536000, immutable"),
        ("tile/entries/001.p/44", "application/octet-stream", "public, max-age=31536000, immutable"),
    ):
        answer = fetched(path)
        assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, kind, holds), path
        assert not answer.cookies
        assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        *("tile/0/001", "tile/0/001.p/45", "tile/0/002.p/1", "tile/1/000", "tile/1/000.p/2", "tile/2/000.p/1"),
        *("tile/entries/001", "tile/entries/001.p/45", "tile/64/000", "tile/00/000", "tile/0/0", "tile/0/x000/001"),
        *("tile/0/000.p/256", "tile/0/000.p/0", "tile/0/000.p/01", "tile/0/000/", "tile/-1/000", "tile/0/../0/000"),
        *("tile/0/x999/x999/x999/x999/x999/x999/x999/999", "tile/entries/٠٠٠", "tile/0/000.p/44?", "tile/0"),
    ],
)
def test_nothing_is_served_under_other_paths_nor_beyond_the_checkpoint(db, fetched, path):
    append(300)
    answer = fetched(path.replace("?", "%3F"))
    assert (answer.status_code, bool(answer.cookies)) == (404, False)


def test_earlier_partial_tiles_stay_served_as_their_checkpoints_promised(db, fetched):
    append(5)
    early = {path: fetched(path).content for path in ("tile/0/000.p/5", "tile/entries/000.p/5")}
    append(300)
    for path, body in early.items():
        assert fetched(path).content == body


def test_an_empty_ledger_has_no_checkpoint_and_a_key(db, fetched):
    assert [fetched(path).status_code for path in ("checkpoint", "tile/0/000.p/1", "key")] == [404, 404, 200]


def test_entries_tell_nothing_of_their_rows_not_even_which_say_the_same(db, fetched):
    append(6)
    entries = decode_entries(fetched(entries_path(0, 6)).content)
    rows = list(LedgerRow.objects.order_by("link__index"))
    assert [len(entry) for entry in entries] == [32] * 6
    assert len(set(entries)) == 6
    told = b"".join(entries) + fetched("checkpoint").content + fetched(tile_path(0, 0, 6)).content
    for row in rows:
        for column in (row.event.encode(), row.subject.encode(), bytes(row.commitment), bytes(row.nonce)):
            assert column not in told


def test_rows_become_public_together_so_that_nobody_sees_when_each_came(db, clock, settings, fetched):
    settings.REMPART_LEDGER_MINUTES = 10
    clock.set(clock.now().replace(minute=1, second=0, microsecond=0) + timedelta(hours=1))
    append(1)
    assert published() is None
    clock.move(timedelta(minutes=3))
    append(1)
    assert published() is None
    assert fetched("tile/0/000.p/1").status_code == 404
    clock.move(timedelta(minutes=6))  # ten past
    assert published().size == 2
    append(1)
    assert read_checkpoint(fetched("checkpoint").content.decode()).size == 2
    assert fetched("tile/0/000.p/3").status_code == 404


def test_a_checkpoint_waits_for_its_witnesses_but_not_for_ever(db, clock, settings):
    from rempart.tlog.keys import SignatureType

    settings.REMPART_LEDGER_MINUTES = 10
    witness = SigningKey.generate("w.example", SignatureType.COSIGNATURE_V1)
    settings.REMPART_WITNESSES = f"{witness.vkey} http://127.0.0.1:1"
    clock.set(clock.now().replace(minute=1, second=0, microsecond=0) + timedelta(hours=1))
    append(1)
    clock.move(timedelta(minutes=9))
    due().cosignatures.create(key_name="w.example", line="— w.example line", at=clock.now())
    assert published().size == 1
    append(1)
    clock.move(timedelta(minutes=10, seconds=1))
    assert (due().size, published().size) == (2, 1)
    clock.move(timedelta(minutes=2))
    assert published().size == 2


def test_entries_are_bundles_of_the_leaves_below_them(db, fetched):
    append(3)
    leaves = b"".join(leaf_hash(entry) for entry in decode_entries(fetched("tile/entries/000.p/3").content))
    assert leaves == fetched("tile/0/000.p/3").content
