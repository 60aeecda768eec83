"""The ledger is append-only: for the application by its rights, for everybody by triggers."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

APPEND_ONLY = ("ledger_ledgerrow", "ledger_link", "ledger_content")

TRIGGERS = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- Contents leave by this function alone; the rows and their commitments stay.
CREATE FUNCTION ledger_erase_contents(erased_subject text, up_to bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    erased bigint;
BEGIN
    PERFORM set_config('rempart.erasing', 'yes', true);
    DELETE FROM ledger_content USING ledger_ledgerrow
        WHERE ledger_content.row_id = ledger_ledgerrow.id
        AND ledger_ledgerrow.subject = erased_subject AND ledger_ledgerrow.id < up_to;
    GET DIAGNOSTICS erased = ROW_COUNT;
    PERFORM set_config('rempart.erasing', '', true);
    RETURN erased;
END $$;
REVOKE EXECUTE ON FUNCTION ledger_erase_contents(text, bigint) FROM PUBLIC;

ALTER TABLE ledger_ledgerrow ADD CONSTRAINT ledger_commitment_is_sha256 CHECK (octet_length(commitment) = 32);
ALTER TABLE ledger_link ADD CONSTRAINT ledger_hashes_are_sha256
    CHECK (octet_length(hash) = 32 AND octet_length(previous) = 32);
"""


def protect(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Create the triggers and withhold the application's rights to change what was appended."""
    role = editor.quote_name(editor.connection.settings_dict["REMPART_APPLICATION_ROLE"])
    editor.execute(TRIGGERS, params=None)
    for table in APPEND_ONLY:
        change = "UPDATE" if table == "ledger_content" else "UPDATE OR DELETE"
        editor.execute(
            f"""
            CREATE TRIGGER refuse_change BEFORE {change} ON {table}
                FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
            CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
            REVOKE UPDATE, DELETE ON {table} FROM {role};
        """,
            params=None,
        )
    editor.execute(
        f"""
        CREATE TRIGGER refuse_delete BEFORE DELETE ON ledger_content FOR EACH ROW
            WHEN (current_setting('rempart.erasing', true) IS DISTINCT FROM 'yes')
            EXECUTE FUNCTION ledger_refuse();
        REVOKE UPDATE ON ledger_pending FROM {role};
        GRANT EXECUTE ON FUNCTION ledger_erase_contents(text, bigint) TO {role};
    """,
        params=None,
    )


class Migration(migrations.Migration):
    """Triggers and rights."""

    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(protect)]
