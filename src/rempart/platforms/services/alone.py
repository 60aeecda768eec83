"""One process at a time works on an account, however many workers there are, without keeping a transaction open.

The lock belongs to the database session: it is gone the moment a process is killed.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

ACCOUNT, RECONCILING, HELPING, AGES = 0x52_45_4D_01, 0x52_45_4D_02, 0x52_45_4D_03, 0x52_45_4D_04  # "REM", 1 to 4


@contextmanager
def alone_with(what: int, number: int) -> Iterator[bool]:
    """Whether nobody else works on it; if so, nobody else does until the end of the block."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [what, _small(number)])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [what, _small(number)])


def _small(number: int) -> int:
    """A row's number as the lock takes it: 32 bits with a sign. Two that collide only wait for each other."""
    return number % 2**32 - 2**31
