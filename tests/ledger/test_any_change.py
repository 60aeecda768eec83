"""Whatever single thing is changed in the past of the ledger is found: in rows, their order, tiles, checkpoints."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.ledger.models import SignedCheckpoint, Tile
from rempart.ledger.verification import verify

ROWS, TILES, CHECKPOINTS = 700, 2, 3
BYTES = {
    ("ledger_ledgerrow", "commitment"): ("id = (SELECT row_id FROM ledger_link WHERE index = {at})", ROWS),
    ("ledger_ledgerrow", "nonce"): ("id = (SELECT row_id FROM ledger_link WHERE index = {at})", ROWS),
    ("ledger_content", "salt"): ("row_id = (SELECT row_id FROM ledger_link WHERE index = {at})", ROWS),
    ("ledger_link", "hash"): ("index = {at}", ROWS),
    ("ledger_tile", "hashes"): ("index = {at}", TILES),
    ("ledger_tile", "root"): ("index = {at}", TILES),
    ("ledger_signedcheckpoint", "root"): ("number = {at} + 1", CHECKPOINTS),
}
SIZES = {"nonce": 16, "hashes": 256 * 32}
OF_ROW = "id = (SELECT row_id FROM ledger_link WHERE index = {at})"
CHANGES = [
    ("UPDATE ledger_ledgerrow SET event = event || '_' WHERE " + OF_ROW, ROWS),
    ("UPDATE ledger_ledgerrow SET event = 'content_erased' WHERE event <> 'content_erased' AND " + OF_ROW, ROWS),
    ("UPDATE ledger_ledgerrow SET subject = 'thing:6' WHERE " + OF_ROW, ROWS),
    ("UPDATE ledger_ledgerrow SET acting = 'staff.staffmember:1' WHERE " + OF_ROW, ROWS),
    ("UPDATE ledger_ledgerrow SET effective_at = effective_at + interval '1 microsecond' WHERE " + OF_ROW, ROWS),
    ("UPDATE ledger_ledgerrow SET recorded_at = recorded_at - interval '1 microsecond' WHERE " + OF_ROW, ROWS),
    ("UPDATE ledger_ledgerrow SET commitment = NULL WHERE commitment IS NOT NULL AND " + OF_ROW, ROWS),
    ("UPDATE ledger_ledgerrow SET id = id + 1000000 WHERE " + OF_ROW, ROWS),
    ("DELETE FROM ledger_ledgerrow WHERE " + OF_ROW, ROWS),
    (
        "DELETE FROM ledger_content USING ledger_ledgerrow r WHERE r.id = row_id AND r.subject <> 'thing:2'"
        " AND row_id = (SELECT row_id FROM ledger_link WHERE index = {at})",
        ROWS,
    ),
    (
        "UPDATE ledger_content SET canonical = canonical || ' '"
        " WHERE row_id = (SELECT row_id FROM ledger_link WHERE index = {at})",
        ROWS,
    ),
    (
        "INSERT INTO ledger_content SELECT row_id, decode(repeat('00', 32), 'hex'), 'null' FROM ledger_link l"
        " WHERE index = {at} AND NOT EXISTS (SELECT 1 FROM ledger_content c WHERE c.row_id = l.row_id)",
        ROWS,
    ),
    ("DELETE FROM ledger_link WHERE index = {at}", ROWS),
    ("UPDATE ledger_link SET index = index + 1000000 WHERE index = {at}", ROWS),
    ("UPDATE ledger_link SET row_id = row_id + 1000000 WHERE index = {at}", ROWS),
    ("DELETE FROM ledger_tile WHERE index = {at}", TILES),
    ("UPDATE ledger_tile SET index = index + 2 WHERE index = {at}", TILES),
    ("UPDATE ledger_tile SET level = level + 1 WHERE index = {at}", TILES),
    ("INSERT INTO ledger_tile SELECT 1, index, hashes, root FROM ledger_tile WHERE index = {at}", TILES),
    ("DELETE FROM ledger_signedcheckpoint WHERE number = {at} + 1", CHECKPOINTS),
    ("UPDATE ledger_signedcheckpoint SET number = number + 10 WHERE number = {at} + 1", CHECKPOINTS),
    ("UPDATE ledger_signedcheckpoint SET size = size - 1 WHERE number = {at} + 1", CHECKPOINTS),
    ("UPDATE ledger_signedcheckpoint SET size = size + 1 WHERE number = {at} + 1", CHECKPOINTS),
    ("UPDATE ledger_signedcheckpoint SET note = note || E'— other AAAAAAAA\\n' WHERE number = {at} + 1", CHECKPOINTS),
]


@st.composite
def flipped_bits(draw):
    """One bit of one hash, commitment, nonce or salt."""
    (table, column), (where, many) = draw(st.sampled_from(sorted(BYTES.items())))
    byte = draw(st.integers(0, SIZES.get(column, 32) - 1))
    bit = 1 << draw(st.integers(0, 7))
    at = draw(st.integers(0, many - 1))
    changed = f"set_byte({column}, {byte}, get_byte({column}, {byte}) # {bit})"
    return f"UPDATE {table} SET {column} = {changed} WHERE {column} IS NOT NULL AND {where.format(at=at)}"


@st.composite
def other_changes(draw):
    """A column changed, a row deleted, inserted or moved."""
    statement, many = draw(st.sampled_from(CHANGES))
    return statement.format(at=draw(st.integers(0, many - 1)))


@st.composite
def exchanges(draw):
    """Two leaves, with their rows or without, that change places."""
    first, second = draw(st.lists(st.integers(0, ROWS - 1), min_size=2, max_size=2, unique=True))
    taken = draw(st.sampled_from(["row_id", "hash", "row_id, hash"]))
    other = f"(SELECT {taken} FROM ledger_link o WHERE o.index = {first + second} - l.index)"
    names = f"({taken})" if "," in taken else taken
    return f"UPDATE ledger_link l SET {names} = {other} WHERE l.index IN ({first}, {second})"


@st.composite
def changed_notes(draw):
    """One character of a checkpoint's signed note."""
    number, where = draw(st.integers(1, CHECKPOINTS)), draw(st.integers(1, 150))
    put = draw(st.sampled_from("x+/=0 "))
    return (
        f"UPDATE ledger_signedcheckpoint SET note = overlay(note PLACING '{put}' FROM {where} FOR 1)"
        f" WHERE number = {number} AND substring(note FROM {where} FOR 1) <> '{put}'"
    )


def test_the_ledger_under_test_has_what_is_to_be_changed(forest):
    assert verify().rows == ROWS
    assert verify().holds
    assert (Tile.objects.count(), SignedCheckpoint.objects.count()) == (TILES, CHECKPOINTS)


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=flipped_bits() | other_changes() | exchanges() | changed_notes())
def test_any_single_change_is_found(forest, tampering, change):
    with tampering() as cursor:
        cursor.execute("ALTER TABLE ledger_link DROP CONSTRAINT ledger_link_row_id_key")
        cursor.execute(change)
        changed = cursor.rowcount
        assert verify().holds == (changed == 0), change
