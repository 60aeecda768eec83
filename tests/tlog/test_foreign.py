"""What Rempart publishes, read by programs that are not ours, and what they prove, verified by ours.

tlog-scales (Python; by an author of the Sigsum tools) reads tiles, computes roots and proofs. metamorphic-log (Rust)
verifies checkpoints and proofs. Neither shares a line with rempart.tlog.
"""

import metamorphic_log
import pytest
from cryptography.exceptions import InvalidSignature
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales.backend import LocalBackend
from tlog_scales.cli import build_parser
from tlog_scales.reader import TilesReader
from tlog_scales.signing import MLDSA44CosignatureSigner, Vkey
from tlog_scales.tlog import Checkpoint, ConsistencyProof, InclusionProof, InclusionProofInvalid

from rempart.tlog.checkpoint import cosign, open_checkpoint
from rempart.tlog.hashing import leaf_hash
from rempart.tlog.keys import SignatureType, SigningKey, VerifierKey
from rempart.tlog.note import SignatureLine, add_lines
from rempart.tlog.proofs import TlogProof
from rempart.tlog.tree import prove_consistency, prove_inclusion, verify_consistency, verify_inclusion
from tlog.publishing import LOG_KEY, NOW, Log, entries_of

SIZE = 66_000
LOG = Log(entries_of(SIZE))
SIZES = st.one_of(st.integers(1, SIZE), st.sampled_from([1, 2, 255, 256, 257, 65_535, 65_536, 65_537, SIZE]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("published")
    LOG.publish(folder, SIZE)
    return folder


@pytest.fixture(scope="module")
def reader(folder):
    reader = TilesReader(LocalBackend(folder))
    assert reader.get_checkpoint().size == SIZE
    return reader


def test_tlog_scales_finds_the_root_that_the_checkpoint_signs(reader):
    checkpoint = reader.get_checkpoint()
    checkpoint.verify(Vkey.from_string(LOG_KEY.vkey))
    assert reader.calculate_root_hash() == checkpoint.root_hash


def test_tlog_scales_reads_every_entry(reader):
    assert [reader.get_entry(index) for index in range(0, SIZE, 97)] == LOG.entries[::97]


@given(SIZES)
def test_tlog_scales_computes_the_same_root_of_any_tree(reader, size):
    assert reader.mth(0, size) == LOG.root(size)


@given(SIZES, st.data())
def test_all_prove_alike_that_an_entry_is_in_a_log(reader, size, data):
    index = data.draw(st.integers(0, size - 1))
    ours, theirs = prove_inclusion(LOG.tiles, index, size), reader.get_inclusion_proof(index, size)
    assert theirs.node_hashes == ours
    leaf = leaf_hash(LOG.entries[index])
    InclusionProof(index, size, ours).check(leaf, LOG.root(size))
    metamorphic_log.verify_inclusion(index, size, leaf, ours, LOG.root(size))
    verify_inclusion(index=index, size=size, leaf=leaf, proof=theirs.node_hashes, root=reader.mth(0, size))


@given(SIZES, SIZES)
def test_all_prove_alike_that_a_log_grew(reader, one, other):
    old, new = sorted([one, other])
    ours, theirs = prove_consistency(LOG.tiles, old, new), reader.get_consistency_proof(old, new)
    assert theirs.node_hashes == ours
    ConsistencyProof(old, new, ours).check(LOG.root(old), LOG.root(new))
    metamorphic_log.verify_consistency(old, new, ours, LOG.root(old), LOG.root(new))
    verify_consistency(
        old=old, new=new, old_root=reader.mth(0, old), new_root=reader.mth(0, new), proof=theirs.node_hashes
    )


def test_tlog_scales_finds_a_changed_entry(folder, reader):
    checkpoint = reader.get_checkpoint()
    with pytest.raises(InclusionProofInvalid):
        reader.get_inclusion_proof(7, SIZE).check(leaf_hash(b"something else"), checkpoint.root_hash)


@pytest.mark.parametrize("type_", [type_ for type_ in SignatureType if type_.cosigns])
def test_tlog_scales_verifies_a_cosignature(type_):
    witness = SigningKey.generate("witness.example/w", type_)
    note = LOG.checkpoint(SIZE)
    key = Vkey.from_string(witness.vkey)
    Checkpoint.from_text(add_lines(note, [cosign(note, witness, time=NOW)])).verify(key)
    assert key.serialize() == witness.vkey


def test_a_cosignature_by_tlog_scales_is_verified():
    note = LOG.checkpoint(SIZE)
    theirs = MLDSA44CosignatureSigner("witness.example/w", bytes(range(32)))
    line = SignatureLine.parse(theirs.sign(Checkpoint.from_text(note)).serialize())
    signed = open_checkpoint(
        add_lines(note, [line]), log=LOG_KEY.verifier, witnesses=[VerifierKey.parse(theirs.vkey.serialize())]
    )
    assert [each.line for each in signed.cosignatures] == [line]


def test_tlog_scales_refuses_a_cosignature_of_another_checkpoint():
    witness = SigningKey.generate("witness.example/w", SignatureType.COSIGNATURE_V1)
    mixed = add_lines(LOG.checkpoint(7), [cosign(LOG.checkpoint(8), witness, time=NOW)])
    with pytest.raises(InvalidSignature):
        Checkpoint.from_text(mixed).verify(Vkey.from_string(witness.vkey))


def test_a_proof_file_that_tlog_scales_wrote_is_verified(folder, capsys):
    arguments = build_parser().parse_args(["gen-proof", str(folder), "65999"])
    arguments.func(arguments)
    proof = TlogProof.parse(capsys.readouterr().out)
    assert proof == LOG.proof(65_999, SIZE)
    assert proof.verify(LOG.entries[65_999], log=LOG_KEY.verifier).checkpoint.size == SIZE


def test_metamorphic_log_verifies_a_checkpoint():
    head = metamorphic_log.checkpoint_verify(LOG.checkpoint(SIZE), [LOG_KEY.vkey])
    assert (head.origin, head.size, head.root) == (LOG_KEY.name, SIZE, LOG.root(SIZE))


def test_metamorphic_log_refuses_a_changed_checkpoint():
    changed = LOG.checkpoint(SIZE).replace(f"\n{SIZE}\n", f"\n{SIZE - 1}\n")
    with pytest.raises(metamorphic_log.VerifyError):
        metamorphic_log.checkpoint_verify(changed, [LOG_KEY.vkey])
