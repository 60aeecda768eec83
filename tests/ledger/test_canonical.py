"""What hashes are computed over: one way to write a content, and vectors that other programs can check."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from rempart.ledger.canonical import GENESIS, canonical_json, commitment, link_hash, time_text

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


def test_the_hash_of_a_known_link():
    moment = datetime(2020, 6, 17, 18, 4, tzinfo=UTC)
    digest = link_hash(
        index=1,
        previous=GENESIS,
        row=7,
        event="staff_added",
        subject="staff.staffmember:1",
        acting="",
        effective_at=moment,
        recorded_at=moment,
        commitment=b"\x02" * 32,
    )
    assert digest.hex() == "dd92c2de0ada7c46cbec507fa0083c9029b06f66068e6b13efde4dfdcbaf3be2"
