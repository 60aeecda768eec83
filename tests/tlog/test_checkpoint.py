"""Checkpoints, their signatures and cosignatures."""

from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.tlog.checkpoint import Checkpoint, cosign, open_checkpoint, read_checkpoint
from rempart.tlog.errors import Malformed, SignatureError
from rempart.tlog.hashing import EMPTY_ROOT
from rempart.tlog.keys import SignatureType, SigningKey
from rempart.tlog.note import add_lines, sign
from rempart.tlog.spelling import MAX_SIZE
from tlog.publishing import LOG_KEY, NOW, ORIGIN

ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
# The example of C2SP tlog-checkpoint.
EXAMPLE = f"example.com/behind-the-sofa\n20852163\n{ROOT}\n"
# One of each kind: every test of two witnesses tries both.
WITNESSES = [
    SigningKey.generate("witness.example/a", SignatureType.COSIGNATURE_V1),
    SigningKey.generate("witness.example/b", SignatureType.COSIGNATURE_ML_DSA_44),
]
KEYS = [key.verifier for key in WITNESSES]


@pytest.fixture
def note():
    return sign(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text, LOG_KEY)


def cosigned(note, *keys):
    return add_lines(note, [cosign(note, key, time=NOW) for key in keys])


def test_the_published_example_is_read_and_written_alike():
    checkpoint = Checkpoint.parse(EXAMPLE)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.text == EXAMPLE


origins = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=30)


@given(origins, st.integers(0, MAX_SIZE), st.binary(min_size=32, max_size=32), st.lists(origins, max_size=3))
def test_a_checkpoint_has_one_text(origin, size, root, extensions):
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert Checkpoint.parse(checkpoint.text) == checkpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"origin\n1\n{ROOT}",
        "origin\n1\n",
        f"\n1\n{ROOT}\n",
        f"origin\n\n{ROOT}\n",
        f"origin\n01\n{ROOT}\n",
        f"origin\n+1\n{ROOT}\n",
        f"origin\n-1\n{ROOT}\n",
        f"origin\n1 \n{ROOT}\n",
        f"origin\n١\n{ROOT}\n",
        f"origin\n1_0\n{ROOT}\n",
        f"origin\n{1 << 63}\n{ROOT}\n",
        f"origin\n1\n{ROOT[:-1]}\n",
        f"origin\n1\n{ROOT[:-2]}J=\n",
        f"origin\n1\n{ROOT[4:]}\n",
        f"origin\n1\n{ROOT}\n\n",
        f"origin\n1\n{ROOT}\nextension\n\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text):
    with pytest.raises(Malformed):
        Checkpoint.parse(text)


def test_a_checkpoint_opens_with_its_logs_key(note):
    assert open_checkpoint(note, log=LOG_KEY.verifier).checkpoint == Checkpoint(ORIGIN, 0, EMPTY_ROOT)


def test_a_witness_alone_is_not_the_log(note):
    text = note.partition("\n\n")[0] + "\n"
    with pytest.raises(SignatureError, match=r"not signed by rempart\.example/ledger"):
        open_checkpoint(sign(text, WITNESSES[0], time=NOW), log=LOG_KEY.verifier, witnesses=KEYS)


def test_a_checkpoint_of_another_log_is_refused():
    note = sign(Checkpoint("another.example/log", 0, EMPTY_ROOT).text, LOG_KEY)
    with pytest.raises(SignatureError, match=r"is of another\.example/log, not of"):
        open_checkpoint(note, log=LOG_KEY.verifier)


def test_a_cosignature_says_when(note):
    opened = open_checkpoint(cosigned(note, *WITNESSES), log=LOG_KEY.verifier, witnesses=KEYS)
    assert [(each.key, each.time) for each in opened.cosignatures] == [(key, NOW) for key in KEYS]


def test_every_witness_asked_for_has_to_have_cosigned(note):
    with pytest.raises(SignatureError, match=r"not cosigned by witness\.example/b"):
        open_checkpoint(cosigned(note, WITNESSES[0]), log=LOG_KEY.verifier, witnesses=KEYS)


@pytest.mark.parametrize(("at_least", "enough"), [(0, True), (1, True), (2, False)])
def test_some_of_the_witnesses_may_be_enough(note, at_least, enough):
    note = cosigned(note, WITNESSES[0])
    if enough:
        assert open_checkpoint(note, log=LOG_KEY.verifier, witnesses=KEYS, at_least=at_least).cosignatures
    else:
        with pytest.raises(SignatureError):
            open_checkpoint(note, log=LOG_KEY.verifier, witnesses=KEYS, at_least=at_least)


def test_a_witness_named_or_signing_twice_counts_once(note):
    note = add_lines(note, [cosign(note, WITNESSES[0], time=NOW + more) for more in range(2)])
    with pytest.raises(SignatureError, match=r"not cosigned by witness\.example/b"):
        open_checkpoint(note, log=LOG_KEY.verifier, witnesses=[*KEYS, KEYS[0]], at_least=2)


@pytest.mark.parametrize("witness", WITNESSES)
def test_a_cosignature_of_another_checkpoint_is_false(note, witness):
    other = sign(Checkpoint(ORIGIN, 1, EMPTY_ROOT).text, LOG_KEY)
    mixed = add_lines(note, [cosign(other, witness, time=NOW)])
    with pytest.raises(SignatureError, match=f"in the name of {witness.name} is not its own"):
        open_checkpoint(mixed, log=LOG_KEY.verifier, witnesses=[witness.verifier])


@pytest.mark.parametrize("witness", WITNESSES)
def test_a_cosignature_at_another_time_is_false(note, witness):
    line = cosign(note, witness, time=NOW)
    with pytest.raises(SignatureError):
        witness.verifier.verify(note.partition("\n\n")[0] + "\n", (NOW + 1).to_bytes(8) + line.signature[8:])


@pytest.mark.parametrize(("of", "holds"), [("a", True), ("c", False)])
def test_an_ml_dsa_cosignature_is_of_the_witnesss_name_too(note, of, holds):
    key = SigningKey("witness.example/a", SignatureType.COSIGNATURE_ML_DSA_44, bytes(32))
    other = SigningKey(f"witness.example/{of}", SignatureType.COSIGNATURE_ML_DSA_44, bytes(32))
    with nullcontext() if holds else pytest.raises(SignatureError):
        other.verifier.verify(note.partition("\n\n")[0] + "\n", cosign(note, key, time=NOW).signature)


def test_a_name_too_long_to_be_cosigned_is_refused():
    note = sign(Checkpoint("a" * 256, 0, EMPTY_ROOT).text, LOG_KEY)
    with pytest.raises(Malformed, match="at most 255 bytes, not 256"):
        cosign(note, WITNESSES[1], time=NOW)


def test_a_cosignature_is_signed_as_specified(note):
    """The message of C2SP tlog-cosignature, written out, under the witness's plain Ed25519 key."""
    text = note.partition("\n\n")[0] + "\n"
    line = cosign(note, WITNESSES[0], time=NOW)
    plain = SigningKey(WITNESSES[0].name, SignatureType.ED25519, WITNESSES[0]._secret)
    assert line.signature == NOW.to_bytes(8) + plain.sign(f"cosignature/v1\ntime {NOW}\n{text}")


@pytest.mark.parametrize("time", [0, -1, 1 << 63])
def test_a_cosignature_needs_a_time(note, time):
    with pytest.raises(Malformed, match="POSIX time"):
        cosign(note, WITNESSES[0], time=time)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("signature", [b"", b"short", bytes(8), bytes(72), b"\xff" * 72, bytes(2428), b"\1" * 2428])
def test_a_cosignature_of_any_other_form_is_false(note, key, signature):
    with pytest.raises(SignatureError):
        key.verify(note.partition("\n\n")[0] + "\n", signature)


def test_a_log_does_not_cosign(note):
    with pytest.raises(ValueError, match="not a witness's key"):
        cosign(note, LOG_KEY, time=NOW)


@pytest.mark.parametrize(
    ("log", "witnesses", "says"),
    [(KEYS[0], [], "a is the key of a witness"), (LOG_KEY.verifier, [LOG_KEY.verifier], "ledger is the key of a log")],
)
def test_a_log_is_no_witness_of_its_own(note, log, witnesses, says):
    with pytest.raises(Malformed, match=says):
        open_checkpoint(note, log=log, witnesses=witnesses)


def test_a_witness_under_two_names_counts_once(note):
    again = SigningKey("witness.example/again", SignatureType.COSIGNATURE_V1, WITNESSES[0]._secret)
    with pytest.raises(SignatureError):
        open_checkpoint(
            cosigned(note, WITNESSES[0], again),
            log=LOG_KEY.verifier,
            witnesses=[*KEYS, again.verifier],
            at_least=2,
        )


@pytest.mark.parametrize(("key", "time"), [(LOG_KEY, NOW), (WITNESSES[0], None), (WITNESSES[1], None)])
def test_only_witnesses_sign_with_the_time(key, time):
    with pytest.raises(ValueError, match="signs with the time"):
        key.sign("text\n", time=time)


def test_a_witness_cosigns_checkpoints_alone():
    with pytest.raises(Malformed, match="at least three lines"):
        cosign(sign("any text\n", LOG_KEY), WITNESSES[0], time=NOW)


def test_a_checkpoint_is_read_before_it_is_believed(note):
    assert read_checkpoint(note).size == 0
