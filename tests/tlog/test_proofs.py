"""Proof files: what they hold, for whom they hold, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.tlog.errors import Malformed, ProofError, SignatureError, TlogError
from rempart.tlog.keys import SigningKey
from rempart.tlog.proofs import TlogProof
from tlog.publishing import LOG_KEY, KnownWitness, Log, entries_of

LOG = Log(entries_of(700))
# The form of the published example (C2SP tlog-proof), whose keys are not published.
EXAMPLE = """c2sp.org/tlog-proof@v1
extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6
index 73894
gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=

example.com/fancylog
109482
sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=

— example.com/fancylog Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq
"""


def test_the_published_form_is_read_and_written_alike():
    proof = TlogProof.parse(EXAMPLE)
    assert (proof.index, len(proof.hashes), proof.extra) == (73_894, 2, b"age-v1.2.1-darwin-arm64.tar.gz")
    assert proof.text == EXAMPLE


sizes = st.integers(1, 700)


@given(sizes, st.data(), st.none() | st.binary(max_size=40))
def test_a_proof_file_says_that_its_entry_is_in_the_log(size, data, extra):
    index = data.draw(st.integers(0, size - 1))
    made = LOG.proof(index, size)
    read = TlogProof.parse(TlogProof(made.index, made.hashes, made.note, extra).text)
    assert read.verify(LOG.entries[index], log=LOG_KEY.verifier).checkpoint.size == size
    assert read.extra == extra


@given(sizes, st.data())
def test_a_proof_file_holds_for_its_own_entry_alone(size, data):
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, 699).filter(lambda each: each != index))
    with pytest.raises(ProofError):
        LOG.proof(index, size).verify(LOG.entries[other], log=LOG_KEY.verifier)


@given(st.data())
def test_a_proof_file_with_any_character_changed_is_refused(data):
    text = LOG.proof(300, 700).text
    at = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters().filter(lambda each: each != text[at]))
    with pytest.raises(TlogError):
        TlogProof.parse(text[:at] + character + text[at + 1 :]).verify(LOG.entries[300], log=LOG_KEY.verifier)


def test_a_proof_under_another_key_is_refused():
    with pytest.raises(SignatureError):
        LOG.proof(3, 8).verify(LOG.entries[3], log=SigningKey.generate(LOG_KEY.name).verifier)


def test_a_proof_may_be_asked_to_be_witnessed():
    witness = KnownWitness("witness.example/w")
    note = witness.add_cosignature(LOG, 0, 8, LOG.checkpoint(8))
    with pytest.raises(SignatureError, match=r"not cosigned by witness\.example/w"):
        LOG.proof(3, 8).verify(LOG.entries[3], log=LOG_KEY.verifier, witnesses=[witness.key.verifier])
    signed = LOG.proof(3, 8, note).verify(LOG.entries[3], log=LOG_KEY.verifier, witnesses=[witness.key.verifier])
    assert [each.key.name for each in signed.cosignatures] == ["witness.example/w"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "begins with the line"),
        (EXAMPLE.replace("@v1", "@v2"), "begins with the line"),
        (EXAMPLE.replace("\n", "\r\n"), "begins with the line"),
        (EXAMPLE.replace("\n\n", "\n"), "begins with the line"),
        (EXAMPLE.replace("extra ", "extra  "), "extra data is not Base 64"),
        (EXAMPLE.replace("extra Y", "extra y="), "extra data is not Base 64"),
        (EXAMPLE.replace("index 73894\n", ""), "index line is missing"),
        (EXAMPLE.replace("index 73894", "index 073894"), "index is not a decimal number"),
        (EXAMPLE.replace("index 73894", "index -1"), "index is not a decimal number"),
        (EXAMPLE.replace("gSKy", ""), "A line of the proof has 29 bytes"),
        (EXAMPLE.replace("gSKy", "gSK"), "A line of the proof is not Base 64"),
        (EXAMPLE.replace("gSKy", "gSKy "), "A line of the proof is not Base 64"),
        ("c2sp.org/tlog-proof@v1\nindex 0\n" + "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n" * 64 + "\n", "over 63"),
    ],
)
def test_a_malformed_proof_file_is_refused_with_the_reason(text, says):
    with pytest.raises(Malformed, match=says):
        TlogProof.parse(text)
