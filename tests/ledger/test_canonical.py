"""What hashes are computed over: one way to write a content, and vectors that other programs can check."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.ledger.canonical import canonical_json, commitment, row_entry, time_text

CONTENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


@given(CONTENTS)
def test_writing_what_was_read_back_changes_nothing(content):
    assert canonical_json(json.loads(canonical_json(content))) == canonical_json(content)


@given(st.dictionaries(st.text(), st.integers()))
def test_the_order_of_keys_does_not_matter(content):
    assert canonical_json(dict(reversed(content.items()))) == canonical_json(content)


@given(CONTENTS)
def test_a_canonical_text_is_ascii(content):
    assert canonical_json(content).isascii()


@given(st.datetimes(timezones=st.timezones()), st.integers(-12, 12))
def test_a_moment_is_written_the_same_in_every_zone(moment, hours):
    try:
        elsewhere = moment.astimezone(timezone(timedelta(hours=hours)))
    except OverflowError:
        return
    assert time_text(elsewhere) == time_text(moment)


def test_the_commitment_of_a_known_content():
    assert commitment(b"\x01" * 32, '{"a":1}').hex() == (
        "5199b591eb554d628191bd072426da113fa102ae7a0dbba94843c5e36d92ebb1"
    )


KNOWN = {
    "row": 7,
    "event": "staff_added",
    "subject": "staff.staffmember:1",
    "acting": "",
    "effective_at": datetime(2020, 6, 17, 18, 4, tzinfo=UTC),
    "recorded_at": datetime(2020, 6, 17, 18, 4, 0, 5, tzinfo=UTC),
    "commitment": b"\x02" * 32,
}


def test_the_entry_of_a_known_row():
    """As docs/ledger.md describes it, written here a second time."""
    text = (
        '{"acting":"","commitment":"' + "02" * 32 + '","effective_at":"2020-06-17T18:04:00.000000Z",'
        '"event":"staff_added","recorded_at":"2020-06-17T18:04:00.000005Z","row":7,"subject":"staff.staffmember:1"}'
    )
    entry = row_entry(b"\x03" * 16, **KNOWN)
    assert entry == hmac.new(b"\x03" * 16, b"rempart/row/1\n" + text.encode(), hashlib.sha256).digest()
    assert entry.hex() == ("f8a2a4915558a9bdfa65b777aea3edf4632c44092b0365b10fcc67cb70e8d9d5")


def test_the_same_row_with_another_nonce_is_another_entry():
    assert row_entry(b"\x03" * 16, **KNOWN) != row_entry(b"\x04" * 16, **KNOWN)


@pytest.mark.parametrize("nonce", [b"", b"\x03" * 15, b"\x03" * 16 + b"\x00"])
def test_a_nonce_of_another_length_is_refused(nonce):
    """HMAC takes a key and the same key with zeros after it for one: two rows could share an entry."""
    with pytest.raises(ValueError, match="16 bytes"):
        row_entry(nonce, **KNOWN)
