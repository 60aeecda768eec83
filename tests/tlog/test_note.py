"""Keys and signed notes: the published examples, and every way of being wrong."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.tlog.errors import Malformed, SignatureError, TlogError
from rempart.tlog.keys import SignatureType, SigningKey, VerifierKey
from rempart.tlog.note import add_lines, decode, open_note, read_note, sign, signature_line

# The example of C2SP signed-note.
EXAMPLE_KEY = VerifierKey.parse("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj"
    "OBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
# Those of Go's sumdb/note, where the format comes from.
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
ENOCH_LINE = (
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
)
PETER_KEY, ENOCH_KEY = VerifierKey.parse(PETER), VerifierKey.parse(ENOCH)
# A checkpoint of a public log, as one of the public witnesses is tested with it (torchwood, litewitness).
SUMDB_KEY = VerifierKey.parse("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
SUMDB = (
    "go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\n"
    "— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n"
)


@pytest.mark.parametrize(("note", "key"), [(EXAMPLE, EXAMPLE_KEY), (SUMDB, SUMDB_KEY)])
def test_a_published_note_opens(note, key):
    assert open_note(note, [key]).signed_by(key)


def test_a_note_is_signed_byte_for_byte_as_published():
    assert sign(TEXT, SigningKey.from_text(PETER_SECRET)) == f"{TEXT}\n{PETER_LINE}"


@pytest.mark.parametrize("text", [PETER, ENOCH, SUMDB_KEY.vkey])
def test_a_verifier_key_is_spelt_as_it_was_read(text):
    assert VerifierKey.parse(text).vkey == text


def test_a_signing_key_is_spelt_as_it_was_read():
    key = SigningKey.from_text(PETER_SECRET)
    assert (key.to_text(), key.vkey) == (PETER_SECRET, PETER)


@pytest.mark.parametrize("key", [PETER, PETER_SECRET])
def test_no_part_of_a_key_passes_for_a_key(key):
    read = SigningKey.from_text if key is PETER_SECRET else VerifierKey.parse
    accepted = []
    for start, end in combinations(range(len(key) + 1), 2):
        try:
            read(key[start:end])
            accepted.append(key[start:end])
        except Malformed:
            pass
    assert accepted == [key]


@pytest.mark.parametrize("key", [PETER, PETER_SECRET])
def test_a_key_with_any_character_changed_is_refused(key):
    read = SigningKey.from_text if key is PETER_SECRET else VerifierKey.parse
    for at in range(len(key)):
        with pytest.raises(Malformed):
            read(key[:at] + chr(ord(key[at]) + 1) + key[at + 1 :])


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", "not Base 64"),
        ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "neither a log's"),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy", "has 29 bytes"),
        ("PeterNeumann+c74f20a3+", "neither a log's"),
        ("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "name.id.key"),
        ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "space nor plus"),
        ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "space nor plus"),
        (f"{PETER}\n", "not Base 64"),
        ("", "name.id.key"),
    ],
)
def test_a_malformed_verifier_key_is_refused_with_the_reason(key, says):
    with pytest.raises(Malformed, match=says):
        VerifierKey.parse(key)


def test_the_key_of_another_is_refused():
    with pytest.raises(Malformed, match="bears the ID c74f20a4 where c74f20a3 is its own"):
        VerifierKey.parse(PETER.replace("a3", "a4"))


@pytest.mark.parametrize("text", [PETER_SECRET[:-1], PETER_SECRET.replace("a3", "a4"), PETER_SECRET[12:], "secret"])
def test_a_refused_signing_key_is_not_quoted(text):
    with pytest.raises(Malformed) as refused:
        SigningKey.from_text(text)
    assert "AYEK" not in str(refused.value)


def test_a_signing_key_does_not_show_itself():
    assert repr(SigningKey.from_text(PETER_SECRET)) == f"SigningKey({PETER})"


@pytest.mark.parametrize("type_", SignatureType)
def test_a_new_key_is_kept_as_text(type_):
    key = SigningKey.generate("rempart.example/ledger", type_)
    assert SigningKey.from_text(key.to_text()).verifier == key.verifier


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\u00a0b", "a\u2028b", "a\nb", "a\ud800", "é" * 128])
def test_a_name_that_no_signature_line_could_bear_is_refused(name):
    with pytest.raises(Malformed):
        SigningKey.generate(name)


def test_signatures_of_unknown_keys_are_passed_over():
    opened = open_note(f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}", [PETER_KEY])
    assert (opened.text, [each.key for each in opened.signatures]) == (TEXT, [PETER_KEY])


def test_every_known_signature_is_verified():
    opened = open_note(f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}", [ENOCH_KEY, PETER_KEY])
    assert [each.line.text for each in opened.signatures] == [PETER_LINE, ENOCH_LINE]


def test_a_key_that_signed_twice_counts_once():
    assert len(open_note(f"{TEXT}\n{PETER_LINE}{PETER_LINE}", [PETER_KEY]).signatures) == 1


def test_a_note_that_no_known_key_signed_is_refused():
    with pytest.raises(SignatureError, match="not signed by any key asked for: EnochRoot"):
        open_note(f"{TEXT}\n{PETER_LINE}", [ENOCH_KEY])


def test_a_false_signature_of_a_known_key_spoils_the_whole_note():
    false = ENOCH_LINE[:40] + "ABCD" + ENOCH_LINE[44:]
    with pytest.raises(SignatureError, match="in the name of EnochRoot"):
        open_note(f"{TEXT}\n{PETER_LINE}{false}", [PETER_KEY, ENOCH_KEY])


def test_a_known_name_over_another_keys_id_is_an_unknown_key():
    other = SigningKey.generate("PeterNeumann")
    with pytest.raises(SignatureError, match="not signed by any"):
        open_note(sign(TEXT, other), [PETER_KEY])


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        TEXT,
        f"{TEXT}\n",
        f"{TEXT}\n{PETER_LINE[:-1]}",
        f"{TEXT}\n\x01{PETER_LINE}",
        f"\x01{TEXT}\n{PETER_LINE}",
        f"{TEXT}\r\n{PETER_LINE}",
        f"\ud800{TEXT}\n{PETER_LINE}",
        f"{TEXT}\n{PETER_LINE.replace('—', '-')}",
        f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Peter Neumann')}",
        f"{TEXT}\n{PETER_LINE.replace('PeterNeumann', 'Peter+Neumann')}",
        f"{TEXT}\n{PETER_LINE.replace('— ', '—  ')}",
        f"{TEXT}\n{PETER_LINE.replace('AM=', 'AN=')}",
        f"{TEXT}\n{PETER_LINE.replace('AM=', 'AM')}",
        f"{TEXT}\n{PETER_LINE}Unexpected line.\n",
        f"{TEXT}\n— PeterNeumann x08gow==\n",
        f"{TEXT}\n{PETER_LINE * 101}",
        f"{'a' * 1_000_001}\n\n{PETER_LINE}",
    ],
)
def test_a_malformed_note_is_refused(note):
    with pytest.raises(Malformed):
        open_note(note, [PETER_KEY])


def test_as_many_signatures_as_the_specification_asks_for_are_read():
    keys = [SigningKey.generate(f"signer.example/{number}") for number in range(16)]
    assert len(open_note(sign(TEXT, *keys), [key.verifier for key in keys]).signatures) == 16


@pytest.mark.parametrize("text", ["", "no newline", "bell \x07\n", "half \ud800\n"])
def test_what_is_no_text_is_not_signed(text):
    with pytest.raises(Malformed):
        sign(text, SigningKey.from_text(PETER_SECRET))


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(Malformed, match=r"The file is not UTF-8 \(byte 2\)"):
        decode(b"ab\xff", "The file")


def test_a_line_is_not_added_twice():
    key = SigningKey.from_text(PETER_SECRET)
    note = sign(TEXT, key)
    assert add_lines(note, [signature_line(TEXT, key)]) == note


lines = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=40)


@given(st.lists(lines, min_size=1, max_size=8))
def test_any_text_is_given_back_as_it_was_signed(written):
    text = "".join(f"{line}\n" for line in written)
    key = SigningKey.from_text(PETER_SECRET)
    assert open_note(sign(text, key), [PETER_KEY]).text == text


@given(st.integers(0, len(EXAMPLE) - 1), st.characters())
def test_a_note_with_any_character_changed_says_the_same_or_nothing(at, character):
    changed = EXAMPLE[:at] + character + EXAMPLE[at + 1 :]
    try:
        opened = open_note(changed, [EXAMPLE_KEY])
    except TlogError:
        return
    assert changed == EXAMPLE or opened.text == read_note(EXAMPLE)[0]
