"""What each database role may do: the owner migrates, the application reads and writes rows and owns nothing."""

import psycopg
from psycopg import sql


def prepare_application_role(owner: psycopg.Connection, role: str, password: str | None) -> None:
    """Create the application's role where it is missing, and let it read and write the rows of ordinary tables.

    Runs before each migration. What migrations withhold on single tables (the ledger's) stays withheld: rights are
    granted here by default privileges, once for each new table, never again on existing ones.
    password: the role's password on a server reached over a network; None where the system vouches for users.
    """
    name = sql.Identifier(role)
    if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(name))
    if password is not None:
        owner.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(name, sql.Literal(password)))
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
    ):
        owner.execute(sql.SQL(statement).format(name))
