"""The exported ledger, read by two programs that are not ours: tlog-scales (Python) and metamorphic-log (Rust)."""

import metamorphic_log
import msgspec
import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey

from rempart.ledger import log
from rempart.ledger.exporting import export
from rempart.ledger.models import LedgerRow, SignedCheckpoint
from rempart.ledger.opened import OpenedRow
from rempart.tlog.hashing import leaf_hash
from rempart.tlog.proofs import TlogProof


@pytest.fixture
def reader(forest, tmp_path):
    """The exported folder, as tlog-scales opens it."""
    export(tmp_path)
    return TilesReader(LocalBackend(tmp_path))


def test_they_find_the_root_that_the_ledger_signs(reader):
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(Vkey.from_string(log.public_key()))
    assert reader.calculate_root_hash() == checkpoint.root_hash
    head = metamorphic_log.checkpoint_verify(checkpoint.serialize(), [log.public_key()])
    assert (head.size, head.root) == (checkpoint.size, checkpoint.root_hash)


def test_they_prove_rows_as_the_ledger_does(reader):
    checkpoint = reader.get_checkpoint()
    rows = LedgerRow.objects.filter(link__index__in=[0, 1, 255, 256, 300, checkpoint.size - 1])
    assert len(rows) == 6
    for row in rows:
        proof = TlogProof.parse(log.prove(row))
        leaf = leaf_hash(msgspec.convert(log.open_row(row), OpenedRow).entry())
        theirs = reader.get_inclusion_proof(proof.index, checkpoint.size)
        assert theirs.node_hashes == list(proof.hashes)
        theirs.check(leaf, checkpoint.root_hash)
        metamorphic_log.checkpoint_verify_inclusion(
            proof.note, [log.public_key()], proof.index, leaf, list(proof.hashes)
        )


def test_they_find_that_the_ledger_grew(reader):
    checkpoint = reader.get_checkpoint()
    before = SignedCheckpoint.objects.filter(size__lt=checkpoint.size)
    assert before
    for earlier in before:
        proof = reader.get_consistency_proof(earlier.size, checkpoint.size)
        proof.check(bytes(earlier.root), checkpoint.root_hash)
        assert reader.mth(0, earlier.size) == bytes(earlier.root)
