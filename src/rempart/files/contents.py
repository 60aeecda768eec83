"""Sealed contents in and out of the database, as bytes: spelling 25 MB out in hexadecimal takes far longer."""

from typing import Any

import psycopg
from django.db import connection

from rempart.files.models import SealedContent, StoredFile


def write(file: StoredFile, sealed: bytes) -> None:
    """Store a file's sealed content."""
    with _cursor() as cursor:
        cursor.execute("INSERT INTO files_sealedcontent (file_id, sealed) VALUES (%b, %b)", [file.pk, sealed])


def read(file: StoredFile) -> bytes:
    """A file's sealed content. Raises SealedContent.DoesNotExist."""
    with _cursor() as cursor:
        found = cursor.execute("SELECT sealed FROM files_sealedcontent WHERE file_id = %b", [file.pk], binary=True)
        row = found.fetchone()
    if row is None:
        raise SealedContent.DoesNotExist
    return bytes(row[0])


def remove(file: StoredFile) -> None:
    """Delete a file's sealed content."""
    SealedContent.objects.filter(file=file).delete()


def _cursor() -> psycopg.Cursor[tuple[Any, ...]]:
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection, row_factory=psycopg.rows.tuple_row)
