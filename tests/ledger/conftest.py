"""A ledger large enough for tiles, and what somebody who rules the database can do to it."""

from collections.abc import Callable
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, connections, transaction


@pytest.fixture
def append_rows() -> Callable[..., None]:
    """Append so many rows, about six subjects in turn, and sequence them: one more checkpoint."""

    from rempart import ledger
    from rempart.ledger.sequencer import sequence_pending

    def append(rows: int) -> None:
        with transaction.atomic():
            for number in range(rows):
                content = {"number": number} if number % 5 else None
                ledger.append(ledger.Event.STAFF_ADDED, subject=f"thing:{number % 6}", content=content)
        sequence_pending()

    return append


@pytest.fixture
def forest(own_database, append_rows):
    """700 rows with three checkpoints and two tiles, and the erasure of what was said of one subject."""
    from rempart import ledger

    append_rows(100)
    append_rows(300)
    ledger.erase("thing:2", because="asked for")
    append_rows(299)
    return own_database


@pytest.fixture
def tampering(own_database):
    """Change anything as a superuser, in a transaction that `verify` sees and that is undone afterwards."""
    user = connections["default"].settings_dict["USER"]
    connections["default"].close()
    connections["default"].settings_dict["USER"] = psycopg.conninfo.conninfo_to_dict(own_database.owner_url)["user"]

    @contextmanager
    def tamper():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            yield cursor
            transaction.set_rollback(True)

    yield tamper
    connections["default"].close()
    connections["default"].settings_dict["USER"] = user
