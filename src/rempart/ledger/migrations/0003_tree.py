"""The chain of hashes becomes a Merkle tree: rows get a nonce, links the hash of their leaf, counted from 0.

What the chain proved is not lost: it is verified a last time here, and its head goes into the tree as a row. Tiles and
the first checkpoint are made by the sequencer.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.migrations.state import StateApps

from rempart.ledger.canonical import canonical_json, commitment, row_entry, time_text
from rempart.tlog.hashing import leaf_hash

CHUNK = 10_000
READ = """
SELECT l.index, l.row_id, l.previous, l.hash, r.nonce,
       r.event, r.subject, r.acting, r.effective_at, r.recorded_at, r.commitment
FROM ledger_link l JOIN ledger_ledgerrow r ON r.id = l.row_id WHERE l.index > %s ORDER BY l.index LIMIT %s
"""
COLUMNS = ("event", "subject", "acting", "effective_at", "recorded_at", "commitment")
NONCES = """
ALTER TABLE ledger_ledgerrow DISABLE TRIGGER refuse_change;
UPDATE ledger_ledgerrow
    SET nonce = substring(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) FOR 16);
ALTER TABLE ledger_ledgerrow ENABLE TRIGGER refuse_change;
CREATE TEMPORARY TABLE ledger_leaf (row_id bigint PRIMARY KEY, hash bytea) ON COMMIT DROP;
"""
# Twice, so that no place is held by two rows on the way.
LEAVES = """
ALTER TABLE ledger_link DISABLE TRIGGER refuse_change;
UPDATE ledger_link l SET index = -l.index, hash = leaf.hash FROM ledger_leaf leaf WHERE leaf.row_id = l.row_id;
UPDATE ledger_link SET index = -index - 1;
ALTER TABLE ledger_link ENABLE TRIGGER refuse_change;
"""
CLOSE = """
WITH appended AS (
    INSERT INTO ledger_ledgerrow (event, subject, acting, effective_at, recorded_at, commitment, nonce)
    VALUES ('chain_closed', 'ledger', '', %(now)s, %(now)s, %(commitment)s, %(nonce)s) RETURNING id
), told AS (
    INSERT INTO ledger_content (row_id, salt, canonical) SELECT id, %(salt)s, %(canonical)s FROM appended
)
INSERT INTO ledger_pending (row_id) SELECT id FROM appended
"""
PROTECT = """
ALTER TABLE ledger_ledgerrow ADD CONSTRAINT ledger_nonce_is_16_bytes CHECK (octet_length(nonce) = 16);
ALTER TABLE ledger_link ADD CONSTRAINT ledger_leaf_is_sha256 CHECK (octet_length(hash) = 32 AND index >= 0);
ALTER TABLE ledger_tile ADD CONSTRAINT ledger_tile_is_complete
    CHECK (octet_length(hashes) = 256 * 32 AND octet_length(root) = 32 AND level >= 0 AND index >= 0);
ALTER TABLE ledger_signedcheckpoint ADD CONSTRAINT ledger_checkpoint_of_a_tree
    CHECK (octet_length(root) = 32 AND size > 0 AND number > 0);
"""


class ChainBroken(Exception):
    """A row of the chain is not as it was appended: a tree over it would vouch for what is known to be false."""


def link_hash(place: int, previous: bytes, row: int, told: dict[str, Any]) -> bytes:
    """A link's hash, as the chain had it."""
    times = [time_text(told[name]) for name in ("effective_at", "recorded_at")]
    committed = told["commitment"].hex() if told["commitment"] is not None else None
    body = [place, previous.hex(), row, told["event"], told["subject"], told["acting"], *times, committed]
    return hashlib.sha256(b"rempart/link/1\n" + json.dumps(body, separators=(",", ":")).encode()).digest()


def plant(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Give every row its nonce, verify the chain, and put each leaf's hash in the place of its link's."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table is altered while a check of it waits
        cursor.execute(NONCES)
        place, head = 0, bytes(32)
        while links := _read(cursor, place):
            leaves = []
            for index, row, previous, found, nonce, told in links:
                place += 1
                if index != place or previous != head or link_hash(place, head, row, told) != found:
                    raise ChainBroken(f"the ledger's chain does not hold at place {place}, row {row}")
                head = found
                leaves.append((row, leaf_hash(row_entry(nonce, row=row, **told))))
            with cursor.copy("COPY ledger_leaf (row_id, hash) FROM STDIN") as copy:
                for leaf in leaves:
                    copy.write_row(leaf)
        cursor.execute(LEAVES)
        if place:
            _close(cursor, place, head)


def _read(cursor: CursorWrapper, after: int) -> list[tuple[int, int, bytes, bytes, bytes, dict[str, Any]]]:
    cursor.execute(READ, [after, CHUNK])
    return [
        (index, row, bytes(previous), bytes(found), bytes(nonce), dict(zip(COLUMNS, told, strict=True)))
        for index, row, previous, found, nonce, *told in cursor.fetchall()
    ]


def _close(cursor: CursorWrapper, rows: int, head: bytes) -> None:
    """Append what the chain had come to: whoever kept its printed head finds it in the tree."""
    salt, text = secrets.token_bytes(32), canonical_json({"rows": rows, "head": head.hex()})
    cursor.execute(
        CLOSE,
        {
            "now": datetime.now(UTC),
            "commitment": commitment(salt, text),
            "nonce": secrets.token_bytes(16),
            "salt": salt,
            "canonical": text,
        },
    )


def protect(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Make the tree's tables append-only, as those of the rows are."""
    role = editor.quote_name(editor.connection.settings_dict["REMPART_APPLICATION_ROLE"])
    editor.execute(PROTECT, params=None)
    for table in ("ledger_tile", "ledger_signedcheckpoint", "ledger_cosignature"):
        editor.execute(
            f"""
            CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
            CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
            REVOKE UPDATE, DELETE ON {table} FROM {role};
        """,
            params=None,
        )


class Migration(migrations.Migration):
    """From the chain to the tree."""

    dependencies = [("ledger", "0002_append_only")]
    operations = [
        migrations.AlterField(
            "content",
            "row",
            models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.RESTRICT,
                primary_key=True,
                related_name="content",
                serialize=False,
                to="ledger.ledgerrow",
            ),
        ),
        migrations.AddField("ledgerrow", "nonce", models.BinaryField(null=True)),
        migrations.RunPython(plant),
        migrations.AlterField("ledgerrow", "nonce", models.BinaryField()),
        migrations.RemoveField("link", "previous"),
        migrations.CreateModel(
            name="Tile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "level", "index", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("level", models.SmallIntegerField()),
                ("index", models.BigIntegerField()),
                ("hashes", models.BinaryField()),
                ("root", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="SignedCheckpoint",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField(unique=True)),
                ("root", models.BinaryField()),
                ("note", models.TextField()),
                ("made_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Cosignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_name", models.CharField(max_length=255)),
                ("line", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="cosignatures",
                        to="ledger.signedcheckpoint",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("checkpoint", "key_name"), name="ledger_one_cosignature_of_a_witness"
                    )
                ],
            },
        ),
        migrations.RunPython(protect),
    ]
