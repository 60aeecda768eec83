"""CBOR that two readers could read differently is refused."""

from contextlib import suppress

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.attestation import cbor
from rempart.attestation.outcome import Reason, Refused


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "a2616101616102",  # {"a": 1, "a": 2}
        "a20102f93c0002",  # {1: 2, 1.0: 2}
        "0000",
        "5f420102420304ff",
        "bf6161 01ff",
        "9f01ff",
        "81" * 17 + "00",
        "c24101",  # a number as bytes
        "d81c81d81d00",  # a list that holds itself
        "d82361 2e",  # a regular expression
        "d90102 80",
        "d9d9f7a0",
        "d8ff00",
        "c06e323032362d31332d30315430305a",  # month 13
        "62c328",  # not UTF-8
        "9b7fffffffffffffff00",
        "5b7fffffffffffffff00",
        "1c",
        "ff",
    ],
    ids=lambda encoded: encoded[:12] or "nothing",
)
def test_ambiguous_or_broken_cbor_is_malformed(encoded, refused):
    assert refused(cbor.decode, bytes.fromhex(encoded)) is Reason.MALFORMED


def test_more_bytes_than_are_read_are_too_large(refused):
    assert refused(cbor.decode, cbor2.dumps(b"x" * cbor.LARGEST)) is Reason.TOO_LARGE


def test_embedded_bytes_stay_as_they_came():
    odd = bytes.fromhex("1800")  # 0 in more bytes than it needs
    assert cbor.embedded(cbor.decode(b"\xd8\x18\x42" + odd)) == odd


@pytest.mark.parametrize("value", [b"", 24, "text", cbor.Tag(18, []), cbor.Tag(24, "text")], ids=repr)
def test_what_is_no_embedded_cbor_is_malformed(value, refused):
    assert refused(cbor.embedded, value) is Reason.MALFORMED


@pytest.mark.parametrize("length", [0, 23, 24, 255, 256, 65535, 65536])
def test_heads_are_as_short_as_a_cbor_library_makes_them(length):
    data = b"x" * length
    assert cbor.byte_string(data) == cbor2.dumps(data)
    assert cbor.text_string("é" * (length // 2)) == cbor2.dumps("é" * (length // 2))
    assert cbor.wrapped(data) == cbor2.dumps(cbor2.CBORTag(24, data))


@settings(max_examples=200)
@given(st.binary(max_size=64))
def test_any_bytes_are_a_value_or_refused(data):
    with suppress(Refused):
        cbor.decode(data)


@settings(max_examples=50)
@given(st.recursive(st.integers(-(2**63), 2**63) | st.text() | st.booleans() | st.none() | st.binary(), st.lists))
def test_what_is_encoded_is_read_back(value):
    try:
        assert cbor.decode(cbor.encode(value)) == value
    except Refused:
        assert "[" * (cbor.DEEPEST + 1) in repr(value)
