"""Members of a database of before keep what they could do."""

import os
import subprocess
import sys

import psycopg
import pytest

# What each rank could do is at least what its roles may do now.
BECOMES = {
    "reader": ["reader"],
    "reviewer": ["reviewer"],
    "senior_reviewer": ["senior_reviewer"],
    "policy_owner": ["senior_reviewer", "policy_owner"],
}
INSERT = """
INSERT INTO staff_staffmember (password, email, name, role, is_active, added_at)
VALUES ('', %(role)s || '@example.org', %(role)s, %(role)s, true, now())
"""


@pytest.fixture
def empty(server):
    """A database without a table, and how to migrate the room in it."""
    name = "test_migrations"
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")

    def migrate(to: str) -> None:
        command = [sys.executable, "-m", "django", "migrate", "staff", to, "--database", "owner", "--skip-checks"]
        subprocess.run(command, env=os.environ | {"REMPART_DATABASE": name}, check=True, capture_output=True)

    yield server.url(database=name), migrate
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_ranks_become_roles(empty):
    address, migrate = empty
    migrate("0001")
    with psycopg.connect(address) as connection:
        connection.cursor().executemany(INSERT, [{"role": role} for role in BECOMES])
    migrate("0002")
    with psycopg.connect(address) as connection:
        assert dict(connection.execute("SELECT name, roles FROM staff_staffmember").fetchall()) == BECOMES
